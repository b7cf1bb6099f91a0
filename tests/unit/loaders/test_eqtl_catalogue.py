"""Rows of tests/data/eqtl_catalogue: a gene, an exon, two rsIDs in one cell, none, a scaffold, a trait without gene."""

import pytest

from loaders import eqtl_catalogue


@pytest.fixture(scope="module")
def tables(staged):
    return staged(eqtl_catalogue, "eqtl_catalogue")


def test_every_row_has_one_outcome(tables):
    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 2}
    assert {r["row"] for r in tables.rejects} == {5, 6}


def test_each_rsid_of_a_row_has_the_evidence_once_and_a_variant_without_is_its_spdi(tables):
    assert {(e["subject"], e.get("qualifier", "gene")) for e in tables.edges} == {
        ("dbSNP:rs201327123", "ENSG00000187583.11_exon_1"),
        ("dbSNP:rs201327123", "gene"),
        ("dbSNP:rs9", "gene"),
        ("spdi:NC_000001.11:14677:C:T", "gene"),
    }
    assert tables.node("dbSNP:rs9")["grch38"] == 14677


def test_frequency_and_sample_size_come_from_the_allele_counts(tables):
    edge = tables.edges[0]

    assert (edge["allele_frequency"], edge["sample_size"]) == (0.75, 30)
    assert (edge["effect"], edge["effect_kind"], edge["effect_allele"], edge["other_allele"]) == (0.3, "beta", "T", "C")
    assert (edge["context"], edge["study"]) == ("QTD000001", "QTD000001")
    assert edge["neg_log10_p"] == pytest.approx(8.920819)
