"""What speaks against a mapping as a whole, and what follows from it: contradictions explained, broader links inferred.

A link is contradicted by a curator who refuted the pair, by classes that its two ends fall under and that have nothing
in common, by an asserted exact match of its subject to another term, and by a surer link of the mapping itself: exact
matches of one concept to two terms of one vocabulary, of two concepts to one term, or across the hierarchies (a child
matched above its parent's match). Where the hierarchy tells what the weaker link really is, it becomes broad or narrow;
two concepts exact to one term leave the weaker one close; else it is dropped. What a curator signed is reported and
never changed.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from kgbuild.graph import name_key
from kgbuild.mapping.compose import CHAINED
from kgbuild.mapping.facts import Around, Facts
from kgbuild.mapping.table import COLUMNS, CURATED, NONE
from kgbuild.store import Store

#: Columns of the second table of `check`.
CONFLICTS = ("subject_id", "subject_label", "object_id", "object_label", "kind", "what", "why", "done")


def check(
    store: Store, frame: pd.DataFrame, distinct: bool = True, around: Around | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A mapping without what contradicts the graph or itself, and what was found.

    Args:
        store: The graph.
        frame: A mapping table with `kind`. Links of kind none are left alone.
        distinct: No two subjects mean the same, as in a vocabulary; of a list of traits several may (self-reported
            asthma, asthma by its codes), so that none is contradicted by another's link to its term.
        around: What is known of the concepts already.

    Returns:
        The table without dropped links and with the new kinds of the others, reasons added to `comment`; and the
        conflicts, one row each: the link with its kind before, `what` it is, `why` in words with the source, what was
        `done`.
    """
    live = frame[frame["kind"] != NONE]
    pairs = zip(live["subject_id"], live["object_id"], strict=True)
    return contradictions(frame, Facts.read(store, pairs, around), distinct)


