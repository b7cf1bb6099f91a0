"""Mentions of concepts in texts, read from the formats in which corpora distribute them.

PubTator    `pmid|t|title`, `pmid|a|abstract`, then pmid, start, end, mention, type, ids and, for BC5CDR's composite
            mentions, the single ones: NCBI-Disease, BC5CDR, MedMentions
table       tabs under a header: the columns `mention` and one of ids, and Term and a SNOMED id in COMETA
brat        `T1<tab>Type 3 9<tab>mention` and `N1<tab>Reference T1 UMLS:C0004096<tab>name`, or the id in a note or as
            the type: TwiMed, MANTRA
XML         `<e cui="C0004096">mention</e>` in MANTRA, BioC's annotations in HPO-PhenotypeCR
others      GSC+'s `[27::42]<tab>HP_0000110 | mention`, AskAPatient's id, concept, mention; PsyTAR's workbook;
            XL-BEL's `CUI|CUI||mention`

A mention to which the annotators gave no id is left out.
"""

import ast
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from kgbuild.curie import from_iri, standardize
from kgbuild.errors import InputError
from kgbuild.inputs import lines

#: A file → its mentions.
Reader = Callable[[Path], Iterator["Mention"]]

_CUI = re.compile(r"C\d{7}\b")
#: What bare numbers are of, where other ids are of a vocabulary whose ids are no numbers.
_NUMBERS = {"mesh": "omim", "umls": "PUBCHEM.COMPOUND"}
_NONE = frozenset({"", "-1", "-", "none", "cui-less", "nan", "no_mapping", "null"})


@dataclass(frozen=True)
class Mention:
    """A piece of text that names a concept.

    Args:
        text: As it stands there.
        right: CURIEs of what it names; any of them is right.
        parts: The single mentions of a composite one, where the corpus writes them out.
        document: Which document it stands in.
        context: The document's text; empty where the corpus comes without.
        names: Names of what it names, where the corpus gives them: CURIE → name.
    """

    text: str
    right: frozenset[str]
    parts: tuple[str, ...] = ()
    document: str = ""
    context: str = ""
    names: tuple[tuple[str, str], ...] = ()


def curies(text: str, prefix: str) -> frozenset[str]:
    """CURIEs of ids as corpora join them: `D003110|D001943`, `OMIM:1+OMIM:2`, an IRI.

    >>> sorted(curies("D003110|OMIM:114500", "mesh"))
    ['mesh:D003110', 'omim:114500']
    """
    if text.startswith(("http://", "https://")):
        return frozenset(filter(None, [from_iri(text)]))
    parts = [part.strip() for part in re.split(r"[|+,;]", text)]
    return frozenset(_curie(part, prefix) for part in parts if part.lower() not in _NONE)


def _curie(text: str, prefix: str) -> str:
    if ":" in text:
        return standardize(text)
    if text.isdecimal() and prefix in _NUMBERS:
        prefix = _NUMBERS[prefix]
    return standardize(f"{prefix}:{text}")


def pubtator(path: Path, prefix: str, kind: str = "") -> Iterator[Mention]:
    """Mentions of PubTator's format, of one type where `kind` is given.

    Raises:
        InputError: A line that is neither text, nor a mention, nor a relation.
    """
    text: dict[str, str] = {}
    for number, line in enumerate(lines(path), 1):
        line = line.rstrip("\r\n")
        if found := re.match(r"(\w+)\|[ta]\|(.*)", line):
            text = {found[1]: f"{text.get(found[1], '')} {found[2]}".strip()}
            continue
        fields = line.split("\t")
        if len(fields) < 6:
            if line.strip() and len(fields) != 4:  # pmid, relation and two ids: BC5CDR's relations
                raise InputError(
                    f"{path}, line {number}: {line[:60]!r}; PubTator has pmid|t|text, pmid|a|text, or pmid, start, "
                    "end, mention, type and id behind tabs"
                )
            continue
        if kind and fields[4] != kind:
            continue
        if right := curies(fields[5], prefix):
            parts = tuple(fields[6].split("|")) if len(fields) > 6 and fields[6] else ()
            yield Mention(fields[3], right, parts, fields[0], text.get(fields[0], ""))


