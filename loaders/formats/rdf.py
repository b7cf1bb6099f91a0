"""Ontologies and thesauri in RDF (RDF/XML, Turtle, N-Triples): one reader of ontologies (no source itself).

Every `owl:Class` (or `rdfs:Class`) and every `skos:Concept` that has an IRI is one input row, numbered as they are
declared. A triple may stand anywhere in its file, so they are sorted on disk and then read term by term.

Source: OWL 2 Mapping to RDF Graphs (https://www.w3.org/TR/owl2-mapping-to-rdf), SKOS Reference
(https://www.w3.org/TR/skos-reference), OBO's mapping to OWL (https://owlcollab.github.io/oboformat/doc/obo-syntax.html).
Yields: `loaders.formats.terms.Term`: labels and synonyms with their languages, rdfs:subClassOf and skos:broader,
disjoint classes, the relations of existential restrictions (`SubClassOf R some C`) and annotations, xrefs with what
`oboInOwl:source` says.
Skips: individuals, properties, logical definitions (owl:equivalentClass), restrictions of other kinds, SKOS-XL labels.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuadParser, RdfFormat, Store, Triple, parse

from kgbuild.errors import InputError
from kgbuild.model import Reject
from loaders.formats.terms import Document, Link, Outline, Spelling, Term, relation

_OBO = "http://purl.obolibrary.org/obo/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OWL = "http://www.w3.org/2002/07/owl#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
_EFO = "http://www.ebi.ac.uk/efo/"

_TYPE = NamedNode(f"{_RDF}type")
_DISJOINT = f"{_OWL}disjointWith"
_CLASSES = {f"{_OWL}Class", f"{_RDFS}Class", f"{_SKOS}Concept"}
_SUBCLASS = f"{_RDFS}subClassOf"
_ON, _SOME = f"{_OWL}onProperty", f"{_OWL}someValuesFrom"
_SOURCE, _PROPERTY, _TARGET = (NamedNode(f"{_OWL}annotated{part}") for part in ("Source", "Property", "Target"))
_PARENTS = (_SUBCLASS, f"{_SKOS}broader", f"{_OBO}IAO_0100001")
_LABELS = (f"{_RDFS}label", f"{_SKOS}prefLabel")
_DEFINITIONS = (f"{_OBO}IAO_0000115", f"{_SKOS}definition", f"{_EFO}definition")
_SCOPES = {
    **{f"{_IN_OWL}has{scope}Synonym": scope.upper() for scope in ("Exact", "Related", "Broad", "Narrow")},
    f"{_SKOS}altLabel": "EXACT", f"{_SKOS}hiddenLabel": "RELATED",
    f"{_OBO}IAO_0000118": "EXACT", f"{_EFO}alternative_term": "EXACT",
}  # fmt: skip
#: What an annotation of a cross-reference says of it: OBO's `source`, and ORDO's kind of mapping.
_SAYS = (f"{_IN_OWL}source", f"{_OBO}ECO_0000218")

#: Triples that are sorted at once.
_BATCH = 200_000

_Notes = dict[tuple[str, str], dict[str, list[str]]]


def open_document(
    path: Path, file: str, syntax: RdfFormat, scratch: Path, vocabulary: str = "", shown: Path | None = None
) -> Document:
    """An RDF file, sorted into a folder of its own below `scratch`.

    Args:
        path: The file, plain or gzip.
        file: How records name it.
        syntax: How it is written.
        scratch: An existing folder.
        vocabulary: The prefix that the user gives to the file's own terms.
        shown: The file that an error names, where it is not this one.

    Raises:
        InputError: the file is malformed or cut off.
    """
    iris: dict[str, NamedNode] = {}
    store = Store(scratch / f"rdf.{len(list(scratch.glob('rdf.*')))}")
    try:
        with _binary(path) as stream:
            # an IRI with a space is a mistake of its term alone in RDF/XML; Turtle's grammar excludes it
            quads = parse(stream, syntax, base_iri="file:///", lenient=syntax == RdfFormat.RDF_XML)
            declared = _declared(quads, iris)
            while batch := list(islice(declared, _BATCH)):  # the store keeps what it is given at once in memory
                store.bulk_extend(batch)
            prefixes = quads.prefixes
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{shown or path}: not {syntax.name}: {error}; expected a complete, valid file") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{shown or path}: {error}; expected a complete gzip file, download it again") from error
    spelling = Spelling(iris, vocabulary, prefixes)
    return Document(len(iris), _outline(store, iris, spelling), _terms(store, iris), spelling)


@contextmanager
def _binary(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, plain or gzip, behind the byte order mark."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        yield cast(BinaryIO, stream)


def _declared(quads: QuadParser, iris: dict[str, NamedNode]) -> Iterator[Quad]:
    """The quads as they come, with the terms that they declare written down in order."""
    for quad in quads:
        if isinstance(quad.object, Triple):  # RDF 1.2's statements about statements
            continue
        if quad.predicate == _TYPE and isinstance(quad.subject, NamedNode) and quad.object.value in _CLASSES:
            iris.setdefault(quad.subject.value, quad.subject)
        yield quad


def _match(store: Store, subject: Any, predicate: Any = None, object: Any = None) -> Iterator[Any]:
    return store.quads_for_pattern(subject, predicate, object)


def _outline(store: Store, iris: dict[str, NamedNode], spelling: Spelling) -> dict[str, Outline]:
    parents: dict[str, list[str]] = {}
    for predicate in _PARENTS:
        for quad in _match(store, None, NamedNode(predicate)):
            if quad.subject.value in iris and not isinstance(quad.object, BlankNode):
                parents.setdefault(quad.subject.value, []).append(quad.object.value)
    for quad in _match(store, None, NamedNode(f"{_SKOS}narrower")):
        if quad.object.value in iris:
            parents.setdefault(quad.object.value, []).append(quad.subject.value)
    deprecated = _match(store, None, NamedNode(f"{_OWL}deprecated"))
    obsolete = {quad.subject.value for quad in deprecated if quad.object.value in ("true", "1")}
    found: dict[str, Outline] = {}
    for iri in iris:
        if term := spelling.curie(iri):
            found[term] = Outline(
                tuple(filter(None, map(spelling.curie, sorted(parents.get(iri, ()))))), iri in obsolete
            )
    return found


def _all_disjoint(store: Store) -> dict[str, list[Link]]:
    """What owl:AllDisjointClasses says of several classes, as links of each with those behind it in the list."""
    found: dict[str, list[Link]] = {}
    for quad in _match(store, None, _TYPE, NamedNode(f"{_OWL}AllDisjointClasses")):
        for list_of in _match(store, quad.subject, NamedNode(f"{_OWL}members")):
            for one, other in combinations(_members(store, list_of.object), 2):
                found.setdefault(one, []).append(Link(_DISJOINT, other))
    return found


def _members(store: Store, node: Any) -> Iterator[str]:
    """The IRIs in an RDF list."""
    while isinstance(node, BlankNode):
        parts = {quad.predicate.value: quad.object for quad in _match(store, node)}
        if isinstance(member := parts.get(f"{_RDF}first"), NamedNode):
            yield member.value
        node = parts.get(f"{_RDF}rest")


def _terms(store: Store, iris: dict[str, NamedNode]) -> Iterator[Term | Reject]:
    disjoint = _all_disjoint(store)
    for row, (iri, node) in enumerate(iris.items(), 1):
        term, labels, definitions = Term(iri, row, iri), list[Literal](), list[tuple[int, int, str]]()
        term.links += disjoint.get(iri, ())
        notes = _notes(store, node)
        for quad in _match(store, node):
            predicate, value = quad.predicate.value, quad.object
            if isinstance(value, BlankNode):
                term.links += _restriction(store, value) if predicate == _SUBCLASS else ()
            elif predicate in _LABELS:
                labels.append(value)
            elif predicate in _DEFINITIONS:
                definitions.append((_foreign(value), _DEFINITIONS.index(predicate), value.value.strip()))
            elif predicate in _SCOPES:
                types = notes.get((predicate, value.value), {}).get(f"{_IN_OWL}hasSynonymType", ())
                latin = any(kind.endswith("#LATIN") for kind in types)
                term.names.append((value.value.strip(), _SCOPES[predicate], "la" if latin else _language(value)))
            elif predicate == f"{_OWL}deprecated":
                term.obsolete = value.value in ("true", "1")
            elif predicate == f"{_IN_OWL}hasAlternativeId":
                term.alternatives.append(value.value)
            elif relation(predicate):
                said = notes.get((predicate, value.value), {})
                term.links.append(Link(predicate, value.value, " ".join(_said(said)) or None))
        term.definition = min(definitions)[2] if definitions else None
        _label(term, labels)
        yield term


def _label(term: Term, labels: list[Literal]) -> None:
    """The English label (else the first by language) as the term's name; what stands beside it as labels too."""
    if not labels:
        return
    first = min(labels, key=lambda each: (_foreign(each), _language(each), each.value))
    term.name = first.value.strip()
    others = [each for each in labels if each.value.strip() != term.name or _foreign(each)]
    term.names += [(each.value.strip(), "LABEL", _language(each)) for each in others]


