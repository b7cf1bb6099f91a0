"""PathBank: pathways of model organisms, with their metabolites and proteins.

Source: https://github.com/biopragmatics/obo-db-ingest (pathbank.obo.gz, made by PyOBO of https://pathbank.org)
Licence: ODbL-1.0 (what is made from it goes out under the same terms)
Yields: what `loaders.formats.ontology` reads; every term is a Pathway. (Pathway)-[:HAS_PARTICIPANT]->(CHEBI, uniprot),
    (Pathway)-[:EXACT_MATCH]->(smpdb).
Skips: as `loaders.formats.ontology`; the category (metabolic, disease …), which links to no term.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="pathbank",
    title="PathBank",
    url="https://pathbank.org",
    licence="ODbL-1.0",
    files={"ontology": ("pathbank.obo",)},
    vocabularies=("pathbank",),
    member=True,
    citation="Wishart DS et al. PathBank 2.0: the pathway database. Nucleic Acids Res. 2024;52:D654.",
    downloads=(Download("https://w3id.org/biopragmatics/resources/pathbank/pathbank.obo.gz"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
