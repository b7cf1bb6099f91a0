"""Linking mentions to a dictionary: the search against plain arithmetic, and what its figures mean."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embed.evaluate import nearest as search
from embed.evaluate.figure import Figure
from embed.evaluate.linking import BM25, TFIDF, evaluate
from embed.evaluate.nearest import Ints, Score, Vectors, Weights, nearest
from embed.evaluate.sets.dictionaries import Dictionary
from embed.evaluate.sets.linking import Task
from embed.evaluate.sets.mentions import Mention


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("_MENTIONS", 7), ("_NAMES", 13), ("_FIRST", 2), ("_PAIRS", 11)):
        monkeypatch.setattr(search, name, size)


def plain(score_QK: NDArray[np.float64], name_N: Ints, concept_N: Ints) -> list[dict[int, float]]:
    """Each mention's concepts with at least the fifth's score."""
    found = []
    for score_K in score_QK.astype(np.float32):
        best = {int(c): max(float(score_K[name_N[concept_N == c]].max()), -9.0) for c in np.unique(concept_N)}
        fifth = sorted(best.values())[-min(5, len(best))]
        found.append({concept: score for concept, score in best.items() if score >= fifth})
    return found


def drawn(seed: int, kind: str) -> tuple[list[Score], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Scores of random mentions and names, some of which are the same, and the names' concepts."""
    random = np.random.default_rng(seed)
    mentions, names = random.integers(1, 30), random.integers(1, 60)
    parts: list[Score] = []
    score_QK = np.zeros((mentions, names))
    if kind != "weights":
        one, other = (random.standard_normal((n, 8)).astype(np.float32) for n in (mentions, names))
        one, other = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (one, other))
        other[random.integers(names, size=names // 3)] = other[0]  # names with one vector tie
        parts.append(Vectors(one, other))
        score_QK += np.einsum("qd,kd->qk", one, other, dtype=np.float64)
    if kind != "vectors":
        one, other = (random.poisson(0.3, (n, 12)).astype(np.float32) for n in (mentions, names))
        parts.append(Weights(csr_array(one), csr_array(other)))
        score_QK += one.astype(np.float64) @ other.T
    pairs = {(name, int(random.integers(20))) for name in range(names)} | {(int(random.integers(names)), 3)}
    name_N, concept_N = np.array(sorted(pairs), np.int64).T
    return parts, score_QK, name_N, concept_N


@pytest.mark.parametrize("kind", ["vectors", "weights", "both"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_blocks_give_the_concepts_and_scores_of_the_plain_product(kind: str, seed: int) -> None:
    parts, score_QK, name_N, concept_N = drawn(seed, kind)
    found = nearest(parts, len(score_QK), name_N, concept_N)

    for mention, expected in enumerate(plain(score_QK, name_N, concept_N)):
        concepts, scores = found.of(mention)
        if kind == "weights":
            expected = {concept: score for concept, score in expected.items() if score > 0}
        assert dict(zip(concepts.tolist(), scores.tolist(), strict=True)) == pytest.approx(expected, abs=1e-6)
        assert (np.diff(scores) <= 0).all()


def test_names_a_hair_apart_are_told_apart_though_their_bf16_scores_are_equal() -> None:
    random = np.random.default_rng(0)
    mention = random.standard_normal(384)
    names = mention + 1e-2 * random.standard_normal((200, 384))
    one, other = (
        (each / np.linalg.norm(each, axis=-1, keepdims=True)).astype(np.float32) for each in (mention[None], names)
    )
    found = nearest([Vectors(one, other)], 1, np.arange(200), np.arange(200))

    exact = other.astype(np.float64) @ one[0].astype(np.float64)
    assert set(np.argsort(-exact)[:5]) <= set(found.concept_C.tolist())
    assert len(found.concept_C) < 20


def test_no_block_is_farther_off_than_it_says() -> None:
    for seed in range(20):
        parts, score_QK, _, _ = drawn(seed, "both")
        everything = slice(0, len(score_QK)), slice(0, score_QK.shape[1])
        off_QK = sum(part.block(*everything).double().numpy() for part in parts) - score_QK
        assert (np.abs(off_QK).max(axis=1) <= sum(part.error_Q for part in parts) + 1e-6).all()


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Stands for an encoder: how often each letter occurs."""
    counts = np.array([[text.lower().count(chr(97 + i)) + 1e-3 for i in range(26)] for text in texts], np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


NAMES = {
    "mesh:1": ("Diabetes Mellitus", "diabetes"), "mesh:2": ("Diabetes Insipidus", "diabetes"),
    "mesh:3": ("Asthma", "bronchial asthma"), "mesh:4": ("Breast Neoplasms", "breast cancer"),
    "mesh:5": ("Ovarian Neoplasms", "ovarian cancer"), "mesh:6": ("Gout",), "mesh:7": ("Migraine",),
}  # fmt: skip
DICTIONARY = Dictionary.of(((frozenset({curie}), name) for curie, names in NAMES.items() for name in names), "toy")


def task(*mentions: tuple[str, str, bool]) -> Task:
    ones = tuple(Mention(text, frozenset(right.split("|"))) for text, right, _ in mentions)
    return Task("Toy dev", ones, tuple(trained for _, _, trained in mentions), DICTIONARY)


def value(figures: list[Figure], method: str, subset: str = "all", measure: str = "Acc@1") -> float:
    (figure,) = (f for f in figures if (f.method, f.subset, f.measure) == (method, subset, measure))
    return figure.value


def test_a_name_of_two_concepts_counts_a_half() -> None:
    figures = evaluate([task(("diabetes", "mesh:1", False))], {"letters": letters})

    assert [value(figures, method) for method in (TFIDF, BM25, "letters")] == [0.5, 0.5, 0.5]
    assert value(figures, TFIDF, measure="Acc@5") == 1


def test_any_id_of_an_annotation_is_right_and_a_concept_that_is_absent_is_wrong_and_noted() -> None:
    figures = evaluate([task(("asthma", "omim:600807|mesh:3", False), ("asthma", "omim:600807", False))], {})

    assert value(figures, TFIDF) == 0.5
    assert figures[0].note == "1 of them name concepts that toy lacks"


def test_seen_mentions_are_training_mentions_or_names_and_the_rest_is_unseen() -> None:
    figures = evaluate(
        [task(("ASTHMA", "mesh:3", False), ("asthmatic", "mesh:3", True), ("gouty", "mesh:6", False))], {}
    )

    items = {figure.subset: figure.items for figure in figures}
    assert items == {"all": 3, "seen": 2, "unseen": 1, "not in training": 2}


def test_composite_mentions_are_right_as_published_where_each_single_one_is() -> None:
    composite = task(("breast and ovarian cancer", "mesh:4|mesh:5", False), ("breast or gout", "mesh:4|mesh:6", False))
    plain_figures, published = evaluate([composite], {}), evaluate([composite], {}, as_published=True)

    assert value(plain_figures, TFIDF) == 1  # either id of the whole mention is right
    assert value(published, TFIDF) == 1
    assert published[0].set == "Toy dev, as published"
    assert "abbreviations as they are" in published[0].note


def test_the_order_of_mentions_does_not_matter() -> None:
    mentions = [(name.replace("a", "e"), curie, False) for curie, names in NAMES.items() for name in names]
    one, other = (evaluate([task(*each)], {"letters": letters}) for each in (mentions, mentions[::-1]))

    assert [(f.method, f.subset, f.value, f.p) for f in one] == [(f.method, f.subset, f.value, f.p) for f in other]


def test_each_method_is_tested_against_character_tfidf_on_the_same_mentions() -> None:
    mentions = [("bronchial asthma", "mesh:3", False), ("gout attack", "mesh:6", False), ("xyz", "mesh:7", False)]
    figures = evaluate([task(*mentions)], {"minilm": letters})

    assert {figure.method: figure.against for figure in figures} == {
        TFIDF: "", BM25: TFIDF, "minilm": TFIDF, "TF-IDF + minilm": TFIDF
    }  # fmt: skip
    assert value(figures, TFIDF) == pytest.approx(2 / 3)  # nothing shared with xyz: no candidate
    assert all(f.low <= f.value <= f.high for f in figures if f.low is not None and f.high is not None)
    assert all((f.p is None) == (f.method == TFIDF) for f in figures)


def test_corpora_with_one_dictionary_have_its_names_encoded_once() -> None:
    encoded: list[int] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        encoded.append(len(texts))
        return letters(texts)

    evaluate([task(("gout", "mesh:6", False)), task(("migraine", "mesh:7", False))], {"counted": encode})

    assert sorted(encoded) == [1, 1, len(DICTIONARY.names)]


def test_names_that_share_nothing_with_a_mention_are_never_looked_at_again() -> None:
    asked: list[int] = []

    class Counted(Weights):
        def exact(self, mention_C: Ints, name_C: Ints) -> NDArray[np.float64]:
            asked.append(len(mention_C))
            return super().exact(mention_C, name_C)

    weights = Counted(csr_array(np.eye(2, 40, dtype=np.float32)), csr_array(np.eye(40, 40, 1, dtype=np.float32)))
    found = nearest([weights], 2, np.arange(40), np.arange(40))

    assert (found.mention_C.tolist(), found.concept_C.tolist(), sum(asked)) == ([1], [0], 1)
