"""One vocabulary mapped onto another: names, embeddings, graph and use of the terms, weighed by a ranker.

    subjects ─┐
              ├─ candidates ── features ── ranker ── calibration ──> links with scores and confidences
    target ───┘                              ▲            ▲
                                             └────────────┴── curated mappings of other vocabularies

What is read and learned is kept for the next mapping (`kgbuild.mapping.keep`).
"""

import datetime
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn needs it too

from kgbuild.errors import InputError
from kgbuild.graph import name_key
from kgbuild.mapping.assign import one_to_one as assigned
from kgbuild.mapping.evidence import Shared, Ties, read_sets
from kgbuild.mapping.facts import Around
from kgbuild.mapping.features import Target, describe, inverted
from kgbuild.mapping.keep import Keep
from kgbuild.mapping.kind import Side, kinds
from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.rank import Example, Ranker, fit
from kgbuild.mapping.reason import check
from kgbuild.mapping.review.signed import Signed, abstaining, apply, signed_links
from kgbuild.mapping.subjects import Subjects, read_subjects
from kgbuild.mapping.table import CURATED, NONE, ranked
from kgbuild.mapping.teachers import lesson
from kgbuild.mapping.terms import Scope, Terms, chosen, read_scopes, read_target, read_terms
from kgbuild.store import Store

_LINK = ("subject_id", "subject_label", "object_id", "object_label", "rank", "similarity_score", "confidence")
_SPARE = 1  # candidates more than asked for: some turn out to be no match
_ASSIGNED = 5  # candidates of each subject that a one-to-one mapping chooses from
_FLOOR = 0.1  # a one-to-one mapping rather leaves a subject out than gives it a link that is less sure
_NAMED = 20  # vocabularies of a source that tell its ranker from others; EFO's release has as many
_PLACES = 12  # names of ancestors and of children that a kind of match is read from


@dataclass
class Onto:
    """The terms that are mapped onto, with all that is compared."""

    scope: Scope
    terms: Terms
    target: Target
    ties: Ties
    shared: Mapping[str, Shared]

    @classmethod
    def read(cls, store: Store, of: Scope) -> "Onto":
        """Read them from the graph.

        Raises:
            InputError: There are none, or none has a vector.
        """
        terms = read_terms(store, of)
        target, ties = read_target(store, of, terms), Ties(store, of, terms)
        shared = {kind: Shared(sets, terms.index) for kind, sets in read_sets(store, of).items()}
        return cls(of, terms, target, ties, shared)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles, which looks again and again at the many names: a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


# its matrices are small: threads of BLAS and OpenMP that wait for each other cost up to ten times the work
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]  # threadpoolctl is not typed
@_uncollected()
def harmonize(
    store: Store,
    source: str | OwnList,
    target_name: str,
    top: int = 1,
    write: bool = False,
    codes: bool = True,
    asserted: bool = True,
    one_to_one: bool = False,
    at_least: float | None = None,
) -> pd.DataFrame:
    """Map one vocabulary, or a list of one's own, onto another.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases, in any spelling; or as source a list.
        top: Candidates a concept.
        write: Also write SIMILAR_TO links, replacing those of an earlier mapping of the same two, in one transaction.
        codes: Use the texts of the codes that the source's concepts group, and what curators tied to them.
        asserted: Use what curators tied the source's concepts to, what they signed and what contradicts it; without it,
            they are mapped as if nobody had.
        one_to_one: Each subject and each object in one link at most, the best assignment as a whole.
        at_least: Links that are less sure are left out: rather none than a doubtful one.

    Returns:
        The table of `kgbuild.mapping.table`; its `attrs` have source, target, model, model_digest, graph, and
        `conflicts`: what was found contradictory, a dictionary each (`kgbuild.mapping.reason.CONFLICTS`).

    Raises:
        InputError: An unknown or empty vocabulary, a graph without embeddings, a list whose links are to be written, or
            a confidence asked for where nothing calibrates one.
    """
    own = source if isinstance(source, OwnList) else None
    if own and write:
        raise InputError(f"{own.scope.name}: a list that is not in the graph has no links there; write it with --out")
    keep = Keep(store)
    scopes = keep.get("scopes", lambda: read_scopes(store))
    from_, to = own.scope if own else chosen(scopes, str(source)), chosen(scopes, target_name)
    onto = keep.get(f"onto-{to.name}", lambda: Onto.read(store, to))
    subjects = own.subjects(store) if own else keep.get(f"from-{from_.name}", lambda: read_subjects(store, from_))
    scored = _scored(store, keep, onto, subjects, codes, asserted)
    signed = signed_links(store, from_, to).of(subjects.terms.index) if asserted else Signed()
    deep = (max(top, _ASSIGNED) if one_to_one else top) + _SPARE + signed.most_rejected
    frame = _told(subjects, onto, scored, deep)
    frame.attrs = {
        "source": from_.name, "target": to.name, "model": Path(keep.model).name, "model_digest": keep.model_digest,
        "graph": keep.graph,
    }  # fmt: skip
    frame = apply(frame, signed)
    conflicts: list[dict[str, Any]] = []
    if asserted:
        about = dict(frame.attrs)
        around = keep.get(f"around-{to.name}", lambda: Around.read(store, onto.terms.ids))
        if own is None:
            around |= keep.get(f"around-{from_.name}", lambda: Around.read(store, subjects.terms.ids))
        frame, found = check(store, frame, own is None, around)
        frame.attrs, conflicts = about, found.to_dict("records")
    frame = assigned(frame, _FLOOR) if one_to_one else _first(frame, top)
    if at_least is not None:
        if "confidence" not in frame:
            raise InputError(f"{to.name}: too few curated mappings onto it to calibrate a confidence; map without one")
        frame = frame[frame["confidence"] >= at_least].reset_index(drop=True)
    frame = abstaining(frame, signed)
    frame.attrs["conflicts"] = conflicts
    if write:
        _write(store, frame)
    return frame


