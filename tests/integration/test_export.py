"""What is exported is what the graph holds, format by format, read back by the reference libraries."""

import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import pytest
import rdflib
from typer.testing import CliRunner

import kgbuild
from kgbuild import database
from kgbuild.cli import app
from kgbuild.errors import DatabaseError, InputError
from kgbuild.export import Selection, export, select
from kgbuild.loading import load
from kgbuild.model import TYPES
from kgbuild.store import Store, connect
from loaders import LOADERS
from tests import export_readers as readers

STARTER = Path(str(resources("loaders"))) / "starter"

#: What no starter source has: a denial, computed links, hostile text, an unknown property and prefix, vectors.
ODDITIES = """
MATCH (t2d:Concept {id: 'MONDO:0005148'}), (v:Variant {id: 'dbSNP:rs7903146'})
CREATE (odd:Concept {id: 'NANDO:1 (old)', vocabulary: 'NANDO', name: 'a "b" <c> | d', mine: 7})
SET odd.definition = 'tab\\tand\\nline', t2d.embedding = [0.5, -1.5]
CREATE (odd)-[:HAS_NAME {id: 'n1', text: 'A "b"\\t<c> | d', scope: 'RELATED', language: 'de', source: 'own'}]->
  (:Name {key: 'a "b" <c> | d', embedding: [0.5, 0.25]})
CREATE (v)-[:ASSOCIATED_WITH {id: 'e1', source: 'own', negated: true, weight: 0.1, effect: 1e-300}]->(odd)
CREATE (v)-[:ASSOCIATED_WITH {id: 'e2', source: 'own', weight: 0.1, sample_size: 9007199254740993}]->(odd)
WITH odd, t2d UNWIND ['EFO', 'MONDO'] AS target
CREATE (odd)-[:SIMILAR_TO {score: 0.5, rank: 1, model: 'm', run: 'now', subject_source: 'NANDO',
  object_source: target}]->(t2d)
"""


@pytest.fixture(scope="module")
def graph(neo4j_home: Path) -> Iterator[Store]:
    """The starter graph, and the oddities."""
    database.reset()
    load(["all"], STARTER, LOADERS)
    with connect() as store:
        store.query(ODDITIES)
        yield store


def held(store: Store, embeddings: bool = False) -> readers.Read:
    """The whole graph, by queries that are not the export's."""
    names: dict[str, list[dict[str, Any]]] = {}
    for row in store.query(
        "MATCH (c)-[h:HAS_NAME]->(n:Name) RETURN c.id AS id, h {.*, key: n.key} AS name, n.embedding AS embedding"
    ):
        vector = {"embedding": row["embedding"]} if embeddings and row["embedding"] else {}
        names.setdefault(row["id"], []).append(row["name"] | vector)
    nodes = {}
    for row in store.query("MATCH (n:Concept|Variant) RETURN labels(n) AS labels, properties(n) AS properties"):
        identifier = row["properties"].pop("id")
        kinds = [label for label in row["labels"] if label in TYPES]
        if not embeddings:
            row["properties"].pop("embedding", None)
        nodes[identifier] = readers.node(kinds[0] if kinds else None, row["properties"], names.get(identifier, []))
    edges: Counter[str] = Counter()
    for row in store.query(
        "MATCH (a)-[r]->(b:Concept|Variant) RETURN a.id AS a, type(r) AS type, b.id AS b, properties(r) AS properties"
    ):
        identifier = row["properties"].pop("id", "computed")
        edges[readers.edge(identifier, row["a"], row["type"], row["b"], row["properties"])] += 1
    return readers.Read(nodes, edges, {})


@pytest.fixture(scope="module")
def there(graph: Store) -> readers.Read:
    """The whole graph without vectors."""
    return held(graph)


def computed(edges: Counter[str]) -> Counter[str]:
    """Edges without the ids that the export gives to computed links."""
    renamed: Counter[str] = Counter()
    for text, count in edges.items():
        identifier, *rest = json.loads(text)
        renamed[readers.canonical(["computed" if rest[1] == "SIMILAR_TO" else identifier, *rest])] += count
    assert len(renamed) == len(edges)
    return renamed


def exported(store: Store, name: str, folder: Path, selection: Selection | None = None) -> readers.Read:
    """Write and read back; `name` is a file's, whose suffix is the format."""
    suffix = Path(name).suffix
    form = {".tsv": "kgx", ".jsonl": "kgx", ".ttl": "rdf", ".nt": "rdf", ".nq": "rdf", "": "parquet"}.get(
        suffix, suffix[1:]
    )
    done = export(store, form, folder / name, selection)
    if form == "kgx":
        read = readers.read_kgx(*done.files[:2])
    elif form == "parquet":
        read = readers.read_parquet(folder / name)
    elif form == "rdf":
        whole = rdflib.Dataset(default_union=True) if suffix == ".nq" else rdflib.Graph()
        read = readers.read_rdf(whole.parse(folder / name, format={".nq": "nquads", ".nt": "nt"}.get(suffix, "turtle")))
    else:
        read = {"graphml": readers.read_graphml, "json": readers.read_json}[form](folder / name)
    assert (done.nodes, done.edges) == (len(read.nodes), read.edges.total())
    return read


