"""ICD-10-CM's order file: fixed width, Windows lines, headings among the codes."""

from collections.abc import Callable
from typing import Any

from loaders import icd10cm


def test_a_code_has_its_point_its_long_title_and_its_short_one_as_name(staged: Callable[..., Any]) -> None:
    tables = staged(icd10cm, "icd10cm")

    assert tables.node("icd10cm:E11.21")["name"] == "Type 2 diabetes mellitus with diabetic nephropathy"
    assert tables.node("icd10cm:E11")["type"] == "Code"
    assert tables.names_of("icd10cm:A00") == {("Cholera", "LABEL", "en")}
    assert tables.names_of("icd10cm:T36.0X1A") == {
        ('Poisoning by "penicillins", accidental (unintentional), initial encounter', "LABEL", "en"),
        ('Poisoning by "penicillins", accidental, init', "EXACT", "en"),
    }
    assert tables.manifest.version == "2026"


def test_a_code_stands_below_the_longest_that_it_extends(staged: Callable[..., Any]) -> None:
    assert staged(icd10cm, "icd10cm").triples() == {
        ("icd10cm:A00.0", "SUBCLASS_OF", "icd10cm:A00"),
        ("icd10cm:E11.2", "SUBCLASS_OF", "icd10cm:E11"),
        ("icd10cm:E11.21", "SUBCLASS_OF", "icd10cm:E11.2"),
        ("icd10cm:T36.0X1A", "SUBCLASS_OF", "icd10cm:T36"),
    }


def test_a_line_of_the_codes_file_is_rejected(staged: Callable[..., Any]) -> None:
    tables = staged(icd10cm, "icd10cm")

    (reject,) = tables.rejects
    assert (reject["row"], reject["raw"]) == (8, "E119    Type 2 diabetes mellitus without complications")
    assert tables.manifest.outcomes == {"staged": 7, "merged": 0, "rejected": 1}
