"""How well a confidence tells curated matches from denied ones, of pairs whose vocabularies or concepts are unseen.

Protocol: the pairs judged are read from SSSOM files, those learned from out of the graph. Judged pairs are cut into
folds by concept (pairs that share one together), by the two vocabularies, or by the subject's vocabulary. For a fold, a
model learns from what shares neither that group nor any concept with it, and scores the fold as one table. The figure
is the area under the ROC curve over all folds together, its interval from a bootstrap over groups of pairs that share
concepts.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.mapping.pair_features import Encode, prefix, vocabularies
from kgbuild.mapping.pairs import PAIR, PairScorer, components

Floats = NDArray[np.float64]
_BINS = 10
_RESAMPLES = 1_000


def read_verdicts(positive: Path, negative: Path) -> pd.DataFrame:
    """Curated pairs and denied ones: the columns of PAIR, `right` and `predicate_id`.

    Raises:
        InputError: A file lacks a column.
    """
    parts = []
    for path, right in ((positive, True), (negative, False)):
        table = pd.read_csv(path, sep="\t", dtype=str, comment="#", keep_default_na=False)
        if missing := {*PAIR, "predicate_id"} - set(table):
            raise InputError(f"{path}: no column {min(missing)}; SSSOM with labels is expected")
        parts.append(table[[*PAIR, "predicate_id"]].assign(right=right))
    out = pd.concat(parts, ignore_index=True)
    for end in ("subject_id", "object_id"):
        out[end] = out[end].map(standardize)
    return out


#: How the judged pairs are cut: what no model has seen of a pair that it scores.
CUTS: dict[str, Callable[[pd.DataFrame], Sequence[object]]] = {
    "concept": lambda pairs: components(pairs).tolist(),
    "vocabularies": lambda pairs: vocabularies(pairs).tolist(),
    "subject vocabulary": lambda pairs: prefix(pairs["subject_id"]).tolist(),
}


def folds(
    pairs: pd.DataFrame, curated: pd.DataFrame, cut: str, n: int = 5
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Rows that are judged together, and which curated pairs may teach for them."""
    groups = np.array(CUTS[cut](pairs), dtype=object)
    learned = np.array(CUTS[cut](curated), dtype=object)
    for _, rest in GroupKFold(n).split(pairs, groups=pd.factorize(groups)[0]):
        concepts = {*pairs["subject_id"].iloc[rest], *pairs["object_id"].iloc[rest]}
        apart = ~(curated["subject_id"].isin(concepts) | curated["object_id"].isin(concepts)).to_numpy()
        if cut != "concept":
            apart &= ~np.isin(learned, list(set(groups[rest])))
        yield rest, apart


def cross_validate(
    pairs: pd.DataFrame, curated: pd.DataFrame, typed: pd.DataFrame, names: Sequence[str], encode: Encode, cut: str
) -> Floats:
    """Confidences [P] of pairs, each by a model that has learned from others alone; see `PairScorer.learn`."""
    confidence = np.zeros(len(pairs))
    for rest, apart in folds(pairs, curated, cut):
        scorer = PairScorer.learn(curated[apart], typed, names, encode)
        confidence[rest] = scorer.score_pairs(pairs.iloc[rest], encode)
    return confidence


def area(right: NDArray[np.bool_], scores: Floats, groups: NDArray[np.int32]) -> tuple[float, float, float]:
    """Area under the ROC curve with its 95 % interval, groups of pairs drawn again with replacement."""
    random = np.random.default_rng(0)
    members = pd.Series(np.arange(len(groups))).groupby(groups).indices
    rows = list(members.values())
    drawn = []
    for _ in range(_RESAMPLES):
        some = np.concatenate([rows[i] for i in random.integers(len(rows), size=len(rows))])
        drawn.append(roc_auc_score(right[some], scores[some]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(roc_auc_score(right, scores)), float(low), float(high)


def calibration_error(right: NDArray[np.bool_], confidence: Floats) -> float:
    """Expected calibration error over ten bins of equal width."""
    at = np.clip((confidence * _BINS).astype(int), 0, _BINS - 1)
    return float(sum(abs(right[at == i].mean() - confidence[at == i].mean()) * (at == i).mean() for i in np.unique(at)))
