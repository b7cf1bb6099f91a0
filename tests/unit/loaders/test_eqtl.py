"""Rows of tests/data/eqtl: two tissues; a repeated row, an rsID with both alleles, a position, a probe."""

import pytest

from loaders import eqtl


@pytest.fixture(scope="module")
def tables(staged):
    return staged(eqtl, "eqtl")


def test_every_row_has_one_outcome_and_its_reason(tables):
    assert tables.manifest.outcomes == {"staged": 4, "merged": 1, "rejected": 2}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {
        5: "variant has no rsID, and its position names no genome build",
        6: "phenotype is no Ensembl gene",
    }


def test_the_same_pair_in_two_tissues_and_of_two_alleles_is_parallel_evidence(tables):
    edges = [e for e in tables.edges if e["subject"] == "dbSNP:rs386601678"]

    assert {e["object"] for e in edges} == {"ensembl:ENSG00000000460"}
    assert sorted((e["context"], e["effect_allele"], e["effect"]) for e in edges) == [
        ("monocyte", "T", 0.7657), ("whole_blood", "C", -0.7657), ("whole_blood", "T", 0.7657)
    ]  # fmt: skip


def test_p_values_of_0_are_null_and_those_below_a_float_are_not(tables):
    found = {(e["subject"][6:], e["effect"]): e.get("neg_log10_p") for e in tables.edges}

    assert found["rs386601678", -0.7657] is None
    assert found["rs3917729", 1.004] == 400.0
    assert found["rs386601678", 0.7657] == pytest.approx(7.807991)
