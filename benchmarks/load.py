"""How long `kg load all` takes beside the import alone, and how much memory the Python process needs.

    KG_REAL_DATA=DIR python benchmarks/load.py     # without it: the starter data

Prints seconds by step, the ratio of the whole to `neo4j-admin database import` in the same run, and peak memory.
"""

import os
import resource
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from kgbuild import database
from kgbuild.console import Steps
from kgbuild.loading import load
from loaders import LOADERS


def main() -> None:
    with as_file(files("loaders") / "starter") as starter, tempfile.TemporaryDirectory() as home:
        os.environ["KG_HOME"] = home
        steps = Steps()
        try:
            loaded = load(["all"], Path(os.environ.get("KG_REAL_DATA", starter)), LOADERS, progress=steps)
        finally:
            database.stop()
    rows = sum(sum(manifest.rows.values()) for manifest in loaded.staged)
    staging = sum(seconds for step, seconds in steps.seconds.items() if step.startswith("staging"))
    total, alone = sum(steps.seconds.values()), steps.seconds["importing"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows staged in {staging:.1f} s: {rows / staging:,.0f} rows/s")
    print(f"whole load {total:.1f} s, import alone {alone:.1f} s: ratio {total / alone:.2f}")
    print(f"peak memory of the Python process {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
