"""Links between vocabularies, and between diseases and variants, out of the embeddings in the graph.

similar    the nearest concepts or variants of one node, by the vector indexes
link       the terms that a text names, by the nearest of all names
harmonize  one vocabulary mapped onto another: names, embeddings, ICD codes and use of the terms, weighed by a ranker
           that has learned from curated mappings of ICD onto the target, never from mappings of the source
"""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn needs it too

from kgbuild.errors import InputError
from kgbuild.mapping.features import describe
from kgbuild.mapping.rank import Ranker, fit
from kgbuild.mapping.terms import Codes, Scope, examples, read_terms, read_vectors, scope, target
from kgbuild.store import Store

__all__ = ["enriched_with", "harmonize", "link", "scope", "similar"]

#: Server whose vector indexes filter inside (Cypher 25).
_FILTERS = (2026, 1)
_FETCH = 50  # nearest nodes looked at for one that is asked for, where the index cannot filter
_MOST = 10_000

_LINK = ("subject_id", "subject_label", "object_id", "object_label", "rank", "similarity_score", "confidence")


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
        return store.frame("similar/variants", id=identifier, top=top)
    if to is None:
        name = "similar/diseases" if variant else "similar/concepts"
        return store.frame(name, id=identifier, top=top, fetch=min(top * _FETCH, _MOST))
    of = scope(store, to)
    if store.server < _FILTERS:
        return store.frame("similar/members", id=identifier, top=top, fetch=min(top * _FETCH, _MOST), **of.parameters)
    text = store.cypher("similar/variant_terms" if variant else "similar/terms")
    return store.frame(_filtered(text, of), id=identifier, top=top)


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
    fetch = top * _FETCH
    while True:
        frame = store.frame("similar/text", vector=vector, top=top, fetch=fetch, **of)
        if len(frame) >= top or fetch >= _MOST:
            return frame
        fetch = min(fetch * 4, _MOST)


# its matrices are small: threads of BLAS and OpenMP that wait for each other cost up to ten times the work
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
def harmonize(
    store: Store, source: str, target_name: str, top: int = 1, write: bool = False, codes: bool = True
) -> pd.DataFrame:
    """Map one vocabulary onto another.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases, in any spelling.
        top: Candidates a concept.
        write: Also write SIMILAR_TO links, replacing those of an earlier mapping of the same two, in one transaction.
        codes: Use the texts of the ICD codes that the source's concepts group, and what curators tied to them.

    Returns:
        Columns subject_id, subject_label, object_id, object_label, rank (from 1), similarity_score in [0, 1] and, where
        there were curated mappings to calibrate it on, confidence; `attrs` has source, target and model.

    Raises:
        InputError: An unknown or empty vocabulary, or a graph without embeddings.
    """
    model = enriched_with(store)
    from_, to = scope(store, source), scope(store, target_name)
    subjects, objects = read_terms(store, from_), read_terms(store, to)
    index = {identifier: i for i, identifier in enumerate(objects.ids)}
    icd = Codes(store, to)
    groups = icd.groups(from_) if codes else {}
    asked = [icd.query(keys, groups.get(i, ()), index) for i, keys in zip(subjects.ids, subjects.names, strict=True)]
    curated = icd.categories(from_)
    taught = [icd.query(each.keys, each.codes if codes else (), index) for each in curated]
    texts = {key for query in (*asked, *taught) for key in (*query.keys, *query.context)}
    terms = target(store, to, objects, read_vectors(store, texts.union(*objects.names)))
    ranker = fit(examples(describe(terms, taught), [each.terms for each in curated], index))
    described = list(describe(terms, asked))
    scored = ranker.score([features_CF for _, features_CF in described])
    links = [
        (subjects.ids[i], subjects.labels[i], objects.ids[term], objects.labels[term], rank, score, confidence)
        for i, ((terms_C, _), scores_C) in enumerate(zip(described, scored, strict=True))
        for rank, (term, score, confidence) in enumerate(_best(ranker, terms_C, scores_C, top), 1)
    ]
    frame = pd.DataFrame(links, columns=_LINK).dropna(axis="columns", how="all")
    frame.attrs |= {"source": from_.name, "target": to.name, "model": Path(model).name}
    if write:
        _write(store, frame)
    return frame


def _best(
    ranker: Ranker, terms_C: NDArray[np.int64], scores_C: NDArray[np.float32], top: int
) -> list[tuple[int, float, float | None]]:
    """The best candidates: term, score, confidence; of equal scores the first term."""
    confidence_C = ranker.confidence(scores_C)
    best = np.lexsort((terms_C, -scores_C))[:top]
    return [
        (int(terms_C[i]), float(scores_C[i]), None if confidence_C is None else float(confidence_C[i])) for i in best
    ]


def _write(store: Store, frame: pd.DataFrame) -> None:
    """The mapping as SIMILAR_TO links."""
    rows = [
        {"subject": row.subject_id, "object": row.object_id, "rank": row.rank, "score": row.similarity_score,
         "confidence": getattr(row, "confidence", None)}
        for row in frame.itertuples()
    ]  # fmt: skip
    run = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    store.query("similar/link", rows=rows, run=run, **frame.attrs)
