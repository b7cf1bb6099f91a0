"""Any RDF: the door for triples, `kg load rdf FILE [--vocabulary X] [--set predicates=FILE]`.

Source: a file that you name, in Turtle, TriG, N-Triples, N-Quads or RDF/XML (https://www.w3.org/TR/rdf11-concepts)
Licence: as you state it (`--set licence=CC-BY-4.0`)
Yields: by the meanings of predicates in `_PREDICATES` and those that you add: a node a subject with a name, a
    definition, a type; names with languages; edges, with the named graph as `context`. What you add is a table of two
    columns: a predicate (IRI, or CURIE with a prefix of kg) and what it means: a predicate such as TREATS, or `name`,
    `definition`, `type`, `obsolete`, `synonym`, `related`, `broad`, `narrow`, `skip`; or a class and one of kg's types.
    An IRI gets kg's prefix, else the file's own, else that of `--vocabulary`.
Skips: triples with other predicates and classes, or with blank nodes: all rejected with the reason.
"""

import re
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.curie import converter
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import PREFIX_TYPES, TYPES, Source
from loaders.formats import kgx, triples

SOURCE = Source(
    name="rdf",
    title="Any RDF",
    url="",
    licence="as you state it",
    files={"triples": tuple(f"*.{suffix}" for suffix in triples.SUFFIXES), "predicates": ("*.tsv", "*.txt")},
    optional=("predicates",),
    parameters={"predicates": ""},
)

_PREDICATES = {
    "rdfs:label": "name", "skos:prefLabel": "name", "biolink:name": "name", "schema:name": "name",
    "dcterms:description": "definition", "dc:description": "definition", "skos:definition": "definition",
    "IAO:0000115": "definition", "biolink:description": "definition", "schema:description": "definition",
    "rdf:type": "type", "biolink:category": "type", "owl:deprecated": "obsolete",
    "skos:altLabel": "synonym", "oboInOwl:hasExactSynonym": "synonym", "biolink:synonym": "synonym",
    "oboInOwl:hasRelatedSynonym": "related", "oboInOwl:hasBroadSynonym": "broad",
    "oboInOwl:hasNarrowSynonym": "narrow", "rdfs:subClassOf": "SUBCLASS_OF", "owl:sameAs": "EXACT_MATCH",
    "owl:equivalentClass": "EXACT_MATCH", "skos:exactMatch": "EXACT_MATCH", "skos:closeMatch": "CLOSE_MATCH",
    "skos:broadMatch": "BROAD_MATCH", "skos:narrowMatch": "NARROW_MATCH", "skos:relatedMatch": "RELATED_MATCH",
    "oboInOwl:hasDbXref": "XREF", "biolink:xref": "XREF", "IAO:0100001": "REPLACED_BY",
    "dcterms:isReplacedBy": "REPLACED_BY", "oboInOwl:consider": "CONSIDER", "BFO:0000050": "PART_OF",
    "BFO:0000051": "HAS_PART",
}  # fmt: skip

#: Classes that say of a subject that it is a concept, and those that say that it is none.
_CLASSES = dict.fromkeys(
    ("owl:Class", "owl:NamedIndividual", "owl:Thing", "rdfs:Class", "rdfs:Resource", "skos:Concept"), ""
) | dict.fromkeys(
    (
        "owl:Ontology", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property",
        "owl:TransitiveProperty", "owl:SymmetricProperty", "owl:FunctionalProperty", "skos:ConceptScheme",
    ),
    "skip",
)  # fmt: skip


def companions(paths: Sequence[Path], parameters: dict[str, str]) -> list[Path]:
    """The table that `predicates` names."""
    given = parameters.get("predicates")
    return [Path(given)] if given and Path(given) not in paths else []


