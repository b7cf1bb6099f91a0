"""Rows of tests/data/clinvar: HFE C282Y with the real file's lists (an empty one, two conditions of one record, "7
conditions"), an indel without rsID, one of each kind of classification, quotes, which the file does not escape."""

import pytest

from loaders import clinvar


@pytest.fixture(scope="module")
def tables(staged):
    return staged(clinvar, "clinvar")


def edges(tables, subject, predicate="ASSOCIATED_WITH"):
    return [e for e in tables.edges if e["subject"] == subject and e["predicate"] == predicate]


def test_every_row_has_one_outcome(tables):
    assert tables.manifest.outcomes == {"staged": 11, "merged": 2, "rejected": 4}
    assert {r["key"]: r["reason"] for r in tables.rejects} == {
        "10": "no condition with an identifier",
        "11": "no condition with an identifier",
        "12": "allele has neither an rsID nor a sequence on GRCh38",
        "13": "allele has neither an rsID nor a sequence on GRCh38",
    }


def test_rows_of_two_assemblies_are_one_evidence_with_a_position_on_each(tables):
    node = tables.node("dbSNP:rs1800562")

    assert (node["chromosome"], node["grch37"], node["grch38"]) == ("6", 26093141, 26092913)
    assert {(e["effect_allele"], e["other_allele"], e["n_traits"]) for e in edges(tables, "dbSNP:rs1800562")} == {
        ("A", "G", 6)
    }
    assert len(edges(tables, "dbSNP:rs1800562")) == 6


def test_each_condition_is_its_best_identifier_with_its_record(tables):
    found = {(e["object"], e["study"].rpartition(":")[2]) for e in edges(tables, "dbSNP:rs1800562")}

    assert found == {
        ("MONDO:0021001", "RCV000000019"),
        ("MONDO:0006507", "RCV000308358"),
        ("HP:0010473", "RCV000414811"),
        ("MONDO:0005434", "RCV000414811"),
        ("ORPHA:220489", "RCV001248830"),
        ("mesh:D030342", "RCV001731264"),
    }
    assert tables.node("MONDO:0005434")["name"] == "Cutaneous photosensitivity"
    assert {e["object"] for e in edges(tables, "dbSNP:rs8")} == {"ORPHA:558"}  # written as Orphanet:ORPHA558


def test_a_variant_without_rsid_is_its_spdi_on_grch38_on_both_assemblies(tables):
    identifier = "spdi:NC_000007.14:4781212:GGAT:TGCTGTAAACTGTAACTGTAAA"

    assert [e["object"] for e in edges(tables, identifier)] == ["MONDO:0013342"]
    assert (tables.node(identifier)["grch37"], tables.node(identifier)["grch38"]) == (4820844, 4781213)


def test_only_classifications_that_say_so_are_associations(tables):
    kinds = {
        e["qualifier"]: (e["predicate"], e.get("negated", False)) for e in tables.edges if e["predicate"] != "MAPPED_TO"
    }

    assert kinds == {
        "Pathogenic/Pathogenic, low penetrance; risk factor": ("ASSOCIATED_WITH", False),
        "Likely pathogenic": ("ASSOCIATED_WITH", False),
        "Pathogenic": ("ASSOCIATED_WITH", False),
        "protective": ("ASSOCIATED_WITH", False),
        "drug response": ("ASSOCIATED_WITH", False),
        "oncogenicity Oncogenic; somatic Tier I - Strong": ("ASSOCIATED_WITH", False),
        "association not found": ("ASSOCIATED_WITH", True),
        "Benign/Likely benign": ("RELATED_TO", False),
        "Conflicting classifications of pathogenicity": ("RELATED_TO", False),
        "Uncertain significance": ("RELATED_TO", False),
        "Uncertain risk allele": ("RELATED_TO", False),
    }


def test_the_review_status_is_kept_and_genes_are_mapped(tables):
    contexts = {e["context"] for e in edges(tables, "dbSNP:rs1800562")}

    assert contexts == {"criteria provided, multiple submitters, no conflicts"}
    assert [e["object"] for e in edges(tables, "dbSNP:rs1800562", "MAPPED_TO")] == ["NCBIGene:3077"]
    assert not edges(tables, "dbSNP:rs1", "MAPPED_TO")  # a subset of 17 genes has no id


def test_files_without_somatic_columns_are_read(staged):
    tables = staged(clinvar, "clinvar_2023")

    assert len(edges(tables, "dbSNP:rs1800562")) == 6
    assert "grch38" not in tables.node("dbSNP:rs1800562")
