"""A ranker that learns from curated mappings how much each feature is worth, and what its scores mean.

Legend: C candidates of one query, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression

from kgbuild.mapping.features import FEATURES, Floats

_FOLDS = 5
_ROUNDS = 3  # of folds: near ties between candidates otherwise hang on how the examples fell
_MOST = 2.4  # of two similarities with a fifth of each for the label
#: Fewer examples teach less than the sum of the two similarities knows.
ENOUGH = 200


class Example(NamedTuple):
    """A concept that curators mapped: the features of its candidates [C, F], and which of them are right [C]."""

    features_CF: Floats
    right_C: NDArray[np.bool_]


@dataclass(frozen=True)
class Ranker:
    """Boosted trees, one a fold of each round; their mean ranks, and what each says of its unseen fold calibrates.

    Without `models` the score is the sum of character TF-IDF and encoder similarity, and there is no confidence.
    """

    models: Sequence[Any] = ()
    calibration: Any = None

    def score(self, features: Sequence[Floats]) -> list[Floats]:
        """Scores [C] in [0, 1] of each query's candidates: the share of their odds that a candidate has.

        Args:
            features: Of each query [C, F]; all at once, since asking the trees costs more than answering.
        """
        if not self.models:
            return [np.clip(each_CF[:, FEATURES.index("both")] / _MOST, 0, 1) for each_CF in features]
        odds = np.mean([_odds(model, features) for model in self.models], axis=0)
        return _shares(odds, features)

    def confidence(self, scores_C: Floats) -> Floats | None:
        """The share of curated mappings with such a score that were right; None without any."""
        if self.calibration is None:
            return None
        out: Floats = self.calibration.predict(scores_C)
        return out


def fit(examples: Sequence[Example], seed: int = 0) -> Ranker:
    """Learn from examples whose candidates hold a right one; too few give the plain sum of similarities."""
    usable = [example for example in examples if example.right_C.any()]
    if len(usable) < ENOUGH:
        return Ranker()
    random = np.random.default_rng(seed)
    rounds = np.stack([random.permutation(len(usable)) % _FOLDS + at * _FOLDS for at in range(_ROUNDS)])
    models: list[Any] = []
    scores: list[Floats] = []
    right: list[NDArray[np.bool_]] = []
    for fold in range(_ROUNDS * _FOLDS):
        folds = rounds[fold // _FOLDS]
        seen = [example for example, its in zip(usable, folds, strict=True) if its != fold]
        model = HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=60, l2_regularization=5.0,
            max_features=0.3, early_stopping=False, random_state=seed + fold,
        )  # fmt: skip
        model.fit(
            np.concatenate([_relative(example.features_CF) for example in seen]),
            np.concatenate([example.right_C for example in seen]),
        )
        models.append(model)
        unseen = [example for example, its in zip(usable, folds, strict=True) if its == fold]
        tables = [example.features_CF for example in unseen]
        scores += _shares(_odds(model, tables), tables)
        right += [example.right_C for example in unseen]
    calibration = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    calibration.fit(np.concatenate(scores), np.concatenate(right))
    return Ranker(models, calibration)


def _relative(features_CF: Floats) -> Floats:
    """[C, 2F]: the features, and how far each is behind the best of its query."""
    return np.concatenate([features_CF, features_CF - features_CF.max(axis=0)], axis=1)


def _odds(model: Any, features: Sequence[Floats]) -> Floats:
    """Log odds of all candidates of all queries, one after another."""
    odds: Floats = model.decision_function(np.concatenate([_relative(each_CF) for each_CF in features]))
    return odds


def _shares(odds: Floats, features: Sequence[Floats]) -> list[Floats]:
    """Log odds → each query's shares of odds."""
    ends = np.cumsum([len(each_CF) for each_CF in features])[:-1]
    return [np.exp(odds_C - np.logaddexp.reduce(odds_C)) for odds_C in np.split(odds, ends)]
