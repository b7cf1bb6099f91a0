"""Triples that somebody names, in each syntax of RDF."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib

from kgbuild.errors import InputError
from loaders import rdf

DATA = Path(__file__).parents[2] / "data/rdf"
TOY, MEANINGS = DATA / "toy.ttl", DATA / "meanings.tsv"

Opened = Callable[..., Any]


@pytest.fixture
def toy(opened: Opened) -> Any:
    return opened(rdf, [TOY], predicates=str(MEANINGS))


def test_a_node_has_what_its_triples_say(toy: Any) -> None:
    node = toy.node("ex:a")

    assert (node["type"], node["name"], node["definition"]) == ("Disease", "ailment A", "What A is.")
    assert toy.names_of("ex:a") == {
        ("ailment A", "LABEL", "en"), ("Ailment A", "EXACT", "en"), ("maladie A", "LABEL", "fr"),
        ("A-itis", "EXACT", "en"), ("A-ite", "EXACT", "fr"),
    }  # fmt: skip
    assert toy.node("ex:gene")["type"] == "Gene"
    assert toy.node("HP:0000118")["type"] == "Phenotype"
    assert toy.node("ex:gone")["obsolete"]


def test_edges_have_the_predicates_that_ours_and_the_users_table_state(toy: Any) -> None:
    assert toy.triples() == {
        ("ex:a", "SUBCLASS_OF", "ex:b"),
        ("ex:a", "EXACT_MATCH", "MONDO:0005148"),
        ("ex:a", "XREF", "mesh:D003924"),
        ("ex:gone", "REPLACED_BY", "ex:a"),
        ("ex:drug", "TREATS", "ex:a"),
    }


def test_every_triple_that_is_not_used_says_why(toy: Any) -> None:
    assert sorted(reject["reason"] for reject in toy.rejects) == [
        "a blank node as object",
        "a blank node as subject",
        "a blank node as subject",
        "a blank node as subject",
        "a concept related to itself",
        "predicate rdfs:isDefinedBy is not mapped; say what it means in --set predicates=FILE",
        "predicate rdfs:seeAlso is to be skipped",
        "the object of oboInOwl:hasDbXref is a text, not a concept",
        "the subject's IRI has no prefix that kg or the file knows; --vocabulary X gives it X",
        "the subject's IRI has no prefix that kg or the file knows; --vocabulary X gives it X",
    ]


def test_without_a_table_the_reasons_name_what_to_map(opened: Opened) -> None:
    reasons = {reject["reason"] for reject in opened(rdf, [TOY]).rejects}

    assert (
        "predicate <http://example.org/things/treats> is not mapped; say what it means in --set predicates=FILE"
    ) in reasons
    assert any(
        reason.startswith("class <http://example.org/things/Ailment> is none of kg's types") for reason in reasons
    )


def test_an_iri_without_a_prefix_gets_the_vocabularys(opened: Opened) -> None:
    tables = opened(rdf, [TOY, MEANINGS], vocabulary="mine")

    assert ("mine:x", "TREATS", "ex:a") in tables.triples()


def test_a_named_graph_tells_evidence_apart_and_a_broken_line_spoils_no_other(opened: Opened) -> None:
    tables = opened(rdf, [DATA / "toy.nq"])

    assert sorted((edge["object"], edge["context"]) for edge in tables.edges) == [
        ("MONDO:0005015", "<http://purl.obolibrary.org/obo/mondo.owl>"),
        ("MONDO:0005015", "<http://www.ebi.ac.uk/efo/efo.owl>"),
    ]
    assert tables.node("MONDO:0005148")["name"] == "type 2 diabetes mellitus"
    broken, blank = tables.rejects
    assert broken["row"] == 3
    assert broken["raw"].endswith('"type 2 diabetes" mellitus" .')
    assert broken["reason"].startswith("not N-Quads: ")
    assert (blank["row"], blank["reason"]) == (4, "a blank node as subject")


@pytest.mark.parametrize(("suffix", "syntax"), [("rdf", "xml"), ("nt", "nt"), ("trig", "trig"), ("owl", "xml")])
def test_each_syntax_gives_what_turtle_gives(
    opened: Opened, toy: Any, tmp_path: Path, suffix: str, syntax: str
) -> None:
    graph = rdflib.Dataset(default_union=True) if syntax == "trig" else rdflib.Graph()
    graph.parse(TOY, publicID="file:///toy.ttl")
    (tmp_path / f"toy.{suffix}").write_text(graph.serialize(format=syntax))

    tables = opened(
        rdf, [tmp_path / f"toy.{suffix}"], predicates=str(MEANINGS), vocabulary="" if suffix != "nt" else "ex"
    )

    assert sum(tables.manifest.rows.values()) == len(graph) == sum(toy.manifest.rows.values())
    assert tables.triples() >= toy.triples()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ttl", "<a> <b", r"a\.ttl: not Turtle: .*; correct the file, nothing of it was read"),
        ("a.rdf", "<rdf", r"a\.rdf: not RDF/XML: "),
        ("a.json", "{}", r"a\.json: not a file that `kg load rdf` reads; it reads \*\.ttl"),
    ],
)
def test_a_file_that_is_no_rdf_is_one_line(
    opened: Opened, tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(InputError, match=message):
        opened(rdf, [tmp_path / name])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("foo:bar\tTREATS\n", r"m\.tsv: line 1: 'foo:bar' is neither an IRI nor a CURIE that kg knows"),
        ("rdfs:seeAlso\ttreats\n", r"m\.tsv: line 1: 'treats' is no meaning; expected a predicate such as TREATS"),
        ("rdfs:seeAlso\n", r"m\.tsv: line 1: '' is no meaning"),
    ],
)
def test_a_table_of_predicates_that_says_nothing_is_one_line(
    opened: Opened, tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "m.tsv").write_text(content)

    with pytest.raises(InputError, match=message):
        opened(rdf, [TOY], predicates=str(tmp_path / "m.tsv"))
