"""How fast a model's vectors get into the graph: encoding alone, writing alone, and both at once, in one run.

    python benchmarks/enrich.py [NAMES] [MODEL]     # 100,000 names; MiniLM with a projection to 768 dimensions

Prints names a second of each, and what both at once is of the slower part alone: the three take turns, so that what
else the machine does falls on all. The names are labels of the starter data with numbers behind them. Vector indexes
are built afterwards and are not in it.
"""

import dataclasses
import os
import re
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import as_file, files

import numpy as np
import torch
from numpy.typing import NDArray

from embed.enrich import write_vectors
from embed.model.checkpoint import Encoder, load_encoder
from kgbuild import database
from kgbuild.console import Steps
from kgbuild.store import connect

D = 768
TURN = 20_000  # names that the three take turns at


class Instant(Encoder):
    """An encoder that takes no time: random vectors."""

    def parts(
        self, texts: Sequence[str], precision: str = "fp32", normalize: bool = True
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        vectors_ND = np.random.default_rng(0).normal(size=(64, D)).astype(np.float32)
        for at in range(0, len(texts), 64):
            rows = np.arange(at, min(at + 64, len(texts)))
            yield rows, vectors_ND[: len(rows)]


def projected() -> Encoder:
    """MiniLM and a layer from its 384 dimensions to 768."""
    return dataclasses.replace(load_encoder("minilm"), project=torch.nn.Linear(384, D), dimensions=D)


def names(size: int) -> list[str]:
    with as_file(files("loaders") / "starter") as starter:
        labels = re.findall(r"(?m)^name: (.+)$", "\n".join(path.read_text() for path in starter.rglob("*.obo")))
    return [f"{labels[i % len(labels)]} {i}" for i in range(size)]


def main(size: int = 100_000, model: str | None = None) -> None:
    texts, encoder = names(size), load_encoder(model) if model else projected()
    instant = Instant(**{f.name: getattr(encoder, f.name) for f in dataclasses.fields(encoder)})
    seconds = {"writing alone": 0.0, "encoding alone": 0.0, "both at once": 0.0}
    with tempfile.TemporaryDirectory() as home:
        os.environ["KG_HOME"] = home
        try:
            with connect() as store:
                store.query("CREATE CONSTRAINT FOR (n:Name) REQUIRE n.key IS UNIQUE")
                for at in range(0, size, TURN):
                    part = texts[at : at + TURN]
                    turns = {
                        "writing alone": partial(write_vectors, store, instant, "auto", Steps()),
                        "encoding alone": partial(deque, encoder.parts(part, "auto"), 0),
                        "both at once": partial(write_vectors, store, encoder, "auto", Steps()),
                    }
                    store.query("MATCH (n:Name) DETACH DELETE n")
                    store.write("UNWIND $rows AS row CREATE (:Name {key: row.key})", ({"key": text} for text in part))
                    if at == 0:
                        turns["writing alone"]()  # the server compiles what it runs often
                    for what, run in turns.items():
                        store.query("enrich/clear")
                        started = time.monotonic()
                        run()
                        seconds[what] += time.monotonic() - started
                    print(*(f"{what} {took:.1f} s" for what, took in seconds.items()), sep=", ", flush=True)
        finally:
            database.stop()
    for what, took in seconds.items():
        print(f"{what:<15} {size / took:8,.0f} a second")
    ratio = max(seconds["writing alone"], seconds["encoding alone"]) / seconds["both at once"]
    print(f"both at once is {ratio:.0%} of the slower part alone; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*(int(argument) if argument.isdigit() else argument for argument in sys.argv[1:]))
