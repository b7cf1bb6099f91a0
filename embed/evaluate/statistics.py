"""What the figures of a mapping mean: hits, intervals, paired tests, thresholds, calibration, AUC.

Legend: Q concepts, N candidates or links, R resamples, M figures.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import norm, rankdata

Doubles = NDArray[np.float64]

RESAMPLES = 10_000
BINS = 10
_PART = 500  # resamples drawn at once: 40 MB for 10,000 concepts


def hits(scores: NDArray[np.floating], right: NDArray[np.bool_] | NDArray[np.int64]) -> tuple[float, float, float]:
    """Acc@1, Acc@5 and reciprocal rank of one concept, ties by expected value.

    Args:
        scores: Of its candidates.
        right: Which of them are right, as a mask or as places; without any all figures are 0.

    >>> hits(np.array([0.9, 0.9, 0.1]), np.array([True, False, False]))
    (0.5, 1.0, 0.75)
    """
    of_right = scores[right]
    if not len(of_right):
        return 0.0, 0.0, 0.0
    best = of_right.max()
    above, n = int((scores > best).sum()), int((scores == best).sum())
    wrong = n - int((of_right == best).sum())
    at = np.zeros(wrong + 1)  # probability that the first right one is the j-th of the tied
    none_before = 1.0
    for j in range(wrong + 1):
        at[j] = none_before * (n - wrong) / (n - j)
        none_before *= (wrong - j) / (n - j)
    ranks = above + 1 + np.arange(wrong + 1)
    return float(at[ranks <= 1].sum()), float(at[ranks <= 5].sum()), float((at / ranks).sum())


def resamples(n: int, count: int = RESAMPLES, seed: int = 0) -> Iterator[Doubles]:
    """How often each of n concepts is drawn, with replacement: [some, n] at a time, `count` in all."""
    random = np.random.default_rng(seed)
    for start in range(0, count, _PART):
        yield random.multinomial(n, np.full(n, 1 / n), size=min(_PART, count - start)).astype(np.float64)


def resampled_means(values_QM: Doubles, count: int = RESAMPLES) -> Doubles:
    """Means of figures over resampled concepts, [R, M]: one draw for all figures, so that differences are paired."""
    return np.concatenate([drawn @ values_QM / len(values_QM) for drawn in resamples(len(values_QM), count)])


def two_sided(differences_R: Doubles) -> float:
    """The bootstrap's p value for a difference of 0: twice the smaller share of resamples on one side of it.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, section 15.4; with one added to both counts.
    """
    n = len(differences_R)
    side = min((differences_R <= 0).sum(), (differences_R >= 0).sum())
    return float(min(1.0, 2 * (side + 1) / (n + 1)))


def mcnemar(one_Q: Doubles, other_Q: Doubles) -> tuple[float, float, float]:
    """McNemar's exact test, two-sided.

    Args:
        one_Q, other_Q: Whether each of two methods is right, in [0, 1]: a fraction where it has tied first candidates.

    Returns:
        Concepts that the one alone has right, those that the other alone has, p. A fraction counts as a fraction of a
        concept: the binomial's tail as an incomplete beta function, which is the exact one for whole numbers.

    Source: McNemar 1947; the tail, Abramowitz and Stegun 26.5.24.
    """
    difference_Q = one_Q - other_Q
    won, lost = float(difference_Q.clip(min=0).sum()), float((-difference_Q).clip(min=0).sum())
    fewer, more = min(won, lost), max(won, lost)
    return won, lost, float(min(1.0, 2 * betainc(more, fewer + 1, 0.5))) if more > 0 else 1.0


def expected_f1_threshold(confidence_N: Doubles) -> tuple[float, float]:
    """The threshold with the highest expected F1, from calibrated confidences alone: no right answer is looked at.

    Of links that are right with probabilities p, the k surest give an expected F1 of about 2·Σ_k p / (k + Σ p). Its
    maximum F* takes just the links with p > F*/2.

    Args:
        confidence_N: Of all links, those of concepts that no gold has too.

    Returns:
        The least confidence that is taken, and the expected F1.

    Source: Lewis 1995 (SIGIR); Ye et al. 2012 (ICML); Lipton, Elkan and Naryanaswamy 2014 (ECML PKDD), theorem 1.
    """
    ordered = np.sort(confidence_N)[::-1]
    expected = 2 * np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + ordered.sum())
    best = int(expected.argmax())
    return float(ordered[best]), float(expected[best])


def threshold_at(confidence_N: Doubles, value_N: Doubles, least: float) -> float:
    """The lowest threshold above which the mean of a value is at least `least`; infinity where there is none.

    With the confidences themselves as the value it is chosen without looking; with what is right, by an oracle.
    """
    order = np.argsort(-confidence_N, kind="stable")
    means = np.cumsum(value_N[order]) / np.arange(1, len(order) + 1)
    last_of_tied = np.append(_changes(confidence_N[order]), True)
    good = np.flatnonzero((means >= least - 1e-12) & last_of_tied)
    return float(confidence_N[order][good[-1]]) if len(good) else float("inf")


def precision_recall_f1(
    confidence_Q: Doubles, right_Q: Doubles, threshold: float, drawn_RQ: Doubles | None = None
) -> Doubles:
    """Precision, recall, F1 and coverage of the links with at least a confidence; a concept without a link is missed.

    Args:
        confidence_Q: Of each concept's link.
        right_Q: Whether it is right; every concept has a right answer.
        threshold: Of the confidence.
        drawn_RQ: How often each concept counts, [R, Q]; once by default.

    Returns:
        [R, 4]; precision is 1 where nothing is taken.
    """
    drawn = np.ones((1, len(right_Q))) if drawn_RQ is None else drawn_RQ
    taken_Q = (confidence_Q >= threshold).astype(np.float64)
    taken, right, all_ = drawn @ taken_Q, drawn @ (taken_Q * right_Q), drawn.sum(axis=1)
    precision = np.where(taken > 0, right / np.maximum(taken, 1e-12), 1.0)
    return np.stack([precision, right / all_, 2 * right / (taken + all_), taken / all_], axis=1)


def best_f1(score_Q: Doubles, right_Q: Doubles) -> float:
    """The F1 of the best threshold of a score, by an oracle that knows the answers."""
    order = np.argsort(-score_Q, kind="stable")
    f1 = 2 * np.cumsum(right_Q[order]) / (np.arange(1, len(order) + 1) + len(order))
    last_of_tied = np.append(_changes(score_Q[order]), True)
    return float(f1[last_of_tied].max())


def _changes(ordered_N: Doubles) -> NDArray[np.bool_]:
    """Which of N − 1 neighbours differ; a score may be −∞ where a method has no candidate."""
    differ: NDArray[np.bool_] = ordered_N[1:] != ordered_N[:-1]
    return differ


def bins_of(confidence_N: Doubles, equal_mass: bool) -> NDArray[np.int64]:
    """The bin of each link: ten of equal width, or ten with equally many links; equal confidences share one."""
    if equal_mass:
        edges = np.unique(np.quantile(confidence_N, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
        found: NDArray[np.int64] = np.searchsorted(edges, confidence_N, side="left").astype(np.int64)
        return found
    return np.minimum((confidence_N * BINS).astype(np.int64), BINS - 1)


def calibration_error(
    confidence_N: Doubles, right_N: Doubles, equal_mass: bool, drawn_RN: Doubles | None = None
) -> Doubles:
    """Expected calibration error [R]: |share right − mean confidence| over bins, weighed by their links.

    A bootstrap's interval of it lies high: noise within a bin never makes it smaller on average.

    Source: Naeini, Cooper and Hauskrecht 2015; equal mass, Nguyen and O'Connor 2015.
    """
    drawn = np.ones((1, len(right_N))) if drawn_RN is None else drawn_RN
    bin_N = bins_of(confidence_N, equal_mass)
    gap_N = right_N - confidence_N
    gaps = np.stack([drawn @ (gap_N * (bin_N == each)) for each in np.unique(bin_N)], axis=1)
    error: Doubles = np.abs(gaps).sum(axis=1) / drawn.sum(axis=1)
    return error


def reliability(confidence_N: Doubles, right_N: Doubles, equal_mass: bool) -> pd.DataFrame:
    """A row a bin: from, to (confidences in it), links, confidence (mean), right (share), low, high (Wilson, 95 %)."""
    bin_N, rows = bins_of(confidence_N, equal_mass), []
    for each in np.unique(bin_N):
        inside = bin_N == each
        n, share = int(inside.sum()), float(right_N[inside].mean())
        low, high = _wilson(share, n)
        rows.append((confidence_N[inside].min(), confidence_N[inside].max(), n, confidence_N[inside].mean(), share,
                     low, high))  # fmt: skip
    return pd.DataFrame(rows, columns=["from", "to", "links", "confidence", "right", "low", "high"])


def _wilson(share: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    middle, width = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float((middle - width) / (1 + z**2 / n)), float((middle + width) / (1 + z**2 / n))


def delong(
    positive_2N: NDArray[np.floating], negative_2M: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The AUCs of two scores on the same items, their standard errors, and p of the two being equal.

    Args:
        positive_2N: Both scores of N positives.
        negative_2M: Both scores of M negatives.

    Source: DeLong, DeLong and Clarke-Pearson 1988; by ranks, Sun and Xu 2014, algorithm 2.
    """
    n, m = positive_2N.shape[1], negative_2M.shape[1]
    rank_positive, rank_negative = (rankdata(each, axis=1) for each in (positive_2N, negative_2M))
    rank = rankdata(np.concatenate([positive_2N, negative_2M], axis=1), axis=1)
    of_positive = (rank[:, :n] - rank_positive) / m  # share of negatives below each positive
    of_negative = 1 - (rank[:, n:] - rank_negative) / n
    area = of_positive.mean(axis=1)
    covariance = np.cov(of_positive) / n + np.cov(of_negative) / m
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    difference = abs(area[0] - area[1])
    p = 1.0 if difference == 0 else 0.0 if variance <= 0 else float(2 * norm.sf(difference / np.sqrt(variance)))
    return area, np.sqrt(np.diag(covariance).clip(min=0)), p


def auc(score_N: Doubles, right_N: NDArray[np.bool_], drawn_RN: Doubles | None = None) -> Doubles:
    """The share of (right, wrong) couples in the right order, ties a half, for each way of drawing the pairs: [R].

    Args:
        score_N: Of all pairs.
        right_N: Which are right; both kinds occur.
        drawn_RN: How often each pair counts, [R, N]; once by default.
    """
    drawn = np.ones((1, len(score_N))) if drawn_RN is None else drawn_RN
    order = np.argsort(score_N, kind="stable")
    first = np.flatnonzero(np.append(True, _changes(score_N[order])))
    right = np.add.reduceat(drawn[:, order] * right_N[order], first, axis=1)
    wrong = np.add.reduceat(drawn[:, order] * ~right_N[order], first, axis=1)
    below = np.cumsum(wrong, axis=1) - wrong / 2
    area: Doubles = (right * below).sum(axis=1) / (right.sum(axis=1) * wrong.sum(axis=1))
    return area
