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
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kgbuild.curie import PREFIXES
from kgbuild.export import biolink
from kgbuild.export.columns import dumps, edge_columns, node_columns
from kgbuild.export.files import open_text
from kgbuild.export.subgraph import Edge, Node, Subgraph

_SYNONYMS = {"RELATED": "related_synonym", "BROAD": "broad_synonym", "NARROW": "narrow_synonym"}
_NODE = {"definition": "description", "obsolete": "deprecated"}
_BREAKS = re.compile(r"[\t\r\n]")


def write(graph: Subgraph, nodes: Path, edges: Path, metadata: Path) -> None:
    """Write nodes and edges, as JSON Lines where the file's name has `.jsonl`, else as TSV."""
    lines = ".jsonl" in nodes.suffixes
    node_names = ["id", "category", *(_NODE.get(name, name) for name in node_columns(graph))]
    node_names += ["synonym", *_SYNONYMS.values(), "provided_by", "names", "other"]
    edge_names = ["id", "subject", "predicate", "object", "category", "primary_knowledge_source", "knowledge_level"]
    edge_names += ["agent_type", "original_predicate", *edge_columns(), "other"]
    with open_text(nodes) as file:
        _write(file, map(_node, graph.nodes), None if lines else node_names)
    with open_text(edges) as file:
        _write(file, map(_edge, graph.edges), None if lines else edge_names)
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
        row["publications"] = re.split(r"\s*[|,;]\s*", row["publications"])
    return row


def _write(file: IO[str], rows: Iterator[dict[str, Any]], columns: list[str] | None) -> None:
    if columns is None:
        for row in rows:
            file.write(dumps(row) + "\n")
        return
    file.write("\t".join(columns) + "\n")
    known = set(columns)
    for row in rows:
        cells = {}
        other = {key: value for key, value in row.items() if key not in known}
        for key, value in row.items():
            if key in known:
                cells[key], whole = _cell(key, value)
                if not whole:
                    other[key] = value
        if other:
            cells["other"] = dumps(other)
        file.write("\t".join([cells.get(column, "") for column in columns]) + "\n")


def _cell(column: str, value: Any) -> tuple[str, bool]:
    """The text of a cell, and whether it says all that the value does."""
    if isinstance(value, str):
        text = _BREAKS.sub(" ", value)
        return text, text == value
    if isinstance(value, bool):
        return ("true" if value else "false"), True
    if column == "names" or isinstance(value, dict):
        return dumps(value), True
    if isinstance(value, list):
        items = [_BREAKS.sub(" ", each).replace("|", "/") if isinstance(each, str) else repr(each) for each in value]
        return "|".join(items), column in _DERIVED or items == [
            each if isinstance(each, str) else repr(each) for each in value
        ]
    return repr(value), True


#: Columns whose content `names` has as well.
_DERIVED = {"synonym", *_SYNONYMS.values()}
