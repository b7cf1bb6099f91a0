"""ICD-10 in ClaML: fragments and references inside labels, fourth characters from modifiers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from loaders import icd10


def test_a_class_is_a_code_with_its_rubrics(staged: Callable[..., Any]) -> None:
    tables = staged(icd10, "icd10")

    assert tables.names_of("icd10:E11") == {
        ("Type 2 diabetes mellitus", "LABEL", "en"),
        ("diabetes (mellitus)(nonobese)(obese): adult-onset", "RELATED", "en"),
    }
    assert tables.node("icd10:E11")["definition"] == "Insulin resistance."
    assert tables.names_of("icd10:H36.0") == {
        ("Diabetic retinopathy", "LABEL", "en"),
        ("Diabetic retinopathy in diabetes", "EXACT", "en"),
    }
    assert tables.names_of("icd10:IV") == {("Endocrine diseases", "LABEL", "en")}
    assert {node["type"] for node in tables.nodes} == {"Code"}
    assert tables.manifest.version == "2019"


def test_categories_stand_below_blocks_and_chapters_and_modifiers_make_fourth_characters(
    staged: Callable[..., Any],
) -> None:
    tables = staged(icd10, "icd10")

    assert tables.triples() == {
        ("icd10:E10-E14", "SUBCLASS_OF", "icd10:IV"),
        ("icd10:E11", "SUBCLASS_OF", "icd10:E10-E14"),
        ("icd10:E14", "SUBCLASS_OF", "icd10:E10-E14"),
        ("icd10:E11.0", "SUBCLASS_OF", "icd10:E11"),
        ("icd10:E11.9", "SUBCLASS_OF", "icd10:E11"),
        ("icd10:E14.0", "SUBCLASS_OF", "icd10:E14"),
        ("icd10:H36", "SUBCLASS_OF", "icd10:H30-H36"),
        ("icd10:H36.0", "SUBCLASS_OF", "icd10:H36"),
    }
    assert tables.node("icd10:E11.9")["name"] == "Type 2 diabetes mellitus: Without complications"


def test_a_class_without_a_preferred_rubric_is_rejected(staged: Callable[..., Any]) -> None:
    tables = staged(icd10, "icd10")

    assert [(r["row"], r["key"], r["raw"]) for r in tables.rejects] == [(7, "U99", "Reserved")]
    assert tables.manifest.outcomes == {"staged": 6, "merged": 0, "rejected": 1}


def test_a_cut_off_file_is_one_clear_error(staged: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "icd102019en.xml").write_text('<ClaML version="2.0.0"><Class code="I"><Rubric kind="preferred">')

    with pytest.raises(InputError, match=r"icd102019en\.xml: .*expected well-formed XML"):
        staged(icd10, tmp_path)
