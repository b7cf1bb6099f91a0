"""The graph as tables: all staged sources merged into the rows that Neo4j is to hold.

The merge is a function of the set of staged sources alone, so the order of loading does not matter. A node's type, name
and definition come from the source that owns its vocabulary, else from the first source, in the fixed order of
`loaders.LOADERS`, that has them; a node that is only referred to is a stub.

Tables (Parquet): `concepts`, `variants`, `names`, `has_name`, `edges`. Source: DESIGN.md, "The graph".
"""

import hashlib
import json
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from kgbuild import alleles, duck
from kgbuild.model import EDGES, SCHEMAS
from kgbuild.staging import Manifest

#: Raise it when the merge itself changes what it writes.
SCHEMA_VERSION = 2

TABLES = ("concepts", "variants", "names", "has_name", "edges")

_STATED = {f.name: f.type for f in EDGES if f.name not in {"subject", "predicate", "object", "distinct", "file", "row"}}

#: Properties of an edge in Neo4j, beside `id` and `source`: what the source states, and its effect in the one sign.
EDGE_TYPES: dict[str, pa.DataType] = {**_STATED, "aligned_effect": pa.float64()}


@dataclass(frozen=True)
class GraphTables:
    """A folder with the five tables, the id of their content and the membership flags that concepts carry."""

    folder: Path
    graph_id: str
    flags: tuple[str, ...]

    def path(self, table: str) -> Path:
        """The Parquet file of one of `TABLES`."""
        return self.folder / f"{table}.parquet"

    @classmethod
    def read(cls, folder: Path) -> "GraphTables | None":
        """The tables in a folder, None where there are none."""
        path = folder / "graph.json"
        if not path.exists():
            return None
        stored = json.loads(path.read_text())
        return cls(folder, stored["graph_id"], tuple(stored["flags"]))


