"""The SSSOM files of a review: read with the lines that rows stand in, written whole.

Source: SSSOM 1.0, TSV with the metadata block embedded (https://mapping-commons.github.io/sssom/spec-formats-tsv/).
"""

import csv
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from kgbuild.errors import InputError
from kgbuild.files import open_text, replacing
from kgbuild.inputs import lines


class Table(NamedTuple):
    """A mapping set: its metadata, columns, and rows, each with the number of its line."""

    metadata: dict[str, Any]
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read(path: Path) -> Table:
    """Read an SSSOM TSV; empty cells are ''.

    Raises:
        InputError: No such file, or not SSSOM as TSV.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; `kg harmonize FROM TO --out {path.name}` writes one")
    text = list(lines(path))
    block = list(takewhile(lambda line: line.startswith("#"), text))
    try:
        metadata = yaml.load("".join(line[1:] for line in block), yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: its metadata block is not YAML; correct the lines that begin with #") from error
    reader = csv.reader(text[len(block) :], delimiter="\t")
    columns = next(reader, [])
    for needed in ("subject_id", "predicate_id", "object_id"):
        if needed not in columns:
            raise InputError(f"{path}, line {len(block) + 1}: no column {needed}; expected SSSOM as TSV, with tabs")
    rows = []
    for cells in reader:
        line = len(block) + reader.line_num
        if len(cells) > len(columns):
            raise InputError(f"{path}, line {line}: {len(cells)} cells; expected {len(columns)}, parted by tabs")
        if cells:
            rows.append((line, dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))))
    return Table(metadata if isinstance(metadata, dict) else {}, columns, rows)


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
