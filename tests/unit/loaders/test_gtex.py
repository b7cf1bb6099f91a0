"""Rows of tests/data/gtex: pairs of two tissues, and a lookup table with an rsID, two, none, and one of no pair."""

import shutil

import pytest

from loaders import gtex
from tests.unit.loaders.conftest import DATA


@pytest.fixture(scope="module")
def tables(staged):
    return staged(gtex, "gtex")


def test_every_pair_has_one_outcome_and_the_lookup_table_is_not_counted(tables):
    assert tables.manifest.rows == {
        "Liver.v8.signif_variant_gene_pairs.txt": 1, "Whole_Blood.v8.signif_variant_gene_pairs.txt": 5
    }  # fmt: skip
    assert tables.manifest.outcomes == {"staged": 5, "merged": 0, "rejected": 1}
    assert tables.rejects[0]["key"] == "chr1_64764_C_T_b37"


def test_variants_are_rsids_of_the_lookup_table_or_spdis(tables):
    assert {e["subject"] for e in tables.edges} == {
        "dbSNP:rs769952832", "dbSNP:rs4", "spdi:NC_000001.11:13416:C:CGAGA", "spdi:NC_000023.11:99:C:A"
    }  # fmt: skip
    node = tables.node("dbSNP:rs769952832")
    assert (node["chromosome"], node["grch37"], node["grch38"]) == ("1", 64764, 64764)
    assert "grch37" not in tables.node("dbSNP:rs4")


def test_the_effect_is_that_of_the_alternative_allele_in_the_file_s_tissue(tables):
    edges = [e for e in tables.edges if e["subject"] == "dbSNP:rs769952832"]

    assert {e["context"] for e in edges} == {"Whole_Blood", "Liver"}
    assert {(e["effect"], e["effect_allele"], e["other_allele"]) for e in edges} == {(0.586346, "T", "C")}
    assert {e["object"] for e in edges} == {"ensembl:ENSG00000227232"}
    assert edges[0]["neg_log10_p"] == pytest.approx(5.88314)


def test_without_the_lookup_table_every_variant_is_its_spdi(staged, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(DATA / "gtex" / "Liver.v8.signif_variant_gene_pairs.txt", folder)

    assert [e["subject"] for e in staged(gtex, folder).edges] == ["spdi:NC_000001.11:64763:C:T"]
