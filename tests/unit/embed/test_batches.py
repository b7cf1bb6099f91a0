import dataclasses

import numpy as np
import pytest
import torch

from embed.methods.generel import GenerelBatches, told
from embed.model.encoder import load_base
from embed.pairs.cache import TASKS
from embed.pairs.tokens import tokenize
from kgbuild.errors import TrainError


@pytest.fixture
def tokens(tiny_cache, tiny_config):
    return tokenize(tiny_cache.strings.to_pylist(), load_base(tiny_config.base_model)[1], tiny_config.max_length)


def everything(cache):
    return np.ones(len(cache.pairs), bool)


def test_batches_are_a_pure_function_of_seed_epoch_and_step(tiny_cache, tiny_config, tokens):
    one, other = (GenerelBatches(tiny_cache, everything(tiny_cache), tokens, tiny_config) for _ in range(2))
    later = [other.rows(epoch, step) for epoch in (2, 1, 0) for step in reversed(range(other.steps))][::-1]
    reseeded = GenerelBatches(tiny_cache, everything(tiny_cache), tokens, dataclasses.replace(tiny_config, seed=1))

    for at, row in enumerate(later):
        assert (one.rows(*divmod(at, one.steps)) == row).all()
    assert not np.array_equal(reseeded.rows(0, 0), one.rows(0, 0))


def test_a_pass_through_a_task_takes_each_of_its_pairs_once(tiny_cache, tiny_config, tokens):
    batches = GenerelBatches(tiny_cache, everything(tiny_cache), tokens, tiny_config)
    gwas = TASKS.index("gwas")
    steps = len(batches.pools[gwas]) // tiny_config.quota["gwas"]
    rows = np.concatenate([batches.rows(0, step) for step in range(steps)])
    rows = rows[batches.task[rows] == gwas]

    assert len(rows) == steps * tiny_config.quota["gwas"] == len(np.unique(rows))


def test_each_distinct_text_is_encoded_once_and_every_pair_finds_its_own(tiny_cache, tiny_config, tokens):
    batches = GenerelBatches(tiny_cache, everything(tiny_cache), tokens, tiny_config)
    batch, row = batches.batch(0, 0), batches.rows(0, 0)
    texts = [
        tuple(ids[mask.bool()].tolist())
        for ids_NL, mask_NL in batch.chunks
        for ids, mask in zip(ids_NL, mask_NL, strict=True)
    ]
    wanted = [tuple(tokens.ids[tokens.start[i] : tokens.start[i + 1]].tolist()) for i in batches.head_text[row]]
    tails = row[: len(batch.tail_T)]
    wanted_tails = [tuple(tokens.ids[tokens.start[i] : tokens.start[i + 1]].tolist()) for i in batches.tail_text[tails]]

    assert len(texts) == len(set(texts))
    assert [texts[i] for i in batch.head_B] == wanted
    assert [texts[i] for i in batch.tail_T] == wanted_tails
    assert list(map(len, texts)) == sorted(map(len, texts))
    assert batch.variant_S.tolist() == batches.tail[row[len(batch.tail_T) :]].tolist()


def test_known_positives_are_masked_and_held_out_pairs_are_not(tiny_cache, tiny_config, tokens):
    mask = everything(tiny_cache)
    edges = {(h, t) for task, h, t in _pairs(tiny_cache) if task in (2, 4)}
    held_out = sorted(edges)[::3]
    mask[[i for i, (task, h, t) in enumerate(_pairs(tiny_cache)) if task in (2, 4) and (h, t) in held_out]] = False
    batches = GenerelBatches(tiny_cache, mask, tokens, tiny_config)

    for step in range(batches.steps):
        row, batch = batches.rows(0, step), batches.batch(0, step)
        assert mask[row].all()
        first = len(batch.tail_T)
        for i in range(len(row)):
            for j in range(first, len(row)):
                pair = (int(tiny_cache.pairs["head"][row[i]].as_py()), int(batches.tail[row[j]]))
                same = (
                    batches.head_text[row[i]] == batches.head_text[row[j]]
                    or batches.tail[row[i]] == batches.tail[row[j]]
                )
                if i != j and not (same and pair not in edges):
                    assert bool(batch.known_BB[i, j]) == (pair in edges and pair not in held_out) or same


def _pairs(cache):
    return list(zip(*(cache.pairs[name].to_pylist() for name in ("task", "head", "tail")), strict=True))


def test_a_stream_gives_the_same_batches_as_asking_for_each(tiny_cache, tiny_config, tokens):
    batches = GenerelBatches(tiny_cache, everything(tiny_cache), tokens, tiny_config)
    streamed = list(batches.stream(1, 5, torch.device("cpu")))

    assert len(streamed) == 4
    for at, batch in enumerate(streamed, 1):
        asked = batches.batch(*divmod(at, batches.steps))
        assert torch.equal(batch.head_B, asked.head_B)
        assert torch.equal(batch.known_BB, asked.known_BB)


def test_rows_that_name_many_traits_are_known_but_not_sampled(tiny_cache, tiny_config, tokens):
    cache = tiny_cache
    column = cache.pairs.schema.get_field_index("n_traits")
    many = cache.pairs.set_column(column, "n_traits", [[9 if t == 2 else 1 for t in cache.pairs["task"].to_pylist()]])
    batches = GenerelBatches(dataclasses.replace(cache, pairs=many), everything(cache), tokens, tiny_config)

    assert TASKS.index("gwas") not in batches.pools
    assert batches.edges.nnz == GenerelBatches(cache, everything(cache), tokens, tiny_config).edges.nnz


def test_nothing_to_train_on_is_one_line(tiny_cache, tiny_config, tokens):
    with pytest.raises(TrainError, match="none left to train on"):
        GenerelBatches(tiny_cache, ~everything(tiny_cache), tokens, tiny_config)


def test_an_ablation_is_told_of_no_other_task_and_of_no_weights(tiny_cache, tiny_config):
    config = dataclasses.replace(tiny_config, weights="one", quota={"gwas": 4, "synonym": 0})

    cache, mask = told(config, tiny_cache, everything(tiny_cache))

    assert (cache.column("weight") == 1).all()
    assert not (tiny_cache.column("weight") == 1).all()
    assert (mask == (tiny_cache.column("task") == TASKS.index("gwas"))).all()
    assert mask.any()


def test_options_that_the_paper_leaves_open_change_weights_names_and_negatives(tiny_cache, tiny_config, tokens):
    def batches(**options):
        config = dataclasses.replace(tiny_config, **options)
        return GenerelBatches(*told(config, tiny_cache, everything(tiny_cache)), tokens, config)

    plain, alone = batches().batch(0, 0), batches(negatives="task").batch(0, 0)
    other = plain.task_B[:, None] != plain.task_B[None, :]

    assert (batches(weights="one").batch(0, 0).weight_B == 1).all()
    assert not plain.known_BB[other].all()
    assert torch.equal(alone.known_BB, plain.known_BB | other)
    shuffled = [
        {**row, "head_text": row["tail_text"]} if not row["task"] else row for row in tiny_cache.pairs.to_pylist()
    ]
    unlabelled = dataclasses.replace(tiny_cache, pairs=tiny_cache.pairs.from_pylist(shuffled, tiny_cache.pairs.schema))
    config = dataclasses.replace(tiny_config, names="label")
    assert TASKS.index("synonym") not in GenerelBatches(unlabelled, everything(unlabelled), tokens, config).pools
