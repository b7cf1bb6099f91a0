"""What a training needs to go on where it stopped, bit for bit: kept in one file, written beside and renamed."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Optimizer

from embed.compute import processes
from embed.config import TrainConfig
from embed.pairs.cache import PairCache
from kgbuild.errors import TrainError


@dataclass
class At:
    """How far a training is.

    Args:
        step, total: Steps done, and those that the learning rate was planned for.
        best: The lowest validation loss so far.
        waited: Validations since then.
    """

    step: int
    total: int
    best: float = math.inf
    waited: int = 0

    def judge(self, loss: float) -> None:
        """Take a validation's loss into account."""
        self.waited = 0 if loss < self.best else self.waited + 1
        self.best = min(self.best, loss)


def identity(config: TrainConfig, cache: PairCache, train_mask: NDArray[np.bool_], sampled: str = "") -> dict[str, Any]:
    """What must be equal for a training to be the same one: recipe, graph, queries, pairs left out, what is sampled."""
    held_out = hashlib.sha256(np.packbits(train_mask).tobytes()).hexdigest()
    return {
        "recipe": json.loads(json.dumps(asdict(config))),
        "graph": cache.manifest.get("digest"),
        "pairs": [cache.manifest.get("queries"), len(cache.pairs), held_out, sampled],
    }


def save(path: Path, same: dict[str, Any], at: At, model: nn.Module, optimizers: Sequence[Optimizer]) -> None:
    """Write the state after a step; a kill at any moment leaves this state or the one before.

    Dropout draws from seeds of its own for each step (`embed.training.step`), so there is no random state to keep.
    """
    if processes.rank() > 0:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "identity": same,
        "at": asdict(at),
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
    }
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


def restore(
    path: Path, same: dict[str, Any], model: nn.Module, optimizers: Sequence[Optimizer], device: torch.device
) -> At:
    """Put a saved state back.

    Returns:
        How far it was.

    Raises:
        TrainError: There is none, or it is of another recipe, graph or hold-out.
    """
    if not path.exists():
        raise TrainError(f"{path}: no checkpoint; train without --resume")
    state = torch.load(path, map_location=device, weights_only=True)
    compare(path, state["identity"], same)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return At(**state["at"])


def compare(path: Path, before: dict[str, Any], same: dict[str, Any]) -> None:
    """Make sure that a training is the one whose identity a file keeps.

    Raises:
        TrainError: It is not.
    """
    for what, value in same.items():
        if before[what] != value:
            raise TrainError(
                f"{path}: a checkpoint of {_difference(what, before[what], value)}; "
                "give what it was trained with, or train without --resume"
            )


def read_at(path: Path) -> At:
    """How far a saved state was."""
    return At(**torch.load(path, weights_only=True, mmap=True, map_location="cpu")["at"])


def _difference(what: str, before: Any, now: Any) -> str:
    if what == "recipe":
        changed = next(key for key in now if before.get(key) != now[key])
        return f"another recipe ({changed} was {before.get(changed)}, is {now[changed]})"
    return "another graph" if what == "graph" else "other pairs or another hold-out"
