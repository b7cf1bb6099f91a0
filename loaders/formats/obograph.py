"""OBO Graph JSON: one reader of ontologies (no source itself).

Every node of type CLASS is one input row. The file is streamed: once for its edges, twice for its nodes.

Source: OBO Graphs (https://github.com/geneontology/obographs, OBO Graph JSON schema).
Yields: `loaders.formats.terms.Term` with what `meta` states, the edges of its graph, and disjoint classes as edges.
Skips: properties, individuals, nodes without a type (named by an edge alone), logical definitions.
"""

import gzip
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from sys import intern
from typing import Any

import ijson

from kgbuild.errors import InputError
from kgbuild.model import Reject
from loaders.formats.terms import Document, Link, Outline, Spelling, Term, relation

_NODES, _EDGES = "graphs.item.nodes.item", "graphs.item.edges.item"
_DISJOINT = "graphs.item.disjointClassExpressionsAxioms.item"
_REPLACED, _ALTERNATIVE, _SOURCE = "IAO_0100001", "hasAlternativeId", "source"
_SCOPES = {f"has{scope}Synonym": scope.upper() for scope in ("Exact", "Related", "Broad", "Narrow")}


def open_document(path: Path, file: str, vocabulary: str = "") -> Document:
    """An OBO Graph.

    Raises:
        InputError: the file is malformed, cut off, or other JSON.
    """
    edges: dict[str, list[tuple[str, str]]] = {}
    for edge in _items(path, _EDGES):
        if isinstance(edge, dict) and all(isinstance(edge.get(key), str) for key in ("sub", "pred", "obj")):
            edges.setdefault(intern(edge["sub"]), []).append((intern(edge["pred"]), intern(edge["obj"])))
    for axiom in _items(path, _DISJOINT):
        for one, other in combinations([str(iri) for iri in axiom.get("classIds") or ()], 2):
            edges.setdefault(intern(one), []).append(("disjoint_from", intern(other)))
    parents: list[tuple[str, list[str], bool]] = []
    for node in _classes(path):
        iri, values = str(node.get("id")), _values(node)
        above = [target for name, target in edges.get(iri, ()) if name == "is_a"]
        above += [value for name, value in values if name.endswith(_REPLACED)]
        parents.append((iri, above, bool(_meta(node).get("deprecated"))))
    if not parents:
        raise InputError(f"{path}: no class among graphs[].nodes[]; expected OBO Graph JSON")
    spelling = Spelling([iri for iri, _, _ in parents], vocabulary)
    outline: dict[str, Outline] = {}
    for iri, above, obsolete in parents:
        if term := spelling.curie(iri):
            outline[term] = Outline(tuple(filter(None, map(spelling.curie, above))), obsolete)
    return Document(len(parents), outline, _terms(path, file, edges), spelling)


def version(path: Path) -> str | None:
    """The release that the first graph states."""
    return next((str(stated) for stated in _items(path, "graphs.item.meta.version")), None)


def _items(path: Path, prefix: str) -> Iterator[Any]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as stream:
            yield from ijson.items(stream, prefix, use_float=True)
    except ijson.JSONError as error:
        raise InputError(f"{path}: not JSON: {' '.join(str(error).split())}; expected OBO Graph JSON") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected a complete gzip file, download it again") from error


def _classes(path: Path) -> Iterator[dict[str, Any]]:
    return (node for node in _items(path, _NODES) if isinstance(node, dict) and node.get("type") == "CLASS")


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta = node.get("meta")
    return meta if isinstance(meta, dict) else {}


def _values(node: dict[str, Any]) -> list[tuple[str, str]]:
    stated = _meta(node).get("basicPropertyValues") or ()
    return [(str(each["pred"]), str(each["val"])) for each in stated if each.get("pred") and each.get("val")]


def _terms(path: Path, file: str, edges: dict[str, list[tuple[str, str]]]) -> Iterator[Term | Reject]:
    for row, node in enumerate(_classes(path), 1):
        try:
            yield _term(node, row, edges)
        except (KeyError, TypeError, AttributeError) as error:
            reason = f"not an OBO Graph node: {type(error).__name__} {error}"
            yield Reject(file, row, str(node.get("id", "")), str(node), reason)


def _term(node: dict[str, Any], row: int, edges: dict[str, list[tuple[str, str]]]) -> Term:
    meta, label = _meta(node), node.get("lbl")
    term = Term(node["id"], row, node, label.strip() if label else None)
    term.definition = meta["definition"]["val"].strip() if meta.get("definition") else None
    term.obsolete = bool(meta.get("deprecated"))
    for each in meta.get("synonyms") or ():
        language = "la" if str(each.get("synonymType", "")).endswith("LATIN") else "en"
        term.names.append((each["val"].strip(), _SCOPES.get(each["pred"].split("#")[-1], "RELATED"), language))
    for each in meta.get("xrefs") or ():
        said = sorted(value for name, value in _values(each) if name.endswith(_SOURCE))
        term.links.append(Link("xref", each["val"], " ".join(said) or None))
    for name, value in _values(node):
        if name.endswith(_ALTERNATIVE):
            term.alternatives.append(value)
        elif relation(name):
            term.links.append(Link(name, value))
    term.links += [Link(name, target) for name, target in edges.get(term.id, ()) if relation(name)]
    return term
