"""The gradients of a batch, whoever computes them."""

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from embed.methods import prepare
from embed.model.encoder import load_base
from embed.pairs.tokens import tokenize
from embed.training.step import gradients
from embed.training.train import train
from kgbuild.errors import TrainError
from tests.unit.embed.torchrun import train_together

CPU = torch.device("cpu")


def prepared(cache, config, **options):
    config = dataclasses.replace(config, **options)
    transformer, tokenizer = load_base(config.base_model)
    torch.manual_seed(0)
    tokens = partial(tokenize, tokenizer=tokenizer, max_length=config.max_length)
    return prepare(config, cache, np.ones(len(cache.pairs), bool), transformer, tokens, Path())


def found(given, train=True):
    """Losses, and gradients by name, of the first batch."""
    loss_B = gradients(given.model.train(train), given.batches.batch(0, 0), 1, CPU)
    return loss_B, {name: w.grad.to_dense() for name, w in given.model.named_parameters() if w.grad is not None}


def test_gradients_by_way_of_the_vectors_are_those_of_the_whole_graph(tiny_cache, tiny_config):
    loss_B, split = found(prepared(tiny_cache, tiny_config), train=False)
    given = prepared(tiny_cache, tiny_config)
    model, batch = given.model.eval(), given.batches.batch(0, 0)
    whole_B = model.loss(torch.cat([model.encode(*chunk) for chunk in batch.chunks]), batch)
    whole_B.mean().backward()

    assert len(batch.chunks) > 1
    assert torch.allclose(loss_B, whole_B)
    for name, weight in model.named_parameters():
        if weight.grad is not None:
            assert torch.allclose(split[name], weight.grad.to_dense(), atol=1e-6), name


def test_gradient_caching_gives_the_same_gradients_with_the_same_dropout(tiny_cache, tiny_config):
    loss_B, kept = found(prepared(tiny_cache, tiny_config))
    cached_B, cached = found(prepared(tiny_cache, tiny_config, gradient_caching=True))
    plain_B, _ = found(prepared(tiny_cache, tiny_config), train=False)

    assert torch.equal(loss_B, cached_B)
    assert not torch.allclose(loss_B, plain_B)
    for name, gradient in kept.items():
        assert torch.allclose(gradient, cached[name], atol=1e-6), name


@pytest.mark.parametrize("caching", [False, True])
def test_several_threads_give_the_gradients_of_one_with_the_same_dropout(tiny_cache, tiny_config, caching):
    options = {"chunk": 2, "gradient_caching": caching}
    loss_B, alone = found(prepared(tiny_cache, tiny_config, **options))
    torch.set_num_threads(3)
    try:
        runs = [found(prepared(tiny_cache, tiny_config, **options)) for _ in range(2)]
        left = torch.get_num_threads()
    finally:
        torch.set_num_threads(1)

    assert left == 3
    assert torch.allclose(loss_B, runs[0][0], atol=1e-6)
    for name, gradient in alone.items():
        assert torch.allclose(gradient, runs[0][1][name], atol=1e-6), name
        assert torch.equal(runs[0][1][name], runs[1][1][name]), name


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_train_what_one_does(tiny_cache, tiny_config, tmp_path, processes):
    config = dataclasses.replace(tiny_config, chunk=4, epochs=1, patience=3, validation=0.1, variant_encoder="locus")
    train(config, tiny_cache, tmp_path / "alone")

    printed = train_together(config, tiny_cache, tmp_path, processes)

    assert f"by {processes} processes" in printed
    assert ("processes share" in printed) == (processes == 4)  # batches of three chunks
    one, several = (
        torch.load(tmp_path / name / "training/checkpoint.pt", weights_only=True) for name in ("alone", "together")
    )
    assert several["at"]["step"] == one["at"]["step"]
    for name, weight in one["model"].items():
        assert torch.allclose(weight, several["model"][name], atol=1e-4), name


def test_a_batch_that_memory_does_not_hold_is_one_line(tiny_cache, tiny_config, out, monkeypatch):
    import embed.training.train

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(embed.training.train, "gradients", full)

    with pytest.raises(TrainError, match="does not hold a batch; train with --gradient-caching or a smaller"):
        train(tiny_config, tiny_cache, out)


def test_patience_stops_a_training_that_gets_no_better_and_says_so(tiny_cache, tiny_config, out, capsys):
    config = dataclasses.replace(
        tiny_config, epochs=500, patience=3, validation=0.2, checkpoint_every=2, learning_rate=0.0,
        variant_learning_rate=1e-12,
    )  # fmt: skip
    train(config, tiny_cache, out)

    at = torch.load(out / "training/checkpoint.pt", weights_only=True)["at"]
    assert at["step"] == 8
    assert at["waited"] == 3
    assert "no lower validation loss in 3 checkpoints; it ends" in capsys.readouterr().err
