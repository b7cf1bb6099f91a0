"""Rows of tests/data/hgnc."""

from collections.abc import Callable
from typing import Any

from loaders import hgnc


def test_a_gene_has_its_name_its_symbols_and_its_other_identifiers(staged: Callable[..., Any]) -> None:
    tables = staged(hgnc, "hgnc")

    assert ("transcription factor 7 like 2", "LABEL", "en") in tables.names_of("hgnc:11641")
    assert {("TCF7L2", "SYMBOL", "en"), ("TCF4", "SYMBOL", "en")} <= tables.names_of("hgnc:11641")
    assert {
        ("hgnc:11641", "XREF", "NCBIGene:6934"),
        ("hgnc:11641", "XREF", "ensembl:ENSG00000148737"),
    } <= tables.triples()


def test_a_withdrawn_entry_is_an_obsolete_node(staged: Callable[..., Any]) -> None:
    tables = staged(hgnc, "hgnc")

    assert tables.node("hgnc:1")["obsolete"] is True
    assert tables.manifest.outcomes == {"staged": 2, "merged": 0, "rejected": 0}
