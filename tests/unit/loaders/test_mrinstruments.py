"""Rows of tests/data/mrinstruments: a beta, a log odds ratio, two traits in one cell, a repeated row, two unusable."""

import pytest

from loaders import mrinstruments


@pytest.fixture(scope="module")
def tables(staged):
    return staged(mrinstruments, "mrinstruments")


def test_every_row_has_one_outcome_and_its_reason(tables):
    assert tables.manifest.outcomes == {"staged": 3, "merged": 1, "rejected": 2}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {5: "no mapped trait", 6: "variant has no rsID"}


def test_an_effect_is_a_beta_where_units_are_named_and_an_odds_ratio_from_its_logarithm_elsewhere(tables):
    effects = {e["subject"]: (e.get("effect_kind"), e.get("effect")) for e in tables.edges}

    assert effects["dbSNP:rs10048158"] == ("beta", -0.41)
    assert effects["dbSNP:rs7903146"] == ("odds_ratio", pytest.approx(1.25))
    assert effects["dbSNP:rs1"] == (None, None)


def test_what_describes_the_evidence_is_kept(tables):
    (edge,) = [e for e in tables.edges if e["subject"] == "dbSNP:rs10048158"]

    assert edge["context"] == "β2-Glycoprotein I (β2-GPI) plasma levels (unit decrease)"
    assert (edge["effect_allele"], edge["other_allele"]) == ("C", "T")
    assert (edge["standard_error"], edge["allele_frequency"], edge["neg_log10_p"]) == (0.0838, 0.5, 6.0)
    assert (edge["sample_size"], edge["ancestry"]) == (306, "European")
    assert (edge["study"], edge["publications"]) == ("gcst:GCST001800", "pubmed:23279374")


def test_impossible_numbers_become_null_and_underflow_does_not(tables):
    zero = next(e for e in tables.edges if e["subject"] == "dbSNP:rs7903146")
    tiny = next(e for e in tables.edges if e["subject"] == "dbSNP:rs1")

    assert "neg_log10_p" not in zero
    assert "allele_frequency" not in zero
    assert tiny["neg_log10_p"] == pytest.approx(321.39794)


def test_each_mapped_trait_has_an_edge_and_positions_off_the_chromosomes_are_left_out(tables):
    edges = [e for e in tables.edges if e["subject"] == "dbSNP:rs1"]

    assert {(e["object"], e["n_traits"]) for e in edges} == {("EFO:0004318", 2), ("EFO:0007015", 2)}
    assert tables.node("EFO:0007015")["name"] == "3-HPMA measurement"
    assert "grch38" not in tables.node("dbSNP:rs1")
    assert tables.node("dbSNP:rs7903146")["grch38"] == 112998590
