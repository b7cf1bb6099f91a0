"""Rows of tests/data/gwas_catalog: eleven of v1.0.1 (raw, one trait a row), eight of v1.0.2 (CSV quotes, floats)."""

import pytest

from loaders import gwas_catalog


@pytest.fixture(scope="module")
def tables(staged):
    return staged(gwas_catalog, "gwas_catalog")


def associations(tables, snp):
    return [e for e in tables.edges if e["subject"] == snp and e["predicate"] == "ASSOCIATED_WITH"]


def test_every_row_has_one_outcome(tables):
    assert tables.manifest.rows == {
        "gwas_catalog_v1.0.1-associations.tsv": 11,
        "gwas_catalog_v1.0.2-associations.tsv": 8,
    }
    assert tables.manifest.outcomes == {"staged": 15, "merged": 0, "rejected": 4}


def test_rows_without_trait_or_variant_are_rejected_with_the_reason(tables):
    reasons = {(r["file"][14:19], r["row"]): r["reason"] for r in tables.rejects}

    no_variant = "variant has neither an rsID nor a position on GRCh38"
    assert reasons == {
        ("1.0.1", 7): no_variant, ("1.0.1", 8): no_variant, ("1.0.1", 9): "no mapped trait",
        ("1.0.2", 7): "no mapped trait",
    }  # fmt: skip


def test_the_same_evidence_in_both_exports_is_one_edge_and_parallel_evidence_is_kept(tables):
    edges = associations(tables, "dbSNP:rs7903146")

    assert sorted(edge["neg_log10_p"] for edge in edges) == pytest.approx([49.69897, 300.0])
    assert {edge["study"] for edge in edges} == {"gcst:GCST005047", "gcst:GCST005048"}
    for edge in edges:
        assert (edge["effect"], edge["effect_kind"], edge["effect_allele"]) == (1.39, "odds_ratio", "T")
        assert (edge["sample_size"], edge["ancestry"]) == (69033, "European")
        assert (edge["allele_frequency"], edge["publications"]) == (0.27, "pubmed:22885922")


def test_traits_in_one_cell_and_in_repeated_rows_are_counted_alike(tables):
    repeated, cell = associations(tables, "dbSNP:rs8181477"), associations(tables, "dbSNP:rs62097526")

    assert {e["object"]: e["n_traits"] for e in repeated} == {"EFO:0004870": 2, "EFO:0004338": 2}
    assert {e["object"]: e["n_traits"] for e in cell} == {"EFO:0000692": 2, "EFO:0004567": 2}
    assert repeated[0]["study"] == "pubmed:23251661"


def test_an_effect_with_a_unit_is_a_beta_whose_sign_is_its_direction(tables):
    (decrease,) = {(e["effect"], e["effect_kind"]) for e in associations(tables, "dbSNP:rs62097526")}
    (increase,) = {(e["effect"], e["effect_kind"]) for e in associations(tables, "dbSNP:rs8181477")}

    assert decrease == (-0.387, "beta")
    assert increase == (0.04, "beta")


def test_an_effect_without_unit_or_positive_interval_has_no_kind(tables):
    (edge,) = associations(tables, "dbSNP:rs558702")
    assert edge["effect"] == 1.2
    assert "effect_kind" not in edge
    assert all("effect_kind" not in e and e["effect"] == 1.1 for e in associations(tables, "dbSNP:rs5"))


def test_infinite_effects_and_impossible_p_values_become_null(tables):
    (infinite,) = associations(tables, "dbSNP:rs1047891")
    (impossible,) = associations(tables, "dbSNP:rs12498742")

    assert "effect" not in infinite
    assert infinite["neg_log10_p"] == 434.0
    assert "neg_log10_p" not in impossible
    assert "allele_frequency" not in impossible


def test_each_snp_of_a_set_gets_the_evidence_marked_with_the_kind_of_set(tables):
    haplotype = [e for e in tables.edges if e.get("qualifier") == "haplotype"]
    interaction = [e for e in tables.edges if e.get("qualifier") == "interaction"]

    assert {e["subject"]: e.get("effect_allele") for e in haplotype} == {
        "dbSNP:rs7856422": "A", "dbSNP:rs969223": "G", "dbSNP:rs10117872": None, "dbSNP:rs558702": "A"
    }  # fmt: skip
    assert {e["subject"] for e in interaction} == {"dbSNP:rs11960314", "dbSNP:rs2160166"}
    assert interaction[0]["context"].endswith("(rs11960314-? x rs2160166-?)")
    assert "grch38" not in tables.node("dbSNP:rs7856422")


def test_a_merged_rsid_is_replaced_by_the_current_one(tables):
    assert ("dbSNP:rs7422339", "REPLACED_BY", "dbSNP:rs1047891") in tables.triples()
    assert tables.node("dbSNP:rs1047891")["grch38"] == 210675783
    assert not associations(tables, "dbSNP:rs7422339")


def test_a_variant_without_rsid_is_named_by_its_position_on_grch38(tables):
    (edge,) = associations(tables, "GRCh38:X:2500")
    assert (edge["effect_kind"], edge["sample_size"], edge["ancestry"]) == ("odds_ratio", 1050, "European, East Asian")


def test_a_misspelt_rsid_is_read_beside_its_allele_without_the_locus_that_was_mapped_to_it(tables):
    (edge,) = associations(tables, "dbSNP:rs10832417")

    assert edge["effect_allele"] == "T"
    assert "grch38" not in tables.node("dbSNP:rs10832417")


def test_mapped_genes_are_entrez_or_ensembl_ids_with_the_distance_between_genes(tables):
    mapped = {
        (e["subject"][8:], e["object"], e.get("qualifier"), e.get("context"))
        for e in tables.edges
        if e["predicate"] == "MAPPED_TO"
    }
    assert mapped == {
        ("7903146", "NCBIGene:6934", None, None), ("7903146", "NCBIGene:101", None, None),
        ("7903146", "ensembl:ENSG00000148737", None, None), ("8181477", "NCBIGene:783", None, None),
        ("12498742", "NCBIGene:56606", "upstream", "11000 bp"),
        ("12498742", "NCBIGene:55351", "downstream", "2500 bp"),
        ("62097526", "ensembl:ENSG00000267069", "upstream", "193 bp"),
        ("62097526", "ensembl:ENSG00000199702", "downstream", "12410 bp"),
        ("1047891", "ensembl:ENSG00000021826", None, None), ("1047891", "ensembl:ENSG00000000001", None, None),
    }  # fmt: skip


def test_labels_with_commas_are_taken_only_where_they_can_be_told_apart(tables):
    assert tables.node("EFO:0004616")["name"] == "osteoarthritis, knee"
    assert "name" not in tables.node("EFO:1002020")
    assert "name" not in tables.node("ORPHA:85408")
    assert tables.node("EFO:0004567")["name"] == "antipsychotic drug related weight gain"


def test_quotes_of_csv_are_undone_and_numbers_in_trait_names_are_no_people(tables):
    (edge, _) = associations(tables, "dbSNP:rs62097526")
    assert edge["context"] == 'Antipsychotic "weight" gain'
    assert (edge["sample_size"], edge["ancestry"]) == (201, "European, African")
    assert associations(tables, "dbSNP:rs1047891")[0]["sample_size"] == 500
