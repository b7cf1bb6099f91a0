"""PheCode 1.2 in both of its layouts."""

from loaders import phecode


def test_a_phecode_stands_below_the_nearest_one_that_it_extends(staged):
    tables = staged(phecode, "phecode")

    assert {
        triple for triple in tables.triples() if triple[0].startswith("phecode") and triple[1] == "SUBCLASS_OF"
    } == {
        ("phecode:250.2", "SUBCLASS_OF", "phecode:250"),
        ("phecode:250.21", "SUBCLASS_OF", "phecode:250.2"),
        ("phecode:250.42", "SUBCLASS_OF", "phecode:250"),  # there is no 250.4
    }
    assert tables.node("phecode:250.2")["type"] == "Disease"
    assert tables.node("phecode:008.5")["name"] == "Bacterial enteritis"


def test_icd_codes_are_grouped_and_keep_their_own_hierarchy(staged):
    tables = staged(phecode, "phecode")

    assert {triple for triple in tables.triples() if "icd" in triple[2]} == {
        ("phecode:250.2", "GROUPS", "icd10:E11"),
        ("phecode:250", "GROUPS", "icd10:E11"),
        ("phecode:250.21", "GROUPS", "icd10:E11.1"),
        ("phecode:250.21", "GROUPS", "icd9:250.1"),
        ("icd10:E11.1", "SUBCLASS_OF", "icd10:E11"),
    }
    rolled = {edge["object"] for edge in tables.edges if edge.get("qualifier") == "rolled up PheWAS code"}
    assert rolled == {"icd10:E11"}


def test_an_icd_meaning_names_its_own_code_alone(staged):
    tables = staged(phecode, "phecode")

    assert tables.node("icd10:E11")["name"] == "Non-insulin-dependent diabetes mellitus"
    assert tables.node("icd9:250.1")["name"] == "Diabetes with ketoacidosis"
    assert tables.node("icd10:M45") == {"id": "icd10:M45", "type": "Code", "obsolete": False} | {
        column: tables.node("icd10:M45")[column] for column in ("file", "row")
    }


def test_what_is_no_phecode_is_rejected_and_each_row_accounted_for(staged):
    tables = staged(phecode, "phecode")

    (reject,) = tables.rejects
    assert (reject["row"], reject["key"], reject["raw"]) == (6, "diabetes", "diabetes\tNot a code")
    assert tables.manifest.outcomes == {"staged": 10, "merged": 0, "rejected": 1}


def test_the_catalogs_own_layout_is_read_too(staged):
    tables = staged(phecode, "phecode_catalog")

    assert tables.node("phecode:250.2")["name"] == "Type 2 diabetes, all"
    assert tables.node("icd9cm:250.00")["name"] == "Diabetes mellitus without complication, type II"
    assert tables.triples() == {
        ("phecode:250.2", "GROUPS", "icd9cm:250.00"),
        ("phecode:250.2", "GROUPS", "icd10cm:E11.9"),
    }
