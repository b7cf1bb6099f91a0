"""How well a score tells held-out trait–variant associations from pairs that nobody reported.

Negatives keep one end of each held-out pair (the anchor) and draw the other among the entities with a training
association: *uniform*, or *degree* in proportion to how many they have, which popularity alone cannot tell apart.

Source: GENEREL, section 4 and figure 2; DESIGN.md, "Honest association figures".
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.stats import rankdata

from embed.evaluate.figure import Figure
from embed.evaluate.hard import hard
from embed.evaluate.statistics import delong
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.split import Split

#: Traits (→ concepts) and variants, N each → N scores, higher where the two belong together.
Score = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.floating]]

#: A study that crosses 832 variants with 56 traits, a third of all pairs: figures are given without it too.
CROSSED_STUDY = "pubmed:23251661"

#: Lower edges of the gaps between odds ratios, as in GENEREL's figure 2.
GAPS = (0.0, 0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Auc:
    """One figure: the mean and deviation over seeds of the AUC of `pairs` held-out pairs against as many negatives.

    `anchor` is `trait` or `variant`, `negatives` `uniform` or `degree`; `subset` says which held-out pairs: `all`,
    those whose variant has (`seen`) or has not (`unseen`) a training association, or `hard` ones
    (`embed.evaluate.hard`); `without` leaves the crossed study's own pairs out, of what is held out and of the degrees.
    """

    anchor: str
    negatives: str
    subset: str
    without: bool
    pairs: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Ranking:
    """Of `pairs` pairs of a trait's held-out variants whose odds ratios differ by `gap`, the share in their order."""

    gap: str
    pairs: int
    share: float


def evaluate(split: Split, cache: PairCache, score: Score, seeds: Sequence[int] = range(5)) -> list[Auc]:
    """AUC of the held-out pairs under `score`, by anchor, negatives and subset; the same negatives for every score."""
    head, tail = (split.held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))
    subsets, crossed = _subsets(split, cache), _crossed(split)
    positive = score(head, tail)
    rows = []
    for anchor, negatives, without in product(("trait", "variant"), ("uniform", "degree"), (False, True)):
        draw = Negatives(split, cache, anchor, negatives, without)
        drawn = [score(*draw(head, tail, seed)) for seed in seeds]
        for subset, chosen in subsets.items():
            part = chosen & ~(crossed & without)
            if part.any():
                values = [auc(positive[part], negative[part]) for negative in drawn]
                figures = float(np.mean(values)), float(np.std(values))
                rows.append(Auc(anchor, negatives, subset, without, int(part.sum()), *figures))
    return rows


def _subsets(split: Split, cache: PairCache) -> dict[str, NDArray[np.bool_]]:
    seen = split.held["seen"].to_numpy(zero_copy_only=False).astype(bool)
    return {"all": seen | True, "seen": seen, "unseen": ~seen, "hard": hard(split, cache)}


def _crossed(split: Split) -> NDArray[np.bool_]:
    """The held-out pairs that the crossed study alone reports."""
    return np.array([names == [CROSSED_STUDY] for names in split.held["publications"].to_pylist()], bool)


def rank_by_odds(split: Split, score: Score) -> list[Ranking]:
    """The share of held-out variant pairs of one trait that `score` ranks as their odds ratios; ties count a half."""
    held = split.held.filter(split.held["odds_ratio"].is_valid())
    head, tail = (held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))
    odds = held["odds_ratio"].to_numpy()
    value = score(head, tail)
    gaps, right = [np.zeros(0)], [np.zeros(0)]
    for trait in np.unique(head):
        of = np.flatnonzero(head == trait)
        one, other = (of[index] for index in np.triu_indices(len(of), 1))
        gap = odds[one] - odds[other]
        gaps.append(np.abs(gap))
        right.append((1 + np.sign(gap) * np.sign(value[one] - value[other])) / 2)
    gap_P, right_P = np.concatenate(gaps), np.concatenate(right)
    rows = []
    for low, high in zip(GAPS, (*GAPS[1:], np.inf), strict=True):
        part = (gap_P > low) & (gap_P <= high)
        if part.any():
            name = f"{low:g}–{high:g}" if np.isfinite(high) else f"> {low:g}"
            rows.append(Ranking(name, int(part.sum()), float(right_P[part].mean())))
    return rows


def auc(positive_N: NDArray[np.floating], negative_M: NDArray[np.floating]) -> float:
    """The share of (positive, negative) couples in the right order, ties a half: Mann–Whitney's U by ranks."""
    n, m = len(positive_N), len(negative_M)
    rank = rankdata(np.concatenate([positive_N, negative_M]))
    return float((rank[:n].sum() - n * (n + 1) / 2) / (n * m))


