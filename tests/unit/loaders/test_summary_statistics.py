"""Rows of tests/data/summary_statistics: GWAS-SSF v1.0 with its YAML, an older file on GRCh37, one of survival.

In the first: #NA, a p of 0 and one below what a float holds, X as 23, an indel, an unknown reference, a row twice.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from kgbuild.inputs import find
from kgbuild.loading import load_files
from kgbuild.staging import stage
from loaders import LOADERS, summary_statistics
from tests.unit.loaders.conftest import DATA

FOLDER = DATA / "summary_statistics"
STANDARD, OLD, SURVIVAL = (FOLDER / name for name in ("GCST90000123.tsv", "old_buildGRCh37.tsv", "survival.tsv"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def one(staged: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Stage files alone."""

    def stage_one(*paths: Path, **parameters: str) -> Any:
        folder = tmp_path / f"data{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for path in paths:
            (folder / path.name).write_bytes(path.read_bytes())
        return staged(summary_statistics, folder, **parameters)

    return stage_one


@pytest.fixture
def tables(one: Callable[..., Any]) -> Any:
    return one(STANDARD, STANDARD.with_name(f"{STANDARD.name}-meta.yaml"))


def test_every_row_has_one_outcome_and_its_reason(tables: Any) -> None:
    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 5}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {
        1: "above the threshold p ≤ 5e-08",
        5: "variant has no rsID, and no position on GRCh38 with a known reference allele",
        6: "variant has no rsID, and no position on GRCh38 with a known reference allele",
        7: "repeats the variant, trait, study and alleles of a row whose p is as strong or stronger",
        9: "p is no number between 0 and 1",
    }


def test_the_file_beside_says_trait_study_people_and_build(tables: Any) -> None:
    edges = [e for e in tables.edges if e["row"] == 2]

    assert {e["object"] for e in edges} == {"EFO:0000305", "MONDO:0007254"}
    assert {(e["study"], e["ancestry"], e["context"], e["n_traits"]) for e in edges} == {
        ("gcst:GCST90000123", "European, East Asian", "breast carcinoma", 2)
    }
    assert tables.node("dbSNP:rs74143855")["grch38"] == 205813916


def test_effects_alleles_and_p_values_are_as_published(tables: Any) -> None:
    edge = next(e for e in tables.edges if e["row"] == 2)

    assert (edge["effect"], edge["effect_kind"], edge["standard_error"]) == (-0.0089589, "beta", 0.00331941)
    assert (edge["effect_allele"], edge["other_allele"], edge["allele_frequency"]) == ("G", "C", 0.983589)
    assert (edge["neg_log10_p"], edge["sample_size"]) == (12.013228, 1000)


def test_other_alleles_of_a_variant_are_evidence_beside_it(tables: Any) -> None:
    alleles = {e["effect_allele"] for e in tables.edges if e["subject"] == "dbSNP:rs74143855"}
    assert alleles == {"G", "T"}


def test_a_variant_without_an_rsid_is_its_spdi_where_the_reference_is_known(tables: Any) -> None:
    by_row = {e["row"]: e for e in tables.edges}

    assert by_row[3]["subject"] == "spdi:NC_000002.12:70478796:TG:T"  # variant_id has the reference first
    assert by_row[3]["neg_log10_p"] == pytest.approx(399.455932)
    assert by_row[4]["subject"] == "spdi:NC_000023.11:24173185:C:A"  # ref_allele OA: the other allele is
    assert "neg_log10_p" not in by_row[4]  # p is 0


def test_a_file_on_grch37_keeps_positions_there_and_needs_rsids(one: Callable[..., Any]) -> None:
    tables = one(OLD, trait="EFO_0001360", study="GCST1")

    assert [r["reason"] for r in tables.rejects] == ["variant has no rsID, and its position is on GRCh37"]
    (edge,) = tables.edges
    assert (edge["subject"], edge["object"], edge["study"]) == ("dbSNP:rs7903146", "EFO:0001360", "gcst:GCST1")
    assert (edge["effect"], edge["effect_kind"], edge["neg_log10_p"]) == (1.4, "odds_ratio", 120.5)
    node = tables.node("dbSNP:rs7903146")
    assert node["grch37"] == 114758349
    assert "grch38" not in node


def test_without_a_build_there_are_no_positions_and_a_hazard_ratio_is_no_odds_ratio(one: Callable[..., Any]) -> None:
    tables = one(SURVIVAL, trait="EFO:0001360")

    assert [r["reason"][:53] for r in tables.rejects] == ["variant has no rsID, and the build of its position is"]
    (edge,) = tables.edges
    assert (edge["effect"], edge["qualifier"]) == (1.8, "hazard_ratio")
    assert "effect_kind" not in edge
    assert "grch38" not in tables.node("dbSNP:rs429358")


def test_rare_alleles_are_refused_below_the_threshold(one: Callable[..., Any]) -> None:
    tables = one(STANDARD, trait="EFO:0000305", assembly="hg38", min_frequency="0.1", max_p="1")

    reasons = {r["row"]: r["reason"] for r in tables.rejects}
    assert reasons[1] == reasons[2] == reasons[3 + 2] == "below the threshold frequency ≥ 0.1"
    assert reasons[6].startswith("variant has no rsID")
    assert 4 not in reasons


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        (OLD, {}, r"old_buildGRCh37\.tsv: no trait; give --set trait=EFO:0001360, or old_build.*-meta\.yaml"),
        (OLD, {"trait": "diabetes"}, r"no trait"),
        (OLD, {"trait": "EFO:1", "max_p": "x"}, r"--set max_p=x: no such threshold; expected a number"),
        (OLD, {"trait": "EFO:1", "assembly": "hg18"}, r"assembly hg18: no build of the human genome; expected GRCh37"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(one: Callable[..., Any], path: Path, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        one(path, **options)


def test_a_file_without_p_values_is_refused(one: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("chromosome\tbase_pair_location\teffect_allele\tother_allele\tbeta\n1\t2\tA\tC\t0.1\n")

    with pytest.raises(InputError, match=r"x\.tsv: neither column p_value nor neg_log_10_p_value"):
        one(path, trait="EFO:1")


def test_the_file_beside_is_found_and_a_change_of_it_stages_again(home: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in/GCST90000123.tsv"
    path.write_bytes(STANDARD.read_bytes())
    text = STANDARD.with_name(f"{STANDARD.name}-meta.yaml").read_text()
    path.with_name(f"{path.name}-meta.yaml").write_text(text)

    (manifest,) = load_files(summary_statistics, [path], LOADERS, dry_run=True).staged
    assert sorted(manifest.files) == ["GCST90000123.tsv", "GCST90000123.tsv-meta.yaml"]
    assert manifest.records["edges"] == 8
    path.with_name(f"{path.name}-meta.yaml").write_text(
        text.replace("  - http://purl.obolibrary.org/obo/MONDO_0007254\n", "")
    )
    (manifest,) = load_files(summary_statistics, [path], LOADERS, dry_run=True).staged
    assert manifest.records["edges"] == 4


def test_two_files_are_two_studies_of_one_source(tmp_path: Path) -> None:
    files = find(summary_statistics.SOURCE, FOLDER)
    manifest = stage(summary_statistics, FOLDER, files, tmp_path / "x", {"trait": "EFO:0000305"})

    assert manifest.rows == {"GCST90000123.tsv": 9, "old_buildGRCh37.tsv": 2, "survival.tsv": 2}
    assert sum(manifest.outcomes.values()) == 13
