"""kg beside BioCypher 0.17 and KGX 2.7: the same rows of PrimeKG's kg.csv to files ready for import.

    KG_REAL_DATA=DIR python benchmarks/peers.py [--rows N] [--peers PYTHON]     # without it: the starter data

The peers are no dependencies of kg: they run in an environment of their own, `.venv-peers` or what --peers names. uv
makes it: KGX 2.7.0 asks for an older click than the linkml-map that it needs, so that pip refuses it.

    python -m venv .venv-peers && .venv-peers/bin/pip install uv && echo click > .venv-peers/override
    .venv-peers/bin/uv pip install --python .venv-peers/bin/python --override .venv-peers/override \
        'biocypher==0.17.*' 'kgx==2.7.*' biolink-model

kg stages, merges and writes neo4j-admin's CSV files. BioCypher writes such files, too, from an adapter that reads the
rows once; it has no ontology. KGX writes TSV files from TSV files that are made beforehand and not timed: as a stream,
and through its graph, as `kgx transform` does unless told otherwise. Nothing is downloaded. Each tool has a process of
its own, one after another; importing Python modules is not timed.

Prints for each tool rows/s, peak memory, the ratio to kg, and the evidence that its files have: distinct relations
between two ends, counted alike in the rows and in the files. The rows have each relation in both directions, and so
have the peers' files; kg's have it once.
"""

import argparse
import csv
import gzip
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

_ROW = "SELECT *, x_source || ':' || x_id AS x, y_source || ':' || y_id AS y FROM read_csv('{}', all_varchar=true)"


def run_kg(data: Path) -> float:
    from kgbuild.graph import merge
    from kgbuild.jobs import jobs_of_folder
    from kgbuild.staging import stage
    from kgbuild.writers import write_csv
    from loaders import LOADERS

    started = time.monotonic()
    [job] = jobs_of_folder(["primekg"], data, LOADERS)
    staged = stage(job.loader, job.root, job.files, Path.cwd() / "staged" / "primekg")
    write_csv(merge({"primekg": staged}, Path("graphs")), Path())
    return time.monotonic() - started


def run_biocypher(data: Path) -> float:
    settings = {"head_ontology": None, "debug": False, "log_to_disk": False}
    Path("biocypher_config.yaml").write_text(json.dumps({"biocypher": settings, "neo4j": {"file_format": "csv"}}))
    from biocypher import BioCypher

    started = time.monotonic()
    nodes: dict[str, tuple[str, str, dict[str, str]]] = {}

    def edges() -> Iterator[tuple[None, str, str, str, dict[str, str]]]:
        with gzip.open(data / "kg.csv.gz", "rt", newline="") as file:
            for relation, shown, *ends in itertools.islice(csv.reader(file), 1, None):
                _, x, x_type, x_name, x_source, _, y, y_type, y_name, y_source = ends
                x, y = f"{x_source}:{x}", f"{y_source}:{y}"
                nodes[x], nodes[y] = (x, x_type, {"name": x_name}), (y, y_type, {"name": y_name})
                yield None, x, y, relation, {"display_relation": shown}

    writer = BioCypher(schema_config_path=str(data / "schema.yaml"), output_directory="csv")
    writer.write_edges(edges())
    writer.write_nodes(nodes.values())
    writer.write_import_call()
    return time.monotonic() - started


def run_kgx(data: Path, stream: bool) -> float:
    import biolink_model
    import bmt

    [model] = map(Path, biolink_model.__path__)
    biolink = {"schema": f"{model}/schema/biolink_model.yaml", "predicate_map": {"predicate mappings": []}}
    bmt.Toolkit = partial(bmt.Toolkit, **biolink)  # importing KGX makes one, which would download the Biolink model
    from kgx.config import jsonld_context_map

    jsonld_context_map["biolink"] = json.loads((model / "prefixmaps/biolink_model_prefix_map.json").read_text())
    from kgx.transformer import Transformer

    started = time.monotonic()
    edge = {"id", "subject", "predicate", "object", "relation", "display_relation"}
    columns = {"node_properties": {"id", "category", "name"}, "edge_properties": edge}
    given = {"filename": [f"{data}/kgx_nodes.tsv", f"{data}/kgx_edges.tsv"], "format": "tsv"}
    Transformer(stream=stream).transform(given, {"filename": "kgx", "format": "tsv", **columns})
    return time.monotonic() - started


TOOLS = {
    "kg": run_kg,
    "BioCypher": run_biocypher,
    "KGX (stream)": partial(run_kgx, stream=True),
    "KGX (graph)": partial(run_kgx, stream=False),
}


