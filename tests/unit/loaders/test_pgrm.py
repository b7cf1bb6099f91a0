"""Rows of tests/data/pgrm: both directions of the risk allele, two ancestries, two that cannot be used."""

import pytest

from loaders import pgrm


@pytest.fixture(scope="module")
def tables(staged):
    return staged(pgrm, "pgrm")


def test_every_row_has_one_outcome_and_its_reason(tables):
    assert tables.manifest.outcomes == {"staged": 3, "merged": 0, "rejected": 2}
    assert {r["key"]: r["reason"] for r in tables.rejects} == {
        "1": "variant has no rsID", "2": "odds ratio is no positive number"
    }  # fmt: skip


def test_the_risk_allele_is_the_effect_allele_in_either_direction(tables):
    alleles = {(e["subject"], e["effect_allele"], e["other_allele"]) for e in tables.edges}
    assert alleles == {("dbSNP:rs79742895", "C", "T"), ("dbSNP:rs2075423", "G", "T")}


def test_evidence_from_two_ancestries_is_kept_apart(tables):
    edges = [e for e in tables.edges if e["object"] == "phecode:250.2"]

    assert {e["ancestry"]: e["neg_log10_p"] for e in edges} == {"EAS": 434.0, "EUR": 12.0}
    assert {(e["effect"], e["effect_kind"], e["study"]) for e in edges} == {(1.07, "odds_ratio", "gcst:GCST005047")}
    assert edges[0]["standard_error"] == pytest.approx(0.011867, abs=1e-5)


def test_positions_are_named_by_their_build(tables):
    node = tables.node("dbSNP:rs79742895")

    assert (node["chromosome"], node["grch37"], node["grch38"]) == ("1", 62782860, 62317189)
    assert tables.node("phecode:364.51")["name"] == "Fuchs' dystrophy"
