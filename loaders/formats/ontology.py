"""Ontologies in any format: what a file is, told by what it begins with, and its terms as staged tables.

Source: the formats' specifications, in `loaders.formats.obo`, `obograph`, `rdf` and `owl`.
Yields: a node a term, typed by `read`; names with scopes and languages; SUBCLASS_OF, XREF (never more), REPLACED_BY
(and alternative ids as obsolete nodes), CONSIDER, skos matches, and the relations that Biolink has.
Skips: other relations and annotations, links to what has no CURIE, owl:Thing.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyoxigraph import RdfFormat

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Record, Staged
from loaders.formats import obo, obograph, owl, rdf
from loaders.formats.terms import Document, records

_HEAD = 1 << 16
#: Format → how a file of it begins, behind comments and, in XML, what stands before the first element.
_BEGINNINGS = {
    "obograph": r"\{",
    "ofn": r"(?:Prefix|Ontology)\s*\(",
    "turtle": r"@|<\w+://|<urn:|<[#>]|_:|(?i:prefix|base)\s",
    "owx": r"<(?:\w+:)?Ontology\b",
    "rdf_xml": r"<(?:\w+:)?RDF\b",
    "obo": r"\[[A-Z][a-z]+\]|[a-z][\w-]*:[ \t]",
}  # fmt: skip
_COMMENTS = re.compile(r"(?:\s+|[#!][^\n]*\n|<!--.*?-->|<\?.*?\?>|<!DOCTYPE(?:[^\[>]|\[[^\]]*\])*>)*", re.DOTALL)
_VERSION = re.compile(
    r"versionInfo[^>\"]*[>\"]([^<\"]+)|versionIRI[^<\"]*[<\"]([^>\"]+)|Ontology\s*\(\s*<[^>]*>\s*<([^>]+)>"
)


def read(inputs: Inputs, roots: Mapping[str, str] | None = None, key: str = "ontology", every: str = "") -> Staged:
    """Stage the ontologies of `SOURCE.files[key]`.

    Args:
        inputs: The loader's files.
        roots: Term → type of its descendants, the first that applies; a root of a term's own vocabulary goes before
            what its prefix says, other roots behind it.
        key: Which of the source's files.
        every: The type of every term, where it is one.

    Raises:
        InputError: a file in no format that kg reads, a malformed one, or one that is cut off.
    """
    vocabulary = next(iter(inputs.source.vocabularies), "")
    opened = {inputs.name(path): _open(path, inputs, vocabulary) for path in inputs.paths(key)}
    if empty := [file for file, document in opened.items() if not document.rows]:
        raise InputError(f"{empty[0]}: no class and no concept; expected an ontology or a SKOS thesaurus")

    def every_record() -> Iterator[Record]:
        for file, document in opened.items():
            yield from records(document, file, roots or {}, every)

    return inputs.records(every_record(), {file: document.rows for file, document in opened.items()})


def version(inputs: Inputs) -> str | None:
    """The release that the first file states."""
    path = inputs.paths("ontology")[0]
    kind, head = _kind(path)
    if kind == "obo":
        return obo.version(path)
    if kind == "obograph":
        return obograph.version(path)
    stated = _VERSION.search(head)
    return next(filter(None, stated.groups()), None) if stated else None


def _open(path: Path, inputs: Inputs, vocabulary: str) -> Document:
    kind, _ = _kind(path)
    file = inputs.name(path)
    match kind:
        case "obo":
            return obo.open_document(path, file)
        case "obograph":
            return obograph.open_document(path, file, vocabulary)
        case "turtle":
            syntax = RdfFormat.N_TRIPLES if ".nt" in path.suffixes else RdfFormat.TURTLE
            return rdf.open_document(path, file, syntax, inputs.scratch, vocabulary)
        case "rdf_xml":
            return rdf.open_document(path, file, RdfFormat.RDF_XML, inputs.scratch, vocabulary)
        case "ofn" | "owx":
            rewritten = owl.as_rdf_xml(path, kind, inputs.scratch)
            return rdf.open_document(rewritten, file, RdfFormat.RDF_XML, inputs.scratch, vocabulary, path)
    raise InputError(f"{path}: not an ontology; expected OBO, OBO Graph JSON, OWL (functional, RDF/XML) or Turtle")


def _kind(path: Path) -> tuple[str, str]:
    """The format of a file, and its beginning."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as stream:
            head = stream.read(_HEAD).decode("utf-8-sig", "replace")
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected a complete gzip file, download it again") from error
    start = _COMMENTS.match(head)
    text = head[start.end() :] if start else head
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    other = "turtle" if suffix in ("ttl", "nt") else ""
    return next((kind for kind, pattern in _BEGINNINGS.items() if re.match(pattern, text)), other), head
