"""What a score means for the concepts that are mapped, learned from other vocabularies' that are unlike them.

A score of 0.7 is right more often where names are nearly the same than where they are not. Where ontologies have to
teach what groups codes, since few of ICD's categories are tied to the target, their names are more alike than a
PheCode's and its phenotype's. So each example weighs as much as concepts like it are more frequent among those that are
mapped than among the examples: the ratio of the two densities, which the odds of a classifier that tells the two apart
give.

Legend: E examples, Q queries, P pairs of one and a candidate, F features, T traits.
Source: Shimodaira 2000 (https://doi.org/10.1016/S0378-3758(00)00115-4); the ratio by a classifier, Bickel et al. 2009.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kgbuild.mapping.curve import Curve
from kgbuild.mapping.features import FEATURES, Floats
from kgbuild.mapping.search import first_best

#: Fewer concepts do not tell how they differ from others.
_ENOUGH = 200
_EDGE = 1e-6
#: What tells how hard a concept is: the best of its candidates in these, and those of the candidate that ranks first.
_BEST = ("both", "tfidf", "encoder", "tfidf_label", "encoder_label", "overlap", "same_key")
_FIRST = ("missing", "extra", "use", "descendants", "depth", "names")


class Calibration:
    """Scores of curated examples, and which were right.

    Args:
        scores: Of each example's candidates [C], by models that had not learned from it.
        right: Which of them are right [C].
        features: Of each [C, F].
        alike: The examples are of the same sort as what is asked for, so that all weigh the same.
    """

    def __init__(
        self, scores: Sequence[Floats], right: Sequence[NDArray[np.bool_]], features: Sequence[Floats], alike: bool
    ) -> None:
        self._alike = alike
        self._score_P, self._right_P = np.concatenate(scores), np.concatenate(right)
        self._length_E = np.array([len(each) for each in scores])
        self._traits_ET = _traits(scores, features)

    def __call__(self, scores: Sequence[Floats], features: Sequence[Floats]) -> Floats:
        """The share of candidates with such a score that are right among concepts like those asked for, [P].

        Args:
            scores: Of each query's candidates, all that are asked for at once.
            features: Of each [C, F].
        """
        weight_E = np.ones(len(self._length_E))
        if not self._alike and len(scores) >= _ENOUGH:
            weight_E = self._weights(_traits(scores, features))
        example_P = np.repeat(np.arange(len(weight_E)), self._length_E)
        curve = Curve.of(_odds(self._score_P), self._right_P, weight_E[example_P], example_P)
        return curve(_odds(np.concatenate(scores))).astype(np.float32)

    def _weights(self, traits_QT: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much more frequent concepts like each example are among those asked for."""
        told: Any = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
        asked = np.repeat([False, True], [len(self._traits_ET), len(traits_QT)])
        told.fit(np.concatenate([self._traits_ET, traits_QT]), asked)
        weight_E: NDArray[np.float64] = np.exp(told.decision_function(self._traits_ET))
        return weight_E


def _odds(score_P: Floats) -> NDArray[np.float64]:
    """Log odds of scores in [0, 1]."""
    share_P = np.clip(score_P.astype(np.float64), _EDGE, 1 - _EDGE)
    odds_P: NDArray[np.float64] = np.log(share_P / (1 - share_P))
    return odds_P


def _traits(scores: Sequence[Floats], features: Sequence[Floats]) -> NDArray[np.float64]:
    """What tells how hard each query is, [Q, T]."""
    begin = np.cumsum([0, *map(len, scores)])[:-1]
    table_PF = np.concatenate(features)
    sum_P = table_PF[:, FEATURES.index("both")].copy()
    nearest = first_best(sum_P, begin)
    highest = sum_P[nearest]
    sum_P[nearest] = 0
    margin = highest - np.maximum.reduceat(sum_P, begin)
    best_QF = np.maximum.reduceat(table_PF[:, [FEATURES.index(each) for each in _BEST]], begin)
    first_QF = table_PF[first_best(np.concatenate(scores), begin)][:, [FEATURES.index(each) for each in _FIRST]]
    return np.concatenate([best_QF, first_QF, margin[:, None]], axis=1).astype(np.float64)
