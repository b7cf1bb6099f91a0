"""Node-link JSON: what networkx (`node_link_graph`), D3 and the like read.

Source: https://networkx.org/documentation/stable/reference/readwrite/json_graph.html

    networkx.node_link_graph(json.load(open("graph.json")))

A MultiDiGraph whose keys are the edges' ids. `source` and `target` are an edge's ends there, so kg's property `source`
(who states it) is called `provided_by`. The provenance is the graph's attribute `provenance`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from kgbuild.export.columns import dumps
from kgbuild.export.subgraph import Edge, Node, Subgraph
from kgbuild.files import open_text


def write(graph: Subgraph, out: Path) -> None:
    """Write node-link JSON, a line a node and edge."""
    with open_text(out) as file:
        file.write('{"directed":true,"multigraph":true,"nodes":[')
        _list(file, ({"id": node.id, **node_attributes(node)} for node in graph.nodes))
        file.write('],"edges":[')
        edges = (
            {"source": edge.subject, "target": edge.object, "key": edge.id, **edge_attributes(edge)}
            for edge in graph.edges
        )
        _list(file, edges)
        file.write(f'],"graph":{dumps({"provenance": graph.provenance()})}}}\n')


def _list(file: IO[str], rows: Iterable[dict[str, Any]]) -> None:
    separator = "\n"
    for row in rows:
        file.write(separator + dumps(row))
        separator = ",\n"
    file.write("\n")


def node_attributes(node: Node) -> dict[str, Any]:
    """What a node carries in networkx: its properties, `type` and `names` where it has them."""
    attributes: dict[str, Any] = {"type": node.type} if node.type else {}
    attributes |= node.properties
    return attributes | ({"names": node.names} if node.names else {})


def edge_attributes(edge: Edge) -> dict[str, Any]:
    """What an edge carries in networkx: its predicate and properties, `source` under the name `provided_by`."""
    renamed = {_RENAMED.get(key, key): value for key, value in edge.properties.items()}
    return {"predicate": edge.predicate, **renamed}


#: Ends of an edge have these names in node-link data and in tables of edges.
_RENAMED = {"source": "provided_by", "target": "target_property", "key": "key_property"}
