"""A list of one's own: a vocabulary for `kg harmonize my.csv EFO` that is never loaded into the graph.

A CSV or TSV with a header: label, and where there are code, synonyms, parent and ICD codes; by these names or the
usual ones (`COLUMNS`). UTF-8 with or without byte order mark, plain or .gz, separated by tabs, semicolons or commas,
fields quoted as RFC 4180 says. A code that is a CURIE stays, others get the list's prefix. Every row has one outcome:
a concept, merged with an earlier row of its code, or left out with the reason; the other rows go on.

Source: RFC 4180; what Excel, UK Biobank's codings, FinnGen's and PheWeb's manifests write.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from typing import NamedTuple

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.inputs import lines
from kgbuild.mapping.features import Floats, Vectors
from kgbuild.mapping.labels import read_label
from kgbuild.mapping.subjects import Subjects, read_keys
from kgbuild.mapping.terms import Scope, Terms, read_vectors
from kgbuild.store import Store

#: What is read → the columns that it is read from, in any case; the first name goes before the others.
COLUMNS = {
    "code": "code id identifier curie coding phenocode endpoint trait_id phenotype_id field_id concept_id",
    "label": "label name term phenotype trait description meaning title phenostring disease phenotype_name trait_name",
    "synonyms": "synonyms synonym aliases alias alternative_names alt_label alt_labels",
    "parent": "parent parents parent_id parent_code broader",
    "codes": "codes icd icd_codes icd10 icd_10 icd10_codes icd10_code icd10cm icd9 icd_9 icd9_codes icd9cm",
}
_SEVERAL = ("synonyms", "codes")  # may have more than one column
_NODE = "node_id"  # UK Biobank's codings: what parent_id means, where it is there
_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", ".", "#n/a"})
_CURIE = re.compile(r"[A-Za-z_][\w.-]*:[^\s|/][^\s|]*")
_ICD10 = re.compile(r"[A-Z]\d[0-9AB](\.?[0-9A-Z]{1,4})?")
_ICD9 = re.compile(r"\d{3}(\.\d{1,2})?")
_RANGE = re.compile(r"([A-Z])(\d\d)-\1?(\d\d)")


class Remark(NamedTuple):
    """Something about a row: the line that it begins in, what, and whether the row is left out for it."""

    line: int
    what: str
    left_out: bool


def _nothing_encodes(keys: Sequence[str]) -> Floats:
    raise InputError(f"{keys[0]}: the graph has no vector of this name; give the list an encoder (`kgbuild.harmonize`)")


@dataclass(frozen=True)
class OwnList:
    """What `harmonize` takes in place of a vocabulary's name.

    Args:
        scope: The list's name and prefix.
        terms: Its concepts.
        groups: Concept → the ICD codes that it is said to have, as CURIEs.
        rows: How many were read.
        merged: Rows that repeat another's code and label; their synonyms, parents and codes are added to its.
        remarks: On rows, in the order of lines.
        encode: Unit vectors [K, D] of K name keys, by the model that the graph was enriched with.
    """

    scope: Scope
    terms: Terms
    groups: Mapping[str, Sequence[str]]
    rows: int
    merged: int
    remarks: Sequence[Remark]
    encode: Callable[[Sequence[str]], Floats] = _nothing_encodes

    @property
    def left_out(self) -> int:
        """Rows that could not be used."""
        return sum(remark.left_out for remark in self.remarks)

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows: {len(self.terms.ids):,} concepts, {self.merged:,} merged, {self.left_out:,} left out"
        )

    def subjects(self, store: Store) -> Subjects:
        """The list as what is to be mapped: codes named as in the graph, in either edition of ICD; names encoded."""
        groups = {
            concept: [edition for code in codes for edition in (code, code.replace(":", "cm:", 1))]
            for concept, codes in self.groups.items()
        }
        subjects = Subjects(self.terms, groups, read_keys(store, groups))
        texts = sorted(subjects.texts())
        vectors = read_vectors(store, texts)
        missing = vectors.missing(texts)
        subjects.vectors = vectors + Vectors((missing, self.encode(missing))) if missing else vectors
        return subjects


@dataclass
class _Concept:
    line: int
    label: str
    names: list[str]
    parents: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def is_list(name: str) -> bool:
    """Whether a user means a file: there is one of this name, or it ends as lists do."""
    return Path(name).is_file() or bool(re.search(r"\.(csv|tsv|txt)(\.gz)?$", name, re.IGNORECASE))


def read_list(path: Path, columns: Mapping[str, str] | None = None, prefix: str | None = None) -> OwnList:
    """Read a list of one's own.

    Args:
        path: The file.
        columns: Of COLUMNS, those whose column in the file has another name, or that several columns could be.
        prefix: Of its CURIEs; by default the file's name without endings.

    Raises:
        InputError: No such file, no header, no column that could be the label or several, or no row that can be used.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a CSV or TSV with the columns code and label")
    given = list(lines(path))
    if given and re.match(r"[\udcff\udcfe]{2}", given[0]):
        raise InputError(f"{path}: is UTF-16 (Excel's Unicode text); save it as CSV UTF-8")
    skipped = len(given) - len(list(dropwhile(_before_header, given)))
    if skipped == len(given):
        raise InputError(f"{path}: an empty file; expected a header line with the columns code and label")
    separator = _separator(given[skipped])
    header = next(csv.reader([given[skipped]], delimiter=separator))
    places = _places(path, header, columns or {})
    own = standardize(f"{prefix or _prefix(path)}:").rstrip(":")
    return _Reader(path, own, header, places).read(_records(given, skipped + 1, separator))


