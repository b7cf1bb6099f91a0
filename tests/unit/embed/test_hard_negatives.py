import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from embed.methods.generel import GenerelBatches
from embed.model.encoder import load_base
from embed.pairs.cache import DENIED, PAIRS
from embed.pairs.hard_negatives import HardNegatives
from embed.pairs.tokens import tokenize
from embed.training.train import train


@pytest.fixture
def hierarchy(tiny_cache):
    """Concepts 1 and 2 below 0, 4 and 5 below 3; 6 is denied to be 7."""
    rows = [
        {"task": 1, "head": a, "head_text": a, "tail": b, "tail_text": b, "weight": 1.0, "predicate": "SUBCLASS_OF"}
        for a, b in ((1, 0), (2, 0), (4, 3), (5, 3))
    ]
    pairs = pa.Table.from_pylist([*tiny_cache.pairs.to_pylist()[:8], *rows], PAIRS)
    denied = pa.Table.from_pylist([{"head": 6, "tail": 7}], DENIED)
    return dataclasses.replace(tiny_cache, pairs=pairs, denied=denied)


def everything(cache):
    return np.ones(len(cache.pairs), bool)


def test_a_hard_negative_is_a_sibling_or_what_a_curator_denied(hierarchy):
    hard, random = HardNegatives(hierarchy, everything(hierarchy)), np.random.default_rng(0)

    drawn = np.array([hard.draw(np.arange(8), random) for _ in range(30)])

    assert [set(column.tolist()) for column in drawn.T] == [{-1}, {2, -1}, {1, -1}, {-1}, {5, -1}, {4, -1}, {7}, {6}]


def test_a_hierarchy_that_is_held_out_gives_no_hard_negatives(hierarchy):
    held = everything(hierarchy)
    held[8:] = False

    assert (HardNegatives(hierarchy, held).draw(np.arange(6), np.random.default_rng(0)) == -1).all()


def test_hard_negatives_of_a_batch_are_the_same_each_time_and_never_known_positives(hierarchy, tiny_config):
    config = dataclasses.replace(tiny_config, hard_negatives=1.0)
    tokens = tokenize(hierarchy.strings.to_pylist(), load_base(config.base_model)[1], config.max_length)
    batches = GenerelBatches(hierarchy, everything(hierarchy), tokens, config)

    for step in range(batches.steps):
        batch, again = batches.batch(0, step), batches.batch(0, step)
        row = batches.rows(0, step)
        row = row[np.argsort(batches.task[row], kind="stable")]
        extra = batches._hard_negatives(row, np.random.default_rng((config.seed, 2, 0, step)))
        assert batch.extra_E.tolist() == again.extra_E.tolist()
        for i, pair in enumerate(row):
            for e, concept in enumerate(extra):
                ends = {int(batches.head[pair]), int(batches.tail[pair])}
                linked = any(bool(batches.edges[end, concept]) for end in ends)
                assert bool(batch.known_BE[i, e]) == (int(concept) in ends or linked)


def test_a_training_with_hard_negatives_lowers_its_loss(hierarchy, tiny_config, out):
    train(dataclasses.replace(tiny_config, hard_negatives=0.5, epochs=2), hierarchy, out)

    assert (out / "model.safetensors").exists()
