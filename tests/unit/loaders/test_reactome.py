"""Rows of tests/data/reactome: the four files without headers, of man and mouse, one pathway that is not listed."""

import shutil

import pytest

from loaders import reactome
from tests.unit.loaders.conftest import DATA


@pytest.fixture(scope="module")
def tables(staged):
    return staged(reactome, "reactome")


def test_every_row_has_one_outcome_and_other_species_are_rejected(tables):
    assert tables.manifest.outcomes == {"staged": 8, "merged": 1, "rejected": 7}
    assert {(r["file"], r["row"], r["reason"]) for r in tables.rejects} == {
        ("ReactomePathways.txt", 4, "species Mus musculus is not reactome.species=Homo sapiens"),
        ("ReactomePathways.txt", 5, "no Reactome pathway"),
        ("ReactomePathwaysRelation.txt", 2, "species Mus musculus is not reactome.species=Homo sapiens"),
        ("ReactomePathwaysRelation.txt", 3, "a pathway that ReactomePathways.txt does not have"),
        ("UniProt2Reactome_All_Levels.txt", 5, "species Mus musculus is not reactome.species=Homo sapiens"),
        ("UniProt2Reactome_All_Levels.txt", 6, "no UniProt accession or Entrez gene"),
        ("NCBI2Reactome_All_Levels.txt", 2, "no UniProt accession or Entrez gene"),
    }


def test_pathways_have_names_and_their_place_in_the_hierarchy(tables):
    assert {(n["id"], n["name"], n["type"]) for n in tables.nodes} == {
        ("reactome:R-HSA-109581", "Apoptosis", "Pathway"),
        ("reactome:R-HSA-5357801", "Programmed Cell Death", "Pathway"),
        ("reactome:R-HSA-69473", 'G2/M DNA damage "checkpoint"', "Pathway"),
    }
    assert ("reactome:R-HSA-109581", "PART_OF", "reactome:R-HSA-5357801") in tables.triples()


def test_members_are_kept_once_for_each_kind_of_evidence(tables):
    members = {
        (e["subject"], e["object"], e["qualifier"], e.get("context"))
        for e in tables.edges
        if e["predicate"] == "PARTICIPATES_IN"
    }

    assert members == {
        ("uniprot:P04637", "reactome:R-HSA-69473", "TAS", None),
        ("uniprot:P04637", "reactome:R-HSA-69473", "IEA", None),
        ("uniprot:O43521", "reactome:R-HSA-109581", "TAS", "form uniprot:O43521-2"),
        ("NCBIGene:7157", "reactome:R-HSA-109581", "TAS", None),
    }


def test_another_species_or_all_can_be_asked_for(staged):
    mouse, everything = (staged(reactome, "reactome", species=species) for species in ("Mus musculus", "all"))

    assert ("uniprot:P02340", "PARTICIPATES_IN", "reactome:R-MMU-109581") in mouse.triples()
    assert "reactome:R-HSA-109581" not in {node["id"] for node in mouse.nodes}
    assert len(everything.rejects) == 4


def test_the_pathways_alone_can_be_loaded(staged, tmp_path):
    shutil.copy(DATA / "reactome" / "ReactomePathways.txt", tmp_path)

    assert len(staged(reactome, tmp_path).nodes) == 3
