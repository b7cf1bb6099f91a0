"""The columns of formats that need to know them beforehand, and what such a format does with the rest.

A property without a column, or whose value its column cannot hold, goes into the column `other` as JSON: nothing is
lost.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from kgbuild.export.subgraph import Subgraph
from kgbuild.graph import EDGE_TYPES
from kgbuild.model import NODES

_VECTOR = pa.list_(pa.float32())  # as kg writes them
_STRINGS = pa.list_(pa.string())

#: Property → type, of all computed links (cypher/similar/link.cypher).
_COMPUTED = {
    "score": pa.float64(), "confidence": pa.float64(), "rank": pa.int64(),
    **dict.fromkeys(("model", "run", "subject_source", "object_source"), pa.string()),
}  # fmt: skip

Columns = dict[str, pa.DataType]


def node_columns(graph: Subgraph) -> Columns:
    """Property → type, for nodes."""
    described = {field.name: field.type for field in NODES if field.name not in ("id", "type", "file", "row")}
    columns = {
        "name": pa.string(),
        "vocabulary": pa.string(),
        **described,
        "counted_allele": pa.string(),
        "stub": pa.bool_(),
        "sources": _STRINGS,
    }
    columns |= dict.fromkeys(graph.flags, pa.bool_())
    return columns | ({"embedding": _VECTOR} if graph.embeddings else {})


def edge_columns() -> Columns:
    """Property → type, for edges."""
    return {"source": pa.string()} | EDGE_TYPES | _COMPUTED


def splitter(
    columns: Columns, holds: Callable[[Any], bool] = lambda value: True
) -> Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]]:
    """A function that tells what fits into the columns from what does not.

    Args:
        columns: Property → type.
        holds: Whether the format can hold a value in its column.

    Returns:
        Properties → (those that fit, the others).
    """
    fits = {name: _fits(kind) for name, kind in columns.items()}

    def split(properties: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        fitting, other = {}, {}
        for key, value in properties.items():
            test = fits.get(key)
            if test is not None and test(value) and holds(value):
                fitting[key] = value
            else:
                other[key] = value
        return fitting, other

    return split


def _fits(kind: pa.DataType) -> Callable[[Any], bool]:
    if pa.types.is_list(kind):
        items = _fits(kind.value_type)
        return lambda value: type(value) is list and all(map(items, value))
    if pa.types.is_floating(kind):
        return lambda value: type(value) is float
    python = {pa.string(): str, pa.bool_(): bool, pa.int64(): int}[kind]
    return lambda value: type(value) is python


def dumps(value: Any) -> str:
    """JSON on one line, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