def contradictions(frame: pd.DataFrame, facts: Facts, distinct: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`check`, with the facts at hand."""
    links = _Links(frame, facts, distinct)
    links.against_graph()
    links.against_each_other()
    comments = frame["comment"].fillna("").tolist() if "comment" in frame else [""] * len(frame)
    for row, reasons in links.reasons.items():
        comments[row] = "; ".join(filter(None, [comments[row], *reasons]))
    kept = frame.assign(kind=links.kinds, comment=[comment or None for comment in comments])[
        [kind is not None for kind in links.kinds]
    ]
    conflicts = pd.DataFrame(links.conflicts, columns=list(CONFLICTS))
    return kept.reset_index(drop=True), conflicts


class _Finding(NamedTuple):
    """A contradiction: of which sort, why, and what the link becomes; None where it cannot stand."""

    what: str
    why: str
    kind: str | None


class _Links:
    """The links of a table while they are checked: their kinds, None for a dropped one."""

    def __init__(self, frame: pd.DataFrame, facts: Facts, distinct: bool) -> None:
        self.facts, self.distinct = facts, distinct
        self.ids = list(zip(frame["subject_id"], frame["object_id"], strict=True))
        self.labels = list(zip(frame["subject_label"], frame["object_label"], strict=True))
        self.kinds: list[str | None] = frame["kind"].tolist()
        column = frame["mapping_justification"] if "mapping_justification" in frame else [None] * len(frame)
        self.signed = [justification == CURATED for justification in column]
        sure = frame["similarity_score"].astype(float).fillna(0)
        if "confidence" in frame:
            sure = frame["confidence"].astype(float).fillna(sure)
        named = [None not in both and name_key(both[0]) == name_key(both[1]) for both in self.labels]
        # a concept of the term's very name goes before its own "unspecified" child, whatever their scores
        self.strength = list(zip(self.signed, named, sure, strict=True))
        self.conflicts: list[tuple[object, ...]] = []
        self.reasons: dict[int, list[str]] = defaultdict(list)

    def against_graph(self) -> None:
        """Refuted pairs, disjoint classes, and asserted exact matches to other terms."""
        for row, (subject, object_) in enumerate(self.ids):
            for look in (self._refuted, self._disjoint, self._asserted):
                kind = self.kinds[row]
                if kind not in (None, NONE) and (finding := look(subject, object_, str(kind))):
                    self._settle(row, finding)

    def _refuted(self, subject: str, object_: str, kind: str) -> _Finding | None:
        who = self.facts.refuted.get((subject, object_))
        return _Finding("refuted by a curator", who, None) if who and kind in ("exact", "close") else None

    def _disjoint(self, subject: str, object_: str, kind: str) -> _Finding | None:
        why = self.facts.clash(subject, object_)
        return _Finding("disjoint classes", why, None) if why else None

    def _asserted(self, subject: str, object_: str, kind: str) -> _Finding | None:
        others = self.facts.same.get(subject, {})
        if kind not in ("exact", "close") or any(self.facts.equal(object_, other) for other in others):
            return None
        elsewhere = None
        for other, sources in others.items():
            asserted = f"{', '.join(sources)}: {self.facts.told(subject)} is {self.facts.told(other)}"
            if found := self._placed(object_, other, asserted):
                return found
            if kind == "exact" and _vocabulary(other) == _vocabulary(object_):
                elsewhere = _Finding("another exact match asserted", f"{asserted}, a different term", None)
        return elsewhere

    def _placed(self, object_: str, other: str, known: str) -> _Finding | None:
        """What the link to an object is, given that the subject is `other`: above it broad, below it narrow."""
        if self.facts.is_above(object_, other):
            return _Finding("hierarchy", f"{known}, and {self.facts.told(object_)} is above that", "broad")
        if self.facts.is_above(other, object_):
            return _Finding("hierarchy", f"{known}, and {self.facts.told(object_)} is below that", "narrow")
        return None

    def against_each_other(self) -> None:
        """Exact links that cannot both be right; the surer one stays, and signed ones go before all."""
        exact = [row for row, kind in enumerate(self.kinds) if kind == "exact"]
        exact.sort(key=lambda row: (*(-value for value in self.strength[row]), self.ids[row]))
        of_subject: dict[str, list[int]] = defaultdict(list)
        of_object: dict[str, list[int]] = defaultdict(list)
        below: dict[str, list[int]] = defaultdict(list)  # subject → exact links of what is below it
        for row in exact:
            subject, object_ = self.ids[row]
            if finding := self._second(row, of_subject, of_object, below):
                self._settle(row, finding)
                if not self.signed[row]:
                    continue
            of_subject[subject].append(row)
            of_object[object_].append(row)
            for up in self.facts.above(subject):
                below[up].append(row)

    def _second(
        self,
        row: int,
        of_subject: Mapping[str, list[int]],
        of_object: Mapping[str, list[int]],
        below: Mapping[str, list[int]],
    ) -> _Finding | None:
        """Against the surer exact links: of its subject, of its object, of what is above and below its subject."""
        facts, (subject, object_) = self.facts, self.ids[row]
        for surer in of_subject.get(subject, ()):
            other = self.ids[surer][1]
            if facts.equal(object_, other):
                continue
            known = f"{facts.told(subject)} is rather {facts.told(other)}"
            if placed := self._placed(object_, other, known):
                return placed
            if _vocabulary(object_) == _vocabulary(other):  # EFO's release has many a disease and its twin from HP
                return _Finding("two exact matches of one concept", known, None)
        for surer in of_object.get(object_, ()) if self.distinct else ():
            other = self.ids[surer][0]
            if not facts.equal(subject, other):
                return self._same_object(subject, other, object_)
        for up in sorted(facts.above(subject)):
            for surer in of_subject.get(up, ()):
                if facts.is_above(object_, self.ids[surer][1]):
                    return self._crossing(surer, "below", "broad")
        for surer in below.get(subject, ()):
            if facts.is_above(self.ids[surer][1], object_):
                return self._crossing(surer, "above", "narrow")
        return None

    def _same_object(self, subject: str, other: str, object_: str) -> _Finding:
        known = f"{self.facts.told(other)} is rather {self.facts.told(object_)}"
        if self.facts.is_above(other, subject):
            return _Finding("hierarchy", f"{known}, and {self.facts.told(subject)} is below that", "broad")
        if self.facts.is_above(subject, other):
            return _Finding("hierarchy", f"{known}, and {self.facts.told(subject)} is above that", "narrow")
        return _Finding("two concepts exact to one term", known, "close")

    def _crossing(self, surer: int, where: str, kind: str) -> _Finding:
        subject, object_ = self.ids[surer]
        why = f"it is {where} {self.facts.told(subject)}, which is {self.facts.told(object_)}: the hierarchies cross"
        return _Finding("crossing hierarchies", why, kind)

    def _settle(self, row: int, finding: _Finding) -> None:
        """Note a finding, and do what follows; nothing to what is signed."""
        done = (
            "kept: signed by its curator" if self.signed[row] else f"now {finding.kind}" if finding.kind else "dropped"
        )
        self.conflicts.append(
            (self.ids[row][0], self.labels[row][0], self.ids[row][1], self.labels[row][1], self.kinds[row],
             finding.what, finding.why, done)
        )  # fmt: skip
        if not self.signed[row]:
            self.kinds[row] = finding.kind
            self.reasons[row].append(finding.why)


def _vocabulary(concept: str) -> str:
    return concept.partition(":")[0]


def broader(frame: pd.DataFrame, facts: Facts, subjects: Mapping[str, str]) -> pd.DataFrame:
    """For subjects without an exact match, their nearest ancestors' exact matches as broad ones.

    Args:
        frame: A mapping table with `kind`.
        facts: With the parents of the subjects (`Facts.read`, or a list's own).
        subjects: CURIE → label of what is to be mapped.

    Returns:
        A mapping table of candidates, each with the confidence and score of the ancestor's link and its reason.
    """
    exact: dict[str, list[Any]] = defaultdict(list)
    for link in frame[frame["kind"] == "exact"].itertuples():
        exact[link.subject_id].append(link)
    there = set(zip(frame["subject_id"], frame["object_id"], strict=True))
    rows = []
    for subject, label in subjects.items():
        if subject in exact:
            continue
        found = {link.object_id: link for up in _nearest(facts, subject, exact) for link in exact[up]}
        for rank, link in enumerate(found.values(), 1):
            if (subject, link.object_id) in there:
                continue
            rows.append(
                {"subject_id": subject, "subject_label": label, "object_id": link.object_id,
                 "object_label": link.object_label, "kind": "broad", "rank": rank,
                 "similarity_score": link.similarity_score, "confidence": getattr(link, "confidence", None),
                 "mapping_justification": CHAINED,
                 "comment": f"below {facts.told(link.subject_id)}, which is {link.object_id} ({link.object_label})"}
            )  # fmt: skip
    out = pd.DataFrame(rows, columns=[column for column in COLUMNS if column != "author_id"])
    out.attrs = dict(frame.attrs)
    return out.dropna(axis="columns", how="all") if len(out) else out


def _nearest(facts: Facts, subject: str, wanted: Mapping[str, Any]) -> list[str]:
    """The ancestors in `wanted` that are fewest steps above a concept, level by level."""
    level, seen = [subject], {subject}
    while level:
        level = sorted({up for one in level for up in facts.parents.get(one, ())} - seen)
        seen.update(level)
        if found := [up for up in level if up in wanted]:
            return found
    return []
