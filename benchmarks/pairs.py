"""How fast the pairs of training come from Neo4j into their cache.

    KG_HOME=DIR python benchmarks/pairs.py     # a home whose graph is loaded; else NEO4J_URI's

Prints what each query of `cypher/pairs/` takes by itself, its answer unpacked and thrown away, then the whole: pairs a
second from the first query to the tables of the cache, twice.
"""

import os
import time
from itertools import chain

from embed.pairs.cache import BIOBANKS, LANES, answers, read
from kgbuild.store import connect

PARAMETERS = {"eqtl_per_gene": 5, "names": 8, "biobanks": list(BIOBANKS)}


def main() -> None:
    with connect() as store:
        for _ in range(2):  # the server compiles what it runs often, and its page cache fills
            for query in ("concepts", *chain.from_iterable(LANES)):
                started = time.monotonic()
                size = sum(len(rows) for _, rows in answers(store, [query], PARAMETERS))
                print(f"{query:<12} {time.monotonic() - started:6.1f} s  {size:10,} rows", flush=True)
            started = time.monotonic()
            cache = read(store)
            seconds = time.monotonic() - started
            rate = f"{len(cache.pairs) / seconds:,.0f} pairs/s"
            print(
                f"{'whole':<12} {seconds:6.1f} s  {len(cache.pairs):10,} pairs: {rate}; load {os.getloadavg()[0]:.1f}\n"
            )


if __name__ == "__main__":
    main()
