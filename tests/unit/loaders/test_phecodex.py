"""PhecodeX in both of its layouts: the R package's (quoted text, bare numbers) and the catalog's unrolled one."""

from collections.abc import Callable
from typing import Any

from loaders import phecodex


def test_a_phecodex_stands_below_the_nearest_one_that_it_extends(staged: Callable[..., Any]) -> None:
    tables = staged(phecodex, "phecodex")

    assert {triple for triple in tables.triples() if triple[1] == "SUBCLASS_OF"} == {
        ("phecodex:EM_202.2", "SUBCLASS_OF", "phecodex:EM_202"),
        ("phecodex:EM_202.21", "SUBCLASS_OF", "phecodex:EM_202.2"),
    }
    assert tables.node("phecodex:EM_202.21")["name"] == "Type 2 diabetes, with kidney complications"
    assert {node["type"] for node in tables.nodes if node["id"].startswith("phecodex")} == {"Disease"}


def test_icd_codes_are_grouped_by_the_maps_vocabulary(staged: Callable[..., Any]) -> None:
    tables = staged(phecodex, "phecodex")

    assert {triple for triple in tables.triples() if triple[1] == "GROUPS"} == {
        ("phecodex:EM_202.2", "GROUPS", "icd9cm:250.00"),
        ("phecodex:EM_202.2", "GROUPS", "icd10cm:E11.9"),
        ("phecodex:EM_202.21", "GROUPS", "icd10cm:E11.21"),
    }
    assert tables.node("icd9cm:250.00")["type"] == "Code"


def test_other_codes_and_vocabularies_are_rejected_and_the_rollup_map_adds_nothing(staged: Callable[..., Any]) -> None:
    tables = staged(phecodex, "phecodex")

    assert {(reject["row"], reject["key"], reject["raw"]) for reject in tables.rejects} == {
        (5, "250.2", "250.2,A PheCode of version 1.2"),
        (4, "44054006", "44054006,SNOMED,EM_202.2"),
    }
    assert tables.manifest.outcomes == {"staged": 7, "merged": 6, "rejected": 2}


def test_the_unrolled_layout_says_which_codes_were_rolled_up(staged: Callable[..., Any]) -> None:
    tables = staged(phecodex, "phecodex_catalog")

    groups = [edge for edge in tables.edges if edge["predicate"] == "GROUPS"]
    assert {(edge["subject"], edge["object"], edge.get("qualifier")) for edge in groups} == {
        ("phecodex:EM_202", "icd10cm:E11.9", "rolled up"),
        ("phecodex:EM_202.2", "icd10cm:E11.9", None),
        ("phecodex:EM_202", "icd10cm:E13.9", None),
    }
    assert tables.node("phecodex:EM_202.2")["name"] == "Type 2 diabetes, all"
