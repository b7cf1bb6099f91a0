"""Each check finds the planted defect, with the input rows that it comes from, and nothing in a clean graph."""

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.quality.validate import CHECKS, Result, validate
from kgbuild.quality.views import Graph
from loaders import LOADERS
from tests.unit.quality.toys import Toy

Make = Callable[..., Graph]


def tree(source: Toy, prefix: str, type: str, count: int = 30) -> None:
    """A root and its children: what a vocabulary has."""
    source.node(f"{prefix}:0000001", f"{type} of {prefix}", type)
    for number in range(2, count + 2):
        source.node(f"{prefix}:{number:07}", f"{type} {number} of {prefix}", type)
        source.edge(f"{prefix}:{number:07}", "SUBCLASS_OF", f"{prefix}:0000001")


def clean() -> tuple[Toy, Toy, Toy]:
    """Two vocabularies and associations, of which nothing is to be said."""
    mondo, hp, gwas = Toy("mondo", ("MONDO",)), Toy("hp", ("HP",)), Toy("gwas")
    tree(mondo, "MONDO", "Disease")
    tree(hp, "HP", "Phenotype")
    mondo.edge("MONDO:0000002", "HAS_PHENOTYPE", "HP:0000002")
    mondo.edge("MONDO:0000003", "EXACT_MATCH", "HP:0000003")
    for number in range(1, 41):
        gwas.node(f"dbSNP:rs{number}", type="Variant")
        gwas.edge(
            f"dbSNP:rs{number}", "ASSOCIATED_WITH", f"MONDO:{number % 7 + 2:07}", effect=1.1 + number % 10 / 100,
            effect_kind="odds_ratio", effect_allele="A", other_allele="G", neg_log10_p=9.0 + number % 5, study="gcst:1",
            publications="pubmed:1",
        )  # fmt: skip
    return mondo, hp, gwas


def findings(results: list[Result], check: str) -> set[str]:
    """`file:row` of all that a check found."""
    (result,) = [result for result in results if result.check.name == check]
    return {f"{row['file']}:{row['row']}" for example in result.examples for row in example}


def only(graph: Graph, check: str, *besides: str) -> set[str]:
    """What a check found, and that no other did."""
    results = validate(graph, examples=100)
    found = {result.check.name for result in results if result.findings}
    assert found == {check, *besides}, {r.check.name: r.examples for r in results if r.findings}
    return findings(results, check)


def test_a_clean_graph_has_no_findings(graph: Make) -> None:
    assert {result.check.name: result.findings for result in validate(graph(*clean()))} == dict.fromkeys(CHECKS, 0)


def test_a_type_that_biolink_does_not_allow_is_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    row = mondo.edge("HP:0000004", "TREATS", "MONDO:0000004")

    made = graph(mondo, hp, gwas)

    assert only(made, "biolink-ends") == {row}
    (result,) = validate(made, ["biolink-ends"])
    assert result.examples[0][0]["detail"] == "its subject is a Phenotype, TREATS asks for Chemical or Drug"
    assert result.examples[0][0]["subject_name"] == "Phenotype 4 of HP"


def test_an_id_that_a_loaded_release_lacks_is_found_by_who_refers_to_it(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {
        gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "MONDO:0009999"),
        mondo.edge("MONDO:0000002", "XREF", "HP:0009998"),
    }
    gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "EFO:0009999")  # no release of EFO is loaded

    made = graph(mondo, hp, gwas)

    assert only(made, "dangling-id") == rows
    assert validate(made, ["dangling-id"])[0].by_source == {"gwas": 1, "mondo": 1}


def test_codes_that_a_map_classifies_are_no_release_of_their_classification(graph: Make) -> None:
    phecode, other = Toy("phecode", ("phecode", "icd9")), Toy("other")
    phecode.node("phecode:250", "Diabetes", "Disease")
    phecode.node("icd9:250.0", "Diabetes without complication", "Code")
    phecode.edge("phecode:250", "GROUPS", "icd9:250.0")
    other.edge("phecode:250", "XREF", "icd9:999")

    assert not validate(graph(phecode, other), ["dangling-id"])[0].findings