def chosen(store: Store, **selection: Any) -> readers.Read:
    return readers.read_networkx(kgbuild.networkx(**selection))


def ends(read: readers.Read) -> set[str]:
    return {end for text in read.edges for end in json.loads(text)[1:4:2]}


@pytest.mark.parametrize("name", ["g.graphml", "g.json", "g", "g.tsv", "g.jsonl", "g.ttl", "g.nt", "g.nq"])
def test_the_file_holds_the_graph(graph: Store, there: readers.Read, tmp_path: Path, name: str) -> None:
    read = exported(graph, name, tmp_path)

    assert read.nodes == there.nodes
    assert computed(read.edges) == there.edges
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_notebooks_graphs_hold_the_graph(there: readers.Read) -> None:
    for read in (readers.read_networkx(kgbuild.networkx()), readers.read_rdf(kgbuild.rdflib())):
        assert (read.nodes, computed(read.edges)) == (there.nodes, there.edges)


@pytest.mark.parametrize("name", ["g.json", "g", "g.nt"])
def test_vectors_are_there_when_asked_for(graph: Store, tmp_path: Path, name: str) -> None:
    read = exported(graph, name, tmp_path, Selection(embeddings=True))

    assert read.nodes == held(graph, embeddings=True).nodes
    assert read.nodes["MONDO:0005148"][1]["embedding"] == [0.5, -1.5]


@pytest.mark.parametrize("name", ["g.graphml", "g.nq", "g.tsv"])
def test_the_same_graph_gives_the_same_bytes(graph: Store, tmp_path: Path, name: str) -> None:
    form = {"graphml": "graphml", "nq": "rdf", "tsv": "kgx"}[name.partition(".")[2]]
    first = [path.read_bytes() for path in export(graph, form, tmp_path / name).files]

    assert [path.read_bytes() for path in export(graph, form, tmp_path / name).files] == first


def test_order_is_by_id_and_comes_off_the_index(graph: Store) -> None:
    subgraph = select(graph, Selection())
    ids = [node.id for node in subgraph.nodes if node.type != "Variant"]
    subjects = [edge.subject for edge in subgraph.edges if not edge.subject.startswith("dbSNP:")]

    assert ids == sorted(ids)
    assert subjects == sorted(subjects)
    for name in ("nodes", "edges"):
        text = graph.cypher(f"export/{name}").replace("`LABEL`", "Concept")
        assert "Sort" not in operators(graph, text)  # one over all would hold them all; PartialSort does not


def operators(store: Store, text: str) -> list[str]:
    with store._driver.session() as session:
        body = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
        plan = session.run("EXPLAIN " + body).consume().plan
    found, waiting = [], [plan]
    while waiting:
        step = waiting.pop()
        found.append(step["operatorType"].partition("@")[0])
        waiting += step.get("children", [])
    return found


def test_a_vocabulary_is_its_release_and_its_prefix(graph: Store, there: readers.Read) -> None:
    read = chosen(graph, vocabularies="efo")
    wanted = {
        row["id"]
        for row in graph.query("MATCH (n:Concept) WHERE n.in_efo OR n.id STARTS WITH 'EFO:' RETURN n.id AS id")
    }

    assert set(read.nodes) == wanted
    assert "MONDO:0005148" in wanted
    assert any(properties.get("obsolete") for _, properties, _ in read.nodes.values())
    assert read.edges == among(there, wanted)


def among(there: readers.Read, ids: set[str]) -> Counter[str]:
    return Counter({text: n for text, n in there.edges.items() if {*json.loads(text)[1:4:2]} <= ids})


def test_types_and_vocabularies_narrow_each_other(graph: Store) -> None:
    read = chosen(graph, vocabularies=["EFO", "hgnc"], types=["gene"])

    assert read.nodes
    assert {kind for kind, *_ in read.nodes.values()} == {"Gene"}
    assert {identifier.partition(":")[0] for identifier in read.nodes} == {"hgnc"}


def test_a_source_gives_its_edges_their_ends_and_what_it_describes(graph: Store, there: readers.Read) -> None:
    read = chosen(graph, sources=["gwas_catalog"])
    stated = Counter({text: n for text, n in there.edges.items() if '"source": "gwas_catalog"' in text})
    described = {row["id"] for row in graph.query("MATCH (n) WHERE 'gwas_catalog' IN n.sources RETURN n.id AS id")}

    assert read.edges == stated
    assert set(read.nodes) == ends(read) | described
    assert {json.loads(name)["source"] for *_, names in read.nodes.values() for name in names} <= {"gwas_catalog"}


def test_ends_of_a_sources_edges_stay_within_the_types(graph: Store) -> None:
    read = chosen(graph, sources="primekg", types=["Disease", "Gene"])

    assert {kind for kind, *_ in read.nodes.values()} == {"Disease", "Gene"}
    assert all('"source": "primekg"' in text for text in read.edges)
    assert ends(read) <= set(read.nodes)