def _scored(
    store: Store, keep: Keep, onto: Onto, subjects: Subjects, codes: bool, asserted: bool
) -> list[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32] | None]]:
    """Of each subject its candidate terms, best first, their scores and confidences."""
    grouping = codes and bool(subjects.groups)
    vocabularies = sorted({identifier.partition(":")[0] for identifier in subjects.terms.ids})
    left_out = "+".join(vocabularies[:_NAMED]) + f"+{len(vocabularies) - _NAMED}" * (len(vocabularies) > _NAMED)
    ranker = keep.get(
        f"ranker-{onto.scope.name}-{left_out}{'-codes' * grouping}{'-asserted' * asserted}",
        lambda: learned(store, onto, vocabularies, grouping, asserted),
    )
    if not asserted:
        subjects = replace(subjects, ties={})
    queries = subjects.queries(onto.ties, onto.shared, codes)
    described = list(describe(onto.target, queries, onto.target.vectors + subjects.vectors))
    features = [features_CF for _, features_CF in described]
    scores = ranker.score(features)
    best = [np.lexsort((terms_C, -scores_C)) for (terms_C, _), scores_C in zip(described, scores, strict=True)]
    confidences = ranker.confidence(scores, features)
    return [
        (described[i][0][at], scores[i][at], None if confidences is None else confidences[i][at])
        for i, at in enumerate(best)  # of equal scores the first term
    ]


def _told(
    subjects: Subjects,
    onto: Onto,
    scored: Iterable[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32] | None]],
    top: int,
) -> pd.DataFrame:
    """The best candidates as links with their kinds; those that are no match are left out."""
    subject_sides, object_sides = _Sides(subjects.terms), _Sides(onto.terms)
    links, pairs = [], []
    for i, (terms_C, scores_C, confidence_C) in enumerate(scored):
        for place, term in enumerate(terms_C[:top].tolist()):
            confidence = None if confidence_C is None else float(confidence_C[place])
            ends = subjects.terms.ids[i], subjects.terms.labels[i], onto.terms.ids[term], onto.terms.labels[term]
            links.append((*ends, place + 1, float(scores_C[place]), confidence))
            pairs.append((subject_sides[i], object_sides[term]))
    frame = ranked(links, _LINK)
    verdicts = kinds(pairs)
    frame["kind"] = [verdict.kind for verdict in verdicts]
    frame["comment"] = ["; ".join(verdict.reasons) or None for verdict in verdicts]
    return frame[frame["kind"] != NONE].reset_index(drop=True)


class _Sides:
    """Concepts as a kind of match is read from them, each made once."""

    def __init__(self, terms: Terms) -> None:
        self._terms, self._parents = terms, terms.above()
        self._children = inverted(self._parents)
        self._made: dict[int, Side] = {}

    def __getitem__(self, at: int) -> Side:
        if at not in self._made:
            labels = self._terms.labels
            above = [labels[parent] for parent in self._parents[at][:_PLACES]]
            below = [labels[child] for child in self._children[at][:_PLACES]]
            label, *others = self._terms.names[at]
            if name_key(labels[at]) == label:  # else a list's own, which is headings and all
                label = labels[at]
            names = [label, *others]
            self._made[at] = Side(names, above, below)
        return self._made[at]


def _first(frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """The first links of each subject, numbered; all that curators signed."""
    rank = frame.groupby("subject_id", sort=False).cumcount() + 1
    signed = frame["mapping_justification"] == CURATED if "mapping_justification" in frame else False
    out = frame.assign(rank=rank)[(rank <= top) | signed].reset_index(drop=True)
    out.attrs = dict(frame.attrs)
    return out.dropna(axis="columns", how="all")


def learned(store: Store, onto: Onto, vocabularies: Sequence[str], grouping: bool, asserted: bool) -> Ranker:
    """A ranker for a target, from curated mappings of other vocabularies than those that are mapped."""
    found = lesson(store, onto.scope, onto.ties, vocabularies, grouping)
    if found is None:
        return Ranker()
    subjects = found.subjects
    if not asserted:
        subjects = replace(subjects, ties={})
    queries = subjects.queries(onto.ties, onto.shared)
    described = describe(onto.target, queries, onto.target.vectors + subjects.vectors)
    return fit(
        [
            Example(features_CF, np.isin(terms_C, [*terms]))
            for (terms_C, features_CF), terms in zip(described, found.right, strict=True)
        ],
        found.alike,
    )


def _write(store: Store, frame: pd.DataFrame) -> None:
    """The mapping as SIMILAR_TO links."""
    rows = [
        {"subject": row["subject_id"], "object": row["object_id"], "rank": row["rank"], "kind": row["kind"],
         "score": _rounded(row["similarity_score"]), "confidence": _rounded(row.get("confidence"))}
        for row in frame.to_dict("records")
        if row.get("mapping_justification") != CURATED  # what is asserted is never mixed with what is computed
    ]  # fmt: skip
    run = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    about = {name: frame.attrs[name] for name in ("source", "target", "model", "model_digest", "graph")}
    store.query("similar/link", rows=rows, run=run, **about)


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)
