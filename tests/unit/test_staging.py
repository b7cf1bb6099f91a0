import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import duckdb
import ibis
import pytest

import cypher
from kgbuild.errors import InputError, LoadError
from kgbuild.inputs import Inputs, Staged, find
from kgbuild.model import TYPES, Node, Reject, Source
from kgbuild.staging import Manifest, stage

SOURCE = Source(name="toy", title="Toy", url="", licence="CC0-1.0", files={"rows": ("toy.tsv",)}, vocabularies=("toy",))


def module(load: Callable[[Inputs], Staged]) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(SOURCE=SOURCE, load=load, __name__="toy"))


def staged(folder: Path, load: Callable[[Inputs], Staged]) -> tuple[Manifest, dict[str, list[dict[str, Any]]]]:
    target = folder / "staged"
    manifest = stage(module(load), folder, find(SOURCE, folder), target)
    with duckdb.connect() as con:
        return manifest, {
            table: con.sql(f"FROM '{target}/{table}.parquet' ORDER BY ALL").to_arrow_table().to_pylist()
            for table in ("nodes", "names", "edges", "rejects")
        }


def edges(inputs: Inputs) -> Staged:
    rows = inputs.table("rows", ("subject", "object"), ("effect", "study"))
    return Staged(
        edges=[
            rows.select(
                "subject", "object", "file", "row", "study",
                predicate=ibis.literal("ASSOCIATED_WITH"), effect=rows.effect.try_cast("float64"),
                effect_kind=rows.effect.notnull().ifelse("odds_ratio", None), distinct=rows.effect,
            )
        ]
    )  # fmt: skip


def test_every_input_row_has_one_outcome(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("subject\tobject\nx:1\ty:1\nx:1\ty:1\nx:2\ty:1\nx:3\ty:1\tone field too many\n")

    manifest, tables = staged(tmp_path, edges)

    assert manifest.outcomes == {"staged": 2, "merged": 1, "rejected": 1}
    assert manifest.rows == {"toy.tsv": 4}
    assert "one field too many" in tables["rejects"][0]["raw"]


def test_a_loader_that_loses_a_row_fails_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("subject\tobject\nx:1\ty:1\nx:2\ty:1\n")

    def lossy(inputs: Inputs) -> Staged:
        (table,) = edges(inputs).edges
        return Staged(edges=[table.filter(table.subject == "x:1")])

    with pytest.raises(LoadError, match=r"toy: 2 input rows but 1 outcomes"):
        staged(tmp_path, lossy)
    assert not (tmp_path / "staged").exists()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("subject\tobjekt\nx:1\ty:1\n")

    with pytest.raises(InputError, match=r"toy\.tsv: no column 'object' among subject, objekt"):
        staged(tmp_path, edges)


def test_a_label_becomes_a_name_of_its_concept_and_a_streamed_reject_keeps_its_raw_text(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("a\nb\n")

    def streamed(inputs: Inputs) -> Staged:
        records = [Node("toy:1", "toy.tsv", 1, "Disease", "Gout"), Reject("toy.tsv", 2, "b", "b?", "no id")]
        return inputs.records(records, {"toy.tsv": 2})

    manifest, tables = staged(tmp_path, streamed)

    assert [(name["text"], name["scope"]) for name in tables["names"]] == [("Gout", "LABEL")]
    assert [(row["raw"], row["reason"]) for row in tables["rejects"]] == [("b?", "no id")]
    assert manifest.outcomes == {"staged": 1, "merged": 0, "rejected": 1}


def test_parallel_evidence_is_kept_and_equal_evidence_merged(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("subject\tobject\teffect\nx:1\ty:1\t1.5\nx:1\ty:1\t2.5\nx:1\ty:1\t1.5\n")

    manifest, tables = staged(tmp_path, edges)

    assert len(tables["edges"]) == 2
    assert manifest.outcomes == {"staged": 2, "merged": 1, "rejected": 0}


def test_a_weight_is_the_log_odds_over_its_studys_median_clipped(tmp_path: Path) -> None:
    ratios = (0.5, 1.1, 1.2, 1.5, 8.0)
    rows = "".join(f"x:{i}\ty:1\t{ratio}\ts\n" for i, ratio in enumerate(ratios))
    (tmp_path / "toy.tsv").write_text("subject\tobject\teffect\tstudy\n" + rows)
    median = sorted(abs(math.log(ratio)) for ratio in ratios)[2]

    _, tables = staged(tmp_path, edges)

    expected = {ratio: min(max(abs(math.log(ratio)) / median, 0.05), 2) for ratio in ratios}
    assert {edge["effect"]: edge["weight"] for edge in tables["edges"]} == pytest.approx(expected)


def test_an_unchanged_source_is_not_staged_again_and_a_changed_one_is(tmp_path: Path) -> None:
    (tmp_path / "toy.tsv").write_text("subject\tobject\nx:1\ty:1\n")
    first, _ = staged(tmp_path, edges)
    written = (tmp_path / "staged/edges.parquet").stat().st_mtime_ns

    again, _ = staged(tmp_path, edges)
    assert again == first
    assert (tmp_path / "staged/edges.parquet").stat().st_mtime_ns == written

    (tmp_path / "toy.tsv").write_text("subject\tobject\nx:1\ty:1\nx:2\ty:2\n")
    changed, tables = staged(tmp_path, edges)
    assert changed.fingerprint != first.fingerprint
    assert len(tables["edges"]) == 2


def test_a_concept_that_changes_its_type_can_lose_every_other() -> None:
    text = (Path(cypher.__file__).parent / "load/concepts.cypher").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("REMOVE n:")]

    assert line.removeprefix("REMOVE n:").split(":") == [kind for kind in TYPES if kind != "Variant"]
