"""The methods of training, one a module: what is in a batch, and its loss.

    prepare()   recipe, pairs ──> model, batches to train on, batches to validate on

The loop that trains them is `embed.train`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from embed.batches import Batches
from embed.config import GenerelConfig, SapBertConfig, TrainConfig
from embed.mentions import read_mentions
from embed.methods.generel import Generel, GenerelBatches
from embed.methods.method import Method
from embed.methods.sapbert import SapBert, SapBertBatches
from embed.names import NamePairs, Names
from embed.pairs import PairCache
from embed.tokens import Tokens


@dataclass(frozen=True)
class Prepared:
    """A model with its batches; `validation` is None unless the recipe stops early."""

    model: Method
    batches: Batches
    validation: Batches | None


def prepare(
    config: TrainConfig,
    cache: PairCache,
    train_mask: NDArray[np.bool_],
    transformer: nn.Module,
    tokenize: Callable[[Sequence[str]], Tokens],
) -> Prepared:
    """What the loop needs of a recipe's method.

    Args:
        config: The recipe.
        cache: The pairs.
        train_mask: bool, one a pair: False is held out.
        transformer: The base model.
        tokenize: Gives the tokens of texts.

    Raises:
        TrainError: There is nothing to train on.
        InputError: A file of the recipe that cannot be used.
    """
    if isinstance(config, GenerelConfig):
        validated = _validated(len(cache.pairs), config) & train_mask
        tokens = tokenize(cache.strings.to_pylist())
        batches: Batches = GenerelBatches(cache, train_mask & ~validated, tokens, config)
        model: Method = Generel(config, transformer, cache, train_mask & ~validated, tokens)
        validation: Batches | None = GenerelBatches(cache, validated, tokens, config) if config.patience else None
    elif isinstance(config, SapBertConfig):
        pairs = _name_pairs(config, cache)
        # by trait groups, so that no name of a concept is on both sides
        validated = _validated(int(pairs.group_P.max(initial=-1)) + 1, config)[pairs.group_P]
        tokens = tokenize(pairs.texts)
        batches = SapBertBatches(pairs, ~validated, tokens, config)
        model = SapBert(config, transformer, pairs, ~validated)
        validation = SapBertBatches(pairs, validated, tokens, config) if config.patience else None
    else:
        raise NotImplementedError(type(config))
    return Prepared(model, batches, validation)


def _name_pairs(config: SapBertConfig, cache: PairCache) -> NamePairs:
    names = Names(cache)
    if not config.mentions:
        return names.synonyms(config.pairs_per_concept, config.seed)
    mentions, concept = read_mentions(Path(config.mentions), cache)
    return names.with_mentions(mentions, concept, config.pairs_per_concept, config.seed)


def _validated(rows: int, config: TrainConfig) -> NDArray[np.bool_]:
    """The rows, or groups, that early stopping looks at: none are trained on, and none are taken where it is off."""
    random: NDArray[Any] = np.random.default_rng((config.seed, 1)).random(rows)
    return random < (config.validation if config.patience else 0)
