"""Rows of tests/data/goa (GAF 2.2, the last line cut short) and goa_2.1, where a relation is stated only at times."""

import pytest

from loaders import goa


@pytest.fixture(scope="module")
def tables(staged):
    return staged(goa, "goa")


def test_every_row_has_one_outcome_and_what_is_not_used_a_reason(tables):
    assert tables.manifest.version == "2024-01-17 12:58"
    assert tables.manifest.outcomes == {"staged": 10, "merged": 1, "rejected": 4}
    reasons = {r["row"]: r["reason"] for r in tables.rejects}
    assert reasons.pop(-21).startswith("Expected Number of Columns")
    assert reasons == {
        11: "taxon 10090 is not goa.taxon=9606",
        12: "evidence code ND: no biological data",
        13: "no GO term",
    }


def test_relations_become_biolink_predicates(tables):
    assert {(e["predicate"], e["object"]) for e in tables.edges if e["subject"] == "uniprot:P04637"} == {
        ("ENABLES", "GO:0003700"),
        ("ENABLES", "GO:0005515"),
        ("PARTICIPATES_IN", "GO:0006915"),
        ("ACTIVE_IN", "GO:0005634"),
        ("ACTS_UPSTREAM_OF_OR_WITHIN_POSITIVE_EFFECT", "GO:0008285"),
        ("PART_OF", "GO:0005667"),
        ("RELATED_TO", "GO:0005667"),
    }
    (unknown,) = [e for e in tables.edges if e["predicate"] == "RELATED_TO"]
    assert unknown["qualifier"] == "IDA; has_new_relation"


def test_not_is_negated_and_stays_beside_the_electronic_positive(tables):
    found = [e for e in tables.edges if e["object"] == "GO:0006915"]

    assert {(e["qualifier"], e.get("negated", False)) for e in found} == {("IMP", True), ("IEA", False)}
    (negated,) = [e for e in found if e.get("negated")]
    assert negated["context"] == "extension occurs_in(CL:0000576)"


def test_what_a_protein_binds_and_its_isoform_tell_evidence_apart(tables):
    binding = [e for e in tables.edges if e["object"] == "GO:0005515"]

    assert {e["context"] for e in binding} == {
        "with UniProtKB:Q00987; form UniProtKB:P04637-1", "with UniProtKB:Q9NYI0"
    }  # fmt: skip
    (function,) = [e for e in tables.edges if e["object"] == "GO:0003700"]
    assert function["publications"] == "pubmed:10329733|GO_REF:0000024"


def test_gene_products_have_types_names_and_symbols_without_entry_names(tables):
    assert tables.node("uniprot:P04637")["type"] == "Protein"
    assert tables.names_of("uniprot:P04637") == {
        ("Cellular tumor antigen p53", "LABEL", "en"), ("TP53", "SYMBOL", "en"), ("P53", "SYMBOL", "en")
    }  # fmt: skip
    assert tables.node("RNAcentral:URS00000478B7_9606")["name"] == 'Homo sapiens "hsa-let-7a" miRNA'


def test_another_taxon_is_loaded_where_it_is_asked_for(staged):
    tables = staged(goa, "goa", taxon="10090")

    assert tables.triples() == {("MGI:98834", "PARTICIPATES_IN", "GO:0006915")}
    assert len(staged(goa, "goa", taxon="all").rejects) == 3


def test_gaf_2_1_has_its_relation_inferred_from_the_aspect(staged):
    tables = staged(goa, "goa_2.1")

    assert tables.manifest.version == "2019-06-01"
    assert {(e["predicate"], e["object"], e.get("negated", False)) for e in tables.edges} == {
        ("ENABLES", "GO:0003700", False),
        ("ACTS_UPSTREAM_OF_OR_WITHIN", "GO:0006915", False),
        ("LOCATED_IN", "GO:0005634", True),
        ("CONTRIBUTES_TO", "GO:0003677", True),
        ("COLOCALIZES_WITH", "GO:0005813", False),
    }
