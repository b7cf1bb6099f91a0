"""OBO files: one reader of ontologies (no source itself).

Every `[Term]` frame is one input row. It is parsed by itself, so that a malformed one is rejected and the others load.

Source: OBO Flat File Format 1.4 (https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html), and 1.2 in what it
wrote otherwise (synonyms without scope, which are RELATED there; `exact_synonym:` and its like).
Yields: `loaders.formats.terms.Term`: is_a, relationship, xref, replaced_by, consider, disjoint_from, alt_id, and
`property_value:` where it links to a term (skos matches, participants).
Skips: other tags; Typedef and Instance frames; logical definitions (intersection_of, equivalent_to).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import fastobo

from kgbuild.inputs import lines
from kgbuild.model import Reject
from loaders.formats.terms import Document, Link, Outline, Spelling, Term, relation

#: Lines that reach the parser: a tag that is not read cannot spoil its term.
_READ = re.compile(
    r"(?:id|name|def|(?:\w+_)?synonym|xref|alt_id|is_a|relationship|is_obsolete|replaced_by|consider|disjoint_from):"
    r"|property_value:[ \t]*(?P<relation>[^\s\"]+)[ \t]+(?!\")"
    r"|(?!\s*!|\s*$|\w+:)"
)
#: Links without escapes, qualifiers or quotes, which need no parser (pathways have hundreds of them).
_PLAIN = re.compile(
    r"^(?:relationship|property_value): ([^\s\\{\"]+) ([^\s\\{\"!]+:[^\s\\{\"]+)(?: ![^\n{\\]*)?\r?\n", re.MULTILINE
)
#: Cross-references that are addresses, in whose spelling of `:` files differ.
_ADDRESS = re.compile(r"^xref:[ \t]*(https?\\?://\S+)[^\n]*\n", re.MULTILINE)
#: A definition or synonym: tag, text, scope and type, the citations (not read, often malformed), what trails.
_QUOTED = re.compile(
    r"(?P<tag>def|synonym|(?P<scope>exact|narrow|broad|related)_synonym):\s*(?P<text>\"(?:[^\"\\]|\\.)*\")\s*"
    r"(?P<kind>[^\[{!]*)(?:\[(?:[^\]\\]|\\.)*\])?(?P<rest>.*)"
)
_OUTLINE = re.compile(r"^(id|is_a|replaced_by|is_obsolete):[ \t]*(\S+)", re.MULTILINE)


def open_document(path: Path, file: str) -> Document:
    """An OBO file, read once for its outline and once for its terms.

    Raises:
        InputError: the file cannot be decompressed.
    """
    spelling = Spelling()
    rows, outline = 0, dict[str, Outline]()
    for frame in _frames(path):
        rows += 1
        tags = _OUTLINE.findall(frame)
        found = (spelling.curie(value) for tag, value in tags if tag in ("is_a", "replaced_by"))
        known = Outline(tuple(filter(None, found)), ("is_obsolete", "true") in tags)
        for term in [spelling.curie(value) for tag, value in tags if tag == "id"]:
            if term:
                outline.setdefault(term, known)
    return Document(rows, outline, _terms(path, file), spelling)


def version(path: Path) -> str | None:
    """The release that the header states."""
    for line in lines(path):
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


def _terms(path: Path, file: str) -> Iterator[Term | Reject]:
    for row, frame in enumerate(_frames(path), 1):
        plain = _PLAIN.findall(frame)
        try:
            parsed = _parse(_ADDRESS.sub("", _PLAIN.sub("", frame) if plain else frame))
        except (SyntaxError, UnicodeEncodeError) as error:
            stated = re.search(r"^id:[ \t]*(\S+)", frame, re.MULTILINE)
            raw = f"[Term]\n{frame.rstrip()}".encode("utf-8", "backslashreplace").decode()
            yield Reject(file, row, stated[1] if stated else "", raw, _reason(error))
            continue
        term = Term(_text(parsed.id), row, f"[Term]\n{frame.rstrip()}")
        term.links = [Link(name, target) for name, target in plain if relation(name)]
        term.links += [Link("xref", address.replace("\\", "")) for address in _ADDRESS.findall(frame)]
        for clause in parsed:
            _read(clause, term)
        yield term


def _parse(frame: str) -> fastobo.term.TermFrame:
    kept = [_QUOTED.sub(_modern, line) for line in frame.splitlines() if _is_read(line)]
    (term,) = fastobo.loads("\n".join(["[Term]", *kept, ""]), threads=1)
    return term


def _is_read(line: str) -> bool:
    match = _READ.match(line)
    return match is not None and (match["relation"] is None or relation(match["relation"]) is not None)


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


def _text(ident: fastobo.id.BaseIdent) -> str:
    return f"{ident.prefix}:{ident.local}" if isinstance(ident, fastobo.id.PrefixedIdent) else str(ident)


def _read(clause: fastobo.term.BaseTermClause, term: Term) -> None:
    match clause.raw_tag():
        case "name":
            term.name = term.name or clause.name.strip()
        case "def":
            term.definition = clause.definition.strip() or None
        case "is_obsolete":
            term.obsolete = clause.obsolete
        case "synonym":
            term.names.append((clause.synonym.desc.strip(), clause.synonym.scope, _language(clause)))
        case "alt_id":
            term.alternatives.append(_text(clause.alt_id))
        case "xref":
            term.links.append(Link("xref", _text(clause.xref.id), " ".join(_qualifiers(clause, "source")) or None))
        case "relationship":
            term.links.append(Link(str(clause.typedef), _text(clause.term)))
        case "property_value":
            stated = clause.property_value
            if isinstance(stated, fastobo.pv.ResourcePropertyValue):
                term.links.append(Link(str(stated.relation), _text(stated.value)))
        case "is_a" | "replaced_by" | "consider" | "disjoint_from" as tag:
            term.links.append(Link(tag, _text(clause.term)))


def _language(clause: fastobo.term.SynonymClause) -> str:
    stated = _qualifiers(clause, "xml:lang")
    return stated[0] if stated else "la" if str(clause.synonym.type) == "LATIN" else "en"


def _qualifiers(clause: fastobo.term.BaseTermClause, key: str) -> list[str]:
    return [qualifier.value for qualifier in clause.qualifiers or () if str(qualifier.key) == key]
