"""What is evaluated never reaches training, and a model says what it was trained on.

    benchmarks ──> find() ──> rows of the pairs that give an answer away, by text, by concept, by edge ──> masked
    training   ──> record() ──> taught.npy beside the model ──> told_away() ──> a model that saw an answer is refused

*Text*: a training pair has just the two names of an evaluated one. *Edge*: it joins the trait groups of its two sides,
under whatever id or name. *Concept*: both sides are one trait group already, and it maps one of them onto another id of
that group. Names are compared by their keys (`kgbuild.graph.name_key`).

Source: DESIGN.md, "No leak"; GENEREL, section 4.2, "after exact-match filtering".

Legend: P pairs of the cache, S its texts, K distinct name keys, C concepts, G trait groups.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from embed.evaluate.sets import Evaluated
from embed.pairs.cache import ASSOCIATIONS, TASKS, PairCache
from kgbuild.curie import standardize
from kgbuild.graph import name_key

_ASSOCIATED = [TASKS.index(task) for task in ASSOCIATIONS]
#: Beside a model: sorted hashes, uint64, of the pairs of texts and of ids that it was trained on.
TAUGHT = "taught.npy"

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Leaks:
    """What benchmarks ask about among the pairs.

    Args:
        mask_P: bool: pairs that give an answer away.
        texts: Sorted hashes of the evaluated pairs of texts, for methods that make pairs of names themselves.
        counts: A row a benchmark: benchmark, asked (its pairs), text, concept, edge (pairs of the cache found so).
        found: Benchmark → sorted hashes of what would tell its answers, as `taught.npy` has them.
    """

    mask_P: NDArray[np.bool_]
    texts: Hashes
    counts: pd.DataFrame
    found: Mapping[str, Hashes] = field(default_factory=dict)


def find(cache: PairCache, benchmarks: Mapping[str, Iterable[Evaluated]]) -> Leaks:
    """The pairs that give away what benchmarks ask.

    Args:
        cache: The pairs.
        benchmarks: Name → the pairs that it evaluates.
    """
    pairs = _Pairs(cache)
    mask_P = np.zeros(len(cache.pairs), bool)
    texts: list[Hashes] = []
    rows, found = [], {}
    for name, asked in benchmarks.items():
        evaluated = list(asked)
        text_P, concept_P, edge_P, hashes = pairs.told(evaluated)
        mask_P |= text_P | concept_P | edge_P
        texts.append(hashes)
        found[name] = _sorted(hashes, pairs.text_hash(text_P), pairs.edge_hash(concept_P | edge_P))
        counts = {"text": text_P, "concept": concept_P, "edge": edge_P}
        rows.append({"benchmark": name, "asked": len(evaluated)} | {how: int(m.sum()) for how, m in counts.items()})
    columns = ["benchmark", "asked", "text", "concept", "edge"]
    return Leaks(mask_P, _sorted(*texts), pd.DataFrame(rows, columns=columns), found)


def record(path: Path, cache: PairCache, rows_P: NDArray[np.bool_], names: Hashes) -> None:
    """Write what a model was trained on.

    Args:
        path: `taught.npy`.
        cache: The pairs.
        rows_P: bool: the pairs that it learned from.
        names: Hashes of pairs of texts that it learned from besides.
    """
    pairs = _Pairs(cache)
    np.save(path, _sorted(pairs.text_hash(rows_P), pairs.edge_hash(rows_P), names))


def told_away(model: Path, leaks: Leaks) -> dict[str, int] | None:
    """Benchmark → how many of its answers a model was told; None for a model that does not say what it learned from."""
    if not (model / TAUGHT).exists():
        return None
    taught = np.load(model / TAUGHT, mmap_mode="r")
    overlaps = {name: int(_within(hashes, taught).sum()) for name, hashes in leaks.found.items()}
    return {name: count for name, count in overlaps.items() if count}


def hashes_of(texts: Iterable[str]) -> Hashes:
    """A hash of each text's name key."""
    return np.array([_hash("text", name_key(text)) for text in texts], np.uint64)


