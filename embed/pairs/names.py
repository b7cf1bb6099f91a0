"""Pairs of names that mean the same, and which names mean different things: what SapBERT learns from.

A concept is here what a CUI is in UMLS: the concepts of all vocabularies that sources map onto each other exactly. Two
names of one concept are a positive pair. Names are negatives only across trait groups, which are wider: two concepts
that share a name are one group, so an ambiguous name joins no concepts and separates none.

Legend: C concepts of the cache, K names (one a concept and distinct text), P pairs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from embed.pairs.cache import TASKS, PairCache
from embed.pairs.leaks import hashes_of, together, without

#: What a pair is of: two names from the graph, or a mention in a text with a name.
KINDS = ("synonym", "mention")


@dataclass(frozen=True)
class NamePairs:
    """Positive pairs.

    Args:
        texts: Distinct names in lower case.
        text_P2: Both names of each pair, → texts.
        concept_P: What they name; equal numbers, equal meanings.
        group_P: The trait group of the concept; other numbers, other meanings.
        kind_P: → KINDS.
    """

    texts: Sequence[str]
    text_P2: NDArray[np.int64]
    concept_P: NDArray[np.int64]
    group_P: NDArray[np.int64]
    kind_P: NDArray[np.int64]

    @cached_property
    def digest(self) -> str:
        """sha256 of the pairs."""
        digest = hashlib.sha256("\0".join(self.texts).encode())
        for array in (self.text_P2, self.concept_P, self.group_P, self.kind_P):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


class Names:
    """The English names of a cache's concepts, in lower case without duplicates.

    Labels, exact names, and the symbols that name one gene only.

    Args:
        cache: The pairs.
        train_mask: bool, one a pair: matches and names that are not False; all where it is not given.
    """

    def __init__(self, cache: PairCache, train_mask: NDArray[np.bool_] | None = None):
        self.kept_out = cache.kept_out
        lower = pc.utf8_lower(cache.strings).dictionary_encode()
        self.texts: list[str] = lower.dictionary.to_pylist()
        synonym = cache.column("task") == TASKS.index("synonym")
        row = np.flatnonzero(synonym if train_mask is None else synonym & train_mask)
        head, head_text, tail, tail_text = (
            cache.column(name)[row].astype(np.int64) for name in ("head", "head_text", "tail", "tail_text")
        )
        size = len(cache.concepts)
        same = coo_array((np.ones(len(row), bool), (head, tail)), (size, size))
        #: C: the concept's number after exact matches, and its trait group.
        self.merged_C = connected_components(same, directed=False)[1].astype(np.int64)
        self.group_C = cache.concepts["group"].to_numpy().astype(np.int64)

        english = cache.names.filter(pc.equal(cache.names["language"].cast(pa.string()), "en"))
        concept = np.concatenate([english["concept"].to_numpy(), head, tail])
        text = np.concatenate([english["text"].to_numpy(), head_text, tail_text])
        key = lower.indices.to_numpy().astype(np.int64)[text]
        ordered = np.unique(self.merged_C[concept] * len(self.texts) + key)
        #: K: names ordered by concept, → texts; those of merged concept m are start[m] … start[m + 1] − 1.
        self.merged_K, self.text_K = np.divmod(ordered, max(len(self.texts), 1))
        self.start = np.searchsorted(self.merged_K, np.arange(self.merged_C.max(initial=-1) + 2))

    def synonyms(self, most: int, seed: int) -> NamePairs:
        """All pairs of each concept's names, or `most` random ones of them.

        Source: SapBERT, appendix A.3.
        """
        names_M = np.diff(self.start)
        total_M = names_M * (names_M - 1) // 2
        rng, few = np.random.default_rng((seed, 2)), np.where(total_M > most, 0, total_M)
        merged = np.repeat(np.arange(len(few)), few)
        place = np.arange(len(merged)) - np.repeat(np.cumsum(few) - few, few)
        many = np.flatnonzero(total_M > most)
        drawn = [np.sort(rng.choice(total, most, replace=False, shuffle=False)) for total in total_M[many]]
        merged = np.concatenate([merged, np.repeat(many, most)])
        place = np.concatenate([place, *drawn]).astype(np.int64)
        # pairs (0, 1), (0, 2), (1, 2), (0, 3), … of names by their place: pair k has its later name at `late`
        late = ((1 + np.sqrt(1 + 8 * place)) // 2).astype(np.int64)
        early = place - late * (late - 1) // 2
        text_P2 = self.text_K[self.start[merged][:, None] + np.stack([early, late], axis=1)]
        return self._pairs(self.texts, text_P2, merged, KINDS.index("synonym"))

    def with_mentions(self, mentions: Sequence[str], concept: NDArray[np.int64], most: int, seed: int) -> NamePairs:
        """Each mention with all names of its concept, or `most` random ones of them.

        Args:
            mentions: Texts.
            concept: What each one names, → the cache's concepts.
            most: Names a mention.
            seed: Of their choice.

        Source: SapBERT, appendix A.3.
        """
        rng, text = np.random.default_rng((seed, 3)), {text: i for i, text in enumerate(self.texts)}
        pairs: list[tuple[int, int, int]] = []
        for mention, merged in dict.fromkeys(zip(map(str.lower, mentions), self.merged_C[concept], strict=True)):
            own = text.setdefault(mention, len(text))
            names = self.text_K[self.start[merged] : self.start[merged + 1]]
            names = names[names != own]
            if len(names) > most:
                names = np.sort(rng.choice(names, most, replace=False))
            pairs += ((own, int(name), int(merged)) for name in names)
        array = np.array(pairs, np.int64).reshape(-1, 3)
        return self._pairs(list(text), array[:, :2], array[:, 2], KINDS.index("mention"))

    def _pairs(
        self, texts: Sequence[str], text_P2: NDArray[np.int64], merged_P: NDArray[np.int64], kind: int
    ) -> NamePairs:
        used, place = np.unique(text_P2, return_inverse=True)
        if len(self.kept_out):
            hash_P2 = hashes_of(texts[i] for i in used)[place.reshape(-1, 2)]
            kept = without(together(*hash_P2.T), self.kept_out)
            text_P2, merged_P = text_P2[kept], merged_P[kept]
            used, place = np.unique(text_P2, return_inverse=True)
        group_M = np.zeros(len(self.start), np.int64)
        group_M[self.merged_C] = self.group_C
        return NamePairs(
            [texts[i] for i in used],
            place.reshape(-1, 2).astype(np.int64),
            merged_P,
            group_M[merged_P],
            np.full(len(merged_P), kind),
        )
