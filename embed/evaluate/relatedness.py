"""How well a cosine tells related concepts from others of the same types: AUC on pairs of databases.

Negatives are never a known pair. They are drawn `uniform` among the ends that occur in the set, or by `degree`, in
proportion to how many pairs an end has there, which popularity alone cannot tell apart; both ends are drawn, as in the
paper, or one of them is kept. Every method is asked about the same ones.

An interval and a test resample pairs, each with its negatives. They take the AUC as a mean over pairs: of the share of
negatives below the pair, and of pairs above its negative, which is what the AUC changes by when a pair is drawn once
more (its influence). That is exact to first order, and 100,000 pairs take seconds.

Legend: N pairs, S seeds, M methods, F figures.

Source: GENEREL, section 4.2 and table 2; DeLong, DeLong and Clarke-Pearson 1988.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed.evaluate import lexical, statistics
from embed.evaluate.figure import Encode, Figure
from embed.evaluate.lexical import Score
from embed.evaluate.statistics import Doubles
from embed.pairs.cache import TASKS, PairCache
from kgbuild.graph import name_key

Ints = NDArray[np.int64]
#: CURIEs of either side, N each → N scores.
ScoreById = Callable[[Sequence[str], Sequence[str]], NDArray[np.floating]]

KINDS = ("uniform", "degree")
_RESAMPLES = 2_000
_TRIES = 200  # draws of a negative before a pair counts as one that has none
_PART = 20_000  # pairs whose vectors are gathered at once


def relatedness(
    pairs: pd.DataFrame,
    methods: Mapping[str, Encode],
    name: str,
    *,
    subset: str = "all",
    sides: tuple[str, str] = ("one", "other"),
    seeds: Sequence[int] = range(5),
    known: Iterable[tuple[str, str]] = (),
    against: str = "minilm",
    scores: Mapping[str, ScoreById] | None = None,
    cache: PairCache | None = None,
    train_mask: NDArray[np.bool_] | None = None,
) -> list[Figure]:
    """AUC of each method, and of character TF-IDF, BM25 and degrees, on the same pairs and negatives.

    Args:
        pairs: Columns one, one_text, other, other_text: ids and texts; optionally one_type, other_type.
        methods: Models.
        name: Of the set.
        subset: Which of its pairs these are.
        sides: What the ends are called.
        seeds: Of the draws.
        known: Further pairs of ids that are no negatives.
        against: The method that the others are tested against.
        scores: Baselines that know ids instead of texts.
        cache: Gives degrees: relations of an end in training, by its id or a name.
        train_mask: bool, one a row of the cache's pairs; all by default.

    Returns:
        For each method the measures `AUC, uniform`, `AUC, degree` (both ends drawn) and, with either end kept,
        `AUC, uniform, gene kept` …; intervals by bootstrap over pairs, the deviation over seeds in `note`.
    """
    one_N, one = pd.factorize(pairs["one"])
    other_N, other = pd.factorize(pairs["other"])
    texts = [
        pairs.drop_duplicates(side).set_index(side)[f"{side}_text"].loc[ids].tolist()
        for side, ids in (("one", one), ("other", other))
    ]
    scorers = _scorers(texts[0], texts[1], methods)
    scorers |= {key: _by_id(score, np.asarray(one), np.asarray(other)) for key, score in (scores or {}).items()}
    if cache is not None:
        scorers |= _degrees(cache, train_mask, (list(one), list(other)), texts, sides)
    types = [pairs.get(f"{side}_type", pd.Series("", pairs.index)) for side in ("one", "other")]
    type_N = pd.factorize(types[0].astype(str) + "|" + types[1].astype(str))[0]
    place = [{identifier: i for i, identifier in enumerate(ids)} for ids in (one, other)]
    further = [(place[0][a], place[1][b]) for a, b in known if a in place[0] and b in place[1]]
    draw = Negatives(one_N, other_N, type_N, len(other), further)
    positive_MN = {method: score(one_N, other_N) for method, score in scorers.items()}
    rows, values = [], []
    for kept, kind in product((None, 0, 1), KINDS):
        measure = f"AUC, {kind}" + ("" if kept is None else f", {sides[kept]} kept")
        drawn = [draw(kind, kept, seed) for seed in seeds]
        had_N = np.all([had for _, _, had in drawn], axis=0)
        if not had_N.any():
            continue
        for method, score in scorers.items():
            found = [influence(positive_MN[method][had_N], score(a[had_N], b[had_N])) for a, b, _ in drawn]
            value_N = np.full(len(pairs), np.nan)
            value_N[had_N] = np.mean(found, axis=0)
            rows.append((measure, method, float(np.std([each.mean() for each in found])), int(had_N.sum())))
            values.append(value_N)
    drawn_RF = _resampled(np.stack(values, axis=1))
    at = {(measure, method): i for i, (measure, method, _, _) in enumerate(rows)}
    figures = []
    for i, (measure, method, deviation, items) in enumerate(rows):
        low, high = np.quantile(drawn_RF[:, i], [0.025, 0.975])
        tested = method != against and (measure, against) in at
        difference_R = drawn_RF[:, i] - drawn_RF[:, at[measure, against]] if tested else None
        left = len(pairs) - items
        figures.append(
            Figure(
                table="relatedness",
                set=name,
                subset=subset,
                measure=measure,
                method=method,
                value=float(np.nanmean(values[i])),
                low=float(low),
                high=float(high),
                items=items,
                against=against if tested else "",
                p=None if difference_R is None else statistics.two_sided(difference_R),
                note=f"± {deviation:.3f} over {len(seeds)} seeds"
                + (f"; {left:,} without any pair that is unknown" if left else ""),
            )
        )
    return figures


def influence(positive_N: NDArray[np.floating], negative_N: NDArray[np.floating]) -> Doubles:
    """One value a pair, whose mean is the AUC, and which it changes by as the pair is drawn more or less often.

    Args:
        positive_N: Scores of the pairs.
        negative_N: Of the negative of each.

    >>> float(influence(np.array([0.9, 0.4]), np.array([0.5, 0.1])).mean())
    0.75
    """
    below_N = _share_below(positive_N, negative_N)
    above_N = 1 - _share_below(negative_N, positive_N)
    value_N: Doubles = below_N + above_N - below_N.mean()
    return value_N


def _share_below(score_N: NDArray[np.floating], others: NDArray[np.floating]) -> Doubles:
    """The share of others that each score is above, ties a half."""
    ordered = np.sort(others)
    below_N, up_to_N = np.searchsorted(ordered, score_N, "left"), np.searchsorted(ordered, score_N, "right")
    share_N: Doubles = (below_N + up_to_N) / (2 * len(ordered))
    return share_N


def _resampled(value_NF: Doubles) -> Doubles:
    """Means of resampled pairs [R, F]; a pair that a figure is not over does not count there."""
    there_NF = np.isfinite(value_NF).astype(float)
    filled_NF = np.nan_to_num(value_NF)
    parts = [
        drawn @ filled_NF / np.maximum(drawn @ there_NF, 1) for drawn in statistics.resamples(len(value_NF), _RESAMPLES)
    ]
    return np.concatenate(parts)


class Negatives:
    """Draws a pair of the same types for each pair, which is not known.

    Args:
        one_N, other_N: Places of the ends.
        type_N: A number a couple of types.
        many: How many other ends there are.
        known: Further pairs that are no negatives.
    """

    def __init__(self, one_N: Ints, other_N: Ints, type_N: Ints, many: int, known: Iterable[tuple[int, int]] = ()):
        self.ends, self.many = (one_N, other_N), many
        self.parts = [np.flatnonzero(type_N == each) for each in np.unique(type_N)]
        self.known = np.unique(np.concatenate([one_N * many + other_N, [a * many + b for a, b in known]]).astype(int))

    def __call__(self, kind: str, kept: int | None, seed: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Either end of the negatives, in the order of the pairs, and which pairs have one.

        Args:
            kind: `uniform` or `degree`.
            kept: The end that stays the pair's own, 0 or 1; None draws both.
            seed: Of the draw.
        """
        rng = np.random.default_rng(seed)
        drawn = [end.copy() for end in self.ends]
        left = []
        for rows in self.parts:
            pools = [end[rows] if kind == "degree" else np.unique(end[rows]) for end in self.ends]
            again = rows
            for _ in range(_TRIES):
                for end in {0, 1} - {kept}:
                    drawn[end][again] = rng.choice(pools[end], len(again))
                again = again[np.isin(drawn[0][again] * self.many + drawn[1][again], self.known)]
                if not len(again):
                    break
            left.append(again)
        had_N = np.ones(len(drawn[0]), bool)
        had_N[np.concatenate(left)] = False
        return drawn[0], drawn[1], had_N


