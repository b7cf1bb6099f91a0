"""A mapping table of any origin with a confidence for each of its rows, the most doubtful first.

Source: SSSOM 1.0, TSV with or without an embedded metadata block; a table needs subject_id and object_id alone.
"""

import csv
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.files import open_text, replacing
from kgbuild.inputs import lines
from kgbuild.mapping.kind import Side, kinds
from kgbuild.mapping.pair_features import Encode
from kgbuild.mapping.pairs import PAIR, PairScorer
from kgbuild.mapping.sssom import read_table
from kgbuild.mapping.table import NONE
from kgbuild.store import Store

_GIVEN = "given_confidence"  # what the file says itself


def score_table(store: Store, path: Path, encode: Encode) -> pd.DataFrame:
    """The rows of a mapping table with `confidence`, the least first; rows without labels last, without one.

    Where the wording of the labels says that they are no match (`kgbuild.mapping.kind`), `doubts` says why, and the
    confidence is at most that in a near miss.

    Args:
        store: The graph, enriched, which teaches what curators accept and has the labels that the table lacks.
        path: SSSOM, TSV or CSV with subject_id and object_id (CURIEs), subject_label and object_label where known. Its
            own confidence is kept as given_confidence.
        encode: Texts → unit vectors, by the model that the graph was enriched with.

    Raises:
        InputError: The file cannot be read or lacks a column; no row has labels; the graph has too few curated pairs.
    """
    table = _read(path)
    pairs = _labelled(store, table)
    known = (pairs[["subject_label", "object_label"]] != "").all(axis=1)
    if not known.any():
        raise InputError(
            f"{path}: no row has a label on both sides, nor has the graph; add subject_label and object_label"
        )
    scorer = PairScorer.fit(store, encode)
    confidence = np.full(len(table), np.nan)
    confidence[known] = scorer.score_pairs(pairs[known], encode)
    doubts = _doubts(pairs)
    confidence[doubts != ""] = np.minimum(confidence[doubts != ""], scorer.near_miss)
    if "confidence" in table:
        table = table.rename(columns={"confidence": _GIVEN})
    table.insert(len(table.columns), "confidence", confidence)
    table["subject_label"], table["object_label"] = pairs["subject_label"], pairs["object_label"]
    table["doubts"] = doubts
    return table.sort_values("confidence", kind="stable", na_position="last").reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    found = read_table(path, ("subject_id", "object_id"))
    for line, row in found.rows:
        for name in ("subject_id", "object_id"):
            if ":" not in row[name]:
                raise InputError(
                    f"{path}, line {line}, {name}: {row[name] or 'nothing'}; a CURIE such as MONDO:0005148 is expected"
                )
    return pd.DataFrame([row for _, row in found.rows], columns=found.columns)


def metadata(path: Path) -> list[str]:
    """The lines of a file's embedded metadata block."""
    return list(takewhile(lambda line: line.startswith("#"), lines(path)))


def _labelled(store: Store, table: pd.DataFrame) -> pd.DataFrame:
    """The columns of PAIR: ids in the graph's spelling, labels from the table, else from the graph, else empty."""
    pairs = pd.DataFrame(index=table.index, columns=list(PAIR))
    for end in ("subject", "object"):
        pairs[f"{end}_id"] = table[f"{end}_id"].map(standardize)
        pairs[f"{end}_label"] = table.get(f"{end}_label", pd.Series("", index=table.index)).str.strip()
    wanted = {i for end in ("subject", "object") for i in pairs.loc[pairs[f"{end}_label"] == "", f"{end}_id"]}
    names = {row["id"]: row["name"] for row in store.query("similar/labels", ids=sorted(wanted))}
    for end in ("subject", "object"):
        empty = pairs[f"{end}_label"] == ""
        pairs.loc[empty, f"{end}_label"] = pairs.loc[empty, f"{end}_id"].map(names).fillna("")
    return pairs


def _doubts(pairs: pd.DataFrame) -> pd.Series:
    """Why the wording says that a pair is no match; empty where it does not."""
    sides = [[Side([text]) for text in pairs[f"{end}_label"]] for end in ("subject", "object")]
    verdicts = kinds(zip(*sides, strict=True))
    return pd.Series(["; ".join(each.reasons) if each.kind == NONE else "" for each in verdicts], index=pairs.index)


def write_table(table: pd.DataFrame, path: Path, source: Path) -> None:
    """Write scored rows with the metadata block of the file that they came from, the whole file or nothing."""
    with replacing(path) as (part,), open_text(part) as file:
        file.writelines(f"{line.rstrip()}\n" for line in metadata(source))
        table.to_csv(
            file, sep="\t", index=False, float_format="%.4f", lineterminator="\n", quoting=csv.QUOTE_MINIMAL
        )  # fmt: skip
