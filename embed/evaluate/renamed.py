"""Lexical robustness: traits asked for by another name that the graph has for them.

Source: GENEREL, table 5, which replaces a trait's name by one of UMLS's synonyms.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embed.pairs.cache import PairCache
from embed.pairs.split import Split
from kgbuild.graph import name_key


def synonyms(cache: PairCache) -> dict[int, str]:
    """Concept → the English name that is least like its label, by the key it is not equal to; those with one alone.

    The least like one: the share of words in common, then the alphabet, decide, so that nothing is drawn.
    """
    english = cache.names.filter(pc.equal(cache.names["language"].cast(pa.string()), "en"))
    texts, labels = cache.strings.to_pylist(), cache.concepts["label"].to_pylist()
    named: dict[int, list[str]] = {}
    for concept, text in zip(english["concept"].to_pylist(), english["text"].to_pylist(), strict=True):
        named.setdefault(concept, []).append(texts[text])
    chosen = {}
    for concept, names in named.items():
        label = name_key(texts[labels[concept]])
        others = [name for name in names if name_key(name) != label]
        if others:
            chosen[concept] = min(others, key=lambda name: (_shared(name_key(name), label), name))
    return chosen


def _shared(one: str, other: str) -> float:
    """Jaccard's index of the words."""
    words, others = set(one.split()), set(other.split())
    return len(words & others) / len(words | others)


def renamed(split: Split, cache: PairCache, texts: list[str]) -> tuple[Split, list[str]]:
    """The held-out pairs whose trait has another name, and the traits' texts with that name in place of theirs."""
    other = synonyms(cache)
    head: NDArray[np.int64] = split.held["head"].to_numpy()
    part = replace(split, held=split.held.filter(pa.array(np.isin(head, list(other)))))
    return part, [other.get(concept, text) if text else "" for concept, text in enumerate(texts)]
