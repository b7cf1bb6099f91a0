"""Peak memory of staging and merging at 1× and at 10× the rows, which are replicated under new ids.

    KG_REAL_DATA=DIR python benchmarks/memory.py     # PrimeKG's kg.csv; without it: the starter data's

Prints rows, seconds, rows a second and the peak memory of the Python process for each.
"""

import os
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from kgbuild import duck
from kgbuild.inputs import find
from loaders import primekg

_RUN = """
import resource, sys, time
from pathlib import Path
from kgbuild.graph import merge
from kgbuild.jobs import jobs_of_folder
from kgbuild.staging import stage
from loaders import LOADERS
(job,) = jobs_of_folder(["primekg"], Path(sys.argv[1]), LOADERS)
begun = time.monotonic()
manifest = stage(job.loader, job.root, job.files, Path(sys.argv[2], "primekg"))
staged = time.monotonic()
merge({"primekg": manifest}, Path(sys.argv[2], "graph"))
merged = time.monotonic()
rows, peak = sum(manifest.rows.values()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{rows:>12,} rows: staged in {staged - begun:.1f} s ({rows / (staged - begun):,.0f} rows/s), merged in "
      f"{merged - staged:.1f} s, peak memory {peak:,.0f} MiB", flush=True)
"""


def main() -> None:
    with as_file(files("loaders") / "starter") as starter:
        data = Path(os.environ.get("KG_REAL_DATA", starter))
        (relations,) = find(primekg.SOURCE, data)["relations"]
        for times in (1, 10):
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder, "source")
                source.mkdir()
                replicate(relations, source / "kg.csv.gz", times)
                command = [sys.executable, "-c", _RUN, str(source), str(Path(folder, "out"))]
                subprocess.run(command, check=True, env=os.environ | {"KG_HOME": folder})


def replicate(relations: Path, target: Path, times: int) -> None:
    """The rows, so many times, each time under other ids and names."""
    ends = ", ".join(f"{end}_{column} || suffix AS {end}_{column}" for end in "xy" for column in ("id", "name"))
    with duck.connect() as con:
        con.execute(f"""
            COPY (
                SELECT * EXCLUDE (suffix) REPLACE ({ends})
                FROM read_csv('{relations}', all_varchar=true, delim=',', quote='"'),
                    (SELECT CASE WHEN i > 0 THEN '.' || i ELSE '' END AS suffix FROM range({times}) AS t(i))
            ) TO '{target}' (FORMAT csv, HEADER, COMPRESSION gzip)
        """)


if __name__ == "__main__":
    main()
