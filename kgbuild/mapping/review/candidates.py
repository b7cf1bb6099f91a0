"""What is to be reviewed: the candidates of each subject of a mapping, and which subjects come first.

A verdict is worth most where the mapping does not know (the entropy of which candidate is right, or none) and where
much hangs on it (the codes that a concept groups and its associations, where the graph knows them).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgbuild.errors import InputError
from kgbuild.mapping.sssom import NO_TERM, read_table
from kgbuild.mapping.table import CURATED, KINDS, NONE

_PREDICATES = {predicate: kind for kind, predicate in KINDS.items()}
_SHARPNESS = 10  # a candidate with 0.9 of the best score is a third as likely
_CURIE = re.compile(r"[A-Za-z_][\w.-]*:\S+")


@dataclass(frozen=True)
class Candidate:
    """A term that a subject may be mapped onto.

    Args:
        id: CURIE.
        label: Its name, '' where the mapping does not have it.
        kind: Of KINDS, or NONE: what the mapping takes it for; `exact` where it does not say.
        score, confidence: In [0, 1], None where not given.
        author: Who has signed it already, '' where nobody has.
    """

    id: str
    label: str
    kind: str
    score: float | None
    confidence: float | None
    author: str


@dataclass(frozen=True)
class Subject:
    """A concept that is mapped, with its candidates in the order of the mapping; none where it abstained."""

    id: str
    label: str
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class Proposal:
    """A mapping that is to be reviewed."""

    path: Path
    metadata: Mapping[str, Any]
    subjects: Sequence[Subject]

    @property
    def vocabularies(self) -> list[str]:
        """The prefixes of the candidates' ids."""
        return sorted({each.id.partition(":")[0] for subject in self.subjects for each in subject.candidates})


def read(path: Path) -> Proposal:
    """Read the candidates of an SSSOM TSV; refuted mappings are none.

    Raises:
        InputError: It is no SSSOM, or a row of it is wrong: with its line.
    """
    table = read_table(path)
    labels: dict[str, str] = {}
    found: dict[str, dict[str, Candidate]] = {}
    for line, row in table.rows:
        where = f"{path}, line {line}"
        for column in ("subject_id", "object_id"):
            if not _CURIE.fullmatch(row[column]):
                raise InputError(f"{where}: {column} {row[column]!r}; expected a CURIE, such as EFO:0000270")
        subject = row["subject_id"]
        labels[subject] = labels.get(subject) or row.get("subject_label", "")
        candidates = found.setdefault(subject, {})
        if row["object_id"] != NO_TERM and row.get("predicate_modifier", "").lower() != "not":
            candidates.setdefault(row["object_id"], _candidate(row, where))
    if not found:
        raise InputError(f"{path}: no mappings in it; there is nothing to review")
    subjects = [Subject(each, labels[each], tuple(found[each].values())) for each in found]
    return Proposal(path, table.metadata, subjects)


def _candidate(row: Mapping[str, str], where: str) -> Candidate:
    signed = row.get("mapping_justification") == CURATED
    return Candidate(
        row["object_id"], row.get("object_label", ""), _kind(row, signed),
        _share(row, "similarity_score", where), _share(row, "confidence", where),
        row.get("author_id", "") if signed else "",
    )  # fmt: skip


def _kind(row: Mapping[str, str], signed: bool) -> str:
    """What a row takes a pair for. Others' closeMatch may mean any closeness; kg says in `other` what is exact."""
    stated = row.get("kind") or "".join(re.findall(r"\bkind=(\w+)", row.get("other", ""))[:1])
    if stated in (*KINDS, NONE):
        return stated
    kind = _PREDICATES.get(row["predicate_id"], "exact")
    return "exact" if kind == "close" and not signed and row.get("mapping_tool") != "kg" else kind


def _share(row: Mapping[str, str], column: str, where: str) -> float | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"{where}: {column} {text!r}; expected a number in [0, 1]")
    return value


def uncertainty(candidates: Sequence[Candidate]) -> float:
    """How little a mapping knows of a subject: the entropy, in bits, of which candidate is right, or none.

    By the confidences; those that sum to more than 1 leave nothing for none. Scores only rank, so without confidences
    the best one's score is shared out, by how near the others come to it. 0 where there are neither.
    """
    shares = [each.confidence for each in candidates if each.confidence]
    if not shares:
        scores = [each.score for each in candidates if each.score]
        near = [(score / max(scores)) ** _SHARPNESS for score in scores]
        shares = [max(scores) * each / sum(near) for each in near]
    shares.append(max(0.0, 1 - sum(shares)))
    total = sum(shares)
    return -sum(share * math.log2(share) for each in shares if (share := each / total) > 0)


def ordered(subjects: Sequence[Subject], frequency: Mapping[str, int]) -> list[Subject]:
    """The subjects, the most useful first: uncertainty × log₂(2 + frequency); of equal ones the mapping's first.

    Args:
        subjects: Of a mapping.
        frequency: Id → the codes that it groups and its associations; what is not there counts as 0.
    """
    return sorted(subjects, key=lambda each: -uncertainty(each.candidates) * math.log2(2 + frequency.get(each.id, 0)))
