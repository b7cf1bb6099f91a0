"""The nearest concepts of mentions among all names of a dictionary, exactly: every mention against every name.

    [mentions × names] in blocks ──> a name is kept if it may be among the best ──> its score in double precision

A block is a matrix product in bf16 where the processor multiplies in it, four times as fast as in fp32. What it is
wrong by is bounded, a mention at a time, from the vectors' own rounding errors (Cauchy–Schwarz): what may be among the
best within twice the bound is kept, and scored again without rounding. So the result is that of plain arithmetic.
Weights of words or n-grams are sparse: their frequent columns are multiplied as vectors, the rare ones as they are.

Legend: Q mentions, K distinct names, N entries (a name of a concept), D width, G n-grams, C candidates, B a block.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor

from embed.compute.device import best_device, has_bf16

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_MENTIONS, _NAMES = 1024, 16_384  # a block: 32 MB in bf16
_FIRST, _GROWTH = 64, 8  # all names of the first block are candidates, few of later ones: blocks grow
_SHARED = np.float32(1e-30)  # nothing shared is 0 in any precision, and the least that is shared is more
_FREQUENT = 1 / 32  # share of names from which a column is cheaper as a dense one
_PAIRS = 65_536  # scored again at once


class Score(Protocol):
    """What mentions and names are compared by; scores of several add up."""

    #: Whether a score of 0 says that nothing is shared: such a name is no candidate.
    sparse: bool
    #: Q: how far a block's scores are from exact ones, at most.
    error_Q: Floats

    def block(self, mentions: slice, names: slice) -> Tensor:
        """Scores [mentions, names], each within `error_Q`."""

    def exact(self, mention_C: Ints, name_C: Ints) -> NDArray[np.float64]:
        """Scores of pairs."""


class Vectors:
    """Cosines of unit vectors, or any inner products.

    Args:
        mention_QD, name_KD: Their vectors, in fp32.
    """

    sparse = False

    def __init__(self, mention_QD: Floats, name_KD: Floats) -> None:
        self._exact = mention_QD, name_KD
        device = best_device()
        self._dtype = torch.bfloat16 if has_bf16(device) else torch.float32
        rounded, errors, norms = [], [], []
        for matrix in (mention_QD, name_KD):
            whole = torch.from_numpy(np.ascontiguousarray(matrix))
            rounded.append(whole.to(self._dtype))
            norms.append(_norms(whole))
            errors.append(_norms(whole, rounded[-1]))
        (mention_Q, name_K), (mention_error_Q, name_error_K) = norms, errors
        self._mention_QD, self._name_KD = (each.to(device) for each in rounded)
        name, name_error = (each.max(initial=0) for each in (name_K, name_error_K))
        products_Q = (mention_Q + mention_error_Q) * (name + name_error)
        width = max(mention_QD.shape[1], 1)
        unit = torch.finfo(self._dtype).eps / 2
        # rounding of the vectors, of the sum in fp32, and of the block itself, each with room to spare
        bound_Q = mention_error_Q * name + (mention_Q + mention_error_Q) * name_error
        self.error_Q = ((bound_Q + products_Q * (width * 2.0**-22 + unit)) * 1.01).astype(np.float32)

    def block(self, mentions: slice, names: slice) -> Tensor:
        """Scores [mentions, names], each within `error_Q`."""
        return (self._mention_QD[mentions] @ self._name_KD[names].T).cpu()

    def exact(self, mention_C: Ints, name_C: Ints) -> NDArray[np.float64]:
        """Scores of pairs."""
        mention_QD, name_KD = self._exact
        score_C: NDArray[np.float64] = np.einsum("cd,cd->c", mention_QD[mention_C], name_KD[name_C], dtype=np.float64)
        return score_C


def _norms(matrix: Tensor, other: Tensor | None = None) -> NDArray[np.float64]:
    """Lengths of rows, or of the differences to another matrix's: a part at a time, in double precision."""
    parts = []
    for start in range(0, len(matrix), _NAMES):
        rows = matrix[start : start + _NAMES].double()
        if other is not None:
            rows -= other[start : start + _NAMES].double()
        parts.append(rows.norm(dim=1).numpy())
    return np.concatenate(parts) if parts else np.zeros(0)


class Weights:
    """Inner products of sparse weights that are not negative, such as TF-IDF.

    Args:
        mention_QG, name_KG: Weights of words or n-grams.
    """

    sparse = True

    def __init__(self, mention_QG: csr_array, name_KG: csr_array) -> None:
        self._exact = mention_QG, name_KG
        count_G = np.bincount(name_KG.indices, minlength=name_KG.shape[1])
        frequent, rare = (np.flatnonzero(mask) for mask in _halves(count_G > _FREQUENT * name_KG.shape[0]))
        self._frequent = Vectors(_dense(mention_QG, frequent), _dense(name_KG, frequent))
        self._rare_QG = mention_QG[:, rare]
        self._rare_KG = name_KG[:, rare]
        self._transposed: dict[tuple[int, int], csr_array] = {}
        self.error_Q = self._frequent.error_Q

    def block(self, mentions: slice, names: slice) -> Tensor:
        """Scores [mentions, names], each within `error_Q`."""
        key = (names.start, names.stop)
        if key not in self._transposed:
            self._transposed[key] = csr_array(self._rare_KG[names].T.tocsr())
        rare_BB = (self._rare_QG[mentions] @ self._transposed[key]).toarray()
        return self._frequent.block(mentions, names).float().add_(torch.from_numpy(rare_BB))

    def exact(self, mention_C: Ints, name_C: Ints) -> NDArray[np.float64]:
        """Scores of pairs."""
        mention_QG, name_KG = self._exact
        return np.asarray(mention_QG[mention_C].multiply(name_KG[name_C]).sum(axis=1, dtype=np.float64)).ravel()


