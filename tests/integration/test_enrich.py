"""Enrichment of a small graph with the packaged base model, whose variants stand for trained ones."""

import dataclasses
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from embed import enrich as enriching
from embed.enrich import Enriched, enrich
from embed.model.checkpoint import Encoder, load_encoder
from kgbuild.errors import InputError
from kgbuild.mapping import enriched_with
from kgbuild.store import Store

GRAPH = """
CREATE (:Meta {name: 'kg', graph_id: 'g1'}),
  (a:Concept:Disease {id: 'EFO:1', name: 'Asthma', vocabulary: 'EFO', in_efo: true}),
  (b:Concept:Disease {id: 'MONDO:2', name: 'asthma', vocabulary: 'MONDO', in_mondo: true, in_efo: true}),
  (c:Concept:Disease {id: 'phecode:495', name: 'Allergic asthma', vocabulary: 'phecode'}),
  (:Concept:Disease {id: 'EFO:0', name: 'obsolete asthma', vocabulary: 'EFO', obsolete: true}),
  (:Concept {id: 'umls:C1', stub: true, vocabulary: 'umls'}),
  (n:Name {key: 'asthma'}), (m:Name {key: 'allergic asthma'}), (k:Name {key: 'bronchial asthma'}),
  (a)-[:HAS_NAME {text: 'Asthma'}]->(n), (b)-[:HAS_NAME {text: 'asthma'}]->(n),
  (c)-[:HAS_NAME {text: 'Allergic asthma'}]->(m),
  (a)-[:HAS_NAME {text: 'Bronchial asthma'}]->(k),
  (:Variant {id: 'dbSNP:rs1'}), (:Variant {id: 'dbSNP:rs2'}), (:Variant {id: 'dbSNP:rs3'})
"""


class WithVariants(Encoder):
    """The base model with vectors of three variants, of which the last was not learned."""

    variants = (["dbSNP:rs1", "dbSNP:rs2", "dbSNP:rs3"], np.eye(3, 384, dtype=np.float32))
    trained = np.array([True, True, False])


def model(name: str) -> Encoder:
    base = load_encoder("minilm")
    return WithVariants(**{f.name: getattr(base, f.name) for f in dataclasses.fields(base)} | {"name": name})


@pytest.fixture
def graph(empty_store: Store) -> Store:
    empty_store.query(GRAPH)
    return empty_store


def embedded(store: Store) -> set[str]:
    rows = store.query("MATCH (n) WHERE n.embedding IS NOT NULL RETURN coalesce(n.id, n.key) AS id")
    return {row["id"] for row in rows}


def test_live_concepts_names_and_learned_variants_get_unit_vectors_of_their_texts(graph):
    done = enrich(graph, model("a"), precision="fp32")
    (row,) = graph.query("MATCH (n {id: 'EFO:1'}), (m {key: 'asthma'}) RETURN n.embedding AS n, m.embedding AS m")

    assert embedded(graph) == {
        "EFO:1", "MONDO:2", "phecode:495", "asthma", "allergic asthma", "bronchial asthma", "dbSNP:rs1", "dbSNP:rs2",
    }  # fmt: skip
    assert (done.concepts, done.names, done.variants, done.texts) == (3, 3, 2, 3)
    assert row["n"] == row["m"]
    np.testing.assert_allclose(row["n"], load_encoder("minilm").encode(["Asthma"])[0], atol=1e-5)
    assert "vectors written a second" in str(done)


def test_the_index_of_concepts_filters_by_membership(graph):
    enrich(graph, model("a"))
    found = graph.query(
        """CYPHER 25
        MATCH (p:Concept {id: 'phecode:495'})
        MATCH (n:Concept) SEARCH n IN (VECTOR INDEX concept_embedding FOR p.embedding WHERE n.in_mondo = true LIMIT 5)
          SCORE AS score
        RETURN n.id AS id, score"""
    )

    assert [row["id"] for row in found] == ["MONDO:2"]
    assert {row["name"] for row in graph.query("SHOW VECTOR INDEXES YIELD name, state WHERE state = 'ONLINE'")} == set(
        enriching.INDEXES
    )


