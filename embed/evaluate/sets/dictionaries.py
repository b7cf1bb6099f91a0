"""Dictionaries that mentions are linked to: the names of concepts, from the files that publish them or from the graph.

medic           the 2012 table (`ids`, `name`) or CTD_diseases, with OMIM's and MeSH's alternative ids
ctd_chemicals   CTD_chemicals
hp              hp.obo
umls, snomed    MRCONSO.RRF; snomed also sct2_Description of a release
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from embed.evaluate.sets.mentions import curies, rows
from embed.pairs.cache import PairCache
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.inputs import lines

#: A concept's ids and one of its names.
Entry = tuple[frozenset[str], str]


class _Tabs(csv.excel_tab):
    """Quotation marks are text."""

    quoting = csv.QUOTE_NONE


@dataclass(frozen=True)
class Dictionary:
    """Names of concepts.

    Args:
        concepts: Their ids, each with its alternative ones.
        names: K distinct names.
        name_N, concept_N: Entries: which concept has which name, ordered by name.
        source: What it was read from, as a note says it.
    """

    concepts: tuple[frozenset[str], ...]
    names: tuple[str, ...]
    name_N: NDArray[np.int64]
    concept_N: NDArray[np.int64]
    source: str = ""

    @classmethod
    def of(cls, entries: Iterable[Entry], source: str = "") -> "Dictionary":
        """From entries; concepts are equal whose ids are."""
        concept: dict[frozenset[str], int] = {}
        name: dict[str, int] = {}
        pairs = {
            (name.setdefault(text, len(name)), concept.setdefault(ids, len(concept)))
            for ids, given in entries
            if (text := " ".join(given.split()))
        }
        array = np.array(sorted(pairs), np.int64).reshape(-1, 2)
        return cls(tuple(concept), tuple(name), array[:, 0], array[:, 1], source)

    def mapped(self, change: Callable[[str], str]) -> "Dictionary":
        """With every name changed; one that becomes empty keeps its old form."""
        entries = (
            (self.concepts[concept], change(self.names[name]) or self.names[name])
            for name, concept in zip(self.name_N.tolist(), self.concept_N.tolist(), strict=True)
        )
        return Dictionary.of(entries, self.source)

    @cached_property
    def place(self) -> dict[str, list[int]]:
        """Id → concepts that have it."""
        place: dict[str, list[int]] = {}
        for number, ids in enumerate(self.concepts):
            for curie in ids:
                place.setdefault(curie, []).append(number)
        return place

    def names_of(self, curie: str) -> tuple[str, ...]:
        """The names of an id's concepts; none where it is not in the dictionary."""
        at = np.isin(self._by_concept[0], self.place.get(curie, []))
        return tuple(self.names[i] for i in self._by_concept[1][at])

    @cached_property
    def _by_concept(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.concept_N, kind="stable")
        return self.concept_N[order], self.name_N[order]


def medic(path: Path) -> Iterator[Entry]:
    """The 2012 table's ids and names, or CTD's vocabulary of diseases."""
    header = next(lines(path), "")
    if header.rstrip().split("\t") == ["ids", "name"]:
        yield from ((curies(row["ids"], "mesh"), row["name"]) for row in rows(path, ("ids", "name")))
        return
    yield from ctd(path, "Disease")


def ctd(path: Path, kind: str) -> Iterator[Entry]:
    """CTD's vocabulary of diseases or chemicals: names and synonyms, with alternative ids.

    Raises:
        InputError: No header among its comments, or a row is short.
    """
    dialect: type[csv.Dialect] = csv.excel if ".csv" in path.name.lower() else _Tabs
    header: list[str] = []
    for number, fields in enumerate(csv.reader(lines(path), dialect), 1):
        if fields and fields[0].lstrip("# ") == f"{kind}Name":
            header = [fields[0].lstrip("# "), *fields[1:]]
        elif fields and not fields[0].startswith("#"):
            if not header:
                raise InputError(f"{path}, line {number}: no header before it; expected a line # {kind}Name …")
            if len(fields) < len(header):
                raise InputError(f"{path}, line {number}: {len(fields)} columns; expected {len(header)}")
            row = dict(zip(header, fields, strict=False))
            ids = frozenset(
                map(standardize, filter(None, [row[f"{kind}ID"], *row.get("AltDiseaseIDs", "").split("|")]))
            )
            synonyms = (row[column].split("|") for column in header if column.endswith("Synonyms"))
            yield from ((ids, name) for name in [row[f"{kind}Name"], *(each for part in synonyms for each in part)])


