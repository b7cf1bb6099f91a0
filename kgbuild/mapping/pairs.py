"""Is this pair the same thing? A confidence for any two labelled concepts, in the graph or not.

    curated pairs of the graph ── features ── trees and a logistic model, their mean ── calibration ── confidence
                               └─ how often curators accept pairs of such vocabularies, each pair's own verdict left out

Half of what the model sees has the rates of vocabularies that it knows, half as if it did not know them, so that it
judges both. Positives are EXACT_MATCH edges, negatives the negated ones, and near misses beside the matches: the terms
of the same vocabulary that look most like a concept which curators matched to another.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from string import ascii_lowercase, digits
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn needs it too

from kgbuild.errors import InputError
from kgbuild.mapping.curve import Curve
from kgbuild.mapping.features import Vectors
from kgbuild.mapping.keep import Keep
from kgbuild.mapping.pair_features import Describer, Encode, Rates, prefix, vocabularies
from kgbuild.store import Store

#: The columns of a pair.
PAIR = ("subject_id", "subject_label", "object_id", "object_label")
#: Fewer curated pairs on either side teach nothing.
ENOUGH = 50
_MOST = 150  # positives of two vocabularies and one source; MONDO's tens of thousands would drown the rest
_TYPED = 300  # names of one vocabulary and type
_SAMPLE = 40  # names behind each two letters
_FOLDS = 5
_NEAR = 100  # matches of two vocabularies for which a near miss is sought
_ALIKE = 0.5  # characters of a near miss
_NEAR_WEIGHT = 0.2  # of a near miss beside a curator's verdict
_FAR = 10.0  # standard deviations


@dataclass(frozen=True)
class PairScorer:
    """A model of curators' verdicts; `fit` learns it from a graph, `learn` from tables.

    `near_miss` is the confidence that it has, by half, in near misses that it did not learn from.
    """

    describe: Describer
    rates: Rates
    models: Sequence[Any]
    calibration: Curve
    near_miss: float
    learned_from: int

    @classmethod
    def fit(cls, store: Store, encode: Encode, without: Iterable[str] = ()) -> "PairScorer":
        """Learn from the curated pairs of the graph, once for each graph and model.

        Args:
            store: The graph, enriched.
            encode: Texts → unit vectors [T, D] by the model that the graph was enriched with, as
                `embed.model.checkpoint.Encoder.encode`.
            without: Pairs of vocabularies that are not learned from, such as `CHEBI|mesh`, in any order.

        Raises:
            InputError: The graph has no embeddings, or too few curated positives or negatives.
        """
        keep = Keep(store)
        left_out = {"|".join(sorted(each.split("|"))) for each in without}

        def learned() -> PairScorer:
            taught = keep.get("verdicts", lambda: _Taught.read(store, encode))
            curated = taught.curated[~vocabularies(taught.curated).isin(left_out)]
            scorer: PairScorer = cls.learn(curated, taught.typed, taught.names, taught.vectors.of)
            return scorer

        return learned() if left_out else keep.get("scorer", learned)

    @classmethod
    @threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
    def learn(cls, curated: pd.DataFrame, typed: pd.DataFrame, names: Sequence[str], encode: Encode) -> "PairScorer":
        """Learn from tables.

        Args:
            curated: Columns of PAIR and `right`.
            typed: Columns vocabulary, type, count, names (see `cypher/similar/typed_names`).
            names: A sample of name keys, by which n-grams and words are weighed.
            encode: Texts → unit vectors [T, D].

        Raises:
            InputError: Too few positives or negatives.
        """
        curated = curated.drop_duplicates(["subject_id", "object_id", "right"]).reset_index(drop=True)
        right = curated["right"].to_numpy(dtype=bool)
        if min(right.sum(), (~right).sum()) < ENOUGH:
            raise InputError(
                f"graph: {right.sum()} curated matches and {(~right).sum()} denied ones with names; {ENOUGH} of each "
                "are needed: load biomappings, or an SSSOM file of your own with `Not` in it"
            )
        describe = Describer(names, typed, curated, encode)
        features = describe(curated, encode)
        near = describe.near_misses(curated, _NEAR, _ALIKE)
        near = pd.concat([near, describe(near, encode)], axis=1) if len(near) else near
        unseen, of_near = np.zeros(len(curated)), np.zeros(len(near))
        for seen, rest in GroupKFold(_FOLDS).split(curated, groups=components(curated)):
            models = _train(features.iloc[seen], curated.iloc[seen], near[near["of"].isin(seen)])
            rates = Rates.of(curated.iloc[seen])(curated.iloc[rest])
            unseen[rest] = _odds(models, pd.concat([features.iloc[rest].reset_index(drop=True), rates], axis=1))
            if (its := near["of"].isin(rest).to_numpy()).any():
                beside = near[its].reset_index(drop=True)
                rates = Rates.of(curated.iloc[seen])(beside)
                of_near[its] = _odds(models, pd.concat([beside[features.columns], rates], axis=1))
        calibration = Curve.of(unseen, right)
        near_miss = float(np.median(calibration(of_near))) if len(near) else float(calibration(unseen).min())
        models = _train(features, curated, near)
        return cls(describe, Rates.of(curated), models, calibration, near_miss, len(curated))

    @threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
    def score_pairs(self, pairs: pd.DataFrame, encode: Encode) -> NDArray[np.float64]:
        """Confidence [P] in [0, 1]: the share of such pairs that curators accept. The table is judged as a whole.

        Args:
            pairs: The columns of PAIR; CURIEs in the graph's spelling.
            encode: Texts → unit vectors, as it learned with.
        """
        if pairs.empty:
            return np.zeros(0)
        pairs = pairs.reset_index(drop=True)
        table = pd.concat([self.describe(pairs, encode), self.rates(pairs)], axis=1)
        return self.calibration(_odds(self.models, table))


@dataclass(frozen=True)
class _Taught:
    """What a graph teaches: the tables that `PairScorer.learn` takes, and the vectors of all their texts."""

    curated: pd.DataFrame
    typed: pd.DataFrame
    names: Sequence[str]
    vectors: Vectors

    @classmethod
    def read(cls, store: Store, encode: Encode) -> "_Taught":
        curated, typed = store.frame("similar/verdicts", most=_MOST), store.frame("similar/typed_names", most=_TYPED)
        starts = [a + b for a, b in product(digits + ascii_lowercase, ascii_lowercase)]
        names = [row["key"] for row in store.query("similar/sample_names", starts=starts, each=_SAMPLE)]
        texts = sorted({*curated["subject_label"], *curated["object_label"], *typed["names"].explode().dropna()})
        return cls(curated, typed, names, Vectors((texts, encode(texts))))


def _train(features: pd.DataFrame, curated: pd.DataFrame, near: pd.DataFrame) -> list[Any]:
    curated, features = curated.reset_index(drop=True), features.reset_index(drop=True)
    right = curated["right"].to_numpy(dtype=bool)
    views = [Rates.of(curated)(curated, right), *_as_unknown(curated)]
    tables = [pd.concat([features, view], axis=1) for view in views]
    if len(near):
        near = near.reset_index(drop=True)
        tables.append(pd.concat([near[features.columns], Rates.of(curated)(near)], axis=1))
    table = pd.concat(tables, ignore_index=True)
    verdicts = np.concatenate([np.tile(right, len(views)), np.zeros(len(near), dtype=bool)])
    weights = np.concatenate([np.ones(len(right) * len(views)), np.full(len(near), _NEAR_WEIGHT * len(views))])
    trees = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0,
        max_features=0.3, early_stopping=False, random_state=0,
    )  # fmt: skip
    # clipped, or one feature that hardly varies among curated pairs decides of a pair that is far off
    within = FunctionTransformer(np.clip, kw_args={"a_min": -_FAR, "a_max": _FAR})
    linear = make_pipeline(StandardScaler(), within, LogisticRegression(C=0.02, max_iter=500))
    trees.fit(table, verdicts, sample_weight=weights)
    linear.fit(table, verdicts, logisticregression__sample_weight=weights)
    return [trees, linear]


def _as_unknown(curated: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rates of pairs as if their two vocabularies together, and then their subject's, had not been seen."""
    for groups in (vocabularies(curated), prefix(curated["subject_id"])):
        n = min(_FOLDS, groups.nunique())
        if n < 2:  # a graph that knows one pair of vocabularies alone
            continue
        parts = []
        for seen, rest in GroupKFold(n).split(curated, groups=groups):
            view = Rates.of(curated.iloc[seen])(curated.iloc[rest])
            parts.append(view.set_index(curated.index[rest]))
        yield pd.concat(parts).sort_index()


def _odds(models: Sequence[Any], table: pd.DataFrame) -> NDArray[np.float64]:
    """The mean log odds of the models."""
    mean: NDArray[np.float64] = np.mean([model.decision_function(table) for model in models], axis=0)
    return mean


def components(curated: pd.DataFrame) -> NDArray[np.int32]:
    """The group of each pair: pairs that share a concept, or are joined by others that do, are in one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends, _ = pd.factorize(pd.concat([curated["subject_id"], curated["object_id"]]))
    one, other = ends[: len(curated)], ends[len(curated) :]
    size = ends.max() + 1
    _, group = connected_components(coo_array((np.ones(len(one)), (one, other)), shape=(size, size)), directed=False)
    groups: NDArray[np.int32] = group[one]
    return groups
