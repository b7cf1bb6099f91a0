"""EFO: the Experimental Factor Ontology, whose release also holds the MONDO, HP and Orphanet terms that it uses.

Source: https://github.com/EBISPOT/efo/releases (efo.obo, .json, .owl)
Licence: Apache-2.0
Yields: what `loaders.formats.ontology` reads; EFO's own terms are typed by the branch that they stand in.
Skips: as `loaders.formats.ontology`; terms of other branches (protocols, instruments) have no type.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="efo",
    title="Experimental Factor Ontology",
    url="https://www.ebi.ac.uk/efo",
    licence="Apache-2.0",
    files={"ontology": ("efo.obo", "efo.json", "efo.owl")},
    vocabularies=("EFO",),
    member=True,
    citation="Malone J et al. Modeling sample variables with an Experimental Factor Ontology. Bioinformatics 2010.",
    downloads=(Download("https://github.com/EBISPOT/efo/releases/latest/download/efo.obo"),),
)

#: Branch → type; a term in several has the first.
_ROOTS = {
    "EFO:0000408": "Disease",
    "MONDO:0042489": "Disease",  # disease susceptibility
    "EFO:0000546": "Disease",  # injury
    "EFO:0000651": "Phenotype",
    "EFO:0001444": "Measurement",
    "EFO:0000635": "Anatomy",  # organism part
    "EFO:0001941": "Anatomy",  # blood component
    "EFO:0000324": "Cell",  # cell type
    "EFO:0000322": "Cell",  # cell line
    "EFO:0002888": "Cell",  # Homo sapiens cell line
    "EFO:0001639": "Cell",  # cancer cell line
    "EFO:0000469": "Exposure",  # environmental factor
}

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs, _ROOTS)
