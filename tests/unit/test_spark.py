"""Spark stages what DuckDB stages, row for row: the same expressions, on a local Spark of two threads."""

from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from kgbuild.engines import DuckDB
from kgbuild.jobs import job_of_files, jobs_of_folder
from kgbuild.model import SCHEMAS
from kgbuild.spark import Spark
from kgbuild.staging import Manifest, stage
from loaders import LOADERS, summary_statistics

DATA = Path(__file__).parents[1] / "data"
#: The large tabular ones.
TABULAR = ("primekg", "eqtl", "gtex", "biobank", "mrinstruments", "gwas_catalog", "string")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path_factory.getbasetemp() / "spark_home"))
    monkeypatch.setenv("KG_SPARK", "local[2]")


def rows(manifest: Manifest, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join([*SCHEMAS[table].names, *({"edges": ["id", "source"], "names": ["source"]}.get(table, []))])
    columns = columns.replace("distinct, ", "") if table == "edges" else columns
    with duckdb.connect() as con:
        return con.execute(f"SELECT {columns} FROM '{manifest.table(table)}' ORDER BY ALL").fetchall()


def assert_equal(job: Any, folder: Path) -> None:
    """Both engines' tables, outcomes and counts of a source are equal."""
    given = job.loader, job.root, job.files
    by_duckdb = stage(*given, folder / "duckdb", job.parameters, job.source, DuckDB)
    by_spark = stage(*given, folder / "spark", job.parameters, job.source, Spark)

    assert by_spark.outcomes == by_duckdb.outcomes
    assert by_spark.records == by_duckdb.records
    assert by_spark.fingerprint == by_duckdb.fingerprint
    for table in SCHEMAS:
        assert rows(by_spark, table) == rows(by_duckdb, table), table


@pytest.mark.parametrize("name", TABULAR)
def test_a_tabular_source_is_staged_alike(name: str, tmp_path: Path) -> None:
    (job,) = jobs_of_folder([name], DATA / name, LOADERS)

    assert_equal(job, tmp_path)


def test_summary_statistics_are_staged_alike(tmp_path: Path) -> None:
    door: ModuleType = summary_statistics
    path = DATA / "summary_statistics/GCST90000123.tsv"

    assert_equal(job_of_files(door, [path], LOADERS), tmp_path)


def test_a_line_with_another_number_of_fields_is_rejected_with_its_number(tmp_path: Path) -> None:
    header = "Phenotype\tSNP\tbeta\tse\teffect_allele\tother_allele\tpval\n"
    row = "ENSG00000000460\trs1\t0.5\t0.1\tA\tG\t1e-9\n"
    (tmp_path / "x.eqtl.tsv").write_text(header + row + "ENSG1\trs2\n" + row.replace("rs1", "rs3"))
    (job,) = jobs_of_folder(["eqtl"], tmp_path, LOADERS)

    manifest = stage(job.loader, job.root, job.files, tmp_path / "out", engine=Spark)

    assert manifest.outcomes == {"staged": 2, "merged": 0, "rejected": 1}
    (reject,) = rows(manifest, "rejects")
    assert reject == ("x.eqtl.tsv", "line 3", "ENSG1\trs2", "not the 7 fields of the header", -3)
    assert [edge[-3] for edge in rows(manifest, "edges")] == [1, 2]  # their rows
