"""OBO files: the reader that the ontologies' loaders share (no source itself).

Every `[Term]` frame is one input row. It is parsed by itself, so that a malformed one is rejected and the others load.

Source: OBO Flat File Format 1.4 (https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html), and 1.2 in what it
wrote otherwise (synonyms without scope, which are RELATED there; `exact_synonym:` and its like).
Yields: a node a term, typed by `read`; names with scopes; SUBCLASS_OF (is_a), XREF (xref, never more), REPLACED_BY
(replaced_by, and alt_id as an obsolete node), CONSIDER, the Biolink predicates among `relationship:`, and the skos
matches that a `property_value:` states.
Skips: other tags and relations; Typedef and Instance frames; cross-references without a prefix.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import fastobo

from kgbuild.curie import from_iri, standardize
from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import PREFIX_TYPES, Edge, Name, Node, Reject

_GO_TYPES = {
    "GO:0008150": "BiologicalProcess", "GO:0003674": "MolecularFunction", "GO:0005575": "CellularComponent",
}  # fmt: skip

#: Relations that Biolink has, by short name and by id.
_PREDICATES = {
    "part_of": "PART_OF", "BFO:0000050": "PART_OF", "has_part": "HAS_PART", "BFO:0000051": "HAS_PART",
    "located_in": "LOCATED_IN", "RO:0001025": "LOCATED_IN", "occurs_in": "OCCURS_IN", "BFO:0000066": "OCCURS_IN",
    "develops_from": "DEVELOPS_FROM", "RO:0002202": "DEVELOPS_FROM", "derives_from": "DERIVES_FROM",
    "RO:0001000": "DERIVES_FROM", "participates_in": "PARTICIPATES_IN", "RO:0000056": "PARTICIPATES_IN",
    "has_participant": "HAS_PARTICIPANT", "RO:0000057": "HAS_PARTICIPANT", "regulates": "REGULATES",
    "RO:0002211": "REGULATES", "has_phenotype": "HAS_PHENOTYPE", "RO:0002200": "HAS_PHENOTYPE",
}  # fmt: skip

_MATCHES = {f"{kind}Match": f"{kind.upper()}_MATCH" for kind in ("exact", "close", "broad", "narrow", "related")}

_LINKS = {"is_a": "SUBCLASS_OF", "replaced_by": "REPLACED_BY", "consider": "CONSIDER"}

#: Lines that reach the parser: a tag that is not read cannot spoil its term.
_READ = re.compile(
    r"(?:id|name|def|(?:\w+_)?synonym|xref|alt_id|is_a|relationship|is_obsolete|replaced_by|consider):"
    r"|property_value:.*Match\s"
    r"|(?!\s*!|\s*$|\w+:)"
)
#: A definition or synonym: tag, text, scope and type, the citations (not read, often malformed), what trails.
_QUOTED = re.compile(
    r"(?P<tag>def|synonym|(?P<scope>exact|narrow|broad|related)_synonym):\s*(?P<text>\"(?:[^\"\\]|\\.)*\")\s*"
    r"(?P<kind>[^\[{!]*)(?:\[(?:[^\]\\]|\\.)*\])?(?P<rest>.*)"
)
_OUTLINE = re.compile(r"^(id|is_a|replaced_by|is_obsolete):[ \t]*(\S+)", re.MULTILINE)


@dataclass
class _Outline:
    """What typing needs to know of a term before it is parsed: its parents (replacements, where obsolete)."""

    parents: list[str]
    obsolete: bool


def read(
    inputs: Inputs, roots: dict[str, str] | None = None, key: str = "ontology", every: str | None = None
) -> Staged:
    """Stage the OBO files of `SOURCE.files[key]`.

    Args:
        inputs: The loader's files.
        roots: Term → type of its descendants, the first that applies, for terms whose prefix does not say.
        key: Which of the source's files.
        every: The type of every term, where it is one.

    Raises:
        InputError: a file cannot be decompressed.
    """
    paths = inputs.paths(key)
    counts = {inputs.name(path): sum(line.rstrip() == "[Term]" for line in lines(path)) for path in paths}
    records = chain.from_iterable(_records(path, inputs.name(path), _GO_TYPES | (roots or {}), every) for path in paths)
    return inputs.records(records, counts)


def version(inputs: Inputs) -> str | None:
    """The release that the header of the first file states."""
    for line in lines(inputs.paths("ontology")[0]):
        if line.startswith("data-version:"):
            return line.partition(":")[2].strip()
        if line.startswith("["):
            break
    return None


def _frames(path: Path) -> Iterator[str]:
    """The text of each [Term] frame, without its head."""
    frame: list[str] | None = None
    for line in lines(path):
        if line.startswith("["):
            if frame is not None:
                yield "".join(frame)
            frame = [] if line.rstrip() == "[Term]" else None
        elif frame is not None:
            frame.append(line)
    if frame is not None:
        yield "".join(frame)


def _outline(path: Path) -> dict[str, _Outline]:
    found: dict[str, _Outline] = {}
    for frame in _frames(path):
        tags = _OUTLINE.findall(frame)
        parents = [standardize(value) for tag, value in tags if tag in ("is_a", "replaced_by")]
        for term in [standardize(value) for tag, value in tags if tag == "id"]:
            found.setdefault(term, _Outline(parents, ("is_obsolete", "true") in tags))
    return found


def _type(term: str, outline: dict[str, _Outline], roots: dict[str, str]) -> str | None:
    """By its own prefix, else by the first root among its ancestors, else by the nearest ancestor's prefix."""
    lineage = {term: None}  # an ordered set, nearest first
    waiting = [term]
    for each in waiting:
        new = [parent for parent in outline[each].parents if parent not in lineage] if each in outline else []
        lineage |= dict.fromkeys(new)
        waiting += new
    prefixes = [PREFIX_TYPES.get(each.partition(":")[0]) for each in lineage]
    by_root = (kind for root, kind in roots.items() if root in lineage)
    return prefixes[0] or next(by_root, None) or next(filter(None, prefixes), None)


