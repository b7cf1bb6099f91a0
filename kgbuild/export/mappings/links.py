"""What every format says of a mapping: its links, each with the predicate that it may go out with.

A computed link is never an exact match: where it was found to be `exact` it goes out as skos:closeMatch, and only
what a curator signed (semapv:ManualMappingCuration) as skos:exactMatch. What is computed to have no counterpart is
left out; what a curator refused is a negated link, what a curator found no counterpart for has the object
sssom:NoTermFound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd

from kgbuild.curie import PREFIXES
from kgbuild.errors import InputError
from kgbuild.export.mappings.provenance import REGISTRIES, Provenance
from kgbuild.export.rdf import SAFE
from kgbuild.mapping.table import COLUMNS, COMPUTED, CURATED, KINDS, NONE

REQUIRED = ("subject_id", "object_id", "similarity_score")
NOTHING = "sssom:NoTermFound"
_KNOWN = {prefix: iri for prefix, (iri, _) in PREFIXES.items()} | {"sssom": "https://w3id.org/sssom/"} | REGISTRIES
_KIND = {predicate: kind for kind, predicate in KINDS.items()}
#: Predicates that say the same as those of SKOS, and a link's kind.
_EXACT = (KINDS["exact"], "owl:equivalentClass", "owl:equivalentProperty", "owl:sameAs")
#: Columns that have a field of their own.
_OURS = frozenset({*COLUMNS, "predicate_id", "predicate_modifier"})


class Link(NamedTuple):
    """One link as it goes out; `kind` is what was found, `predicate` what may be said of it."""

    subject: str
    subject_label: str | None
    predicate: str
    negated: bool
    object: str
    object_label: str | None
    kind: str | None
    rank: int | None
    score: float | None
    confidence: float | None
    justification: str
    authors: tuple[str, ...]
    comment: str | None
    slots: dict[str, Any]  # what else SSSOM has a slot for

    @property
    def signed(self) -> bool:
        """Whether a curator says it."""
        return self.justification == CURATED

    @property
    def relation(self) -> str | None:
        """The kind that the predicate states, None where it is none of SKOS's four, negated, or of nothing."""
        return None if self.negated or self.object == NOTHING else _KIND.get(self.predicate)

    @property
    def strength(self) -> float:
        """How sure: the confidence, else what a curator says is 1, else the similarity."""
        for value in (self.confidence, 1.0 if self.signed else None, self.score):
            if value is not None:
                return value
        return 1.0

    @property
    def sentence(self) -> str:
        """Where it comes from, in words, with its comment."""
        found = [self.predicate.partition(":")[2]]
        if self.negated:
            found = [f"not {found[0]}"]
        if self.object == NOTHING:
            found = ["no counterpart"]
        if self.signed:
            found.append("signed by " + (", ".join(self.authors) or "a curator"))
        else:
            found.append("computed" + (" as exact" if self.kind == "exact" else ""))
        if self.confidence is not None:
            found.append(f"confidence {self.confidence:.4g}")
        if self.score is not None:
            found.append(f"similarity {self.score:.4g}")
        return ", ".join(found) + (f"; {self.comment}" if self.comment else "")


@dataclass(frozen=True)
class MappingSet:
    """Links and where they come from.

    Args:
        links: In the table's order.
        about: Where they come from.
        declared: Prefixes that a file of links declared, beside kg's own.
        types: Term → its type in the graph, as far as known.
        file: Name of the file that is written, for those that name themselves.
    """

    links: tuple[Link, ...]
    about: Provenance
    declared: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefix → IRI of all that the links use; the Bioregistry's address where it is not known."""
        used = {
            curie.partition(":")[0]
            for link in self.links
            for curie in (link.subject, link.object, link.predicate, link.justification, *link.authors)
        }
        return {prefix: self._address(prefix) for prefix in sorted(used)}

    def iri(self, curie: str) -> str:
        """The IRI of a CURIE."""
        prefix, _, local = curie.partition(":")
        return self._address(prefix) + quote(local, safe=SAFE)

    def _address(self, prefix: str) -> str:
        return _KNOWN.get(prefix) or self.declared.get(prefix) or f"https://bioregistry.io/{prefix}:"


def mapping_set(frame: pd.DataFrame, about: Provenance, path: Path) -> MappingSet:
    """The links of a mapping's table.

    Raises:
        InputError: A column is missing.
    """
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise InputError(f"{path}: the mapping has no column {missing[0]}; SSSOM needs {', '.join(REQUIRED)}")
    return MappingSet(tuple(_links(frame)), about, frame.attrs.get("prefixes", {}))


def _links(frame: pd.DataFrame) -> Iterator[Link]:
    columns = {name: frame[name].astype(object).where(frame[name].notna(), "").tolist() for name in frame}
    for values in zip(*columns.values(), strict=True):
        row = {name: value for name, value in zip(columns, values, strict=True) if value != ""}
        if row.get("mapping_justification") == CURATED or row.get("kind") != NONE:
            yield _link(row)


def _link(row: dict[str, Any]) -> Link:
    justification = row.get("mapping_justification", COMPUTED)
    kind = row.get("kind") or _KIND.get(row.get("predicate_id", ""))
    object_ = row.get("object_id", NOTHING)
    negated = row.get("predicate_modifier", "").lower() == "not" or (kind == NONE and object_ != NOTHING)
    predicate = row.get("predicate_id") or KINDS.get(kind or "close", KINDS["exact"])
    if justification != CURATED and predicate in _EXACT and not negated:
        kind, predicate = "exact", KINDS["close"]
    authors = tuple(filter(None, str(row.get("author_id", "")).split("|")))
    slots = {slot: value for slot, value in row.items() if slot not in _OURS}
    return Link(
        row["subject_id"], row.get("subject_label"), predicate, negated, object_, row.get("object_label"), kind,
        row.get("rank"), _rounded(row.get("similarity_score")), _rounded(row.get("confidence")), justification,
        authors, row.get("comment"), slots,
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    """Four digits: more would be a model's noise."""
    return None if value is None else round(float(value), 4)
