"""What curators signed, in the graph: evidence with its author, pairs of the training, and what a mapping respects."""

import io
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from embed.pairs import cache as pairs
from embed.pairs.cache import TASKS, PairCache
from kgbuild import database
from kgbuild.home import folder
from kgbuild.loading import last_difference, load, load_files
from kgbuild.mapping import scope
from kgbuild.mapping.review import Decisions, Signed, apply, beside, read, signed_links
from kgbuild.mapping.review.graph import about, search
from kgbuild.mapping.review.terminal import Terminal
from kgbuild.mapping.sssom import NO_TERM
from kgbuild.store import Store, connect
from loaders import DOORS, LOADERS

STARTER = Path(str(files("loaders"))) / "starter"
ME, YOU = "orcid:0000-0002-1825-0097", "orcid:0000-0001-5109-3700"
#: Of the starter data; the kidney is less certain than asthma, so it comes first.
MAPPING = """\
subject_id	subject_label	predicate_id	object_id	object_label	mapping_justification	confidence
phecode:401.22	Hypertensive CKD	skos:closeMatch	EFO:0003884	chronic kidney disease	semapv:X	0.6
phecode:401.22	Hypertensive CKD	skos:closeMatch	MONDO:0024633	hypertensive nephropathy	semapv:X	0.5
phecode:495	Asthma	skos:closeMatch	MONDO:0004979	asthma	semapv:X	0.9
phecode:495	Asthma	skos:closeMatch	MONDO:0004784	allergic asthma	semapv:X	0.05
"""


