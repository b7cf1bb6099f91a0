"""Rows of tests/data of biobanks' results, in each one's own columns.

FinnGen: chromosome 23, several rsIDs, a p of 0 beside its mlogp, a variant twice and with another allele. Pan-UKB: a
disease, a quantitative trait of one population alone, a sex; manifest's chrom where the files say chr. MVP: odds ratios
with an interval in one column, β without, a position as 2.4e+07. PheWAS Catalog: chromosome and position in one
column, codes as numbers. PheWeb: p of 0.0, X250.2. Bgzipped files are gzip members one after another.
"""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from kgbuild.loading import load_files
from loaders import LOADERS, finngen, mvp, pan_ukb, phewas_catalog, pheweb
from tests.unit.loaders.conftest import DATA


def bgzip(source: Path, target: Path) -> None:
    """Compress as bgzip does: members one after another, and an empty one last."""
    text = source.read_bytes()
    target.write_bytes(gzip.compress(text[:200]) + gzip.compress(text[200:]) + gzip.compress(b""))


@pytest.fixture(scope="module")
def finngen_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finngen")
    bgzip(DATA / "finngen/finngen_R12_T2D.txt", folder / "finngen_R12_T2D.gz")
    shutil.copy(DATA / "finngen/finngen_R12_manifest.tsv", folder)
    return folder


@pytest.fixture(scope="module")
def pan_ukb_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pan_ukb")
    for path in (DATA / "pan_ukb").iterdir():
        bgzip(path, folder / f"{path.name}.bgz")
    return folder


def test_finngen_refuses_rows_with_a_reason(staged: Callable[..., Any], finngen_folder: Path) -> None:
    tables = staged(finngen, finngen_folder)

    assert tables.manifest.rows == {"finngen_R12_T2D.gz": 7}
    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 3}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {
        4: "above the threshold p ≤ 5e-08",
        5: "effect is no number",
        6: "repeats the variant, trait, study and alleles of a row whose p is as strong or stronger",
    }


def test_finngen_variants_have_evidence_under_each_rsid_or_their_spdi(
    staged: Callable[..., Any], finngen_folder: Path
) -> None:
    tables = staged(finngen, finngen_folder)

    assert {(e["subject"], e["effect_allele"], e["effect"]) for e in tables.edges} == {
        ("dbSNP:rs7903146", "T", 0.31), ("dbSNP:rs7903146", "A", 0.3), ("dbSNP:rs1", "G", -0.31),
        ("dbSNP:rs2", "G", -0.31), ("spdi:NC_000023.11:999:A:AT", "AT", 0.5),
    }  # fmt: skip
    edge = next(e for e in tables.edges if e["row"] == 1)
    assert (edge["neg_log10_p"], edge["sample_size"], edge["study"]) == (413.7, 486367, "finngen_R12_T2D")
    node = tables.node("finngen:T2D")
    assert (node["type"], node["name"]) == ("Code", "Type 2 diabetes")


def test_finngen_thresholds_are_set_by_parameters(staged: Callable[..., Any], finngen_folder: Path) -> None:
    tables = staged(finngen, finngen_folder, max_p="1", min_frequency="0.01")

    reasons = {r["row"]: r["reason"] for r in tables.rejects}
    assert reasons[3] == reasons[7] == "below the threshold frequency ≥ 0.01"
    assert 4 not in reasons


def test_pan_ukb_finds_rsids_by_variant_and_refuses_the_others(
    staged: Callable[..., Any], pan_ukb_folder: Path
) -> None:
    tables = staged(pan_ukb, pan_ukb_folder)

    assert tables.manifest.outcomes == {"staged": 3, "merged": 0, "rejected": 4}
    assert {(r["file"].partition("-")[0], r["row"]): r["reason"] for r in tables.rejects} == {
        ("phecode", 2): "variant has no rsID, and its position is on GRCh37",
        ("phecode", 3): "above the threshold p ≤ 5e-08",
        ("phecode", 4): "no result for the variant in this population",
        ("continuous", 2): "of low confidence: the allele is too rare among cases, controls or both",
    }
    node = tables.node("dbSNP:rs7903146")
    assert (node["chromosome"], node["grch37"]) == ("10", 114758349)
    assert "grch38" not in node


def test_pan_ukb_phenotypes_are_phecodes_icd_codes_or_its_own(staged: Callable[..., Any], pan_ukb_folder: Path) -> None:
    tables = staged(pan_ukb, pan_ukb_folder)
    edges = {e["object"]: e for e in tables.edges}

    assert set(edges) == {"phecode:250.2", "icd10:E11.0", "pan_ukb:continuous-21001-both_sexes-irnt"}
    meta, female = edges["phecode:250.2"], edges["icd10:E11.0"]
    assert (meta["effect"], meta["effect_allele"], meta["neg_log10_p"]) == (0.33, "T", 320.1)
    assert "ancestry" not in meta
    assert (female["context"], female["ancestry"], female["allele_frequency"]) == ("females", "European", 0.3)
    assert tables.node("pan_ukb:continuous-21001-both_sexes-irnt")["name"] == "Body mass index (BMI)"