def _scorers(one: Sequence[str], other: Sequence[str], methods: Mapping[str, Encode]) -> dict[str, Score]:
    scorers = {method: _cosine(encode(one), encode(other)) for method, encode in methods.items()}
    return scorers | {"character TF-IDF": lexical.character_tfidf(one, other), "BM25": lexical.bm25(one, other)}


def _cosine(one_MD: NDArray[np.floating], other_KD: NDArray[np.floating]) -> Score:
    def score(one_N: Ints, other_N: Ints) -> NDArray[np.floating]:
        parts = (slice(at, at + _PART) for at in range(0, len(one_N), _PART))
        return np.concatenate([np.einsum("nd,nd->n", one_MD[one_N[p]], other_KD[other_N[p]]) for p in parts])

    return score


def _by_id(score: ScoreById, one: NDArray[np.object_], other: NDArray[np.object_]) -> Score:
    return lambda one_N, other_N: score(one[one_N].tolist(), other[other_N].tolist())


def _degrees(
    cache: PairCache,
    train_mask: NDArray[np.bool_] | None,
    ids: tuple[list[str], list[str]],
    texts: Sequence[Sequence[str]],
    sides: tuple[str, str],
) -> dict[str, Score]:
    """Popularity in training: log(1 + relations) of both ends, and of either alone."""
    degree = training_degree(cache, train_mask)
    one, other = (
        np.log1p([degree(identifier, text) for identifier, text in zip(*each, strict=True)])
        for each in zip(ids, texts, strict=True)
    )
    return {
        "degree": lambda one_N, other_N: one[one_N] + other[other_N],
        f"degree, {sides[0]}": lambda one_N, other_N: one[one_N],
        f"degree, {sides[1]}": lambda one_N, other_N: other[other_N],
    }


