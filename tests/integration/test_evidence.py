"""What the graph says of a concept and a term, what a ranker learns from, and what is kept, on small counted cases."""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kgbuild.errors import InputError
from kgbuild.mapping import teachers
from kgbuild.mapping.evidence import Shared, Ties, read_sets
from kgbuild.mapping.keep import Keep
from kgbuild.mapping.pairs import PairScorer
from kgbuild.mapping.score import score_table
from kgbuild.mapping.subjects import read_subjects
from kgbuild.mapping.terms import Scope, Terms, read_terms, scope
from kgbuild.store import Store, connect

#: Diabetes above its types 1 (tied to E10 by way of DOID) and 2 (to E11); a PheCode that groups codes; UMLS between.
GRAPH = """
CREATE (dm:Concept:Disease {id: 'MONDO:0', name: 'diabetes', vocabulary: 'MONDO', in_efo: true}),
  (t1:Concept:Disease {id: 'MONDO:1', name: 'type 1 diabetes', vocabulary: 'MONDO', in_efo: true}),
  (t2:Concept:Disease {id: 'MONDO:2', name: 'type 2 diabetes', vocabulary: 'MONDO', in_efo: true}),
  (t1)-[:SUBCLASS_OF]->(dm), (t2)-[:SUBCLASS_OF]->(dm),
  (e10:Concept:Code {id: 'icd10:E10', name: 'IDDM', vocabulary: 'icd10'}),
  (e11:Concept:Code {id: 'icd10:E11', name: 'NIDDM', vocabulary: 'icd10'}),
  (cm:Concept:Code {id: 'icd10cm:E10', name: 'Type 1 diabetes mellitus', vocabulary: 'icd10cm'}),
  (e14:Concept:Code {id: 'icd10:E14', name: 'Unspecified diabetes', vocabulary: 'icd10'}),
  (d1:Concept:Disease {id: 'DOID:1', name: 'juvenile diabetes', vocabulary: 'DOID'}),
  (d2:Concept:Disease {id: 'DOID:2', name: 'adult diabetes', vocabulary: 'DOID'}),
  (u:Concept:Disease {id: 'UMLS:1', name: 'diabetes of some type', vocabulary: 'UMLS'}),
  (e10)-[:EXACT_MATCH {source: 'x'}]->(d1), (d1)-[:EXACT_MATCH {source: 'x'}]->(t1), (t2)-[:XREF {source: 'x'}]->(e11),
  (t2)-[:XREF {source: 'x', negated: true}]->(e14), (d2)-[:EXACT_MATCH {source: 'x'}]->(t2),
  (d2)-[:XREF {source: 'x'}]->(u), (u)-[:XREF {source: 'x'}]->(t1), (u)-[:XREF {source: 'x'}]->(t2),
  (p:Concept:Disease {id: 'phecode:250', name: 'Diabetes mellitus', vocabulary: 'phecode'}),
  (p)-[:GROUPS {source: 'x'}]->(cm), (p)-[:GROUPS {source: 'x'}]->(e10), (p)-[:GROUPS {source: 'x'}]->(e11),
  (p)-[:GROUPS {source: 'x'}]->(e14),
  (v:Variant {id: 'dbSNP:rs1'}), (w:Variant {id: 'dbSNP:rs2'}),
  (v)-[:ASSOCIATED_WITH]->(p), (w)-[:ASSOCIATED_WITH {negated: true}]->(p), (v)-[:ASSOCIATED_WITH]->(t2),
  (w)-[:ASSOCIATED_WITH]->(t2), (w)-[:ASSOCIATED_WITH]->(dm), (w)-[:ASSOCIATED_WITH]->(t1)
WITH 1 AS done
MATCH (c:Concept)
CREATE (c)-[:HAS_NAME {scope: 'LABEL', language: 'en'}]->(:Name {key: toLower(c.name), embedding: [1.0, 0.0]})
"""


@pytest.fixture(scope="module")
def graph(neo4j_home: Path) -> Iterator[Store]:
    with connect() as store:
        store.query("MATCH (n) DETACH DELETE n")
        store.query(GRAPH)
        yield store
        store.query("MATCH (n) DETACH DELETE n")


@pytest.fixture(scope="module")
def efo(graph: Store) -> tuple[Scope, Terms, Ties]:
    of = scope(graph, "EFO")
    terms = read_terms(graph, of)
    return of, terms, Ties(graph, of, terms)


def test_codes_in_common_count_by_their_share_of_the_concepts_of_the_terms_and_of_all_below_it(graph, efo):
    _, terms, ties = efo
    (found,) = ties.of_codes([read_subjects(graph, scope(graph, "phecode")).groups["phecode:250"]])
    diabetes, type_1, type_2 = (terms.index[f"MONDO:{i}"] for i in range(3))

    assert found["bridge"] == pytest.approx({type_1: 1 / 3, type_2: 1 / 3})  # E10 in both editions, E11, E14
    assert found["bridge_back"] == pytest.approx({type_1: 1, type_2: 1})
    assert found["bridge_below"] == pytest.approx({diabetes: 2 * 2 / (2 + 2), type_1: 2 * 1 / (1 + 2), type_2: 2 / 3})
    assert ties.of_codes([["icd10:Z99"]]) == [{"bridge": {}, "bridge_back": {}, "bridge_below": {}}]


