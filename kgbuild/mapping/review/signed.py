"""The links that curators signed: read from the graph, and applied to a mapping.

Signed is a mapping by semapv:ManualMappingCuration that has an author, whichever source it came with. A pair that one
curator accepted and another rejected is disputed: it is neither set first nor dropped, and its comment says so. A
concept that a curator found no counterpart for has none, unless a link of it is accepted.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from kgbuild.mapping.sssom import NO_TERM
from kgbuild.mapping.table import COLUMNS, CURATED, INVERSE, KINDS, NONE
from kgbuild.mapping.terms import Scope
from kgbuild.store import Store

Pair = tuple[str, str]

_NOTHING = "a curator found no counterpart"

#: Relationship type → kind of match.
_KINDS = {f"{kind.upper()}_MATCH": kind for kind in KINDS}


class Link(NamedTuple):
    """A link that curators accepted; `authors` are sorted CURIEs, `notes` what they said."""

    subject_id: str
    subject_label: str | None
    object_id: str
    object_label: str | None
    kind: str
    authors: Sequence[str]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Signed:
    """What curators signed between two scopes.

    Args:
        accepted: Links, one a pair.
        rejected: Pairs of subject and object that are not the same → who said so.
        disputed: Pairs that were accepted and rejected → what is said about it.
        absent: Subjects that the target has no counterpart for → a link to NO_TERM, of kind NONE.
    """

    accepted: Sequence[Link] = ()
    rejected: Mapping[Pair, Sequence[str]] = field(default_factory=dict)
    disputed: Mapping[Pair, str] = field(default_factory=dict)
    absent: Mapping[str, Link] = field(default_factory=dict)

    def of(self, subjects: Container[str]) -> "Signed":
        """What is said of some subjects alone, such as those that a list of one's own still has."""
        return Signed(
            [link for link in self.accepted if link.subject_id in subjects],
            {pair: who for pair, who in self.rejected.items() if pair[0] in subjects},
            {pair: said for pair, said in self.disputed.items() if pair[0] in subjects},
            {subject: link for subject, link in self.absent.items() if subject in subjects},
        )

    @property
    def most_rejected(self) -> int:
        """Pairs rejected of the subject that has most: so many more candidates leave as many as were asked for."""
        return max(Counter(subject for subject, _ in self.rejected).values(), default=0)


def signed_links(store: Store, source: Scope, target: Scope) -> Signed:
    """Read what curators signed between two scopes, in either direction.

    Where they accepted one pair as several kinds, it has the kind that most of them gave it, of equally many the first
    of exact, close, broad, narrow.
    """
    from_ = {"source_property": source.attribute, "source_value": source.value}
    onto = {"target_property": target.attribute, "target_value": target.value}
    absent = store.query("review/absent", **from_, target=target.name.lower())
    return gather(store.query("review/signed", **from_, **onto), absent)


def gather(rows: Iterable[Mapping[str, Any]], absent: Iterable[Mapping[str, Any]] = ()) -> Signed:
    """What the rows of cypher/review/signed.cypher say together, and those of cypher/review/absent.cypher."""
    said: dict[Pair, list[Mapping[str, Any]]] = defaultdict(list)
    denied: dict[Pair, set[str]] = defaultdict(set)
    for row in rows:
        pair = row["subject_id"], row["object_id"]
        if not row["negated"]:
            said[pair].append(row)
        elif row["predicate"] == "EXACT_MATCH":
            denied[pair] |= {*_authors(row)}
    accepted = [_link(rows) for pair, rows in said.items() if pair not in denied]
    disputed = {
        pair: f"disputed: accepted by {', '.join(_link(said[pair]).authors)}, rejected by {', '.join(sorted(by))}"
        for pair, by in denied.items()
        if pair in said
    }
    rejected = {pair: sorted(by) for pair, by in denied.items() if pair not in said}
    mapped = {link.subject_id for link in accepted}
    lacking: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in absent:
        if row["subject_id"] not in mapped:
            lacking[row["subject_id"]].append(row)
    return Signed(accepted, rejected, disputed, {subject: _nothing(rows) for subject, rows in lacking.items()})


