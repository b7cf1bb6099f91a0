"""Rows of tests/data/string: pairs in both directions, one below the threshold, one of a mouse; a protein whose gene
HGNC names, one with two genes on alternative sequences, one with none; quotes that quote nothing.
"""

import gzip
import shutil

import pytest

from loaders import string
from tests.unit.loaders.conftest import DATA


@pytest.fixture(scope="module")
def tables(staged):
    return staged(string, "string")


def test_both_directions_of_a_pair_are_one_edge_between_genes(tables):
    assert {(e["subject"], e["predicate"], e["object"], e["weight"]) for e in tables.edges} == {
        ("ensembl:ENSG00000004059", "INTERACTS_WITH", "ensembl:ENSG00000116191", 0.873),
        ("ensembl:ENSG00000004059", "INTERACTS_WITH", "ensembl:ENSP00000000412", 0.999),
    }
    assert tables.manifest.outcomes == {"staged": 5, "merged": 2, "rejected": 3}


def test_a_protein_is_its_gene_or_stays_a_protein(tables):
    gene, protein = tables.node("ensembl:ENSG00000004059"), tables.node("ensembl:ENSP00000000412")

    assert (gene["type"], gene["name"]) == ("Gene", "ARF5")
    assert gene["definition"] == 'ADP-ribosylation factor 5; GTP-binding protein that "acts" in trafficking.'
    assert (protein["type"], protein["name"]) == ("Protein", "M6PR")
    assert "definition" not in tables.node("ensembl:ENSG00000116191")


def test_pairs_below_the_threshold_are_rejected_with_it(tables, staged):
    assert sorted(reject["reason"] for reject in tables.rejects) == [
        "a protein is not 9606.ENSP…", *["below the threshold combined_score ≥ 700"] * 2
    ]  # fmt: skip
    assert len(staged(string, "string", min_score="150").edges) == 3


def test_the_detailed_links_alone_are_enough(staged, tmp_path):
    header = (
        "protein1 protein2 neighborhood fusion cooccurence coexpression experimental database textmining combined_score"
    )
    row = "9606.ENSP00000000233 9606.ENSP00000356607 0 0 332 62 181 0 125 873"
    (tmp_path / "9606.protein.links.detailed.v12.0.txt").write_text(f"{header}\n{row}\n")

    assert [(e["subject"], e["weight"]) for e in staged(string, tmp_path).edges] == [("ensembl:ENSP00000000233", 0.873)]


def test_compressed_files_are_found(staged, tmp_path):
    for path in (DATA / "string").iterdir():
        with gzip.open(tmp_path / f"{path.name}.gz", "wb") as file, open(path, "rb") as plain:
            shutil.copyfileobj(plain, file)

    assert staged(string, tmp_path).triples() == staged(string, "string").triples()
