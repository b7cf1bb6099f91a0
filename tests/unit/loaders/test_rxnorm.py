"""RxNorm on hand-written rows in RRF: empty LUI and SUI, atoms' relations without concepts, both directions."""

from collections.abc import Callable
from typing import Any

from loaders import rxnorm


def test_a_drug_has_rxnorms_own_name_as_label_and_all_atoms_as_names(staged: Callable[..., Any]) -> None:
    tables = staged(rxnorm, "rxnorm")

    assert tables.node("rxnorm:861007")["name"] == "metformin hydrochloride 500 MG Oral Tablet"
    assert ("metFORMIN HCl 500 MG Oral Tablet", "EXACT", "en") in tables.names_of("rxnorm:861007")
    assert tables.names_of("rxnorm:6809") == {
        ("metformin", "LABEL", "en"),
        ("metformin", "EXACT", "en"),
        ("Metformin", "EXACT", "en"),
    }


def test_rxnorms_concepts_are_drugs_and_others_have_their_semantic_type(staged: Callable[..., Any]) -> None:
    tables = staged(rxnorm, "rxnorm")

    assert {node["id"]: node.get("type") for node in tables.nodes} == {
        "rxnorm:6809": "Drug",
        "rxnorm:861007": "Drug",
        "rxnorm:861008": "Drug",
        "rxnorm:151827": "Drug",
        "rxnorm:317541": None,  # a dose form
        "rxnorm:3": "Protein",
    }
    assert tables.node("rxnorm:3")["name"] == '1,4-alpha-Glucan "branching" enzyme'


def test_a_relation_that_stands_in_both_directions_is_one_edge(staged: Callable[..., Any]) -> None:
    tables = staged(rxnorm, "rxnorm")

    assert {(e["subject"], e["predicate"], e["object"], e.get("qualifier")) for e in tables.edges} == {
        ("rxnorm:861007", "HAS_ACTIVE_INGREDIENT", "rxnorm:6809", "has_ingredient"),
        ("rxnorm:861008", "RELATED_TO", "rxnorm:861007", "tradename_of"),
        ("rxnorm:861007", "RELATED_TO", "rxnorm:317541", "has_dose_form"),
        ("rxnorm:861008", "SUBCLASS_OF", "rxnorm:861007", "isa"),
        ("rxnorm:3", "RELATED_TO", "rxnorm:6809", "RN"),
        ("rxnorm:6809", "XREF", "drugbank:DB00331", None),
        ("rxnorm:6809", "XREF", "mesh:D008687", None),
        ("rxnorm:3", "XREF", "snomedct:58488005", None),
    }


def test_obsolete_and_suppressed_rows_are_rejected_with_the_reason(staged: Callable[..., Any]) -> None:
    tables = staged(rxnorm, "rxnorm")

    assert {(reject["key"], reject["reason"]) for reject in tables.rejects} == {
        ("2000008", "suppressed (O)"),
        ("2000009", "suppressed (E)"),
        ("6", "an atom that is not in RXNCONSO"),
        ("7", "a relation within one concept"),
        ("10", "suppressed (O)"),
        ("99999", "no name of this concept is in use"),
    }
    assert tables.manifest.outcomes == {"staged": 14, "merged": 5, "rejected": 6}
