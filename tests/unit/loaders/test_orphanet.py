"""Files of tests/data/orphanet: product 1 declares ISO-8859-1 and holds one of each mapping relation, products 4 and 6
one of each frequency and of some types of association."""

import shutil

import pytest

from kgbuild.errors import InputError
from loaders import orphanet
from tests.unit.loaders.conftest import DATA

ID = "ORPHA:166024"


@pytest.fixture(scope="module")
def tables(staged):
    return staged(orphanet, "orphanet")


def test_every_row_has_one_outcome(tables):
    assert tables.manifest.version == "2024-06-26"
    assert tables.manifest.rows == {"en_product1.xml": 5, "en_product4.xml": 7, "en_product6.xml": 5}
    assert tables.manifest.outcomes == {"staged": 14, "merged": 0, "rejected": 3}
    assert {(r["file"], r["row"], r["reason"]) for r in tables.rejects} == {
        ("en_product1.xml", 4, "no ORPHAcode"),
        ("en_product4.xml", 7, "no HPO term"),
        ("en_product6.xml", 5, "a gene without HGNC, Ensembl or OMIM id"),
    }


def test_disorders_have_names_synonyms_and_definitions_in_either_encoding(tables):
    assert tables.node("ORPHA:117")["name"] == "Behçet disease"
    assert tables.names_of(ID) == {
        ("Multiple epiphyseal dysplasia, Al-Gazali type", "LABEL", "en"),
        ("Multiple epiphyseal dysplasia, Al-Gazali & co", "EXACT", "en"),
        ("Dysplasie épiphysaire", "EXACT", "en"),
    }
    assert tables.node(ID)["definition"] == "A skeletal dysplasia characterized by macrocephaly & frontal bossing."


def test_mapping_relations_are_oriented_from_the_orphacode(tables):
    mappings = {
        (e["predicate"], e["object"], e["qualifier"], e.get("negated", False))
        for e in tables.edges
        if e["subject"] == ID and e["file"] == "en_product1.xml"
    }

    assert mappings == {
        ("EXACT_MATCH", "omim:607131", "E; Validated", False),
        ("BROAD_MATCH", "icd10:Q77.3", "NTBT; Code attributed by Orphanet; Validated", False),
        ("EXACT_MATCH", "MONDO:0011776", "E; Not yet validated", False),
        ("BROAD_MATCH", "umls:C1846722", "NTBT/E; Validated", False),
        ("NARROW_MATCH", "mesh:C564594", "BTNT; Validated", False),
        ("XREF", "gard:9795", "ND; Validated", False),
        ("EXACT_MATCH", "meddra:10028197", "W; Validated", True),
        ("BROAD_MATCH", "icd11.code:LD24.61", "NTBT; Index term; Validated", False),
    }


def test_an_obsolete_disorder_is_replaced_and_a_parent_is_one(tables):
    assert tables.node("ORPHA:99999")["obsolete"]
    assert not tables.node("ORPHA:117")["obsolete"]
    assert ("ORPHA:99999", "REPLACED_BY", "ORPHA:117") in tables.triples()
    assert ("ORPHA:88888", "SUBCLASS_OF", "ORPHA:117") in tables.triples()


def test_phenotypes_weigh_as_much_as_they_are_frequent_and_excluded_ones_are_negated(tables):
    found = {e["object"]: e for e in tables.edges if e["predicate"] == "HAS_PHENOTYPE"}

    assert {term: e["weight"] for term, e in found.items()} == {
        "HP:0000256": 0.895, "HP:0001249": 1.0, "HP:0001250": 0.545, "HP:0001288": 0.17, "HP:0002017": 0.05,
        "HP:0000505": 1.0,
    }  # fmt: skip
    assert [term for term, e in found.items() if e.get("negated")] == ["HP:0000505"]
    macrocephaly = found["HP:0000256"]
    assert (macrocephaly["qualifier"], macrocephaly["context"]) == ("Very frequent (99-80%)", "Diagnostic criterion")
    assert macrocephaly["publications"] == "pubmed:23760316|pubmed:11309371"


def test_genes_are_hgnc_s_and_what_was_only_tested_is_no_association(tables):
    genes = {
        (e["subject"], e["predicate"], e["qualifier"], e["context"])
        for e in tables.edges
        if e["file"] == "en_product6.xml"
    }

    assert genes == {
        ("hgnc:30497", "GENE_ASSOCIATED_WITH_CONDITION", "Disease-causing germline mutation(s) in", "Assessed"),
        ("hgnc:30497", "GENE_ASSOCIATED_WITH_CONDITION",
         "Disease-causing germline mutation(s) (loss of function) in", "Not yet assessed"),
        ("ensembl:ENSG00000000001", "RELATED_TO", "Candidate gene tested in", "Assessed"),
        ("hgnc:1", "BIOMARKER_FOR", "Biomarker tested in", "Assessed"),
    }  # fmt: skip
    assert ("KIF7-alias", "SYMBOL", "en") in tables.names_of("hgnc:30497")


def test_one_product_alone_can_be_loaded(staged, tmp_path):
    shutil.copy(DATA / "orphanet" / "en_product6.xml", tmp_path)

    assert staged(orphanet, tmp_path).node(ID)["name"] == "Multiple epiphyseal dysplasia, Al-Gazali type"


def test_a_truncated_file_is_one_clear_error(staged, tmp_path):
    text = (DATA / "orphanet" / "en_product6.xml").read_bytes()
    (tmp_path / "en_product6.xml").write_bytes(text[: len(text) // 2])

    with pytest.raises(InputError, match="expected a complete XML file"):
        staged(orphanet, tmp_path)
