"""SNOMED CT's RF2: Windows lines, quotes as they are, tags in brackets behind brackets, inactive rows."""

from collections.abc import Callable
from typing import Any

from loaders import snomed


def test_a_concept_has_its_preferred_term_its_tags_type_and_its_definition(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed")

    found = {n["id"]: (n["name"], n.get("type")) for n in tables.nodes if "name" in n}
    assert found == {
        "snomedct:44054006": ("Type 2 diabetes mellitus", "Disease"),
        "snomedct:73211009": ("Diabetes mellitus", "Disease"),
        "snomedct:372567009": ("Metformin", "Chemical"),
        "snomedct:113331007": ('Structure of "endocrine" system', "Anatomy"),
        "snomedct:363698007": ("Finding site", None),
        "snomedct:190389009": ("Type II diabetes mellitus with ulcer", "Disease"),
        "snomedct:154672006": ("Non-insulin-dependent diabetes (NIDDM)", "Disease"),
    }
    assert tables.node("snomedct:73211009")["definition"] == "A metabolic disorder of glucose."


def test_names_are_the_active_descriptions_without_tags(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed")

    assert tables.names_of("snomedct:44054006") == {
        ("Type 2 diabetes mellitus", "LABEL", "en"),
        ("Type 2 diabetes mellitus", "EXACT", "en"),
        ("Diabetes mellitus type 2", "EXACT", "en"),
    }


def test_the_dialect_of_labels_is_a_parameter(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed", dialect="900000000000508004")

    assert tables.node("snomedct:44054006")["name"] == "Diabetes mellitus type 2"


def test_attributes_are_edges_one_a_group(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed")

    assert sorted(
        (e["subject"], e["predicate"], e["object"], e.get("qualifier", "")) for e in tables.edges if e["row"] < 5
        and "Relationship" in e["file"]
    ) == [
        ("snomedct:44054006", "LOCATED_IN", "snomedct:113331007", "Finding site"),
        ("snomedct:44054006", "LOCATED_IN", "snomedct:113331007", "Finding site"),
        ("snomedct:44054006", "RELATED_TO", "snomedct:372567009", "snomedct:999999"),
        ("snomedct:44054006", "SUBCLASS_OF", "snomedct:73211009", ""),
    ]  # fmt: skip


def test_an_inactive_concept_is_obsolete_and_leads_to_what_replaced_it(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed")

    assert {n["id"] for n in tables.nodes if n["obsolete"]} == {"snomedct:190389009", "snomedct:154672006"}
    assert {
        ("snomedct:154672006", "REPLACED_BY", "snomedct:44054006"),
        ("snomedct:190389009", "CONSIDER", "snomedct:44054006"),
    } <= tables.triples()


def test_inactive_rows_and_other_associations_are_rejected(staged: Callable[..., Any]) -> None:
    tables = staged(snomed, "snomed")

    assert {(reject["key"], reject["reason"]) for reject in tables.rejects} == {
        ("104", "inactive"),
        ("305", "inactive"),
        ("a3", "inactive"),
        ("a4", "no association of concepts that replace each other"),
    }
    assert tables.manifest.outcomes == {"staged": 22, "merged": 3, "rejected": 4}
