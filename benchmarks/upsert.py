"""How many edges a second `--writer upsert` writes over Bolt, into an empty database and where nothing changes.

    KG_REAL_DATA=DIR python benchmarks/upsert.py     # PrimeKG's relations; without it: the starter data

Prints edges a second of the steps that write edges, and of the whole writing.
"""

import os
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from importlib.resources import as_file, files
from pathlib import Path

from kgbuild import database
from kgbuild.loading import load
from loaders import LOADERS


class Clock:
    """When each step of writing ended, and how many rows it wrote."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = {}
        self.last = time.monotonic()

    def step(self, name: str) -> AbstractContextManager[None]:
        self.last = time.monotonic()
        return nullcontext()

    def advance(self, name: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        rows, seconds = self.steps.get(name, [0, 0.0])
        self.steps[name] = [max(rows, done), seconds + now - self.last]
        self.last = now

    def tell(self, line: str) -> None:
        pass


def main() -> None:
    real = os.environ.get("KG_REAL_DATA")
    with as_file(files("loaders") / "starter") as starter, tempfile.TemporaryDirectory() as home:
        os.environ["KG_HOME"] = home
        clock = Clock()
        try:
            load(["primekg"] if real else ["all"], Path(real or starter), LOADERS, writer="upsert", progress=clock)
        finally:
            database.stop()
    written = {name: each for name, each in clock.steps.items() if name != "sources"}
    for name, (rows, seconds) in written.items():
        print(f"{name:<34} {rows:>9,.0f} rows {seconds:7.1f} s {rows / seconds:>9,.0f} a second")
    edges = [each for name, each in written.items() if name.isupper() or name == "names of concepts"]
    rows, seconds = sum(each[0] for each in edges), sum(each[1] for each in edges)
    print(f"edges: {rows:,.0f} in {seconds:.1f} s, {rows / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
