"""KGX: a table of nodes and one of edges in Biolink's terms, as TSV or as JSON Lines.

Source: https://biolink.github.io/kgx/kgx_format.html

`category`, `predicate`, `synonym`, `description`, `deprecated`, `primary_knowledge_source`, `knowledge_level` and
`agent_type` are Biolink's; the other columns are kg's own, which the format allows. `names` has every name with its
scope, language and source, `original_predicate` the predicate as the graph has it. In TSV the values of a list are
parted by `|`, `names` and `other` are JSON, and a value with a tab or a line feed, or a list with a `|` within a
value, is in `other` as it is, and in its column with spaces or `/` for them. Ids are CURIEs with kg's prefixes; the
metadata say what these stand for.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from kgbuild.curie import PREFIXES
from kgbuild.export import biolink
from kgbuild.export.columns import Columns, dumps, edge_columns, node_columns, splitter
from kgbuild.export.subgraph import Edge, Node, Subgraph
from kgbuild.files import open_text

_SYNONYMS = {"RELATED": "related_synonym", "BROAD": "broad_synonym", "NARROW": "narrow_synonym"}
_NODE = {"definition": "description", "obsolete": "deprecated"}
_NODE_FIRST = ("id", "category")
_NODE_LAST = ("synonym", *_SYNONYMS.values(), "provided_by", "names")  # all but `names` is said elsewhere too
_EDGE_FIRST = (
    "id", "subject", "predicate", "object", "category", "primary_knowledge_source", "knowledge_level", "agent_type",
    "original_predicate",
)  # fmt: skip
_BREAKS = re.compile(r"[\t\r\n]")


def write(graph: Subgraph, nodes: Path, edges: Path, metadata: Path) -> None:
    """Write nodes and edges, as JSON Lines where the file's name has `.jsonl`, else as TSV."""
    lines = ".jsonl" in nodes.suffixes
    node_types = {_NODE.get(name, name): kind for name, kind in node_columns(graph).items()}
    edge_types = edge_columns() | {"publications": pa.list_(pa.string())}
    tables = (
        (nodes, map(_node, graph.nodes), (_NODE_FIRST, node_types, _NODE_LAST)),
        (edges, map(_edge, graph.edges), (_EDGE_FIRST, edge_types, ())),
    )
    for path, rows, columns in tables:
        with open_text(path) as file:
            file.writelines((dumps(row) + "\n" for row in rows) if lines else _tsv(rows, *columns))
    prefixes = {prefix: iri for prefix, (iri, _) in PREFIXES.items()}
    with open_text(metadata) as file:
        json.dump(graph.provenance() | {"prefixes": prefixes}, file, ensure_ascii=False, indent=1)


def _node(node: Node) -> dict[str, Any]:
    row: dict[str, Any] = {"id": node.id, "category": [biolink.category(node.type)]}
    row |= {_NODE.get(key, key): value for key, value in node.properties.items()}
    for name in node.names:
        slot = _SYNONYMS.get(name.get("scope", ""), "synonym")
        if name["text"] != node.properties.get("name") and name["text"] not in row.setdefault(slot, []):
            row[slot].append(name["text"])
    if "sources" in row:
        row["provided_by"] = [biolink.primary_knowledge_source(source) for source in row["sources"]]
    if node.names:
        row["names"] = node.names
    return {key: value for key, value in row.items() if value != []}


def _edge(edge: Edge) -> dict[str, Any]:
    level, agent = biolink.knowledge(edge.predicate, edge.properties)
    row = {
        "id": edge.id,
        "subject": edge.subject,
        "predicate": biolink.predicate(edge.predicate),
        "object": edge.object,
        "category": ["biolink:Association"],
        "primary_knowledge_source": biolink.primary_knowledge_source(edge.properties.get("source")),
        "knowledge_level": level,
        "agent_type": agent,
        "original_predicate": edge.predicate,
        **edge.properties,
    }
    if isinstance(row.get("publications"), str):
        row["publications"] = row["publications"].split("|")
    return row


def _tsv(rows: Iterable[dict[str, Any]], first: Sequence[str], types: Columns, last: Sequence[str]) -> Iterator[str]:
    """The lines of a table; what does not fit into its cell is in `other`, the last."""
    columns = [*first, *types, *last, "other"]
    yield "\t".join(columns) + "\n"
    split = splitter(types)
    for row in rows:
        cells = {column: _cell(row.pop(column))[0] for column in (*first, *last) if column in row}
        fitting, unfit = split(row)
        for column, value in fitting.items():
            cells[column], whole = _cell(value)
            if not whole:
                unfit[column] = value
        if unfit:
            cells["other"] = dumps(unfit)
        yield "\t".join([cells.get(column, "") for column in columns]) + "\n"


def _cell(value: Any) -> tuple[str, bool]:
    """The text of a cell, and whether it says all that the value does."""
    if isinstance(value, str):
        text = _BREAKS.sub(" ", value)
        return text, text == value != ""
    if isinstance(value, bool):
        return ("true" if value else "false"), True
    if not isinstance(value, list):
        return repr(value), True
    if value and isinstance(value[0], dict):
        return dumps(value), True
    given = [each if isinstance(each, str) else repr(each) for each in value]
    items = [_BREAKS.sub(" ", each).replace("|", "/") for each in given]
    return "|".join(items), items == given and items not in ([], [""])
