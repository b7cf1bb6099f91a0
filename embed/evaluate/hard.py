"""Held-out associations that nothing in training is near to: no look-up among neighbours answers them.

A pair of a trait and a variant is *hard* if in training
- no variant within 500 kb of it is associated with the trait (its group: every id and name of it),
- no trait of the variant's site is the same, or a parent or child of it,
- nor has a similar text (cosine of character TF-IDF of the labels at least 0.5).
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from embed.pairs.cache import TASKS, PairCache
from embed.pairs.split import Split, neighbours

WITHIN = 500_000  # base pairs on either side
SIMILAR = 0.5


def hard(split: Split, cache: PairCache) -> NDArray[np.bool_]:
    """bool, one a row of `split.held`."""
    return _hard(_Same(split, cache))


class _Same:
    """A split with its cache, by identity: asked for by each score."""

    def __init__(self, split: Split, cache: PairCache):
        self.split, self.cache = split, cache

    def __hash__(self) -> int:
        return hash((id(self.split), id(self.cache)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.split is other.split and self.cache is other.cache


@lru_cache(maxsize=4)
def _hard(of: _Same) -> NDArray[np.bool_]:
    split, cache = of.split, of.cache
    group = cache.concepts["group"].to_numpy().astype(np.int64)
    row = np.flatnonzero(
        split.train_mask & np.isin(cache.column("task"), [TASKS.index("gwas"), TASKS.index("biobank")])
    )
    trait, variant = (cache.column(name)[row].astype(np.int64) for name in ("head", "tail"))
    traits = _matrix(variant, trait, (len(cache.variants), len(cache.concepts)))
    groups = _matrix(variant, group[trait], (len(cache.variants), int(group.max(initial=-1)) + 1))
    head, tail = (split.held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))

    near = csr_array(neighbours(cache, WITHIN).astype(np.float32)[tail] @ groups)
    reported = near[np.arange(len(head)), group[head]] > 0
    there = traits[tail]
    pair, other = np.repeat(np.arange(len(tail)), np.diff(there.indptr)), there.indices
    related = _related(cache, split, group)
    close = (group[other] == group[head[pair]]) | (related[group[head[pair]], group[other]] > 0)
    close |= _alike(cache, head[pair], other)
    alike = np.zeros(len(head), bool)
    np.logical_or.at(alike, pair, close)
    answer: NDArray[np.bool_] = ~reported & ~alike
    return answer


def _related(cache: PairCache, split: Split, group: NDArray[np.int64]) -> csr_array:
    """Trait groups of which one is the other's parent: G×G."""
    predicate = cache.pairs["predicate"].cast(pa.string()).to_numpy(zero_copy_only=False)
    row = np.flatnonzero((cache.column("task") == TASKS.index("relation")) & (predicate == "SUBCLASS_OF"))
    one, other = (group[cache.column(name)[row].astype(np.int64)] for name in ("head", "tail"))
    size = int(group.max(initial=-1)) + 1
    return _matrix(np.append(one, other), np.append(other, one), (size, size))


def _alike(cache: PairCache, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    used, place = np.unique(np.append(one, other), return_inverse=True)
    labels = cache.strings.take(cache.concepts["label"].combine_chunks().take(pa.array(used))).to_pylist()
    if not labels:
        return np.zeros(0, bool)
    tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32).fit_transform(labels)
    one, other = place[: len(one)], place[len(one) :]
    parts = range(0, len(one), 100_000)
    cosine = [tfidf[one[at : at + 100_000]].multiply(tfidf[other[at : at + 100_000]]).sum(axis=1) for at in parts]
    enough: NDArray[np.bool_] = np.concatenate([np.asarray(part).ravel() for part in cosine]) >= SIMILAR
    return enough


def _matrix(row: NDArray[np.int64], column: NDArray[np.int64], shape: tuple[int, int]) -> csr_array:
    """1 where there is one."""
    matrix = coo_array((np.ones(len(row), np.float32), (row, column)), shape).tocsr()
    matrix.data[:] = 1
    return matrix
