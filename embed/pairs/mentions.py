"""A task's own training mentions: a table of texts with the concepts that they name."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.pairs.cache import PairCache
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.inputs import delimiter

_COLUMNS = ("mention", "concept")


def read_mentions(path: Path, cache: PairCache) -> tuple[list[str], NDArray[np.int64]]:
    """Read a TSV or CSV with the columns `mention` and `concept` (a CURIE); others are left alone.

    Returns:
        The mentions, and each one's row of the cache's concepts.

    Raises:
        InputError: No such table; a row without a mention, or whose concept the graph does not have.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a TSV or CSV with the columns {' and '.join(_COLUMNS)}")
    row_of = {identifier: i for i, identifier in enumerate(cache.concepts["id"].to_pylist())}
    mentions: list[str] = []
    concept: list[int] = []
    bad: list[str] = []
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            separator = delimiter(path)
            plain = separator == "\t"  # a quotation mark is a character there
            rows = csv.DictReader(file, delimiter=separator, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
            if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or ())]:
                raise InputError(f"{path}:1: no column {' and no column '.join(missing)}; name them in the first line")
            for row in rows:
                text, identifier = ((row[name] or "").strip() for name in _COLUMNS)
                known = row_of.get(standardize(identifier) if ":" in identifier else identifier)
                if not text:
                    bad.append(f"{path}:{rows.line_num}: an empty mention; leave the row out")
                elif known is None:
                    bad.append(
                        f"{path}:{rows.line_num}: {identifier!r} is no concept of the graph in use; "
                        "give a CURIE such as MONDO:0005148, load its vocabulary, or leave the row out"
                    )
                else:
                    mentions.append(text)
                    concept.append(known)
        except (UnicodeDecodeError, ValueError) as error:
            raise InputError(f"{path}: not a table in UTF-8 ({error}); write it as one") from error
    if bad:
        raise InputError(bad[0] + (f" ({len(bad) - 1:,} more rows like it)" if len(bad) > 1 else ""))
    if not mentions:
        raise InputError(f"{path}: no rows; give a mention and a concept in each")
    return mentions, np.array(concept, np.int64)
