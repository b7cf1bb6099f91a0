"""The nearest of many vectors, exactly, without multiplying all of them whole.

Turned onto their principal axes, the vectors of names have nearly all of their length in a part of the width (of the
103,950 names of EFO's release 99 % in 230 of 768 axes). What is left is bounded by Cauchy and Schwarz,

    q·k = q₁·k₁ + q₂·k₂ ≤ q₁·k₁ + |q₂| |k₂|,

which is one product of that part and one more column. Only what the bound does not rule out is multiplied whole.

Legend: K names, R names asked, D width, F axes kept and one column, N terms, B queries, S pairs.
Source: bounding a part of an inner product, as in LEMP (https://doi.org/10.1145/2996452).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kgbuild.mapping.lexical import Floats

Ints = NDArray[np.int64]

#: What a bound may be too low by: 32-bit sums of some hundred products.
ROUNDING = 1e-5
_KEPT = 0.99  # of the squared length
_SAMPLE = 20_000  # vectors that the axes are read from; any axes give a bound, these a narrow one
_PART = 128  # scores of which the largest is looked at first
_PRODUCTS = 2_048  # at once: 12 MB of 768 floats


class Bound:
    """Vectors [K, D], ready to be bounded in their products with others."""

    def __init__(self, vectors_KD: Floats) -> None:
        sample_SD = vectors_KD[:: max(1, len(vectors_KD) // _SAMPLE)]
        energy_D, axes_DD = np.linalg.eigh(sample_SD.T @ sample_SD)
        kept = int(np.searchsorted(np.cumsum(energy_D[::-1]), _KEPT * energy_D.sum())) + 1
        self._axes_DE: Floats = np.ascontiguousarray(axes_DD[:, ::-1][:, :kept])
        parts = range(0, len(vectors_KD), _SAMPLE)
        self._turned_KF = np.concatenate([self._turned(vectors_KD[at : at + _SAMPLE]) for at in parts])

    def __call__(self, asked_RD: Floats) -> Floats:
        """At least the product of each vector with each of those asked, up to ROUNDING, [K, R]."""
        bound_KR: Floats = self._turned_KF @ self._turned(asked_RD).T
        return bound_KR

    def _turned(self, vectors_RD: Floats) -> Floats:
        lead_RE = vectors_RD @ self._axes_DE
        rest_R = np.linalg.norm(vectors_RD - lead_RE @ self._axes_DE.T, axis=1)
        return np.concatenate([lead_RE, rest_R[:, None]], axis=1)


def nearest_by_bounds(bound_NB: Floats, k: int, exact: Callable[[Ints, Ints], Floats]) -> list[Ints]:
    """The k terms of each query that have the highest scores.

    The k with the highest bounds have scores of which the lowest must be reached: so must the bounds of all others.

    Args:
        bound_NB: At least the scores, up to ROUNDING.
        k: How many.
        exact: Queries and terms of some pairs → their scores.
    """
    peaks = Peaks(bound_NB)
    found = peaks.tops(k)
    scores = _split(exact(*_pairs(found)), found)
    rivals = [
        np.setdiff1d(peaks.reaching(query, scores_C.min() - ROUNDING), terms_C)
        for query, (scores_C, terms_C) in enumerate(zip(scores, found, strict=True))
    ]
    theirs = _split(exact(*_pairs(rivals)), rivals)
    out = []
    for terms_C, scores_C in zip(zip(found, rivals, strict=True), zip(scores, theirs, strict=True), strict=True):
        best = np.argsort(-np.concatenate(scores_C), kind="stable")[:k]
        out.append(np.concatenate(terms_C)[best])
    return out


def _pairs(terms: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The terms of each query as pairs: queries, terms."""
    return np.repeat(np.arange(len(terms)), [len(each) for each in terms]), np.concatenate(terms)


def _split(scores_P: Floats, terms: Sequence[Ints]) -> list[Floats]:
    """The scores of pairs by query."""
    return np.split(scores_P, np.cumsum([len(each) for each in terms])[:-1])


def products(left_AD: Floats, row_S: Ints, right_KD: Floats, key_S: Ints) -> Floats:
    """Row row_S[i] of one table times row key_S[i] of the other, for each i."""
    out = np.empty(len(row_S), np.float32)
    for at in range(0, len(out), _PRODUCTS):
        part = slice(at, at + _PRODUCTS)
        np.einsum("sd,sd->s", left_AD[row_S[part]], right_KD[key_S[part]], out=out[part])
    return out


def largest(bound_S: Floats, begin_P: Ints, exact: Callable[[Ints], Floats]) -> Floats:
    """The largest exact value of each pair, most of them ruled out by their bounds.

    Args:
        bound_S: At least the exact values, up to ROUNDING; those of a pair stand together.
        begin_P: Where those of each pair begin; each has one or more.
        exact: Places in `bound_S` → their exact values.
    """
    if not len(bound_S):
        return np.zeros(0, np.float32)
    pair_S = np.repeat(np.arange(len(begin_P)), np.diff([*begin_P, len(bound_S)]))
    likeliest_P = first_best(bound_S, begin_P)
    best_P = exact(likeliest_P)
    rivals = bound_S > best_P[pair_S] - ROUNDING
    rivals[likeliest_P] = False
    places = np.flatnonzero(rivals)
    np.maximum.at(best_P, pair_S[places], exact(places))
    return best_P


def first_best(scores_S: NDArray[np.floating], begin_P: Ints) -> Ints:
    """Where the first of the best scores of each pair stands."""
    length = np.diff([*begin_P, len(scores_S)])
    at = np.flatnonzero(scores_S == np.repeat(np.maximum.reduceat(scores_S, begin_P), length))
    first: Ints = at[np.searchsorted(at, begin_P)]
    return first


class Peaks:
    """Scores [N, B] of terms for queries, with the largest of each part, so that few are looked at."""

    def __init__(self, scores_NB: Floats) -> None:
        self._scores_NB = scores_NB
        parts, queries = len(scores_NB) // _PART, scores_NB.shape[1]
        self._largest_PB = scores_NB[: parts * _PART].reshape(parts, _PART, queries).max(axis=1)

    def tops(self, k: int) -> list[Ints]:
        """Where the k largest scores of each query are."""
        return [self.top(query, k) for query in range(self._scores_NB.shape[1])]

    def top(self, query: int, k: int) -> Ints:
        """Where the k largest scores of a query are: in the k parts that have the largest ones."""
        largest_P = self._largest_PB[:, query]
        parts = np.arange(len(largest_P))
        if len(parts) > k:
            parts = np.argpartition(largest_P, len(parts) - k)[len(parts) - k :]
        at = self._inside(parts)
        scores = self._scores_NB[at, query]
        k = min(k, len(at))
        top: Ints = at[np.argpartition(scores, len(at) - k)[len(at) - k :]]
        return top

    def reaching(self, query: int, least: float) -> Ints:
        """Where a query's scores of `least` or more are."""
        at = self._inside(np.flatnonzero(self._largest_PB[:, query] >= least))
        reaching: Ints = at[self._scores_NB[at, query] >= least]
        return reaching

    def _inside(self, parts: Ints) -> Ints:
        """The places in some parts, and in what is left behind the last whole one."""
        last = np.arange(len(self._largest_PB) * _PART, len(self._scores_NB))
        return np.concatenate([(parts[:, None] * _PART + np.arange(_PART)).ravel(), last])
