"""The SSSOM file of a review, written whole; `kgbuild.mapping.sssom` reads it.

Source: SSSOM 1.0, TSV with the metadata block embedded (https://mapping-commons.github.io/sssom/spec-formats-tsv/).
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kgbuild.files import open_text, replacing


def block(metadata: Mapping[str, Any]) -> str:
    """The metadata block."""
    text = yaml.safe_dump(dict(metadata), sort_keys=False, allow_unicode=True, width=10_000)
    return "".join(f"# {line}\n" for line in text.splitlines())


def write(path: Path, metadata: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a mapping set, the whole file or nothing.

    Raises:
        InputError: It cannot be written.
    """
    with replacing(path) as (temporary,), open_text(temporary) as file:
        file.write(block(metadata))
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