def _halves(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return mask, ~mask


def _dense(matrix: csr_array, columns: Ints) -> Floats:
    return np.asarray(matrix[:, columns].toarray(), np.float32)


class Nearest(NamedTuple):
    """Candidates of mentions: by mention, the best first, equal ones in the order of concepts.

    Args:
        mention_C, concept_C: Which; every concept whose score is at least that of the last one asked for.
        score_C: The best of the concept's names, in fp32.
    """

    mention_C: Ints
    concept_C: Ints
    score_C: Floats

    def of(self, mention: int) -> tuple[Ints, Floats]:
        """Concepts and scores of one mention."""
        at = slice(*np.searchsorted(self.mention_C, [mention, mention + 1]))
        return self.concept_C[at], self.score_C[at]


def nearest(parts: Sequence[Score], mentions: int, name_N: Ints, concept_N: Ints, most: int = 5) -> Nearest:
    """The best concepts of each mention, with all that tie with the last of them.

    Args:
        parts: Scores that add up.
        mentions: Q.
        name_N, concept_N: Entries of the dictionary, a name of a concept each; ordered by name.
        most: Concepts a mention.

    Returns:
        Candidates; concepts that share nothing with a mention are none where all scores are sparse.
    """
    found = [
        _of_block(parts, slice(start, min(start + _MENTIONS, mentions)), name_N, concept_N, most)
        for start in range(0, mentions, _MENTIONS)
    ]
    empty = Nearest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    return Nearest(*(np.concatenate(column) for column in zip(empty, *found, strict=True)))


def _of_block(parts: Sequence[Score], mentions: slice, name_N: Ints, concept_N: Ints, most: int) -> Nearest:
    lowest = _SHARED if all(part.sparse for part in parts) else np.float32(-np.inf)
    size, names = mentions.stop - mentions.start, int(name_N[-1]) + 1 if len(name_N) else 0
    error_B = np.sum([part.error_Q[mentions] for part in parts], axis=0) + np.float32(1e-6)
    least_B = np.full(size, lowest)
    kept = Nearest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    entry = np.zeros(0, np.int64)
    for block in _blocks(names):
        score_BB = parts[0].block(mentions, block)
        for part in parts[1:]:
            score_BB = score_BB.float().add_(part.block(mentions, block))
        # a threshold in the block's own precision, rounded down: nothing above it is lost
        least = torch.nextafter(torch.from_numpy(least_B).to(score_BB.dtype), torch.tensor(-torch.inf).to(score_BB))
        place = (score_BB >= least[:, None]).nonzero()
        if not len(place):
            continue
        score = score_BB[place[:, 0], place[:, 1]].float().numpy()
        mention, name = place.numpy().T
        new, repeat = _entries(name + block.start, name_N)
        entry = np.concatenate([entry, new])
        kept = Nearest(
            np.concatenate([kept.mention_C, mention[repeat]]),
            concept_N[entry],
            np.concatenate([kept.score_C, score[repeat]]),
        )
        least_B = np.maximum(least_B, _last(kept, size, most) - 2 * error_B)
        good = kept.score_C >= least_B[kept.mention_C]
        entry, kept = entry[good], Nearest(*(column[good] for column in kept))
    exact = Nearest(kept.mention_C, kept.concept_C, _exact(parts, kept.mention_C + mentions.start, name_N[entry]))
    best = _best(exact)
    good = (best.score_C >= _last(best, size, most)[best.mention_C]) & (best.score_C >= lowest)
    return Nearest(best.mention_C[good] + mentions.start, best.concept_C[good], best.score_C[good])


def _blocks(names: int) -> Iterator[slice]:
    start, size = 0, _FIRST
    while start < names:
        yield slice(start, min(start + size, names))
        start, size = start + size, min(size * _GROWTH, _NAMES)


def _entries(name_C: Ints, name_N: Ints) -> tuple[Ints, Ints]:
    """The entries of names, and which of the names each is of."""
    first, last = (np.searchsorted(name_N, name_C, side) for side in ("left", "right"))
    repeat = np.repeat(np.arange(len(name_C)), last - first)
    return np.arange(len(repeat)) + (first - np.cumsum(last - first) + (last - first))[repeat], repeat


def _exact(parts: Sequence[Score], mention_C: Ints, name_C: Ints) -> Floats:
    score_C = np.zeros(len(mention_C), np.float64)
    for start in range(0, len(mention_C), _PAIRS):
        at = slice(start, start + _PAIRS)
        for part in parts:
            score_C[at] += part.exact(mention_C[at], name_C[at])
    return score_C.astype(np.float32)


def _best(found: Nearest) -> Nearest:
    """The best score of each mention's concepts: by mention, best first, then by concept."""
    order = np.lexsort((-found.score_C, found.concept_C, found.mention_C))
    mention, concept = found.mention_C[order], found.concept_C[order]
    first = order[np.append(True, (np.diff(mention) != 0) | (np.diff(concept) != 0))[: len(order)]]
    first = first[np.lexsort((found.concept_C[first], -found.score_C[first], found.mention_C[first]))]
    return Nearest(*(column[first] for column in found))


def _last(found: Nearest, size: int, most: int) -> Floats:
    """The score of each mention's last concept of those asked for; −∞ where it has fewer."""
    best = _best(found)
    start = np.searchsorted(best.mention_C, np.arange(size + 1))
    enough = np.flatnonzero(np.diff(start) >= most)
    last_B = np.full(size, -np.inf, np.float32)
    last_B[enough] = best.score_C[start[enough] + most - 1]
    return last_B
