"""Ranking without a database: how names are compared, what speaks for a term, what a ranker learns."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer

from kgbuild.mapping.calibrate import Calibration
from kgbuild.mapping.evidence import Shared
from kgbuild.mapping.features import FEATURES, PRIORS, Lists, Query, Target, Vectors, describe
from kgbuild.mapping.lexical import Ngrams, Words, words
from kgbuild.mapping.rank import ENOUGH, Example, Ranker, fit
from kgbuild.mapping.search import Bound, Peaks, nearest_by_bounds
from kgbuild.mapping.trees import LEAVES, Trees

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
    priors = np.zeros((len(NAMES), len(PRIORS)), dtype=np.float32)
    return Target([f"EFO:{i}" for i in range(5)], NAMES, vectors(), priors, [[2], [2], [], [], [3]])


def vectors() -> Vectors:
    """Of all names, at random."""
    keys = sorted({key for names in NAMES for key in names} | set(ASKED))
    matrix = np.random.default_rng(0).normal(size=(len(keys), 8)).astype(np.float32)
    return Vectors((keys, matrix / np.linalg.norm(matrix, axis=1, keepdims=True)))


def described(target: Target, *queries: Query) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    found = describe(target, queries, vectors())
    return [(terms, dict(zip(FEATURES, table.T, strict=True))) for terms, table in found]


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
    queries = [Query([text], ["asthma"], {"bridge": {3: 0.5}}, ["diabetes mellitus"]) for text in ASKED]
    together = [table for _, table in describe(target, queries, vectors())]
    monkeypatch.setattr("kgbuild.mapping.features._BLOCK", 1)

    for table, alone in zip(together, describe(target, queries, vectors()), strict=True):
        np.testing.assert_allclose(table, alone[1], atol=1e-6)
    assert list(describe(target, [], vectors())) == []


def test_what_a_concept_groups_speaks_for_the_terms_that_it_resembles_or_that_curators_tied_to_it(target):
    query = Query(["diseases of the bronchi"], ["asthma", "allergic asthma"], {"bridge": {3: 0.5}, "genes": {0: 0.2}})
    ((terms, found),) = described(target, query)

    assert set(terms[np.argsort(-found["context_tfidf"])[:2]]) == {3, 4}
    assert found["context_max"][[3, 4]] == pytest.approx([1, 1])
    assert found["bridge"].tolist() == [0, 0, 0, 0.5, 0]
    assert found["genes"].tolist() == pytest.approx([0.2, 0, 0, 0, 0])


def test_a_term_is_near_by_what_stands_above_and_below_it_and_the_concept(target):
    query = Query(["diabetes mellitus"], above=["asthma"], below=["type 1 diabetes mellitus"])
    ((_, found),) = described(target, query)
    cosine = vectors().of(["diabetes mellitus"])[0] @ vectors().of(["type 1 diabetes mellitus"])[0]

    assert found["parent"][[0, 1]] == pytest.approx([1, 1])  # the parent of both types has the concept's name
    assert found["child"][2] == max(found["encoder_label"][[0, 1]])
    assert found["above"][4] == pytest.approx(1)  # allergic asthma is below asthma, and so is the concept
    assert found["above"][[2, 3]].tolist() == [0, 0]  # nothing is above them
    assert (found["below"][1], found["below"][2]) == pytest.approx((1, cosine))


def test_a_candidate_that_no_name_finds_is_looked_at_where_the_graph_leads_to_it(target, monkeypatch):
    monkeypatch.setattr("kgbuild.mapping.features._CANDIDATES", 1)
    monkeypatch.setattr("kgbuild.mapping.features._STRONGEST", 1)
    ((alone, _),) = described(target, Query(["asthma"]))
    ((led, found),) = described(target, Query(["asthma"], evidence={"chains": {1: 0.1, 0: 0.7}}))

    assert 0 not in alone
    assert set(led) == {*alone, 0}  # the strongest of each kind
    assert found["chains"][list(led).index(0)] == pytest.approx(0.7)


def test_a_name_without_a_vector_is_near_to_nothing(target):
    ((_, found),) = described(target, Query(["type 3 diabetes"]))

    assert vectors().of(["no such name"]).tolist() == [[0] * 8]
    assert not any(found["encoder"])
    assert any(found["tfidf"])


def test_vectors_of_several_tables_are_one():
    both = Vectors((["a"], np.ones((1, 2), np.float32))) + Vectors((["b"], np.zeros((1, 2), np.float32))) + Vectors()

    assert both.of(["b", "c", "a"]).tolist() == [[0, 0], [0, 0], [1, 1]]
    assert both.missing(["c", "a", "d", "c"]) == ["c", "d"]
    assert not Vectors()


NAME = st.text("abc dé-1\t", max_size=12)


@given(
    st.lists(NAME, min_size=1, max_size=8).filter(lambda keys: any(map(str.split, keys))), st.lists(NAME, max_size=5)
)
def test_ngrams_are_the_numbers_of_scikit_learns_tfidf_for_names_seen_and_unseen(keys, asked):
    ours, theirs = Ngrams(keys), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    asked = [*asked, "", "unseen zzz", keys[0]]

    np.testing.assert_allclose(ours.matrix_KG.toarray(), theirs.fit_transform(keys).toarray(), atol=1e-6)
    np.testing.assert_allclose(ours(asked).toarray(), theirs.transform(asked).toarray(), atol=1e-6)


def test_an_ngram_that_many_names_have_tells_nothing_apart():
    names = ["disease of kidney", *(f"disease {number}" for number in range(100))]
    kidney, disease, number = Ngrams(names)(["kidney", "disease", "7"]).toarray()

    assert kidney.any()
    assert number.any()
    assert not disease.any()


def test_no_name_at_all_is_no_row():
    assert Ngrams(["ab", "cd"])([]).shape[0] == 0


def test_a_word_weighs_as_much_as_it_is_rare_among_names_and_among_what_is_asked():
    known = Words(["lung cancer", "skin cancer", "asthma", "gout"])
    asked = known.asked(["lung cancer", "zebra lungs"], ["lung cancer", "liver cancer"])
    lung, cancer, asthma = np.log(4 / 1), min(np.log(4 / 2), np.log(2 / 2)), np.log(4)

    assert asked.weight_S == pytest.approx([min(lung, np.log(2)) + cancer, np.log(4) + min(lung, np.log(2))])
    assert asked.weight_K[2] == pytest.approx(asthma)
    assert asked.weight_K[0] == pytest.approx(min(lung, np.log(2)) + cancer)
    assert asked.weighed_SV.sum(axis=1) == pytest.approx([np.log(2)] * 2)  # an unknown word has no column


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=6), st.data())
def test_lists_one_behind_the_other_are_read_as_they_were_given(lists, data):
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=6))
    values, owner = Lists(lists).of(np.array(rows, np.int64))

    assert values.tolist() == [value for row in rows for value in lists[row]]
    assert owner.tolist() == [place for place, row in enumerate(rows) for _ in lists[row]]


@given(st.integers(1, 1500), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_the_largest_scores_are_found_as_by_sorting_all_of_them(length, k, seed):
    scores = np.random.default_rng(seed).integers(0, 50, size=length).astype(np.float32)  # with ties
    peaks = Peaks(scores[:, None])
    top = peaks.top(0, k)

    assert len(set(top.tolist())) == len(top) == min(k, length)
    assert sorted(scores[top]) == sorted(scores)[-k:]
    assert sorted(peaks.reaching(0, 25)) == np.flatnonzero(scores >= 25).tolist()


@given(st.integers(1, 400), st.integers(1, 20), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_what_a_bound_rules_out_is_never_among_the_nearest(names, k, width, seed):
    random = np.random.default_rng(seed)
    scale = 0.8 ** np.arange(width)  # as of real embeddings, most of the length is in a part of the width
    vectors_KD, asked_BD = (random.normal(size=(rows, width)).astype(np.float32) * scale for rows in (names, 3))
    bound_KB, score_KB = Bound(vectors_KD)(asked_BD), vectors_KD @ asked_BD.T
    nearest = nearest_by_bounds(bound_KB, k, lambda query_P, term_P: score_KB[term_P, query_P])

    assert (bound_KB >= score_KB - 1e-5).all()
    for scores_K, terms in zip(score_KB.T, nearest, strict=True):
        assert sorted(scores_K[terms]) == sorted(scores_K)[-k:]


def test_what_two_concepts_share_counts_by_its_cosine_and_more_where_it_is_rare():
    objects = {"t:0": ["x", "y"], "t:1": ["y"], "elsewhere:1": ["y"]}
    found = Shared(objects, {"t:0": 0, "t:1": 1}).of({"s": ["x", "unknown"], "r": ["y", "x"]}, ["s", "none", "r"])
    x, y = math.log(1 + 3 / 1), math.log(1 + 3 / 2)

    assert found[0] == pytest.approx({0: x / math.hypot(x, y)})
    assert found[1] == {}
    assert found[2] == pytest.approx({0: 1, 1: y / math.hypot(x, y)})
    assert Shared({}, {"t:0": 0}).of({"s": ["x"]}, ["s"]) == [{}]


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
    assert all(0.9 < each.sum() <= 1 for each in scores)  # what is left is that none of them is right
    tables = [np.zeros((n, len(FEATURES)), np.float32) for n in (2, 1)]
    assert [each.tolist() for each in ranker.confidence([np.array([0.0, 1.0]), np.array([1.0])], tables)] == [
        pytest.approx([0, 1], abs=0.01), pytest.approx([1], abs=0.01),
    ]  # fmt: skip


def test_examples_like_what_is_asked_for_say_more_of_what_a_score_means():
    random = np.random.default_rng(2)

    def some(n: int, likeness: float) -> list[np.ndarray]:
        tables = random.normal(likeness, 0.05, size=(n, 2, len(FEATURES))).astype(np.float32)
        return list(tables)

    scores = [np.array([0.7, 0.1], np.float32)] * 600
    right = [np.array([i < 300 or i % 3 == 0, False]) for i in range(600)]  # where names are unlike a third is right
    calibration = Calibration(scores, right, some(300, 0.6) + some(300, 0.5), alike=False)

    assert calibration(scores[:5], some(5, 0.5))[0] == pytest.approx(2 / 3)  # too few to tell what they are like
    assert calibration(scores[:300], some(300, 0.6))[0] > 0.9
    assert calibration(scores[:300], some(300, 0.5))[0] < 0.45


def test_a_poor_candidate_gains_nothing_by_standing_alone():
    ranker = fit(taught(ENOUGH))
    poor = taught(1)[0].features_CF[:1].copy()
    poor[0, FEATURES.index("same_key")] = 0

    assert ranker.score([poor])[0][0] < 0.5


def test_too_few_examples_give_the_plain_sum_without_confidence():
    ranker = fit(taught(ENOUGH - 1))
    table = taught(1)[0].features_CF

    assert ranker == Ranker()
    assert ranker.score([table])[0].argmax() == table[:, FEATURES.index("both")].argmax()
    assert ranker.confidence([np.array([0.5])], [table]) is None


@pytest.mark.parametrize("decimals", [1, 7])  # values that stand on a threshold, and hardly any
def test_trees_asked_by_columns_answer_as_the_model_does(decimals):
    random = np.random.default_rng(decimals)
    table = random.normal(size=(20_000, 12)).round(decimals).astype(np.float32)
    right = table[:, 0] + table[:, 1] * table[:, 2] + random.normal(size=len(table)) > 0.5
    model = HistGradientBoostingClassifier(
        max_iter=30, max_leaf_nodes=LEAVES, max_features=0.5, early_stopping=False, random_state=0
    ).fit(table[:5_000], right[:5_000])

    np.testing.assert_array_equal(Trees(model)(table), model.decision_function(table))
    assert len(Trees(model)(table[:0])) == 0
