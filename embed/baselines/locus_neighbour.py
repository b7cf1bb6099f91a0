"""The nearest neighbour over trait texts: a variant is as near to a trait as the likest trait reported there."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from embed.evaluate.association import Score, training_units
from embed.pairs.cache import PairCache
from embed.pairs.split import Split, neighbours


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
    nearby = csr_array(neighbours(cache, within).astype(np.float32) @ links.astype(np.float32))

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
