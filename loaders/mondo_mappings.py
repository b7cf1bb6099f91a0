"""MONDO's exact matches to other disease vocabularies, in SSSOM.

Source: https://github.com/monarch-initiative/mondo/tree/master/src/ontology/mappings (mondo_exactmatch_*.sssom.tsv)
Licence: CC0-1.0
Yields: what `loaders.formats.sssom` reads.
Skips: as `loaders.formats.sssom`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import sssom

_MAPPINGS = "https://raw.githubusercontent.com/monarch-initiative/mondo/{version}/src/ontology/mappings/"
_TARGETS = (
    "doid", "efo", "icd10cm", "icd10who", "icd11.foundation", "meddra", "medgen", "mesh", "ncit", "omim", "omimps",
    "orphanet", "sctid", "umls",
)  # fmt: skip

SOURCE = Source(
    name="mondo_mappings",
    title="Mondo's exact matches",
    url="https://mondo.monarchinitiative.org",
    licence="CC0-1.0",
    files={"mappings": ("mondo_exactmatch_*.sssom.tsv",)},
    citation="Vasilevsky NA et al. Mondo: integrating disease terminology across communities. Genetics 2025.",
    downloads=tuple(
        Download(f"{_MAPPINGS}mondo_exactmatch_{target}.sssom.tsv", latest="master") for target in _TARGETS
    ),
)

version = sssom.version


def load(inputs: Inputs) -> Staged:
    return sssom.read(inputs)
