"""A mapping after a new release of a vocabulary: what curators signed is kept, the rest computed anew, changes listed.

    OLD.sssom.tsv ──> follow replaced terms ──> signed links ──────────────┐
                      on both sides                                        ├──> NEW.sssom.tsv, changes
    the graph as it is now ──> harmonize ──> links of the other subjects ──┘

A signed link keeps its kind, author and justification. Where one of its terms is replaced, it follows; where one is
gone (obsolete without a replacement, or with several, or absent), it stays as it was with a comment that begins with
`needs review`, and its subject gets candidates again. A pair that a curator refused is not proposed again. Of computed
links, changes are told for the best of each subject.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from kgbuild.errors import InputError
from kgbuild.files import open_text, replacing
from kgbuild.mapping.fates import Fate, fates, fates_in
from kgbuild.mapping.harmonization import harmonize
from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.sssom import NO_TERM
from kgbuild.mapping.table import CURATED, KINDS, NONE
from kgbuild.mapping.terms import scope
from kgbuild.store import Store

#: What a change is, the most pressing first.
REVIEW = "needs review"  # a signed link whose term is gone, or that another contradicts
GONE = "gone"  # a computed link whose term is gone, without another candidate too
MERGED = "merged"  # a replaced term led to where another link is
MOVED = "moved"  # a replaced term was followed
BETTER = "new candidate"  # the best is another one now
SETTLED = "settled"  # a curator's link has taken the place of a computed one
NEW = "new subject"
LABEL = "label changed"
KEPT = "kept"
ORDER = (REVIEW, GONE, MERGED, MOVED, BETTER, SETTLED, NEW, LABEL, KEPT)

#: Columns of the changes. The old ids are as OLD has them, the new ones and the labels as the new mapping has them.
CHANGES = (
    "change", "subject_id", "subject_label", "object_id", "object_label", "old_subject_id", "old_object_id",
    "old_confidence", "confidence", "author_id", "why",
)  # fmt: skip

_NAMED = 3  # links that meet another

Row = dict[str, Any]


class Updated(NamedTuple):
    """The mapping as it is now, and a row a change (columns CHANGES), the most pressing first."""

    table: pd.DataFrame
    changes: pd.DataFrame

    @property
    def news(self) -> pd.DataFrame:
        """The changes that a person reads: not what is kept, and no empty columns."""
        shown = self.changes[self.changes["change"] != KEPT].drop(columns=["old_subject_id", "author_id"])
        return shown.dropna(axis="columns", how="all").reset_index(drop=True)

    def save(self, path: Path) -> None:
        """Write all changes as TSV, the whole file or nothing.

        Raises:
            InputError: The file cannot be written.
        """
        with replacing(path) as (temporary,), open_text(temporary) as file:
            self.changes.to_csv(file, sep="\t", index=False, lineterminator="\n", float_format="%.4f")

    def __str__(self) -> str:
        counts = Counter(self.changes["change"])
        return ", ".join(f"{counts[change]:,} {change}" for change in reversed(ORDER) if counts[change])


def update_from(store: Store, old: pd.DataFrame, source: str | OwnList, target: str, top: int = 1) -> Updated:
    """Map a vocabulary anew, keeping of an earlier mapping what curators signed.

    Args:
        store: The graph, enriched.
        old: The earlier mapping, such as `kgbuild.mapping.read_sssom` gives.
        source, target: As for `harmonize`.
        top: Candidates a concept.

    Raises:
        InputError: No subject of the earlier mapping is known here, or what `harmonize` raises.
    """
    from_, to = source.scope if isinstance(source, OwnList) else scope(store, source), scope(store, target)
    ids = old["subject_id"]
    subjects = fates_in(source, ids) if isinstance(source, OwnList) else fates(store, ids, from_)
    if len(ids) and not any(subjects[each].id and subjects[each].member for each in ids):
        prefix = f", or their prefix with --prefix {ids[0].partition(':')[0]}" if isinstance(source, OwnList) else ""
        raise InputError(
            f"--update: none of its subjects ({ids[0]}, …) is in {from_.name}; give a mapping of {from_.name}{prefix}"
        )
    refused = Counter(row["subject_id"] for row in _rows(old) if _is_signed(row) and row["kind"] == NONE)
    new = harmonize(store, source, target, top=top + max(refused.values(), default=0))
    return update(old, new, subjects, fates(store, old["object_id"].dropna(), to), top)


def update(
    old: pd.DataFrame, new: pd.DataFrame, subjects: Mapping[str, Fate], objects: Mapping[str, Fate], top: int = 1
) -> Updated:
    """An earlier mapping and a new one put together.

    Args:
        old, new: Tables as `kgbuild.mapping.table` describes; other columns of the old one stay with its signed links.
        subjects, objects: Of all ids of the old mapping, what has become of them.
        top: Candidates of a subject that no curator has settled.
    """
    links = [_Old.follow(row, subjects, objects) for row in _rows(old)]
    signed = [link for link in links if _is_signed(link.row)]
    best = _best([link for link in links if not _is_signed(link.row)])
    met = _Met([*signed, *best])
    kept, changes = _keep(signed, met)
    pairs = {(row["subject_id"], row["object_id"]) for row in kept}
    settled = {link.now[0] for link in signed if link.settles}
    candidates: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(new):
        rows = candidates[row["subject_id"]]
        wanted = _is_signed(row) or (row["subject_id"] not in settled and len(rows) < top)
        if wanted and (row["subject_id"], row["object_id"]) not in pairs:
            rows.append(row | {"rank": len(rows) + 1})
    changes += [_compared(link, candidates.get(link.asks, []), settled, pairs, met) for link in best]
    known = {link.asks for link in links}
    firsts = {subject: next(filter(_proposes, rows), None) for subject, rows in candidates.items()}
    changes += [_change(NEW, {}, row) for subject, row in firsts.items() if row and subject not in known]
    table = pd.DataFrame([*kept, *(row for rows in candidates.values() for row in rows)], columns=_columns(old, new))
    table = table.sort_values(["subject_id", "rank"], kind="stable", ignore_index=True)
    table = table.drop(columns=[each for each in table if each != "similarity_score" and table[each].isna().all()])
    table.attrs |= {"prefixes": old.attrs.get("prefixes", {})} | new.attrs
    told = pd.DataFrame(changes, columns=list(CHANGES))
    order = told["change"].map(ORDER.index).argsort(kind="stable")
    return Updated(table, told.iloc[order].reset_index(drop=True))


class _Old(NamedTuple):
    """A link of the earlier mapping and where it leads now."""

    row: Row
    subject: Fate
    object: Fate

    @classmethod
    def follow(cls, row: Row, subjects: Mapping[str, Fate], objects: Mapping[str, Fate]) -> "_Old":
        term = row["object_id"] or NO_TERM
        fate = Fate(NO_TERM) if term == NO_TERM else objects[term]
        return cls(row | {"object_id": term}, subjects[row["subject_id"]], fate)

    @property
    def asks(self) -> str:
        """Its subject now."""
        return self.subject.id or str(self.row["subject_id"])

    @property
    def lives(self) -> bool:
        return self.subject.id is not None and self.object.id is not None

    @property
    def now(self) -> tuple[str, str]:
        """Its ids now; as they were, where one of its terms is gone."""
        return (self.subject.id, self.object.id) if self.subject.id and self.object.id else self.was

    @property
    def was(self) -> tuple[str, str]:
        return self.row["subject_id"], self.row["object_id"]

    @property
    def moved(self) -> bool:
        return self.lives and self.now != self.was

    @property
    def settles(self) -> bool:
        """Whether its subject needs no candidates, once signed."""
        return self.lives and (self.row["kind"] in KINDS or self.now[1] == NO_TERM)

    def why(self) -> str:
        """What became of its terms."""
        fates = zip(self.was, (self.subject, self.object), strict=True)
        return "; ".join(f"{was} {fate.why}" for was, fate in fates if fate.why)

    def relabelled(self) -> str:
        """Which labels are others now, of terms that are the same."""
        told = [
            f"{self.row[f'{side}_label']!r} → {fate.label!r}"
            for side, fate in (("subject", self.subject), ("object", self.object))
            if fate.label and fate.id == self.row[f"{side}_id"] and self.row[f"{side}_label"] not in (None, fate.label)
        ]
        return "; ".join(told)

    def today(self) -> Row:
        """The link with the ids and labels of today; one whose term is gone as it was."""
        if not self.lives:
            return dict(self.row)
        labels = {
            f"{side}_label": fate.label or self.row[f"{side}_label"]
            for side, fate in (("subject", self.subject), ("object", self.object))
        }
        return self.row | labels | {"subject_id": self.now[0], "object_id": self.now[1]}


class _Met:
    """Which links lead to a term from different terms of old."""

    def __init__(self, links: Iterable[_Old]) -> None:
        self.links: dict[tuple[int, str], list[_Old]] = defaultdict(list)
        for link in links:
            if link.lives and link.row["kind"] in KINDS:
                for side, term in enumerate(link.now):
                    self.links[side, term].append(link)

    def by(self, link: _Old) -> list[str]:
        """The links, as they were, that are where a link has moved to, and were not where it was."""
        return sorted(
            {
                " → ".join(other.was)
                for side in (0, 1)
                if link.now[side] != link.was[side]
                for other in self.links[side, link.now[side]]
                if other.was[side] != link.was[side]
            }
        )


def _keep(signed: Iterable[_Old], met: _Met) -> tuple[list[Row], list[Row]]:
    """The signed links as they are now, and what there is to say of each."""
    kept: dict[tuple[str, str], list[Row]] = defaultdict(list)
    changes = []
    for link in sorted(signed, key=lambda link: link.moved):  # what stays goes before what comes to it
        row, (change, why), there = link.today(), _told(link, met), kept[link.now]
        remark = f"{REVIEW}: {why}" if change == REVIEW else link.why() if link.moved else None
        same = next((one for one in there if one["kind"] == row["kind"]), None)
        if same is not None:
            change, why = MERGED, _joined(why, "the same link is signed already", by="; ")
            same["author_id"] = _joined(same["author_id"], row["author_id"], by="|") or None
            row = same
        else:
            there.append(row)
        row["comment"] = _joined(remark, row["comment"]) or None
        if len(there) > 1:
            verdicts = f"signed as {' and as '.join(sorted(str(one['kind']) for one in there))}"
            change, why = REVIEW, _joined(why, verdicts, by="; ")
            for one in there:
                one["comment"] = _joined(f"{REVIEW}: {verdicts}", one["comment"])
        changes.append(_change(change, link.row, row, why))
    return [row for there in kept.values() for row in there], changes


def _told(link: _Old, met: _Met) -> tuple[str, str]:
    """The change of a link that is computed as it was or signed, and why."""
    if not link.lives:
        return REVIEW, link.why()
    if link.moved:
        others = met.by(link)
        also = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if len(others) > _NAMED else "")
        return (MERGED, f"{link.why()}; there is {also} too") if others else (MOVED, link.why())
    relabelled = link.relabelled()
    return (LABEL, relabelled) if relabelled else (KEPT, link.why())


def _joined(*texts: str | None, by: str = " | ") -> str:
    """Texts in a row, without those that another has."""
    told: list[str] = []
    for text in filter(None, texts):
        if not any(text in other for other in told):
            told = [*(other for other in told if other not in text), text]
    return by.join(told)


def _best(computed: Iterable[_Old]) -> list[_Old]:
    """The computed link of each subject of the earlier mapping that ranked first."""
    best: dict[str, _Old] = {}
    for link in sorted(computed, key=lambda link: link.row["rank"] or 0):
        if _proposes(link.row):
            best.setdefault(link.row["subject_id"], link)
    return list(best.values())


def _proposes(row: Row) -> bool:
    """Whether it says that the subject has this counterpart."""
    return row["kind"] != NONE and row["object_id"] not in (None, NO_TERM)


def _compared(link: _Old, candidates: Sequence[Row], settled: set[str], pairs: set[tuple[str, str]], met: _Met) -> Row:
    """What has become of a subject's best computed link."""
    first = next(filter(_proposes, candidates), {})
    if link.subject.id is None:
        return _change(GONE, link.row, {}, link.why())
    if link.asks in settled:
        which = "it" if link.now in pairs else "another link of the subject"
        return _change(SETTLED, link.row, {}, f"a curator signed {which}")
    if link.object.id is None or not link.object.member:
        return _change(GONE, link.row, first, link.why())
    if not first:
        return _change(GONE, link.row, first, "a curator refused it" if link.now in pairs else "no candidate any more")
    if link.now[1] != first["object_id"]:
        return _change(BETTER, link.row, first, _joined(link.why(), _stronger(link.row, first)))
    change, why = _told(link, met)
    return _change(change, link.row, first, why)


