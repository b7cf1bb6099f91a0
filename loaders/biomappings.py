"""Biomappings: mappings between vocabularies that curators confirmed or refuted, in SSSOM.

Source: https://github.com/biopragmatics/biomappings (positive.sssom.tsv, negative.sssom.tsv)
Licence: CC0-1.0
Yields: what `loaders.formats.sssom` reads; refuted mappings are negated edges.
Skips: as `loaders.formats.sssom`; predictions that nobody has reviewed.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import sssom

_RESOURCES = "https://raw.githubusercontent.com/biopragmatics/biomappings/{version}/src/biomappings/resources/"

SOURCE = Source(
    name="biomappings",
    title="Biomappings",
    url="https://github.com/biopragmatics/biomappings",
    licence="CC0-1.0",
    files={"mappings": ("positive.sssom.tsv", "negative.sssom.tsv")},
    citation="Hoyt CT et al. Prediction and curation of missing biomedical identifier mappings with Biomappings. "
    "Bioinformatics 2023.",
    downloads=tuple(
        Download(f"{_RESOURCES}{verdict}.sssom.tsv", latest="master") for verdict in ("positive", "negative")
    ),
)

version = sssom.version


def load(inputs: Inputs) -> Staged:
    return sssom.read(inputs)