@pytest.fixture(scope="module")
def graph(neo4j_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A few sources of the starter data with the reviews of two curators, and the mapping that they reviewed."""
    empty()
    load(["efo", "mondo", "phecode"], STARTER, LOADERS)
    home = tmp_path_factory.mktemp("review")
    (home / "m.sssom.tsv").write_text(MAPPING)
    mine = typed(home, "mine", ME, "2", "n by the kidney", "1", "q")
    yours = typed(home, "yours", YOU, "r 1", "s", "r 1", "2 narrow", "q")
    load_files(DOORS["mappings"], [mine], LOADERS, "review_mine")
    load_files(DOORS["mappings"], [yours], LOADERS, "review_yours")
    yield home
    empty()


def empty() -> None:
    database.reset()
    for name in ("staged", "graph"):
        shutil.rmtree(folder(name))


def typed(home: Path, name: str, author: str, *lines: str) -> Path:
    """The decisions that a curator types."""
    answers = iter(lines)
    proposal = read(home / "m.sssom.tsv")
    decisions = Decisions(home / f"{name}.reviewed.sssom.tsv", proposal)
    with connect() as store:
        Terminal(proposal, decisions, author, store, lambda _: next(answers), Console(file=io.StringIO())).run()
    return decisions.path


@pytest.fixture
def store(graph: Path) -> Iterator[Store]:
    with connect() as store:
        yield store


def test_a_decision_is_evidence_with_its_author_justification_and_note(store: Store) -> None:
    rows = store.query(
        "MATCH (a:Concept)-[m]->(b:Concept) WHERE m.author_id IN $authors "
        "RETURN a.id AS a, type(m) AS type, b.id AS b, m AS m ORDER BY m.source, b",
        authors=[ME, YOU],
    )
    found = {(row["a"], row["type"], row["b"]) for row in rows}

    assert ("phecode:401.22", "EXACT_MATCH", "MONDO:0024633") in found
    assert len(rows) == 5
    (noted,) = store.query(
        "MATCH ({id: 'phecode:401.22'})-[m:EXACT_MATCH {source: 'review_mine'}]->() RETURN properties(m) AS m"
    )
    assert noted["m"]["comment"] == "by the kidney"
    assert noted["m"]["author_id"] == ME
    assert noted["m"]["mapping_justification"] == "semapv:ManualMappingCuration"
    assert noted["m"]["weight"] == 1.0


def test_the_last_diff_shows_what_a_review_changed(store: Store) -> None:
    (edges,) = [each for each in last_difference() if each.kind == "edges"]

    assert (edges.source, edges.added, edges.removed, edges.changed) == ("review_yours", 3, 0, 0)
    assert "phecode:401.22 NOT EXACT_MATCH EFO:0003884" in edges.examples["added"]


def test_the_next_training_has_accepted_links_as_pairs_and_rejected_ones_as_hard_negatives(store: Store) -> None:
    cache = pairs.read(store)

    assert ("Hypertensive chronic kidney disease", "hypertensive nephropathy") in texts(cache, "synonym")
    assert ("phecode:401.22", "EFO:0003884") in denied(cache)
    asthma = ("phecode:495", "MONDO:0004979")
    assert asthma not in denied(cache), "one curator accepted what the other rejected: neither is taught"
    assert not [row for row in ids(cache, "synonym") if row == asthma]
    assert ("phecode:495", "MONDO:0004784") in ids(cache, "relation"), "a narrow match is a relation"


def texts(cache: PairCache, task: str) -> set[tuple[str, str]]:
    strings = cache.strings.to_pylist()
    rows = cache.pairs.to_pylist()
    return {(strings[row["head_text"]], strings[row["tail_text"]]) for row in rows if row["task"] == TASKS.index(task)}


def ids(cache: PairCache, task: str) -> set[tuple[str, str]]:
    names = cache.concepts["id"].to_pylist()
    rows = cache.pairs.to_pylist()
    return {(names[row["head"]], names[row["tail"]]) for row in rows if row["task"] == TASKS.index(task)}


def denied(cache: PairCache) -> set[tuple[str, str]]:
    names = cache.concepts["id"].to_pylist()
    return {(names[row["head"]], names[row["tail"]]) for row in cache.denied.to_pylist()}


def test_what_was_signed_is_read_between_two_scopes_in_either_direction(store: Store) -> None:
    forth = signed_links(store, scope(store, "phecode"), scope(store, "EFO"))
    back = signed_links(store, scope(store, "EFO"), scope(store, "phecode"))

    assert {(link.subject_id, link.object_id, link.kind) for link in forth.accepted} == {
        ("phecode:401.22", "MONDO:0024633", "exact"),
        ("phecode:495", "MONDO:0004784", "narrow"),
    }
    assert {(link.object_id, link.subject_id, link.kind) for link in back.accepted} == {
        ("phecode:401.22", "MONDO:0024633", "exact"),
        ("phecode:495", "MONDO:0004784", "broad"),
    }
    assert forth.rejected == {("phecode:401.22", "EFO:0003884"): [YOU]}
    assert set(forth.disputed) == {("phecode:495", "MONDO:0004979")}
    (noted,) = [link for link in forth.accepted if link.notes]
    assert (noted.authors, noted.notes) == ([ME], ("by the kidney",))


def test_a_mapping_that_respects_it_has_the_signed_links_first_and_the_rejected_pairs_not(store: Store) -> None:
    table = pd.DataFrame(
        [("phecode:401.22", "EFO:0003884", 1, 0.9), ("phecode:401.22", "EFO:0003086", 2, 0.5)],
        columns=["subject_id", "object_id", "rank", "similarity_score"],
    )
    signed: Signed = signed_links(store, scope(store, "phecode"), scope(store, "EFO"))
    out = apply(table, signed)
    of = out[out["subject_id"] == "phecode:401.22"]

    assert of["object_id"].tolist() == ["MONDO:0024633", "EFO:0003086"]
    assert of["rank"].tolist() == [1, 2]
    assert of["author_id"].tolist()[0] == ME


def test_a_reviewer_sees_what_the_graph_knows_and_finds_another_target_by_its_words(graph: Path, store: Store) -> None:
    known = about(store, read(graph / "m.sssom.tsv"))

    assert known["phecode:495"].grouped >= 2
    assert any("J45" in code for code in known["phecode:495"].codes)
    assert known["MONDO:0024633"].definition
    found = search(store, "Asthma childhood", ["MONDO", "EFO"])
    assert found[0].id == "MONDO:0005405"
    assert search(store, "asthma", ["phecode"])[0].id == "phecode:495"


def test_a_text_typed_as_another_target_is_searched_in_the_graph(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "m.sssom.tsv").write_text(MAPPING)
    path = typed(tmp_path, "other", ME, "o Nephropathy hypertensive", "1 broad", "o EFO:99999999", "n", "q")
    decisions = Decisions(path, read(tmp_path / "m.sssom.tsv"))

    assert [(each.object_id, each.kind) for each in decisions.made.values()] == [("MONDO:0024633", "broad")]
    assert beside(tmp_path / "m.sssom.tsv").name == "m.reviewed.sssom.tsv"


def test_a_concept_without_a_counterpart_is_evidence_that_the_next_mapping_onto_that_vocabulary_reads(
    tmp_path: Path, store: Store
) -> None:
    (tmp_path / "m.sssom.tsv").write_text("# object_source: bioregistry:efo\n" + MAPPING)
    load_files(DOORS["mappings"], [typed(tmp_path, "absent", ME, "s", "0", "n no such", "q")], LOADERS, "review_absent")
    onto_efo, onto_mondo = (signed_links(store, scope(store, "phecode"), scope(store, to)) for to in ("EFO", "MONDO"))
    (edge,) = store.query("MATCH (a)-[m:NO_COUNTERPART]->(b) RETURN a.id AS a, b.id AS b, m.author_id AS author")

    assert edge["b"] == NO_TERM
    assert edge["author"] == ME
    assert onto_mondo.absent == {}
    assert {*onto_efo.absent} <= {edge["a"]}, "a link that another curator accepted is heard"
