"""DOID: the Human Disease Ontology.

Source: https://github.com/DiseaseOntology/HumanDiseaseOntology/tree/main/src/ontology (doid.obo, .json, .owl)
Licence: CC0-1.0
Yields: what `loaders.formats.ontology` reads; every term a Disease.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="doid",
    title="Human Disease Ontology",
    url="https://disease-ontology.org",
    licence="CC0-1.0",
    files={"ontology": ("doid.obo", "doid.json", "doid.owl")},
    vocabularies=("DOID",),
    member=True,
    citation="Schriml LM et al. The Human Disease Ontology 2022 update. Nucleic Acids Res. 2022.",
    downloads=(
        Download(
            "https://raw.githubusercontent.com/DiseaseOntology/HumanDiseaseOntology/{version}/src/ontology/doid.obo",
            latest="main",
        ),
    ),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
