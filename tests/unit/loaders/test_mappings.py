"""Mappings that somebody names: SSSOM in each of its flavours, and tables of one's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from loaders import mappings

DATA = Path(__file__).parents[2] / "data/mappings"

Given = Callable[..., Any]


@pytest.fixture
def given(opened: Callable[..., Any]) -> Given:
    """What `kg load mappings FILE` stages of files in tests/data/mappings."""

    def stage(*names: str, **options: str) -> Any:
        return opened(mappings, [DATA / name for name in names], **options)

    return stage


def test_a_literal_mapping_names_its_concept_though_its_type_is_stated_for_the_whole_set(given: Given) -> None:
    tables = given("literals.sssom.tsv")

    assert tables.names_of("SUBJ:1") == {("male", "LABEL", "en"), ("male sex", "EXACT", "en")}
    assert tables.names_of("ORPHA:552") == {('diabetes, "MODY"', "BROAD", "en")}
    assert tables.edges == []
    assert [(r["row"], r["reason"]) for r in tables.rejects] == [
        (3, "a literal without its text (subject_label or object_label)")
    ]
    assert tables.manifest.version == "2026-01-01"


def test_metadata_are_found_beside_a_comma_separated_set(given: Given) -> None:
    tables = given("external.csv")

    assert ("SUBJ:1", "EXACT_MATCH", "ORPHA:552") in tables.triples()
    assert ("SUBJ:3", "XREF", "EFO:0000400") in tables.triples()
    assert ("SUBJ:3", "SUBCLASS_OF", "SUBJ:1") in tables.triples(), "a row may leave out its last empty fields"
    assert {edge["context"] for edge in tables.edges} == {"toolbox"}
    assert set(tables.manifest.files) == {"external.csv", "external.sssom.yml"}
    assert tables.manifest.version == "7"


def test_mappings_that_differ_in_an_extension_slot_alone_are_kept_apart(given: Given) -> None:
    tables = given("external.csv")

    parallel = [edge for edge in tables.edges if edge["object"] == "ORPHA:552"]
    assert len({edge["id"] for edge in parallel}) == 2
    assert {edge["mapping_justification"] for edge in parallel} == {"semapv:LexicalMatching"}, (
        "from the slot match_type of old"
    )


def test_what_an_sssom_row_cannot_state_is_rejected_with_the_reason(given: Given) -> None:
    tables = given("external.csv")

    assert {reject["row"]: reject["reason"] for reject in tables.rejects} == {
        4: "predicate_modifier Perhaps is not Not",
        5: "the absence of a match (sssom:NoTermFound)",
        8: "a mapping of a concept to itself",
    }
    assert [edge["object"] for edge in tables.edges if edge.get("negated")] == ["ORPHA:553"]


def test_a_set_in_json_is_read_as_one_in_tsv(given: Given) -> None:
    tables = given("set.sssom.json")

    assert tables.triples() == {("SUBJ:1", "CLOSE_MATCH", "EFO:0000400")}
    assert [(edge["author_id"], edge["weight"]) for edge in tables.edges] == [("orcid:1|orcid:2", 0.25)] * 2
    assert tables.manifest.version == "3"
    (reject,) = tables.rejects
    assert reject["reason"].startswith("predicate foo:bar is none of")
    assert '"object_id": "EFO:0000400"' in reject["raw"]


def test_a_table_of_ones_own_is_read_by_the_columns_that_its_owner_names(given: Given) -> None:
    tables = given(
        "own.csv", subject="code", subject_prefix="phecode", object="efo_id", predicate="how", label="name",
        confidence="strength", vocabulary="phecode",
    )  # fmt: skip

    assert {(*t, w) for e in tables.edges for t, w in [((e["subject"], e["predicate"], e["object"]), e["weight"])]} == {
        ("phecode:250.2", "EXACT_MATCH", "EFO:0001360", 0.9),
        ("phecode:250.1", "BROAD_MATCH", "EFO:0001359", 1.0),
    }
    assert [(r["row"], r["reason"]) for r in tables.rejects] == [(3, "no subject_id or no object_id")]


def test_one_predicate_may_stand_for_a_whole_table(given: Given) -> None:
    tables = given("own.csv", subject="code", subject_prefix="phecode", object="efo_id", predicate="closeMatch")

    assert {edge["predicate"] for edge in tables.edges} == {"CLOSE_MATCH"}


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("own.csv", {}, r"own\.csv: no column 'predicate_id' among code, name"),
        ("own.csv", {"subject": "code"}, r"--set object: not given; name the column"),
        ("own.csv", {"label": "name"}, r"--set label: only for a table of your own"),
        ("own.csv", {"subject": "code", "object": "efo"}, r"own\.csv: no column 'efo'"),
        ("own.csv", {"subject": "code", "object": "efo_id", "predicate": "like"}, r"--set predicate=like: neither"),
        (
            "own.csv",
            {"subject": "code", "object": "efo_id", "predicate": "exactMatch", "confidence": "p"},
            r"--set confidence=p: no such column; there are code, efo_id, name, strength, how",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_one_line(
    given: Given, name: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        given(name, **options)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.sssom.tsv", "#curie_map: [\npredicate_id\tb\n", r"a\.sssom\.tsv: its metadata block is not YAML"),
        ("a.json", '{"mappings": [{', r"a\.json: not JSON"),
        ("a.json", '{"graphs": []}', r"a\.json: no list `mappings`; expected SSSOM/JSON"),
        ("a.tsv", "", r"a\.tsv: an empty file"),
    ],
)
def test_a_broken_file_is_one_line(
    opened: Callable[..., Any], tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(InputError, match=message):
        opened(mappings, [tmp_path / name])


def test_sssom_pys_own_reader_finds_the_same_mappings(given: Given) -> None:
    from sssom.parsers import parse_sssom_table

    frame = parse_sssom_table(DATA / "literals.sssom.tsv").df
    tables = given("literals.sssom.tsv")

    assert set(frame["object_type"].dropna()) == {"rdfs literal"}
    assert len(frame) == tables.manifest.outcomes["staged"]
