"""A mapping's table read from an SSSOM file: one that kg wrote, that a curator signed, or of someone else's.

Identifiers get the graph's spelling: IRIs too, and prefixes that the file's own `curie_map` spells otherwise.

Source: SSSOM 1.1, "The SSSOM/TSV serialisation format" (https://mapping-commons.github.io/sssom/spec-formats-tsv/)
"""

import csv
import gzip
import io
import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from kgbuild import sssom
from kgbuild.curie import from_iri, standardize
from kgbuild.errors import InputError
from kgbuild.mapping.table import KINDS, NONE

#: The object of a subject that has no counterpart.
NO_TERM = "sssom:NoTermFound"

_LINK = ("subject_id", "predicate_id", "object_id")
_REQUIRED = (*_LINK, "mapping_justification")
_CURIE = re.compile(r"[A-Za-z_][\w.-]*:[^\s|/][^\s|]*")
_NUMBERS = ("similarity_score", "confidence")
#: Predicate → kind of match.
KIND_OF = {predicate: kind for kind, predicate in KINDS.items()} | {
    "owl:equivalentClass": "exact", "owl:equivalentProperty": "exact", "owl:sameAs": "exact",
    "rdfs:subClassOf": "broad", "sssom:superClassOf": "narrow",
}  # fmt: skip
_ATTRS = {
    "mapping_tool": "tool", "mapping_tool_version": "tool_version", "mapping_date": "date", "license": "licence",
    "subject_source_version": "source_version", "object_source_version": "target_version",
}  # fmt: skip


def said(values: dict[str, str]) -> str:
    """Keys and values as the slot `other` has them: `kind=exact; rank=2`.

    >>> said({"kind": "exact", "model": "a; b"})
    'kind=exact; model=a%3B b'
    """
    return "; ".join(f"{key}={value.replace('%', '%25').replace(';', '%3B')}" for key, value in values.items())


def heard(text: str) -> dict[str, str]:
    """What `said` wrote; nothing where somebody else wrote the slot.

    >>> heard("kind=exact; model=a%3B b"), heard("a remark")
    ({'kind': 'exact', 'model': 'a; b'}, {})
    """
    pairs = [part.partition("=") for part in text.split("; ")]
    return {key: value.replace("%3B", ";").replace("%25", "%") for key, equals, value in pairs if equals}


class Table(NamedTuple):
    """A mapping set as its file has it: metadata, columns, and rows of text, each with the line on which it ends."""

    metadata: dict[str, Any]
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read_table(path: Path, required: Sequence[str] = _LINK) -> Table:
    """The rows of an SSSOM/TSV file (also comma-separated, also compressed) as they are; an empty cell is ''.

    Raises:
        InputError: The file is none, lacks a required column, or a row has more cells than there are columns.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError) as error:
        problem = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {problem}; give an SSSOM file, as `kg harmonize FROM TO --out` writes it") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: it is not UTF-8 text; give an SSSOM file (TSV)") from error
    lines = text.splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata = sssom.metadata(str(path), sssom.uncommented(lines[:start]))
    table = "".join(lines[start:])
    delimiter = "\t" if "\t" in table.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=delimiter, strict=True)
    columns = next(reader, [])
    missing = [column for column in required if column not in columns]
    if missing:
        raise InputError(f"{path}, line {start + 1}: no column {missing[0]}; SSSOM requires {', '.join(required)}")
    rows = []
    try:
        for cells in filter(any, reader):
            line = start + reader.line_num
            if len(cells) > len(columns):
                raise InputError(
                    f"{path}, line {line}: {len(cells)} cells under {len(columns)} columns; quote what has a delimiter"
                )
            rows.append((line, dict(zip_longest(columns, cells, fillvalue=""))))
    except csv.Error as error:
        raise InputError(f"{path}, line {start + reader.line_num}: {error}; close the quotes") from error
    return Table(metadata, columns, rows)


def read_sssom(path: Path) -> pd.DataFrame:
    """The table of an SSSOM/TSV file (also comma-separated, also compressed).

    Returns:
        The columns of `kgbuild.mapping.table` that the file has, with `predicate_id` and, where a mapping is refused,
        `predicate_modifier` as the file writes them; other columns as they are. `similarity_score` is null where the
        file has none. `attrs` has what the metadata say: source, target, model, model_digest, graph, and what
        `kgbuild.export` states again.

    Raises:
        InputError: The file is none, or a row lacks what SSSOM requires, has a number that is none, or no CURIE.
    """
    table = read_table(path, _REQUIRED)
    ours = sssom.prefixes(table.metadata)
    rows = [_row(f"{path}, line {line}", cells, ours) for line, cells in table.rows]
    if any("rank" in row for row in rows):  # the first of each subject is not written
        rows = [{"rank": 1} | row for row in rows]
    columns = dict.fromkeys([*table.columns, "kind", "rank", "similarity_score"])
    frame = pd.DataFrame(rows, columns=list(columns))
    frame = frame.drop(columns=[each for each in frame if each != "similarity_score" and frame[each].isna().all()])
    frame = frame.astype({name: float for name in _NUMBERS if name in frame})
    frame.attrs |= _attrs(table.metadata, frame)
    return frame


def _row(where: str, cells: dict[str, str], ours: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: value for name, value in cells.items() if value != ""}
    for name in ("subject_id", "predicate_id", "object_id"):
        row[name] = _curie(f"{where}, column {name}", row.get(name, ""), ours)
    for name in _NUMBERS:
        if name in row:
            row[name] = _share(f"{where}, column {name}", row[name])
    negated = row.get("predicate_modifier", "").lower() == "not"
    told = heard(row.get("other", ""))
    none = negated or row["object_id"] == NO_TERM
    found = told["kind"] if told.get("kind") in KINDS else KIND_OF.get(row["predicate_id"])
    row["kind"] = NONE if none else found
    if told.get("rank", "").isdecimal():
        row["rank"] = int(told["rank"])
    return row


def _curie(where: str, text: str, ours: dict[str, str]) -> str:
    prefix, _, local = text.strip().partition(":")
    curie = (from_iri(text) if "://" in text else None) or standardize(f"{ours.get(prefix, prefix)}:{local}")
    if not _CURIE.fullmatch(curie):
        raise InputError(f"{where}: {text!r} is no CURIE; write it as EFO:0000270")
    return curie


def _share(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"{where}: {text!r} is no number from 0 to 1")
    return value


def _attrs(metadata: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    attrs = heard(str(metadata.get("other", "")))
    attrs |= {attr: str(metadata[slot]) for slot, attr in _ATTRS.items() if slot in metadata}
    declared = metadata.get("curie_map")
    known: dict[str, Any] = {"prefixes": declared if isinstance(declared, dict) else {}}
    for side, column in (("source", "subject_id"), ("target", "object_id")):
        prefixes = {curie.partition(":")[0] for curie in frame[column]} - {"sssom"}
        if side not in attrs and len(prefixes) == 1:
            (attrs[side],) = prefixes
    return attrs | known
