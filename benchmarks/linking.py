"""Seconds and peak memory of linking 10,000 mentions to 500,000 names exactly, beside plain arithmetic.

    python benchmarks/linking.py [--mentions 10000] [--names 500000] [--width 768] [--cores 2] [--pairs FOLDER]

Each is searched twice: by random unit vectors of the width, and by character TF-IDF of real names, those of the newest
pair cache of KG_HOME (of FOLDER), or of made-up ones where there is none. In the same process, on 512 of the mentions
and in proportion, are measured

    plain    one matrix product in fp32 and numpy's argpartition for the five best; sparse times sparse for TF-IDF
    bound    the matrix product alone, in the type that the search multiplies in

and what the search finds is compared with the plain result. Encoding is not part of it.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from start import newest

from embed.device import best_device, has_bf16
from embed.evaluate.nearest import Score, Vectors, Weights, nearest
from embed.pairs import PairCache
from kgbuild.errors import KgError

SAMPLE, BLOCK = 512, 64
ASKED = 60  # seconds that the search may take


def unit(random: np.random.Generator, rows: int, width: int) -> np.ndarray:
    vectors = random.standard_normal((rows, width), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def texts(pairs: str | None, count: int, random: np.random.Generator) -> list[str]:
    try:
        cache = PairCache.load(pairs or newest())
        given = list(dict.fromkeys(cache.strings.to_pylist()))
    except (KgError, SystemExit):
        given = []
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "is", "or", "al")]
    while len(given) < count:
        words = random.choice(syllables, (count, 9)).tolist()
        given = list(dict.fromkeys(given + [f"{a}{b}{c} {d}{e}{f}{g} {h}{i}" for a, b, c, d, e, f, g, h, i in words]))
    return [given[i] for i in random.permutation(len(given))[:count]]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(name: str, score: Callable[[], Score], product: Callable[[slice], np.ndarray], bound: float | None,
            mentions: int, names: int) -> None:  # fmt: skip
    found = []
    places = np.arange(names)
    spent = seconds(lambda: found.append(nearest([score()], mentions, places, places)))
    best: list[np.ndarray] = []

    def plain() -> None:
        for start in range(0, SAMPLE, BLOCK):
            score_BK = product(slice(start, start + BLOCK))
            best.append(np.take_along_axis(score_BK, np.argpartition(-score_BK, 5, axis=1)[:, :5], axis=1))

    scale = mentions / SAMPLE
    peer = seconds(plain) * scale
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    ours = np.array([found[0].of(i)[1][:5] for i in range(SAMPLE)])
    off = np.abs(ours - -np.sort(-np.concatenate(best), axis=1)).max()
    said = f"; bound {bound * scale:.1f} s; ratio to the bound {spent / (bound * scale):.1f}" if bound else ""
    print(
        f"{name}: {mentions:,} mentions × {names:,} names in {spent:.1f} s (asked for: {ASKED} s); plain {peer:.1f} s, "
        f"ratio {spent / peer:.2f}{said}; scores differ by {off:.1e} at most; peak memory {peak:.1f} GiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mentions", type=int, default=10_000)
    parser.add_argument("--names", type=int, default=500_000)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--pairs")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    torch.set_num_threads(options.cores)
    random, mentions, names = np.random.default_rng(0), options.mentions, options.names

    one, other = unit(random, mentions, options.width), unit(random, names, options.width)
    kind = torch.bfloat16 if has_bf16(best_device()) else torch.float32
    sample, whole = torch.from_numpy(one[:SAMPLE]).to(kind), torch.from_numpy(other).to(kind)
    parts = [whole[start : start + 16_384] for start in range(0, names, 16_384)]
    bound = seconds(lambda: [sample @ part.T for part in parts])
    measure(f"vectors of {options.width}", lambda: Vectors(one, other), lambda at: one[at] @ other.T, bound,
            mentions, names)  # fmt: skip
    del one, other, whole, parts

    given = texts(options.pairs, names, random)
    tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    names_KG = csr_array(tfidf.fit_transform(given))
    asked_QG = csr_array(tfidf.transform([text[1:] for text in texts(options.pairs, mentions, random)]))
    turned_GK = csr_array(names_KG.T.tocsr())
    measure("character TF-IDF", lambda: Weights(asked_QG, names_KG), lambda at: (asked_QG[at] @ turned_GK).toarray(),
            None, mentions, names)  # fmt: skip


if __name__ == "__main__":
    main()
