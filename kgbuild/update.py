"""Updating: bring the database from whatever it holds to a graph's tables, by the writer that fits, and record it."""

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import kgbuild
from kgbuild import database, writers
from kgbuild.errors import LoadError
from kgbuild.graph import SCHEMA_VERSION, GraphTables
from kgbuild.history import History, Load
from kgbuild.home import folder
from kgbuild.licence import terms
from kgbuild.lock import lease
from kgbuild.staging import Manifest
from kgbuild.store import Store, connect

WRITERS = ("auto", "bulk", "upsert")


class Progress(Protocol):
    """What a load tells while it runs; `kgbuild.console.Steps` draws it."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """A context for one long step."""

    def advance(self, name: str, done: int, total: int | None) -> None:
        """So many of so many rows of a step are done."""

    def tell(self, line: str) -> None:
        """Something that a person who waits wants to know."""


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Show nothing."""
        return nullcontext()

    def advance(self, name: str, done: int, total: int | None) -> None:
        """Show nothing."""

    def tell(self, line: str) -> None:
        """Show nothing."""


def update(tables: GraphTables, writer: str, manifests: Mapping[str, Manifest], progress: Progress) -> str:
    """Make the database hold `tables`; gives the writer used, `none` where nothing had to be done.

    Args:
        tables: The graph to write.
        writer: `bulk`, `upsert`, or `auto`: bulk into an empty managed database, upsert otherwise.
        manifests: Source → what was staged of it, in the order of precedence.
        progress: What is told.

    Raises:
        LoadError: the database holds a graph that this KG_HOME does not know, or of another schema.
    """
    history = History.read()
    managed = database.status().managed
    if managed and not database.has_store():
        holds, empty = None, True
    else:
        with connect() as store:
            holds, empty = _holds(store), not store.query("load/foreign")
    if holds is not None and holds not in history.between:
        raise LoadError(
            f"{database.status().uri}: holds a graph that was not loaded from this KG_HOME; "
            "load with the KG_HOME that it came from, or empty it with `kg db reset`"
        )
    if holds == tables.graph_id and history.between == [tables.graph_id]:
        return "none"
    importable = managed and (empty or (holds is None and bool(history.between)))  # no Meta: a killed import
    if holds is None and not empty and not importable:
        raise LoadError(
            f"{database.status().uri}: has nodes under kg's labels (Concept, Variant, Name, Source, Meta) that are not "
            "kg's; name another database with NEO4J_DATABASE"
        )
    if writer == "bulk" and not importable:
        raise LoadError("--writer bulk: the database is not an empty managed one; use --writer upsert or `kg db reset`")
    used = "bulk" if importable and writer != "upsert" else "upsert"
    old = history.begin(tables.graph_id, holds is not None)
    if used == "bulk":
        _import(tables, manifests, progress)
    else:
        _upsert(tables, manifests, {graph_id: history.tables(graph_id) for graph_id in old}, progress)
    versions = {name: manifest.version for name, manifest in manifests.items()}
    history.finish(Load(tables.graph_id, _now(), used, versions))
    return used


def _import(tables: GraphTables, manifests: Mapping[str, Manifest], progress: Progress) -> None:
    with progress.step("importing"):
        writers.bulk(tables, folder("graph") / "csv")
    with progress.step("starting and indexing"), connect() as store:
        writers.prepare(store)
        _record(store, tables, manifests, "bulk")


def _upsert(
    tables: GraphTables, manifests: Mapping[str, Manifest], old: dict[str, GraphTables | None], progress: Progress
) -> None:
    with progress.step("writing"), connect() as store:
        writers.prepare(store)
        with lease(store, progress.tell) as held:

            def report(step: str, done: int, total: int | None) -> None:
                if held is not None:
                    held.check()
                progress.advance(step, done, total)

            holds = _holds(store)  # while this load waited for the lease
            if holds is not None and holds not in old:
                raise LoadError(f"{store.connection.uri}: another load has changed the graph meanwhile; run it again")
            store.query("load/begin", graph_id=tables.graph_id)
            writers.upsert(store, tables, list(old.values()), report)
            _record(store, tables, manifests, "upsert")


def _holds(store: Store) -> str | None:
    """The id of the graph that the database holds, or began to be given; None where it holds none."""
    rows = store.query("MATCH (m:Meta {name: 'kg'}) RETURN m.graph_id AS id, m.schema AS schema, m.version AS version")
    if rows and rows[0]["schema"] not in (None, SCHEMA_VERSION):
        schema, version = rows[0]["schema"], rows[0]["version"]
        cure = "run `kg migrate`" if schema < SCHEMA_VERSION else f"update kg to {version} or later"
        raise LoadError(
            f"{database.status().uri}: its graph has schema {schema}, of kg {version}, and this kg "
            f"{kgbuild.__version__} writes schema {SCHEMA_VERSION}; {cure}"
        )
    return rows[0]["id"] if rows else None


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _record(store: Store, tables: GraphTables, manifests: Mapping[str, Manifest], writer: str) -> None:
    """Write what was loaded into (:Source) and (:Meta)."""
    rows = [
        {
            "name": name,
            "title": manifest.declared.title,
            "url": manifest.declared.url,
            "licence": manifest.declared.licence,
            "terms": terms(manifest.declared.licence),
            "citation": manifest.declared.citation,
            "version": manifest.version,
            "files": [f"{file} sha256:{digest}" for file, digest in manifest.files.items()],
            "rows": sum(manifest.rows.values()),
            **manifest.outcomes,
            **manifest.records,
            "loaded": _now(),
        }
        for name, manifest in manifests.items()
    ]
    meta = {
        "graph_id": tables.graph_id,
        "schema": SCHEMA_VERSION,
        "version": kgbuild.__version__,
        "writer": writer,
        "loaded": _now(),
        "flags": list(tables.flags),
    }
    store.query("load/record", sources=rows, meta=meta)
