"""Seconds and peak memory of linking 10,000 mentions to 500,000 names exactly, beside plain arithmetic.

    python benchmarks/linking.py [--mentions 10000] [--names 500000] [--width 768] [--cores 2] [--pairs FOLDER]

Each is searched twice: by random unit vectors of the width, and by character TF-IDF of real names, those of the newest
pair cache of KG_HOME (of FOLDER), or of made-up ones where there is none. In the same process, on 512 of the mentions
and in proportion, are measured

    plain    one matrix product in fp32 and numpy's argpartition for the five best; sparse times sparse for TF-IDF
    bound    the matrix product alone, in the type that the search multiplies in, on 1,024

and what the search finds is compared with the plain result. Ratios are of the processors' seconds, which other work on
the machine changes little; half of them is what two free cores take. Encoding is not part of it.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from start import newest

from embed.compute.device import best_device, has_bf16
from embed.evaluate.nearest import Nearest, Score, Vectors, Weights, nearest
from embed.pairs.cache import PairCache
from kgbuild.errors import KgError

SAMPLE, BLOCK, BOUND = 512, 64, 1024
ASKED = 60  # seconds that the search may take


def unit(random: np.random.Generator, rows: int, width: int) -> np.ndarray:
    vectors = random.standard_normal((rows, width), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def texts(pairs: Path | None, count: int, random: np.random.Generator) -> list[str]:
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


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Of the clock, and of the processors: on a busy machine the first says little."""
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processors


def measure(name: str, mentions: int, names: int, score: Callable[[], Score], product: Callable[[slice], Any]) -> float:
    """The search and plain arithmetic; processors' seconds of the search."""
    found: list[Nearest] = []
    best: list[np.ndarray] = []
    places = np.arange(names)

    def plain() -> None:
        for start in range(0, SAMPLE, BLOCK):
            score_BK = product(slice(start, start + BLOCK))
            best.append(np.take_along_axis(score_BK, np.argpartition(-score_BK, 5, axis=1)[:, :5], axis=1))

    ours, ours_cpu = seconds(lambda: found.append(nearest([score()], mentions, places, places)))
    theirs, theirs_cpu = (spent * mentions / SAMPLE for spent in seconds(plain))
    scores = np.array([found[0].of(i)[1][:5] for i in range(SAMPLE)])
    off = np.abs(scores - -np.sort(-np.concatenate(best), axis=1)).max()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{name}: {mentions:,} mentions × {names:,} names in {ours:.0f} s (asked for: {ASKED}), {ours_cpu:.1f} of "
        f"processors; plain {theirs:.0f}, {theirs_cpu:.1f} of processors; ratio {ours_cpu / theirs_cpu:.2f}; scores "
        f"differ by {off:.0e} at most; peak memory {peak:.1f} GiB",
        flush=True,
    )
    return ours_cpu


def by_vectors(random: np.random.Generator, mentions: int, names: int, width: int) -> None:
    one, other = unit(random, mentions, width), unit(random, names, width)
    spent = measure(f"vectors of {width}", mentions, names, lambda: Vectors(one, other), lambda at: one[at] @ other.T)
    kind = torch.bfloat16 if has_bf16(best_device()) else torch.float32
    sample, whole = torch.from_numpy(one[:BOUND]).to(kind), torch.from_numpy(other).to(kind)
    bound = seconds(lambda: [sample @ part.T for part in whole.split(16_384)])[1] * mentions / len(sample)
    print(f"  bound, the product alone: {bound:.1f} of processors; ratio {spent / bound:.1f}", flush=True)


def by_tfidf(random: np.random.Generator, mentions: int, names: int, pairs: Path | None) -> None:
    given, asked = (texts(pairs, count, random) for count in (names, mentions))
    tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    names_KG = csr_array(tfidf.fit_transform(given))
    asked_QG = csr_array(tfidf.transform([text[1:] for text in asked]))
    turned_GK = csr_array(names_KG.T.tocsr())
    measure(
        "character TF-IDF", mentions, names,
        lambda: Weights(asked_QG, names_KG), lambda at: (asked_QG[at] @ turned_GK).toarray(),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mentions", type=int, default=10_000)
    parser.add_argument("--names", type=int, default=500_000)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--pairs", type=Path)
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    torch.set_num_threads(options.cores)
    random = np.random.default_rng(0)
    by_vectors(random, options.mentions, options.names, options.width)
    by_tfidf(random, options.mentions, options.names, options.pairs)


if __name__ == "__main__":
    main()
