"""MeSH's records in both of its formats, XML and RDF, made alike (no source itself).

Source: https://www.nlm.nih.gov/mesh/xml_data_elements.html and nlmdescriptorrecordset_2026.dtd,
nlmsupplementalrecordset_2026.dtd; https://hhs.github.io/meshrdf for the RDF
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import Element

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph
from pyarrow.dataset import dataset

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs
from loaders.formats.xml import elements, text


@dataclass
class Entry:
    """A descriptor or supplementary record.

    `kind` is its class in RDF (`TopicalDescriptor`, `SCR_Disease`); `terms` are (text, scope); `links` are (property in
    RDF, descriptor, qualifier or empty): mappedTo, preferredMappedTo, pharmacologicalAction, seeAlso.
    """

    id: str
    kind: str
    name: str
    definition: str | None = None
    obsolete: bool = False
    trees: list[str] = field(default_factory=list)
    parents: set[str] = field(default_factory=set)
    terms: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    registry: list[str] = field(default_factory=list)


_DESCRIPTORS = {"1": "TopicalDescriptor", "2": "PublicationType", "3": "CheckTag", "4": "GeographicalDescriptor"}
_SUPPLEMENTARY = {
    "1": "SCR_Chemical", "2": "SCR_Protocol", "3": "SCR_Disease", "4": "SCR_Organism", "5": "SCR_Population",
    "6": "SCR_Anatomy",
}  # fmt: skip
_KINDS = [*_DESCRIPTORS.values(), *_SUPPLEMENTARY.values()]

#: How a concept stands to its record's preferred one, by its relation to it; and read from the other end.
_SCOPES = {"NRW": "NARROW", "BRD": "BROAD", "REL": "RELATED"}
_REVERSED = {"NRW": "BROAD", "BRD": "NARROW", "REL": "RELATED"}


def from_xml(path: Path) -> Iterator[Entry]:
    """The records of desc2026.xml or supp2026.xml, in their order.

    Raises:
        InputError: the file is no well-formed XML, or cut off.
    """
    at = {tree.text or "": ui for each, ui in _descriptors(path) for tree in each.iter("TreeNumber")}
    for record in elements(path, "DescriptorRecord", "SupplementalRecord"):
        kind = "Descriptor" if record.tag == "DescriptorRecord" else "Supplemental"
        classes = _DESCRIPTORS if kind == "Descriptor" else _SUPPLEMENTARY
        number = record.get(f"{kind}Class") or record.get("SCRClass") or ""
        name = "DescriptorName/String" if kind == "Descriptor" else "SupplementalRecordName/String"
        identifier = text(record, "DescriptorUI" if kind == "Descriptor" else "SupplementalRecordUI")
        entry = Entry(identifier, classes.get(number.strip(), ""), text(record, name))
        entry.trees = [tree.text or "" for tree in record.iter("TreeNumber")]
        above = (at.get(tree.rpartition(".")[0]) for tree in entry.trees)
        entry.parents = {parent for parent in above if parent}
        _concepts(record, entry)
        entry.links = list(_links(record))
        yield entry


def _descriptors(path: Path) -> Iterator[tuple[Element, str]]:
    return ((each, text(each, "DescriptorUI")) for each in elements(path, "DescriptorRecord"))


def _concepts(record: Element, entry: Entry) -> None:
    concepts = record.findall("ConceptList/Concept")
    preferred = next((text(c, "ConceptUI") for c in concepts if c.get("PreferredConceptYN") == "Y"), "")
    scopes = {preferred: "EXACT"}
    for relation in record.iter("ConceptRelation"):
        kind, one, two = relation.get("RelationName", ""), text(relation, "Concept1UI"), text(relation, "Concept2UI")
        if one == preferred:
            scopes.setdefault(two, _SCOPES.get(kind, "RELATED"))
        elif two == preferred:
            scopes.setdefault(one, _REVERSED.get(kind, "RELATED"))
    for concept in concepts:
        scope = scopes.get(text(concept, "ConceptUI"), "RELATED")
        entry.terms += [(text(term, "String"), scope) for term in concept.findall("TermList/Term")]
        if scope == "EXACT":
            entry.definition = " ".join(text(concept, "ScopeNote").split()) or None
            entry.registry = [each.text or "" for each in concept.iter("RegistryNumber")]


def _links(record: Element) -> Iterator[tuple[str, str, str]]:
    for mapped in record.findall("HeadingMappedToList/HeadingMappedTo"):
        # a star marks the heading, or its qualifier, as a main point
        descriptor, qualifier = text(mapped, ".//DescriptorUI"), text(mapped, ".//QualifierUI")
        starred = "*" in descriptor + qualifier
        yield "preferredMappedTo" if starred else "mappedTo", descriptor.strip("*"), qualifier.strip("*")
    for action in record.findall("PharmacologicalActionList/PharmacologicalAction"):
        yield "pharmacologicalAction", text(action, ".//DescriptorUI"), ""
    for other in record.findall("SeeRelatedList/SeeRelatedDescriptor"):
        yield "seeAlso", text(other, ".//DescriptorUI"), ""


_LINKS = ("mappedTo", "preferredMappedTo", "pharmacologicalAction", "seeAlso")
_READ = {
    "type", "label", "active", "treeNumber", "broaderDescriptor", "preferredConcept", "concept", "preferredTerm",
    "term", "prefLabel", "altLabel", "scopeNote", "registryNumber", "narrowerConcept", "broaderConcept",
    "relatedConcept", *_LINKS,
}  # fmt: skip
_RELATIONS = {"narrowerConcept": "NRW", "broaderConcept": "BRD", "relatedConcept": "REL"}


class FromRdf:
    """The records of mesh2026.nt, in the order in which they are first mentioned.

    Its triples come in any order: those that are read are written to the scratch folder, and joined there.

    Raises:
        InputError: the file is no N-Triples, or cut off.
    """

    def __init__(self, inputs: Inputs, path: Path) -> None:
        number = len(list(inputs.scratch.glob("mesh.*.parquet")))
        triples = inputs.scratch / f"mesh.{number}.parquet"
        self._inputs, self._joined = inputs, inputs.scratch / f"joined.{number}.parquet"
        _write(path, triples)
        self._triples = inputs.engine.parquet(triples)
        types = self._of("type")
        self._records = inputs.keep(
            types.filter(types.object.isin(_KINDS))
            .group_by("subject")
            .agg(kind=ibis._.object.min(), place=ibis._.place.min())
        )

    def count(self) -> int:
        """How many records there are."""
        return self._inputs.engine.count(self._records)

    def _of(self, *predicates: str) -> ir.Table:
        return self._triples.filter(self._triples.predicate.isin(predicates))

    def entries(self) -> Iterator[Entry]:
        """What they say."""
        concepts, named = self._concepts(), self._of("label", "active", "treeNumber", "broaderDescriptor", *_LINKS)
        facts = named.select("subject", "predicate", "object").union(concepts)
        gathered = facts.group_by("subject").agg(
            facts=ibis.struct({"predicate": facts.predicate, "object": facts.object}).collect()
        )
        rows = self._records.left_join(gathered, "subject").order_by("place").select("subject", "kind", "facts")
        self._inputs.engine.write(rows, self._joined)
        for batch in dataset(self._joined).to_batches(batch_size=10_000):
            for row in batch.to_pylist():
                yield _entry(row["subject"], row["kind"], row["facts"] or [])

    def _concepts(self) -> ir.Table:
        """subject, predicate, object: a record's terms by scope, and its preferred concept's note and numbers."""
        held = self._of("preferredConcept", "concept").semi_join(self._records, "subject")
        held = held.select("subject", "predicate", concept="object")
        preferred = held.filter(held.predicate == "preferredConcept").select("subject", preferred="concept")
        relations = self._of(*_RELATIONS)
        kind = relations.predicate.substitute(_RELATIONS)
        ahead = relations.select(one="subject", two="object", scope=kind.substitute(_SCOPES))
        behind = relations.select(one="object", two="subject", scope=kind.substitute(_REVERSED))
        scopes = ahead.union(behind).group_by("one", "two").agg(scope=ibis._.scope.min())
        others = held.join(preferred, "subject").filter(ibis._.concept != ibis._.preferred)
        others = others.left_join(scopes, [others.preferred == scopes.one, others.concept == scopes.two])
        others = others.select("subject", "concept", scope=others.scope.fill_null("RELATED"))
        exact = preferred.select("subject", concept="preferred", scope=ibis.literal("EXACT"))
        terms = self._of("preferredTerm", "term").select(concept="subject", term="object").distinct()
        texts = self._of("prefLabel", "altLabel").select(term="subject", object="object")
        spoken = exact.union(others).join(terms, "concept").join(texts, "term")
        told = self._of("scopeNote", "registryNumber").select("predicate", "object", concept="subject")
        return spoken.select("subject", predicate="scope", object="object").union(
            exact.join(told, "concept").select("subject", "predicate", "object")
        )


def _write(path: Path, target: Path) -> None:
    """The triples that are read, with the last part of each IRI, and their place in the file."""
    schema = pa.schema([(name, pa.string()) for name in ("subject", "predicate", "object")] + [("place", pa.int64())])
    with pq.ParquetWriter(target, schema) as writer:
        batch: list[tuple[Any, ...]] = []
        for place, triple in enumerate(_parsed(path)):
            predicate = re.split("[#/]", triple.predicate.value)[-1]
            if predicate in _READ:
                value = triple.object.value
                if isinstance(triple.object, pyoxigraph.NamedNode):
                    value = re.split("[#/]", value)[-1]
                batch.append((triple.subject.value.rpartition("/")[2], predicate, value, place))
            if len(batch) == 100_000:
                writer.write_table(pa.table(list(zip(*batch, strict=True)), schema=schema))
                batch = []
        if batch:
            writer.write_table(pa.table(list(zip(*batch, strict=True)), schema=schema))


def _parsed(path: Path) -> Iterator[Any]:
    try:
        with cast(IO[bytes], gzip.open(path) if path.suffix == ".gz" else open(path, "rb")) as file:
            yield from pyoxigraph.parse(file, format=pyoxigraph.RdfFormat.N_TRIPLES)
    except (SyntaxError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected N-Triples, complete, as NLM offers them") from error


def _entry(identifier: str, kind: str, facts: list[dict[str, str]]) -> Entry:
    entry = Entry(identifier, kind, "")
    for fact in sorted(facts, key=lambda fact: (fact["predicate"], fact["object"])):
        predicate, value = fact["predicate"], fact["object"]
        if predicate == "label":
            entry.name = re.sub(r"^\[OBSOLETE\]\s*", "", value.strip())
        elif predicate == "active":
            entry.obsolete = value == "false"
        elif predicate == "treeNumber":
            entry.trees.append(value)
        elif predicate == "broaderDescriptor":
            entry.parents.add(value)
        elif predicate == "scopeNote":
            entry.definition = " ".join(value.split()) or None
        elif predicate == "registryNumber":
            entry.registry.append(value)
        elif predicate in _LINKS:
            descriptor, mark, qualifier = value.partition("Q")
            entry.links.append((predicate, descriptor, mark + qualifier))
        else:
            entry.terms.append((value.strip(), predicate))
    return entry