def obo(path: Path) -> Iterator[Entry]:
    """Names and exact synonyms of terms that are not obsolete."""
    term: dict[str, list[str]] = {}
    for line in (*lines(path), "[end]"):
        if line.startswith("["):
            if term.get("is") == ["[Term]"] and "id" in term and term.get("is_obsolete") != ["true"]:
                ids = frozenset(map(standardize, [*term["id"], *term.get("alt_id", [])]))
                yield from ((ids, name) for name in [*term.get("name", []), *term.get("synonym", [])])
            term = {"is": [line.strip()]}
            continue
        key, colon, value = line.strip().partition(": ")
        if key == "synonym":
            found = re.match(r'"((?:[^"\\]|\\.)*)" EXACT', value)
            value = re.sub(r"\\(.)", r"\1", found[1]) if found else ""
        if colon and value:
            term.setdefault(key, []).append(value)


def mrconso(path: Path, vocabulary: str = "") -> Iterator[Entry]:
    """Names of UMLS concepts in any language, or of one vocabulary's codes; suppressed ones are left out.

    Raises:
        InputError: A row without MRCONSO's 18 columns.
    """
    for number, line in enumerate(lines(path), 1):
        fields = line.rstrip("\r\n").split("|")
        if len(fields) < 18:
            raise InputError(f"{path}, line {number}: {len(fields)} columns; MRCONSO.RRF has 18")
        if fields[16] == "N" and vocabulary in ("", fields[11]):
            curie = standardize(f"{vocabulary}:{fields[13]}") if vocabulary else f"umls:{fields[0]}"
            yield frozenset({curie}), fields[14]


def snomed(path: Path) -> Iterator[Entry]:
    """Active terms of a release's descriptions (RF2), or of UMLS' SNOMED CT."""
    if "mrconso" in path.name.lower():
        yield from mrconso(path, "SNOMEDCT_US")
        return
    for row in rows(path, ("active", "conceptId", "term"), quoted=False):
        if row["active"] == "1":
            yield frozenset({f"snomedct:{row['conceptId']}"}), row["term"]


class Kind(NamedTuple):
    """A dictionary as its publisher distributes it.

    Args:
        files: The names of its files, for a person.
        pattern: Of a file's name in lower case.
        read: Its reader.
        prefix: Of the concepts that stand for it in a graph.
    """

    files: str
    pattern: str
    read: Callable[[Path], Iterator[Entry]]
    prefix: str


_MRCONSO = r"mrconso\.rrf(\.gz)?"
KINDS = {
    "medic": Kind("CTD_diseases.tsv", r"(medic[^/]*|ctd_diseases)\.(tsv|csv|txt)(\.gz)?", medic, "mesh"),
    "ctd_chemicals": Kind(
        "CTD_chemicals.tsv", r"ctd_chemicals\.(tsv|csv)(\.gz)?", partial(ctd, kind="Chemical"), "mesh"
    ),
    "hp": Kind("hp.obo", r"hp\.obo(\.gz)?", obo, "HP"),
    "umls": Kind("MRCONSO.RRF", _MRCONSO, mrconso, "umls"),
    "snomed": Kind(
        "sct2_Description_Snapshot… or MRCONSO.RRF",
        rf"sct2_description_snapshot[^/]*\.txt|{_MRCONSO}", snomed, "snomedct",
    ),
}  # fmt: skip


def from_graph(cache: PairCache, prefix: str) -> Dictionary:
    """The names of a vocabulary's concepts in a graph; an id that is mapped onto another concept is not among them."""
    own = pc.starts_with(cache.concepts["id"], f"{prefix}:").to_numpy(zero_copy_only=False)
    ids = cache.concepts["id"].to_pylist()
    concept, text = (cache.names[column].to_numpy() for column in ("concept", "text"))
    at = own[concept]
    texts = cache.strings.take(text[at]).to_pylist()
    entries = ((frozenset({ids[i]}), name) for i, name in zip(concept[at].tolist(), texts, strict=True))
    return Dictionary.of(entries, f"{prefix} in the graph")