def _records(path: Path, file: str, roots: dict[str, str], every: str | None) -> Iterator[Record]:
    outline = _outline(path)
    for row, frame in enumerate(_frames(path), 1):
        try:
            term = _parse(frame)
        except (SyntaxError, UnicodeEncodeError) as error:
            stated = re.search(r"^id:[ \t]*(\S+)", frame, re.MULTILINE)
            raw = f"[Term]\n{frame.rstrip()}".encode("utf-8", "backslashreplace").decode()
            yield Reject(file, row, stated[1] if stated else "", raw, _reason(error))
            continue
        identifier = _curie(term.id)
        if identifier is None:
            yield Reject(file, row, str(term.id), f"[Term]\n{frame.rstrip()}", f"id {term.id} is not a CURIE")
        else:
            yield from _term(term, identifier, every or _type(identifier, outline, roots), outline, file, row)


def _parse(frame: str) -> fastobo.term.TermFrame:
    kept = [_QUOTED.sub(_modern, line) for line in frame.splitlines() if _READ.match(line)]
    (term,) = fastobo.loads("\n".join(["[Term]", *kept, ""]), threads=1)
    return term


def _modern(line: re.Match[str]) -> str:
    """The line as OBO 1.4 has it, without citations."""
    if line["tag"] == "def":
        return f"def: {line['text']} []{line['rest']}"
    scope = (line["scope"] or "").upper()
    return f"synonym: {line['text']} {scope} {line['kind'] or ('' if scope else 'RELATED ')}[]{line['rest']}"


def _reason(error: SyntaxError | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "not UTF-8"
    return f"not OBO: {error.msg} at column {error.offset} of {(error.text or '').strip()!r}"


def _curie(ident: fastobo.id.BaseIdent) -> str | None:
    if isinstance(ident, fastobo.id.Url):
        return from_iri(str(ident))
    return standardize(f"{ident.prefix}:{ident.local}") if isinstance(ident, fastobo.id.PrefixedIdent) else None


def _term(
    term: fastobo.term.TermFrame, id: str, type: str | None, outline: dict[str, _Outline], file: str, row: int
) -> Iterator[Record]:
    name, definition, obsolete = None, None, False
    for clause in term:
        match clause.raw_tag():
            case "name":
                name = name or clause.name.strip()
            case "def":
                definition = clause.definition.strip() or None
            case "is_obsolete":
                obsolete = clause.obsolete
            case "synonym":
                synonym = clause.synonym
                yield Name(id, synonym.desc.strip(), file, row, synonym.scope, _language(clause))
            case "alt_id":
                alternative = _curie(clause.alt_id)
                if alternative and (alternative not in outline or outline[alternative].obsolete):
                    if alternative not in outline:
                        yield Node(alternative, file, row, type, obsolete=True)
                    yield Edge(alternative, "REPLACED_BY", id, file, row)
            case "xref" | "relationship" | "property_value" | "is_a" | "replaced_by" | "consider":
                edge = _edge(clause, id, file, row)
                if edge and edge.object != id:
                    yield edge
    yield Node(id, file, row, type, name, definition, obsolete)


def _edge(clause: fastobo.term.BaseTermClause, id: str, file: str, row: int) -> Edge | None:
    predicate: str | None
    tag, target, sources = clause.raw_tag(), None, None
    if tag == "xref":
        predicate, target = "XREF", clause.xref.id
        sources = " ".join(_qualifiers(clause, "source")) or None
    elif tag == "relationship":
        predicate, target = _PREDICATES.get(str(clause.typedef)), clause.term
    elif tag == "property_value":
        stated = clause.property_value
        predicate = _MATCHES.get(re.split("[:#]", str(stated.relation))[-1])
        target = stated.value if isinstance(stated, fastobo.pv.ResourcePropertyValue) else None
    else:
        predicate, target = _LINKS[tag], clause.term
    other = _curie(target) if predicate else None
    return Edge(id, predicate, other, file, row, qualifier=sources) if predicate and other else None


def _language(clause: fastobo.term.SynonymClause) -> str:
    stated = _qualifiers(clause, "xml:lang")
    return stated[0] if stated else "la" if str(clause.synonym.type) == "LATIN" else "en"


def _qualifiers(clause: fastobo.term.BaseTermClause, key: str) -> list[str]:
    return [qualifier.value for qualifier in clause.qualifiers or () if str(qualifier.key) == key]
