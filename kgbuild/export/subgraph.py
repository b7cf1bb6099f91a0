"""What an export holds: the nodes and edges of a selection, streamed out of the graph in one fixed order.

Nodes come ordered by id, concepts before variants; edges by the id of their subject, then by predicate, object and id.
So the same graph gives the same files. Nothing is held but the ids of a neighbourhood.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from kgbuild import __version__
from kgbuild.curie import standardize
from kgbuild.errors import DatabaseError, InputError
from kgbuild.model import SCOPES, TYPES
from kgbuild.store import Store

_FRONTIER = 1_000  # nodes whose neighbours are asked for at once


@dataclass(frozen=True)
class Selection:
    """Which part of the graph; by default all of it. What is given holds together: each narrows the others.

    Args:
        vocabularies: Nodes with these prefixes or in these releases: `EFO` is whatever EFO's loaded release holds, and
            every `EFO:` node beside.
        types: Nodes of these types, such as Disease or Variant.
        sources: Edges and names that these sources state, the ends of those edges, and the nodes that they describe.
        around: Nodes that at most `hops` edges, in either direction, part from this one. With `sources` along their
            edges alone. The types and vocabularies limit what is taken, not the way to it; the node itself is always
            taken.
        hops: For `around`.
        variants: False leaves variants out.
        embeddings: Also the vectors.

    Edges are those between two selected nodes.
    """

    vocabularies: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    around: str | None = None
    hops: int = 1
    variants: bool = True
    embeddings: bool = False


class Node(NamedTuple):
    """A concept or variant; `names` are maps of id, key, text, scope, language and source."""

    id: str
    type: str | None
    properties: dict[str, Any]
    names: list[dict[str, Any]]


class Edge(NamedTuple):
    """One piece of evidence, or a computed link."""

    id: str
    subject: str
    predicate: str
    object: str
    properties: dict[str, Any]


@dataclass(frozen=True)
class Subgraph:
    """Nodes, then edges, each to be read once; then `provenance()`, where they come from.

    `flags` are the membership flags that nodes may carry; `embeddings` says whether vectors are among the properties.
    """

    nodes: Iterable[Node]
    edges: Iterable[Edge]
    provenance: Callable[[], dict[str, Any]]
    flags: tuple[str, ...] = ()
    embeddings: bool = False


def select(store: Store, selection: Selection) -> Subgraph:
    """The part of the graph that a selection names.

    Raises:
        InputError: An unknown vocabulary, type, source or node.
        DatabaseError: From `provenance()`, where the graph was changed while it was read.
    """
    (identity,) = store.query("export/graph")
    sources = {row["name"]: row for row in store.query("export/sources")}
    params = _params(store, selection, identity["flags"], list(sources))
    labels = [label for label in ("Concept", "Variant") if selection.variants or label == "Concept"]
    left_out = [] if selection.embeddings else ["embedding"]
    used: set[str] = set()

    def nodes() -> Iterator[Node]:
        for label in labels:
            text = store.cypher("export/nodes").replace("`LABEL`", f"`{label}`")
            for row in store.stream(text, **params, left_out=left_out):
                node = _node(row)
                used.update(node.properties.get("sources", ()), (name["source"] for name in node.names))
                yield node

    def edges() -> Iterator[Edge]:
        for label in labels:
            text = store.cypher("export/edges").replace("`LABEL`", f"`{label}`")
            for row in store.stream(text, **params):
                edge = _edge(row)
                if "source" in edge.properties:
                    used.add(edge.properties["source"])
                yield edge

    def provenance() -> dict[str, Any]:
        if store.query("export/graph") != [identity]:
            raise DatabaseError("graph: it was changed while it was read; export it again when `kg load` is done")
        stated = {
            "generator": f"kg {__version__}",
            "graph": identity["graph"],
            "written_by": f"kg {identity['kg']}" if identity["kg"] else None,
            "selection": {key: value for key, value in asdict(selection).items() if value != getattr(_ALL, key)},
            "sources": [_without_null(sources.get(name, {"name": name})) for name in sorted(used)],
        }
        if selection.embeddings:
            encoded = store.query("enrich/recorded")[0]["encoded"] or {}
            stated["embeddings"] = {key: encoded[key] for key in ("model", "digest", "dimensions") if key in encoded}
        return _without_null(stated)

    return Subgraph(nodes(), edges(), provenance, tuple(identity["flags"]), selection.embeddings)


_ALL = Selection()


def _without_null(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _node(row: dict[str, Any]) -> Node:
    properties = dict(sorted(row["properties"]))
    identifier = properties.pop("id")
    names = [dict(sorted(_without_null(name).items())) for name in row["names"]]
    names.sort(key=_name_order)
    kind = next((label for label in TYPES if label in row["labels"]), None)
    return Node(identifier, kind, properties, names)


def _name_order(name: dict[str, Any]) -> tuple[Any, ...]:
    scope = name.get("scope")
    return (SCOPES.index(scope) if scope in SCOPES else len(SCOPES), name.get("text", ""), name.get("id", ""))


def _edge(row: dict[str, Any]) -> Edge:
    properties = dict(sorted(row["properties"].items()))
    ends = row["subject"], row["predicate"], row["object"]
    # computed links have no id of their own
    identifier = properties.pop("id", None) or _hash([*ends, properties])
    return Edge(identifier, *ends, properties)


def _hash(record: Any) -> str:
    return hashlib.md5(json.dumps(record).encode(), usedforsecurity=False).hexdigest()


def _params(store: Store, selection: Selection, flags: list[str], sources: list[str]) -> dict[str, Any]:
    """The parameters of cypher/export/nodes.cypher and edges.cypher."""
    params: dict[str, Any] = {
        "ids": None,
        "types": [_known(name, TYPES, "type") for name in selection.types] or None,
        "prefixes": None,
        "flags": [],
        "sources": [_known(name, sources, "source") for name in selection.sources] or None,
        "variants": selection.variants,
    }
    if selection.vocabularies:
        params |= _vocabularies(store, selection.vocabularies, flags)
    if selection.around is not None:
        around = _around(store, standardize(selection.around), selection.hops, params)
        params |= {"ids": around, "types": None, "prefixes": None, "flags": []}
    return params


def _known(name: str, there: Iterable[str], what: str) -> str:
    """The graph's spelling of a name."""
    spelled = {each.lower(): each for each in there}
    if name.lower() not in spelled:
        raise InputError(f"{name}: no such {what}; there are {', '.join(spelled.values())}")
    return spelled[name.lower()]


