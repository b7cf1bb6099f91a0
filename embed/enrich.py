"""Embeddings into the graph: a vector for each live concept, name and learned variant, and the indexes over them.

Encoding and writing overlap. What is recorded in (:Meta {name: 'embeddings'}) is complete: the record goes before the
first vector is replaced and comes back after the last index is online. Between, (:Meta {name: 'embeddings begun'}) says
whose vectors are being written, so that an enrichment that was killed goes on where it was.
"""

import datetime
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.model.checkpoint import Encoder
from kgbuild.ahead import ahead
from kgbuild.console import Steps
from kgbuild.graph import name_key
from kgbuild.store import Store

#: Vector index → the label that it covers.
INDEXES = {"concept_embedding": "Concept", "name_embedding": "Name", "variant_embedding": "Variant"}
#: Server that knows Cypher 25's filters inside a vector index.
_FILTERS = (2026, 1)
_BATCH = 1_000  # vectors a transaction: 3 MB of 768 floats
_AHEAD = 8  # encoded batches that wait for the writer
_TEXTS = 16_384  # texts sorted by length at a time: of all lengths, so that encoding and writing keep pace throughout
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

    One that was killed is finished by the same call, which passes over the nodes that have their vector.

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
    begun = wanted | {"precision": precision}
    if recorded["begun"] is None or not begun.items() <= recorded["begun"].items():
        with steps.step("removing old vectors and indexes"):
            store.query("enrich/forget")
            for name in INDEXES:
                store.query(f"DROP INDEX {name} IF EXISTS")
            store.query("enrich/clear")
            store.query("enrich/begin", begun=begun)
    with steps.step("encoding and writing"):
        done = write_vectors(store, encoder, precision, steps)
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


def write_vectors(store: Store, encoder: Encoder, precision: str, steps: Steps) -> Enriched:
    """Encode and write, at once, the vectors that are not there yet."""
    texts, users = _texts(store)
    done: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)

    def encoded() -> Iterator[Part]:
        started = time.monotonic()
        for place, vectors_ND in _vectors(encoder, texts, users, precision):
            rows = _rows(store, vectors_ND, [users[i] for i in place])
            seconds["encoding"] += time.monotonic() - started
            done["texts"] += len(place)
            steps.advance("texts", done["texts"], len(texts))
            yield from rows.items()
            started = time.monotonic()

    for query, rows in ahead(_batches(chain(encoded(), _variants(store, encoder))), _AHEAD):
        started = time.monotonic()
        store.write(f"enrich/{query}", rows, batch=_BATCH)
        seconds["writing"] += time.monotonic() - started
        done[query.removeprefix("write_")] += len(rows)
    return Enriched(**done, encoding_seconds=seconds["encoding"], writing_seconds=seconds["writing"])


def _texts(store: Store) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Distinct texts by name key, a concept's spelling before others; the (query, id) of the nodes that wait for each.

    They are the same texts in the same order however many nodes have their vector.
    """
    texts: dict[str, str] = {}
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in store.stream("enrich/concepts"):
        key = name_key(row["text"])
        texts.setdefault(key, row["text"])
        if not row["written"]:
            users[key].append(("write_concepts", row["id"]))
    for row in store.stream("enrich/names"):
        texts.setdefault(row["key"], row["text"])
        if not row["written"]:
            users[row["key"]].append(("write_names", row["key"]))
    return list(texts.values()), [users[key] for key in texts]


def _vectors(
    encoder: Encoder, texts: list[str], users: list[list[tuple[str, str]]], precision: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Rows of `texts` with their vectors, stretch by stretch; stretches that nobody waits for are passed over.

    A stretch is encoded whole or not at all: what stands beside a text decides the last digits of its vector.
    """
    for at in range(0, len(texts), _TEXTS):
        if any(users[at : at + _TEXTS]):
            for place, vectors_ND in encoder.parts(texts[at : at + _TEXTS], precision):
                yield at + place, vectors_ND


def _rows(
    store: Store, vectors_ND: NDArray[np.float32], users: list[list[tuple[str, str]]]
) -> dict[str, list[dict[str, Any]]]:
    """Query → rows that it writes."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for vector_D, nodes in zip(vectors_ND, users, strict=True):
        vector = store.vector(vector_D)
        for query, id in nodes:
            rows[query].append({"id": id, "vector": vector})
    return rows


def _variants(store: Store, encoder: Encoder) -> Iterator[Part]:
    """The learned vectors of variants, but for those that are written."""
    ids, vectors_MD = encoder.variants
    written = {row["id"] for row in store.stream("enrich/variants")}
    for i in np.flatnonzero(encoder.trained):
        if ids[i] not in written:
            yield "write_variants", [{"id": ids[i], "vector": store.vector(vectors_MD[i])}]


def _batches(parts: Iterable[Part]) -> Iterator[Part]:
    """The same rows in parts of `_BATCH` or a little more: one transaction each costs least."""
    waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for query, rows in parts:
        waiting[query] += rows
        if len(waiting[query]) >= _BATCH:
            yield query, waiting.pop(query)
    yield from waiting.items()