def test_pan_ukb_gives_the_population_that_is_asked_for(staged: Callable[..., Any], pan_ukb_folder: Path) -> None:
    tables = staged(pan_ukb, pan_ukb_folder, population="EUR")

    (edge,) = [e for e in tables.edges if e["object"] == "phecode:250.2"]
    assert (edge["neg_log10_p"], edge["ancestry"]) == (316.2, "European")
    with pytest.raises(InputError, match=r"continuous-21001.*no column 'beta_AFR'"):
        staged(pan_ukb, pan_ukb_folder, population="AFR")


def test_mvp_has_odds_ratios_with_the_error_of_their_interval(staged: Callable[..., Any]) -> None:
    tables = staged(mvp, "mvp")

    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 2}
    assert {r["key"]: r["reason"] for r in tables.rejects} == {
        "Phe_250_2 rs1000": "above the threshold p ≤ 5e-08",
        "Phe_250_2 rs1001": "effect allele is neither of the variant's",
    }
    edge = next(e for e in tables.edges if e["object"] == "phecode:250.2" and e["row"] == 1)
    assert (edge["effect"], edge["effect_kind"], edge["standard_error"]) == (1.388, "odds_ratio", 0.010402)
    assert (edge["ancestry"], edge["sample_size"]) == ("European", 438595)
    assert tables.node("phecode:250.2")["name"] == "Type 2 diabetes"


def test_mvp_reads_the_reference_as_effect_allele_and_positions_in_scientific_notation(
    staged: Callable[..., Any],
) -> None:
    tables = staged(mvp, "mvp")

    edge = next(e for e in tables.edges if e["subject"] == "dbSNP:rs999")
    assert (edge["effect_allele"], edge["other_allele"]) == ("A", "T")
    assert tables.node("dbSNP:rs999")["grch38"] == 24_000_000
    assert "spdi:NC_000002.12:455:A:T" in {e["subject"] for e in tables.edges}


def test_mvp_laboratory_values_are_its_own_and_a_meta_analysis_has_no_ancestry(staged: Callable[..., Any]) -> None:
    tables = staged(mvp, "mvp")

    (edge,) = [e for e in tables.edges if e["object"] == "mvp:A1C_Min_INT"]
    assert (edge["effect"], edge["effect_kind"], edge["standard_error"]) == (0.0406, "beta", 0.003)
    assert "ancestry" not in edge
    assert tables.node("mvp:A1C_Min_INT")["type"] == "Measurement"


def test_the_phewas_catalog_spells_codes_as_phecode_does(staged: Callable[..., Any]) -> None:
    tables = staged(phewas_catalog, "phewas_catalog")

    assert {e["object"] for e in tables.edges} == {"phecode:290.11", "phecode:290.1", "phecode:290", "phecode:008"}
    assert tables.node("phecode:290.11")["name"] == "Alzheimer's disease"
    node = tables.node("dbSNP:rs2075650")
    assert (node["chromosome"], node["grch37"]) == ("19", 45395619)
    assert "grch37" not in tables.node("dbSNP:rs12203592")


def test_the_phewas_catalog_keeps_the_strongest_of_repeated_rows(staged: Callable[..., Any]) -> None:
    tables = staged(phewas_catalog, "phewas_catalog")

    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 3}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {
        5: "above the threshold p ≤ 4.6e-06",
        6: "repeats the variant, trait, study and alleles of a row whose p is as strong or stronger",
        7: "no trait",
    }
    (edge,) = [e for e in tables.edges if e["object"] == "phecode:290.11"]
    assert (edge["effect"], edge["neg_log10_p"]) == (2.41, pytest.approx(27.280917))
    assert "effect_allele" not in edge


def test_a_pheweb_s_phenotypes_are_phecodes_where_somebody_says_so(staged: Callable[..., Any]) -> None:
    tables = staged(pheweb, "pheweb", codes="phecode", assembly="GRCh38", ancestry="European")

    assert {(e["subject"], e["object"]) for e in tables.edges} == {
        ("dbSNP:rs7903146", "phecode:250.2"), ("spdi:NC_000023.11:23999999:C:T", "phecode:250.2"),
        ("dbSNP:rs6", "pheweb:BMI"), ("dbSNP:rs7", "pheweb:BMI"),
    }  # fmt: skip
    assert {e["ancestry"] for e in tables.edges} == {"European"}
    assert tables.node("pheweb:BMI")["name"] == "Body mass index"
    assert tables.node("dbSNP:rs7903146")["grch38"] == 112998590


def test_a_pheweb_of_unknown_build_has_no_positions_and_needs_rsids(staged: Callable[..., Any]) -> None:
    tables = staged(pheweb, "pheweb")

    assert {r["row"]: r["reason"][:22] for r in tables.rejects} == {
        2: "variant has no rsID, a",
        3: "above the threshold p ",
    }
    assert tables.node("pheweb:X250.2")["name"] == "Type 2 diabetes"
    assert "grch38" not in tables.node("dbSNP:rs7903146")


def test_a_pheweb_is_a_source_of_its_own_whose_file_may_be_compressed_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path / "home"))
    path = tmp_path / "top_hits.tsv"
    bgzip(DATA / "pheweb/top_hits.tsv", path)

    (manifest,) = load_files(pheweb, [path], LOADERS, "topmed", parameters={"codes": "phecode"}, dry_run=True).staged
    assert (manifest.source, manifest.outcomes["staged"]) == ("topmed", 2)
    with pytest.raises(InputError, match=r"--set codes=icd: no such vocabulary"):
        load_files(pheweb, [path], LOADERS, "topmed", parameters={"codes": "icd"}, dry_run=True)
