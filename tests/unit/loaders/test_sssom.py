"""SSSOM: MONDO's exact matches and Biomappings on hand-written rows."""

from pathlib import Path

import pytest

from kgbuild.errors import InputError
from loaders import biomappings, mondo_mappings


def test_mondos_matches_use_the_graphs_prefixes_and_the_files_own_curie_map(staged):
    tables = staged(mondo_mappings, "mondo_mappings")

    assert tables.triples() == {
        ("MONDO:0005148", "EXACT_MATCH", "omim:125853"),
        ("MONDO:0005148", "EXACT_MATCH", "DOID:9352"),
        ("MONDO:0007455", "EXACT_MATCH", "ORPHA:552"),
    }
    assert tables.manifest.version == "2099-01-01"
    assert tables.manifest.outcomes == {"staged": 3, "merged": 0, "rejected": 0}


def test_labels_name_concepts_that_no_other_source_describes(staged):
    tables = staged(mondo_mappings, "mondo_mappings")

    assert {(node["id"], node.get("type"), node["name"]) for node in tables.nodes} == {
        ("omim:125853", None, "type 2 diabetes # NIDDM"),
        ("ORPHA:552", "Disease", "MODY"),
    }


def test_a_negative_mapping_is_a_negated_edge(staged):
    tables = staged(biomappings, "biomappings")

    (refuted,) = [edge for edge in tables.edges if edge["subject"] == "mesh:D003922"]
    assert (refuted["predicate"], refuted["object"], refuted["negated"]) == ("EXACT_MATCH", "MONDO:0005148", True)
    assert not any("negated" in edge for edge in tables.edges if edge != refuted)


def test_each_curators_judgement_is_evidence_of_its_own(staged):
    tables = staged(biomappings, "biomappings")

    judged = [edge for edge in tables.edges if edge["subject"] == "mesh:D003924"]
    assert {(edge["author_id"], edge["weight"]) for edge in judged} == {
        ("orcid:0000-0001-0000-0001", 0.9),
        ("orcid:0000-0001-0000-0002", 1.0),  # a confidence that is no number
    }
    assert {edge["mapping_justification"] for edge in judged} == {"semapv:ManualMappingCuration"}


def test_predicates_keep_their_strength(staged):
    tables = staged(biomappings, "biomappings")

    assert {triple for triple in tables.triples() if triple[0] == "mesh:D003920"} == {
        ("mesh:D003920", "BROAD_MATCH", "DOID:9351"),
        ("mesh:D003920", "EXACT_MATCH", "DOID:9351"),
        ("mesh:D003920", "XREF", "umls:C0011849"),
    }


def test_what_is_no_mapping_of_two_concepts_is_rejected_with_the_reason(staged):
    tables = staged(biomappings, "biomappings")

    reasons = {reject["row"]: reject["reason"] for reject in tables.rejects}
    assert reasons.pop(6).startswith("predicate rdfs:seeAlso is none of skos:exactMatch")
    assert reasons == {
        7: "the absence of a match (sssom:NoTermFound)",
        9: "no subject_id or no object_id",
        10: "subject_id or object_id is not a CURIE",
    }
    assert tables.manifest.outcomes == {"staged": 7, "merged": 0, "rejected": 4}
    assert ("diabetes", "EXACT", "en") in tables.names_of("mesh:D003920")


def test_a_table_that_is_not_sssom_is_one_clear_error(staged, tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "positive.sssom.tsv").write_text("a\tb\n1\t2\n")

    with pytest.raises(InputError, match=r"positive\.sssom\.tsv: no column 'predicate_id' among a, b"):
        staged(biomappings, folder)
