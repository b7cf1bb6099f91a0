"""Seconds and peak memory of `kg harmonize` on a real graph, beside what its exact search costs at the least.

    KG_HOME=HOME python benchmarks/harmonize.py [--to EFO] [--cores 2] [VOCABULARY…]    # phecode phecodex icd10

HOME has a graph that `kg enrich` has written vectors into; it is only read. Each vocabulary is mapped in a process of
its own, held to so many cores, twice: the second time shows what the first one kept. For each there are

    seconds, peak memory   of the process, with Python, its modules and what it reads from the graph
    bound                  in the same process, from the same graph: each name of the source against each name of the
                           target, as one matrix product of vectors and one of character n-grams, and the best of each

and the ratio of the two; `reads` is how long the graph takes to give the target's names and vectors, which both need.
Of a large vocabulary it also says how long 16,000 concepts would take in proportion. Without an enriched graph
(the starter data, as `make bench` has it) there is nothing to measure, and one line says so.
"""

import argparse
import os
import resource
import subprocess
import sys
import time

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from kgbuild.errors import KgError
from kgbuild.mapping import enriched_with, harmonize, scope
from kgbuild.mapping.terms import read_terms, read_vectors
from kgbuild.store import Store, connect

ASKED = 16_000  # codes of ICD-10 that are asked for within a minute
_BLOCK = 256  # names of the source at once: 100 MB on 100,000 names


def measure(source: str, target: str) -> None:
    with connect() as store:
        started = time.monotonic()
        frame = harmonize(store, source, target)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reads, bound = exact_search(store, source, target)
    n = frame["subject_id"].nunique()
    scaled = f"; in proportion {seconds * ASKED / n:.0f} s for {ASKED:,}" if n > ASKED // 4 else ""
    print(
        f"{source} → {target}: {n:,} concepts in {seconds:.1f} s{scaled}; peak memory {peak:,.0f} MiB; reads "
        f"{reads:.1f} s; bound {bound:.1f} s; ratio {seconds / bound:.1f}, without reading "
        f"{(seconds - reads) / bound:.1f}",
        flush=True,
    )


def exact_search(store: Store, source: str, target: str) -> tuple[float, float]:
    """Seconds to read what is compared, and to compare it."""
    started = time.monotonic()
    subjects, objects = (read_terms(store, scope(store, name)) for name in (source, target))
    keys, asked = (sorted({key for names in terms.names for key in names}) for terms in (objects, subjects))
    vectors = read_vectors(store, {*keys, *asked})
    reads = time.monotonic() - started
    tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    vectors_KD, tfidf_KG = vectors.of(keys), csr_array(tfidf.fit_transform(keys))
    asked_RD, asked_RG = vectors.of(asked), csr_array(tfidf.transform(asked))
    started = time.monotonic()
    for at in range(0, len(asked), _BLOCK):
        (asked_RD[at : at + _BLOCK] @ vectors_KD.T).argmax(axis=1)
        (tfidf_KG @ asked_RG[at : at + _BLOCK].toarray().T).argmax(axis=0)
    return reads, time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("vocabularies", nargs="*", default=["phecode", "phecodex", "icd10"])
    parser.add_argument("--to", default="EFO")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        for vocabulary in options.vocabularies:
            measure(vocabulary, options.to)
        return
    with connect() as store:
        try:
            model = enriched_with(store)
        except KgError as error:
            print(f"{error}; there is nothing to measure")
            return
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    os.sched_setaffinity(0, cores)
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(len(cores)))
    print(f"{model}; {len(cores)} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    for vocabulary in options.vocabularies:
        for _ in range(2):
            command = [sys.executable, __file__, vocabulary, "--to", options.to, "--part"]
            subprocess.run(command, check=True, env=os.environ | limits)


if __name__ == "__main__":
    main()
