"""The views that checks and the report ask: the loaded graph's tables, and the staged rows that they come from."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kgbuild import duck
from kgbuild.curie import PREFIXES
from kgbuild.errors import InputError
from kgbuild.graph import GraphTables, graph_id, staged_views
from kgbuild.history import History, Load
from kgbuild.home import folder
from kgbuild.loading import staged_sources
from kgbuild.quality.biolink import ENDS
from kgbuild.staging import Manifest

#: Prefixes of variants without an rsID, and of what kg itself makes; no vocabulary has them.
OWN_PREFIXES = ("spdi", "GRCh38")


@dataclass(frozen=True)
class Graph:
    """The graph that was loaded last: its record, its tables, and what was staged of its sources, by precedence."""

    load: Load
    tables: GraphTables
    manifests: dict[str, Manifest]

    @classmethod
    def last(cls, order: Sequence[str]) -> "Graph":
        """The last load's; `order` names the sources by precedence.

        Raises:
            InputError: nothing was loaded yet, or something was staged since that is not in the graph.
        """
        history = History.read()
        if not history.loads:
            raise InputError(f"{folder('graph')}: nothing was loaded yet; run `kg load all --data DIR`")
        load = history.loads[-1]
        tables = history.tables(load.graph_id)
        assert tables is not None  # the last load's tables are always kept
        manifests = staged_sources(order)
        if graph_id(list(manifests.values())) != load.graph_id:
            raise InputError(f"{folder('staged')}: what is staged is not what was loaded last; run `kg load` again")
        return cls(load, tables, manifests)


@contextmanager
def opened(graph: Graph) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the views.

    - `edge`, `name`, `node`: all staged records, with `source`, `file` and `row`; edges with their `id`.
    - `entity`: concepts and variants, with `vocabulary`, and `live` unless obsolete or a stub.
    - `graph_edge`, `graph_name`: the merged tables (`aligned_effect`, and the `key` of a name).
    - `owner`: prefix → the loaded source whose release of that vocabulary has nodes.
    - `known_prefix`; `ends`: predicate → allowed types; `replaced`: ids with a REPLACED_BY.
    - `same`: EXACT_MATCH edges that are not negated, in both directions, as `a` and `b`.
    """
    with (
        tempfile.TemporaryDirectory(dir=folder("staged"), prefix=".quality-") as scratch,
        duck.connect(memory="1500MB", scratch=Path(scratch)) as con,
    ):
        staged_views(con, list(graph.manifests.values()))
        _merged(con, graph.tables)
        _vocabularies(con, graph.manifests)
        yield con


def _merged(con: duckdb.DuckDBPyConnection, tables: GraphTables) -> None:
    con.execute(f"CREATE VIEW graph_edge AS FROM '{tables.path('edges')}'")
    con.execute(f"CREATE VIEW graph_name AS FROM '{tables.path('has_name')}'")
    con.execute(f"""
        CREATE TABLE entity AS
        SELECT id, type, name, vocabulary, definition IS NOT NULL AS defined, coalesce(obsolete, false) AS obsolete,
            coalesce(stub, false) AS stub, obsolete IS NULL AND stub IS NULL AS live, coalesce(sources, []) AS sources
        FROM '{tables.path("concepts")}'
        UNION ALL
        SELECT id, 'Variant', NULL, split_part(id, ':', 1), false, false, false, true, coalesce(sources, [])
        FROM '{tables.path("variants")}'
    """)
    con.execute("CREATE TABLE replaced AS SELECT DISTINCT subject AS id FROM edge WHERE predicate = 'REPLACED_BY'")
    con.execute("""
        CREATE TABLE same AS
        SELECT subject AS a, object AS b, id, source, file, "row", subject, predicate, object
        FROM edge WHERE predicate = 'EXACT_MATCH' AND negated IS NOT TRUE
        UNION ALL
        SELECT object, subject, id, source, file, "row", subject, predicate, object
        FROM edge WHERE predicate = 'EXACT_MATCH' AND negated IS NOT TRUE
    """)


def _vocabularies(con: duckdb.DuckDBPyConnection, manifests: dict[str, Manifest]) -> None:
    con.execute("CREATE TABLE owned (prefix VARCHAR, source VARCHAR)")
    owned = [[prefix, name] for name, manifest in manifests.items() for prefix in manifest.declared.vocabularies]
    if owned:
        con.executemany("INSERT INTO owned VALUES (?, ?)", owned)
    con.execute("""
        CREATE TABLE owner AS
        WITH stated AS (
            SELECT prefix, source, bool_and(type IS NOT DISTINCT FROM 'Code') AS codes
            FROM node JOIN owned USING (source) WHERE prefix = split_part(id, ':', 1) AND name IS NOT NULL GROUP BY ALL
        )
        SELECT prefix, source FROM stated QUALIFY NOT codes OR bool_and(codes) OVER (PARTITION BY source)
    """)  # ICD codes in PheCode's maps are classified there: the maps are no release of ICD
    con.execute("CREATE TABLE known_prefix AS SELECT prefix FROM owned")
    con.executemany("INSERT INTO known_prefix VALUES (?)", [[prefix] for prefix in (*PREFIXES, *OWN_PREFIXES)])
    con.execute("CREATE TABLE ends (predicate VARCHAR, subjects VARCHAR[], objects VARCHAR[])")
    con.executemany("INSERT INTO ends VALUES (?, ?, ?)", [[p, sorted(s), sorted(o)] for p, (s, o) in ENDS.items()])
