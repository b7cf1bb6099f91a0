"""The nearest concepts or variants of a node, and the terms that a text names, by the vector indexes."""

from typing import Any

import numpy as np
import pandas as pd

from kgbuild.errors import InputError
from kgbuild.mapping.terms import Scope, scope
from kgbuild.store import Store

#: Server whose vector indexes filter inside (Cypher 25).
_FILTERS = (2026, 1)
_FETCH = 50  # nearest nodes looked at for one that is asked for, where the index cannot filter
_SURELY = 2_000  # looked at for a few, too: among 200 an index misses half of the variants nearest to a disease
_MOST = 10_000


def enriched_with(store: Store) -> str:
    """The folder or name of the model whose vectors the graph has.

    Raises:
        InputError: It has none.
    """
    (row,) = store.query("enrich/recorded")
    if row["encoded"] is None:
        raise InputError("graph: no embeddings; write them with `kg enrich`")
    return str(row["encoded"].get("path") or row["encoded"]["model"])


def similar(store: Store, identifier: str, to: str | None = None, top: int = 10) -> pd.DataFrame:
    """The nearest concepts or variants of a concept or variant.

    Args:
        store: The graph, enriched.
        identifier: A CURIE; an obsolete concept stands for the one that replaces it.
        to: A vocabulary or release, `variants`, or None: any vocabulary, for a variant diseases and phenotypes.
        top: How many.

    Returns:
        Columns id, name (not of variants), vocabulary, score ((1 + cosine) / 2), best first.

    Raises:
        InputError: No such node, no embedding, or an unknown vocabulary.
    """
    enriched_with(store)
    found = store.query("similar/node", id=identifier)
    if not found:
        raise InputError(f"{identifier}: no such concept or variant; write it as a CURIE, such as phecode:250.2")
    if not found[0]["embedded"]:
        raise InputError(f"{identifier}: it has no embedding; only live concepts and variants of the training have one")
    variant = found[0]["variant"]
    if to is not None and to.lower() in ("variant", "variants"):
        if variant:
            raise InputError(f"{identifier}: a variant's nearest variants are not stored; ask --to a vocabulary")
        return store.frame("similar/variants", id=identifier, top=top, fetch=_fetch(top))
    if to is None:
        if variant:
            return store.frame("similar/diseases", id=identifier, top=top, fetch=_fetch(top, _FETCH))
        return store.frame("similar/concepts", id=identifier, top=top, fetch=_fetch(top))
    of = scope(store, to)
    if store.server < _FILTERS:
        return store.frame("similar/members", id=identifier, top=top, fetch=_fetch(top, _FETCH), **of.parameters)
    text = store.cypher("similar/variant_terms" if variant else "similar/terms")
    return store.frame(_filtered(text, of), id=identifier, top=top, fetch=_fetch(top))


def _fetch(top: int, each: int = 2) -> int:
    """How many nearest an index is asked for: itself among them, some that are no answers, and enough to miss none."""
    return max(_SURELY, min(each * top, _MOST), top + 1)


def _filtered(text: str, of: Scope) -> str:
    """The query with another filter inside the index, where Cypher takes no parameter for a property's name."""
    value = "true" if of.value is True else "'" + str(of.value).replace("'", "\\'") + "'"
    return text.replace("term.in_efo = true", f"term.`{of.attribute}` = {value}", 1)


def link(store: Store, text: str, vector_D: Any, to: str | None = None, top: int = 10) -> pd.DataFrame:
    """The concepts that a text names.

    Args:
        store: The graph, enriched.
        text: Free text.
        vector_D: Its embedding by the model that `enriched_with` names, unit length.
        to: A vocabulary or release; None for any.
        top: How many.

    Returns:
        Columns id, name, vocabulary, matched (the name that was found), score ((1 + cosine) / 2), best first.

    Raises:
        InputError: The text is empty, or the vocabulary unknown.
    """
    if not text.strip():
        raise InputError("text: it is empty; give a name, such as 'heart attack'")
    of = scope(store, to).parameters if to else {"property": "id", "value": None}
    vector = store.vector(np.asarray(vector_D, dtype=np.float32))
    fetch = _fetch(top, _FETCH)
    while True:
        frame = store.frame("similar/text", vector=vector, top=top, fetch=fetch, **of)
        if len(frame) >= top or fetch >= _MOST:
            return frame
        fetch = min(fetch * 4, _MOST)
