"""Baselines of the graph alone: what they may see, that they can be kept, and that PyKEEN is used as it is meant."""

import dataclasses
import json
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from embed.baselines import commands, kge
from embed.baselines.graph import ASSOCIATED, Triples, triples
from embed.baselines.node2vec import Adjacency, node2vec
from embed.baselines.svd import factors
from embed.baselines.vectors import Learned
from embed.pairs.cache import PairCache
from embed.pairs.split import Split, hold_out
from kgbuild.errors import InputError


@pytest.fixture(scope="module")
def split(worded_cache: PairCache) -> Split:
    return hold_out(worded_cache, "grouped", share=0.3)


@pytest.fixture(scope="module")
def graph(worded_cache: PairCache, split: Split) -> Triples:
    return triples(worded_cache, split.train_mask)


def every_pair(cache: PairCache) -> tuple[np.ndarray, np.ndarray]:
    return np.divmod(np.arange(len(cache.concepts) * len(cache.variants)), len(cache.variants))


def test_no_held_out_pair_is_among_the_triples(worded_cache: PairCache, split: Split, graph: Triples):
    for given in (graph, graph.near()):
        node = given.node[given.hrt_T3[:, [0, 2]]]
        associated = given.hrt_T3[:, 1] == given.relations.index(ASSOCIATED)
        pairs = {(t, v - given.concepts) for v, t in node[associated].tolist()}
        held = set(zip(split.held["head"].to_pylist(), split.held["tail"].to_pylist(), strict=True))

        assert held
        assert not pairs & held
        assert pairs | held == {tuple(pair) for pair in split.known.tolist()}  # a trait's group is its own number here


def test_triples_are_distinct_and_keep_each_predicate_and_gene(worded_cache: PairCache, graph: Triples):
    associated = {variant for _, variant in hold_out(worded_cache, "grouped").known.tolist()}
    genes = sum(len(of) for v, of in enumerate(worded_cache.variants["genes"].to_pylist()) if v in associated)
    of = {name: (graph.hrt_T3[:, 1] == number).sum() for number, name in enumerate(graph.relations)}

    assert len(np.unique(graph.hrt_T3, axis=0)) == len(graph.hrt_T3)
    assert {name: of[name] for name in of if name != ASSOCIATED} == {
        "HAS_PHENOTYPE": 4,
        "MAPPED_TO": genes,
        "SUBCLASS_OF": 4,
    }


def test_near_leaves_out_what_touches_no_trait_or_gene_of_a_variant():
    # variant 5 – trait 0 – 1 – 2 – 3 and 0 – 4: of 1 nothing else is near, 4 has no other edge
    hrt = np.array([[5, 0, 0], [0, 1, 1], [1, 2, 2], [2, 2, 3], [0, 1, 4]])
    two = np.array([[5, 0, 0], [0, 1, 1], [1, 2, 0], [2, 2, 3]])

    near = Triples(hrt, (ASSOCIATED, "A", "B"), np.arange(6), 5).near()
    linked = Triples(two, (ASSOCIATED, "A", "B"), np.arange(6), 5).near()

    assert near.relations == (ASSOCIATED,)
    assert near.node.tolist() == [0, 5]
    assert linked.node[linked.hrt_T3[:, [0, 2]]].tolist() == [[5, 0], [0, 1], [1, 0]]


@pytest.mark.parametrize("name", list(kge.MODELS))
def test_the_vectors_that_are_kept_score_as_pykeens_model_does(worded_cache: PairCache, graph: Triples, name: str):
    learned, trained = kge.kge(worded_cache, graph, name, epochs=1)
    head, tail = every_pair(worded_cache)
    place = {node: i for i, node in enumerate(graph.node.tolist())}
    known = np.array([v + graph.concepts in place for v in tail.tolist()])
    hrt = [
        (place[v + graph.concepts], graph.relations.index(ASSOCIATED), place[t])
        for t, v in zip(head[known].tolist(), tail[known].tolist(), strict=True)
    ]
    with torch.inference_mode():
        expected = trained.model.score_hrt(torch.tensor(hrt)).numpy().ravel()

    assert learned.score(worded_cache)(head[known], tail[known]) == pytest.approx(expected, abs=1e-4)


