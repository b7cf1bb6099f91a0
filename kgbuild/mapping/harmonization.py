"""One vocabulary mapped onto another: names, embeddings, what codes group and use of the terms, weighed by a ranker.

The ranker has learned from curated mappings of ICD onto the target, never from mappings of the source.
"""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn needs it too

from kgbuild.errors import InputError
from kgbuild.mapping.features import describe
from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.nearest import enriched_with
from kgbuild.mapping.rank import Ranker, fit
from kgbuild.mapping.table import ranked
from kgbuild.mapping.terms import Codes, examples, read_terms, read_vectors, scope, target
from kgbuild.store import Store

_LINK = ("subject_id", "subject_label", "object_id", "object_label", "rank", "similarity_score", "confidence")


# its matrices are small: threads of BLAS and OpenMP that wait for each other cost up to ten times the work
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
def harmonize(
    store: Store, source: str | OwnList, target_name: str, top: int = 1, write: bool = False, codes: bool = True
) -> pd.DataFrame:
    """Map one vocabulary onto another.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases, in any spelling; the source may be a list of one's own.
        top: Candidates a concept.
        write: Also write SIMILAR_TO links, replacing those of an earlier mapping of the same two, in one transaction.
        codes: Use the texts of the ICD codes that the source's concepts group, and what curators tied to them.

    Returns:
        Columns subject_id, subject_label, object_id, object_label, rank (from 1), similarity_score in [0, 1] and, where
        there were curated mappings to calibrate it on, confidence; `attrs` has source, target and model.

    Raises:
        InputError: An unknown or empty vocabulary, a graph without embeddings, or `write` with a list of one's own.
    """
    own = source if isinstance(source, OwnList) else None
    if own and write:
        raise InputError(f"{own.scope.name}: a list that is not in the graph has no links there; write it with --out")
    model = enriched_with(store)
    from_, to = own.scope if own else scope(store, str(source)), scope(store, target_name)
    subjects, objects = own.terms if own else read_terms(store, from_), read_terms(store, to)
    index = {identifier: i for i, identifier in enumerate(objects.ids)}
    icd = Codes(store, to)
    groups = {} if not codes else own.codes(store) if own else icd.groups(from_)
    asked = [icd.query(keys, groups.get(i, ()), index) for i, keys in zip(subjects.ids, subjects.names, strict=True)]
    curated = icd.categories(from_)
    taught = [icd.query(each.keys, each.codes if codes else (), index) for each in curated]
    texts = {key for query in (*asked, *taught) for key in (*query.keys, *query.context)}
    vectors = read_vectors(store, texts.union(*objects.names))
    if own:
        vectors = own.completed(vectors, set().union(*subjects.names))
    terms = target(store, to, objects, vectors)
    ranker = fit(examples(describe(terms, taught), [each.terms for each in curated], index))
    described = list(describe(terms, asked))
    scored = ranker.score([features_CF for _, features_CF in described])
    links = [
        (subjects.ids[i], subjects.labels[i], objects.ids[term], objects.labels[term], rank, score, confidence)
        for i, ((terms_C, _), scores_C) in enumerate(zip(described, scored, strict=True))
        for rank, (term, score, confidence) in enumerate(_best(ranker, terms_C, scores_C, top), 1)
    ]
    frame = ranked(links, _LINK)
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
