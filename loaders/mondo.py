"""MONDO: the Mondo Disease Ontology.

Source: https://github.com/monarch-initiative/mondo/releases (mondo.obo, .json, .owl)
Licence: CC-BY-4.0
Yields: what `loaders.formats.ontology` reads; every term a Disease. Its mappings are a source of their
    own, `mondo_mappings`.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="mondo",
    title="Mondo Disease Ontology",
    url="https://mondo.monarchinitiative.org",
    licence="CC-BY-4.0",
    files={"ontology": ("mondo.obo", "mondo.json", "mondo.owl")},
    vocabularies=("MONDO",),
    member=True,
    citation="Vasilevsky NA et al. Mondo: integrating disease terminology across communities. Genetics 2025.",
    downloads=(Download("https://github.com/monarch-initiative/mondo/releases/latest/download/mondo.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
