"""CL: the Cell Ontology.

Source: https://obophenotype.github.io/cell-ontology (cl.obo, cl-basic.obo)
Licence: CC-BY-4.0
Yields: what `loaders.formats.ontology` reads; every CL term is a Cell.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="cl",
    title="Cell Ontology",
    url="https://obophenotype.github.io/cell-ontology",
    licence="CC-BY-4.0",
    files={"ontology": ("cl.obo", "cl-basic.obo", "cl.json", "cl.owl")},
    vocabularies=("CL",),
    member=True,
    citation="Diehl AD et al. The Cell Ontology 2016. J Biomed Semantics 2016;7:44.",
    downloads=(Download("http://purl.obolibrary.org/obo/cl/cl-basic.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