def figures(
    split: Split, cache: PairCache, scores: Mapping[str, Score], models: Collection[str], name: str
) -> list[Figure]:
    """AUC of every score on the same held-out pairs and negatives, and the share of odds ratios in their order.

    `low` and `high` are 1.96 deviations over five draws of the negatives on either side of their mean; `p` is DeLong's
    of a model against the best of the scores that are none, on the first draw.

    Args:
        split: What was held out.
        cache: The pairs.
        scores: By name.
        models: Which of the scores are models'.
        name: Of the benchmark.
    """
    crossed = bool(_crossed(split).any())
    found = {method: evaluate(split, cache, score) for method, score in scores.items()}
    tested = _Tested(split, cache, scores)
    rows = []
    for at, first in enumerate(next(iter(found.values()))):
        if first.without and not crossed:
            continue
        of = {method: rows_of[at] for method, rows_of in found.items()}
        others = {method: figure.mean for method, figure in of.items() if method not in models}
        best = max(others, key=others.__getitem__) if others else ""
        for method, figure in of.items():
            against = best if method in models else ""
            rows.append(
                Figure(
                    table="association",
                    set=name + f", without PMID {CROSSED_STUDY.removeprefix('pubmed:')}" * first.without,
                    subset=figure.subset,
                    measure=f"AUC, {figure.anchor}-anchored, {figure.negatives}",
                    method=method,
                    value=figure.mean,
                    low=figure.mean - 1.96 * figure.deviation,
                    high=figure.mean + 1.96 * figure.deviation,
                    items=figure.pairs,
                    against=against,
                    p=tested(figure, method, against) if against else None,
                )
            )
    for method, score in scores.items():
        for gap in rank_by_odds(split, score):
            measure = f"odds ratios {gap.gap} apart, in order"
            rows.append(
                Figure(table="odds ratios", set=name, measure=measure, method=method, value=gap.share, items=gap.pairs)
            )
    return rows


class _Tested:
    """DeLong's p of two scores, on the first draw of negatives."""

    def __init__(self, split: Split, cache: PairCache, scores: Mapping[str, Score]):
        self.split, self.cache, self.scores = split, cache, scores
        self.head, self.tail = (split.held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))
        self.subsets, self.crossed = _subsets(split, cache), _crossed(split)
        self.drawn: dict[tuple[str, str, bool, str], tuple[NDArray[np.floating], NDArray[np.floating]]] = {}

    def __call__(self, figure: Auc, one: str, other: str) -> float:
        part = self.subsets[figure.subset] & ~(self.crossed & figure.without)
        scored = []
        for method in (one, other):
            key = (figure.anchor, figure.negatives, figure.without, method)
            if key not in self.drawn:
                draw = Negatives(self.split, self.cache, *key[:3])(self.head, self.tail, 0)
                score = self.scores[method]
                self.drawn[key] = score(self.head, self.tail), score(*draw)
            scored.append([each[part] for each in self.drawn[key]])
        return delong(*(np.stack(each) for each in zip(*scored, strict=True)))[2]


class Negatives:
    """Draws for each held-out pair another one with the same anchor that no source reports.

    Args:
        split: Gives what is known: a negative is never that, held out or not, nor under another id of the trait.
        cache: The pairs.
        anchor: The end that is kept, `trait` or `variant`.
        kind: `uniform` over the entities with a training association, or by `degree`, their number of those.
        without: Leave out associations that the crossed study alone reports.
    """

    def __init__(self, split: Split, cache: PairCache, anchor: str, kind: str, without: bool = False):
        self.anchor, self.many = anchor, len(cache.variants)
        self.group = cache.concepts["group"].to_numpy().astype(np.int64)
        self.known = np.sort(split.known[:, 0] * self.many + split.known[:, 1])
        trait, variant = training_units(split, cache, without) if split.pool is None else split.pool
        self.pool = variant if anchor == "trait" else trait
        if kind == "uniform":
            self.pool = np.unique(self.pool)

    def __call__(
        self, head: NDArray[np.int64], tail: NDArray[np.int64], seed: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Traits and variants of the negatives, in the order of the positives."""
        rng = np.random.default_rng(seed)
        head, tail = head.copy(), tail.copy()
        moving = tail if self.anchor == "trait" else head
        again = np.arange(len(head))
        while len(again):
            moving[again] = rng.choice(self.pool, len(again))
            key = self.group[head[again]] * self.many + tail[again]
            at = np.searchsorted(self.known, key)
            again = again[self.known[np.minimum(at, len(self.known) - 1)] == key]
        return head, tail


def training_units(
    split: Split, cache: PairCache, without: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct (trait, variant) pairs of published studies in training, however many records say so."""
    row = split.train_mask & (cache.column("task") == TASKS.index("gwas"))
    if without:
        row &= pc.fill_null(pc.not_equal(cache.pairs["publications"], CROSSED_STUDY), True).to_numpy()
    units = np.unique(np.stack([cache.column("head")[row], cache.column("tail")[row]]).astype(np.int64), axis=1)
    return units[0], units[1]
