"""Migrating: what another version of kg left, in KG_HOME and in the graph, becomes what this one reads and writes.

`cypher/schema/migrations/N.cypher` takes a graph from schema N to N + 1.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

from kgbuild import database
from kgbuild.errors import LoadError
from kgbuild.graph import SCHEMA_VERSION
from kgbuild.home import folder
from kgbuild.lock import alone, lease
from kgbuild.store import Store, connect
from kgbuild.update import Progress


def migrate(loaders: Mapping[str, ModuleType], progress: Progress) -> list[str]:
    """Bring KG_HOME and the graph to this kg's schema; every step can be repeated.

    Args:
        loaders: Name → module: what was staged before manifests said what a source is, is of these.
        progress: What is told while another load is waited for.

    Returns:
        A line for each thing that was changed.

    Raises:
        LoadError: the graph is a newer kg's.
    """
    with alone(progress.tell):
        done = [*_manifests(loaders), *_state()]
        if database.status().managed and not database.has_store():
            return done
        with connect() as store, lease(store, progress.tell):
            return [*done, *_graph(store)]


def _manifests(loaders: Mapping[str, ModuleType]) -> list[str]:
    """Schema 1's manifests did not say what their source is."""
    old = []
    for path in sorted(folder("staged").glob("*/manifest.json")):
        stored = json.loads(path.read_text())
        if "declared" not in stored and stored["source"] in loaders:
            _replace(path, stored | {"declared": asdict(loaders[stored["source"]].SOURCE)})
            old.append(path.parent.name)
    return [f"staged tables of {', '.join(old)}: what each source is, is kept with them"] if old else []


def _state() -> list[str]:
    """Schema 1's state was the list of graphs alone."""
    path = folder("graph") / "state.json"
    stored = json.loads(path.read_text()) if path.exists() else None
    if not isinstance(stored, list):
        return []
    _replace(path, {"between": stored, "loads": []})
    return ["state.json: loads are kept from now on"]


def _replace(path: Path, content: object) -> None:
    part = path.with_name(f".{path.name}")
    part.write_text(json.dumps(content, indent=1))
    part.rename(path)


def _graph(store: Store) -> list[str]:
    rows = store.query("MATCH (meta:Meta {name: 'kg'}) RETURN meta.schema AS schema, meta.version AS version")
    at = rows[0]["schema"] if rows else None
    if at is None:
        return []
    if at > SCHEMA_VERSION:
        raise LoadError(f"{store.connection.uri}: its graph has schema {at}, of kg {rows[0]['version']}; update kg")
    for version in range(at, SCHEMA_VERSION):
        store.query(f"schema/migrations/{version}")
    return [f"graph: schema {at} → {SCHEMA_VERSION}; `kg load` writes what is new"] if at < SCHEMA_VERSION else []
