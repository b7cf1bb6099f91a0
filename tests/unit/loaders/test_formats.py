"""One ontology in five formats, SKOS thesauri, and files that are none."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs
from kgbuild.loading import load_files
from loaders import LOADERS, ontology
from loaders.formats import ontology as formats

TOYS = Path(__file__).parents[2] / "data/formats"
Stage = Callable[..., Any]


@pytest.fixture
def given(staged: Stage, tmp_path: Path) -> Stage:
    """Stage one file, copied under a name, with its content changed or not."""

    def stage(name: str, source: str | bytes, **parameters: str) -> Any:
        folder = tmp_path / f"{name}.d"
        folder.mkdir()
        if isinstance(source, bytes):
            (folder / name).write_bytes(source)
        else:
            shutil.copy(TOYS / source, folder / name)
        return staged(ontology, folder, **parameters)

    return stage


def rows(table: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """A table without where its rows come from."""
    dropped = ("file", "row")
    return sorted(tuple(sorted((k, str(v)) for k, v in row.items() if k not in dropped)) for row in table)


@pytest.mark.parametrize("file", ["toy.json", "toy.ttl", "toy.owl", "toy.ofn"])
def test_an_ontology_is_the_same_in_every_format(given: Stage, file: str) -> None:
    obo, other = given("toy.obo", "toy.obo"), given(file, file)

    assert rows(other.nodes) == rows(obo.nodes)
    assert rows(other.names) == rows(obo.names)
    assert rows(other.edges) == rows(obo.edges)
    assert other.manifest.version == obo.manifest.version == "2026-01-01"
    assert other.manifest.outcomes == obo.manifest.outcomes == {"staged": 4, "merged": 0, "rejected": 0}


def test_what_an_ontology_states_is_staged(given: Stage) -> None:
    tables = given("toy.owl", "toy.owl")

    assert tables.triples() == {
        ("TOY:0000001", "EXACT_MATCH", "DOID:848"),
        ("TOY:0000002", "SUBCLASS_OF", "TOY:0000001"),
        ("TOY:0000003", "SUBCLASS_OF", "TOY:0000001"),
        ("TOY:0000002", "PART_OF", "TOY:0000003"),
        ("TOY:0000002", "DISEASE_HAS_LOCATION", "UBERON:0000982"),
        ("TOY:0000002", "REGULATES", "GO:0008150"),
        ("TOY:0000002", "HAS_PARTICIPANT", "NCBIGene:1234"),
        ("TOY:0000002", "XREF", "mesh:D006073"),
        ("TOY:0000009", "REPLACED_BY", "TOY:0000002"),
        ("TOY:0000004", "REPLACED_BY", "TOY:0000002"),
        ("TOY:0000004", "CONSIDER", "TOY:0000003"),
        ("TOY:0000003", "DISJOINT_WITH", "DOID:1398"),
    }
    assert {e["predicate"]: e["qualifier"] for e in tables.edges if "qualifier" in e} == {
        "XREF": "TOY:equivalentTo",
        "REGULATES": "negatively_regulates",
    }
    assert tables.names_of("TOY:0000002") == {
        ("gout", "LABEL", "en"),
        ("podagra", "EXACT", "en"),
        ("arthritis urica", "RELATED", "la"),
        ("crystal disease", "BROAD", "en"),
        ("tophus", "NARROW", "en"),
    }
    assert {node["id"] for node in tables.nodes if node["obsolete"]} == {"TOY:0000004", "TOY:0000009"}
    assert tables.node("TOY:0000001")["definition"] == 'A disease of "joints".'


@pytest.mark.parametrize("content", ["toy.ttl", "toy.ofn", "toy.obo", "toy.json"])
def test_a_file_is_what_it_begins_with_whatever_its_suffix(given: Stage, content: str) -> None:
    assert len(given("toy.owl", content).nodes) == 5


def test_a_compressed_file_behind_a_byte_order_mark_is_read(given: Stage) -> None:
    text = gzip.compress(b"\xef\xbb\xbf" + (TOYS / "toy.ttl").read_bytes())

    assert len(given("toy.ttl.gz", text).nodes) == 5


def test_a_thesaurus_is_loaded_under_the_prefix_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    loaded = load_files(ontology, [TOYS / "thesaurus.ttl"], LOADERS, parameters={"vocabulary": "DIS"}, dry_run=True)

    assert loaded.staged[0].source == "dis"
    assert loaded.staged[0].outcomes == {"staged": 3, "merged": 0, "rejected": 1}


def test_a_thesaurus_without_vocabulary_has_the_prefix_that_it_declares(given: Stage) -> None:
    tables = given("thesaurus.ttl", "thesaurus.ttl")

    assert tables.names_of("voc:c_2") == {
        ("gout", "LABEL", "en"),
        ("goutte", "LABEL", "fr"),
        ("podagra", "EXACT", "en"),
        ("podagre", "EXACT", "fr"),
        ("gowt", "RELATED", "en"),
    }
    assert tables.names_of("voc:c_3") == {("hyperuricémie", "LABEL", "fr")}
    assert tables.node("voc:c_3")["name"] == "hyperuricémie"
    assert tables.node("voc:c_2")["definition"] == "An arthropathy."
    assert tables.triples() == {
        ("voc:c_2", "SUBCLASS_OF", "voc:c_1"),
        ("voc:c_2", "RELATED_TO", "voc:c_3"),
        ("voc:c_2", "EXACT_MATCH", "MONDO:0005393"),
    }
    (reject,) = tables.rejects
    assert reject["reason"] == (
        "IRI http://elsewhere.example.org/x has no prefix that kg knows; --vocabulary gives one to the file's own terms"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ttl", b"@prefix a: <http://a/> .\na:b a:c ", r"a\.ttl: not Turtle: .*line 2.*; expected a complete"),
        ("a.nt", b"<http://a/b> <http://a/c> .\n", r"a\.nt: not N-Triples: .*line 1"),
        ("a.owl", b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><a>", r"a\.owl: not RDF/XML"),
        ("a.ofn", b"Ontology(<http://a>\nSubClassOf(", r"a\.ofn: not OWL in ofn syntax: .*; expected a complete"),
        ("a.json", b'{"graphs": [{"nodes": [', r"a\.json: not JSON: .*; expected OBO Graph JSON"),
        ("b.json", b'{"nodes": []}', r"b\.json: no class among graphs\[\]\.nodes\[\]"),
        ("c.owl", b"<!DOCTYPE html>\n<html><body>Not Found", r"c\.owl: not an ontology; expected OBO, OBO Graph"),
        ("d.ttl", b"@prefix a: <http://a/> .\na:b a:c a:d .", r"d\.ttl: no class and no concept; expected"),
        ("e.owl.gz", gzip.compress(b"<rdf:RDF/>" * 999, mtime=0)[:-9], r"e\.owl\.gz: .*expected a complete gzip file"),
    ],
)
def test_a_file_that_is_no_ontology_is_one_clear_line(given: Stage, name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        given(name, content)

    assert "\n" not in str(error.value)


def test_a_malformed_node_of_a_graph_is_rejected_and_the_others_load(given: Stage) -> None:
    broken = b'{"graphs":[{"nodes":[{"id":"http://purl.obolibrary.org/obo/A_1","type":"CLASS","lbl":3},'
    whole = b'{"id":"http://purl.obolibrary.org/obo/A_2","type":"CLASS","lbl":"a"}]}]}'

    tables = given("a.json", broken + whole)

    assert [node["id"] for node in tables.nodes] == ["A:2"]
    assert [reject["row"] for reject in tables.rejects] == [1]
    assert "not an OBO Graph node" in tables.rejects[0]["reason"]


def test_a_class_whose_iri_is_malformed_is_rejected_and_the_others_load(given: Stage) -> None:
    text = (TOYS / "toy.owl").read_text().replace('rdf:about="&obo;TOY_0000003"', 'rdf:about="&obo;TOY 0000003"')

    tables = given("toy.owl", text.encode())

    assert [reject["key"] for reject in tables.rejects] == ["http://purl.obolibrary.org/obo/TOY 0000003"]
    assert tables.manifest.outcomes["staged"] == 3


def test_the_vocabulary_of_the_user_is_given_to_the_namespace_of_most_terms_alone(tmp_path: Path) -> None:
    path = TOYS / "thesaurus.ttl"
    inputs = Inputs(ontology.SOURCE, TOYS, {"ontology": [path]}, tmp_path, {"type": ""})

    curie = formats._open(path, inputs, "DIS").spelling.curie

    assert curie("http://vocabulary.example.org/diseases/c_2") == "DIS:c_2"
    assert curie("http://elsewhere.example.org/x") is None
    assert curie("http://purl.obolibrary.org/obo/MONDO_5393") == "MONDO:0005393"