def test_a_chain_goes_by_way_of_a_third_concept_and_counts_less_where_that_leads_to_several_terms(graph, efo):
    _, terms, ties = efo
    subjects = read_subjects(graph, scope(graph, "DOID"))
    found = ties.of_chains([subjects.ties[one] for one in subjects.terms.ids], subjects.terms.ids)
    type_1, type_2 = terms.index["MONDO:1"], terms.index["MONDO:2"]

    assert set(subjects.ties["DOID:1"]) == {"MONDO:1", "icd10:E10"}
    assert found[0] == {}  # its tie to the term itself is no evidence, and nothing else leads there
    assert found[1] == pytest.approx({type_1: 1 / 2, type_2: 1 / 2})  # UMLS:1 is tied to both
    assert ties.of_chains([["UMLS:1", "DOID:2"]], ["own:1"]) == [
        pytest.approx({type_1: 0.5, type_2: 1 - 0.5 * (1 - 0.9)})  # no chain is certain
    ]


def test_variants_that_both_are_tied_to_count_and_denied_ones_do_not(graph, efo):
    of, terms, ties = efo
    shared = {kind: Shared(sets, terms.index) for kind, sets in read_sets(graph, of).items()}
    (query,) = read_subjects(graph, scope(graph, "phecode")).queries(ties, shared)
    one, other = np.log(1 + 3 / 1), np.log(1 + 3 / 3)

    assert query.evidence["variants"] == pytest.approx({terms.index["MONDO:2"]: one / np.hypot(one, other)})
    assert query.context == ["iddm", "niddm", "unspecified diabetes", "type 1 diabetes mellitus"]
    assert read_subjects(graph, scope(graph, "phecode")).queries(ties, {}, codes=False)[0].context == []


@pytest.fixture
def taught(graph: Store) -> Iterator[Store]:
    """The graph with categories of both editions of ICD-10 and concepts of three vocabularies mapped onto its terms."""
    graph.query("""
    UNWIND range(100, 119) AS n
    MATCH (term:Concept {id: 'MONDO:' + (n % 3)})
    CREATE (category:Test:Concept:Code {id: 'icd10:C' + n, vocabulary: 'icd10', name: 'c' + n}),
      (term)-[:XREF {source: 'x'}]->(category),
      (cm:Test:Concept:Code {id: 'icd10cm:C' + n, vocabulary: 'icd10cm', name: 'cm' + n}),
      (:Test:Concept:Code {id: 'icd10:C' + n + '.0', vocabulary: 'icd10', name: 'a' + n})-[:SUBCLASS_OF]->(category),
      (:Test:Concept:Code {id: 'icd10:C' + n + '.1', vocabulary: 'icd10', name: 'b' + n})-[:SUBCLASS_OF]->(category),
      (:Test:Concept:Code {id: 'icd10cm:C' + n + '.0', vocabulary: 'icd10cm', name: 'd' + n})-[:SUBCLASS_OF]->(cm),
      (:Test:Concept:Code {id: 'icd10cm:C' + n + '.1', vocabulary: 'icd10cm', name: 'e' + n})-[:SUBCLASS_OF]->(cm),
      (:Test:Concept {id: 'mesh:' + n, vocabulary: 'mesh', name: 'm' + n})-[:EXACT_MATCH {source: 'x'}]->(term),
      (:Test:Concept {id: 'OMIM:' + n, vocabulary: 'OMIM', name: 'o' + n})-[:EXACT_MATCH {source: 'x'}]->(term)
    """)
    graph.query("MATCH (c:Test) CREATE (c)-[:HAS_NAME {scope: 'LABEL', language: 'en'}]->(:Test:Name {key: c.name})")
    yield graph
    graph.query("MATCH (n:Test) DETACH DELETE n")


def test_what_is_mapped_teaches_nothing_nor_does_the_other_edition_of_icd(taught: Store, monkeypatch):
    monkeypatch.setattr(teachers, "ENOUGH", 20)
    of = scope(taught, "EFO")
    ties = Ties(taught, of, read_terms(taught, of))

    def learned_from(vocabularies: list[str], grouping: bool) -> set[str]:
        subjects, right, *_ = teachers.lesson(taught, of, ties, vocabularies, grouping)
        assert len(subjects.terms.ids) == len(right)
        return {identifier.partition(":")[0] for identifier in subjects.terms.ids}

    assert learned_from(["phecode"], grouping=True) == {"icd10", "icd10cm"}
    assert learned_from(["mesh"], grouping=False) == {"OMIM", "DOID"}
    assert learned_from(["DOID", "OMIM"], grouping=False) == {"mesh"}
    for mapped in ("icd10", "icd10cm"):
        assert not learned_from([mapped], grouping=True) & {"icd10", "icd10cm"}


