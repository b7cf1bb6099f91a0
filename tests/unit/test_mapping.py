"""Ranking without a database: what speaks for a term, what a ranker learns, how a mapping is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.evaluate.statistics import hits
from kgbuild.mapping.features import FEATURES, PRIORS, Query, Target, Vectors, describe, words
from kgbuild.mapping.rank import ENOUGH, Example, Ranker, fit

NAMES = [
    ["type 2 diabetes mellitus", "diabetes mellitus, non-insulin-dependent"],
    ["type 1 diabetes mellitus", "juvenile diabetes"],
    ["diabetes mellitus"],
    ["asthma", "bronchial asthma"],
    ["allergic asthma"],
]
ASKED = ["type 2 diabetes", "diseases of the bronchi", "non-insulin-dependent diabetes"]


@pytest.fixture
def target() -> Target:
    keys = sorted({key for names in NAMES for key in names} | set(ASKED))
    vectors = np.random.default_rng(0).normal(size=(len(keys), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    priors = np.zeros((len(NAMES), len(PRIORS)), dtype=np.float32)
    return Target([f"EFO:{i}" for i in range(5)], NAMES, Vectors(keys, vectors), priors, [[2], [2], [], [], [3]])


def described(target: Target, *queries: Query) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    return [(terms, dict(zip(FEATURES, table.T, strict=True))) for terms, table in describe(target, queries)]


def test_words_are_compared_without_plurals_function_words_and_british_spelling():
    assert words("other diseases of the oesophagus, nos") == {"disease", "esophagus"}
    assert words("haemorrhage") == words("hemorrhages")


def test_a_term_has_the_best_score_of_its_names_and_that_of_its_label(target):
    ((terms, found),) = described(target, Query(["diabetes mellitus, non-insulin-dependent"]))
    best = terms[found["tfidf"].argmax()]

    assert best == 0
    assert found["tfidf"].max() == pytest.approx(1)
    assert found["tfidf_label"][best] < 0.9
    assert (found["same_key"][best], found["same_label"][best]) == (1, 0)


def test_a_concept_with_several_names_is_compared_by_each(target):
    ((_, one),) = described(target, Query(["asthma"]))
    ((terms, several),) = described(target, Query(["asthma", "juvenile diabetes"]))

    assert several["same_key"].tolist() == [0, 1, 0, 1, 0]
    assert several["tfidf"][list(terms).index(1)] > one["tfidf"][list(terms).index(1)]
    assert several["tfidf_label"].tolist() == one["tfidf_label"].tolist()


def test_queries_are_described_alike_alone_and_in_blocks(target, monkeypatch):
    queries = [Query([text]) for text in ASKED]
    together = [table for _, table in describe(target, queries)]
    monkeypatch.setattr("kgbuild.mapping.features._BLOCK", 1)

    for table, alone in zip(together, describe(target, queries), strict=True):
        np.testing.assert_allclose(table, alone[1], atol=1e-6)


def test_what_a_concept_groups_speaks_for_the_terms_that_it_resembles_or_that_curators_tied_to_it(target):
    ((terms, found),) = described(target, Query(["diseases of the bronchi"], ["asthma", "allergic asthma"], {3: 0.5}))

    assert set(terms[np.argsort(-found["context_tfidf"])[:2]]) == {3, 4}
    assert found["bridge"].tolist() == [0, 0, 0, 0.5, 0]


def test_a_name_without_a_vector_is_near_to_nothing(target):
    assert target.vectors.of(["no such name"]).tolist() == [[0] * 8]


def taught(n: int) -> list[Example]:
    """Examples whose right candidate has the same name; all else is noise."""
    random = np.random.default_rng(1)
    out = []
    for _ in range(n):
        table = random.uniform(0, 0.5, size=(20, len(FEATURES))).astype(np.float32)
        right = np.arange(20) == random.integers(20)
        table[:, FEATURES.index("same_key")] = right
        out.append(Example(table, right))
    return out


def test_a_ranker_learns_what_tells_right_candidates_and_what_its_scores_mean():
    ranker = fit(taught(ENOUGH))
    scores = ranker.score([example.features_CF for example in taught(5)])

    assert [each.argmax() for each in scores] == [example.right_C.argmax() for example in taught(5)]
    assert all(each.sum() == pytest.approx(1) for each in scores)
    assert ranker.confidence(np.array([0.0, 1.0])).tolist() == pytest.approx([0, 1], abs=0.01)


def test_too_few_examples_give_the_plain_sum_without_confidence():
    ranker = fit(taught(ENOUGH - 1))
    table = taught(1)[0].features_CF

    assert ranker == Ranker()
    assert ranker.score([table])[0].argmax() == table[:, FEATURES.index("both")].argmax()
    assert ranker.confidence(np.array([0.5])) is None


@pytest.mark.parametrize(
    ("scores", "right", "expected"),
    [
        ([0.9, 0.5, 0.1], [True, False, False], (1, 1, 1)),
        ([0.9, 0.5, 0.1], [False, True, False], (0, 1, 1 / 2)),
        ([0.9, 0.5, 0.1], [False, False, False], (0, 0, 0)),
        ([0.9, 0.9, 0.1], [False, True, False], (1 / 2, 1, 3 / 4)),
        ([0.9, 0.9, 0.9], [True, True, False], (2 / 3, 1, 2 / 3 + 1 / 6)),
        ([0.0] * 10, [True] + [False] * 9, (1 / 10, 5 / 10, sum(1 / n for n in range(1, 11)) / 10)),
    ],
)  # fmt: skip
def test_ties_count_by_their_expected_value(scores, right, expected):
    assert hits(np.array(scores), np.array(right)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=7), st.integers(0, 2**32 - 1))
def test_the_expected_value_of_ties_is_the_mean_over_random_orders(candidates, seed):
    scores, right = (np.array(column) for column in zip(*candidates, strict=True))
    random = np.random.default_rng(seed)
    orders = [random.permutation(len(scores)) for _ in range(3000)]
    broken = np.mean([hits(-np.argsort(np.lexsort((o, -scores))).astype(float), right) for o in orders], axis=0)

    np.testing.assert_allclose(hits(scores, right), broken, atol=0.06)
