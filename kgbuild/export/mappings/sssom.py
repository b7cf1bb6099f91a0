"""SSSOM, the standard for mappings: TSV with an embedded metadata block, JSON-LD, and RDF (Turtle).

Source: SSSOM 1.1 (https://mapping-commons.github.io/sssom): "The SSSOM/TSV", "SSSOM/JSON" and "RDF serialisation
format"

All links are said, those that curators refused and what has no counterpart too. What SSSOM has no slot for is in
`other`: a link's kind where the predicate does not state it, and its rank; of the set the encoder with its hash, the
graph's digest and the licences. (sssom-py drops extension slots, and keeps this.) Turtle has also the plain triple of
each link that is not refused, for SPARQL.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from kgbuild.curie import PREFIXES
from kgbuild.export.mappings.links import NOTHING, Link, MappingSet
from kgbuild.export.mappings.provenance import REGISTRIES
from kgbuild.files import open_text
from kgbuild.mapping.sssom import said
from kgbuild.mapping.table import KINDS

_MEASURE = "kg harmonize: names, embeddings and use combined by a ranker"

#: Slots of a mapping in SSSOM's order → what their values are; `*` where there may be several, parted by | in TSV.
SLOTS = {
    "record_id": "curie", "subject_id": "curie", "subject_label": "text", "subject_category": "text",
    "predicate_id": "curie", "predicate_label": "text", "predicate_modifier": "modifier", "object_id": "curie",
    "object_label": "text", "object_category": "text", "mapping_justification": "curie", "author_id": "curie*",
    "author_label": "text*", "reviewer_id": "curie*", "reviewer_label": "text*", "creator_id": "curie*",
    "creator_label": "text*", "license": "iri", "subject_type": "text", "subject_source": "curie",
    "subject_source_version": "text", "object_type": "text", "object_source": "curie", "object_source_version": "text",
    "predicate_type": "text", "mapping_provider": "iri", "mapping_source": "curie", "mapping_cardinality": "text",
    "cardinality_scope": "text*", "mapping_tool": "text", "mapping_tool_id": "curie", "mapping_tool_version": "text",
    "mapping_date": "date", "publication_date": "date", "review_date": "date", "confidence": "number",
    "reviewer_agreement": "number", "curation_rule": "curie*", "curation_rule_text": "text*",
    "subject_match_field": "curie*", "object_match_field": "curie*", "match_string": "text*",
    "subject_preprocessing": "curie*", "object_preprocessing": "curie*", "similarity_score": "number",
    "similarity_measure": "text", "see_also": "iri*", "issue_tracker_item": "curie", "other": "text", "comment": "text",
}  # fmt: skip

#: Slots whose property is not sssom:SLOT.
PROPERTIES = {
    "subject_id": "http://www.w3.org/2002/07/owl#annotatedSource",
    "predicate_id": "http://www.w3.org/2002/07/owl#annotatedProperty",
    "object_id": "http://www.w3.org/2002/07/owl#annotatedTarget",
    "author_id": "http://purl.org/pav/authoredBy",
    "creator_id": "http://purl.org/dc/terms/creator",
    "license": "http://purl.org/dc/terms/license",
    "mapping_date": "http://purl.org/dc/terms/created",
    "publication_date": "http://purl.org/dc/terms/issued",
    "see_also": "http://www.w3.org/2000/01/rdf-schema#seeAlso",
    "comment": "http://www.w3.org/2000/01/rdf-schema#comment",
    "mapping_set_title": "http://purl.org/dc/terms/title",
}
_SET = {"mapping_set_id": "iri", "mapping_set_title": "text"}
_SSSOM = "https://w3id.org/sssom/"
_XSD = "http://www.w3.org/2001/XMLSchema#"


def rows(mapping: MappingSet) -> Iterator[dict[str, Any]]:
    """The slots of each link; what is empty is not there."""
    for link in mapping.links:
        slots: dict[str, Any] = {
            "subject_id": link.subject,
            "subject_label": link.subject_label,
            "predicate_id": link.predicate,
            "predicate_modifier": "Not" if link.negated else None,
            "object_id": link.object,
            "object_label": link.object_label,
            "mapping_justification": link.justification,
            "author_id": list(link.authors),
            "confidence": link.confidence,
            "similarity_score": link.score,
            "other": _other(link),
            "comment": link.comment,
        }
        if not link.signed:
            slots |= {"mapping_tool": mapping.about.tool, "mapping_tool_version": mapping.about.tool_version}
        if not link.signed and link.score is not None:
            slots["similarity_measure"] = _MEASURE
        for slot, value in link.slots.items():
            if slot in SLOTS and slot != "other":
                slots[slot] = str(value).split("|") if SLOTS[slot].endswith("*") else value
        yield {slot: slots[slot] for slot in SLOTS if slots.get(slot) not in (None, [], "")}


def metadata(mapping: MappingSet) -> dict[str, str]:
    """The slots of the set."""
    about = mapping.about
    stated = about.stated()
    slots = {
        "license": about.licence,
        "mapping_set_id": f"{about.identifier}.sssom.tsv",
        "mapping_set_title": about.title,
        "mapping_date": about.date,
        "mapping_tool": about.tool,
        "mapping_tool_version": about.tool_version,
        "comment": _comment(mapping),
        "other": said({key: value for key, value in stated.items() if key not in _IN_SLOTS}),
    }
    for role, side in (("subject", about.subject), ("object", about.object)):
        if side.curie:
            slots[f"{role}_source"] = side.curie
        if side.version:
            slots[f"{role}_source_version"] = side.version
    return slots


_IN_SLOTS = ("tool", "tool_version", "date", "licence", "source_version", "target_version")


def _comment(mapping: MappingSet) -> str:
    about = mapping.about
    encoder = [f"Embeddings by {about.model}."] if about.model else []
    return " ".join([*encoder, about.rights])


def _other(link: Link) -> str | None:
    """What the predicate and the slots do not say, after what somebody else wrote there."""
    told = {}
    if link.kind in KINDS and KINDS[link.kind] != link.predicate and not link.negated:
        told["kind"] = str(link.kind)
    if link.rank and link.rank > 1:
        told["rank"] = str(int(link.rank))
    before = [part for part in str(link.slots.get("other", "")).split("; ") if not part.startswith(("kind=", "rank="))]
    return "; ".join(filter(None, (*before, said(told)))) or None


def _prefixes(mapping: MappingSet) -> dict[str, str]:
    curies = (str(value) for link in mapping.links for slot, value in link.slots.items() if SLOTS.get(slot) == "curie")
    more = {curie.partition(":")[0] for curie in curies}
    known = {prefix: PREFIXES[prefix][0] for prefix in ("semapv", "skos")} | {"sssom": _SSSOM}
    found = {prefix: iri for prefix, iri in mapping.declared.items() if prefix in more}
    return found | mapping.prefixes | known | REGISTRIES


def write_tsv(mapping: MappingSet, out: Path) -> None:
    """Write SSSOM/TSV."""
    table = list(rows(mapping))
    used = set(chain.from_iterable(table))
    columns = [slot for slot in SLOTS if slot in used or slot in _ALWAYS]
    with open_text(out) as file:
        _header(file, _prefixes(mapping), metadata(mapping))
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row.get(slot, "")) for slot in columns] for row in table)


_ALWAYS = ("subject_id", "predicate_id", "object_id", "mapping_justification")


def _header(file: IO[str], prefixes: dict[str, str], slots: dict[str, str]) -> None:
    file.write("# curie_map:\n" + "".join(f"#   {prefix}: {_yaml(iri)}\n" for prefix, iri in prefixes.items()))
    file.writelines(f"# {slot}: {_yaml(value)}\n" for slot, value in slots.items())


def _yaml(text: str) -> str:
    """A scalar of YAML; always quoted, so that 1.10 stays text."""
    return json.dumps(text, ensure_ascii=False)


def _cell(value: Any) -> Any:
    return "|".join(value) if isinstance(value, list) else value


def write_json(mapping: MappingSet, out: Path) -> None:
    """Write SSSOM/JSON, which is JSON-LD by its @context; a line a mapping."""
    context: dict[str, Any] = {"@vocab": _SSSOM, "xsd": _XSD, "MappingSet": f"{_SSSOM}MappingSet"}
    context |= _prefixes(mapping)
    context |= {slot: _term(slot, kind) for slot, kind in (SLOTS | _SET).items()}
    context["mappings"] = {"@id": f"{_SSSOM}mappings"}
    head = {"@context": context, "@type": "MappingSet", **metadata(mapping)}
    with open_text(out) as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "mappings": [')
        separator = "\n"
        for row in rows(mapping):
            file.write(separator + json.dumps(row, ensure_ascii=False))
            separator = ",\n"
        file.write("\n ]\n}\n")


def _term(slot: str, kind: str) -> dict[str, str]:
    types = {"curie": "@id", "iri": "@id", "number": "xsd:double", "date": "xsd:date"}
    term = {"@id": PROPERTIES.get(slot, _SSSOM + slot)}
    plain = kind.removesuffix("*")
    return term | ({"@type": types[plain]} if plain in types else {})


def write_turtle(mapping: MappingSet, out: Path) -> None:
    """Write SSSOM/RDF as Turtle."""
    names = {"owl": PREFIXES["owl"][0], "dcterms": PREFIXES["dcterms"][0], "pav": "http://purl.org/pav/"}
    names |= {"sssom": _SSSOM, "xsd": _XSD, "rdfs": PREFIXES["rdfs"][0]} | _prefixes(mapping)
    text = ox.serialize(_triples(mapping), format=ox.RdfFormat.TURTLE, prefixes=names)
    with open_text(out) as file:
        file.write((text or b"").decode())


_TYPE = ox.NamedNode(f"{PREFIXES['rdf'][0]}type")
_AXIOM = ox.NamedNode(f"{PREFIXES['owl'][0]}Axiom")
_PREDICATES = {slot: ox.NamedNode(PROPERTIES.get(slot, _SSSOM + slot)) for slot in (*SLOTS, *_SET, "mappings")}


def _triples(mapping: MappingSet) -> Iterator[ox.Triple]:
    slots = metadata(mapping)
    whole = ox.NamedNode(slots.pop("mapping_set_id"))
    yield ox.Triple(whole, _TYPE, ox.NamedNode(f"{_SSSOM}MappingSet"))
    for slot, value in slots.items():
        yield ox.Triple(whole, _PREDICATES[slot], _node(mapping, (SLOTS | _SET)[slot], value))
    for link, row in zip(mapping.links, rows(mapping), strict=True):
        about = ox.BlankNode()
        yield ox.Triple(whole, _PREDICATES["mappings"], about)
        yield ox.Triple(about, _TYPE, _AXIOM)
        for slot, value in row.items():
            for each in _several(value):
                yield ox.Triple(about, _PREDICATES[slot], _node(mapping, SLOTS[slot].removesuffix("*"), each))
        if not link.negated and link.object != NOTHING:
            ends = (ox.NamedNode(mapping.iri(curie)) for curie in (link.subject, link.predicate, link.object))
            yield ox.Triple(*ends)


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)


def _node(mapping: MappingSet, kind: str, value: Any) -> ox.NamedNode | ox.Literal:
    if kind == "modifier":
        return ox.NamedNode(f"{_SSSOM}NegatedPredicate")
    if kind in ("curie", "iri"):
        return ox.NamedNode(mapping.iri(value) if kind == "curie" else value)
    if kind == "number":
        return ox.Literal(repr(float(value)), datatype=ox.NamedNode(f"{_XSD}double"))
    if kind == "date":
        return ox.Literal(str(value), datatype=ox.NamedNode(f"{_XSD}date"))
    return ox.Literal(str(value))
