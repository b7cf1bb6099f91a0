"""What the graph holds: counts, and a digest that does not depend on the order of anything."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from kgbuild.store import Store

#: Relationships that the digest leaves out: computed from the graph rather than loaded into it.
COMPUTED_TYPES = ("SIMILAR_TO",)


def counts(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Tables of counts: `labels`, `types` and `vocabularies` of concepts, `relationships` by source, `sources`."""
    return {
        name: store.query(store.cypher(f"quality/{name}"))
        for name in ("labels", "types", "vocabularies", "relationships", "sources")
    }


def digest(store: Store) -> str:
    """The hash of all loaded nodes and relationships with their properties, embeddings left out.

    Returns:
        32 hexadecimal digits: the sum modulo 2^128 of the MD5 of each record, so that order does not matter.
    """
    total = 0
    for record in _records(store):
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        total += int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest())
    return f"{total % (1 << 128):032x}"


def _records(store: Store) -> Iterator[dict[str, Any]]:
    yield from store.stream(store.cypher("quality/digest_nodes"))
    yield from store.stream(store.cypher("quality/digest_relationships"), left_out=list(COMPUTED_TYPES))
