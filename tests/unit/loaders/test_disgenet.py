"""Rows of tests/data/disgenet: the columns to v7.0 and those of a disgenet2r result; no score, no gene number."""

import pytest

from loaders import disgenet


@pytest.fixture(scope="module")
def tables(staged):
    return staged(disgenet, "disgenet")


def test_the_score_is_the_weight_whichever_way_the_columns_are_called(tables):
    assert {(e["subject"], e["predicate"], e["object"], e["weight"], e["context"]) for e in tables.edges} == {
        ("NCBIGene:1", "GENE_ASSOCIATED_WITH_CONDITION", "umls:C0019209", 0.3, "CTD_human"),
        ("NCBIGene:6934", "GENE_ASSOCIATED_WITH_CONDITION", "umls:C0011860", 1.0, "CTD_human;GENOMICS_ENGLAND"),
        ("NCBIGene:3630", "GENE_ASSOCIATED_WITH_CONDITION", "umls:C0011854", 0.9, "CURATED"),
    }


def test_phenotypes_and_diseases_are_told_apart(tables):
    assert tables.node("umls:C0019209")["type"] == "Phenotype"
    assert tables.node("umls:C0011854")["type"] == "Disease"
    assert tables.node("NCBIGene:6934")["name"] == "TCF7L2"


def test_rows_that_cannot_be_used_say_why(tables):
    assert tables.manifest.outcomes == {"staged": 3, "merged": 0, "rejected": 2}
    assert {(reject["row"], reject["key"], reject["reason"]) for reject in tables.rejects} == {
        (3, "1 C0000001", "score is no number above 0, up to 1"),
        (4, "x C0011860", "geneId is no NCBI Gene number"),
    }
