"""Tables as benchmarks come in: found by the names of their files, read as text, with the line that a mistake is on."""

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from kgbuild.errors import InputError


class _Tabs(csv.excel_tab):
    """Cells between tabs, in which quotation marks are text."""

    quoting = csv.QUOTE_NONE


def find(data: Path, patterns: Iterable[str]) -> list[Path]:
    """The files below a folder that match the first pattern which any file matches; `.gz` may follow each."""
    for pattern in patterns:
        if found := sorted({path for end in ("", ".gz") for path in data.rglob(pattern + end) if path.is_file()}):
            return found
    return []


def header(path: Path) -> list[str]:
    """The cells of a table's first row.

    Raises:
        InputError: The file cannot be read.
    """
    return next(_rows(path))[1]


def read(path: Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """A table of tabs, or of commas where its first line has no tab, as stripped strings; an empty cell is missing.

    Lines at the top that begin with # are no rows, but the header may stand in one of them, as CTD writes it. Between
    tabs quotation marks are text.

    Args:
        path: The file, compressed or not.
        columns: Names of the columns of a file without a header; further cells of a row are left out.

    Returns:
        Indexed by line number.

    Raises:
        InputError: The file cannot be read, or a row has more cells than the header.
    """
    rows = _rows(path)
    named = list(columns) or next(rows)[1]
    found: dict[int, list[str | None]] = {}
    for at, cells in rows:
        if len(cells) > len(named) and not columns and any(cells[len(named) :]):
            raise InputError(f"{path}: line {at}: {len(cells)} cells; expected {len(named)}, as the header has")
        if cells:
            found[at] = [cell.strip() or None for cell in cells[: len(named)]] + [None] * (len(named) - len(cells))
    return pd.DataFrame.from_dict(found, orient="index", columns=named, dtype=object)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells; a header in a comment first."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            at, comment = 1, ""
            while (line := file.readline()).startswith("#"):
                comment = comment if at == 1 or not {"\t", ","} & set(line) else line.strip("# \r\n")
                at += 1
            if not line:
                raise InputError(f"{path}: no row in it; expected a table of tabs or commas")
            separator = "\t" if "\t" in line else ","
            if separator in comment:
                yield at - 1, comment.split(separator)
            reader = csv.reader(chain([line], file), _Tabs if separator == "\t" else csv.excel)
            for cells in reader:
                yield at - 1 + reader.line_num, cells
    except (OSError, UnicodeDecodeError, EOFError, csv.Error) as error:
        raise InputError(
            f"{path}: cannot be read ({str(error).strip()}); expected a table of tabs or commas"
        ) from error