def together(one: Hashes, other: Hashes) -> Hashes:
    """The hash of each pair, whichever side comes first."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    mixed: Hashes = low * np.uint64(0x9E3779B97F4A7C15) + (high ^ (high >> np.uint64(29))) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    return mixed ^ (mixed >> np.uint64(31))


class _Pairs:
    """The cache's pairs by texts, concepts and trait groups."""

    def __init__(self, cache: PairCache):
        columns = ("task", "head", "head_text", "tail", "tail_text")
        self.task, self.head, self.head_text, self.tail, self.tail_text = (
            cache.column(name).astype(np.int64) for name in columns
        )
        self.associated = np.isin(self.task, _ASSOCIATED)
        self.ids = cache.concepts["id"].to_pylist()
        self.variants = cache.variants["id"].to_pylist()
        self.group_C = cache.concepts["group"].to_numpy().astype(np.int64)
        keys = pa.array(map(name_key, cache.strings.to_pylist()), pa.string()).dictionary_encode()
        self.keys: list[str] = keys.dictionary.to_pylist()
        self.key_S = keys.indices.to_numpy().astype(np.int64)
        self.key = {key: i for i, key in enumerate(self.keys)}
        self.row = {id: i for i, id in enumerate(self.ids)}
        # the groups of each key: those of concepts of that label, exact name, symbol, or other text of a pair
        synonym = self.task == TASKS.index("synonym")
        concept = [cache.names["concept"].to_numpy(), self.head[synonym], self.tail[synonym], np.arange(len(self.ids))]
        labels = cache.concepts["label"].to_numpy()
        text = [cache.names["text"].to_numpy(), self.head_text[synonym], self.tail_text[synonym], labels]
        known, size = np.concatenate(text) >= 0, int(self.group_C.max(initial=-1)) + 1
        named = self.key_S[np.concatenate(text)[known]] * size + self.group_C[np.concatenate(concept)[known]]
        key_N, self.group_N = np.divmod(np.unique(named), max(size, 1))
        self.start_K = np.searchsorted(key_N, np.arange(len(self.keys) + 1))

        group_head, group_tail = self.group_C[self.head], self.group_C[np.where(self.associated, 0, self.tail)]
        named_P = ~self.associated & (self.tail_text >= 0)
        key_head, key_tail = self.key_S[self.head_text], self.key_S[np.maximum(self.tail_text, 0)]
        self._of_texts = _Lookup(np.minimum(key_head, key_tail), np.maximum(key_head, key_tail), named_P)
        self._of_groups = _Lookup(
            np.minimum(group_head, group_tail), np.maximum(group_head, group_tail), ~self.associated
        )
        within = ~self.associated & (self.head != self.tail) & (group_head == group_tail)
        self._of_head, self._of_tail = _Lookup(self.head, group_tail, within), _Lookup(self.tail, group_head, within)

    def told(
        self, evaluated: list[Evaluated]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], Hashes]:
        """Which pairs tell an answer by text, concept or edge; and the hashes of all evaluated pairs of texts."""
        texts, edges, nodes, hashed = set(), set(), set(), set()
        for pair in evaluated:
            one_keys, other_keys = ({name_key(text) for text in each} for each in (pair.one_texts, pair.other_texts))
            hashed |= {(one, other) for one in one_keys for other in other_keys if one != other}
            one_known = [self.key[key] for key in one_keys if key in self.key]
            other_known = [self.key[key] for key in other_keys if key in self.key]
            texts |= {(min(a, b), max(a, b)) for a in one_known for b in other_known if a != b}
            one, other = (self.row.get(standardize(id), -1) if id else -1 for id in (pair.one, pair.other))
            one_groups, other_groups = self._groups(one, one_known), self._groups(other, other_known)
            edges |= {(min(a, b), max(a, b)) for a in one_groups for b in other_groups if a != b}
            if one >= 0 and other >= 0 and self.group_C[one] == self.group_C[other]:
                nodes |= {(one, int(self.group_C[one])), (other, int(self.group_C[one]))}
        text_P, edge_P = self._of_texts(texts), self._of_groups(edges)
        concept_P = self._of_head(nodes) | self._of_tail(nodes)
        one_hash, other_hash = (hashes_of(side) for side in (zip(*hashed, strict=True) if hashed else ((), ())))
        return text_P, concept_P, edge_P, together(one_hash, other_hash)

    def _groups(self, row: int, keys: list[int]) -> set[int]:
        groups = {int(g) for key in keys for g in self.group_N[self.start_K[key] : self.start_K[key + 1]]}
        return groups | ({int(self.group_C[row])} if row >= 0 else set())

    def text_hash(self, rows_P: NDArray[np.bool_]) -> Hashes:
        """Hashes of pairs of texts."""
        row = np.flatnonzero(rows_P & ~self.associated & (self.tail_text >= 0))
        used, place = np.unique(self.key_S[np.stack([self.head_text[row], self.tail_text[row]])], return_inverse=True)
        hash_K = hashes_of(self.keys[key] for key in used)
        one, other = hash_K[place.reshape(2, -1)]
        hashes: Hashes = together(one, other)[one != other]
        return hashes

    def edge_hash(self, rows_P: NDArray[np.bool_]) -> Hashes:
        """Hashes of pairs of two ids: concepts, or a concept and a variant."""
        row = np.flatnonzero(rows_P & (self.associated | (self.head != self.tail)))
        concept = np.array([_hash("id", id) for id in self.ids], np.uint64)
        variant = np.array([_hash("id", id) for id in self.variants], np.uint64)
        tail = np.empty(len(row), np.uint64)
        associated = self.associated[row]
        tail[associated] = variant[self.tail[row[associated]]]
        tail[~associated] = concept[self.tail[row[~associated]]]
        return together(concept[self.head[row]], tail)


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest())


class _Lookup:
    """Pairs of numbers, sorted once: which rows are one of some pairs."""

    def __init__(self, one_P: NDArray[np.int64], other_P: NDArray[np.int64], rows_P: NDArray[np.bool_]):
        self.size, self.row = len(one_P), np.flatnonzero(rows_P)
        code = (one_P[self.row] << 32) | other_P[self.row]
        order = np.argsort(code)
        self.row, self.code = self.row[order], code[order]

    def __call__(self, pairs: set[tuple[int, int]]) -> NDArray[np.bool_]:
        found = np.zeros(self.size, bool)
        wanted = np.array(sorted((one << 32) | other for one, other in pairs), np.int64)
        start, end = (np.searchsorted(self.code, wanted, side) for side in ("left", "right"))
        for at in np.flatnonzero(end > start):
            found[self.row[start[at] : end[at]]] = True
        return found


def _within(some: Hashes, ordered: Hashes) -> NDArray[np.bool_]:
    """Which are among sorted ones."""
    if not len(ordered):
        return np.zeros(len(some), bool)
    at = np.minimum(np.searchsorted(ordered, some), len(ordered) - 1)
    there: NDArray[np.bool_] = ordered[at] == some
    return there


def without(pairs: Hashes, kept_out: Hashes) -> NDArray[np.bool_]:
    """Which of the pairs are not among those that are kept out."""
    return ~_within(pairs, kept_out)


def _sorted(*parts: Hashes) -> Hashes:
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *parts]))
