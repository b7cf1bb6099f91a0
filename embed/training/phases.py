"""A recipe of several phases: one training after another, each in a folder of its own, each resumed by itself.

    training/contrast   training/distil-0 … distil-2   ──mean of the weights──>   the model

Source: BioLORD-2023, Figure 1.
"""

import json
import math
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.compute import processes
from embed.config import BioLordConfig, TrainConfig
from embed.methods.biolord import Contrast
from embed.model.checkpoint import save_model
from embed.model.encoder import load_base
from embed.pairs.cache import PairCache
from embed.training import state
from embed.training.average import average
from embed.training.train import train as train_one


def train(
    config: TrainConfig,
    cache: PairCache,
    out: Path,
    train_mask: NDArray[np.bool_] | None = None,
    max_minutes: float = math.inf,
    resume: bool = False,
) -> Path:
    """As `embed.training.train.train`, for a recipe of any number of phases; they share `max_minutes` evenly.

    A resumed training leaves out the phases that are done and goes on in the one that was stopped.
    """
    if not isinstance(config, BioLordConfig) or config.phase != "whole":
        return train_one(config, cache, out, train_mask, max_minutes, resume)
    deadline = time.monotonic() + 60 * max_minutes
    train_mask = np.ones(len(cache.pairs), bool) if train_mask is None else train_mask
    training = out.resolve() / "training"
    todo = phases(config, training)
    with processes.together():
        if not resume and processes.rank() == 0:
            for folder in todo:
                shutil.rmtree(folder, ignore_errors=True)
        processes.wait()
        for left, (folder, phase) in zip(range(len(todo), 0, -1), todo.items(), strict=True):
            done, same = folder / "training" / "done.json", state.identity(phase, cache, train_mask)
            if done.exists():
                state.compare(done, json.loads(done.read_text()), same)
                continue
            goes_on = resume and ((folder / "training" / "checkpoint.pt").exists() or left == len(todo))
            minutes = max(0.0, deadline - time.monotonic()) / 60 / left
            train_one(phase, cache, folder, train_mask, minutes, goes_on, training)
            if processes.rank() == 0:
                beside = done.with_suffix(".part")
                beside.write_text(json.dumps(same))
                beside.replace(done)
            processes.wait()
        if processes.rank() == 0:
            _save(config, cache, out, train_mask, list(todo))
        processes.wait()
    return out


def phases(config: BioLordConfig, training: Path) -> dict[Path, BioLordConfig]:
    """The phases of a recipe with their folders, in order: contrast, then the runs of self-distillation."""
    teacher = training / "contrast"
    runs = {
        training / f"distil-{run}": replace(
            config, phase="distil", teacher=str(teacher), epochs=config.distil_epochs, seed=config.seed + run
        )
        for run in range(config.runs)
    }
    return {teacher: replace(config, phase="contrast")} | runs


def _save(
    config: BioLordConfig, cache: PairCache, out: Path, train_mask: NDArray[np.bool_], folders: list[Path]
) -> None:
    """The mean of the last phase's runs as the model; its steps are those of all phases."""
    at = [state.read_at(folder / "training" / "checkpoint.pt") for folder in folders]
    runs = folders[1:]
    model, tokenizer = Contrast(config, average(runs)), load_base(str(runs[0]))[1]
    steps = {"steps": sum(one.step for one in at), "planned": sum(one.total for one in at)}
    save_model(out, model.eval(), tokenizer, cache, train_mask, steps)
