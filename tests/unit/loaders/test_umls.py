"""UMLS on hand-written rows in RRF."""

from loaders import umls


def test_concepts_have_their_preferred_atom_definition_and_first_semantic_type(staged):
    tables = staged(umls, "umls")

    disease, drug = tables.node("umls:C0011860"), tables.node("umls:C0025598")
    assert disease["name"] == "Diabetes Mellitus, Non-Insulin-Dependent"
    assert disease["definition"].startswith("A subclass of diabetes")
    assert disease["type"] == "Disease"
    assert drug["type"] == "Drug"
    assert tables.node("umls:C0011849")["name"] == "Diabetes mellitus"


def test_suppressed_atoms_and_other_languages_are_rejected_with_the_reason(staged):
    tables = staged(umls, "umls")

    assert {(r["key"], r["reason"]) for r in tables.rejects} == {
        ("A0000003", "suppressed (O)"),
        ("A0000004", "language FRE is not among ENG"),
        ("AT0000003", "suppressed (O)"),
        ("R0000004", "a relation within one concept"),
        ("R0000005", "suppressed (Y)"),
    }
    assert {text for text, _, _ in tables.names_of("umls:C0011860")} == {
        "Diabetes Mellitus, Non-Insulin-Dependent",
        "Diabetes mellitus type 2",
        'Type 2 "adult" diabetes, # mellitus',
    }


def test_languages_are_chosen_by_parameter(staged):
    tables = staged(umls, "umls", languages="ENG,FRE")

    assert ("Diabète de type 2", "EXACT", "fr") in tables.names_of("umls:C0011860")


def test_relations_read_from_the_second_concept_to_the_first(staged):
    tables = staged(umls, "umls")

    assert tables.triples() == {
        ("umls:C0011860", "SUBCLASS_OF", "umls:C0011849"),
        ("umls:C0025598", "RELATED_TO", "umls:C0011860"),
        ("umls:C0011860", "XREF", "mesh:D003924"),
        ("umls:C0011860", "XREF", "snomedct:44054006"),
        ("umls:C0011860", "XREF", "icd10:E11"),
        ("umls:C0011849", "XREF", "HP:0000819"),
        ("umls:C0025598", "XREF", "NCIT:C61612"),
    }
    assert tables.manifest.outcomes == {"staged": 8, "merged": 7, "rejected": 5}
