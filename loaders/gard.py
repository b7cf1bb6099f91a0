"""GARD: the Genetic and Rare Diseases Information Center's diseases.

Source: https://github.com/biopragmatics/obo-db-ingest (gard.obo, made by PyOBO of https://rarediseases.info.nih.gov)
Licence: LicenseRef-US-government-work
Yields: what `loaders.formats.ontology` reads; every term is a Disease. Synonyms have no scope there: RELATED.
Skips: `is_a: uncategorized`, which 6,109 of 6,110 terms state and which is no term.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="gard",
    title="Genetic and Rare Diseases Information Center",
    url="https://rarediseases.info.nih.gov",
    licence="LicenseRef-US-government-work",
    files={"ontology": ("gard.obo",)},
    vocabularies=("gard",),
    member=True,
    citation="Lewis J et al. Genetic and Rare Diseases Information Center (GARD). Med Ref Serv Q 2010;29:371.",
    downloads=(Download("https://w3id.org/biopragmatics/resources/gard/gard.obo"),),
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    return ontology.read(inputs)