def test_the_same_seed_gives_the_same_score_and_another_does_not(worded_cache: PairCache, split: Split, graph: Triples):
    pairs = every_pair(worded_cache)

    def scores(seed: int) -> list[np.ndarray]:
        learned = [
            kge.kge(worded_cache, graph, "distmult", epochs=1, seed=seed)[0],
            node2vec(worded_cache, graph, epochs=2, seed=seed, p=0.5, q=2.0, dimensions=8),
        ]
        return [each.score(worded_cache)(*pairs) for each in learned]

    for one, same, other in zip(scores(1), scores(1), scores(2), strict=True):
        assert (one == same).all()
        assert (one != other).any()


def test_a_training_ends_with_the_epoch_in_which_its_time_is_over(worded_cache: PairCache, graph: Triples):
    learned, trained = kge.kge(worded_cache, graph, "transe", minutes=0)

    assert len(trained.losses) == 1
    assert learned.parameters["epochs"] == 1


def test_a_kept_baseline_scores_as_before_and_one_of_another_split_is_left_out(
    worded_cache: PairCache, split: Split, tmp_path: Path
):
    pairs = every_pair(worded_cache)
    commands.train("svd", worded_cache, split, tmp_path, 1, 0)
    said: list[str] = []

    scores = commands.saved(worded_cache, split, tmp_path, said.append)
    elsewhere = commands.saved(
        worded_cache, dataclasses.replace(split, train_mask=~split.train_mask), tmp_path, said.append
    )

    assert (scores["svd"](*pairs) == factors(split, worded_cache).score(worded_cache)(*pairs)).all()
    assert not elsewhere
    assert said == ["svd is left out: of another graph or split; train it with `kg baseline --like MODEL`"]
    about = json.loads((tmp_path / "svd" / "manifest.json").read_text())
    assert about["split"] == split.digest
    assert about["parameters"]["library"].startswith("scikit-learn ")
    assert sorted(path.name for path in (tmp_path / "svd").iterdir()) == ["manifest.json", "vectors.npz"]


def test_a_folder_without_a_baseline_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no baseline here; train one with `kg baseline NAME`"):
        Learned.load(tmp_path)


def test_a_name_that_is_no_baseline_is_refused_before_anything_is_read():
    with pytest.raises(InputError, match="rescal: no such baseline; one of svd, node2vec, transe"):
        commands.baseline(["rescal"])


