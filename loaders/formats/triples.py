"""RDF: triples as a table of roles, ids and texts, streamed from any of its syntaxes (no source itself).

Source: RDF 1.1 in N-Triples, N-Quads, Turtle, TriG and RDF/XML (https://www.w3.org/TR/rdf11-concepts), parsed by
Oxigraph. In N-Triples and N-Quads a line that cannot be parsed is rejected; in the others it ends the reading.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyoxigraph as ox

from kgbuild.curie import converter, from_iri, standardize
from kgbuild.errors import InputError

SUFFIXES = {
    "ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML, "owl": ox.RdfFormat.RDF_XML, "xml": ox.RdfFormat.RDF_XML,
}  # fmt: skip
_BY_LINE = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_LINES = 5_000
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

#: What is said of a concept itself; every other role is the predicate of an edge.
FACTS = ("name", "definition", "type", "obsolete")
NAMES = {"synonym": "EXACT", "related": "RELATED", "broad": "BROAD", "narrow": "NARROW"}
TEXTS = ("name", "definition", *NAMES)

COLUMNS = dict.fromkeys(
    ("subject", "role", "object", "text", "language", "type", "graph", "raw", "reason"), pa.string()
)  # fmt: skip


@dataclass(frozen=True)
class Roles:
    """What predicates and classes mean: IRI → role or predicate of kg, IRI → type ("" where it says nothing more)."""

    predicates: Mapping[str, str]
    types: Mapping[str, str]
    vocabulary: str = ""


def triples(path: Path, where: str, roles: Roles) -> Iterator[dict[str, Any]]:
    """A row of `COLUMNS` for each triple, with the reason where it cannot be used.

    Raises:
        InputError: the file cannot be parsed.
    """
    suffix = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    syntax = SUFFIXES[suffix]
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as opened:
            file = cast(BinaryIO, opened)
            if syntax in _BY_LINE:
                read = _reader(roles, dict)
                yield from (read(each) for each in _by_line(file, syntax))
            else:
                # a base of its own, since files name themselves as <>
                parser = ox.parse(input=file, format=syntax, base_iri=f"file:///{path.name}")
                read = _reader(roles, lambda: parser.prefixes)
                yield from map(read, parser)
    except (SyntaxError, EOFError, gzip.BadGzipFile) as error:
        problem = " ".join(str(error).split())
        raise InputError(f"{where}: not {syntax.name}: {problem}; correct the file, nothing of it was read") from error


def _by_line(file: BinaryIO, syntax: ox.RdfFormat) -> Iterator[ox.Quad | tuple[str, str]]:
    while part := list(islice(file, _LINES)):
        try:
            found: list[ox.Quad | tuple[str, str]] = list(ox.parse(input=b"".join(part), format=syntax))
        except SyntaxError:
            found = [each for line in part for each in _line(line, syntax)]
        yield from found


def _line(line: bytes, syntax: ox.RdfFormat) -> Iterator[ox.Quad | tuple[str, str]]:
    try:
        yield from list(ox.parse(input=line, format=syntax))
    except SyntaxError as error:
        yield line.decode(errors="backslashreplace").strip(), f"not {syntax.name}: {error.msg}"


def _reader(
    roles: Roles, prefixes: Callable[[], Mapping[str, str]]
) -> Callable[[ox.Quad | tuple[str, str]], dict[str, Any]]:
    """What makes a row of a triple, with the prefixes that its file has declared so far."""

    @lru_cache(maxsize=1 << 16)
    def curie(iri: str) -> str | None:
        return _curie(iri, prefixes(), roles.vocabulary)

    def read(quad: ox.Quad | tuple[str, str]) -> dict[str, Any]:
        if isinstance(quad, tuple):
            return {"subject": "", "raw": quad[0], "reason": quad[1]}
        graph = quad.graph_name
        row = {"raw": f"{quad.subject} {quad.predicate} {quad.object}"}
        if not isinstance(graph, ox.DefaultGraph):
            row["graph"] = (curie(graph.value) if isinstance(graph, ox.NamedNode) else None) or str(graph)
        try:
            return row | _row(quad, roles, curie)
        except _UnusableError as unusable:
            return row | {"subject": str(quad.subject), "reason": str(unusable)}

    return read


class _UnusableError(Exception):
    """Why a triple cannot be used."""


def _row(quad: ox.Quad, roles: Roles, curie: Callable[[str], str | None]) -> dict[str, Any]:
    predicate = quad.predicate.value
    shown = converter().compress(predicate) or str(quad.predicate)
    role = roles.predicates.get(predicate)
    if isinstance(quad.subject, ox.BlankNode):  # first: what an anonymous node states needs no mapping
        raise _UnusableError("a blank node as subject")
    if role is None:
        raise _UnusableError(f"predicate {shown} is not mapped; say what it means in --set predicates=FILE")
    if role == "skip":
        raise _UnusableError(f"predicate {shown} is to be skipped")
    row: dict[str, Any] = {"subject": _concept(quad.subject, curie, "subject"), "role": role}
    value = quad.object
    if role == "type":
        return row | {"type": _type(value, shown, roles)}
    if role in TEXTS or role == "obsolete":
        if not isinstance(value, ox.Literal):
            raise _UnusableError(f"the object of {shown} is no text")
        return row | {"text": value.value.strip(), "language": (value.language or "").partition("-")[0] or None}
    if isinstance(value, ox.Literal):
        if not re.fullmatch(r"[A-Za-z_][\w.-]*:[^\s/]\S*", value.value):
            raise _UnusableError(f"the object of {shown} is a text, not a concept")
        row["object"] = standardize(value.value)
    else:
        row["object"] = _concept(value, curie, "object")
    if row["object"] == row["subject"]:
        raise _UnusableError("a concept related to itself")
    return row


def _concept(term: Any, curie: Callable[[str], str | None], side: str) -> str:
    if isinstance(term, ox.BlankNode):
        raise _UnusableError(f"a blank node as {side}")
    if not isinstance(term, ox.NamedNode):
        raise _UnusableError(f"a triple as {side}")
    found = curie(term.value)
    if found is None:
        raise _UnusableError(f"the {side}'s IRI has no prefix that kg or the file knows; --vocabulary X gives it X")
    return found


def _type(value: Any, shown: str, roles: Roles) -> str | None:
    if not isinstance(value, ox.NamedNode):
        raise _UnusableError(f"the object of {shown} is no class")
    kind = roles.types.get(value.value)
    if kind is None:
        given = converter().compress(value.value) or str(value)
        raise _UnusableError(f"class {given} is none of kg's types; say which in --set predicates=FILE, or skip")
    if kind == "skip":
        raise _UnusableError("declares no concept")
    return kind or None


def _curie(iri: str, prefixes: Mapping[str, str], vocabulary: str) -> str | None:
    """By kg's prefixes, else OBO's manner (PREFIX_123), else the longest prefix that the file declares."""
    known = converter().compress(iri)
    if known or re.fullmatch(r".*[/#][A-Za-z]+_\d\w*", iri):
        return standardize(known) if known else from_iri(iri)
    fitting = [(len(start), prefix) for prefix, start in prefixes.items() if prefix and iri.startswith(start)]
    if fitting:
        length, prefix = max(fitting)
        local = iri[length:]
        if re.fullmatch(r"[^\s/#|]+", local):
            return standardize(f"{prefix}:{local}")
    local = re.split("[/#:]", iri)[-1]
    return standardize(f"{vocabulary}:{local}") if vocabulary and local else None
