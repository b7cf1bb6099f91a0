"""Embeddings into the graph: a vector for each live concept, name and learned variant, and the indexes over them.

Encoding and writing overlap. What is recorded in (:Meta {name: 'embeddings'}) is complete: the record goes before the
first vector is replaced and comes back after the last index is online, so a killed enrichment is finished by running it
again.
"""

import datetime
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.checkpoint import Encoder
from kgbuild.console import Steps
from kgbuild.graph import name_key
from kgbuild.store import Store

#: Vector index → the label that it covers.
INDEXES = {"concept_embedding": "Concept", "name_embedding": "Name", "variant_embedding": "Variant"}
#: Server that knows Cypher 25's filters inside a vector index.
_FILTERS = (2026, 1)
_BATCH = 1_000  # vectors a transaction: 3 MB of 768 floats
_AHEAD = 8  # encoded parts that wait for the writer
_HOUR = 3600

#: Rows for one of the write queries: (query, [{id, vector}]).
Part = tuple[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Enriched:
    """What an enrichment did; all zero where the graph had this model's vectors already."""

    concepts: int = 0
    names: int = 0
    variants: int = 0
    texts: int = 0
    encoding_seconds: float = 0.0
    writing_seconds: float = 0.0

    @property
    def vectors(self) -> int:
        """Vectors written."""
        return self.concepts + self.names + self.variants

    def __str__(self) -> str:
        if not self.vectors:
            return "the graph has this model's vectors already"
        return (
            f"{self.vectors:,} vectors ({self.concepts:,} concepts, {self.names:,} names, {self.variants:,} variants) "
            f"of {self.texts:,} distinct texts: "
            f"{self.texts / max(self.encoding_seconds, 1e-9):,.0f} texts encoded a second, "
            f"{self.vectors / max(self.writing_seconds, 1e-9):,.0f} vectors written a second"
        )


def enrich(store: Store, encoder: Encoder, precision: str = "auto") -> Enriched:
    """Write a model's vectors into the graph; nothing where this model's of this graph are there.

    Args:
        store: The graph.
        encoder: The model.
        precision: That texts are encoded in: `auto` is bf16 where the hardware computes in it.
    """
    (recorded,) = store.query("enrich/recorded")
    wanted = {"model": encoder.name, "digest": encoder.digest, "graph": recorded["graph"]}
    if recorded["encoded"] is not None and wanted.items() <= recorded["encoded"].items():
        return Enriched()
    steps = Steps()
    with steps.step("removing old vectors and indexes"):
        store.query("enrich/forget")
        for name in INDEXES:
            store.query(f"DROP INDEX {name} IF EXISTS")
        store.query("enrich/clear")
    with steps.step("encoding and writing"):
        done = _write_all(store, encoder, precision, steps)
    with steps.step("building vector indexes"):
        create_indexes(store, encoder.dimensions)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    wanted |= {"dimensions": encoder.dimensions, "path": str(encoder.folder), "at": now}
    store.query("enrich/record", encoded=wanted)
    return done


def create_indexes(store: Store, dimensions: int) -> None:
    """Create the three vector indexes and wait for them; the one of concepts filters by vocabulary and membership."""
    flags = ", ".join(f"n.{row['flag']}" for row in store.query("enrich/flags"))
    for name, label in INDEXES.items():
        text = store.cypher("enrich/index").replace("NAME", name).replace("LABEL", label)
        if name == "concept_embedding" and store.server >= _FILTERS:
            text = store.cypher("enrich/index_concepts").replace(", FLAGS", f", {flags}" if flags else "")
        store.query(text.replace("DIMENSIONS", str(dimensions)))
    store.query("enrich/await", seconds=_HOUR)


def _write_all(store: Store, encoder: Encoder, precision: str, steps: Steps) -> Enriched:
    texts, users = _texts(store)
    counts: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)

    def encoded() -> Iterator[Part]:
        done = 0
        for place, vectors_ND in encoder.parts(texts, precision):
            done += len(place)
            rows = _rows(store, vectors_ND, [users[i] for i in place])
            steps.advance("texts", done, len(texts))
            yield from rows

    def timed() -> Iterator[Part]:
        parts = encoded()
        while True:
            started = time.monotonic()
            part = next(parts, None)
            seconds["encoding"] += time.monotonic() - started
            if part is None:
                return
            yield part

    for query, rows in _ahead(chain(timed(), _variants(store, encoder))):
        started = time.monotonic()
        store.write(f"enrich/{query}", rows, batch=_BATCH)
        seconds["writing"] += time.monotonic() - started
        counts[query.removeprefix("write_")] += len(rows)
    return Enriched(
        **counts, texts=len(texts), encoding_seconds=seconds["encoding"], writing_seconds=seconds["writing"]
    )


def _texts(store: Store) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Distinct texts by name key, a concept's spelling before others, and the (query, id) of the nodes each is for."""
    texts: dict[str, str] = {}
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in store.stream("enrich/concepts"):
        key = name_key(row["text"])
        texts.setdefault(key, row["text"])
        users[key].append(("write_concepts", row["id"]))
    for row in store.stream("enrich/names"):
        texts.setdefault(row["key"], row["text"])
        users[row["key"]].append(("write_names", row["key"]))
    return list(texts.values()), [users[key] for key in texts]


def _rows(store: Store, vectors_ND: NDArray[np.float32], users: list[list[tuple[str, str]]]) -> Iterator[Part]:
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for vector_D, nodes in zip(vectors_ND, users, strict=True):
        vector = store.vector(vector_D)
        for query, id in nodes:
            parts[query].append({"id": id, "vector": vector})
    yield from parts.items()


def _variants(store: Store, encoder: Encoder) -> Iterator[Part]:
    ids, vectors_MD = encoder.variants
    rows = np.flatnonzero(encoder.trained)
    for at in range(0, len(rows), _BATCH):
        part = rows[at : at + _BATCH]
        yield "write_variants", [{"id": ids[i], "vector": store.vector(vectors_MD[i])} for i in part]


def _ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, made on another thread up to `_AHEAD` ahead of who takes them."""
    ready: queue.Queue[Part | BaseException | None] = queue.Queue(_AHEAD)

    def work() -> None:
        try:
            for part in parts:
                ready.put(part)
            ready.put(None)
        except BaseException as error:  # raised again where the parts are used
            ready.put(error)

    threading.Thread(target=work, daemon=True).start()
    while (item := ready.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item
