"""HP: the Human Phenotype Ontology.

Source: https://github.com/obophenotype/human-phenotype-ontology/releases (hp.obo)
Licence: https://hpo.jax.org/license (attribution; terms may not be altered)
Yields: what `loaders.formats.obo` reads; every term a Phenotype.
Skips: as `loaders.formats.obo`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import obo

SOURCE = Source(
    name="hp",
    title="Human Phenotype Ontology",
    url="https://hpo.jax.org",
    licence="https://hpo.jax.org/license",
    files={"ontology": ("hp.obo",)},
    vocabularies=("HP",),
    member=True,
    citation="Gargano MA et al. The Human Phenotype Ontology in 2024. Nucleic Acids Res. 2024.",
    downloads=(Download("https://github.com/obophenotype/human-phenotype-ontology/releases/latest/download/hp.obo"),),
)

version = obo.version


def load(inputs: Inputs) -> Staged:
    return obo.read(inputs)
