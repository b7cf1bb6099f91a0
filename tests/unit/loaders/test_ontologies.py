"""EFO, MONDO, HP and DOID: the shared OBO reader on hand-written terms."""

import gzip
from pathlib import Path

import pytest

from kgbuild.errors import InputError
from loaders import doid, efo, hp, mondo


def test_efo_names_keep_their_scopes_languages_and_unescaped_text(staged):
    tables = staged(efo, "efo")

    assert tables.names_of("EFO:0004541") == {
        ("HbA1c measurement", "LABEL", "en"),
        ("glycated haemoglobin", "EXACT", "en"),
        ("HbA1c", "RELATED", "en"),
        ("haemoglobinum glycatum", "NARROW", "la"),
        ("A1c without scope", "RELATED", "en"),
        ("hemoglobin A1c", "EXACT", "en"),
    }
    assert tables.node("EFO:0004541")["definition"] == 'The share of "glycated" hemoglobin, in blood.'


def test_efo_terms_are_typed_by_prefix_branch_or_replacement(staged):
    tables = staged(efo, "efo")

    assert {node["id"]: node.get("type") for node in tables.nodes} == {
        "EFO:0000408": "Disease",
        "EFO:0001444": "Measurement",
        "EFO:0004541": "Measurement",
        "EFO:0001360": "Disease",
        "EFO:0099999": "Disease",
        "MONDO:0005148": "Disease",
        "ORPHA:552": "Disease",
        "EFO:0008888": None,
    }


def test_efo_obsolete_terms_and_alternative_ids_lead_to_their_replacement(staged):
    tables = staged(efo, "efo")

    assert tables.node("EFO:0001360")["obsolete"]
    assert tables.node("EFO:0001360")["name"] == "obsolete_type II diabetes mellitus"
    assert tables.node("EFO:0099999")["obsolete"]
    assert not tables.node("MONDO:0005148")["obsolete"]
    assert {
        ("EFO:0001360", "REPLACED_BY", "MONDO:0005148"),
        ("EFO:0099999", "REPLACED_BY", "MONDO:0005148"),
        ("EFO:0008888", "CONSIDER", "MONDO:0005148"),
    } <= tables.triples()


def test_efo_links_are_no_stronger_than_stated(staged):
    tables = staged(efo, "efo")

    assert {triple for triple in tables.triples() if triple[1] not in ("REPLACED_BY", "CONSIDER")} == {
        ("EFO:0004541", "SUBCLASS_OF", "EFO:0001444"),
        ("MONDO:0005148", "SUBCLASS_OF", "EFO:0000408"),
        ("ORPHA:552", "SUBCLASS_OF", "EFO:0000408"),
        ("ORPHA:552", "PART_OF", "MONDO:0005148"),
        ("MONDO:0005148", "XREF", "mesh:D003924"),
        ("MONDO:0005148", "XREF", "snomedct:44054006"),
        ("MONDO:0005148", "CLOSE_MATCH", "DOID:9352"),
    }
    (xref,) = [edge for edge in tables.edges if edge["object"] == "mesh:D003924"]
    assert xref["qualifier"] == "MONDO:equivalentTo"


def test_a_malformed_term_is_rejected_with_its_text_and_the_others_load(staged):
    tables = staged(efo, "efo")

    rejected = {reject["row"]: reject for reject in tables.rejects}
    assert set(rejected) == {6, 7, 8}
    assert rejected[6]["key"] == "EFO:0009999"
    assert "no end" in rejected[6]["raw"]
    assert rejected[6]["reason"].startswith("not OBO: expected")
    assert rejected[8]["reason"] == "id loose is not a CURIE"
    assert tables.manifest.version == "3.99.0"
    assert tables.manifest.rows == {"efo.obo": 10}
    assert tables.manifest.outcomes == {"staged": 7, "merged": 0, "rejected": 3}


def test_mondo_reads_windows_lines_behind_a_byte_order_mark_and_pads_numbers(staged):
    tables = staged(mondo, "mondo")

    assert tables.triples() == {("MONDO:0005148", "SUBCLASS_OF", "MONDO:0005015")}
    assert tables.names_of("MONDO:0005148") == {
        ("type 2 diabetes mellitus", "LABEL", "en"),
        ("NIDDM", "RELATED", "en"),
    }
    assert {node["type"] for node in tables.nodes} == {"Disease"}
    assert tables.manifest.version == "mondo/releases/2099-01-01"


def test_a_term_that_is_stated_twice_is_merged(staged):
    assert staged(mondo, "mondo").manifest.outcomes == {"staged": 2, "merged": 1, "rejected": 0}


def test_hp_terms_are_phenotypes_with_synonyms_and_cross_references(staged):
    tables = staged(hp, "hp")

    assert tables.node("HP:0001250")["type"] == "Phenotype"
    assert ("Epileptic seizure", "EXACT", "en") in tables.names_of("HP:0001250")
    assert tables.triples() == {
        ("HP:0001250", "SUBCLASS_OF", "HP:0000118"),
        ("HP:0001250", "XREF", "umls:C0036572"),
        ("HP:0002279", "REPLACED_BY", "HP:0001250"),
    }


def test_doid_definitions_survive_malformed_citations(staged):
    tables = staged(doid, "doid")

    assert tables.node("DOID:9351")["definition"] == "A glucose metabolism disease."
    assert tables.rejects == []


def test_an_alternative_id_with_a_term_of_its_own_keeps_it(staged):
    tables = staged(doid, "doid")

    assert tables.node("DOID:9350")["name"] == "obsolete diabetes"
    assert ("DOID:9350", "REPLACED_BY", "DOID:9351") in tables.triples()


def test_bytes_that_are_not_utf_8_reject_their_term_alone(staged, tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir()
    terms = b"[Term]\nid: HP:0000001\nname: caf\xe9\n\n[Term]\nid: HP:0000002\nname: tea\n"
    (folder / "hp.obo.gz").write_bytes(gzip.compress(terms))

    tables = staged(hp, folder)

    assert [(reject["row"], reject["reason"]) for reject in tables.rejects] == [(1, "not UTF-8")]
    assert [node["id"] for node in tables.nodes] == ["HP:0000002"]


def test_a_cut_off_gzip_file_is_one_clear_error(staged, tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "hp.obo.gz").write_bytes(gzip.compress(b"[Term]\nid: HP:0000001\nname: All\n" * 99)[:-12])

    with pytest.raises(InputError, match=r"hp\.obo\.gz: .*expected a complete gzip file"):
        staged(hp, folder)