def load(inputs: Inputs) -> Staged:
    roles = _roles(inputs)
    tables = [
        inputs.stream(path, triples.triples(path, inputs.name(path), roles), triples.COLUMNS)
        for path in inputs.paths("triples")
    ]
    rows = inputs.keep(reduce(lambda a, b: a.union(b), tables))
    good, bad = rows.filter(rows.reason.isnull()), rows.filter(rows.reason.notnull())
    nodes = inputs.keep(_nodes(good.filter(good.role.isin(triples.FACTS))))
    return Staged(
        nodes=[nodes.drop("label")],
        names=[_names(good), _other_labels(good, nodes)],
        edges=[
            good.filter(good.object.notnull()).select(
                "subject", "object", "file", "row", predicate="role", context="graph",
                distinct=good.graph.fill_null(""),
            )
        ],
        rejects=[bad.select("file", "row", "raw", "reason", key=bad.subject.fill_null(""))],
    )  # fmt: skip


def _nodes(facts: ir.Table) -> ir.Table:
    """A whole node from each triple that tells of it (one is kept, so that no triple is without an outcome)."""
    foreign = (facts.language.fill_null("en") != "en").ifelse("1", "0")
    order = foreign + facts.file + ibis.literal(":") + facts.row.cast("string").lpad(12, "0")
    whole = facts.group_by("subject").aggregate(
        name=facts.text.argmin(order, where=facts.role == "name"),
        definition=facts.text.argmin(order, where=facts.role == "definition"),
        type=facts.type.min(),
        obsolete=((facts.role == "obsolete") & facts.text.lower().isin(["true", "1"])).any(),
    )
    told = facts.select("subject", "file", "row", label=(facts.role == "name").ifelse(facts.text, None))
    told = told.left_join(whole, "subject")
    prefix = told.subject.re_extract(r"^([^:]*):", 1)
    return told.select(
        "name", "definition", "obsolete", "file", "row", "label", id="subject",
        type=ibis.coalesce(
            told.type.substr(2), ibis.map(list(PREFIX_TYPES), list(PREFIX_TYPES.values())).get(prefix)
        ),
    )  # fmt: skip


def _names(good: ir.Table) -> ir.Table:
    named = good.filter(good.role.isin(list(triples.NAMES)))
    return named.select("file", "row", "text", "language", id="subject", scope=named.role.substitute(triples.NAMES))


def _other_labels(good: ir.Table, nodes: ir.Table) -> ir.Table:
    """Labels that are not their node's name: in other languages, or a second one."""
    spoken = good.filter(good.role == "name").select("file", "row", "language")
    other = nodes.filter(nodes.label.notnull() & (nodes.label != nodes.name)).join(spoken, ["file", "row"])
    return other.select(
        "id", "file", "row", "language", text="label",
        scope=(other.language.fill_null("en") == "en").ifelse("EXACT", "LABEL"),
    )  # fmt: skip


def _roles(inputs: Inputs) -> triples.Roles:
    """Ours, and before them those that the user adds.

    Raises:
        InputError: a line of theirs that says nothing.
    """
    predicates = {_iri(curie): role for curie, role in _PREDICATES.items()}
    types = {_iri(curie): kind for curie, kind in _CLASSES.items()}
    types |= {_iri(f"biolink:{name}"): ranked for name, ranked in kgx.CATEGORIES.items()} | {
        _iri("biolink:NamedThing"): ""
    }
    for path in inputs.paths("predicates"):
        for number, line in enumerate(lines(path), 1):
            if not line.strip() or line.startswith("#"):
                continue
            where = f"{inputs.name(path)}: line {number}"
            term, _, meaning = (part.strip() for part in line.partition("\t"))
            iri = term.strip("<>") if re.match("<|https?://|urn:", term) else converter().expand(term)
            if iri is None:
                raise InputError(f"{where}: {term!r} is neither an IRI nor a CURIE that kg knows; write the IRI")
            if meaning in TYPES:
                types[iri] = f"00{meaning}"
            elif meaning in (*triples.FACTS, *triples.NAMES, "skip") or re.fullmatch(r"[A-Z][A-Z0-9_]*", meaning):
                predicates[iri] = meaning
                types |= {iri: "skip"} if meaning == "skip" else {}
            else:
                raise InputError(
                    f"{where}: {meaning!r} is no meaning; expected a predicate such as TREATS, one of "
                    f"{', '.join((*triples.FACTS, *triples.NAMES, 'skip'))}, or a type of kg"
                )
    return triples.Roles(predicates, types, inputs.parameters.get("vocabulary", ""))


def _iri(curie: str) -> str:
    return str(converter().expand(curie, strict=True))