def prepare(source: Path, data: Path, rows: int | None) -> tuple[int, int]:
    """Write what the tools are given; the numbers of rows and of pieces of evidence in it."""
    import duckdb

    with (
        gzip.open(source, "rt") if source.suffix == ".gz" else source.open() as given,
        gzip.open(data / "kg.csv.gz", "wt") as cut,
    ):
        cut.writelines(itertools.islice(given, rows and rows + 1))
    duckdb.sql(f"""
        CREATE VIEW given AS {_ROW.format(data / "kg.csv.gz")};
        CREATE VIEW nodes AS SELECT DISTINCT ON (id) * FROM (
            SELECT x AS id, x_type AS category, x_name AS name FROM given
            UNION ALL SELECT y, y_type, y_name FROM given)""")
    tsv = "(FORMAT csv, HEADER, DELIMITER '\t', QUOTE '', ESCAPE '')"
    duckdb.sql(f"""
        COPY (SELECT id, 'biolink:' || category AS category, name FROM nodes) TO '{data}/kgx_nodes.tsv' {tsv};
        COPY (SELECT x AS subject, 'biolink:' || relation AS predicate, y AS object, relation, display_relation
            FROM given) TO '{data}/kgx_edges.tsv' {tsv}""")
    kinds = [(kind, "node", "name") for (kind,) in duckdb.sql("SELECT DISTINCT category FROM nodes").fetchall()]
    relations = duckdb.sql("SELECT DISTINCT relation FROM given").fetchall()
    kinds += [(kind, "edge", "display_relation") for (kind,) in relations]
    schema = {
        re.sub(r"\W|_", " ", kind): {"represented_as": what, "input_label": kind, "properties": {known: "str"}}
        for kind, what, known in kinds
    }
    (data / "schema.yaml").write_text(json.dumps(schema))
    return count("given", "relation || display_relation", "x", "y")


def written(tool: str, out: Path) -> tuple[int, int]:
    """The numbers of edges and of pieces of evidence in a tool's files."""
    if tool == "kg":  # the members of grouped diseases are no rows of the file
        rows = f"""read_csv('{out}/edges.csv', all_varchar=true) WHERE ":TYPE" <> 'HAS_MEMBER'"""
        kind = """concat_ws('|', ":TYPE", "negated:boolean", "qualifier:string")"""
        return count(rows, kind, '":START_ID(entity)"', '":END_ID(entity)"')
    if tool == "BioCypher":
        headers = {path: path.read_text().strip().split(",") for path in out.glob("csv/*-header.csv")}
        tables = [
            f"FROM read_csv('{str(path).replace('-header', '-part*')}', header=false, quote='\"',"
            f" columns={dict.fromkeys(columns, 'VARCHAR')})"
            for path, columns in headers.items()
            if ":START_ID" in columns
        ]
        return count(
            f"({' UNION ALL BY NAME '.join(tables)})", '":TYPE" || display_relation', '":START_ID"', '":END_ID"'
        )
    rows = f"read_csv('{out}/kgx_edges.tsv', delim='\t', quote='', all_varchar=true)"
    return count(rows, "relation || display_relation", "subject", "object")


def count(rows: str, kind: str, s: str, o: str) -> tuple[int, int]:
    import duckdb

    query = f"SELECT count(*), count(DISTINCT ({kind}, least({s}, {o}), greatest({s}, {o}))) FROM {rows}"
    return duckdb.sql(query).fetchall()[0]


def measure(tool: str, python: Path, data: Path, out: Path) -> tuple[float, float]:
    """Seconds and peak MiB of a tool in a process of its own."""
    out.mkdir()
    command = [str(python), str(Path(__file__).resolve()), "--run", tool, str(data)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{tool}: {python} failed; is it the environment that {__file__} begins with?\n{done.stderr}")
    seconds, peak = map(float, done.stdout.split()[-2:])
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, help="so many rows of kg.csv, the first ones; all unless given")
    parser.add_argument("--peers", type=Path, default=Path(".venv-peers/bin/python"), help="the peers' Python")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        seconds = TOOLS[options.run[0]](Path(options.run[1]))
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    from kgbuild.inputs import find
    from loaders.primekg import SOURCE

    with as_file(files("loaders") / "starter") as starter, tempfile.TemporaryDirectory() as scratch:
        source = find(SOURCE, Path(os.environ.get("KG_REAL_DATA", starter)))["relations"][0]
        data = Path(scratch, "data")
        data.mkdir()
        rows, evidence = prepare(source, data, options.rows)
        print(f"{rows:,} rows of {source.name}, {evidence:,} pieces of evidence")
        alone = 0.0
        for tool in TOOLS if options.peers.exists() else ["kg"]:
            python = Path(sys.executable) if tool == "kg" else options.peers.absolute()
            seconds, peak = measure(tool, python, data, Path(scratch, tool))
            alone = alone or seconds
            edges, kept = written(tool, Path(scratch, tool))
            speed = f"{seconds:6.1f} s {rows / seconds:9,.0f} rows/s {peak:6,.0f} MiB"
            ratio = f"{seconds / alone:4.1f} times kg's time"
            print(f"{tool:12} {speed}, {ratio}; {edges:,} edges, evidence {kept:,} of {evidence:,}", flush=True)
    if not options.peers.exists():
        print(f"{options.peers}: no such file; the first lines of {__file__} say how to make the peers' environment")


if __name__ == "__main__":
    main()
