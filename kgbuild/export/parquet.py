"""Parquet: three tables in a folder, for DuckDB, Polars, pandas, Spark and R's arrow.

Source: https://parquet.apache.org/docs/file-format/

    nodes.parquet   id, type, their properties
    names.parquet   id, concept, key, text, scope, language, source
    edges.parquet   id, subject, predicate, object, source, their properties

Lists are lists and numbers are numbers. `other` is JSON of properties that have no column. Each file's key-value
metadata have the provenance as JSON, under `kg`.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from kgbuild.export.columns import Columns, dumps, edge_columns, node_columns, splitter
from kgbuild.export.subgraph import Subgraph

FILES = ("nodes.parquet", "names.parquet", "edges.parquet")
_ROW_GROUP = 50_000  # rows; what is held in memory of each table
_NAME: Columns = dict.fromkeys(("id", "concept", "key", "text", "scope", "language", "source"), pa.string())


def write(graph: Subgraph, nodes: Path, names: Path, edges: Path) -> None:
    """Write the three tables."""
    named = _NAME | ({"embedding": pa.list_(pa.float32())} if graph.embeddings else {})
    described, stated = node_columns(graph), edge_columns()
    split_node, split_name, split_edge = splitter(described), splitter(named), splitter(stated)
    with ExitStack() as stack:
        node_table = stack.enter_context(_Table(nodes, ("id", "type", *described), described))
        name_table = stack.enter_context(_Table(names, tuple(named), named))
        edge_table = stack.enter_context(_Table(edges, ("id", "subject", "predicate", "object", *stated), stated))
        for node in graph.nodes:
            properties, other = split_node(node.properties)
            node_table.add({"id": node.id, "type": node.type, **properties, "other": _json(other)})
            for name in node.names:
                properties, other = split_name({**name, "concept": node.id})
                name_table.add({**properties, "other": _json(other)})
        for edge in graph.edges:
            properties, other = split_edge(edge.properties)
            ends = {"id": edge.id, "subject": edge.subject, "predicate": edge.predicate, "object": edge.object}
            edge_table.add({**ends, **properties, "other": _json(other)})
        provenance = dumps(graph.provenance())
        for table in (node_table, name_table, edge_table):
            table.finish(provenance)


def _json(properties: dict[str, Any]) -> str | None:
    return dumps(properties) if properties else None


class _Table:
    """A Parquet file that is given rows; a context, so that it is closed when writing fails."""

    def __init__(self, path: Path, columns: tuple[str, ...], types: Columns) -> None:
        fields = [(name, types.get(name, pa.string())) for name in (*columns, "other")]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) == _ROW_GROUP:
            self._flush()

    def finish(self, provenance: str) -> None:
        if self._rows:
            self._flush()
        self._writer.add_key_value_metadata({"kg": provenance})

    def _flush(self) -> None:
        self._writer.write_batch(pa.RecordBatch.from_pylist(self._rows, schema=self._schema))
        self._rows = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
