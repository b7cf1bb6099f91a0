"""Rows of tests/data/drugcentral: quoted columns, doubled quotes inside; targets of one, three and no protein;
a dump's COPY blocks with `\\N` for null, between blocks of other tables.
"""

import pytest

from kgbuild.errors import InputError
from loaders import drugcentral


@pytest.fixture(scope="module")
def tables(staged):
    return staged(drugcentral, "drugcentral")


def test_the_mechanism_of_action_is_a_target_and_other_activity_an_interaction(tables):
    found = {e["object"]: e for e in tables.edges if e["subject"] == "drugcentral:4"}

    assert {(object_, e["predicate"], e["context"]) for object_, e in found.items()} == {
        ("uniprot:Q12809", "INTERACTS_WITH", "IC50, Homo sapiens"),
        ("uniprot:P35375", "INTERACTS_WITH", "Ki, Mus musculus"),
        *((f"uniprot:{protein}", "TARGETS", "Homo sapiens") for protein in ("P35498", "Q01118", "Q14524")),
    }
    assert (found["uniprot:Q12809"]["effect"], found["uniprot:Q01118"]["qualifier"]) == (5.02, "BLOCKER")


def test_each_protein_of_a_target_has_its_own_symbol_and_only_a_single_one_its_name(tables):
    assert tables.names_of("uniprot:Q01118") == {("SCN7A", "SYMBOL", "en")}
    assert "name" not in tables.node("uniprot:Q01118")
    assert tables.node("uniprot:Q12809")["name"] == "Potassium voltage-gated channel subfamily H member 2"


def test_drugs_are_related_to_concepts_of_umls_or_snomed(tables):
    related = {(s, p, o) for s, p, o in tables.triples() if s != "drugcentral:4" and p != "XREF"}

    assert related == {
        ("drugcentral:318", "TREATS", "umls:C0018099"),
        ("drugcentral:5253", "TREATS", "umls:C4076057"),
        ("drugcentral:318", "CONTRAINDICATED_IN", "snomedct:40930008"),
        ("drugcentral:318", "OFF_LABEL_USE", "umls:C0015967"),
        ("drugcentral:661", "PREVENTATIVE_FOR_CONDITION", "umls:C1320716"),
        ("drugcentral:661", "RELATED_TO", "umls:C0018099"),
    }
    assert tables.node("umls:C0015967")["type"] == "Phenotype"


def test_drugs_are_named_and_tied_to_other_vocabularies(tables):
    assert tables.node("drugcentral:318")["name"] == "allopurinol"
    assert {o for s, p, o in tables.triples() if p == "XREF" and s == "drugcentral:318"} == {
        "drugbank:DB00437", "CHEBI:40279"
    }  # fmt: skip
    assert ("umls:C0018099", "XREF", "snomedct:90560007") in tables.triples()


def test_rows_that_cannot_be_used_say_why(tables):
    assert tables.manifest.rows == {"drug.target.interaction.tsv": 4, "drugcentral.dump.11012023.sql": 11}
    assert tables.manifest.outcomes == {"staged": 12, "merged": 0, "rejected": 3}
    assert {(reject["key"], reject["reason"]) for reject in tables.rejects} == {
        ("doxorubicin DNA", "the target has no UniProt accession"),
        ("318 d00023", "identifiers of kind MMSL are not loaded"),
        ("661 A disease of no vocabulary", "the disease has no UMLS or SNOMED CT concept"),
    }


def test_the_table_of_relations_may_be_exported_with_its_header(staged, tmp_path):
    header = "id struct_id concept_id relationship_name concept_name umls_cui snomed_full_name cui_semantic_type"
    row = ["173433", "318", "21000716", "indication", "Gout", "C0018099", "Gout", "T047", "90560007"]
    path = tmp_path / "omop_relationship.tsv"
    path.write_text("\t".join([*header.split(), "snomed_conceptid"]) + "\n" + "\t".join(row) + "\n")

    assert ("drugcentral:318", "TREATS", "umls:C0018099") in staged(drugcentral, tmp_path).triples()

    path.write_text("\t".join(header.split()) + "\n")
    with pytest.raises(InputError, match="omop_relationship has no column 'snomed_conceptid'"):
        staged(drugcentral, tmp_path)
