"""Every format gives back what was written: hostile text, numbers, lists, parallel edges."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import networkx
import pyarrow.parquet as pq
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.errors import InputError, MissingExtra
from kgbuild.export import biolink, files, graphml, kgx, parquet, rdf
from kgbuild.export import json as node_link
from kgbuild.export.notebook import to_networkx, to_rdflib
from kgbuild.export.subgraph import Edge, Node, Subgraph
from kgbuild.model import TYPES
from tests import export_readers as readers

T2D, RS, CODE = "MONDO:0005148", "dbSNP:rs7903146", "NANDO:1 (old) é"
SOURCES = [{"name": "efo", "version": "3.62", "licence": "Apache-2.0"}, {"name": "own", "licence": 'mine, "not" yours'}]


def name(text: str, scope: str = "EXACT", language: str = "en") -> dict[str, Any]:
    identifier = f"n{abs(hash((text, scope)))}"
    return {"id": identifier, "key": text.lower(), "text": text, "scope": scope, "source": "efo", "language": language}


NODES = [
    Node(
        T2D, "Disease",
        {"name": 'Type "2" diabetes <T2D> & co', "definition": "one\ttab, two\nlines\r\nand \\n", "in_efo": True,
         "vocabulary": "MONDO", "sources": ["efo", "own"], "mine": {"not": "a column"}, "stub": "no boolean"},
        [name('Type "2" diabetes <T2D> & co', "LABEL"), name("T2D|NIDDM"), name("ß-cell\x0b'"),
         name("мета", "BROAD", "ru"), name("x", "SYMBOL", "not a language")],
    ),
    Node(CODE, None, {"stub": True, "vocabulary": "NANDO", "name": ""}, []),
    Node(RS, "Variant", {"chromosome": "10", "grch37": 114758349, "grch38": 112998590}, []),
]  # fmt: skip
EDGES = [
    Edge(
        "a1", RS, "ASSOCIATED_WITH", T2D,
        {"source": "gwas_catalog", "weight": 1.5, "effect": 1e-300, "sample_size": 2**53 + 1, "neg_log10_p": 350.25,
         "publications": "pubmed:1", "context": "a\x00b"},
    ),
    Edge("1234567890", RS, "ASSOCIATED_WITH", T2D, {"source": "gwas_catalog", "negated": True, "n_traits": 1}),
    Edge("a3", CODE, "GROUPS", T2D, {"source": "own", "weight": 1.0}),
    Edge("a4", T2D, "SIMILAR_TO", CODE, {"score": 0.75, "rank": 1, "model": "generel"}),
]  # fmt: skip


def subgraph(nodes: list[Node] | None = None, edges: list[Edge] | None = None) -> Subgraph:
    return Subgraph(
        NODES if nodes is None else nodes, EDGES if edges is None else edges,
        lambda: {"generator": "kg", "graph": "g1", "sources": SOURCES}, ("in_efo",),
    )  # fmt: skip


def expected(graph: Subgraph) -> readers.Read:
    nodes = {each.id: readers.node(each.type, each.properties, each.names) for each in graph.nodes}
    edges = Counter(readers.edge(*each) for each in graph.edges)
    return readers.Read(nodes, edges, graph.provenance())


def written(form: str, folder: Path, graph: Subgraph) -> readers.Read:
    """A graph written in a format, and read by its reference library."""
    if form == "graphml":
        graphml.write(graph, folder / "g.graphml")
        return readers.read_graphml(folder / "g.graphml")
    if form == "json":
        node_link.write(graph, folder / "g.json")
        return readers.read_json(folder / "g.json")
    if form == "parquet":
        parquet.write(graph, *(folder / name for name in parquet.FILES))
        return readers.read_parquet(folder)
    if form in ("tsv", "jsonl"):
        paths = files("kgx", folder / f"g.{form}")
        kgx.write(graph, *paths)
        return readers.read_kgx(*paths[:2])
    rdf.write(graph, folder / f"g.{form}")
    if form == "nq":
        whole = rdflib.Dataset(default_union=True)
        return readers.read_rdf(whole.parse(folder / "g.nq", format="nquads"))
    return readers.read_rdf(rdflib.Graph().parse(folder / f"g.{form}"))


FORMS = ("graphml", "json", "parquet", "tsv", "jsonl", "ttl", "nt", "nq")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_lost(form: str, tmp_path: Path) -> None:
    found, given_ = written(form, tmp_path, subgraph()), expected(subgraph())

    assert found.nodes == given_.nodes
    assert found.edges == given_.edges


@pytest.mark.parametrize("form", ["graphml", "json", "parquet", "tsv", "jsonl"])
def test_the_provenance_is_in_the_file(form: str, tmp_path: Path) -> None:
    provenance = written(form, tmp_path, subgraph()).provenance

    assert (provenance["graph"], provenance["sources"]) == ("g1", SOURCES)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_SCALAR = {
    "context": _TEXT, "weight": st.floats(allow_nan=False), "n_traits": st.integers(-(2**63), 2**63 - 1),
    "negated": st.booleans(),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(properties=st.fixed_dictionaries({}, optional=_SCALAR), text=_TEXT.filter(str.strip), definition=_TEXT)
def test_any_text_and_number_comes_back(
    form: str, tmp_path_factory: pytest.TempPathFactory, properties: dict[str, Any], text: str, definition: str
) -> None:
    nodes = [Node("EFO:1", "Disease", {"definition": definition}, [name(text)])]
    edges = [Edge("e", "EFO:1", "RELATED_TO", "EFO:1", properties)]
    found = written(form, tmp_path_factory.mktemp("any"), subgraph(nodes, edges))

    assert (found.nodes, found.edges) == expected(subgraph(nodes, edges))[:2]


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_graph_can_be_read(form: str, tmp_path: Path) -> None:
    assert written(form, tmp_path, subgraph([], []))[:2] == ({}, Counter())


def test_node_link_json_and_the_notebooks_graph_are_one(tmp_path: Path) -> None:
    made = to_networkx(subgraph())
    node_link.write(subgraph(), tmp_path / "g.json")

    read = networkx.node_link_graph(json.loads((tmp_path / "g.json").read_text()))
    assert networkx.utils.graphs_equal(made, read)
    assert made.number_of_edges(RS, T2D) == 2
    assert networkx.node_link_data(made)["edges"][0]["source"] == T2D  # kg's own `source` is not in the way


def test_the_triples_of_file_and_notebook_are_the_same(tmp_path: Path) -> None:
    rdf.write(subgraph(), tmp_path / "g.ttl")

    assert set(to_rdflib(subgraph())) == set(rdflib.Graph().parse(tmp_path / "g.ttl"))


def test_a_negated_edge_is_not_stated_as_a_triple(tmp_path: Path) -> None:
    rdf.write(subgraph(edges=[EDGES[1]]), tmp_path / "g.nt")
    triples = rdflib.Graph().parse(tmp_path / "g.nt")
    stated = rdf.predicate("ASSOCIATED_WITH").full

    assert not list(triples.triples((None, rdflib.URIRef(stated), None)))
    assert list(triples.subjects(rdflib.RDF.predicate, rdflib.URIRef(stated)))


def test_a_named_graph_is_a_source(tmp_path: Path) -> None:
    rdf.write(subgraph(), tmp_path / "g.nq")
    whole = rdflib.Dataset().parse(tmp_path / "g.nq", format="nquads")
    groups = (rdflib.URIRef(rdf.iri(CODE).full), rdflib.URIRef("urn:kg:groups"), rdflib.URIRef(rdf.iri(T2D).full))

    assert groups in whole.graph(rdflib.URIRef("urn:kg:source:own"))
    assert len(whole.graph(rdflib.URIRef("urn:kg:computed"))) == 8
    assert groups not in whole.default_graph


def test_kgx_is_biolinks(tmp_path: Path) -> None:
    paths = files("kgx", tmp_path / "g.tsv")
    kgx.write(subgraph(), *paths)
    nodes, edges = ([line.split("\t") for line in path.read_text().split("\n")[:-1]] for path in paths[:2])

    assert [path.name for path in paths] == ["g_nodes.tsv", "g_edges.tsv", "g_metadata.json"]
    assert {len(row) for row in nodes} == {len(nodes[0])}
    assert {len(row) for row in edges} == {len(edges[0])}
    first = dict(zip(nodes[0], nodes[1], strict=True))
    assert (first["category"], first["provided_by"]) == ("biolink:Disease", "infores:efo|infores:own")
    assert (first["synonym"], first["broad_synonym"]) == ("T2D/NIDDM|ß-cell\x0b'|x", "мета")
    rows = [dict(zip(edges[0], row, strict=True)) for row in edges[1:]]
    assert [row["predicate"] for row in rows] == [
        "biolink:associated_with", "biolink:associated_with", "biolink:related_to", "biolink:similar_to",
    ]  # fmt: skip
    assert [row["knowledge_level"] for row in rows] == [
        "statistical_association", "not_provided", "not_provided", "prediction",
    ]  # fmt: skip
    assert json.loads(paths[2].read_text())["prefixes"]["MONDO"] == "http://purl.obolibrary.org/obo/MONDO_"


def test_every_type_has_a_class_of_its_own() -> None:
    assert set(biolink.CATEGORIES) == {*TYPES, None}
    assert len(set(biolink.CATEGORIES.values())) == len(biolink.CATEGORIES)


def test_parquet_keeps_types(tmp_path: Path) -> None:
    parquet.write(subgraph(), *(tmp_path / name for name in parquet.FILES))
    schema = pq.read_schema(tmp_path / "nodes.parquet")

    assert str(schema.field("sources").type) == "list<element: string>"
    assert str(schema.field("in_efo").type) == "bool"
    assert str(pq.read_schema(tmp_path / "edges.parquet").field("sample_size").type) == "int64"


def test_a_compressed_file_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for file in ("a.json.gz", "b.json.gz"):
        node_link.write(subgraph(), tmp_path / file)

    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()
    assert json.loads(gzip.decompress((tmp_path / "a.json.gz").read_bytes()))["multigraph"]


@pytest.mark.parametrize(("form", "out"), [("rdf", "g.rdf"), ("rdf", "g"), ("kgx", "g.json"), ("kgx", "g.gz")])
def test_a_name_that_does_not_say_the_format_is_refused(form: str, out: str) -> None:
    with pytest.raises(InputError, match="is not clear; end the name in"):
        files(form, Path(out))


def test_without_its_extra_a_notebook_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "networkx", None)

    with pytest.raises(MissingExtra, match=r"pip install 'kg\[analysis\]'"):
        to_networkx(subgraph())
