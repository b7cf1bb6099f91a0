"""A subgraph as an object of networkx or rdflib, for notebooks; these libraries are the extra `analysis`."""

import importlib
from typing import TYPE_CHECKING, Any

from kgbuild.errors import MissingExtra
from kgbuild.export.json import edge_attributes, node_attributes
from kgbuild.export.rdf import NAMESPACES, Iri, Term, Text, blocks, number
from kgbuild.export.subgraph import Subgraph

if TYPE_CHECKING:
    import networkx
    import rdflib


def to_networkx(graph: Subgraph) -> "networkx.MultiDiGraph":
    """A MultiDiGraph whose keys are the edges' ids; attributes as in the node-link JSON.

    Raises:
        MissingExtra: networkx is not installed.
    """
    made = _module("networkx").MultiDiGraph()
    made.add_nodes_from((node.id, node_attributes(node)) for node in graph.nodes)
    made.add_edges_from((edge.subject, edge.object, edge.id, edge_attributes(edge)) for edge in graph.edges)
    made.graph["provenance"] = graph.provenance()
    return made


def to_rdflib(graph: Subgraph) -> "rdflib.Graph":
    """A Graph with the triples that `kg export rdf` writes.

    Raises:
        MissingExtra: rdflib is not installed.
    """
    library = _module("rdflib")
    made: rdflib.Graph = library.Graph(bind_namespaces="none")
    for prefix, address in NAMESPACES.items():
        made.bind(prefix, address)
    for block in blocks(graph):
        subject = library.URIRef(block.subject.full)
        for verb, term in block.statements:
            made.add((subject, library.URIRef(verb.full), _rdflib(library, term)))
    return made


def _rdflib(library: Any, term: Term) -> Any:
    if isinstance(term, Iri):
        return library.URIRef(term.full)
    if isinstance(term, str):
        return library.Literal(term)
    if isinstance(term, Text):
        datatype = library.URIRef(term.datatype.full) if term.datatype else None
        return library.Literal(term.value, lang=term.language, datatype=datatype)
    kind = "boolean" if isinstance(term, bool) else "integer" if isinstance(term, int) else "double"
    return library.Literal(number(term), datatype=library.XSD[kind])


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"{name}: not installed; graphs in a notebook need it: pip install 'kg[analysis]'"
        ) from error
