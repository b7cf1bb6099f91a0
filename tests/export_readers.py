"""Exports read back by the reference libraries, as one form: `Read`, whatever the format."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import networkx
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, Namespace

from kgbuild.export import biolink

KG, BIOLINK = Namespace("urn:kg:"), Namespace(biolink.BIOLINK)
DCTERMS = Namespace("http://purl.org/dc/terms/")
_TYPES = {f"biolink:{category}": kind for kind, category in biolink.CATEGORIES.items()}


class Read(NamedTuple):
    """id → (type, properties, names); edges, each as JSON with its id, counted; the provenance."""

    nodes: dict[str, Any]
    edges: Counter[str]
    provenance: dict[str, Any]


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def node(kind: str | None, properties: dict[str, Any], names: list[dict[str, Any]]) -> Any:
    lists = {key: sorted(value) if key == "sources" else value for key, value in properties.items()}
    return kind, lists, sorted(map(canonical, names))


def edge(identifier: str, subject: str, predicate: str, object_: str, properties: dict[str, Any]) -> str:
    return canonical([identifier, subject, predicate, object_, properties])


def read_networkx(graph: networkx.MultiDiGraph) -> Read:
    assert isinstance(graph, networkx.MultiDiGraph)
    nodes = {}
    for identifier, found in graph.nodes(data=True):
        attributes = dict(found)
        nodes[identifier] = node(attributes.pop("type", None), attributes, attributes.pop("names", []))
    edges = Counter()
    for subject, object_, key, found in graph.edges(keys=True, data=True):
        attributes = {{"provided_by": "source"}.get(name, name): value for name, value in found.items()}
        edges[edge(key, subject, attributes.pop("predicate"), object_, attributes)] += 1
    return Read(nodes, edges, graph.graph["provenance"])


def read_json(path: Path) -> Read:
    return read_networkx(networkx.node_link_graph(json.loads(path.read_text())))


def read_graphml(path: Path) -> Read:
    graph = networkx.read_graphml(path, edge_key_type=str, force_multigraph=True)
    found = [attributes for _, attributes in graph.nodes(data=True)]
    found += [attributes for *_, attributes in graph.edges(keys=True, data=True)]
    for attributes in found:
        for name in ("sources", "names", "embedding"):
            if name in attributes:
                attributes[name] = json.loads(attributes[name])
        attributes |= json.loads(attributes.pop("other", "{}"))
    graph.graph["provenance"] = json.loads(graph.graph["provenance"])
    return read_networkx(graph)


def read_parquet(folder: Path) -> Read:
    with duckdb.connect() as con:
        rows = {
            table: [_given(row) for row in con.sql(f"FROM '{folder}/{table}.parquet'").to_arrow_table().to_pylist()]
            for table in ("nodes", "names", "edges")
        }
        stated = con.execute(f"SELECT value FROM parquet_kv_metadata('{folder}/edges.parquet') WHERE key = 'kg'")
        provenance = json.loads(stated.fetchall()[0][0])
    names: dict[str, list[dict[str, Any]]] = {}
    for row in rows["names"]:
        names.setdefault(row.pop("concept"), []).append(row)
    nodes = {
        row.pop("id"): (row.pop("type", None), row) for row in rows["nodes"]
    }  # fmt: skip
    edges = Counter(_edge(row) for row in rows["edges"])
    return Read({key: node(*value, names.get(key, [])) for key, value in nodes.items()}, edges, provenance)


def _given(row: dict[str, Any]) -> dict[str, Any]:
    row = row | json.loads(row.pop("other", None) or "{}")
    return {key: value for key, value in row.items() if value is not None}


def _edge(row: dict[str, Any]) -> str:
    ends = [row.pop(key) for key in ("id", "subject", "predicate", "object")]
    return edge(*ends, row)


#: Properties of the graph that are not text.
_NUMBERS = {
    **dict.fromkeys(("grch37", "grch38", "sample_size", "n_traits", "rank"), int),
    **dict.fromkeys(("weight", "effect", "standard_error", "neg_log10_p", "allele_frequency", "aligned_effect"), float),
    **dict.fromkeys(("score", "confidence"), float),
}  # fmt: skip


def read_kgx(nodes: Path, edges: Path) -> Read:
    read = _lines if nodes.suffix == ".jsonl" else _tsv
    found, stated = {}, Counter()
    for row in read(nodes):
        row = {{"description": "definition", "deprecated": "obsolete"}.get(key, key): row[key] for key in row}
        for slot in ("synonym", "related_synonym", "broad_synonym", "narrow_synonym", "provided_by"):
            row.pop(slot, None)
        (category,) = row.pop("category")
        identifier, names = row.pop("id"), row.pop("names", [])
        found[identifier] = node(_TYPES[category], row, names)
    for row in read(edges):
        assert row.pop("predicate") == biolink.predicate(row["original_predicate"])
        assert row.pop("category") == ["biolink:Association"]
        assert row.pop("primary_knowledge_source").startswith("infores:")
        assert {row.pop("knowledge_level"), row.pop("agent_type")}
        row["predicate"] = row.pop("original_predicate")
        if "publications" in row:
            row["publications"] = "|".join(row["publications"])
        stated[_edge(row)] += 1
    metadata = nodes.with_name(nodes.name.replace(f"_nodes{nodes.suffix}", "_metadata.json"))
    return Read(found, stated, json.loads(metadata.read_text()))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def _tsv(path: Path) -> list[dict[str, Any]]:
    rows = []
    with path.open(newline="\n") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            given = {key: _value(key, text) for key, text in row.items() if text != ""}
            rows.append(given | given.pop("other", {}))
    return rows


def _value(key: str, text: str) -> Any:
    if key in ("names", "other"):
        return json.loads(text)
    if key in ("category", "sources", "publications", "provided_by") or key.endswith("synonym"):
        return text.split("|")
    if key in ("deprecated", "stub", "negated") or key.startswith("in_"):
        return {"true": True, "false": False}[text]
    return _NUMBERS.get(key, str)(text)


def read_rdf(graph: rdflib.Graph) -> Read:
    """From the triples of all graphs together."""
    curies = {subject: str(value) for subject, value in graph.subject_objects(DCTERMS.identifier)}
    named: dict[Any, list[dict[str, Any]]] = {}
    for axiom in graph.subjects(RDF.type, OWL.Axiom):
        name = {"id": axiom.removeprefix("urn:kg:name:"), **_own(graph, axiom)}
        name["text"] = str(graph.value(axiom, OWL.annotatedTarget))
        named.setdefault(graph.value(axiom, OWL.annotatedSource), []).append(name)
        assert (
            graph.value(axiom, OWL.annotatedSource),
            graph.value(axiom, OWL.annotatedProperty),
            graph.value(axiom, OWL.annotatedTarget),
        ) in graph
    nodes = {}
    for subject, curie in curies.items():
        kinds = [str(kind) for kind in graph.objects(subject, RDF.type) if str(kind).startswith(biolink.BIOLINK)]
        if not kinds:  # a source
            continue
        properties = _own(graph, subject)
        for key, verb in {"name": RDFS.label, "definition": SKOS.definition, "obsolete": OWL.deprecated}.items():
            if (value := graph.value(subject, verb)) is not None:
                properties[key] = value.toPython()
        if "sources" in properties:
            properties["sources"] = [str(value) for value in graph.objects(subject, KG.sources)]
        kind = _TYPES[kinds[0].replace(biolink.BIOLINK, "biolink:")]
        nodes[curie] = node(kind, properties, named.get(subject, []))
    edges = Counter()
    for statement in graph.subjects(RDF.type, BIOLINK.Association):
        triple = [graph.value(statement, part) for part in (RDF.subject, RDF.predicate, RDF.object)]
        negated = graph.value(statement, BIOLINK.negated)
        properties = _own(graph, statement)
        if negated is not None:
            properties["negated"] = negated.toPython()
        ends = curies[triple[0]], _predicate(str(triple[1])), curies[triple[2]]
        edges[edge(statement.removeprefix("urn:kg:edge:"), *ends, properties)] += 1
    return Read(nodes, edges, {"sources": sorted(graph.subjects(RDF.type, DCTERMS.Dataset))})


def _own(graph: rdflib.Graph, subject: Any) -> dict[str, Any]:
    """Properties in kg's namespace, and the source."""
    found = {}
    for verb, value in graph.predicate_objects(subject):
        if verb == BIOLINK.primary_knowledge_source:
            found["source"] = value.removeprefix("urn:kg:source:")
        elif str(verb).startswith(str(KG)) and isinstance(value, rdflib.Literal):
            json_like = value.datatype == RDF.JSON
            found[verb.removeprefix(str(KG))] = json.loads(str(value)) if json_like else value.toPython()
    return found


def _predicate(iri: str) -> str:
    known = {
        "http://www.geneontology.org/formats/oboInOwl#hasDbXref": "XREF",
        "http://purl.obolibrary.org/obo/IAO_0100001": "REPLACED_BY",
    }
    return known.get(iri) or iri.rpartition("/")[2].removeprefix("urn:kg:").upper()
