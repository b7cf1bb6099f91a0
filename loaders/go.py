"""GO: the Gene Ontology.

Source: https://geneontology.org/docs/download-ontology (go-basic.obo, whose relations never cross a branch; go.obo,
    go.json, go.owl)
Licence: CC-BY-4.0
Yields: what `loaders.formats.ontology` reads; a term is a BiologicalProcess, MolecularFunction or CellularComponent by
    its branch. Positive and negative regulation are REGULATES with the relation as `qualifier`.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="go",
    title="Gene Ontology",
    url="https://geneontology.org",
    licence="CC-BY-4.0",
    files={"ontology": ("go-basic.obo", "go.obo", "go.json", "go.owl")},
    vocabularies=("GO",),
    member=True,
    citation="The Gene Ontology Consortium. The Gene Ontology knowledgebase in 2023. Genetics 2023;224:iyad031.",
    downloads=(Download("http://purl.obolibrary.org/obo/go/go-basic.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
