"""UBERON: anatomy across species.

Source: https://obophenotype.github.io/uberon (uberon.obo, uberon-basic.obo, or a subset such as efo-slim.obo)
Licence: CC-BY-3.0
Yields: what `loaders.formats.ontology` reads; every UBERON term is Anatomy. Latin names have the language `la`.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="uberon",
    title="Uberon multi-species anatomy ontology",
    url="https://obophenotype.github.io/uberon",
    licence="CC-BY-3.0",
    files={"ontology": ("uberon.obo", "uberon-basic.obo", "uberon.json", "uberon.owl", "efo-slim.obo")},
    vocabularies=("UBERON",),
    member=True,
    citation="Mungall CJ et al. Uberon, an integrative multi-species anatomy ontology. Genome Biol. 2012;13:R5.",
    downloads=(Download("http://purl.obolibrary.org/obo/uberon/basic.obo", "uberon-basic.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
