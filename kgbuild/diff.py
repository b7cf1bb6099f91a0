"""What differs between two graphs' tables: nodes, names and edges that come, go or change, by source, with examples."""

from dataclasses import dataclass

import duckdb

from kgbuild import duck
from kgbuild.graph import GraphTables

#: What is counted → (table, key, who states a row, how a row reads).
_KINDS = {
    "nodes": ("concepts", "id", "unnest(coalesce(sources, ['(stub)']))", "concat_ws(' ', id, name)"),
    "variants": ("variants", "id", "unnest(coalesce(sources, ['(stub)']))", "id"),
    "names": ("has_name", "id", "source", "concat_ws(' ', concept, scope, text)"),
    "edges": ("edges", "id", "source", "concat_ws(' ', subject, if(negated, 'NOT', NULL), predicate, object)"),
}


@dataclass(frozen=True)
class Difference:
    """Of one kind of record of one source: how many are new, gone or changed, with some of each."""

    source: str
    kind: str
    added: int
    removed: int
    changed: int
    examples: dict[str, list[str]]


def compare(old: GraphTables | None, new: GraphTables, examples: int = 3) -> list[Difference]:
    """The differences from `old` (None: the empty graph) to `new`, by source and kind; what is equal is left out.

    A node counts for each source that states it, `(stub)` stands for those that are only referred to. A record has
    changed where its key is in both and anything else differs.
    """
    found = []
    with duck.connect(scratch=new.folder.parent / ".duck") as con:
        for kind, (table, key, source, text) in _KINDS.items():
            after = f"FROM '{new.path(table)}'"
            before = f"FROM '{old.path(table)}'" if old else f"{after} WHERE false"
            con.execute(f"""
                CREATE OR REPLACE TABLE difference AS
                SELECT 'added' AS what, {source} AS source, {text} AS text
                FROM ({after}) ANTI JOIN ({before}) USING ({key})
                UNION ALL
                SELECT 'removed', {source}, {text} FROM ({before}) ANTI JOIN ({after}) USING ({key})
                UNION ALL
                SELECT 'changed', {source}, {text} FROM (
                    SELECT * FROM ({after}) SEMI JOIN ({before}) USING ({key})
                    EXCEPT SELECT {_columns(con, after)} FROM ({_filled(con, before, after)})
                )
            """)
            found += _summary(con, kind, examples)
    return sorted(found, key=lambda each: (each.source, list(_KINDS).index(each.kind)))


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> str:
    return ", ".join(row[0] for row in con.sql(f"DESCRIBE {table}").fetchall())


def _filled(con: duckdb.DuckDBPyConnection, table: str, like: str) -> str:
    """The table with all columns of another one, those that it lacks as null (another schema, other flags)."""
    return f"SELECT * FROM ({like} WHERE false) UNION ALL BY NAME {table}"


def _summary(con: duckdb.DuckDBPyConnection, kind: str, examples: int) -> list[Difference]:
    counts: dict[str, dict[str, tuple[int, list[str]]]] = {}
    rows = con.execute(
        "SELECT source, what, count(*), list(text ORDER BY text)[:?] FROM difference GROUP BY ALL", [examples]
    )
    for source, what, count, some in rows.fetchall():
        counts.setdefault(source, {})[what] = (count, some)
    return [
        Difference(
            source,
            kind,
            added=each.get("added", (0, []))[0],
            removed=each.get("removed", (0, []))[0],
            changed=each.get("changed", (0, []))[0],
            examples={what: some for what, (_, some) in each.items()},
        )
        for source, each in counts.items()
    ]