def _before_header(line: str) -> bool:
    """Blank lines, and the line in which Excel says what separates fields."""
    return not line.strip(" \t\r\n,;") or line.startswith("sep=")


def _separator(header: str) -> str:
    return "\t" if "\t" in header else ";" if header.count(";") > header.count(",") else ","


def _prefix(path: Path) -> str:
    stem = re.sub(r"(\.(csv|tsv|txt|gz))+$", "", path.name, flags=re.IGNORECASE)
    word = re.sub(r"[^\w-]+", "_", stem).strip("_-")
    return word if re.match(r"[A-Za-z_]", word) else f"list_{word}"


def _plain(column: str) -> str:
    return re.sub(r"\W+", "_", column.strip().lstrip("#").strip().casefold()).strip("_")


def _places(path: Path, header: Sequence[str], named: Mapping[str, str]) -> dict[str, list[int]]:
    """What is read → its columns in the file."""
    there = ", ".join(column.strip() for column in header)
    plain = [_plain(column) for column in header]
    places: dict[str, list[int]] = {}
    for what, column in named.items():
        if what not in COLUMNS:
            raise InputError(f"--column {what}={column}: no such thing to read; one of {', '.join(COLUMNS)}")
        if _plain(column) not in plain:
            raise InputError(f"{path}: no column {column}; there are {there}")
        places[what] = [plain.index(_plain(column))]
    taken = {place for found in places.values() for place in found}
    for what, names in COLUMNS.items():
        first, *others = names.split()
        if what in places:
            continue
        found = [i for i, column in enumerate(plain) if column in (first, *others) and i not in taken]
        if what not in _SEVERAL and len(found) > 1:
            found = [i for i in found if plain[i] == first][:1] or found
        if len(found) > 1 and what not in _SEVERAL:
            could = " and ".join(header[i].strip() for i in found)
            raise InputError(
                f"{path}: {could} could each be the {what} (columns: {there}); "
                f"say which: --column {what}={header[found[0]].strip()}"
            )
        places[what] = found
    places["node"] = [i for i, column in enumerate(plain) if column == _NODE]
    if not places["label"]:
        raise InputError(f"{path}: no column for the label among {there}; name it: --column label=COLUMN")
    return places


