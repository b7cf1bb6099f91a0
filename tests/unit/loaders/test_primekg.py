"""Rows of tests/data/primekg/kg.csv: one or two of each relation, in either direction, and a grouped disease."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import primekg


@pytest.fixture(scope="module")
def tables(staged):
    return staged(primekg, "primekg")


def test_both_directions_of_a_relation_are_one_edge(tables):
    assert tables.manifest.outcomes == {"staged": 20, "merged": 3, "rejected": 0}
    assert len(tables.edges) == 20 + 3  # and the three members of the grouped disease


def test_each_relation_has_its_predicate_and_direction(tables):
    assert tables.triples() == {
        ("NCBIGene:6934", "GENE_ASSOCIATED_WITH_CONDITION", "MONDO:0005148"),
        ("drugbank:DB00030", "TARGETS", "NCBIGene:3643"),
        ("drugbank:DB00331", "TREATS", "MONDO:0005148"),
        ("drugbank:DB00331", "CONTRAINDICATED_IN", "MONDO:0005300"),
        ("drugbank:DB00331", "OFF_LABEL_USE", "MONDO:0008487"),
        ("drugbank:DB00331", "HAS_SIDE_EFFECT", "HP:0002014"),
        ("drugbank:DB00030", "INTERACTS_WITH", "drugbank:DB00331"),
        ("MONDO.grouped:13924_12592_14672", "HAS_PHENOTYPE", "HP:0002014"),
        ("MONDO:0005015", "RELATED_TO", "MONDO:0005148"),
        ("NCBIGene:6934", "PARTICIPATES_IN", "reactome:R-HSA-195721"),
        ("NCBIGene:3643", "PARTICIPATES_IN", "GO:0006006"),
        ("NCBIGene:3643", "ENABLES", "GO:0005515"),
        ("NCBIGene:3643", "LOCATED_IN", "GO:0005886"),
        ("NCBIGene:3643", "EXPRESSED_IN", "UBERON:0001264"),
        ("NCBIGene:6934", "EXPRESSED_IN", "UBERON:0001264"),
        ("NCBIGene:3643", "INTERACTS_WITH", "NCBIGene:6934"),
        ("mesh:D001151", "ASSOCIATED_WITH", "MONDO:0005148"),
        ("UBERON:0001264", "RELATED_TO", "mesh:D001151"),
        *(("MONDO.grouped:13924_12592_14672", "HAS_MEMBER", f"MONDO:00{n}") for n in (13924, 12592, 14672)),
    }


def test_absent_phenotypes_and_expression_are_negated_and_stay_beside_the_positive_ones(tables):
    negated = {(e["subject"], e["object"]) for e in tables.edges if e.get("negated")}
    phenotype = [e for e in tables.edges if e["predicate"] == "HAS_PHENOTYPE"]

    assert negated == {("MONDO.grouped:13924_12592_14672", "HP:0002014"), ("NCBIGene:6934", "UBERON:0001264")}
    assert sorted(e.get("negated", False) for e in phenotype) == [False, True]


def test_how_a_drug_acts_on_a_protein_and_an_unknown_relation_are_kept_as_qualifiers(tables):
    targets = {e["qualifier"] for e in tables.edges if e["predicate"] == "TARGETS"}
    related = {e["qualifier"] for e in tables.edges if e["predicate"] == "RELATED_TO"}

    assert targets == {"target", "enzyme"}
    assert related == {"disease_disease", "new_relation"}


def test_nodes_have_the_type_and_name_of_their_first_row(tables):
    types = {node["id"]: node["type"] for node in tables.nodes}

    assert len(types) == 16
    assert types["MONDO.grouped:13924_12592_14672"] == "Disease"
    assert types["HP:0002014"] == "Phenotype"
    assert types["mesh:D001151"] == "Exposure"
    assert tables.node("MONDO:0005015")["name"] == 'diabetes mellitus, "any" kind'
    assert (tables.node("HP:0002014")["row"], tables.node("NCBIGene:6934")["row"]) == (9, 1)


HEADER = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source"
GENES = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=12, unique=True)


@settings(max_examples=3, deadline=None)
@given(pairs=GENES)
def test_an_undirected_relation_gives_the_same_edges_from_either_direction(staged, tmp_path_factory, pairs):
    def write(some):
        folder = tmp_path_factory.mktemp("primekg")
        rows = [f"protein_protein,ppi,1,{a},gene/protein,g{a},NCBI,2,{b},gene/protein,g{b},NCBI" for a, b in some]
        (folder / "kg.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        return staged(primekg, folder).triples()

    assert write(pairs) == write([(b, a) for a, b in pairs])


@pytest.fixture(scope="module")
def described(staged):
    """With drug_features.csv and disease_features.csv: quotes and line breaks in cells, a row a member of a group, the
    same disease twice, a node_index that kg.csv lacks."""
    return staged(primekg, "primekg_features")


def test_definitions_come_from_the_features_in_the_order_stated(described):
    definitions = {node["id"]: node.get("definition") for node in described.nodes}

    assert definitions["MONDO:0005148"] == 'A type of diabetes, "adult-onset", of high blood glucose.'
    assert definitions["MONDO:0005300"] == 'Nausea\nVomiting, and\n"restless" legs'
    assert definitions["MONDO:0008487"] == "Cysts."
    assert definitions["drugbank:DB00030"] == "Insulin human is a hormone,\nmade by recombination."
    assert definitions["drugbank:DB00331"] == "Type 2 diabetes."
    assert definitions["MONDO:0005015"] is None


def test_a_grouped_disease_has_its_best_definition_and_each_member_its_own(described):
    assert described.node("MONDO.grouped:13924_12592_14672")["definition"] == "Caused by FKBP10."
    assert described.node("MONDO.grouped:13924_12592_14672")["name"] == "osteogenesis imperfecta"
    assert {i: described.node(f"MONDO:00{i}").get("definition") for i in (13924, 12592, 14672)} == {
        13924: "A form by UMLS.", 12592: "Caused by FKBP10.", 14672: None
    }  # fmt: skip
    assert described.node("MONDO:0014672")["name"] == "osteogenesis imperfecta type 14"


def test_features_do_not_change_the_relations_and_have_an_outcome_each(tables, described):
    assert described.triples() == tables.triples()
    assert described.manifest.rows == {"kg.csv": 23, "drug_features.csv": 2, "disease_features.csv": 8}
    assert described.manifest.outcomes == {"staged": 28, "merged": 4, "rejected": 1}
    assert [(r["row"], r["reason"]) for r in described.rejects] == [(8, "a node_index that kg.csv does not have")]
