import dataclasses
import json

import numpy as np
import pytest
import torch

from embed.model.checkpoint import load_encoder
from embed.training.train import rate, train
from kgbuild.errors import TrainError


class Killed(BaseException):
    pass


def _state(out):
    return torch.load(out / "training" / "checkpoint.pt", weights_only=True)


def test_a_killed_training_goes_on_bit_for_bit(tiny_cache, tiny_config, tmp_path, monkeypatch):
    train(tiny_config, tiny_cache, tmp_path / "whole")
    from embed.training import state

    def kill_at_8(path, same, at, *rest):
        saved(path, same, at, *rest)
        if at.step == 8:
            raise Killed

    saved = state.save
    monkeypatch.setattr(state, "save", kill_at_8)
    with pytest.raises(Killed):
        train(tiny_config, tiny_cache, tmp_path / "killed")
    monkeypatch.setattr(state, "save", saved)
    train(tiny_config, tiny_cache, tmp_path / "killed", resume=True)
    whole, killed = _state(tmp_path / "whole"), _state(tmp_path / "killed")

    assert whole["at"] == killed["at"]
    assert whole["at"]["step"] > 8
    for name, weight in whole["model"].items():
        assert torch.equal(weight, killed["model"][name]), name
    curves = [
        [json.loads(line)["loss"] for line in (tmp_path / name / "training/metrics.jsonl").read_text().splitlines()]
        for name in ("whole", "killed")
    ]
    assert curves[0] == curves[1]


def test_training_lowers_the_loss_of_every_task(tiny_cache, tiny_config, out):
    train(dataclasses.replace(tiny_config, epochs=30), tiny_cache, out)
    rows = [json.loads(line) for line in (out / "training/metrics.jsonl").read_text().splitlines()]

    for task in ("synonym", "relation", "gwas", "biobank"):
        losses = [row[f"loss_{task}"] for row in rows]
        assert np.mean(losses[-5:]) < np.mean(losses[:5]), task
    assert (out / "training/curves.png").stat().st_size > 10_000
    assert list((out / "training/tensorboard").iterdir())


def test_another_recipe_graph_or_hold_out_is_refused_in_one_line(tiny_cache, tiny_config, out):
    train(dataclasses.replace(tiny_config, epochs=1), tiny_cache, out)
    other_graph = dataclasses.replace(tiny_cache, manifest={"digest": "1", "queries": {}})
    mask = np.ones(len(tiny_cache.pairs), bool)
    mask[-1] = False
    config = dataclasses.replace(tiny_config, epochs=1)

    with pytest.raises(TrainError, match=r"another recipe \(epochs was 1, is 2\)"):
        train(dataclasses.replace(tiny_config, epochs=2), tiny_cache, out, resume=True)
    with pytest.raises(TrainError, match="another graph"):
        train(config, other_graph, out, resume=True)
    with pytest.raises(TrainError, match="another hold-out"):
        train(config, tiny_cache, out, mask, resume=True)
    with pytest.raises(TrainError, match="no checkpoint"):
        train(config, tiny_cache, out / "elsewhere", resume=True)


def test_a_loss_that_is_not_finite_stops_with_step_and_last_good_state(tiny_cache, tiny_config, out):
    # a weight so large that the loss overflows stands for a training that diverges
    pairs = tiny_cache.pairs.set_column(
        tiny_cache.pairs.schema.get_field_index("weight"),
        "weight",
        [np.full(len(tiny_cache.pairs), np.inf, np.float32)],
    )
    with pytest.raises(
        TrainError,
        match=r"step 1: the loss is not finite, first for row 0 of batch 0 .*synonym .*last good state is step 0",
    ):
        train(tiny_config, dataclasses.replace(tiny_cache, pairs=pairs), out)


def test_max_minutes_plans_fewer_steps_and_still_saves_a_model(tiny_cache, tiny_config, out):
    train(dataclasses.replace(tiny_config, epochs=10_000), tiny_cache, out, max_minutes=0.05)

    at = _state(out)["at"]
    assert 0 < at["step"] <= at["total"] < 10_000
    assert load_encoder(out).dimensions == tiny_config.dimensions


@pytest.mark.parametrize(
    "recipe", [{"variant_encoder": "locus", "text_head": True}, {"symmetric": False}, {"pooling": "cls"}]
)
def test_every_option_of_a_recipe_trains(tiny_cache, tiny_config, out, recipe):
    train(dataclasses.replace(tiny_config, epochs=1, **recipe), tiny_cache, out)

    assert load_encoder(out).variants[1].shape == (20, tiny_config.dimensions)


def test_the_learning_rate_rises_then_falls_to_nothing_after_the_last_step():
    shares = [rate(step, 100, 0.1) for step in range(1, 101)]

    assert max(shares) == shares[9] == 1
    assert shares[0] == pytest.approx(0.1)
    assert shares[-1] == pytest.approx(1 / 91)
