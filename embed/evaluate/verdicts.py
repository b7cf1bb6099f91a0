"""How well a score tells curated pairs from refuted ones: AUC over Biomappings' positives and negatives, or the like.

Refuted pairs are those that looked alike to a tool and were refused by a curator, so that likeness of the labels alone
is far from enough. Verdicts differ by vocabularies (nearly all of some were refuted): the AUC *within* pairs of
vocabularies leaves out what knowing the two vocabularies says.

A score that learns from the graph is asked for a fold at a time, of whole pairs of vocabularies: it may learn from
links between other vocabularies than the fold's, and from nothing that it is asked for.

Legend: N pairs, R resamples, G n-grams.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from embed.evaluate import statistics
from embed.evaluate.baselines import encoded
from embed.evaluate.statistics import Doubles
from kgbuild.graph import name_key

#: A table of pairs, with the columns of `gold.read_labelled` less `right` → scores [N].
Score = Callable[[pd.DataFrame], Any]
_FIRST = "character TF-IDF"
_FOLDS = 5
_RESAMPLES = 2_000


def evaluate(frame: pd.DataFrame, scores: Mapping[str, Score]) -> pd.DataFrame:
    """AUC of the baselines and of other scores, on the same pairs.

    Args:
        frame: Of `gold.read_labelled`.
        scores: Further ones, by name; they are not shown the verdicts, and are asked for a fold at a time.

    Returns:
        A row a score: score, pairs, right (how many are), auc, low, high (95 % of bootstrap resamples of pairs), within
        (over couples of one pair of vocabularies alone), above (AUC less that of character TF-IDF), above_low,
        above_high, p (of that difference).
    """
    right_N = frame["right"].to_numpy(bool)
    asked = frame.drop(columns="right")
    vocabularies = [
        " ".join(sorted(each.partition(":")[0].lower() for each in ids))
        for ids in zip(frame["subject_id"], frame["object_id"], strict=True)
    ]
    given = _baselines(asked)
    for name, score in scores.items():
        given[name] = np.empty(len(frame))
        for fold in _folds(vocabularies):
            given[name][fold] = score(asked.iloc[fold].reset_index(drop=True))
    drawn = {name: _resampled(score_N, right_N) for name, score_N in given.items()}
    rows = []
    for name, score_N in given.items():
        (area,) = statistics.auc(score_N, right_N)
        (first,) = statistics.auc(given[_FIRST], right_N)
        low, high = np.quantile(drawn[name], [0.025, 0.975])
        above_R = drawn[name] - drawn[_FIRST]
        row: dict[str, Any] = {"score": name, "pairs": len(frame), "right": int(right_N.sum())}
        row |= {"auc": float(area), "low": float(low), "high": float(high)}
        row["within"] = _within(score_N, right_N, vocabularies)
        if name != _FIRST:
            above_low, above_high = np.quantile(above_R, [0.025, 0.975])
            row |= {"above": float(area - first), "above_low": float(above_low), "above_high": float(above_high)}
            row["p"] = statistics.two_sided(above_R)
        rows.append(row)
    return pd.DataFrame(rows)


def _resampled(score_N: Doubles, right_N: NDArray[np.bool_]) -> Doubles:
    parts = [statistics.auc(score_N, right_N, drawn_RN) for drawn_RN in statistics.resamples(len(right_N), _RESAMPLES)]
    return np.concatenate(parts)


def _folds(vocabularies: Sequence[str]) -> list[NDArray[np.int64]]:
    """Rows of five folds of about equal size, each of whole pairs of vocabularies."""
    folds: list[list[int]] = [[] for _ in range(_FOLDS)]
    groups = pd.Series(np.arange(len(vocabularies))).groupby(list(vocabularies)).indices
    for rows in sorted(groups.values(), key=len, reverse=True):
        min(folds, key=len).extend(rows.tolist())
    return [np.array(sorted(rows)) for rows in folds if rows]


def _baselines(frame: pd.DataFrame) -> dict[str, Doubles]:
    """Likeness of the labels: by characters, by MiniLM, and the sum."""
    subject, object_ = ([name_key(label) for label in frame[f"{side}_label"]] for side in ("subject", "object"))
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit(sorted({*subject, *object_}))
    subject_NG, object_NG = vectorizer.transform(subject), vectorizer.transform(object_)
    tfidf_N = np.asarray(subject_NG.multiply(object_NG).sum(axis=1), float).ravel()
    vectors = encoded("minilm", [*subject, *object_])
    minilm_N = np.einsum("nd,nd->n", vectors.of(subject), vectors.of(object_)).astype(float)
    return {_FIRST: tfidf_N, "minilm": minilm_N, "TF-IDF + minilm": tfidf_N + minilm_N}


def _within(score_N: Doubles, right_N: Any, vocabularies: list[str]) -> float | None:
    """The AUC over couples of a right and a wrong pair of the same two vocabularies; None where there are none."""
    groups = pd.Series(np.arange(len(score_N))).groupby(vocabularies).indices.values()
    parts = [
        (float(statistics.auc(score_N[rows], right_N[rows])[0]), int(right_N[rows].sum()) * int((~right_N[rows]).sum()))
        for rows in groups
        if 0 < right_N[rows].sum() < len(rows)
    ]
    couples = sum(count for _, count in parts)
    return sum(area * count for area, count in parts) / couples if couples else None
