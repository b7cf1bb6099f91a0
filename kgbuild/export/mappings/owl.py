"""An OWL ontology that can be merged with both vocabularies: RDF/XML (.owl) or functional syntax (.ofn).

Source: OWL 2 (https://www.w3.org/TR/owl2-syntax/), SSSOM 1.1 for the annotations of axioms

Every link is an annotation `subject skos:…Match object`, which no reasoner acts on, with its justification,
confidence, authors and comment on the axiom. A class axiom is added only for what a curator signed: SubClassOf for a
broad or narrow link, and EquivalentClasses for an exact one whose subject and object are in no other signed exact
link. (Two terms of one vocabulary that are both equivalent to a third would become equivalent to each other.) What
was refused is left out: OWL says only that two classes are disjoint, which is more.
"""

from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import pyhornedowl
from pyhornedowl import model

from kgbuild.curie import PREFIXES
from kgbuild.export.mappings.links import Link, MappingSet
from kgbuild.export.mappings.sssom import PROPERTIES
from kgbuild.files import open_text

_NAMES = {
    "skos": PREFIXES["skos"][0], "sssom": "https://w3id.org/sssom/", "dcterms": PREFIXES["dcterms"][0],
    "pav": "http://purl.org/pav/", "kg": "urn:kg:",
}  # fmt: skip
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"


_iri = lru_cache(maxsize=1 << 16)(model.IRI.parse)  # an ontology's own `iri` takes urn:kg:… for a CURIE


@cache
def _property(address: str) -> model.AnnotationProperty:
    return model.AnnotationProperty(_iri(address))


def says(link: Link) -> bool:
    """Whether the format can say it."""
    return link.relation is not None


def write(mapping: MappingSet, out: Path, form: Literal["owl", "ofn"]) -> None:
    """Write an ontology; `form` is owl (RDF/XML) or ofn."""
    text = _Ontology(mapping).made.save_to_string(form)
    with open_text(out) as file:
        file.write(text)


class _Ontology:
    """The axioms of a mapping, under `made`."""

    def __init__(self, mapping: MappingSet) -> None:
        self.mapping, self.made = mapping, pyhornedowl.PyIndexedOntology()
        self._used: set[str] = set()
        self.made.prefix_mapping.add_default_prefix_names()
        for prefix, address in (_NAMES | mapping.prefixes).items():
            self.made.prefix_mapping.add_prefix(prefix, address)
        self._header()
        exact = [link for link in mapping.links if link.signed and link.relation == "exact"]
        self._ends = Counter(end for link in exact for end in (link.subject, link.object))
        for link in mapping.links:
            self._link(link)
        for address in sorted(self._used):
            self.made.add_component(model.DeclareAnnotationProperty(_property(address)))
        for curie, label in _labels(mapping).items():
            address = mapping.iri(curie)
            self.made.add_component(model.DeclareClass(model.Class(_iri(address))))
            if label:
                self.made.add_component(model.AnnotationAssertion(_iri(address), self._said(f"{_RDFS}label", label)))

    def _header(self) -> None:
        about = self.mapping.about
        self.made.add_component(model.OntologyID(_iri(f"{about.identifier}.owl"), None))
        dcterms = _NAMES["dcterms"]
        stated = {
            f"{dcterms}title": about.title, f"{dcterms}rights": about.rights, f"{dcterms}created": about.date,
            **{f"urn:kg:{key}": value for key, value in about.stated().items() if key not in ("date", "licence")},
        }  # fmt: skip
        for address, text in stated.items():
            self.made.add_component(model.OntologyAnnotation(self._said(address, text)))
        licence = self._said(f"{dcterms}license", _iri(about.licence))
        self.made.add_component(model.OntologyAnnotation(licence))

    def _link(self, link: Link) -> None:
        subject, object_ = self.mapping.iri(link.subject), self.mapping.iri(link.object)
        told = self._told(link)
        stated = self._said(self.mapping.iri(link.predicate), _iri(object_))
        self.made.add_component(model.AnnotationAssertion(_iri(subject), stated), told)
        if not link.signed or link.relation == "close":
            return
        one, other = model.Class(_iri(subject)), model.Class(_iri(object_))
        if link.relation == "broad":
            self.made.add_component(model.SubClassOf(one, other), told)
        elif link.relation == "narrow":
            self.made.add_component(model.SubClassOf(other, one), told)
        elif self._ends[link.subject] == self._ends[link.object] == 1:
            self.made.add_component(model.EquivalentClasses([one, other]), told)

    def _told(self, link: Link) -> set[model.Annotation]:
        """What the axioms of a link are annotated with."""
        sssom = _NAMES["sssom"]
        told = {self._said(f"{sssom}mapping_justification", _iri(self.mapping.iri(link.justification)))}
        told |= {self._said(PROPERTIES["author_id"], _iri(self.mapping.iri(each))) for each in link.authors}
        for slot, value in (("confidence", link.confidence), ("similarity_score", link.score)):
            if value is not None:
                number = model.DatatypeLiteral(f"{value:.4f}", _iri(f"{_XSD}double"))
                told.add(self._said(sssom + slot, number))
        if link.comment:
            told.add(self._said(PROPERTIES["comment"], link.comment))
        return told

    def _said(self, address: str, value: Any) -> model.Annotation:
        self._used.add(address)
        said = model.SimpleLiteral(value) if isinstance(value, str) else value
        return model.Annotation(_property(address), said)


def _labels(mapping: MappingSet) -> dict[str, str | None]:
    """The terms with their labels."""
    return {
        curie: label
        for link in mapping.links
        for curie, label in ((link.subject, link.subject_label), (link.object, link.object_label))
    }
