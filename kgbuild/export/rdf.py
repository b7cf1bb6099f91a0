"""RDF in Biolink's terms: Turtle, N-Triples, or N-Quads with a named graph for each source.

Source: https://www.w3.org/TR/turtle/, https://www.w3.org/TR/n-triples/, https://www.w3.org/TR/n-quads/

A node has `rdf:type` (its Biolink class), `rdfs:label`, `skos:definition`, `dcterms:identifier` (its CURIE) and `kg:`
properties. An edge is an association, `<urn:kg:edge:ID>`, with `rdf:subject`, `rdf:predicate`, `rdf:object` and its
properties, beside the plain triple that it states; **a negated edge has no plain triple**. A name is a plain synonym
triple and an `owl:Axiom` about it with scope, language and source, as OBO's ontologies have them. A list of text is a
triple for each value, a list of numbers one literal of JSON. In N-Quads edges and names are in the graph
`<urn:kg:source:NAME>` of who states them, computed links in `<urn:kg:computed>`, and what is merged from several
sources, the nodes, in the default graph, like the provenance.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from kgbuild.curie import PREFIXES
from kgbuild.export import biolink
from kgbuild.export.columns import dumps
from kgbuild.export.subgraph import Edge, Node, Subgraph
from kgbuild.files import open_text
from kgbuild.licence import OPEN, SHARE_ALIKE

FORMATS = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads"}
_KG = "urn:kg:"  # no address is promised
_SYNONYMS = {"RELATED": "hasRelatedSynonym", "BROAD": "hasBroadSynonym", "NARROW": "hasNarrowSynonym"}

#: Prefix → IRI of all that is written; CURIEs of the graph keep their prefixes.
NAMESPACES = {prefix: iri for prefix, (iri, _) in PREFIXES.items()} | {
    "biolink": biolink.BIOLINK,
    "dcterms": "http://purl.org/dc/terms/",
    "kg": _KG,
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class Iri(NamedTuple):
    """An IRI, and its short form where it has one."""

    full: str
    short: str | None = None


class Text(NamedTuple):
    """A literal with a language or a datatype."""

    value: str
    language: str | None = None
    datatype: Iri | None = None


Term = Iri | Text | str | bool | int | float


class Block(NamedTuple):
    """What is said of one subject, and who says it (the IRI of a graph; None: the default graph)."""

    subject: Iri
    statements: list[tuple[Iri, Term]]
    graph: Iri | None = None


_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


@lru_cache(maxsize=1 << 16)
def iri(curie: str) -> Iri:
    """The IRI of a CURIE; the Bioregistry's address where the prefix is not known."""
    prefix, colon, local = curie.partition(":")
    if not colon:
        return Iri(f"{_KG}id:{quote(curie, safe='')}")
    if prefix not in NAMESPACES:
        return Iri(f"https://bioregistry.io/{quote(curie, safe=SAFE)}")
    return Iri(NAMESPACES[prefix] + quote(local, safe=SAFE), curie if _LOCAL.fullmatch(local) else None)


SAFE = ":/?#[]@!$&'()*+,;=~"  # what an IRI may have

_TYPE, _LABEL, _IDENTIFIER = iri("rdf:type"), iri("rdfs:label"), iri("dcterms:identifier")
_SUBJECT, _PREDICATE, _OBJECT = iri("rdf:subject"), iri("rdf:predicate"), iri("rdf:object")
_OF, _PROPERTY, _TARGET = (iri(f"owl:annotated{part}") for part in ("Source", "Property", "Target"))
_SOURCE, _ASSOCIATION, _AXIOM = iri("biolink:primary_knowledge_source"), iri("biolink:Association"), iri("owl:Axiom")
_NODE = {"name": _LABEL, "definition": iri("skos:definition"), "obsolete": iri("owl:deprecated")}
_EDGE = {"negated": iri("biolink:negated")}
_PREDICATES = {
    "XREF": iri("oboInOwl:hasDbXref"),
    "REPLACED_BY": iri("obo:IAO_0100001"),
    "DISJOINT_WITH": iri("owl:disjointWith"),
}
_JSON = iri("rdf:JSON")


def write(graph: Subgraph, out: Path) -> None:
    """Write RDF in the format that the file's suffix names: .ttl, .nt or .nq, also with .gz."""
    style = next(FORMATS[suffix] for suffix in reversed(out.suffixes) if suffix in FORMATS)
    with open_text(out) as file:
        if style == "turtle":
            file.writelines(f"@prefix {prefix}: <{address}> .\n" for prefix, address in sorted(NAMESPACES.items()))
        serialize = {"turtle": _turtle, "ntriples": _ntriples, "nquads": _nquads}[style]
        for block in blocks(graph):
            file.write(serialize(block))


def blocks(graph: Subgraph) -> Iterator[Block]:
    """Everything that is said, a subject after the other."""
    for node in graph.nodes:
        yield _node(node)
        for name in node.names:
            yield from _name(node, name)
    for edge in graph.edges:
        yield from _edge(edge)
    yield from _provenance(graph.provenance())


def predicate(name: str) -> Iri:
    """The predicate of a relationship type: Biolink's, OBO's and OWL's for what these have, else one of kg."""
    if name in _PREDICATES:
        return _PREDICATES[name]
    return iri(f"biolink:{name.lower()}" if name.lower() in biolink.PREDICATES else f"kg:{name.lower()}")


def _node(node: Node) -> Block:
    subject = iri(node.id)
    statements: list[tuple[Iri, Term]] = [(_TYPE, iri(biolink.category(node.type))), (_IDENTIFIER, node.id)]
    return Block(subject, statements + _properties(node.properties, _NODE))