def test_around_a_node_is_what_so_many_edges_part_from_it(graph: Store, there: readers.Read) -> None:
    pairs = [json.loads(text)[1:4:2] for text in there.edges]
    near = {"MONDO:0005148"}
    for hops in (1, 2):
        near |= {end for pair in pairs if near & set(pair) for end in pair}
        read = chosen(graph, around="mondo:5148", hops=hops)

        assert set(read.nodes) == near
        assert computed(read.edges) == among(there, near)


def test_around_a_node_types_limit_what_is_taken_and_not_the_way(graph: Store) -> None:
    everything, genes = (chosen(graph, around="MONDO:0005148", hops=2, types=types) for types in ((), ("Gene",)))

    kinds = {identifier: kind for identifier, (kind, *_) in everything.nodes.items()}
    assert set(genes.nodes) == {each for each, kind in kinds.items() if kind == "Gene"} | {"MONDO:0005148"}


def test_around_a_node_a_source_is_the_way(graph: Store) -> None:
    read = chosen(graph, around="MONDO:0005148", sources="mondo", hops=2)

    assert read.edges
    assert all('"source": "mondo"' in text for text in read.edges)
    assert ends(read) == set(read.nodes)


def test_variants_can_be_left_out(graph: Store, there: readers.Read) -> None:
    read = chosen(graph, variants=False)

    assert set(read.nodes) == {each for each, (kind, *_) in there.nodes.items() if kind != "Variant"}
    assert read.edges == Counter({text: n for text, n in read.edges.items() if "dbSNP:" not in text})


def test_the_provenance_names_the_graph_and_the_sources_of_what_was_taken(graph: Store, tmp_path: Path) -> None:
    stated = exported(graph, "g.json", tmp_path, Selection(sources=("phecode",))).provenance
    (identity,) = graph.query("MATCH (m:Meta {name: 'kg'}) RETURN m.graph_id AS graph")

    assert stated["graph"] == identity["graph"]
    assert stated["selection"] == {"sources": ["phecode"]}
    assert stated["generator"] == f"kg {kgbuild.__version__}"
    phecode = next(source for source in stated["sources"] if source["name"] == "phecode")
    assert phecode["licence"] == LOADERS["phecode"].SOURCE.licence
    assert "eqtl" not in [source["name"] for source in stated["sources"]]


def test_a_graph_that_changes_meanwhile_gives_no_file(graph: Store, tmp_path: Path) -> None:
    subgraph = select(graph, Selection(vocabularies=("phecode",)))
    list(subgraph.nodes)
    graph.query("MATCH (m:Meta {name: 'kg'}) SET m.kept = m.graph_id, m.graph_id = 'other'")
    try:
        with pytest.raises(DatabaseError, match="it was changed while it was read"):
            subgraph.provenance()
    finally:
        graph.query("MATCH (m:Meta {name: 'kg'}) SET m.graph_id = m.kept REMOVE m.kept")


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"vocabularies": ("EFOO",)}, r"EFOO: no such vocabulary in the graph; there are .*EFO"),
        ({"types": ("Diseases",)}, r"Diseases: no such type; there are Disease"),
        ({"sources": ("gwas",)}, r"gwas: no such source; there are .*gwas_catalog"),
        ({"around": "MONDO:999"}, r"MONDO:0000999: no such concept or variant"),
        ({"vocabularies": ("phecode",), "types": ("Drug",)}, r"nothing of it is selected"),
    ],
)
def test_what_cannot_be_selected_is_one_line_and_no_file(
    graph: Store, tmp_path: Path, selection: dict[str, Any], said: str
) -> None:
    for form, out in (("graphml", "g.graphml"), ("parquet", "folder"), ("kgx", "g.tsv")):
        with pytest.raises(InputError, match=said):
            export(graph, form, tmp_path / out, Selection(**selection))
    assert not list(tmp_path.iterdir())


def test_an_unknown_word_in_a_notebook_is_one_line(graph: Store) -> None:
    with pytest.raises(InputError, match=r"there are vocabularies, types, sources, around"):
        kgbuild.networkx(vocabulary="EFO")


def test_the_command_says_what_it_wrote_and_under_which_licences(graph: Store, tmp_path: Path) -> None:
    out = tmp_path / "g.nt"
    result = CliRunner().invoke(
        app, ["export", "rdf", str(out), "--vocabulary", "phecode", "--type", "disease", "--no-variants", "--json"]
    )
    assert result.exception is None, result.exception
    said = json.loads(result.stdout)
    text = CliRunner().invoke(app, ["export", "kgx", str(tmp_path / "k.jsonl"), "--around", "phecode:250.2"]).stdout

    assert said["files"] == [str(out)]
    assert said["nodes"] == len(readers.read_rdf(rdflib.Graph().parse(out)).nodes)
    assert "k_nodes.jsonl" in text
    assert "phecode" in text
