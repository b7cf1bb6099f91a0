"""Tables as benchmarks come in: found by the names of their files, read as text, with the line that a mistake is on."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

import pandas as pd

from kgbuild.errors import InputError


def find(data: Path, patterns: Iterable[str]) -> list[Path]:
    """The files below a folder that match the first pattern which any file matches; `.gz` may follow each."""
    for pattern in patterns:
        if found := sorted({path for end in ("", ".gz") for path in data.rglob(pattern + end) if path.is_file()}):
            return found
    return []


def read(path: Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """A table of tabs, or of commas where its first line has no tab, as strings; an empty cell is missing.

    Lines at the top that begin with # are no rows, but the last of them are the header where it stands in a comment, as
    CTD writes it. Between tabs quotation marks are text.

    Args:
        path: The file, compressed or not.
        columns: Names of the columns of a file without a header.

    Returns:
        Indexed by line number.

    Raises:
        InputError: The file cannot be read.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as file:
            comments = list(takewhile(lambda line: line.startswith("#"), file))
        with opened(path, "rt", encoding="utf-8-sig") as file:
            for _ in comments:
                next(file)
            first = file.readline()
        separator = "\t" if "\t" in first else ","
        fields = next((line.strip("# \r\n") for line in comments[1:] if separator in line), "")
        named = list(columns) or (fields.split(separator) if fields else None)
        frame = pd.read_csv(
            path, sep=separator, dtype=str, skiprows=len(comments), encoding="utf-8-sig", names=named, index_col=False,
            quoting=csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL, keep_default_na=False, na_values=[""],
            skip_blank_lines=False,
        )  # fmt: skip
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, EOFError) as error:
        raise InputError(f"{path}: cannot be read ({str(error).strip()}); a table of tabs or commas") from error
    start = len(comments) + (2 if named is None else 1)
    frame.index = pd.RangeIndex(start, start + len(frame))
    return frame
