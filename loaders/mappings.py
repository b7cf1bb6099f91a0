"""Any mappings: the door for SSSOM files, and for tables of one's own, `kg load mappings FILE`.

Source: a file that you name: SSSOM 1.1 (https://mapping-commons.github.io/sssom) as TSV, CSV or JSON, its metadata in
    the file or beside it (FILE.sssom.yml); or any table with a header, whose columns you name:
    `--set subject=code --set subject_prefix=phecode --set object=efo_id --set predicate=exactMatch`. `predicate` is a
    column or a predicate; `label`, `object_label` and `confidence` are columns.
Licence: as you state it (`--set licence=CC0-1.0`)
Yields: what `loaders.formats.sssom` reads.
Skips: as `loaders.formats.sssom`. Mappings by way of the UMLS need no door: its loader ties each concept to its codes,
    so that `MATCH (a)<-[:XREF]-(c {vocabulary: 'umls'})-[:XREF]->(b)` finds the codes a and b that share a concept.
"""

from collections.abc import Sequence
from pathlib import Path

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source
from loaders.formats import sssom

SOURCE = Source(
    name="mappings",
    title="Any mappings in SSSOM or a table",
    url="",
    licence="as you state it",
    files={"mappings": ("*.tsv", "*.csv", "*.txt", "*.json"), "metadata": ("*.yml", "*.yaml")},
    optional=("metadata",),
    parameters=dict.fromkeys(
        (
            "subject", "object", "predicate", "subject_prefix", "object_prefix", "label", "object_label", "confidence",
        ),
        "",
    ),
)  # fmt: skip

version = sssom.version


def companions(paths: Sequence[Path], parameters: dict[str, str]) -> list[Path]:
    """The external metadata that lie beside the files."""
    return [path for each in paths if (path := sssom.beside(each)) is not None and path not in paths]


def load(inputs: Inputs) -> Staged:
    unused = [option for option, value in inputs.parameters.items() if value and option in SOURCE.parameters]
    if unused and not {"subject", "object"} & {*unused}:
        raise InputError(
            f"--set {unused[0]}: only for a table of your own; give --set subject=… and --set object=… too"
        )
    return sssom.read(inputs)
