"""A ranker that learns from curated mappings how much each feature is worth, and what its scores mean.

Legend: C candidates of one query, F features.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from kgbuild.mapping.calibrate import Calibration
from kgbuild.mapping.features import FEATURES, Floats
from kgbuild.mapping.trees import LEAVES, Trees

_FOLDS = 5
_ROUNDS = 3  # of folds: near ties between candidates otherwise hang on how the examples fell
_MOST = 2.4  # of two similarities with a fifth of each for the label
_THREADS = 2
_NONE = -2.0  # log odds that none of a query's candidates is right, 1 to 7
_CLOSE = 10  # candidates of a query that all models look at
#: Fewer examples teach less than the sum of the two similarities knows.
ENOUGH = 200


class Example(NamedTuple):
    """A concept that curators mapped: the features of its candidates [C, F], and which of them are right [C]."""

    features_CF: Floats
    right_C: NDArray[np.bool_]


@dataclass(frozen=True)
class Ranker:
    """Boosted trees, one a fold of each round: their mean ranks, and what they say of their unseen folds calibrates.

    Without `models` the score is the sum of character TF-IDF and encoder similarity, and there is no confidence.
    """

    models: Sequence[Trees] = ()
    calibration: Calibration | None = None

    def score(self, features: Sequence[Floats]) -> list[Floats]:
        """Scores [C] in [0, 1] of each query's candidates: the share of their odds that a candidate has.

        Args:
            features: Of each query [C, F]; all at once, since asking the trees costs more than answering.
        """
        if not self.models:
            return [np.clip(each_CF[:, FEATURES.index("both")] / _MOST, 0, 1) for each_CF in features]
        parts = [features[at::_THREADS] for at in range(_THREADS)]
        with ThreadPoolExecutor(_THREADS) as threads:
            scored = list(threads.map(self._scores, parts))
        return [scored[i % _THREADS][i // _THREADS] for i in range(len(features))]

    def _scores(self, features: Sequence[Floats]) -> list[Floats]:
        tables = [_relative(each_CF) for each_CF in features]
        close = [_top(odds_C) for odds_C in _split(_odds(self.models[0], tables), tables)]
        chosen = [table[at] for table, at in zip(tables, close, strict=True)]
        odds = np.mean([_odds(model, chosen) for model in self.models], axis=0)
        scores: list[Floats] = [np.zeros(len(each), np.float32) for each in tables]
        for score_C, at, odds_C in zip(scores, close, _split(odds, chosen), strict=True):
            score_C[at] = _shares(odds_C)
        return scores

    def confidence(self, scores: Sequence[Floats], features: Sequence[Floats]) -> list[Floats] | None:
        """Of each score the share of curated mappings like these with such a score that were right; None without any.

        Args:
            scores: What `score` said.
            features: Of what.
        """
        if self.calibration is None or not scores:
            return None
        return _split(self.calibration(scores, features), scores)


def fit(examples: Sequence[Example], alike: bool = True, seed: int = 0) -> Ranker:
    """Learn from examples whose candidates hold a right one; too few give the plain sum of similarities.

    Args:
        examples: Concepts that curators mapped.
        alike: They are of the same sort as what will be ranked.
        seed: Of folds and trees.
    """
    usable = [example for example in examples if example.right_C.any()]
    if len(usable) < ENOUGH:
        return Ranker()
    random = np.random.default_rng(seed)
    rounds = [random.permutation(len(usable)) % _FOLDS for _ in range(_ROUNDS)]
    tables = [_relative(example.features_CF) for example in usable]

    def learn(at: int, fold: int) -> Trees:
        seen = np.flatnonzero(rounds[at] != fold)
        model = HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.05, max_leaf_nodes=LEAVES, min_samples_leaf=60, l2_regularization=5.0,
            max_features=0.3, early_stopping=False, random_state=seed + at * _FOLDS + fold,
        )  # fmt: skip
        model.fit(np.concatenate([tables[i] for i in seen]), np.concatenate([usable[i].right_C for i in seen]))
        return Trees(model)

    folds = [(at, fold) for at in range(_ROUNDS) for fold in range(_FOLDS)]
    with ThreadPoolExecutor(_THREADS) as threads:  # a model's own threads would wait for each other more than they work
        models = list(threads.map(lambda each: learn(*each), folds))
    unseen: list[Floats] = [np.zeros(len(table), np.float32) for table in tables]
    for (at, fold), model in zip(folds, models, strict=True):
        its = np.flatnonzero(rounds[at] == fold)
        its_tables = [tables[i] for i in its]
        for i, odds_C in zip(its, _split(_odds(model, its_tables), its_tables), strict=True):
            unseen[i] += odds_C / _ROUNDS
    without = [example for example in examples if not example.right_C.any()]
    scores = [*map(_shares, unseen), *Ranker(models).score([example.features_CF for example in without])]
    told = [*usable, *without]
    right, features = [example.right_C for example in told], [example.features_CF for example in told]
    return Ranker(models, Calibration(scores, right, features, alike))


def _relative(features_CF: Floats) -> Floats:
    """[C, 2F]: the features, and how far each is behind the best of its query."""
    return np.concatenate([features_CF, features_CF - features_CF.max(axis=0)], axis=1)


def _top(odds_C: Floats) -> NDArray[np.int64]:
    """The candidates that all models look at; the others have next to no odds."""
    return np.argsort(-odds_C, kind="stable")[:_CLOSE]


def _odds(model: Trees, tables: Sequence[Floats]) -> NDArray[np.float64]:
    """Log odds of all candidates of all queries, one after another."""
    if not tables:
        return np.zeros(0)
    return model(np.concatenate(tables))


def _split(odds: NDArray[np.floating], tables: Sequence[Floats]) -> list[Any]:
    """Log odds by query."""
    return np.split(odds, np.cumsum([len(each) for each in tables])[:-1]) if tables else []


def _shares(odds_C: Floats) -> Floats:
    """Log odds of a query's candidates → shares of odds; that none is right has a share, too, so that a poor candidate
    gains nothing by standing alone.
    """
    shares: Floats = np.exp(odds_C - np.logaddexp(_NONE, np.logaddexp.reduce(odds_C)))
    return shares
