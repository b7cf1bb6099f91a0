import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from embed.baselines.degree import degree
from embed.baselines.locus_neighbour import locus_neighbour
from embed.baselines.svd import svd
from embed.evaluate.association import Negatives, auc, evaluate, rank_by_odds, training_units
from embed.pairs.split import hold_out


def test_auc_is_the_one_of_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    positive, negative = rng.integers(2, 9, 50), rng.integers(0, 7, 80)

    expected = roc_auc_score(np.r_[np.ones(50), np.zeros(80)], np.r_[positive, negative])
    assert auc(positive, negative) == pytest.approx(expected)


@pytest.mark.parametrize("anchor", ["trait", "variant"])
@pytest.mark.parametrize("kind", ["uniform", "degree"])
def test_negatives_keep_the_anchor_and_are_known_to_no_source(tiny_cache, anchor: str, kind: str):
    split = hold_out(tiny_cache, "grouped", share=0.4)
    head, tail = (split.held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))

    heads, tails = Negatives(split, tiny_cache, anchor, kind)(head, tail, seed=3)

    kept, moved = (heads == head, tails) if anchor == "trait" else (tails == tail, heads)
    trained = set(training_units(split, tiny_cache)[1 if anchor == "trait" else 0].tolist())
    known = {tuple(pair) for pair in split.known.tolist()}
    assert kept.all()
    assert set(moved.tolist()) <= trained
    assert not {(h, t) for h, t in zip(heads.tolist(), tails.tolist(), strict=True)} & known


def test_a_score_that_knows_the_answer_gets_1_and_a_constant_one_half(tiny_cache):
    split = hold_out(tiny_cache, "random", share=0.4)
    known = {tuple(pair) for pair in split.known.tolist()}

    oracle = evaluate(
        split,
        tiny_cache,
        lambda h, t: np.array([pair in known for pair in zip(h, t, strict=True)], float),
        seeds=[0, 1],
    )
    constant = evaluate(split, tiny_cache, lambda h, t: np.zeros(len(h)), seeds=[0, 1])

    assert {row.mean for row in oracle} == {1.0}
    assert {row.mean for row in constant} == {0.5}
    assert {(row.anchor, row.negatives) for row in oracle} == {
        (anchor, kind) for anchor in ("trait", "variant") for kind in ("uniform", "degree")
    }


def test_pairs_are_ranked_by_their_odds_ratios(tiny_cache):
    split = hold_out(tiny_cache, "random", share=1.0)
    odds = np.linspace(1, 30, len(split.held))
    split = dataclasses.replace(split, held=split.held.set_column(3, "odds_ratio", pa.array(odds, pa.float32())))
    place = {(r["head"], r["tail"]): r["odds_ratio"] for r in split.held.to_pylist()}

    right = rank_by_odds(split, lambda h, t: np.array([place[pair] for pair in zip(h, t, strict=True)]))
    wrong = rank_by_odds(split, lambda h, t: np.array([-place[pair] for pair in zip(h, t, strict=True)]))

    assert {row.share for row in right} == {1.0}
    assert {row.share for row in wrong} == {0.0}
    assert right[-1].gap == "> 2"


def test_baselines_score_every_pair(tiny_cache):
    split = hold_out(tiny_cache, "grouped", share=0.3)
    rng = np.random.default_rng(0)
    text = rng.normal(size=(len(tiny_cache.concepts), 8))
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    head, tail = np.divmod(np.arange(8 * 20), 20)

    for score in (degree(split, tiny_cache), svd(split, tiny_cache, rank=4), locus_neighbour(split, tiny_cache, text)):
        assert np.isfinite(score(head, tail)).all()


def test_the_locus_neighbour_sees_traits_within_reach_alone(tiny_cache):
    split = hold_out(tiny_cache, "grouped", share=0.3)
    trait, variant = training_units(split, tiny_cache)
    text = np.eye(len(tiny_cache.concepts))
    near = {int(t) for t, v in zip(trait, variant, strict=True) if abs(v - 5) <= 2}  # 1 kb apart each

    score = locus_neighbour(split, tiny_cache, text, within=2_000)(np.arange(8), np.full(8, 5))

    assert {i for i in range(8) if score[i] == 1} == near
