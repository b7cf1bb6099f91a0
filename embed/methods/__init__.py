"""The methods of training, one a module: what is in a batch, and its loss.

    prepare()   recipe, pairs ──> model, batches to train on, batches to validate on

The loop that trains them is `embed.train`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from embed.batches import Batches
from embed.config import GenerelConfig, TrainConfig
from embed.methods.generel import Generel, GenerelBatches
from embed.methods.method import Method
from embed.pairs import PairCache
from embed.tokens import Tokens


@dataclass(frozen=True)
class Prepared:
    """A model with its batches; `validation` is None unless the recipe stops early."""

    model: Method
    batches: Batches
    validation: Batches | None


def prepare(
    config: TrainConfig, cache: PairCache, train_mask: NDArray[np.bool_], transformer: nn.Module, tokens: Tokens
) -> Prepared:
    """What the loop needs of a recipe's method.

    Args:
        config: The recipe.
        cache: The pairs.
        train_mask: bool, one a pair: False is held out.
        transformer: The base model.
        tokens: Of `cache.strings`.

    Raises:
        TrainError: There is nothing to train on.
    """
    validated = _validated(len(cache.pairs), config) & train_mask
    if isinstance(config, GenerelConfig):
        batches: Batches = GenerelBatches(cache, train_mask & ~validated, tokens, config)
        model: Method = Generel(config, transformer, cache, train_mask & ~validated, tokens)
        validation = GenerelBatches(cache, validated, tokens, config) if config.patience else None
    else:
        raise NotImplementedError(type(config))
    return Prepared(model, batches, validation)


def _validated(rows: int, config: TrainConfig) -> NDArray[np.bool_]:
    """The rows that early stopping looks at: none are trained on, and none are taken where it is off."""
    random: NDArray[Any] = np.random.default_rng((config.seed, 1)).random(rows)
    return random < (config.validation if config.patience else 0)
