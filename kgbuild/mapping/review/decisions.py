"""What a curator decided, in an SSSOM file that is whole after each decision and from which a review goes on.

A decision is a row: an accepted link with the predicate of its kind; a rejected pair, `Not` skos:exactMatch: the two
are not the same; or a subject without a counterpart, skos:exactMatch of sssom:NoTermFound. All are
semapv:ManualMappingCuration with author and date; a note is the comment. The subjects that were skipped stand in the
metadata (`other: skipped=…`), so that they come last when the review is opened again.
"""

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import kgbuild
from kgbuild.curie import PREFIXES
from kgbuild.errors import InputError
from kgbuild.mapping.review import sssom
from kgbuild.mapping.review.candidates import Proposal, Subject
from kgbuild.mapping.sssom import NO_TERM, read_table
from kgbuild.mapping.table import CURATED, KINDS, NONE

#: The columns of a reviewed file.
COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
    "mapping_justification", "author_id", "mapping_date", "comment",
)  # fmt: skip

#: What the metadata of a mapping say of its computation, not of the review of it.
_COMPUTED = ("mapping_set_version", "mapping_date", "mapping_tool", "mapping_tool_version", "similarity_measure")

Pair = tuple[str, str]


class Decision(NamedTuple):
    """One verdict on one pair: its kind of match, NONE where it was rejected. CURIEs, texts, an ISO date.

    The object NO_TERM, of kind NONE, says that the target has nothing for the subject.
    """

    subject_id: str
    subject_label: str
    object_id: str
    object_label: str
    kind: str
    author_id: str
    mapping_date: str
    comment: str = ""

    @property
    def pair(self) -> Pair:
        """What it is about."""
        return self.subject_id, self.object_id

    @property
    def told(self) -> str:
        """It in words."""
        if self.object_id == NO_TERM:
            return "no counterpart"
        return f"{self.object_id} {'rejected' if self.kind == NONE else self.kind}"

    def row(self) -> list[str]:
        """Its cells in COLUMNS."""
        predicate = KINDS["exact" if self.kind == NONE else self.kind]
        modifier = "Not" if self.kind == NONE and self.object_id != NO_TERM else ""
        return [
            self.subject_id, self.subject_label, predicate, modifier, self.object_id, self.object_label,
            CURATED, self.author_id, self.mapping_date, " ".join(self.comment.split()),
        ]  # fmt: skip


