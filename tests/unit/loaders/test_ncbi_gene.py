"""NCBI Gene: hyphens for absent values, `HGNC:HGNC:5`, another taxon in the human file, a history of all organisms."""

from collections.abc import Callable
from typing import Any

from loaders import ncbi_gene


def test_a_gene_has_its_symbols_its_names_and_its_cross_references(staged: Callable[..., Any]) -> None:
    tables = staged(ncbi_gene, "ncbi_gene")

    assert tables.names_of("NCBIGene:1") == {
        ("alpha-1-B glycoprotein", "LABEL", "en"),
        ("alpha-1-B glycoprotein", "EXACT", "en"),
        ("A1BG", "SYMBOL", "en"),
        ("A1B", "SYMBOL", "en"),
        ("ABG", "SYMBOL", "en"),
        ("GAB", "SYMBOL", "en"),
        ("alpha-1B-glycoprotein", "RELATED", "en"),
        ('HEL "S-163p"', "RELATED", "en"),
    }
    assert {triple for triple in tables.triples() if triple[1] == "XREF"} == {
        ("NCBIGene:1", "XREF", "omim:138670"),
        ("NCBIGene:1", "XREF", "hgnc:5"),
        ("NCBIGene:1", "XREF", "ensembl:ENSG00000121410"),
        ("NCBIGene:406991", "XREF", "omim:611020"),
        ("NCBIGene:406991", "XREF", "hgnc:31586"),
        ("NCBIGene:406991", "XREF", "ensembl:ENSG00000284190"),
        ("NCBIGene:406991", "XREF", "mirbase:MI0000077"),
    }


def test_a_regulatory_region_is_no_gene_and_a_hyphen_no_name(staged: Callable[..., Any]) -> None:
    tables = staged(ncbi_gene, "ncbi_gene")

    assert "type" not in tables.node("NCBIGene:106481")
    assert tables.names_of("NCBIGene:106481") == set()
    assert tables.node("NCBIGene:1")["type"] == "Gene"


def test_a_discontinued_gene_is_obsolete_and_leads_to_its_replacement(staged: Callable[..., Any]) -> None:
    tables = staged(ncbi_gene, "ncbi_gene")

    assert tables.node("NCBIGene:1047")["obsolete"]
    assert tables.node("NCBIGene:1048")["obsolete"]
    assert [triple for triple in tables.triples() if triple[1] == "REPLACED_BY"] == [
        ("NCBIGene:1047", "REPLACED_BY", "NCBIGene:1")
    ]
    assert not [node for node in tables.nodes if node["id"] in ("NCBIGene:8", "NCBIGene:1246494")]


def test_genes_of_other_taxa_are_rejected(staged: Callable[..., Any]) -> None:
    tables = staged(ncbi_gene, "ncbi_gene")

    assert [(r["row"], r["key"], r["reason"]) for r in tables.rejects] == [(4, "8923212", "a gene of taxon 63221")]
    assert tables.manifest.rows == {"Homo_sapiens.gene_info": 4, "gene_history": 2}
    assert tables.manifest.outcomes == {"staged": 5, "merged": 0, "rejected": 1}
