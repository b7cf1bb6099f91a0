"""Rows of tests/data/gwas_studies: v1.0.3.1 (PUBMED ID, background traits, quotes that do not quote) and v1.0.2."""

import pytest

from loaders import gwas_studies


@pytest.fixture(scope="module")
def tables(staged):
    return staged(gwas_studies, "gwas_studies")


def test_every_row_has_one_outcome_and_its_reason(tables):
    assert tables.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 1}
    assert [(r["key"], r["reason"]) for r in tables.rejects] == [("No accession", "no study accession")]


def test_a_study_has_the_id_that_associations_name_and_its_title_as_definition(tables):
    study = tables.node("gcst:GCST000028")

    assert study["type"] == "Study"
    assert study["definition"].startswith('A genome-wide association study of "type 2 diabetes" in Finns')
    assert "name" not in study
    assert tables.names_of("gcst:GCST000028") == set()


def test_a_study_is_of_each_of_its_mapped_traits_with_sample_and_reported_trait(tables):
    edges = {e["object"]: e for e in tables.edges if e["subject"] == "gcst:GCST90475097" and "qualifier" not in e}

    assert set(edges) == {"EFO:0004149", "EFO:0003770"}
    assert {(e["n_traits"], e["ancestry"], e["sample_size"]) for e in edges.values()} == {(2, "East Asian", 6702)}
    assert {(e["context"], e["publications"]) for e in edges.values()} == {
        ("Neuropathy in diabetes", "pubmed:39024449")
    }
    assert {e["predicate"] for e in tables.edges} == {"STUDIED"}
    assert tables.node("EFO:0003770")["name"] == "diabetic retinopathy"


def test_what_all_people_of_a_study_have_is_told_apart(tables):
    background = [(e["subject"], e["object"]) for e in tables.edges if e.get("qualifier") == "background"]
    assert background == [("gcst:GCST90475097", "MONDO:0005148")]


def test_a_study_without_a_mapped_trait_is_a_node_alone(tables):
    assert tables.node("gcst:GCST90475098")["type"] == "Study"
    assert not [e for e in tables.edges if e["subject"] == "gcst:GCST90475098"]


def test_the_older_format_says_pubmedid_and_no_background(tables):
    (edge,) = [e for e in tables.edges if e["subject"] == "gcst:GCST000029"]
    assert (edge["publications"], edge["sample_size"], edge["object"]) == ("pubmed:17463249", 5000, "EFO:0004339")
