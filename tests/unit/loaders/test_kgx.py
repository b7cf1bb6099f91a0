"""Graphs that somebody names, in KGX: TSV, JSON Lines and JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from loaders import kgx, neo4j

DATA = Path(__file__).parents[2] / "data/kgx"

Given = Callable[..., Any]


@pytest.fixture
def given(opened: Callable[..., Any]) -> Given:
    """What `kg load kgx FILE…` stages of files in tests/data/kgx."""

    def stage(*names: str, **options: str) -> Any:
        return opened(kgx, [DATA / name for name in names], **options)

    return stage


@pytest.fixture
def tsv(given: Given) -> Any:
    return given("toy_nodes.tsv", "toy_edges.tsv")


def test_nodes_have_kgs_types_and_their_texts_as_they_stand(tsv: Any) -> None:
    gene = tsv.node("hgnc:11603")
    assert (gene["type"], gene["name"], gene["definition"]) == ("Gene", "TBX4", '5" of "text"')
    assert tsv.names_of("hgnc:11603") == {("TBX4", "LABEL", "en"), ("T-box 4", "EXACT", "en"), ("TBX-4", "EXACT", "en")}
    disease = tsv.node("MONDO:0005002")
    assert (disease["type"], disease["definition"], disease["obsolete"]) == ("Disease", "in quotes", True)
    assert tsv.node("HP:0000118")["type"] == "Phenotype", "by its prefix, where it has no category"


def test_cross_references_are_edges_and_no_more(tsv: Any) -> None:
    assert {t for t in tsv.triples() if t[1] == "XREF"} == {("hgnc:11603", "XREF", "ensembl:ENSG00000121075")}


def test_edges_keep_what_they_state(tsv: Any) -> None:
    edge = next(edge for edge in tsv.edges if edge["object"] == "MONDO:0005002")

    assert edge["predicate"] == "GENE_ASSOCIATED_WITH_CONDITION"
    assert edge["context"] == "infores:a"
    assert edge["publications"] == "PMID:1|PMID:2"
    assert edge["qualifier"] == "frequency_qualifier=HP:0040281; qualified_predicate=biolink:causes"
    assert edge["neg_log10_p"] == 8
    assert "negated" not in edge


def test_parallel_edges_are_kept_apart_by_their_id_or_by_what_they_state(tsv: Any) -> None:
    assert len([edge for edge in tsv.edges if edge["object"] == "MONDO:0005002"]) == 2
    negated = [edge for edge in tsv.edges if edge["object"] == "UNKNOWN:1"]
    assert [edge["negated"] for edge in negated] == [True, True]
    assert {edge["context"] for edge in negated} == {"infores:b", "infores:c"}


def test_a_predicate_that_is_not_biolinks_qualifies_related_to(tsv: Any) -> None:
    (edge,) = [edge for edge in tsv.edges if edge.get("qualifier") == "RO:0002434"]
    assert (edge["predicate"], edge["object"]) == ("RELATED_TO", "HP:0000118")


def test_records_without_usable_ids_or_predicates_are_rejected(tsv: Any) -> None:
    advice = "is not a CURIE; --vocabulary X gives such ids the prefix X"
    assert {(reject["file"], reject["row"], reject["reason"]) for reject in tsv.rejects} == {
        ("toy_nodes.tsv", 4, f"id local1 {advice}"),
        ("toy_nodes.tsv", 5, "no id"),
        ("toy_edges.tsv", 6, "no predicate"),
        ("toy_edges.tsv", 7, f"subject local1 {advice}"),
    }


def test_ids_without_a_prefix_get_the_vocabularys(given: Given) -> None:
    tables = given("toy_nodes.tsv", "toy_edges.tsv", vocabulary="lab")

    assert tables.node("lab:local1")["name"] == "mine"
    assert ("lab:local1", "INTERACTS_WITH", "hgnc:1") in tables.triples()


def test_json_lines_are_read_with_their_lists(given: Given) -> None:
    tables = given("toy_nodes.jsonl", "toy_edges.jsonl")

    drug = tables.node("PUBCHEM.COMPOUND:10429502")
    assert (drug["type"], drug["name"]) == ("Drug", "16|A-Methyl Prednisolone")
    assert ("a|b", "EXACT", "en") in tables.names_of(drug["id"])
    assert (tables.node("x:1")["type"], tables.node("x:1")["name"]) == ("Anatomy", "7")
    (negated,) = [edge for edge in tables.edges if edge.get("negated")]
    assert (negated["context"], negated["qualifier"], negated["publications"]) == (
        "infores:p", "object_direction_qualifier=increased", "PMID:1|PMID:2",
    )  # fmt: skip
    assert [(r["file"], r["row"], r["reason"]) for r in tables.rejects] == [("toy_nodes.jsonl", 3, "not a JSON object")]
    assert tables.manifest.outcomes == {"staged": 4, "merged": 1, "rejected": 1}


def test_a_whole_graph_in_json_is_read_whatever_the_order_of_its_lists(given: Given) -> None:
    tables = given("toy.json")

    assert tables.node("x:1")["type"] == "Cell"
    assert tables.triples() == {("x:1", "PART_OF", "x:2")}
    assert [(r["row"], r["raw"], r["reason"]) for r in tables.rejects] == [(4, '{"": "nonsense"}', "not a JSON object")]
    assert tables.manifest.rows == {"toy.json": 4}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", '{"graphs": []}', r"a\.json: no list `nodes` or `edges` at its top level; expected KGX JSON"),
        ("a.json", "\0\0", r"a\.json: not JSON"),
        ("a_nodes.tsv", "name\tcategory\nx\ty\n", r"a_nodes\.tsv: no column 'id' among name, category"),
        ("a_edges.csv", "subject,object\nx:1,x:2\n", r"a_edges\.csv: no column 'predicate'"),
        ("nodes_and_edges.tsv", "id\n", r"nodes_and_edges\.tsv: nodes or edges\?"),
        ("graph.graphml", "", r"graph\.graphml: not a file that `kg load kgx` reads"),
    ],
)
def test_what_is_no_kgx_is_one_line(
    opened: Callable[..., Any], tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(InputError, match=message):
        opened(kgx, [tmp_path / name])


def test_what_was_read_out_of_a_neo4j_is_read_by_the_names_of_its_files(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    for kind in ("nodes", "edges"):
        (tmp_path / f"{kind}.jsonl").write_text((DATA / f"toy_{kind}.jsonl").read_text())

    tables = opened(neo4j, [tmp_path / "nodes.jsonl", tmp_path / "edges.jsonl"])

    assert tables.triples() == {("x:1", "AFFECTS", "x:2")}