def test_examples_are_exact_matches_and_where_these_are_too_few_cross_references_too(taught: Store, monkeypatch):
    of = scope(taught, "EFO")
    terms = read_terms(taught, of)
    ties = Ties(taught, of, terms)

    def examples(enough: int) -> dict[str, list[str]] | None:
        monkeypatch.setattr(teachers, "ENOUGH", enough)
        found = teachers.lesson(taught, of, ties, ["OMIM", "DOID", "icd10"], grouping=False)
        return found and {
            one: sorted(terms.ids[i] for i in its) for one, its in zip(found[0].terms.ids, found[1], strict=True)
        }

    exact = {f"mesh:{n}": [f"MONDO:{n % 3}"] for n in range(100, 120)}
    assert examples(20) == exact
    assert examples(21) == exact | {"UMLS:1": ["MONDO:1", "MONDO:2"]}
    assert examples(22) is None


@pytest.fixture
def kept(graph: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    graph.query("CREATE (:Meta {name: 'kg', graph_id: 'g1'}), (:Meta {name: 'embeddings', model: 'm', digest: 'd1'})")
    yield graph
    graph.query("MATCH (n) WHERE n:Meta OR n.vocabulary IN ['own', 'DO', 'CL'] DETACH DELETE n")


def made(store: Store) -> list[str]:
    """Ask for a thing; what was made of it, if anything."""
    calls: list[str] = []
    assert Keep(store).get("thing", lambda: calls.append("made") or [1, 2]) == [1, 2]
    return calls


def test_what_was_made_for_this_graph_and_these_vectors_is_kept(kept: Store):
    assert made(kept) == ["made"]
    assert made(kept) == []
    kept.query("MATCH (meta:Meta {name: 'embeddings'}) SET meta.digest = 'd2'")
    assert made(kept) == ["made"]
    assert made(kept) == []
    kept.query("MATCH (meta:Meta {name: 'kg'}) SET meta.graph_id = 'g2'")
    assert made(kept) == ["made"]


@pytest.mark.parametrize("share", [0, 0.5, 0.97])
def test_a_file_that_was_cut_off_is_made_again(kept: Store, tmp_path: Path, share: float):
    made(kept)
    (path,) = (tmp_path / "mappings").iterdir()
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])

    assert made(kept) == ["made"]
    with path.open("rb") as file:
        assert pickle.load(file)
        assert pickle.load(file) == [1, 2]


CURATED = """
UNWIND range(0, 239) AS n
WITH n, $parts[n % 12] AS part
CREATE (:Concept:Disease {id: 'own:' + n, vocabulary: 'own', name: part + ' failure type ' + (1 + n % 2)})
  -[:EXACT_MATCH {source: 'x', negated: n >= 120}]->
  (:Concept:Disease {id: 'DO:' + n, vocabulary: 'DO', name: part + ' failure ' + (1 + (n + n / 120) % 2)}),
  (:Concept:Cell {id: 'CL:' + n, vocabulary: 'CL', name: part + ' cell ' + n})
"""
PARTS = "liver lung heart kidney skin brain bone spleen colon nerve knee ear".split()  # noqa: SIM905 - read as text


def test_a_second_table_is_scored_with_what_the_first_one_learned(kept: Store, tmp_path: Path):
    kept.query(CURATED, parts=PARTS)
    table = tmp_path / "table.tsv"
    table.write_text(
        "subject_id\tsubject_label\tobject_id\tobject_label\n"
        "a:1\tstomach failure type 1\tb:1\tstomach failure 1\na:2\ttoxic goitre\tb:2\tnontoxic goiter\n"
    )
    asked: list[int] = []

    def encode(texts: Sequence[str]) -> np.ndarray:
        asked.append(len(texts))
        counts = [[1.0 + text.casefold().count(letter) ** 2 for letter in "abcdefghiklmnoprstuvxz12"] for text in texts]
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    first = score_table(kept, table, encode)
    learned, asked[:] = asked[:], []
    again = score_table(kept, table, encode)

    assert max(learned) > 50
    assert asked == [2, 2]  # the labels of the table alone
    pd.testing.assert_frame_equal(first, again)
    assert first["subject_id"].tolist() == ["a:2", "a:1"]
    assert first["doubts"].tolist() == ["the object is not “toxic”", ""]
    assert first["confidence"][0] <= PairScorer.fit(kept, encode).near_miss < first["confidence"][1]


def test_nothing_is_kept_for_a_graph_without_an_identity(kept: Store, tmp_path: Path):
    kept.query("MATCH (meta:Meta {name: 'kg'}) REMOVE meta.graph_id")

    assert made(kept) == made(kept) == ["made"]
    assert not list(tmp_path.rglob("*.pickle"))


def test_without_embeddings_nothing_can_be_mapped(kept: Store):
    kept.query("MATCH (meta:Meta {name: 'embeddings'}) DELETE meta")

    with pytest.raises(InputError, match="no embeddings; write them with `kg enrich`"):
        Keep(kept)
