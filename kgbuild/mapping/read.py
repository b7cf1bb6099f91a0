"""SSSOM/TSV (or CSV) into the table of `kgbuild.mapping.table`, whoever wrote it.

Identifiers get the graph's spelling: through the file's own `curie_map`, IRIs too. `predicate_id` with
`predicate_modifier` gives the kind; where kg wrote the file, the slot `other` says it (`kind=exact`), since a computed
mapping never goes out as skos:exactMatch. Mappings of other predicates have no kind.

Source: SSSOM 1.1 (https://mapping-commons.github.io/sssom/spec-formats-tsv/).
"""

import csv
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

import pandas as pd

from kgbuild import sssom
from kgbuild.curie import from_iri, standardize
from kgbuild.errors import InputError
from kgbuild.inputs import lines
from kgbuild.mapping.table import COLUMNS, KINDS, NONE

#: The object of a subject that has no counterpart.
NO_TERM = "sssom:NoTermFound"

_KIND = {predicate: kind for kind, predicate in KINDS.items()} | {
    "owl:equivalentClass": "exact", "owl:equivalentProperty": "exact", "owl:sameAs": "exact",
    "rdfs:subClassOf": "broad",
}  # fmt: skip
_REQUIRED = ("subject_id", "predicate_id", "object_id")
_NUMBERS = ("similarity_score", "confidence")
_CURIE = re.compile(r"[A-Za-z_][\w.-]*:[^\s|/][^\s|]*")


def read_sssom(path: Path) -> pd.DataFrame:
    """The mappings of a file: the columns of `kgbuild.mapping.table`, then the file's others as they are.

    A subject's links keep their order, which `rank` counts. Columns that are empty throughout are left out,
    similarity_score never.

    Raises:
        InputError: No such file, no table of SSSOM, or a value that it does not allow, with its line and column.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a mapping as SSSOM (FILE.sssom.tsv)")
    given = list(lines(path))
    block = list(takewhile(lambda line: line.startswith("#"), given))
    ours = sssom.prefixes(sssom.metadata(str(path), sssom.uncommented(block)))
    table = given[len(block) :]
    separator = "\t" if table and "\t" in table[0] else ","
    rows = csv.DictReader(table, delimiter=separator, restval="", strict=True)
    columns = _columns(path, rows)
    links = []
    try:
        for row in rows:
            links.append(_link(f"{path}, line {len(block) + rows.line_num}", row, ours))
    except csv.Error as error:
        line = len(block) + rows.line_num + 1  # behind the last that could be read
        raise InputError(f"{path}, line {line}: {error}; close the quotes, or write the file anew") from error
    frame = pd.DataFrame(links, columns=[*COLUMNS, *(column for column in columns if column not in COLUMNS)])
    frame["rank"] = frame.groupby("subject_id").cumcount() + 1
    frame = frame.astype(dict.fromkeys(_NUMBERS, float))
    return frame.drop(columns=[each for each in frame if each != "similarity_score" and frame[each].isna().all()])


def _columns(path: Path, rows: "csv.DictReader[str]") -> list[str]:
    columns = list(rows.fieldnames or ())
    missing = [column for column in _REQUIRED if column not in columns]
    if missing:
        there = ", ".join(columns) or "none"
        raise InputError(f"{path}: no column {missing[0]} (columns: {there}); SSSOM needs {', '.join(_REQUIRED)}")
    return columns


def _link(where: str, row: dict[str, str], ours: Mapping[str, str]) -> dict[str, object]:
    """One row: nothing for an empty cell, numbers, CURIEs in the graph's spelling, and its kind."""
    if None in row:
        raise InputError(f"{where}: more fields than the header has; quote fields that contain the separator")
    if any("\udc80" <= letter <= "\udcff" for cell in row.values() for letter in cell):
        raise InputError(f"{where}: is not UTF-8; write the file anew as UTF-8")
    link: dict[str, object] = {column: cell or None for column, cell in row.items() if column}
    link |= {column: _number(f"{where}, column {column}", row.get(column)) for column in _NUMBERS}
    link |= {each: _curie(f"{where}, column {each}", row[each], ours) for each in ("subject_id", "object_id")}
    return link | {"kind": _kind(row)}


def _kind(row: Mapping[str, str]) -> str | None:
    if row["object_id"] == NO_TERM or (row.get("predicate_modifier") or "").lower() == "not":
        return NONE
    if stated := re.search(rf"\bkind=({'|'.join(KINDS)})\b", row.get("other") or ""):
        return stated[1]
    predicate = row["predicate_id"]
    return _KIND.get((from_iri(predicate) if "://" in predicate else None) or predicate)


def _number(where: str, text: str | None) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise InputError(f"{where}: {text!r}; expected a number from 0 to 1")
    return number


def _curie(where: str, text: str, ours: Mapping[str, str]) -> str:
    prefix, _, local = text.strip().partition(":")
    curie = (from_iri(text) if "://" in text else None) or standardize(f"{ours.get(prefix, prefix)}:{local}")
    if not _CURIE.fullmatch(curie):
        raise InputError(f"{where}: {text!r}; expected a CURIE such as EFO:0000270")
    return curie
