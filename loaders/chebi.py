"""ChEBI: chemical entities of biological interest.

Source: https://www.ebi.ac.uk/chebi/downloads (chebi.obo, chebi_core.obo, chebi_lite.obo)
Licence: CC-BY-4.0
Yields: what `loaders.formats.ontology` reads; every term is Chemical, drugs and roles too. has_role is
    HAS_CHEMICAL_ROLE; conjugates, tautomers, enantiomers and parents are CHEMICALLY_SIMILAR_TO with the relation as
    `qualifier`.
Skips: as `loaders.formats.ontology`; structures (InChI, SMILES, mass).
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="chebi",
    title="Chemical Entities of Biological Interest",
    url="https://www.ebi.ac.uk/chebi",
    licence="CC-BY-4.0",
    files={"ontology": ("chebi.obo", "chebi_core.obo", "chebi_lite.obo", "chebi.owl")},
    vocabularies=("CHEBI",),
    member=True,
    citation="Hastings J et al. ChEBI in 2016. Nucleic Acids Res. 2016;44:D1214.",
    downloads=(Download("http://purl.obolibrary.org/obo/chebi.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