def _foreign(value: Literal) -> int:
    return int(not _language(value).startswith("en"))


def _language(value: Literal) -> str:
    return getattr(value, "language", None) or "en"


def _notes(store: Store, iri: NamedNode) -> _Notes:
    """What is said of a term's statements: (predicate, object) → annotation property → values."""
    found: _Notes = {}
    for quad in _match(store, None, _SOURCE, iri):
        axiom: dict[str, list[str]] = {}
        for each in _match(store, quad.subject):
            axiom.setdefault(each.predicate.value, []).append(each.object.value)
        predicates, targets = axiom.get(_PROPERTY.value, []), axiom.get(_TARGET.value, [])
        for key in zip(predicates, targets, strict=False):
            said = found.setdefault(key, {})
            for predicate, values in axiom.items():
                said.setdefault(predicate, []).extend(values)
    return found


def _said(axiom: dict[str, list[str]]) -> list[str]:
    return [text for predicate in _SAYS for text in sorted(axiom.get(predicate, ()))]


def _restriction(store: Store, node: BlankNode) -> list[Link]:
    """`R some C` as a link; nothing for classes of another make."""
    parts = {quad.predicate.value: quad.object for quad in _match(store, node)}
    on, some = parts.get(_ON), parts.get(_SOME)
    return [Link(on.value, some.value)] if isinstance(on, NamedNode) and isinstance(some, NamedNode) else []
