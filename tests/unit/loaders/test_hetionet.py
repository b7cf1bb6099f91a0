"""Rows of tests/data/hetionet: kinds of nodes and metaedges; two databases' pathways; an unknown kind and metaedge."""

import pytest

from loaders import hetionet


@pytest.fixture(scope="module")
def tables(staged):
    return staged(hetionet, "hetionet")


def test_metaedges_are_read_in_the_direction_of_their_predicate(tables):
    assert tables.triples() == {
        ("NCBIGene:9021", "PARTICIPATES_IN", "GO:0003193"),
        ("NCBIGene:3149", "EXPRESSED_IN", "UBERON:0000004"),
        ("NCBIGene:9021", "NEGATIVELY_CORRELATED_WITH", "UBERON:0000004"),
        ("NCBIGene:9021", "REGULATES", "NCBIGene:3149"),
        ("NCBIGene:3149", "INTERACTS_WITH", "NCBIGene:9021"),
        ("NCBIGene:9021", "GENE_ASSOCIATED_WITH_CONDITION", "DOID:635"),
        ("NCBIGene:3149", "POSITIVELY_CORRELATED_WITH", "DOID:635"),
        ("DOID:635", "HAS_PHENOTYPE", "mesh:D058447"),
        ("DOID:635", "DISEASE_HAS_LOCATION", "UBERON:0000004"),
        ("drugbank:DB00014", "TREATS", "DOID:635"),
        ("drugbank:DB00014", "AFFECTS", "NCBIGene:9021"),
        ("drugbank:DB00014", "HAS_SIDE_EFFECT", "umls:C0000727"),
        ("ndfrt:N0000000069", "HAS_MEMBER", "drugbank:DB00014"),
        ("NCBIGene:3149", "PARTICIPATES_IN", "hetionet:PC7_2264"),
        ("NCBIGene:3149", "PARTICIPATES_IN", "wikipathways:WP179"),
        ("NCBIGene:9021", "RELATED_TO", "NCBIGene:3149"),
    }


def test_what_a_predicate_leaves_out_is_its_qualifier(tables):
    qualifiers = {edge["predicate"]: edge.get("qualifier") for edge in tables.edges}

    assert qualifiers["AFFECTS"] == "downregulates"
    assert qualifiers["RELATED_TO"] == "GxG"
    assert qualifiers["TREATS"] is None


def test_every_metaedge_of_the_release_has_a_predicate():
    released = "AdG AeG AuG CbG CcSE CdG CpD CrC CtD CuG DaG DdG DlA DpS DrD DuG GcG GiG GpBP GpCC GpMF GpPW Gr>G PCiC"

    assert sorted(hetionet._PREDICATES) == sorted(released.split())


def test_nodes_have_type_and_name(tables):
    assert (tables.node("mesh:D058447")["type"], tables.node("mesh:D058447")["name"]) == ("Phenotype", "Eye Pain")
    assert tables.node("GO:0003193")["type"] == "BiologicalProcess"
    assert tables.node("NCBIGene:100616263")["name"] == 'gene "quoted"'


def test_nodes_and_edges_of_an_unknown_kind_are_rejected(tables):
    assert tables.manifest.outcomes == {"staged": 28, "merged": 0, "rejected": 2}
    assert {reject["key"] for reject in tables.rejects} == {"Virus::1", "Virus::1 Disease::DOID:635"}
    assert all("a node id is not kind::id, with a kind among Anatomy" in reject["reason"] for reject in tables.rejects)
