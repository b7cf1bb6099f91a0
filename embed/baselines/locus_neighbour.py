"""The nearest neighbour over trait texts: a variant is as near to a trait as the likest trait reported there."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from embed.evaluate.association import Score, training_units
from embed.pairs import PairCache
from embed.split import Split


def locus_neighbour(split: Split, cache: PairCache, text_CD: NDArray[np.floating], within: int = 500_000) -> Score:
    """The largest cosine of the trait's text with that of a training trait of the variant or of a neighbour; else −1.

    Args:
        split, cache: The training associations.
        text_CD: Unit vectors of the concepts' labels.
        within: Base pairs on either side; 0 takes the variant's own associations alone.
    """
    trait, variant = training_units(split, cache)
    count = len(cache.variants)
    links = coo_array((np.ones(len(trait), bool), (variant, trait)), (count, len(cache.concepts))).tocsr()
    nearby = csr_array(_neighbours(cache, within).astype(np.float32) @ links.astype(np.float32))

    def score(head: NDArray[np.int64], tail: NDArray[np.int64]) -> NDArray[np.floating]:
        of = nearby[tail]
        pair = np.repeat(np.arange(len(tail)), np.diff(of.indptr))
        best = np.full(len(tail), -1.0)
        for at in range(0, len(pair), 200_000):
            part = slice(at, at + 200_000)
            cosine = np.einsum("nd,nd->n", text_CD[head[pair[part]]], text_CD[of.indices[part]])
            np.maximum.at(best, pair[part], cosine)
        return best

    return score


def _neighbours(cache: PairCache, within: int) -> csr_array:
    """bool M×M: two variants of one chromosome at most `within` apart; each is its own neighbour."""
    count = len(cache.variants)
    chromosome = np.array(cache.variants["chromosome"].to_pylist(), object)
    position = cache.variants["grch38"].to_numpy(zero_copy_only=False)
    one, other = [np.arange(count)], [np.arange(count)]
    for name in set(chromosome) - {None} if within else ():
        of = np.flatnonzero((chromosome == name) & np.isfinite(position))
        of = of[np.argsort(position[of])]
        low = np.searchsorted(position[of], position[of] - within, "left")
        high = np.searchsorted(position[of], position[of] + within, "right")
        one.append(np.repeat(of, high - low))
        other.append(of[np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)])])
    ends = np.concatenate(one), np.concatenate(other)
    return coo_array((np.ones(len(ends[0]), bool), ends), (count, count)).tocsr()
