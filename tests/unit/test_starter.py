"""The starter data: its size, that it holds together, and that it is in the official formats."""

import csv
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

STARTER = Path(str(files("loaders.starter")))
SUFFIXES = {".obo", ".tsv", ".txt", ".csv"}
OBO = ("efo/efo.obo", "mondo/mondo.obo")
# The rows' separators, and how many columns each official file has.
TABLES = {
    "phecode/PHECODE_v1.2b1_INFO_20200109.txt": ("\t", 10),
    "phecode/UKB_PHENOME_ICD10_PHECODE_MAP_20200109.txt": ("\t", 13),
    "hgnc/hgnc_complete_set.txt": ("\t", 54),
    "gwas_catalog/gwas_catalog_v1.0.2-associations.tsv": ("\t", 38),
    "primekg/kg.csv": (",", 12),
    "eqtl/blueprint_monocyte.tsv": ("\t", 8),
    "mondo/mondo_exactmatch_efo.sssom.tsv": ("\t", 5),
    "mondo/mondo_exactmatch_icd10cm.sssom.tsv": ("\t", 6),
    "gold.tsv": ("\t", 4),
}


def read_obo(path: str) -> dict[str, dict[str, list[str]]]:
    terms = {}
    for stanza in (STARTER / path).read_text().split("[Term]\n")[1:]:
        tags: dict[str, list[str]] = {}
        for line in stanza.strip().splitlines():
            tag, value = line.split(": ", 1)
            tags.setdefault(tag, []).append(value)
        terms[tags["id"][0]] = tags
    return terms


def read_table(path: str) -> list[dict[str, str]]:
    lines = (line for line in (STARTER / path).read_text().splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines, delimiter=TABLES[path][0]))


def trait_ids(row: dict[str, str]) -> list[str]:
    return [uri.rsplit("/", 1)[1].replace("_", ":") for uri in row["MAPPED_TRAIT_URI"].split(", ")]


@pytest.mark.parametrize("path", TABLES)
def test_every_row_of_a_table_has_the_columns_of_the_official_file(path: str) -> None:
    separator, width = TABLES[path]
    lines = (STARTER / path).read_text().splitlines()
    rows = list(csv.reader((line for line in lines if not line.startswith("#")), delimiter=separator))

    assert {len(row) for row in rows} == {width}
    assert len(set(map(tuple, rows))) == len(rows)


def test_there_is_as_much_as_the_first_run_asks_for() -> None:
    terms = {term for path in OBO for term in read_obo(path)}
    associations = {
        (row["SNPS"], trait)
        for row in read_table("gwas_catalog/gwas_catalog_v1.0.2-associations.tsv")
        for trait in trait_ids(row)
    }
    relations = {
        (row["relation"], frozenset([(row["x_type"], row["x_id"]), (row["y_type"], row["y_id"])]))
        for row in read_table("primekg/kg.csv")
    }

    assert len(read_table("phecode/PHECODE_v1.2b1_INFO_20200109.txt")) >= 60
    assert len(terms) >= 250
    assert len(read_table("hgnc/hgnc_complete_set.txt")) >= 80
    assert len(associations) >= 150
    assert len(relations) >= 100
    assert len(read_table("eqtl/blueprint_monocyte.tsv")) >= 20


def test_all_files_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in STARTER.rglob("*.*") if path.suffix in SUFFIXES) < 600_000


@pytest.mark.parametrize("path", OBO)
def test_an_ontology_refers_only_to_its_own_terms(path: str) -> None:
    terms = read_obo(path)
    referred = {target for tags in terms.values() for target in tags.get("is_a", []) + tags.get("replaced_by", [])}

    assert referred <= terms.keys()
    assert all("replaced_by" in tags for tags in terms.values() if "is_obsolete" in tags)


def test_the_synonyms_have_all_four_scopes() -> None:
    scopes = {
        match[1]
        for path in OBO
        for tags in read_obo(path).values()
        for synonym in tags.get("synonym", [])
        if (match := re.fullmatch(r'"[^"]+" (EXACT|BROAD|NARROW|RELATED) \[\]', synonym))
    }

    assert scopes == {"EXACT", "BROAD", "NARROW", "RELATED"}


def test_efo_holds_imported_mondo_terms_and_replaced_ids() -> None:
    efo = read_obo("efo/efo.obo")

    assert Counter(term.split(":")[0] for term in efo)["MONDO"] >= 50
    assert efo["EFO:0001360"]["replaced_by"] == ["MONDO:0005148"]


def test_every_trait_of_an_association_is_an_efo_term() -> None:
    rows = read_table("gwas_catalog/gwas_catalog_v1.0.2-associations.tsv")

    assert {trait for row in rows for trait in trait_ids(row)} <= read_obo("efo/efo.obo").keys()


def test_an_association_names_its_allele_and_its_position() -> None:
    for row in read_table("gwas_catalog/gwas_catalog_v1.0.2-associations.tsv"):
        assert re.fullmatch(r"rs\d+", row["SNPS"])
        assert re.fullmatch(re.escape(row["SNPS"]) + r"-[ACGT]", row["STRONGEST SNP-RISK ALLELE"])
        assert float(row["OR or BETA"]) > 0
        assert row["CHR_POS"].isdigit()
        assert row["PUBMEDID"].isdigit()
        assert 0 <= float(row["P-VALUE"]) <= 5e-8


def test_the_genes_of_eqtls_and_relations_are_in_hgnc() -> None:
    genes = read_table("hgnc/hgnc_complete_set.txt")
    relations = read_table("primekg/kg.csv")
    eqtls = read_table("eqtl/blueprint_monocyte.tsv")

    ensembl = {row["ensembl_gene_id"] for row in genes}
    entrez = {row["entrez_id"] for row in genes}
    assert {row["Phenotype"].split(".")[0] for row in eqtls} <= ensembl
    assert {row["x_id"] for row in relations if row["x_type"] == "gene/protein"} <= entrez


def test_every_relation_has_both_directions_and_one_index_per_node() -> None:
    rows = read_table("primekg/kg.csv")
    forward = Counter((row["relation"], row["x_index"], row["y_index"]) for row in rows)
    backward = Counter((row["relation"], row["y_index"], row["x_index"]) for row in rows)
    nodes = {(row["x_index"], row["x_id"], row["x_type"], row["x_name"], row["x_source"]) for row in rows}

    assert forward == backward
    assert len({index for index, *_ in nodes}) == len(nodes)


def test_the_gold_names_phecodes_and_efo_terms_as_their_files_do() -> None:
    phecodes = {row["phecode"]: row["description"] for row in read_table("phecode/PHECODE_v1.2b1_INFO_20200109.txt")}
    efo = read_obo("efo/efo.obo")

    for row in read_table("gold.tsv"):
        assert phecodes[row["phecode"]] == row["phecode_label"]
        assert efo[row["target_id"]]["name"] == [row["target_label"]]
        assert "is_obsolete" not in efo[row["target_id"]]


def test_a_phecode_comes_with_its_parents() -> None:
    phecodes = {row["phecode"] for row in read_table("phecode/PHECODE_v1.2b1_INFO_20200109.txt")}

    assert {code.split(".")[0] for code in phecodes} <= phecodes


def test_no_row_comes_from_the_human_phenotype_ontology() -> None:
    for path in STARTER.rglob("*"):
        if path.suffix in SUFFIXES:
            assert not re.search(r"\bHP[:_]\d|\bHPO\b", path.read_text()), path
