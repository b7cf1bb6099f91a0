"""Rows of tests/data/ctd: column names that are a comment, quotes that quote nothing, chemicals' ids without a prefix,
evidence and ids joined by |, the curated file that repeats a row of the complete one.
"""

import pytest

from kgbuild.errors import InputError
from loaders import ctd


@pytest.fixture(scope="module")
def tables(staged):
    return staged(ctd, "ctd")


def edge(tables, subject, object_, qualifier):
    (found,) = [e for e in tables.edges if (e["subject"], e["object"], e["qualifier"]) == (subject, object_, qualifier)]
    return found


def test_direct_evidence_tells_the_predicate_and_several_are_several_edges(tables):
    both = [e for e in tables.edges if e["subject"] == "mesh:D013974"]

    assert {(e["predicate"], e["qualifier"], e["object"]) for e in both} == {
        ("ASSOCIATED_WITH", "marker/mechanism", "omim:114480"),
        ("TREATS_OR_APPLIED_OR_STUDIED_TO_TREAT", "therapeutic", "omim:114480"),
    }
    assert {e["publications"] for e in both} == {"pubmed:1|pubmed:2|omim:114480"}
    gene = edge(tables, "NCBIGene:6934", "mesh:D003924", "marker/mechanism")
    assert (gene["predicate"], gene["publications"]) == ("GENE_ASSOCIATED_WITH_CONDITION", "omim:125853")


def test_an_inference_is_never_direct_evidence(tables):
    inferred = [e for e in tables.edges if e["qualifier"] == "inferred"]

    assert {(e["predicate"], e["weight"]) for e in inferred} == {("RELATED_TO", 0.05)}
    assert {(e["context"], e["effect"]) for e in inferred} == {
        ("EPHB2", 4.46), ("MYC", 5.02), ("Endocrine Disruptors", 5.41)
    }  # fmt: skip
    assert not any("effect_kind" in e for e in inferred)


def test_interactions_keep_actions_and_organism(tables):
    found = [e for e in tables.edges if e["predicate"] == "AFFECTS"]

    assert {(e["qualifier"], e.get("context")) for e in found} == {
        ("increases^expression", "Rattus norvegicus"), ("affects^cotreatment|affects^reaction", None)
    }  # fmt: skip
    assert {(e["subject"], e["object"]) for e in found} == {("mesh:C112297", "NCBIGene:2353")}


def test_a_row_of_both_gene_files_is_merged(tables):
    assert tables.manifest.outcomes == {"staged": 10, "merged": 1, "rejected": 4}
    assert tables.manifest.rows["CTD_chemicals_diseases.tsv"] == 7


def test_rows_that_cannot_be_used_say_why(tables):
    assert {(reject["file"], reject["row"]): reject["reason"] for reject in tables.rejects} == {
        ("CTD_chemicals_diseases.tsv", 6): "neither direct evidence nor an inference score",
        ("CTD_chemicals_diseases.tsv", 7): "ChemicalID is no MeSH id such as C046983",
        ("CTD_genes_diseases.tsv", 3): "DiseaseID is not MESH:… or OMIM:…",
        ("CTD_chem_gene_ixns.tsv", 3): "GeneID is no NCBI Gene number",
    }
    assert '4-hydroxy-"quoted"\tC999999\t\tHyperkinesis' in {reject["raw"][:40] for reject in tables.rejects}


def test_weak_inferences_are_rejected_where_the_user_says_so(staged):
    tables = staged(ctd, "ctd", min_inference="5")

    assert {e["context"] for e in tables.edges if e["qualifier"] == "inferred"} == {"MYC", "Endocrine Disruptors"}
    assert "below the threshold InferenceScore ≥ 5" in {reject["reason"] for reject in tables.rejects}


def test_a_file_without_the_comment_of_columns_is_one_clear_line(staged, tmp_path):
    (tmp_path / "CTD_genes_diseases.tsv").write_text("# Report\nA1BG\t1\tHepatomegaly\tMESH:D006529\n")

    with pytest.raises(
        InputError, match=r"CTD_genes_diseases.tsv: no column 'GeneID' in the comment after '# Fields:'"
    ):
        staged(ctd, tmp_path)