def name_key(text: str) -> str:
    """The key under which vocabularies share a name: NFC, whitespace collapsed, case folded."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def graph_id(manifests: Sequence[Manifest]) -> str:
    """The hash of what a graph is merged from."""
    parts = sorted((manifest.source, manifest.fingerprint) for manifest in manifests)
    return hashlib.sha256(json.dumps([SCHEMA_VERSION, parts]).encode()).hexdigest()[:32]


def merge(manifests: Mapping[str, Manifest], graphs: Path) -> GraphTables:
    """Merge what is staged into the folder `graphs`/<graph id>, atomically.

    Args:
        manifests: Of the sources, in the order of precedence; none give the empty graph.
        graphs: Where the folder of the merged tables goes.
    """
    sources = [manifest.declared for manifest in manifests.values()]
    identity = graph_id(list(manifests.values()))
    flags = tuple(f"in_{source.name}" for source in sources if source.member)
    out = graphs / identity
    existing = GraphTables.read(out)
    if existing is not None:
        return existing
    scratch = graphs / ".new"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    with duck.connect("1500MB", scratch) as con:
        con.create_function("name_key", _name_keys, ["VARCHAR"], "VARCHAR", type="arrow")
        staged_views(con, list(manifests.values()))
        _merge_nodes(con, [source.name for source in sources if source.member])
        _merge_names(con)
        con.execute(alleles.COUNTED)
        for table, query in _queries(flags).items():
            con.execute(f"COPY ({query}) TO '{scratch / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    (scratch / "graph.json").write_text(json.dumps({"graph_id": identity, "flags": flags}))
    scratch.rename(out)
    return GraphTables(out, identity, flags)


def _name_keys(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if text is None else name_key(text) for text in texts.to_pylist()], pa.string())


def staged_views(con: duckdb.DuckDBPyConnection, manifests: Sequence[Manifest]) -> None:
    """Create views over all staged records of sources in the order of precedence: `node`, `name` and `edge`.

    They have `source`, and a node its `rank`: the lower, the better; below 1000 where the source owns the vocabulary.
    """
    nodes = [
        f"SELECT *, '{manifest.source}' AS source, {order} + CASE WHEN split_part(id, ':', 1) IN "
        f"({_list(manifest.declared.vocabularies)}) THEN 0 ELSE 1000 END AS rank "
        f"FROM read_parquet('{manifest.table('nodes')}')"
        for order, manifest in enumerate(manifests)
    ]
    tables = {
        "node": nodes,
        "name": [f"FROM read_parquet('{manifest.table('names')}')" for manifest in manifests],
        "edge": [f"FROM read_parquet('{manifest.table('edges')}')" for manifest in manifests],
    }
    nothing = {"node": "source VARCHAR, rank INTEGER", "name": "source VARCHAR", "edge": "id VARCHAR, source VARCHAR"}
    for view, parts in tables.items():
        con.register(f"no_{view}", SCHEMAS[f"{view}s"].empty_table())
        more = ", ".join(f"NULL::{c.split()[1]} AS {c.split()[0]}" for c in nothing[view].split(", "))
        con.execute(f"CREATE VIEW {view} AS {' UNION ALL BY NAME '.join([f'SELECT *, {more} FROM no_{view}', *parts])}")


def _list(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values) or "NULL"


def _merge_nodes(con: duckdb.DuckDBPyConnection, members: Sequence[str]) -> None:
    best = ", ".join(
        f"arg_min({column}, rank) FILTER (WHERE {column} IS NOT NULL) AS {column}"
        for column in ("type", "name", "definition", "obsolete", "chromosome", "grch37", "grch38")
    )
    # ICD codes in the PheCode maps are classified there, not members of PheCode
    flags = "".join(
        f", nullif(bool_or(source = '{name}' AND NOT obsolete AND type IS DISTINCT FROM 'Code'), false) AS in_{name}"
        for name in members
    )
    con.execute(f"""
        CREATE TABLE merged AS
        SELECT id, {best}, list_sort(list(DISTINCT source) FILTER (WHERE source IS NOT NULL)) AS sources{flags}
        FROM (
            FROM node
            UNION ALL BY NAME SELECT DISTINCT id FROM name ANTI JOIN node USING (id)
            UNION ALL BY NAME
            SELECT DISTINCT id FROM (SELECT subject AS id FROM edge UNION ALL SELECT object FROM edge)
            ANTI JOIN node USING (id)
        ) GROUP BY id
    """)
    con.execute("CREATE VIEW variant AS SELECT id FROM merged WHERE type = 'Variant' OR starts_with(id, 'dbSNP:')")


def _merge_names(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        CREATE TABLE has_name AS
        SELECT md5(concat_ws(chr(31), id, text, scope, language, source)) AS id, id AS concept, key, text, scope,
            language, source
        FROM name
        JOIN (SELECT text, name_key(text) AS key FROM (SELECT DISTINCT text FROM name)) USING (text)
        WHERE key <> '' AND id NOT IN (FROM variant)
    """)


_FLAT = "trim(regexp_replace({0}, '\\s+', ' ', 'g')) AS {0}"


def _queries(flags: Sequence[str]) -> dict[str, str]:
    """The query behind each of `TABLES`."""
    return {
        "concepts": f"""
            SELECT id, type, {_FLAT.format("name")}, split_part(id, ':', 1) AS vocabulary, {_FLAT.format("definition")},
                nullif(obsolete, false) AS obsolete, CASE WHEN name IS NULL THEN true END AS stub,
                nullif(sources, []) AS sources{"".join(f", {flag}" for flag in flags)}
            FROM merged ANTI JOIN variant USING (id)
        """,
        "variants": """
            SELECT id, chromosome, grch37, grch38, counted AS counted_allele, nullif(sources, []) AS sources
            FROM merged SEMI JOIN variant USING (id) LEFT JOIN alleles USING (id)
        """,
        "names": "SELECT DISTINCT key FROM has_name",
        "has_name": "FROM has_name",
        "edges": f"""
            SELECT edge.id, subject, predicate, object, source, {", ".join(_STATED)},
                {alleles.ALIGNED_EFFECT} AS aligned_effect,
                subject IN (FROM variant) AS from_variant, object IN (FROM variant) AS to_variant
            FROM edge LEFT JOIN alleles ON alleles.id = subject
        """,
    }
