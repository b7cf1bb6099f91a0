"""Rows of tests/data/hpoa in today's format, and of hpoa_2023 in the former, whose header begins like a comment."""

import pytest

from kgbuild.errors import InputError
from loaders import hpoa


@pytest.fixture(scope="module")
def tables(staged):
    return staged(hpoa, "hpoa")


def edges(tables, subject, *objects):
    return [e for e in tables.edges if e["subject"] == subject and (not objects or e["object"] in objects)]


def test_every_row_has_one_outcome_and_the_release_is_the_header_s(tables):
    assert tables.manifest.version == "2024-04-26"
    assert tables.manifest.rows == {"phenotype.hpoa": 21, "genes_to_phenotype.txt": 5}
    assert tables.manifest.outcomes == {"staged": 20, "merged": 2, "rejected": 4}
    assert {r["row"]: r["reason"] for r in tables.rejects if r["file"] == "phenotype.hpoa"} == {
        19: "no OMIM, ORPHA, DECIPHER or MONDO disease and no Entrez gene",
        20: "aspect is none of P, I, C, M and H",
        21: "no HPO term",
    }
    assert [r["row"] for r in tables.rejects if r["file"] == "genes_to_phenotype.txt"] == [5]


def test_the_weight_is_the_frequency_and_its_published_text_is_kept(tables):
    weights = {e["object"]: (e["weight"], e["qualifier"]) for e in edges(tables, "ORPHA:558") if not e.get("negated")}

    assert weights == {
        "HP:0001519": (1.0, "HP:0040280"),
        "HP:0001166": (0.895, "HP:0040281"),
        "HP:0001634": (0.545, "HP:0040282"),
        "HP:0001083": (0.17, "HP:0040283"),
        "HP:0002107": (0.05, "HP:0040284"),  # 0.025, below the least weight that staging gives
    }
    assert [e["weight"] for e in edges(tables, "omim:619340", "HP:0011097")] == [0.5]
    assert [e["weight"] for e in edges(tables, "decipher:18")] == [0.763]
    assert [e["weight"] for e in edges(tables, "omim:154700")] == [1.0]  # 5/3 is no share


def test_not_excluded_and_none_of_the_patients_are_negated(tables):
    negated = {(e["subject"], e["object"], e.get("qualifier")) for e in tables.edges if e.get("negated")}

    assert negated == {
        ("omim:619340", "HP:0001250", "3/3"),
        ("omim:619340", "HP:0000252", "0/7"),
        ("ORPHA:558", "HP:0000545", "HP:0040285"),
    }


def test_only_aspect_p_is_a_phenotype(tables):
    others = [e for e in edges(tables, "omim:619340") if e["predicate"] != "HAS_PHENOTYPE"]

    assert {(e["predicate"], e["object"], e["qualifier"]) for e in others} == {
        ("HAS_MODE_OF_INHERITANCE", "HP:0000006", "inheritance"),
        ("RELATED_TO", "HP:0003593", "clinical course; 2/2"),
        ("RELATED_TO", "HP:0003828", "clinical modifier"),
        ("RELATED_TO", "HP:0032443", "past medical history"),
    }


def test_the_same_phenotype_from_two_references_is_two_pieces_of_evidence(tables):
    found = edges(tables, "omim:619340", "HP:0002187")

    assert {e["publications"] for e in found} == {"pubmed:31675180", "omim:619340|pubmed:31675181"}
    assert len(found) == 2  # the curator's date makes no third


def test_evidence_onset_sex_and_modifiers_are_the_context(tables):
    (edge,) = edges(tables, "decipher:18")

    assert edge["context"] == "evidence IEA; onset HP:0003577; sex male; modifier HP:0012828;HP:0012825"
    assert tables.node("decipher:18")["name"] == 'Wolf-Hirschhorn "4p-" Syndrome'


def test_a_gene_s_phenotypes_have_the_disease_as_context(tables):
    found = {(e["predicate"], e["object"], e["context"], e["weight"]) for e in edges(tables, "NCBIGene:2200")}

    assert found == {
        ("GENE_ASSOCIATED_WITH_CONDITION", "HP:0001166", "ORPHA:558", 0.895),
        ("GENE_ASSOCIATED_WITH_CONDITION", "HP:0001166", "omim:154700", 0.625),
        ("HAS_MODE_OF_INHERITANCE", "HP:0000006", "omim:154700", 1.0),
    }
    assert tables.node("NCBIGene:2200")["name"] == "FBN1"


def test_files_of_2023_have_other_headers_and_say_more_of_a_gene(staged):
    tables = staged(hpoa, "hpoa_2023")

    assert tables.manifest.version == "2023-01-27"
    assert tables.manifest.outcomes == {"staged": 5, "merged": 0, "rejected": 0}
    assert tables.node("omim:203400")["name"] == "Corticosterone methyloxidase type I deficiency"
    assert {(e["object"], e["predicate"], e.get("qualifier")) for e in edges(tables, "NCBIGene:1585")} == {
        ("HP:0002013", "GENE_ASSOCIATED_WITH_CONDITION", None),
        ("HP:0000822", "GENE_ASSOCIATED_WITH_CONDITION", "HP:0040283; susceptibility; question"),
        ("HP:0000007", "HAS_MODE_OF_INHERITANCE", "inheritance"),
    }


def test_a_file_with_other_columns_is_refused(staged, tmp_path):
    (tmp_path / "phenotype.hpoa").write_text("#version: 2024-04-26\ndatabase_id\tdisease_name\nOMIM:1\tx\n")

    with pytest.raises(InputError, match="no column 'qualifier'"):
        staged(hpoa, tmp_path)