def _name(node: Node, name: dict[str, Any]) -> Iterator[Block]:
    language, scope, graph = name.get("language"), name.get("scope", "EXACT"), _graph(name.get("source"))
    tagged = language is not None and _LANGUAGE.fullmatch(language)
    text = Text(name["text"], language) if tagged else name["text"]
    synonym = iri("biolink:symbol" if scope == "SYMBOL" else f"oboInOwl:{_SYNONYMS.get(scope, 'hasExactSynonym')}")
    yield Block(iri(node.id), [(synonym, text)], graph)
    about: list[tuple[Iri, Term]] = [(_TYPE, _AXIOM), (_OF, iri(node.id)), (_PROPERTY, synonym), (_TARGET, text)]
    rest = {key: value for key, value in name.items() if key not in ("id", "text", "source")}
    stated: list[tuple[Iri, Term]] = [(_SOURCE, graph)] if name.get("source") else []
    yield Block(Iri(f"{_KG}name:{quote(name['id'], safe='')}"), about + stated + _properties(rest, {}), graph)


def _edge(edge: Edge) -> Iterator[Block]:
    subject, stated, object_ = iri(edge.subject), predicate(edge.predicate), iri(edge.object)
    graph = _graph(edge.properties.get("source"))
    if not edge.properties.get("negated"):
        yield Block(subject, [(stated, object_)], graph)
    association: list[tuple[Iri, Term]] = [
        (_TYPE, _ASSOCIATION), (_SUBJECT, subject), (_PREDICATE, stated), (_OBJECT, object_),
    ]  # fmt: skip
    if "source" in edge.properties:
        association.append((_SOURCE, graph))
    rest = {key: value for key, value in edge.properties.items() if key != "source"}
    yield Block(Iri(f"{_KG}edge:{quote(edge.id, safe='')}"), association + _properties(rest, _EDGE), graph)


def _graph(source: str | None) -> Iri:
    return Iri(f"{_KG}computed" if source is None else f"{_KG}source:{quote(source, safe='')}")


def _properties(properties: dict[str, Any], known: dict[str, Iri]) -> list[tuple[Iri, Term]]:
    statements: list[tuple[Iri, Term]] = []
    for key, value in properties.items():
        stated = known.get(key) or iri(f"kg:{quote(key, safe='')}")
        if not isinstance(value, list | dict):
            statements.append((stated, value))
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            statements += [(stated, each) for each in value]
        else:
            statements.append((stated, Text(dumps(value), datatype=_JSON)))
    return statements


def _provenance(provenance: dict[str, Any]) -> Iterator[Block]:
    """What was exported out of which sources, under which licences."""
    sources = provenance.get("sources", [])
    whole = Iri(f"{_KG}graph:{quote(str(provenance.get('graph', '')), safe='')}")
    stated = {key: dumps(value) if isinstance(value, dict) else value for key, value in provenance.items()}
    stated.pop("sources", None)
    terms: list[tuple[Iri, Term]] = [(iri("dcterms:source"), _graph(source["name"])) for source in sources]
    yield Block(whole, [(_TYPE, iri("kg:Export")), *terms, *_properties(stated, {})])
    slots = {
        "name": _IDENTIFIER, "title": iri("dcterms:title"), "version": iri("owl:versionInfo"),
        "licence": iri("dcterms:rights"), "url": iri("rdfs:seeAlso"), "citation": iri("dcterms:bibliographicCitation"),
    }  # fmt: skip
    for source in sources:
        licence = source.get("licence")
        spdx: list[tuple[Iri, Term]] = (
            [(iri("dcterms:license"), Iri(f"https://spdx.org/licenses/{licence}"))]
            if licence in OPEN | SHARE_ALIKE
            else []
        )
        yield Block(_graph(source["name"]), [(_TYPE, iri("dcterms:Dataset")), *spdx, *_properties(source, slots)])


_CONTROLS = {chr(code): f"\\u{code:04X}" for code in range(32)}
_ESCAPES = str.maketrans(_CONTROLS | {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def _term(term: Term, name: Callable[[Iri], str]) -> str:
    if isinstance(term, Iri):
        return name(term)
    if isinstance(term, str):
        return f'"{term.translate(_ESCAPES)}"'
    if isinstance(term, Text):
        text = f'"{term.value.translate(_ESCAPES)}"'
        return f"{text}@{term.language}" if term.datatype is None else f"{text}^^{name(term.datatype)}"
    kind = "boolean" if isinstance(term, bool) else "integer" if isinstance(term, int) else "double"
    return f'"{number(term)}"^^{name(iri(f"xsd:{kind}"))}'


def number(value: bool | int | float) -> str:
    """A number as XML Schema writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(repr(value), repr(value))


def _full(term: Iri) -> str:
    return f"<{term.full}>"


def _short(term: Iri) -> str:
    return term.short or f"<{term.full}>"


def _turtle(block: Block) -> str:
    stated = " ;\n    ".join(f"{_short(verb)} {_term(term, _short)}" for verb, term in block.statements)
    return f"{_short(block.subject)} {stated} .\n"


def _ntriples(block: Block) -> str:
    return "".join(f"<{block.subject.full}> <{verb.full}> {_term(term, _full)} .\n" for verb, term in block.statements)


def _nquads(block: Block) -> str:
    graph = f" <{block.graph.full}>" if block.graph else ""
    return "".join(
        f"<{block.subject.full}> <{verb.full}> {_term(term, _full)}{graph} .\n" for verb, term in block.statements
    )
