"""A graph in somebody's Neo4j as KGX JSON Lines, which the loader of the format `neo4j` reads.

    Neo4j ── extract() ──> $KG_HOME/downloads/<name>/nodes.jsonl, edges.jsonl ── loaders.neo4j ──> staged tables

Nodes and relationships are streamed, so that a graph of any size passes in bounded memory.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kgbuild.database import USER, Connection
from kgbuild.errors import InputError
from kgbuild.home import folder
from kgbuild.store import Store


def extract(address: str, name: str | None, options: Mapping[str, str]) -> list[Path]:
    """Read the whole graph at an address into `$KG_HOME/downloads/<name>`, complete or not at all.

    Args:
        address: Such as bolt://host:7687; NEO4J_SOURCE_USERNAME, NEO4J_SOURCE_PASSWORD and NEO4J_SOURCE_DATABASE say
            how to log in, and to which database.
        name: What to call the source.
        options: `id` and `label_property`, the properties that identify and name a node (`id` and `name`).

    Returns:
        The files of nodes and of edges.

    Raises:
        InputError: no name, no address, or no node has the property that identifies it.
        DatabaseError: the server does not answer, or refuses.
    """
    if not name or not re.fullmatch(r"[a-z]\w*", name):
        raise InputError(
            f"--name {name or ''}: not a name; say what to call the graph: a letter, then letters, digits, _"
        )
    if "://" not in address:
        raise InputError(f"{address}: not an address of a Neo4j; expected bolt://host:7687 or neo4j+s://host")
    identity, label = options.get("id") or "id", options.get("label_property") or "name"
    target = folder("downloads") / name
    with Store(source(address)) as store, tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        nodes = store.stream("extract/nodes", id=identity, label=label)
        if not _write(new / "nodes.jsonl", map(_node, nodes), "id"):
            found = store.query("MATCH (node) WITH node LIMIT 1000 UNWIND keys(node) AS key RETURN DISTINCT key")
            known = ", ".join(sorted(row["key"] for row in found)) or "no properties at all"
            raise InputError(f"{address}: no node has the property {identity!r}; --set id=PROPERTY, one of {known}")
        edges = store.stream("extract/relationships", id=identity)
        _write(new / "edges.jsonl", map(_edge, edges), "subject")
        if target.exists():
            target.rename(Path(scratch, "old"))
        new.rename(target)
    return [target / "nodes.jsonl", target / "edges.jsonl"]


def source(address: str) -> Connection:
    """How to reach a graph that is read, by settings of its own: those of the graph that is written are another's."""
    password = os.environ.get("NEO4J_SOURCE_PASSWORD", "")
    user = os.environ.get("NEO4J_SOURCE_USERNAME", USER) if password else None
    database = os.environ.get("NEO4J_SOURCE_DATABASE", "neo4j")
    return Connection(address, user, password, database, managed=False, settings="NEO4J_SOURCE")


def _node(row: dict[str, Any]) -> dict[str, Any]:
    """A node record; what the properties call its category stands beside its labels."""
    properties: dict[str, Any] = row.pop("properties")
    stated = properties.get("category") or []
    categories = [*row["category"], *(stated if isinstance(stated, list) else [stated])]
    return properties | row | {"category": list(dict.fromkeys(categories))}


def _edge(row: dict[str, Any]) -> dict[str, Any]:
    """An edge record; a relationship without an id of its own has the server's."""
    properties: dict[str, Any] = row.pop("properties")
    return row | properties | {key: row[key] for key in ("subject", "predicate", "object")}


def _write(path: Path, records: Iterable[Mapping[str, Any]], key: str) -> int:
    """Write records as JSON Lines; gives how many have the key."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            count += record[key] is not None
            file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
    return count
