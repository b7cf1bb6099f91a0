"""The two writers: the graph's tables into Neo4j, by bulk import or by upsert, with one result.

    bulk     `neo4j-admin database import full` into the empty managed database, then constraints and indexes
    upsert   constraints and indexes, then only what differs from the tables that were written last, over Bolt

A load that was killed left the database somewhere between two graphs, so the next one takes both as old: every write is
idempotent.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kgbuild import database, duck
from kgbuild.ahead import ahead
from kgbuild.graph import EDGE_TYPES, TABLES, GraphTables
from kgbuild.store import Store

Report = Callable[[str, int, int | None], None]
_BATCH = 10_000


def bulk(tables: GraphTables, scratch: Path) -> None:
    """Import the tables into the managed server's database, replacing it; the server is left stopped."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    write_csv(tables, scratch)
    database.admin_import(
        [
            *(f"--nodes={scratch}/{name}.csv" for name in ("concepts", "variants", "names")),
            *(f"--relationships={scratch}/{name}.csv" for name in ("has_name", "edges")),
            "--array-delimiter=|",
            "--multiline-fields=false",
            "--max-off-heap-memory=2g",
        ]
    )
    shutil.rmtree(scratch)


def write_csv(tables: GraphTables, out: Path) -> None:
    """The tables as neo4j-admin wants them: a header that types the columns, `|` between the values of a list."""
    flags = "".join(f', {flag} AS "{flag}:boolean"' for flag in tables.flags)
    kinds = {pa.float64(): "double", pa.int64(): "long", pa.bool_(): "boolean", pa.string(): "string"}
    properties = ", ".join(f'{name} AS "{name}:{kinds[kind]}"' for name, kind in EDGE_TYPES.items())
    sources = "array_to_string(sources, '|') AS \"sources:string[]\""
    queries = {
        "concepts": f"""
            SELECT id AS "id:ID(entity)", concat_ws('|', 'Concept', type) AS ":LABEL", name, vocabulary, definition,
                obsolete AS "obsolete:boolean", stub AS "stub:boolean", {sources}{flags}""",
        "variants": f"""
            SELECT id AS "id:ID(entity)", 'Variant' AS ":LABEL", chromosome, grch37 AS "grch37:long",
                grch38 AS "grch38:long", counted_allele, {sources}""",
        "names": 'SELECT key AS "key:ID(name)", \'Name\' AS ":LABEL"',
        "has_name": """
            SELECT concept AS ":START_ID(entity)", key AS ":END_ID(name)", 'HAS_NAME' AS ":TYPE", id, text, scope,
                language, source""",
        "edges": f"""
            SELECT subject AS ":START_ID(entity)", object AS ":END_ID(entity)", predicate AS ":TYPE", id, source,
                {properties}""",
    }
    with duck.connect(scratch=out) as con:
        for table, query in queries.items():
            con.execute(
                f"COPY ({query} FROM '{tables.path(table)}') TO '{out}/{table}.csv' (FORMAT csv, HEADER, QUOTE '\"')"
            )


def prepare(store: Store) -> None:
    """Create the constraints and indexes that writing and matching need, and wait until they are online."""
    for statement in store.cypher("schema/constraints").split(";"):
        if statement.strip():
            store.query(statement)
    store.query("CALL db.awaitIndexes(600)")


def upsert(store: Store, tables: GraphTables, old: Sequence[GraphTables | None], report: Report) -> None:
    """Write what differs between `tables` and the `old` ones, in batches of one label or type each.

    Args:
        store: The database, which is somewhere between the old graphs.
        tables: The graph that it is to hold.
        old: None is the empty graph. Constraints and indexes are there (`prepare`).
        report: Told (step, rows done, rows of the step).

    Nodes come first, then edges, then what is gone: a reader never misses what both graphs hold.
    """
    with duck.connect(scratch=tables.folder.parent / ".duck") as con:
        for table in TABLES:
            _differences(con, table, tables, old)
        dropped = sorted({flag for before in old if before for flag in before.flags} - set(tables.flags))
        for step, query, rows, total in _steps(con, store, tables, dropped):
            done = 0
            for batch in ahead(rows, 2):  # the next ones are made while the server writes the last
                store.write(query, batch, batch=_BATCH)
                done += len(batch)
                report(step, done, total)