def _stronger(old: Row, new: Row) -> str:
    if old.get("confidence") is None or new.get("confidence") is None:
        return f"ranks before {old['object_label'] or old['object_id']} now"
    return f"confidence {old['confidence']:.2f} → {new['confidence']:.2f}"


def _change(change: str, old: Row, now: Row, why: str | None = "") -> Row:
    """A row of the changes; of a subject without a candidate its old label."""
    stays = {column: old.get(column) for column in ("subject_id", "subject_label")}
    return {
        "change": change,
        **{column: (now or stays).get(column) for column in CHANGES[1:5]},
        "old_subject_id": old.get("subject_id"),
        "old_object_id": old.get("object_id"),
        "old_confidence": old.get("confidence"),
        "confidence": now.get("confidence"),
        "author_id": old.get("author_id"),
        "why": why,
    }


def _is_signed(row: Row) -> bool:
    return row.get("mapping_justification") == CURATED or row.get("author_id") is not None


def _rows(frame: pd.DataFrame) -> list[Row]:
    """The rows, None where nothing is stated."""
    columns = ["kind", "rank", "confidence", "author_id", "comment", "subject_label", "object_label"]
    full = frame.reindex(columns=[*frame.columns, *(column for column in columns if column not in frame)])
    return [
        {column: None if pd.isna(value) else value for column, value in row.items()} for row in full.to_dict("records")
    ]


def _columns(*frames: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(column for frame in frames for column in [*frame.columns, "comment", "author_id"]))
