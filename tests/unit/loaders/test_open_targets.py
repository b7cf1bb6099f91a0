"""tests/data/open_targets has Parquet parts as release 25.12 names them (associationScore), open_targets_json a part of
JSON Lines as release 24.09 does (score), with a line that was cut off.
"""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kgbuild.errors import InputError
from loaders import open_targets
from tests.unit.loaders.conftest import DATA


@pytest.fixture(scope="module")
def tables(staged):
    return staged(open_targets, "open_targets")


def test_parts_are_read_together_and_each_record_names_its_file_and_row(tables):
    first = "association_overall_direct/part-00000-c3eaa79c-c000.snappy.parquet"
    second = "association_overall_direct/part-00001-c3eaa79c-c000.snappy.parquet"

    assert {(e["subject"], e["object"], e["weight"], e["file"], e["row"]) for e in tables.edges} == {
        ("ensembl:ENSG00000004059", "EFO:0000270", 0.5, first, 1),
        ("ensembl:ENSG00000148737", "MONDO:0005148", 0.8123456789012345, first, 2),
        ("ensembl:ENSG00000148737", "HP:0002014", 0.05, second, 1),
    }
    assert {e["predicate"] for e in tables.edges} == {"GENE_ASSOCIATED_WITH_CONDITION"}
    assert tables.manifest.rows[first] == 3


def test_diseases_are_typed_by_their_vocabulary_and_targets_have_symbols(tables):
    assert tables.node("MONDO:0005148")["type"] == "Disease"
    assert tables.node("HP:0002014")["type"] == "Phenotype"
    assert "type" not in tables.node("EFO:0000270")  # EFO's own file knows
    assert tables.node("ensembl:ENSG00000148737")["name"] == "TCF7L2"


def test_associations_without_a_score_or_a_disease_id_are_rejected(tables):
    assert tables.manifest.outcomes == {"staged": 8, "merged": 0, "rejected": 2}
    assert {(reject["key"], reject["reason"]) for reject in tables.rejects} == {
        ("ENSG00000004059 Orphanet_2382", "score is no number above 0, up to 1"),
        ("ENSG00000148737 OTAR 1", "diseaseId is not such as EFO_0000270"),
    }


def test_json_lines_are_read_alike_and_a_broken_line_is_rejected_as_it_is(staged):
    tables = staged(open_targets, "open_targets_json")

    assert {(e["object"], e["weight"], e["row"]) for e in tables.edges} == {
        ("EFO:0000270", 0.5, 1), ("MONDO:0005148", 0.75, 3)
    }  # fmt: skip
    assert [(reject["raw"], reject["reason"]) for reject in tables.rejects] == [
        ('{"diseaseId":"EFO_0000270","targetId":', "no JSON object")
    ]


def test_hundreds_of_parts_are_one_table(staged, tmp_path):
    folder = tmp_path / "associationByOverallDirect"
    folder.mkdir()
    for part in range(300):
        shutil.copy(DATA / "open_targets_json/associationByOverallDirect/part-00000-0c0e.json", folder / f"{part}.json")

    assert staged(open_targets, tmp_path).manifest.outcomes == {"staged": 2, "merged": 598, "rejected": 300}


def test_weak_associations_are_rejected_where_the_user_says_so(staged):
    tables = staged(open_targets, "open_targets", min_score="0.6")

    assert [e["object"] for e in tables.edges] == ["MONDO:0005148"]
    assert "below the threshold score ≥ 0.6" in {reject["reason"] for reject in tables.rejects}


def test_a_missing_column_is_one_clear_line(staged, tmp_path):
    (tmp_path / "association_overall_direct").mkdir()
    pq.write_table(pa.table({"targetId": ["ENSG00000004059"]}), tmp_path / "association_overall_direct/a.parquet")

    with pytest.raises(InputError, match=r"a.parquet: no column 'diseaseId' among targetId"):
        staged(open_targets, tmp_path)
