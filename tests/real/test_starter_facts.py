"""The starter data's facts against the publishers' files.

    KG_REAL_DATA=<folder with the sources' files> pytest tests/real/test_starter_facts.py

Not checked, as those files do not hold them: contraindications (drug labels), sites of expression (textbooks),
Reactome's stable ids, gold.tsv, our definitions and the scopes that we gave to synonyms.
"""

import csv
import gzip
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

STARTER = Path(str(files("loaders.starter")))
Terms = dict[str, dict[str, list[str]]]
# Spellings that differ between EFO's copy and the usual prefix.
PREFIX = {"MeSH": "MESH", "NCIt": "NCIT"}


@cache
def lines(path: Path) -> list[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as file:
        return [line.rstrip("\n") for line in file if not line.startswith("#")]


def real(path: str) -> Path:
    return Path(os.environ["KG_REAL_DATA"]) / path


def rows(path: Path, delimiter: str = "\t") -> Iterator[dict[str, str]]:
    return csv.DictReader(lines(path), delimiter=delimiter)


@cache
def obo(path: Path) -> Terms:
    terms: Terms = {}
    tags: dict[str, list[str]] = {}
    for line in lines(path):
        if line.startswith("["):
            tags = {}
        elif ": " in line:
            tag, value = line.split(": ", 1)
            tags.setdefault(tag, []).append(value)
            if tag == "id":
                terms[value] = tags
    return terms


def texts(tags: dict[str, list[str]]) -> set[str]:
    synonyms = [synonym.split('"')[1] for synonym in tags.get("synonym", [])]
    return {text.casefold() for text in tags["name"] + synonyms}


def xrefs(tags: dict[str, list[str]]) -> set[str]:
    pairs = (xref.split(" ")[0].split(":", 1) for xref in tags.get("xref", []))
    return {f"{PREFIX.get(prefix, prefix)}:{local}" for prefix, local in pairs}


def ancestors(terms: Terms, term: str) -> set[str]:
    found: set[str] = set()
    waiting = [term]
    while waiting:
        parents = {parent.split(" ")[0] for parent in terms.get(waiting.pop(), {}).get("is_a", [])} - found
        found |= parents
        waiting.extend(parents)
    return found


@pytest.mark.parametrize("name", ["efo", "mondo"])
def test_terms_names_replacements_and_ancestors_are_the_ontology_s(name: str) -> None:
    published = obo(real(f"{name}/{name}.obo"))

    for term, tags in obo(STARTER / f"{name}/{name}.obo").items():
        assert tags["name"] == published[term]["name"], term
        assert tags.get("replaced_by") == published[term].get("replaced_by"), term
        assert tags.get("is_obsolete") == published[term].get("is_obsolete"), term
        assert set(tags.get("is_a", [])) <= ancestors(published, term), term


@pytest.mark.parametrize("name", ["efo", "mondo"])
def test_synonyms_and_xrefs_are_the_ontologies(name: str) -> None:
    """A synonym may come from EFO, Mondo or the Disease Ontology, for the same concept."""
    efo, mondo, doid = (obo(real(f"{n}/{n}.obo")) for n in ("efo", "mondo", "doid"))
    exact = [(row["subject_id"], row["object_id"]) for row in rows(real("mondo/mondo_exactmatch_efo.sssom.tsv"))]
    same = {efo_id: mondo_id for mondo_id, efo_id in exact} | dict(exact)

    for term, tags in obo(STARTER / f"{name}/{name}.obo").items():
        published = {"efo": efo, "mondo": mondo}[name][term]
        assert xrefs(tags) <= xrefs(published), term
        others = {term, same.get(term, term)}
        others |= {xref for other in others for o in (efo, mondo) for xref in xrefs(o.get(other, {"xref": []}))}
        known = {text for other in others for o in (efo, mondo, doid) if other in o for text in texts(o[other])}
        assert texts(tags) <= known, term


@pytest.mark.parametrize(
    "path",
    [
        "phecode/PHECODE_v1.2b1_INFO_20200109.txt",
        "phecode/UKB_PHENOME_ICD10_PHECODE_MAP_20200109.txt",
        "mondo/mondo_exactmatch_efo.sssom.tsv",
        "mondo/mondo_exactmatch_icd10cm.sssom.tsv",
    ],
)
def test_a_table_is_a_selection_of_the_published_lines(path: str) -> None:
    assert set(lines(STARTER / path)) <= set(lines(real(path)))


def test_eqtls_are_a_selection_of_the_published_lines() -> None:
    assert set(lines(STARTER / "eqtl/blueprint_monocyte.tsv")) <= set(lines(real("eqtl/blueprint_monocyte.tsv.gz")))


def test_gene_rows_agree_with_hgnc_wherever_they_are_filled() -> None:
    published = {row["hgnc_id"]: row for row in rows(real("hgnc/hgnc_complete_set.txt.gz"))}

    for row in rows(STARTER / "hgnc/hgnc_complete_set.txt"):
        filled = {column: value for column, value in row.items() if value}
        assert filled == {column: published[row["hgnc_id"]][column] for column in filled}


def association(row: dict[str, str]) -> tuple[object, ...]:
    """What a GWAS row claims; numbers, as the exports write them differently."""
    return (
        *(float(row[column]) for column in ("PUBMEDID", "CHR_POS", "P-VALUE", "OR or BETA")),
        *(row[column] for column in ("STRONGEST SNP-RISK ALLELE", "95% CI (TEXT)", "MAPPED_TRAIT_URI", "CHR_ID")),
    )


def test_associations_are_the_catalogue_s() -> None:
    wanted = {association(row) for row in rows(STARTER / "gwas_catalog/gwas_catalog_v1.0.2-associations.tsv")}
    snps = {claim[4] for claim in wanted}
    published = {
        association(row)
        for version in ("1", "2")
        for row in rows(real(f"gwas_catalog/gwas_catalog_v1.0.{version}-associations.tsv.gz"))
        if row["STRONGEST SNP-RISK ALLELE"] in snps and row["OR or BETA"] and row["CHR_POS"]
    }

    assert wanted <= published


def test_relations_and_their_nodes_are_those_of_the_sources() -> None:
    by_hand = {"contraindication", "anatomy_protein_present"}
    relations, nodes = set(), set()
    for row in rows(real("primekg/kg.csv.gz"), ","):
        relations.add((row["relation"], row["x_name"], row["y_name"]))
        nodes |= {(row["x_type"], row["x_id"], row["x_name"]), (row["y_type"], row["y_id"], row["y_name"])}
    uberon = obo(real("uberon/efo-slim.obo")) | obo(real("efo/efo.obo"))

    for row in rows(STARTER / "primekg/kg.csv", ","):
        if row["relation"] not in by_hand:
            assert (row["relation"], row["x_name"], row["y_name"]) in relations
        if row["x_type"] == "anatomy":
            assert uberon[f"UBERON:{row['x_id']:0>7}"]["name"] == [row["x_name"]]
        elif row["x_type"] == "pathway":
            assert re.fullmatch(r"R-HSA-\d+", row["x_id"])
        else:
            assert (row["x_type"], row["x_id"], row["x_name"]) in nodes
