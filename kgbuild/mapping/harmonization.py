"""One vocabulary mapped onto another: names, embeddings, graph and use of the terms, weighed by a ranker.

subjects ─┐
          ├─ candidates ── features ── ranker ──> links with scores and confidences
target ───┘                              ▲
   curated mappings of other vocabularies ┘
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn needs it too

from kgbuild.mapping.evidence import Sets, Ties
from kgbuild.mapping.features import Target, describe
from kgbuild.mapping.keep import Keep
from kgbuild.mapping.rank import Example, Ranker, fit
from kgbuild.mapping.subjects import read_subjects
from kgbuild.mapping.table import ranked
from kgbuild.mapping.teachers import lesson
from kgbuild.mapping.terms import Scope, Terms, read_target, read_terms, scope
from kgbuild.store import Store

_LINK = ("subject_id", "subject_label", "object_id", "object_label", "rank", "similarity_score", "confidence")


@dataclass
class Onto:
    """The terms that are mapped onto, with all that is compared."""

    scope: Scope
    terms: Terms
    target: Target
    ties: Ties
    sets: Sets

    @classmethod
    def read(cls, store: Store, of: Scope) -> "Onto":
        """Read them from the graph.

        Raises:
            InputError: There are none, or none has a vector.
        """
        terms = read_terms(store, of)
        return cls(of, terms, read_target(store, of, terms), Ties(store, of, terms), Sets(store, of))


# its matrices are small: threads of BLAS and OpenMP that wait for each other cost up to ten times the work
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
def harmonize(
    store: Store,
    source: str,
    target_name: str,
    top: int = 1,
    write: bool = False,
    codes: bool = True,
    asserted: bool = True,
) -> pd.DataFrame:
    """Map one vocabulary onto another.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases, in any spelling; the source may be a list of one's own.
        top: Candidates a concept.
        write: Also write SIMILAR_TO links, replacing those of an earlier mapping of the same two, in one transaction.
        codes: Use the texts of the codes that the source's concepts group, and what curators tied to them.
        asserted: Use what curators tied the source's concepts to; without it, they are mapped as if nobody had.

    Returns:
        The table of `kgbuild.mapping.table`; its `attrs` have source, target, model, model_digest and graph.

    Raises:
        InputError: An unknown or empty vocabulary, a graph without embeddings, or `write` with a list of one's own.
    """
    keep = Keep(store)
    from_, to = scope(store, source), scope(store, target_name)
    onto = keep.get(f"onto-{to.name}", lambda: Onto.read(store, to))
    subjects = keep.get(f"from-{from_.name}", lambda: read_subjects(store, from_))
    grouping = codes and bool(subjects.groups)
    ranker = keep.get(
        f"ranker-{to.name}-{from_.name}{'-codes' * grouping}{'-asserted' * asserted}",
        lambda: learned(store, onto, from_, grouping, asserted),
    )
    if not asserted:
        subjects.ties = {}
    described = list(
        describe(onto.target, subjects.queries(onto.ties, onto.sets.of, codes), onto.target.vectors + subjects.vectors)
    )
    scored = ranker.score([features_CF for _, features_CF in described])
    ids, labels, terms = subjects.terms.ids, subjects.terms.labels, onto.terms
    links = [
        (ids[i], labels[i], terms.ids[term], terms.labels[term], rank, score, confidence)
        for i, ((terms_C, _), scores_C) in enumerate(zip(described, scored, strict=True))
        for rank, (term, score, confidence) in enumerate(_best(ranker, terms_C, scores_C, top), 1)
    ]
    frame = ranked(links, _LINK)
    frame.attrs |= {
        "source": from_.name, "target": to.name, "model": Path(keep.model).name, "model_digest": keep.model_digest,
        "graph": keep.graph,
    }  # fmt: skip
    if write:
        _write(store, frame)
    return frame


def learned(store: Store, onto: Onto, from_: Scope, grouping: bool, asserted: bool) -> Ranker:
    """A ranker for a target, from curated mappings of other vocabularies than the one that is mapped."""
    found = lesson(store, onto.scope, onto.ties, str(from_.value), grouping)
    if found is None:
        return Ranker()
    subjects, right = found
    if not asserted:
        subjects.ties = {}
    queries = subjects.queries(onto.ties, onto.sets.of)
    described = describe(onto.target, queries, onto.target.vectors + subjects.vectors)
    return fit(
        [
            Example(features_CF, np.isin(terms_C, [*terms]))
            for (terms_C, features_CF), terms in zip(described, right, strict=True)
        ]
    )


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
    about = {name: frame.attrs[name] for name in ("source", "target", "model")}
    store.query("similar/link", rows=rows, run=run, **about)