def test_a_cycle_is_found_with_all_rows_that_close_it(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {
        mondo.edge("MONDO:0000005", "SUBCLASS_OF", "MONDO:0000006"),
        mondo.edge("MONDO:0000006", "SUBCLASS_OF", "MONDO:0000007"),
        gwas.edge("MONDO:0000007", "SUBCLASS_OF", "MONDO:0000005"),
    }
    mondo.edge("MONDO:0000009", "SUBCLASS_OF", "MONDO:0000005")  # below the cycle, not in it
    made = graph(mondo, hp, gwas)

    assert only(made, "hierarchy-cycle") == rows
    (result,) = validate(made, ["hierarchy-cycle"])
    assert (result.findings, result.rows) == (1, 3)
    assert "3 terms: MONDO:0000005 MONDO:0000006 MONDO:0000007" in result.examples[0][0]["detail"]


def test_an_edge_to_itself_is_found_unless_a_thing_may_act_on_itself(graph: Make) -> None:
    mondo, hp, gwas = clean()
    row = mondo.edge("MONDO:0000005", "EXACT_MATCH", "MONDO:0000005")
    mondo.edge("MONDO:0000006", "INTERACTS_WITH", "MONDO:0000006")

    assert only(graph(mondo, hp, gwas), "self-loop") == {row}


def test_a_label_of_two_concepts_and_a_name_of_many_are_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    mondo.names[4]["text"], mondo.names[5]["text"] = "Gout", "gout"
    labels = {f"mondo.tsv:{mondo.names[number]['row']}" for number in (4, 5)}
    names = {mondo.called(f"MONDO:000000{number}", "the illness") for number in range(2, 6)}
    for number in range(2, 5):
        hp.called(f"HP:000000{number}", "the sign")  # three may share one

    made = graph(mondo, hp, gwas)
    results = validate(made, examples=10)

    assert only(made, "homonym", "shared-label") == names
    assert findings(results, "shared-label") == labels


def test_matches_with_an_ancestor_and_its_descendant_contradict_each_other(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {
        gwas.edge("HP:0000008", "EXACT_MATCH", "MONDO:0000008"),
        gwas.edge("MONDO:0000001", "EXACT_MATCH", "HP:0000008"),  # stated the other way round
    }

    assert only(graph(mondo, hp, gwas), "match-nested") == rows


def test_matches_with_disjoint_concepts_contradict_each_other(graph: Make) -> None:
    mondo, hp, gwas = clean()
    mondo.node("MONDO:0000050", "Infection", "Disease")
    mondo.edge("MONDO:0000050", "SUBCLASS_OF", "MONDO:0000008")
    mondo.edge("MONDO:0000009", "DISJOINT_WITH", "MONDO:0000008")
    rows = {
        gwas.edge("HP:0000008", "EXACT_MATCH", "MONDO:0000050"),
        gwas.edge("HP:0000008", "EXACT_MATCH", "MONDO:0000009"),
    }

    assert only(graph(mondo, hp, gwas), "match-disjoint") == rows


def test_matches_with_two_concepts_of_one_vocabulary_are_noted_unless_one_is_obsolete(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {gwas.edge("HP:0000008", "EXACT_MATCH", f"MONDO:000000{number}") for number in (8, 9)}
    mondo.node("MONDO:0000050", "Gone", "Disease", obsolete=True)
    mondo.edge("MONDO:0000050", "EXACT_MATCH", "HP:0000007")
    mondo.edge("MONDO:0000006", "EXACT_MATCH", "HP:0000007")

    assert only(graph(mondo, hp, gwas), "match-several") == rows


def test_a_match_that_is_asserted_and_denied_is_found_in_either_direction(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {
        mondo.edge("MONDO:0000008", "EXACT_MATCH", "HP:0000008"),
        gwas.edge("HP:0000008", "EXACT_MATCH", "MONDO:0000008", negated=True),
    }

    assert only(graph(mondo, hp, gwas), "match-denied") == rows


def test_a_match_of_a_gene_with_a_disease_is_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    gwas.node("NCBIGene:1", "A1BG", "Gene")
    row = gwas.edge("NCBIGene:1", "EXACT_MATCH", "MONDO:0000008")

    assert only(graph(mondo, hp, gwas), "match-type") == {row}


def test_unknown_prefixes_and_malformed_ids_are_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    unknown = mondo.edge("MONDO:0000002", "XREF", "NOSUCH:1")
    malformed = {
        mondo.edge("MONDO:0000002", "XREF", wrong) for wrong in ("none", "HP:12", "umls:C1 C2", "OBI:OBI_1", "mesh:")
    }
    made = graph(mondo, hp, gwas)
    results = validate(made, examples=10)

    assert findings(results, "unknown-prefix") >= {unknown}
    assert findings(results, "malformed-id") == malformed


def test_a_concept_without_edges_and_a_term_outside_of_its_hierarchy_are_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    alone = mondo.node("MONDO:0000100", "alone", "Disease")
    unplaced = mondo.node("MONDO:0000101", "unplaced", "Disease")
    mondo.edge("MONDO:0000101", "XREF", "umls:C1")
    made = graph(mondo, hp, gwas)

    assert only(made, "unplaced-term", "orphan") == {alone, unplaced}
    assert findings(validate(made), "orphan") == {alone}


def test_an_effect_out_of_line_is_found_unless_its_p_value_supports_it(graph: Make) -> None:
    mondo, hp, gwas = clean()
    shared: dict[str, Any] = {"effect_kind": "odds_ratio", "study": "gcst:1", "publications": "pubmed:1"}
    misprint = gwas.edge("dbSNP:rs3", "ASSOCIATED_WITH", "MONDO:0000020", effect=40.0, neg_log10_p=9.0, **shared)
    gwas.edge("dbSNP:rs4", "ASSOCIATED_WITH", "MONDO:0000020", effect=6.0, neg_log10_p=1500.0, **shared)

    assert only(graph(mondo, hp, gwas), "effect-outlier") == {misprint}


def test_odds_ratios_that_are_none_are_found(graph: Make) -> None:
    mondo, hp, gwas = clean()
    rows = {
        gwas.edge("dbSNP:rs3", "ASSOCIATED_WITH", "MONDO:0000020", effect=effect, effect_kind="odds_ratio", study="s")
        for effect in (1060.0, 0.001, -0.3, 0.0)
    }

    assert only(graph(mondo, hp, gwas), "odds-ratio") == rows


def test_studies_that_disagree_on_a_sign_are_found_for_one_and_the_same_allele(graph: Make) -> None:
    mondo, hp, gwas = clean()

    def effect(
        variant: str, study: str, beta: float, allele: str, other: str, p: float = 12.0, of: str = "gout"
    ) -> str:
        return gwas.edge(
            variant, "ASSOCIATED_WITH", "MONDO:0000020", effect=beta, effect_kind="beta", effect_allele=allele,
            other_allele=other, neg_log10_p=p, study=study, context=of,
        )  # fmt: skip

    rows = {effect("dbSNP:rs91", "one", 0.1, "A", "G"), effect("dbSNP:rs91", "two", 0.2, "G", "A")}
    effect("dbSNP:rs92", "one", 0.1, "A", "G")
    effect("dbSNP:rs92", "two", -0.2, "G", "A")  # the same sign for one allele
    effect("dbSNP:rs93", "one", 0.1, "A", "T")
    effect("dbSNP:rs93", "two", -0.1, "A", "T")  # perhaps of the other strand
    effect("dbSNP:rs94", "one", 0.1, "A", "G")
    effect("dbSNP:rs94", "two", -0.1, "A", "G", p=5.0)
    effect("dbSNP:rs95", "one", 0.1, "A", "G", of="black hair")
    effect("dbSNP:rs95", "two", -0.1, "A", "G", of="red hair")
    effect("dbSNP:rs96", "one", 0.1, "A", "G", of="protein levels")
    effect("dbSNP:rs96", "one", -0.1, "A", "G", of="protein levels")  # of two proteins
    effect("dbSNP:rs96", "two", -0.1, "A", "G", of="protein levels")

    assert only(graph(mondo, hp, gwas), "opposite-effects") == rows


def test_evidence_that_two_sources_state_is_counted(graph: Make) -> None:
    mondo, hp, gwas = clean()
    other = Toy("other")
    stated: dict[str, Any] = {"effect": 1.25, "effect_kind": "odds_ratio", "publications": "pubmed:7"}
    rows = {source.edge("dbSNP:rs5", "ASSOCIATED_WITH", "MONDO:0000021", **stated) for source in (gwas, other)}
    other.edge("dbSNP:rs5", "ASSOCIATED_WITH", "MONDO:0000022", **stated)
    made = graph(mondo, hp, gwas, other)

    assert only(made, "duplicated-evidence") == rows
    assert validate(made, ["duplicated-evidence"])[0].findings == 1


def test_references_to_terms_that_are_gone_are_found_but_not_the_terms_own_history(graph: Make) -> None:
    mondo, hp, gwas = clean()
    mondo.node("MONDO:0000050", "gone", "Disease", obsolete=True)
    mondo.node("MONDO:0000051", "moved", "Disease", obsolete=True)
    mondo.edge("MONDO:0000051", "REPLACED_BY", "MONDO:0000002")
    mondo.edge("MONDO:0000050", "XREF", "umls:C1")
    gone = gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "MONDO:0000050")
    moved = {
        gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "MONDO:0000051"),
        gwas.edge("MONDO:0000051", "HAS_PHENOTYPE", "HP:0000002"),
    }
    made = graph(mondo, hp, gwas)

    assert only(made, "obsolete-reference", "replaced-reference") == {gone}
    assert findings(validate(made), "replaced-reference") == moved


def test_all_findings_are_written_with_their_rows(graph: Make, tmp_path: Path) -> None:
    mondo, hp, gwas = clean()
    gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "MONDO:0009999")
    graph(mondo, hp, gwas)
    out = tmp_path / "findings.tsv"

    result = CliRunner().invoke(app, ["validate", "--out", str(out), "--examples", "0"])

    assert result.exit_code == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert rows == [
        {
            "check": "dangling-id", "severity": "warning", "source": "gwas", "file": "gwas.tsv", "row": "81",
            "subject": "dbSNP:rs1", "predicate": "ASSOCIATED_WITH", "object": "MONDO:0009999",
            "detail": "MONDO:0009999 is not in the loaded release of mondo",
        }
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["findings.tsv"]


def test_strict_fails_on_errors_alone(graph: Make) -> None:
    mondo, hp, gwas = clean()
    gwas.edge("dbSNP:rs1", "ASSOCIATED_WITH", "MONDO:0009999")
    mondo.edge("MONDO:0000005", "SUBCLASS_OF", "MONDO:0000005")
    graph(mondo, hp, gwas)

    assert CliRunner().invoke(app, ["validate"]).exit_code == 0
    assert CliRunner().invoke(app, ["validate", "--strict"]).exit_code == 1
    assert CliRunner().invoke(app, ["validate", "--strict", "--check", "dangling-id"]).exit_code == 0


def test_an_unknown_check_is_named(graph: Make) -> None:
    made = graph(*clean())

    with pytest.raises(InputError, match="--check cycles: no such check; there are malformed-id"):
        validate(made, ["cycles"])


def test_without_a_load_and_after_half_of_one_it_says_what_to_do(home: Path, graph: Make) -> None:
    with pytest.raises(InputError, match="nothing was loaded yet; run `kg load all --data DIR`"):
        Graph.last(())
    graph(*clean())
    Toy("later").stage()
    with pytest.raises(InputError, match="run `kg load` again"):
        Graph.last(())


def test_the_starter_data_are_checked(starter: Graph) -> None:
    started = time.monotonic()
    result = CliRunner().invoke(app, ["validate", "--json"])

    assert result.exit_code == 0, result.output
    checks = {check["check"]: check for check in json.loads(result.stdout)["checks"]}
    assert list(checks) == list(CHECKS)
    assert not [name for name, check in checks.items() if check["severity"] == "error" and check["findings"]]
    assert set(checks["dangling-id"]["by_source"]) <= set(LOADERS)
    assert time.monotonic() - started < 60