def _differences(
    con: duckdb.DuckDBPyConnection, table: str, new: GraphTables, old: Sequence[GraphTables | None]
) -> None:
    """Tables `put_<table>` (rows that are new or changed) and `gone_<table>` (rows of old keys that are gone).

    What is put is `new` where the database has nothing of its key for certain; after a killed load nobody knows.
    """
    key = "key" if table == "names" else "id"
    present = f"FROM '{new.path(table)}'"
    known = [tables for tables in old if tables is not None]
    before = " UNION ALL BY NAME ".join(f"FROM '{tables.path(table)}'" for tables in known) or f"{present} WHERE false"
    con.execute(
        f"CREATE TABLE gone_{table} AS SELECT DISTINCT ON ({key}) * FROM ({before}) ANTI JOIN ({present}) USING ({key})"
    )
    columns = [con.sql(f"DESCRIBE FROM '{tables.path(table)}'").fetchall() for tables in (new, *known)]
    if len(known) < len(old) or any(other != columns[0] for other in columns):  # other flags, or another schema
        con.execute(f"CREATE VIEW put_{table} AS SELECT *, {not known and len(old) == 1} AS new {present}")
        return
    # a row is left alone only where every old state agrees with the new one on it
    same = " INTERSECT ".join(f"FROM '{tables.path(table)}'" for tables in (new, *known))
    new_key = f"{key} NOT IN (SELECT {key} FROM ({before}))" if len(old) == 1 else "false"
    con.execute(f"CREATE TABLE put_{table} AS SELECT *, {new_key} AS new {present} ANTI JOIN ({same}) USING ({key})")


def _steps(
    con: duckdb.DuckDBPyConnection, store: Store, tables: GraphTables, dropped_flags: list[str]
) -> Iterator[tuple[str, str, Iterator[list[dict[str, Any]]], int]]:
    """(what is done, the query, its rows in batches, their number) for each label and relationship type."""
    concept = ["name", "vocabulary", "definition", "obsolete", "stub", "sources", *tables.flags]

    def step(what: str, file: str, select: str, **names: str) -> tuple[str, str, Iterator[list[dict[str, Any]]], int]:
        total = con.execute(f"SELECT count(*) FROM ({select})").fetchall()[0][0]
        query = store.cypher(f"load/{file}")
        for placeholder, name in names.items():
            query = query.replace(f"`{placeholder}`", f"`{name}`")
        return what, query, _batches(con, select), total

    for (kind,) in con.execute("SELECT DISTINCT type FROM put_concepts ORDER BY ALL").fetchall():
        where = f"type = '{kind}'" if kind else "type IS NULL"
        query = f"SELECT id, {_struct(concept, dropped_flags)} FROM put_concepts WHERE {where}"
        yield step(f"{kind or 'untyped'} concepts", "concepts", query, TYPE=kind or "Concept")
    variant = _struct(["chromosome", "grch37", "grch38", "counted_allele", "sources"])
    yield step("variants", "variants", f"SELECT id, {variant} FROM put_variants")
    yield step("names", "names", "SELECT key FROM put_names")
    name = _struct(["id", "text", "scope", "language", "source"])
    for new, file in ((True, "has_name_new"), (False, "has_name")):
        select = f"SELECT id, concept AS subject, key AS object, {name} FROM put_has_name WHERE new = {new}"
        yield step("names of concepts", file, select)
    for new, file in ((True, "edges_new"), (False, "edges")):
        for kind, group in _kinds(con, f"(FROM put_edges WHERE new = {new})"):
            properties = _struct(_stated(con, ["id", "source", *EDGE_TYPES], group))
            yield step(kind["TYPE"], file, f"SELECT id, subject, object, {properties} {group}", **kind)
    for kind, group in _kinds(con, "gone_edges"):
        yield step(f"{kind['TYPE']} gone", "edges_gone", f"SELECT id, subject, object {group}", **kind)
    yield step(
        "names of concepts gone", "has_name_gone", "SELECT id, concept AS subject, key AS object FROM gone_has_name"
    )
    for table, label in (("concepts", "Concept"), ("variants", "Variant")):
        yield step(f"{table} gone", "entities_gone", f"SELECT id FROM gone_{table}", LABEL=label)
    yield step("names gone", "names_gone", "SELECT key FROM gone_names")


def _kinds(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[dict[str, str], str]]:
    """The edges of a table by type and labels of the ends: what stands for these in the query, and where they are."""
    columns = "predicate, from_variant, to_variant"
    for predicate, *variant in con.execute(f"SELECT DISTINCT {columns} FROM {table} ORDER BY ALL").fetchall():
        start, end = ("Variant" if each else "Concept" for each in variant)
        where = f"predicate = '{predicate}' AND from_variant = {variant[0]} AND to_variant = {variant[1]}"
        yield {"TYPE": predicate, "FROM": start, "TO": end}, f"FROM {table} WHERE {where}"


def _stated(con: duckdb.DuckDBPyConnection, columns: Sequence[str], group: str) -> list[str]:
    """The columns that have a value in any row: what is null throughout need not travel."""
    counts = con.execute(f"SELECT {', '.join(f'count({column})' for column in columns)} {group}").fetchall()[0]
    return [column for column, count in zip(columns, counts, strict=True) if count]


def _struct(columns: list[str], removed: Sequence[str] = ()) -> str:
    values = [f"'{column}': {column}" for column in columns] + [f"'{column}': NULL" for column in removed]
    return "{" + ", ".join(values) + "} AS properties"


def _batches(con: duckdb.DuckDBPyConnection, select: str) -> Iterator[list[dict[str, Any]]]:
    for batch in con.cursor().sql(select).to_arrow_reader(_BATCH):
        yield batch.to_pylist()