def today() -> str:
    """The date of a decision."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def beside(path: Path) -> Path:
    """Where the decisions on a mapping go by default: m.sssom.tsv → m.reviewed.sssom.tsv."""
    return path.with_name(re.sub(r"(\.sssom)?\.tsv(\.gz)?$|$", ".reviewed.sssom.tsv", path.name, count=1))


class Decisions:
    """The decisions on a mapping, and the subjects that were skipped.

    Args:
        path: Their file; what it holds is read.
        mapping: What is reviewed.

    Raises:
        InputError: The file holds something else than decisions, which would be lost.
    """

    def __init__(self, path: Path, mapping: Proposal) -> None:
        if path.resolve() == mapping.path.resolve():
            raise InputError(f"{path}: is the mapping itself; give the decisions another file with --out")
        self.path = path
        self.made: dict[Pair, Decision] = {}
        self.skipped: dict[str, None] = {}
        self._own: dict[str, Any] = {}
        if path.exists():
            self._read()
        self._inherited = {key: value for key, value in mapping.metadata.items() if key not in _COMPUTED}
        self._name = mapping.path.name

    def _read(self) -> None:
        table = read_table(self.path)
        if others := [column for column in table.columns if column not in COLUMNS]:
            raise InputError(
                f"{self.path}: its column {others[0]} is of no review and would be lost; give another --out"
            )
        for line, row in table.rows:
            kinds = {KINDS[kind]: kind for kind in KINDS}
            by = row.get("mapping_justification")
            if by != CURATED or row["predicate_id"] not in kinds:
                raise InputError(
                    f"{self.path}, line {line}: {row['predicate_id']} by {by or 'nothing'} is no decision; "
                    f"expected {CURATED}, or give another --out"
                )
            refuted = row.get("predicate_modifier") == "Not" or row["object_id"] == NO_TERM
            cells = {slot: row.get(slot, "") for slot in Decision._fields if slot != "kind"}
            decision = Decision(**cells, kind=NONE if refuted else kinds[row["predicate_id"]])
            self.made[decision.pair] = decision
        self._own = table.metadata
        stated = re.search(r"\bskipped=(\S+)", str(table.metadata.get("other", "")))
        self.skipped = dict.fromkeys(stated[1].split("|") if stated else ())

    def decide(self, *decisions: Decision) -> None:
        """Take decisions down; a later one on a pair replaces an earlier."""
        for each in decisions:
            self.made[each.pair] = each
            self.skipped.pop(each.subject_id, None)
        self.save()

    def skip(self, subject: str) -> None:
        """Leave a subject for later; it goes behind those that were left before."""
        self.skipped.pop(subject, None)
        self.skipped[subject] = None
        self.save()

    def of(self, subject: str) -> list[Decision]:
        """The decisions on a subject."""
        return [each for each in self.made.values() if each.subject_id == subject]

    def done(self, subject: Subject) -> bool:
        """Whether nothing is left to decide: a link is accepted, every candidate rejected, or there is none."""
        made = {each.object_id: each.kind for each in self.of(subject.id)}
        accepted = any(kind != NONE for kind in made.values())
        return accepted or NO_TERM in made or (bool(made) and all(each.id in made for each in subject.candidates))

    def queue(self, subjects: Iterable[Subject]) -> list[Subject]:
        """The subjects that are still open, those that were skipped last."""
        place = {subject: number for number, subject in enumerate(self.skipped, 1)}
        return sorted((each for each in subjects if not self.done(each)), key=lambda each: place.get(each.id, 0))

    def metadata(self) -> dict[str, Any]:
        """The metadata of the file: the mapping's, with what is the review's own; without what was skipped."""
        stem = re.sub(r"(\.sssom)?\.tsv$", "", str(self._inherited.get("mapping_set_id", "")) or _set(self._name))
        stated: dict[str, Any] = {
            **self._inherited,
            "curie_map": self._prefixes(),
            "license": self._inherited.get("license", "https://w3id.org/sssom/license/unspecified"),
            "mapping_set_id": f"{stem}.reviewed.sssom.tsv",
            "mapping_set_title": f"{self._inherited.get('mapping_set_title', self._name)}; reviewed",
            "mapping_tool": "kg review",
            "mapping_tool_version": kgbuild.__version__,
        }
        return stated

    def _prefixes(self) -> dict[str, str]:
        """The mapping's prefixes, and those of what curators added."""
        known = {**_prefixes(self._own), **_prefixes(self._inherited)}
        used = {curie.partition(":")[0] for pair in self.made for curie in pair}
        for prefix in sorted({*used, "orcid", "semapv", "skos"} - known.keys()):
            known[prefix] = PREFIXES[prefix][0] if prefix in PREFIXES else f"https://bioregistry.io/{prefix}:"
        return known

    def save(self) -> None:
        """Write the file, the whole of it or nothing."""
        metadata = self.metadata()
        if self.skipped:
            said = [metadata["other"]] if metadata.get("other") else []
            metadata["other"] = "; ".join([*said, f"skipped={'|'.join(self.skipped)}"])
        sssom.write(self.path, metadata, COLUMNS, [each.row() for each in self.made.values()])


def _set(name: str) -> str:
    return f"https://w3id.org/sssom/mappings/{name}"


def _prefixes(metadata: dict[str, Any]) -> dict[str, str]:
    given = metadata.get("curie_map")
    return dict(given) if isinstance(given, dict) else {}