def _nothing(rows: Sequence[Mapping[str, Any]]) -> Link:
    """That the target has no counterpart for a subject, said once or more."""
    authors = sorted({author for row in rows for author in _authors(row)})
    notes = dict.fromkeys(row["comment"] for row in rows if row["comment"])
    return Link(rows[0]["subject_id"], rows[0]["subject_label"], NO_TERM, None, NONE, authors, (_NOTHING, *notes))


def _link(rows: Sequence[Mapping[str, Any]]) -> Link:
    """One pair's acceptances as one link."""
    first = rows[0]
    votes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        kind = _KINDS[row["predicate"]]
        votes[INVERSE[kind] if row["inverse"] else kind] |= {*_authors(row)}
    kind = min(votes, key=lambda each: (-len(votes[each]), list(KINDS).index(each)))
    notes = dict.fromkeys(row["comment"] for row in rows if row["comment"])
    authors = sorted(set().union(*votes.values()))
    ends = first["subject_id"], first["subject_label"], first["object_id"], first["object_label"]
    return Link(*ends, kind, authors, tuple(notes))


def _authors(row: Mapping[str, Any]) -> list[str]:
    return str(row["author_id"]).split("|")


def apply(table: pd.DataFrame, signed: Signed, top: int | None = None) -> pd.DataFrame:
    """A mapping that respects what curators signed.

    An accepted link comes first among its subject's, with its kind, confidence 1, CURATED, its authors and their notes;
    its similarity_score is the computed one, null where the mapping did not have the pair. Rejected pairs are gone, and
    the rest is numbered anew. A subject that the mapping does not have comes last, and one without a counterpart is
    gone (`abstaining` says so).

    Args:
        table: A mapping (`kgbuild.mapping.table`).
        signed: What curators signed between its two scopes.
        top: Links a subject that are kept; all signed ones are, in any case.

    Returns:
        A new table with the same `attrs`.
    """
    rows: dict[str, list[dict[str, Any]]] = {subject: [] for subject in table["subject_id"]}
    computed = {(row["subject_id"], row["object_id"]): row for row in table.to_dict("records")}
    for link in signed.accepted:
        found = computed.pop((link.subject_id, link.object_id), {})
        rows.setdefault(link.subject_id, []).append({**found, **_row(link)})
    for pair, row in computed.items():
        if pair not in signed.rejected and pair[0] not in signed.absent:
            rows[pair[0]].append(row | _dispute(row, signed.disputed.get(pair)))
    kept = []
    for links in rows.values():
        least = sum(row.get("mapping_justification") == CURATED for row in links)
        kept += [row | {"rank": rank} for rank, row in enumerate(links[: None if top is None else max(top, least)], 1)]
    return _like(table, kept)


def abstaining(table: pd.DataFrame, signed: Signed) -> pd.DataFrame:
    """A mapping that says of which subjects curators found no counterpart: a link to NO_TERM each, at the end."""
    if not signed.absent:
        return table
    return _like(table, [*table.to_dict("records"), *({**_row(link), "rank": 1} for link in signed.absent.values())])


def _row(link: Link) -> dict[str, Any]:
    """A signed link as a row of a mapping."""
    return {
        "subject_id": link.subject_id, "subject_label": link.subject_label, "object_id": link.object_id,
        "object_label": link.object_label, "kind": link.kind, "confidence": 1.0, "mapping_justification": CURATED,
        "author_id": "|".join(link.authors), "comment": "; ".join(link.notes) or None,
    }  # fmt: skip


def _like(table: pd.DataFrame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a mapping of the same two vocabularies."""
    present = {*table.columns, *(column for row in rows for column, value in row.items() if not _null(value))}
    order = [*(column for column in COLUMNS if column in present), *(c for c in table.columns if c not in COLUMNS)]
    out = pd.DataFrame(rows, columns=order)
    out.attrs = dict(table.attrs)
    return out


def _dispute(row: Mapping[str, Any], said: str | None) -> dict[str, str]:
    if said is None:
        return {}
    comment = row.get("comment")
    return {"comment": said if _null(comment) else f"{comment}; {said}"}


def _null(value: Any) -> bool:
    return bool(pd.isna(value))