def table(
    path: Path, mention: str, id: str, prefix: str, name: str = "", single: str = "", keep: tuple[str, str] = ("", "")
) -> Iterator[Mention]:
    """Mentions of a table of tabs.

    Args:
        path: The file.
        mention, id: Their columns.
        prefix: Of bare ids.
        name: The column of the concept's name, if there is one.
        single: That of the single mentions of a composite one.
        keep: A column, and what it starts with in the rows that are read.

    Raises:
        InputError: A column is missing, or a row is short.
    """
    for row in rows(path, (mention, id)):
        if not row.get(keep[0], "").startswith(keep[1]):
            continue
        if right := curies(row[id], prefix):
            parts = tuple(filter(None, row.get(single, "").split("|")))
            names = tuple((each, row[name]) for each in sorted(right)) if row.get(name) else ()
            yield Mention(row[mention], right, parts, row.get("pmid", row.get("doc", "")), names=names)


def rows(path: Path, required: Iterable[str], quoted: bool = True) -> Iterator[Mapping[str, str]]:
    """Rows of a table of tabs under a header.

    Args:
        path: The file.
        required: Columns that it has.
        quoted: Whether quotation marks may hold a field together; they are text otherwise.

    Raises:
        InputError: A column is missing, or a row is short.
    """
    table = csv.reader(lines(path), delimiter="\t", quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    header = next(table, [])
    if missing := [column for column in required if column not in header]:
        raise InputError(f"{path}, line 1: columns {', '.join(header)[:80]}; expected {', '.join(missing)} too")
    for fields in table:
        if fields and len(fields) < len(header):
            raise InputError(f"{path}, line {table.line_num}: {len(fields)} columns; expected {len(header)}")
        if fields:
            yield dict(zip(header, (" ".join(field.split()) for field in fields), strict=False))


def brat(path: Path) -> Iterator[Mention]:
    """Mentions of brat's standoff format (.ann) with UMLS ids: a reference, a note, or the type itself."""
    mention: dict[str, tuple[str, str]] = {}
    given: dict[str, dict[str, str]] = {}
    for line in path.read_text("utf-8", errors="replace").splitlines():
        fields = re.split(r"\t|\s{2,}", line.strip())
        if len(fields) < 3:
            continue
        if fields[0].startswith("T"):
            kind = fields[1].split()[0]
            mention[fields[0]] = fields[2], kind if _CUI.fullmatch(kind) else ""
        elif fields[0].startswith("N") and (found := re.match(r"Reference (\S+) (\S+)", fields[1])):
            for curie in curies(found[2] if _CUI.search(found[2]) else "", "umls"):
                given.setdefault(found[1], {})[f"umls:{curie.rpartition(':')[2]}"] = fields[2]
        elif fields[0].startswith("#"):
            given.setdefault(fields[1].split()[-1], {}).update(_of_note(fields[2]))
    for key, (text, kind) in mention.items():
        names = given.get(key, {})
        if kind and not any(curie.endswith(kind) for curie in names):
            names = {f"umls:{kind}": next(iter(names.values()), "")}
        names = {curie: name for curie, name in names.items() if _CUI.search(curie)}
        if names:
            pairs = tuple((curie, name) for curie, name in names.items() if name)
            yield Mention(text, frozenset(names), document=path.stem, names=pairs)


def _of_note(note: str) -> dict[str, str]:
    """The CUI and name of MANTRA's notes: `('C0014609', 'Epithelium', 'T024', 'ANAT')`, without a CUI at times."""
    try:
        values = [str(value) for value in ast.literal_eval(note)]
    except (ValueError, SyntaxError):
        found = _CUI.search(note)
        return {f"umls:{found[0]}": ""} if found else {}
    cui = values.pop(0) if values and _CUI.fullmatch(values[0]) else ""
    return {f"umls:{cui}": values[0] if values else ""}


def mantra_xml(path: Path) -> Iterator[Mention]:
    """Mentions of MANTRA's XML: elements `e` with a `cui`."""
    for unit in _tree(path).iter("unit"):
        for element in unit.iter("e"):
            text = "".join(element.itertext()).strip()
            if text and (right := curies(element.get("cui", ""), "umls")):
                yield Mention(text, right, document=unit.get("id", ""))


def bioc(path: Path) -> Iterator[Mention]:
    """Mentions of BioC's annotations with an `HPOterm`."""
    for passage in _tree(path).iter("passage"):
        context = " ".join(text.text or "" for text in passage.iterfind("sentence/text"))
        for annotation in passage.iter("annotation"):
            term = next((each.text or "" for each in annotation.iter("infon") if each.get("key") == "HPOterm"), "")
            text = annotation.findtext("text", "").strip()
            if text and (right := curies(term, "HP")):
                yield Mention(text, right, document=path.parent.name, context=context)


def _tree(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(path.read_bytes().lstrip())
    except ElementTree.ParseError as error:
        raise InputError(f"{path}: {error}; expected XML") from error


def gsc(path: Path) -> Iterator[Mention]:
    """Mentions of GSC+: `[27::42]<tab>HP_0000110 | renal dysplasia`.

    Raises:
        InputError: A line of another form.
    """
    for number, line in enumerate(lines(path), 1):
        if not line.strip():
            continue
        found = re.match(r"\[\d+::\d+\]\s+(HP[_:]\d+)\s*\|\s*(.+)", line)
        if not found:
            what = f"{path}, line {number}: {line.strip()[:60]!r}"
            raise InputError(f"{what}; expected [27::42], a tab, HP_0000110 | name")
        yield Mention(found[2].strip(), frozenset({standardize(found[1].replace("_", ":"))}), document=path.stem)


def askapatient(path: Path) -> Iterator[Mention]:
    """Mentions of AskAPatient's folds: id, concept, mention, in Latin-1.

    Raises:
        InputError: A line without three columns.
    """
    for number, line in enumerate(path.read_text("latin-1").splitlines(), 1):
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != 3:
            raise InputError(f"{path}, line {number}: {len(fields)} columns; expected id, concept and mention")
        curie = standardize(f"snomedct:{fields[0]}")
        yield Mention(fields[2], frozenset({curie}), names=((curie, fields[1]),))


def psytar(path: Path) -> Iterator[Mention]:
    """Mentions of PsyTAR's workbook: its four sheets of mapped entities, by their UMLS concepts.

    Raises:
        InputError: No such sheet, or columns are missing.
    """
    import pandas as pd  # openpyxl reads the workbook

    sheets = pd.read_excel(path, sheet_name=None, dtype=str)
    mapped = {name: frame for name, frame in sheets.items() if name.strip().lower().endswith("mapped")}
    if not mapped:
        raise InputError(f"{path}: sheets {', '.join(sheets)}; expected ADR_Mapped, WD-Mapped, SSI_Mapped, DI_Mapped")
    for name, frame in mapped.items():
        entity = next((column for column in ("ADRs", "WDs", "SSI", "SSIs", "DIs") if column in frame), "")
        ids = [column for column in frame if str(column).startswith("UMLS")]
        if not entity or not ids:
            raise InputError(f"{path}, sheet {name}: columns {', '.join(map(str, frame))}; expected ADRs and UMLS1")
        for row in frame.fillna("").to_dict("records"):
            names = {
                f"umls:{found[0]}": _CUI.sub("", row[column]).strip(" /|-")
                for column in ids
                if (found := _CUI.search(row[column]))
            }
            if names and row[entity].strip():
                pairs = tuple((curie, text) for curie, text in names.items() if text)
                yield Mention(row[entity].strip(), frozenset(names), document=row.get("drug_id", ""), names=pairs)


def xlbel(path: Path) -> Iterator[Mention]:
    """Mentions of XL-BEL: `C2051831|C0016842||Trichter-`.

    Raises:
        InputError: A line of another form.
    """
    for number, line in enumerate(lines(path), 1):
        ids, bars, text = line.strip().partition("||")
        if not bars:
            raise InputError(f"{path}, line {number}: {line.strip()[:60]!r}; expected CUI||mention")
        if right := curies(ids, "umls"):
            yield Mention(text.strip(' "„“”'), right)


MESH_DISEASES = partial(pubtator, prefix="mesh", kind="Disease")
MESH_CHEMICALS = partial(pubtator, prefix="mesh", kind="Chemical")