def training_degree(cache: PairCache, train_mask: NDArray[np.bool_] | None = None) -> Callable[[str, str], int]:
    """How many relations of training a concept has, found by its id, else by its text or a part of it before a comma.

    A name that several concepts have stands for all of them.
    """
    relation = cache.column("task") == TASKS.index("relation")
    if train_mask is not None:
        relation &= train_mask
    ends = np.concatenate([cache.column(end)[relation] for end in ("head", "tail")])
    count = np.bincount(ends, minlength=len(cache.concepts))
    by_id = {identifier: i for i, identifier in enumerate(cache.concepts["id"].to_pylist())}
    by_name: dict[str, set[int]] = defaultdict(set)
    strings = cache.strings.to_pylist()
    names = (cache.names[column].to_pylist() for column in ("concept", "text"))
    labels = (range(len(cache.concepts)), cache.concepts["label"].to_pylist())
    for concepts, places in (names, labels):
        for concept, text in zip(concepts, places, strict=True):
            by_name[name_key(strings[text])].add(concept)

    def degree(identifier: str, text: str) -> int:
        if identifier in by_id:
            return int(count[by_id[identifier]])
        found = by_name.get(name_key(text)) or by_name.get(name_key(text.partition(",")[0]), set())
        return int(count[list(found)].sum())

    return degree
