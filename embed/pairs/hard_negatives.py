"""Negatives that are hard by the graph: what a curator denied to be the same, else a sibling in a hierarchy.

Not from the papers, whose negatives are those that a batch happens to have.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from embed.pairs.cache import TASKS, PairCache


class HardNegatives:
    """Draws for concepts others that are near them and are not the same.

    Args:
        cache: The pairs; its relations `SUBCLASS_OF` are the hierarchy, `denied` the negative mappings.
        train_mask: bool, one a pair: False is held out.
    """

    def __init__(self, cache: PairCache, train_mask: NDArray[np.bool_]):
        size = len(cache.concepts)
        predicate = cache.pairs["predicate"].combine_chunks().dictionary_decode()
        is_a = np.array(predicate.to_numpy(zero_copy_only=False) == "SUBCLASS_OF", bool)
        row = train_mask & (cache.column("task") == TASKS.index("relation")) & is_a
        child, parent = cache.column("head")[row], cache.column("tail")[row]
        self._parents, self._children = _rows(child, parent, size), _rows(parent, child, size)
        one, other = (cache.denied[end].to_numpy() for end in ("head", "tail"))
        self._denied = _rows(np.concatenate([one, other]), np.concatenate([other, one]), size)

    def draw(self, concept_C: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """One for each concept: denied, else a sibling, else -1."""
        sibling_C = _one_of(self._children, _one_of(self._parents, concept_C, random), random)
        denied_C = _one_of(self._denied, concept_C, random)
        chosen_C = np.where(denied_C >= 0, denied_C, sibling_C)
        return np.where(chosen_C == concept_C, -1, chosen_C)


def _rows(start: NDArray[np.int64], end: NDArray[np.int64], size: int) -> csr_array:
    return coo_array((np.ones(len(start), bool), (start, end)), (size, size)).tocsr()


def _one_of(links: csr_array, row_C: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """A random column of each row, -1 for an empty row or for row -1."""
    start_C, count_C = links.indptr[row_C], np.diff(links.indptr)[row_C] * (row_C >= 0)
    at_C = start_C + (random.random(len(row_C)) * count_C).astype(np.int64)
    found: NDArray[np.int64] = np.append(links.indices, -1)[np.where(count_C > 0, at_C, len(links.indices))]
    return found.astype(np.int64)
