"""Terms: what the reader of each ontology format yields, and the records that they become (no source itself).

The readers (`obo`, `obograph`, `rdf`, `owl`) give a `Document`; `records` makes the same of it whatever the format was.

Source: Biolink Model (https://biolink.github.io/biolink-model): the predicates, and the relations that it maps to them.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from kgbuild.curie import converter, from_iri, standardize
from kgbuild.inputs import Record
from kgbuild.model import PREFIX_TYPES, Edge, Name, Node, Reject

_GO_TYPES = {
    "GO:0008150": "BiologicalProcess", "GO:0003674": "MolecularFunction", "GO:0005575": "CellularComponent",
}  # fmt: skip

_OBO = "http://purl.obolibrary.org/obo/"
_NOTHING = ("owl:Thing", "owl:Nothing")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:")
_CURIE = re.compile(r"[^\s:/]+:\S")


class Relation(NamedTuple):
    """A predicate of Biolink; `qualifier` names the relation where it says more than the predicate."""

    predicate: str
    qualifier: str | None = None
    inverse: bool = False


def _relations() -> dict[str, Relation]:
    exactly = {
        "is_a subClassOf": "SUBCLASS_OF",
        "xref hasDbXref": "XREF",
        "replaced_by IAO:0100001 isReplacedBy": "REPLACED_BY",
        "consider": "CONSIDER",
        "disjoint_from disjointWith": "DISJOINT_WITH",
        "exactMatch": "EXACT_MATCH", "closeMatch": "CLOSE_MATCH", "broadMatch": "BROAD_MATCH",
        "narrowMatch": "NARROW_MATCH", "relatedMatch": "RELATED_MATCH",
        "related": "RELATED_TO",
        "part_of BFO:0000050": "PART_OF", "has_part BFO:0000051": "HAS_PART",
        "located_in RO:0001025": "LOCATED_IN", "occurs_in BFO:0000066": "OCCURS_IN",
        "develops_from RO:0002202": "DEVELOPS_FROM", "derives_from RO:0001000": "DERIVES_FROM",
        "participates_in RO:0000056": "PARTICIPATES_IN", "has_participant RO:0000057": "HAS_PARTICIPANT",
        "regulates RO:0002211": "REGULATES", "has_phenotype RO:0002200": "HAS_PHENOTYPE",
        "overlaps RO:0002131": "OVERLAPS", "capable_of RO:0002215": "CAPABLE_OF",
        "in_taxon RO:0002162": "IN_TAXON", "disease_has_location RO:0004026": "DISEASE_HAS_LOCATION",
        "contributes_to RO:0002326 RO:0003304": "CONTRIBUTES_TO", "has_role RO:0000087": "HAS_CHEMICAL_ROLE",
        "interacts_with RO:0002434": "INTERACTS_WITH", "enables RO:0002327": "ENABLES",
        "ORPHA:C056": "REPLACED_BY", "ORPHA:C057": "CONSIDER",  # ORDO's moved to, referred to
        "has_input RO:0002233": "HAS_INPUT", "has_output RO:0002234": "HAS_OUTPUT",
    }  # fmt: skip
    wider = {
        "positively_regulates RO:0002213": "REGULATES", "negatively_regulates RO:0002212": "REGULATES",
        **dict.fromkeys(
            ("has_functional_parent", "has_parent_hydride", "is_conjugate_acid_of", "is_conjugate_base_of",
             "is_enantiomer_of", "is_tautomer_of"),
            "CHEMICALLY_SIMILAR_TO",
        ),
    }  # fmt: skip
    orphanet = {
        "317343": "disease-causing germline mutation(s) in", "317344": "disease-causing somatic mutation(s) in",
        "317345": "major susceptibility factor in", "317346": "modifying germline mutation in",
        "317348": "part of a fusion gene in", "317349": "role in the phenotype of",
        "327767": "candidate gene tested in", "465410": "biomarker tested in",
        "410295": "disease-causing germline mutation(s) (loss of function) in",
        "410296": "disease-causing germline mutation(s) (gain of function) in",
    }  # fmt: skip
    found = {name: Relation(value) for names, value in exactly.items() for name in names.split()}
    found |= {name: Relation(value, names.split()[0]) for names, value in wider.items() for name in names.split()}
    found |= {f"ORPHA:{id}": Relation("GENE_ASSOCIATED_WITH_CONDITION", said) for id, said in orphanet.items()}
    # a thesaurus states both directions of its hierarchy, which is no more than one of them
    return found | {
        "broader": Relation("SUBCLASS_OF", "skos:broader"),
        "narrower": Relation("SUBCLASS_OF", "skos:broader", inverse=True),
    }


_RELATIONS = _relations()


@lru_cache(maxsize=1 << 12)
def relation(text: str) -> Relation | None:
    """What a relation is to Biolink, given as shorthand (`part_of`), CURIE or IRI."""
    curie = from_iri(text) if _IRI.match(text) else text
    return _RELATIONS.get(curie or "") or _RELATIONS.get(re.split("[:#/]", text)[-1])


class Link(NamedTuple):
    """`relation` and `target` as the file spells them; `qualifier` what is said of the link."""

    relation: str
    target: str
    qualifier: str | None = None


@dataclass(slots=True)
class Term:
    """One class or concept. Identifiers are spelled as in the file; `raw` is what a reject shows of it."""

    id: str
    row: int
    raw: Any
    name: str | None = None
    definition: str | None = None
    obsolete: bool = False
    names: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)


class Outline(NamedTuple):
    """What typing needs to know of every term before the first is read: its parents (and replacements)."""

    parents: tuple[str, ...]
    obsolete: bool


class Spelling:
    """How the identifiers of a file are spelled as CURIEs.

    An IRI has the prefix that kg knows for it, else `vocabulary` in the namespace where most of the file's terms are
    (unless they are OBO's), else that of an OBO form (`…/TOY_1`), else one that the file itself declares.

    Args:
        iris: Of the file's terms.
        vocabulary: The prefix that the user gives to the file's own terms.
        prefixes: Those that the file declares, with their namespaces.
    """

    def __init__(
        self, iris: Collection[str] = (), vocabulary: str = "", prefixes: Mapping[str, str] | None = None
    ) -> None:
        namespaces = Counter(re.split(r"[^/#]*$", iri)[0] for iri in iris) if vocabulary else Counter[str]()
        self._own = max(namespaces, key=lambda each: (namespaces[each], each), default="")
        self._vocabulary = vocabulary if self._own != _OBO else ""
        declared = {iri: prefix for prefix, iri in (prefixes or {}).items() if prefix and iri}
        self._declared = sorted(declared.items(), key=lambda each: -len(each[0]))
        self.curie = lru_cache(maxsize=1 << 16)(self._curie)

    def _curie(self, text: str) -> str | None:
        text = text.strip()
        if _IRI.match(text):
            return self._of_iri(text)
        if re.fullmatch(r"[A-Z][A-Za-z]+_\d+", text):  # "EFO_0000400", as annotations of OWL files have it
            text = text.replace("_", ":")
        return standardize(text) if _CURIE.match(text) else None

    def _of_iri(self, iri: str) -> str | None:
        if re.search(r"\s", iri):
            return None
        if self._vocabulary and iri.startswith(self._own) and not converter().compress(iri):
            local = re.sub(rf"(?i)^{re.escape(self._vocabulary)}[_:]", "", iri[len(self._own) :])
            if local and not re.search("[/#]", local):
                return standardize(f"{self._vocabulary}:{local}")
        if converter().compress(iri) or re.search(r"/obo/\w+_\d+$|[/#][A-Z][A-Za-z]+[_:]\w*\d$", iri):
            return from_iri(iri)
        matches = ((prefix, iri[len(space) :]) for space, prefix in self._declared if iri.startswith(space))
        return next((standardize(f"{p}:{local}") for p, local in matches if re.fullmatch(r"\w[\w.-]*", local)), None)


@dataclass
class Document:
    """An ontology file, opened: its number of terms, their outline, and the terms (read once) in the file's order."""

    rows: int
    outline: dict[str, Outline]
    terms: Iterable[Term | Reject]
    spelling: Spelling


def records(document: Document, file: str, roots: Mapping[str, str], every: str = "") -> Iterator[Record]:
    """The nodes, names, edges and rejects of a file.

    Args:
        document: The file.
        file: How records name it.
        roots: Term → type of its descendants, the first that applies.
        every: The type of every term, where it is one.
    """
    roots = _GO_TYPES | dict(roots)
    curie = document.spelling.curie
    for term in document.terms:
        if isinstance(term, Reject):
            yield term
            continue
        identifier = curie(term.id)
        if identifier is None:
            yield Reject(file, term.row, term.id, _raw(term.raw), _no_curie(term.id))
            continue
        kind = every or type_of(identifier, document.outline, roots)
        yield Node(identifier, file, term.row, kind, term.name, term.definition, term.obsolete)
        for text, scope, language in term.names:
            yield Name(identifier, text, file, term.row, scope, "en" if language.startswith("en-") else language)
        for link in term.links:
            if edge := _edge(identifier, link, curie(link.target), file, term.row):
                yield edge
        for alternative in filter(None, map(curie, term.alternatives)):
            known = document.outline.get(alternative)
            if alternative != identifier and (known is None or known.obsolete):
                if known is None:
                    yield Node(alternative, file, term.row, kind, obsolete=True)
                yield Edge(alternative, "REPLACED_BY", identifier, file, term.row)


def _edge(identifier: str, link: Link, other: str | None, file: str, row: int) -> Edge | None:
    found = relation(link.relation)
    if found is None or other is None or other == identifier or other in _NOTHING:
        return None
    subject, object = (other, identifier) if found.inverse else (identifier, other)
    distinct = found.qualifier or "" if found.predicate != "SUBCLASS_OF" else ""
    return Edge(subject, found.predicate, object, file, row, distinct, qualifier=link.qualifier or found.qualifier)


def _raw(raw: Any) -> str:
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)


def _no_curie(identifier: str) -> str:
    if _IRI.match(identifier):
        return f"IRI {identifier} has no prefix that kg knows; --vocabulary gives one to the file's own terms"
    return f"id {identifier} is not a CURIE"


def type_of(term: str, outline: Mapping[str, Outline], roots: Mapping[str, str]) -> str | None:
    """By a root of its own vocabulary, else its prefix, else any root above it, else its nearest kin's prefix.

    A root may be of no type, and so are its descendants.
    """
    prefix = term.partition(":")[0]
    own = PREFIX_TYPES.get(prefix)
    if own and not any(root.startswith(f"{prefix}:") for root in roots):
        return own
    lineage = {term: None}  # an ordered set, nearest first
    waiting = [term]
    for each in waiting:
        new = [parent for parent in outline[each].parents if parent not in lineage] if each in outline else []
        lineage |= dict.fromkeys(new)
        waiting += new
    by_root = [(root, kind) for root, kind in roots.items() if root in lineage]
    for root, kind in by_root:
        if root.startswith(f"{prefix}:"):
            return kind or None
    prefixes = (PREFIX_TYPES.get(each.partition(":")[0]) for each in lineage)
    return own or next((kind for _, kind in by_root), None) or next(filter(None, prefixes), None)