def test_baselines_that_are_named_are_trained_on_the_graphs_pairs_and_shown_with_their_ranks(
    worded_cache: PairCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(commands, "connect", nullcontext)
    monkeypatch.setattr(commands, "read_pairs", lambda store: worded_cache)

    frame = commands.baseline(["DistMult", "svd", "distmult"], minutes=0, out=tmp_path).set_index("baseline")

    assert frame["passes"].to_dict() == {"distmult": 1, "svd": pytest.approx(np.nan, nan_ok=True)}
    assert 0 < frame.loc["distmult", "trait mrr"] <= 1
    assert set(commands.saved(worded_cache, hold_out(worded_cache, "grouped"), tmp_path)) == {"distmult", "svd"}


def test_an_end_that_training_never_saw_is_neither_near_nor_far(worded_cache: PairCache):
    rng = np.random.default_rng(0)
    seen = np.array(worded_cache.variants["id"].to_pylist()[:10])
    ids = np.array(worded_cache.concepts["id"].to_pylist())
    learned = Learned(ids, seen, rng.normal(size=(8, 4)), rng.normal(size=(10, 4)), "l2", {})
    known = learned.score(worded_cache)(*every_pair(worded_cache)).reshape(8, 20)

    assert {*known[0, 10:].tolist()} <= {*known[0, :10].tolist()}


def test_walks_follow_edges_and_p_and_q_decide_where_they_go_on():
    # a triangle 0, 1, 2 with a tail 2 – 3
    hrt = np.array([[0, 0, 1], [1, 0, 2], [2, 0, 0], [2, 0, 3]])
    adjacency = Adjacency.read(Triples(hrt, ("A",), np.arange(4), 4))
    edges = {(a, b) for a, _, b in hrt.tolist()} | {(b, a) for a, _, b in hrt.tolist()}
    starts = np.full(4000, 0)

    def onward(p: float, q: float) -> np.ndarray:
        """From 0 to 2: the shares that go back to 0, on to its neighbour 1, and away to 3."""
        walks = adjacency.walks(starts, 3, p, q, np.random.default_rng(0))
        assert {(a, b) for walk in walks.tolist() for a, b in pairwise(walk)} <= edges
        return np.bincount(walks[walks[:, 1] == 2, 2], minlength=4)[[0, 1, 3]] / (walks[:, 1] == 2).sum()

    assert onward(1, 1) == pytest.approx([1 / 3, 1 / 3, 1 / 3], abs=0.05)
    assert onward(0.25, 4) == pytest.approx(np.array([4, 1, 0.25]) / 5.25, abs=0.05)


def test_two_ends_that_meet_on_walks_are_near(worded_cache: PairCache):
    # two stars: the variants of trait 0 and those of trait 1
    n = len(worded_cache.concepts)
    hrt = np.array([[n + v, 0, v % 2] for v in range(20)])
    node, ends = np.unique(hrt[:, [0, 2]], return_inverse=True)
    hrt[:, [0, 2]] = ends.reshape(-1, 2)

    score = node2vec(worded_cache, Triples(hrt, (ASSOCIATED,), node, n), epochs=20, dimensions=8).score(worded_cache)

    variants = np.arange(20)
    assert (score(variants % 2, variants) > score(1 - variants % 2, variants)).all()


def test_pykeens_filtered_ranks_are_those_of_the_scores(worded_cache: PairCache, split: Split, graph: Triples):
    learned, trained = kge.kge(worded_cache, graph, "distmult", epochs=1)
    figures = kge.held_ranks(trained, graph, worded_cache, split)

    score = learned.score(worded_cache)
    known = {tuple(pair) for pair in split.known.tolist()}
    associated = graph.hrt_T3[graph.hrt_T3[:, 1] == graph.relations.index(ASSOCIATED)]
    variants = np.unique(graph.node[associated[:, 0]] - graph.concepts)
    ranks = []
    for trait, variant in zip(split.held["head"].to_pylist(), split.held["tail"].to_pylist(), strict=True):
        if variant in variants:
            others = np.array([v for v in variants.tolist() if (trait, v) not in known or v == variant])
            scores = score(np.full(len(others), trait), others)
            ranks.append(1 + (scores > scores[others == variant]).sum())

    assert figures["pairs"] == len(ranks)
    assert figures["variant mrr"] == pytest.approx(np.mean(1 / np.array(ranks)), abs=1e-4)


def test_a_model_learns_who_belongs_together():
    """Two circles of friends, all but a few friendships given: those are first among the others of a circle."""
    rng = np.random.default_rng(0)
    pairs = np.array([(a, 0, b) for a in range(20) for b in range(20) if a != b and a % 2 == b % 2])
    held = rng.choice(len(pairs), 20, replace=False)
    how = dataclasses.replace(kge.MODELS["distmult"], batch=16)
    trained = kge.train(how, np.delete(pairs, held, 0), 20, 1, epochs=6)

    found = kge.ranks(trained, pairs[held], np.delete(pairs, held, 0), ["head", "tail"])

    assert found["mrr"] > 0.5
