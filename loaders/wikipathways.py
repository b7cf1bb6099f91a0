"""WikiPathways: pathways that its community curates, of 20 and more species.

Source: https://github.com/biopragmatics/obo-db-ingest (wikipathways.obo, made by PyOBO of https://www.wikipathways.org)
Licence: CC0-1.0
Yields: what `loaders.formats.ontology` reads; every term is a Pathway, those of the Pathway Ontology that classify them
    too. (Pathway)-[:HAS_PARTICIPANT]->(NCBIGene), IN_TAXON, LOCATED_IN and CONTRIBUTES_TO from its `property_value`s.
Skips: as `loaders.formats.ontology`; pictures.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="wikipathways",
    title="WikiPathways",
    url="https://www.wikipathways.org",
    licence="CC0-1.0",
    files={"ontology": ("wikipathways.obo",)},
    vocabularies=("wikipathways",),
    member=True,
    citation="Agrawal A et al. WikiPathways 2024: next generation pathway database. Nucleic Acids Res. 2024;52:D679.",
    downloads=(Download("https://w3id.org/biopragmatics/resources/wikipathways/wikipathways.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
