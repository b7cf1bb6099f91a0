"""Rows of tests/data/gtex: pairs of two tissues, and a lookup table with an rsID, two, none, and one of no pair."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kgbuild.errors import InputError
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


def test_v10_is_parquet_with_frequencies_of_the_alternative_allele(staged, tmp_path):
    """Columns and types as in GTEx_Analysis_v10_eQTL; its lookup table has rsIDs of dbSNP 155, here without GRCh37."""
    pairs = {
        "gene_id": ["ENSG00000227232.5", "ENSG00000227232.5"],
        "variant_id": ["chr1_64764_C_T_b38", "chr1_13550_G_A_b38"],
        "tss_distance": pa.array([35211, -15935], pa.int32()),
        "af": pa.array([0.0602, 0.5], pa.float32()),
        "ma_samples": [69, 1], "ma_count": [70, 1], "pval_nominal": [1.30876e-06, 0.0],
        "slope": pa.array([0.586346, -0.25], pa.float32()), "slope_se": pa.array([0.118, 0.01], pa.float32()),
    }  # fmt: skip
    pq.write_table(pa.table(pairs), tmp_path / "Whole_Blood.v10.eQTLs.signif_pairs.parquet")
    (tmp_path / "GTEx_Analysis_2021-02-11_v10_WholeGenomeSeq_953Indiv.lookup_table.txt").write_text(
        "chr\tpos\tvariant_id\tref\talt\trs_id_dbSNP155_GRCh38p13\nchr1\t64764\tchr1_64764_C_T_b38\tC\tT\trs769952832\n"
    )
    tables = staged(gtex, tmp_path)

    assert tables.manifest.version == "v10"
    assert tables.manifest.rows == {"Whole_Blood.v10.eQTLs.signif_pairs.parquet": 2}
    first, second = sorted(tables.edges, key=lambda e: e["row"])
    assert (first["subject"], first["object"]) == ("dbSNP:rs769952832", "ensembl:ENSG00000227232")
    assert (first["effect"], first["effect_allele"], first["allele_frequency"]) == (0.586346, "T", 0.0602)
    assert (first["context"], first["neg_log10_p"]) == ("Whole_Blood", pytest.approx(5.88314))
    assert second["subject"] == "spdi:NC_000001.11:13549:G:A"


def test_pairs_of_two_releases_are_refused(staged, tmp_path):
    shutil.copy(DATA / "gtex/Liver.v8.signif_variant_gene_pairs.txt", tmp_path)
    columns = ("variant_id", "gene_id", "pval_nominal", "slope", "slope_se")
    empty = pa.table({column: pa.array([], pa.string()) for column in columns})
    pq.write_table(empty, tmp_path / "Liver.v10.eQTLs.signif_pairs.parquet")

    with pytest.raises(InputError, match="pairs of GTEx v8 and v10; keep the files of one release"):
        staged(gtex, tmp_path)
