"""Enrichment of a small graph with the packaged base model, whose variants stand for trained ones."""

import dataclasses

import numpy as np
import pytest

from embed import enrich as enriching
from embed.checkpoint import Encoder, load_encoder
from embed.enrich import Enriched, enrich
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


def test_a_killed_enrichment_is_finished_by_running_it_again(graph, monkeypatch):
    enrich(graph, model("a"))

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(enriching, "create_indexes", killed)
        with pytest.raises(Killed):
            enrich(graph, model("b"))
    assert enrich(graph, model("b")).concepts == 3
    assert len(embedded(graph)) == 8