def _records(given: Sequence[str], start: int, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """The line that each record begins in, from 1, with its fields or what is wrong; it goes on behind a bad line."""
    while start < len(given):
        reader = csv.reader(given[start:], delimiter=separator, strict=True)
        line = start + 1
        try:
            for fields in reader:
                yield line, fields
                line = start + reader.line_num + 1
            return
        except csv.Error:
            yield line, 'a quote (") that is not closed, or not doubled inside quotes'
            start = line


class _Reader:
    """Rows into concepts, with what there is to say about them."""

    def __init__(self, path: Path, prefix: str, header: Sequence[str], places: Mapping[str, list[int]]) -> None:
        self.path, self.prefix, self.header, self.places = path, prefix, header, places
        self.concepts: dict[str, _Concept] = {}
        self.remarks: list[Remark] = []
        self.nodes: dict[str, str] = {}
        self.rows = self.merged = 0

    def read(self, records: Iterator[tuple[int, list[str] | str]]) -> OwnList:
        for line, fields in records:
            if isinstance(fields, list) and not any(each.strip() for each in fields):
                continue
            self.rows += 1
            wrong = fields if isinstance(fields, str) else self._row(line, fields)
            if wrong:
                self._say(line, wrong, left_out=True)
        if not self.concepts:
            why = f"line {self.remarks[0].line}: {self.remarks[0].what}" if self.remarks else "it has only a header"
            raise InputError(f"{self.path}: no row that can be used ({why}); expected rows with a code and a label")
        return self._list()

    def _say(self, line: int, what: str, left_out: bool = False) -> None:
        self.remarks.append(Remark(line, what, left_out))

    def _row(self, line: int, fields: list[str]) -> str | None:
        """Take one row in; what is wrong, where it cannot be used."""
        if len(fields) > len(self.header) and any(each.strip() for each in fields[len(self.header) :]):
            return f"{len(fields)} fields, the header has {len(self.header)}; quote fields that contain the separator"
        cells = {what: [fields[i].strip() for i in at if i < len(fields)] for what, at in self.places.items()}
        if any("\udc80" <= letter <= "\udcff" for texts in cells.values() for text in texts for letter in text):
            return "is not UTF-8; save the file as CSV UTF-8"
        label = "".join(cells["label"])
        if label.casefold() in _NOTHING:
            return "no label"
        read = read_label(label)
        if not any(letter.isalpha() for letter in read.keys[0]):
            return f"label {label!r} has no letters"
        code = "".join(cells["code"]) if self.places["code"] else re.sub(r"\W+", "_", read.keys[0]).strip("_")
        if code.casefold() in _NOTHING:
            return "no code"
        found = self.concepts.setdefault(self._id(code), _Concept(line, label, []))
        if found.line != line:
            if found.names[0] != read.keys[0]:
                return f"code {code} has another label, {found.label!r}, in line {found.line}"
            self.merged += 1
        synonyms = [each for cell in cells["synonyms"] for each in _split(cell)]
        found.names += [*read.keys, *(key for each in synonyms for key in read_label(each).keys)]
        found.parents += [parent for cell in cells["parent"] for parent in _split(cell)]
        self.nodes |= dict.fromkeys(cells["node"], self._id(code))
        found.codes += self._icd(line, cells["codes"], read.codes)
        return None

    def _id(self, code: str) -> str:
        if _CURIE.fullmatch(code):
            return standardize(code)
        return standardize(f"{self.prefix}:" + re.sub(r"[\s|]+", "_", code))

    def _icd(self, line: int, cells: Sequence[str], in_label: Sequence[str]) -> list[str]:
        """The row's ICD codes as CURIEs, a range of categories as its categories."""
        codes: list[str] = []
        for written in (*(each for cell in cells for each in re.split(r"[|,;\s]+", cell)), *in_label):
            if written.casefold() in _NOTHING:
                continue
            if found := icd_codes(written):
                codes += found
            else:
                self._say(line, f"{written!r} is no ICD code; the row goes without it")
        return codes

    def _list(self) -> OwnList:
        ids = sorted(self.concepts)
        keys = {each: list(dict.fromkeys(self.concepts[each].names)) for each in ids}
        labels = [self.concepts[each].label for each in ids]
        none: list[list[str]] = [[] for _ in ids]
        terms = Terms(ids, labels, [keys[each] for each in ids], [self._above(each) for each in ids], none)
        groups = {each: list(dict.fromkeys(codes)) for each in ids if (codes := self.concepts[each].codes)}
        scope = Scope(self.prefix, "vocabulary", self.prefix)
        return OwnList(scope, terms, groups, self.rows, self.merged, sorted(self.remarks))

    def _above(self, concept: str) -> list[str]:
        """The concepts right above one."""
        above = []
        for parent in dict.fromkeys(self.concepts[concept].parents):
            found = self.nodes.get(parent) if self.nodes else self._id(parent)
            if found in self.concepts and found != concept:
                above.append(found)
            elif not self.nodes:  # the root and headings of UK Biobank's codings are no concepts
                self._say(self.concepts[concept].line, f"its parent {parent} is no other code of the list")
        return above


def _split(cell: str) -> list[str]:
    return [text for part in cell.split("|") if (text := part.strip()).casefold() not in _NOTHING]


def icd_codes(written: str) -> list[str]:
    """ICD codes as CURIEs: `E119` → icd10:E11.9, `I20-I25` → its six categories; none where it is no code.

    A trailing `*`, `x` or `.` of a wildcard is passed over; a code of digits alone is ICD-9's.
    """
    if ":" in written:
        curie = standardize(written)
        return [re.sub("cm:", ":", curie, count=1)] if curie.startswith("icd") else []
    code = re.sub(r"[.\-]?[*xX%-]?$", "", written.upper())
    if found := _RANGE.fullmatch(code):
        first, last = int(found[2]), int(found[3])
        return [f"icd10:{found[1]}{number:02}" for number in range(first, last + 1)]
    if _ICD10.fullmatch(code):
        plain = code.replace(".", "")
        return [f"icd10:{plain[:3]}" + (f".{plain[3:]}" if plain[3:] else "")]
    return [f"icd9:{code}"] if _ICD9.fullmatch(code) else []
