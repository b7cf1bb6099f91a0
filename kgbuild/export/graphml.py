"""GraphML: what networkx, igraph, Gephi, yEd and Cytoscape read.

Source: http://graphml.graphdrawing.org/specification.html

    networkx.read_graphml("graph.graphml", edge_key_type=str, force_multigraph=True)

Attributes are those of the node-link JSON. GraphML has numbers, booleans and text alone, so what is a list (`sources`,
`names`, `embedding`) is JSON in a text, and so is `provenance`, an attribute of the graph. What XML cannot hold,
control characters, is in `other`, as JSON too.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from kgbuild.export.columns import dumps, edge_columns, node_columns, splitter
from kgbuild.export.json import edge_attributes, node_attributes
from kgbuild.export.subgraph import Subgraph
from kgbuild.files import open_text

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
    'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)
_TYPES = {pa.bool_(): "boolean", pa.int64(): "long", pa.float64(): "double"}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CARRIAGE_RETURN = {"\r": "&#13;"}  # a bare one is read as a line feed


def write(graph: Subgraph, out: Path) -> None:
    """Write GraphML, a line a node and edge."""
    node_types = {"type": pa.string(), **node_columns(graph), "names": pa.list_(pa.map_(pa.string(), pa.string()))}
    edge_types = {{"source": "provided_by"}.get(key, key): kind for key, kind in edge_columns().items()}
    edge_types = {"predicate": pa.string(), **edge_types}
    split_node, split_edge = (
        splitter({key: kind for key, kind in types.items() if key != "names"}, _legal)
        for types in (node_types, edge_types)
    )
    with open_text(out) as file:
        file.write(_HEAD)
        for of, types in (("node", node_types), ("edge", edge_types), ("graph", {"provenance": pa.string()})):
            for key, kind in {**types, **({} if of == "graph" else {"other": pa.string()})}.items():
                file.write(
                    f'<key id="{of}.{key}" for="{of}" attr.name="{key}" attr.type="{_TYPES.get(kind, "string")}"/>\n'
                )
        file.write('<graph edgedefault="directed">\n')
        for node in graph.nodes:
            attributes = node_attributes(node)
            names = attributes.pop("names", None)
            fitting, other = split_node(attributes)
            file.write(
                f"<node id={_quoted(node.id)}>{_data('node', fitting | _given(names=names, other=other))}</node>\n"
            )
        for edge in graph.edges:
            fitting, other = split_edge(edge_attributes(edge))
            file.write(
                f"<edge id={_quoted(edge.id)} source={_quoted(edge.subject)} target={_quoted(edge.object)}>"
                f"{_data('edge', fitting | _given(other=other))}</edge>\n"
            )
        file.write(_data("graph", {"provenance": graph.provenance()}) + "\n</graph>\n</graphml>\n")


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _data(of: str, attributes: Mapping[str, Any]) -> str:
    return "".join(f'<data key="{of}.{key}">{_text(value)}</data>' for key, value in attributes.items())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return escape(_ILLEGAL.sub(_escaped, dumps(value)))
    return escape(value, _CARRIAGE_RETURN) if isinstance(value, str) else repr(value)


def _escaped(match: re.Match[str]) -> str:
    """The few characters that JSON may hold and XML may not."""
    return f"\\u{ord(match[0]):04x}"


def _legal(value: Any) -> bool:
    return not (isinstance(value, str) and _ILLEGAL.search(value))


def _quoted(text: str) -> str:
    return quoteattr(text)