def _vocabularies(store: Store, names: Iterable[str], flags: list[str]) -> dict[str, list[str]]:
    """The prefixes and membership flags that stand for vocabularies, in any spelling."""
    prefixes = {row["prefix"].lower(): row["prefix"] for row in store.query("export/prefixes")}
    found: dict[str, list[str]] = {"prefixes": [], "flags": []}
    for name in names:
        wanted = standardize(f"{name}:").rstrip(":").lower()
        flag = f"in_{wanted}"
        if wanted not in prefixes and flag not in flags:
            there = ", ".join(sorted(prefixes.values(), key=str.lower))
            raise InputError(f"{name}: no such vocabulary in the graph; there are {there}")
        found["prefixes"] += [prefixes[wanted]] if wanted in prefixes else []
        found["flags"] += [flag] if flag in flags else []
    return found


def _around(store: Store, centre: str, hops: int, params: dict[str, Any]) -> list[str]:
    """The wanted ids that at most so many edges part from the centre, and the centre."""
    if not store.query("similar/node", id=centre):
        raise InputError(f"{centre}: no such concept or variant; write it as a CURIE, such as phecode:250.2")
    where = {key: params[key] for key in ("types", "prefixes", "flags", "sources", "variants")}
    met, wanted, frontier = {centre}, {centre}, [centre]
    for _ in range(hops):
        reached = []
        for start in range(0, len(frontier), _FRONTIER):
            some = frontier[start : start + _FRONTIER]
            for row in store.stream("export/neighbours", **where, reached=some):
                if row["id"] not in met:
                    met.add(row["id"])
                    reached.append(row["id"])
                    if row["wanted"]:
                        wanted.add(row["id"])
        frontier = reached
    return sorted(wanted)
