"""HP: the Human Phenotype Ontology.

Source: https://github.com/obophenotype/human-phenotype-ontology/releases (hp.obo, .json, .owl)
Licence: https://hpo.jax.org/license (attribution; terms may not be altered)
Yields: what `loaders.formats.ontology` reads; every term a Phenotype.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="hp",
    title="Human Phenotype Ontology",
    url="https://hpo.jax.org",
    licence="https://hpo.jax.org/license",
    files={"ontology": ("hp.obo", "hp.json", "hp.owl")},
    vocabularies=("HP",),
    member=True,
    citation="Gargano MA et al. The Human Phenotype Ontology in 2024. Nucleic Acids Res. 2024.",
    downloads=(Download("https://github.com/obophenotype/human-phenotype-ontology/releases/latest/download/hp.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