def test_the_same_model_on_the_same_graph_does_nothing_and_another_replaces(graph):
    enrich(graph, model("a"))
    again = enrich(graph, model("a"))
    graph.query("MATCH (n:Concept {id: 'EFO:1'}) SET n.obsolete = true")
    other = enrich(graph, dataclasses.replace(load_encoder("minilm"), name="b"))

    assert again == Enriched()
    assert other.variants == 0
    assert not embedded(graph) & {"EFO:1", "dbSNP:rs1"}
    assert graph.query("MATCH (m:Meta {name: 'embeddings'}) RETURN m.model AS model, m.graph AS graph") == [
        {"model": "b", "graph": "g1"}
    ]


def test_another_graph_is_encoded_again(graph):
    enrich(graph, model("a"))
    graph.query("MATCH (m:Meta {name: 'kg'}) SET m.graph_id = 'g2'")

    assert enrich(graph, model("a")).concepts == 3


class Killed(BaseException):
    pass


def killed(*_: object) -> None:
    raise Killed


def vectors(store: Store) -> dict[str, list[float]]:
    rows = store.query("MATCH (n) WHERE n.embedding IS NOT NULL RETURN coalesce(n.id, n.key) AS id, n.embedding AS v")
    return {row["id"]: row["v"] for row in rows}


def half_way(store: Store, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write three vectors of a model, then die."""
    write, left = store.write, iter(range(3))
    with monkeypatch.context() as patch:
        patch.setattr(enriching, "_BATCH", 1)
        patch.setattr(store, "write", lambda *a, **k: write(*a, **k) if next(left, None) is not None else killed())
        with pytest.raises(Killed):
            enrich(store, encoder, "fp32")


def test_a_killed_enrichment_goes_on_where_it_was_and_gives_the_vectors_of_one_that_was_not(graph, monkeypatch):
    enrich(graph, model("b"), "fp32")
    whole = vectors(graph)
    enrich(graph, model("a"), "fp32")

    half_way(graph, model("b"), monkeypatch)
    before = vectors(graph)
    with pytest.raises(InputError, match="no embeddings"):
        enriched_with(graph)
    rest = enrich(graph, model("b"), "fp32")

    assert 0 < len(before) < len(whole)
    assert rest.vectors == len(whole) - len(before)
    assert vectors(graph) == whole
    assert Path(enriched_with(graph)) == model("b").folder
    assert enrich(graph, model("b"), "fp32") == Enriched()


def test_an_enrichment_that_was_killed_at_its_indexes_still_gets_them(graph, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(enriching, "create_indexes", killed)
        with pytest.raises(Killed):
            enrich(graph, model("a"))

    assert enrich(graph, model("a")).vectors == 0
    assert len(graph.query("SHOW VECTOR INDEXES YIELD state WHERE state = 'ONLINE'")) == 3
    assert len(embedded(graph)) == 8


@pytest.mark.parametrize("changed", ["the model", "the graph"])
def test_what_a_killed_enrichment_wrote_is_not_taken_for_that_of_another_model_or_graph(graph, monkeypatch, changed):
    half_way(graph, model("a"), monkeypatch)
    if changed == "the graph":
        graph.query("MATCH (m:Meta {name: 'kg'}) SET m.graph_id = 'g2'")

    assert enrich(graph, model("b" if changed == "the model" else "a")).vectors == 8


def test_kg_enrich_finishes_what_a_kg_enrich_that_was_killed_began(empty_store):
    """SIGKILL, as soon as there are vectors."""
    empty_store.query(
        """CREATE CONSTRAINT FOR (c:Concept) REQUIRE c.id IS UNIQUE""",
    )
    empty_store.query(
        """CREATE (:Meta {name: 'kg', graph_id: 'g1'})
        WITH * UNWIND range(1, 3000) AS i
        CREATE (:Concept {id: 'EFO:' + i, name: 'asthma of kind ' + i, vocabulary: 'EFO'})"""
    )
    command = [sys.executable, "-m", "kgbuild.cli", "enrich", "minilm"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not embedded(empty_store) and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = len(embedded(empty_store))
    subprocess.run(command, check=True)
    after = vectors(empty_store)
    enrich(empty_store, dataclasses.replace(load_encoder("minilm"), name="again"))

    assert 0 < before < 3000
    assert after == vectors(empty_store)
    assert len(after) == 3000
