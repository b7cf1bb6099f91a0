"""The methods of training, one a module: what is in a batch, and its loss; and the targets that BioLORD distils.

    prepare()   recipe, pairs ──> model, batches to train on, batches to validate on

The loop that trains them is `embed.training.train`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from embed.config import BioLordConfig, GenerelConfig, SapBertConfig, TrainConfig
from embed.methods import targets
from embed.methods.biolord import Contrast, DefinitionBatches, Distil, TargetBatches
from embed.methods.generel import Generel, GenerelBatches, told
from embed.methods.method import Method
from embed.methods.sapbert import SapBert, SapBertBatches
from embed.pairs.batches import Batches
from embed.pairs.cache import PairCache
from embed.pairs.descriptions import described
from embed.pairs.mentions import read_mentions
from embed.pairs.names import NamePairs, Names
from embed.pairs.tokens import Tokens
from kgbuild.errors import TrainError


@dataclass(frozen=True)
class Prepared:
    """A model with its batches; `validation` is None unless the recipe stops early."""

    model: Method
    batches: Batches
    validation: Batches | None


def with_texts(config: TrainConfig, cache: PairCache, train_mask: NDArray[np.bool_]) -> PairCache:
    """The pairs, with the texts that a method makes itself."""
    if isinstance(config, BioLordConfig):
        return described(cache, train_mask, config.descriptions)
    return cache


def prepare(
    config: TrainConfig,
    cache: PairCache,
    train_mask: NDArray[np.bool_],
    transformer: nn.Module,
    tokenize: Callable[[Sequence[str]], Tokens],
    kept: Path,
) -> Prepared:
    """What the loop needs of a recipe's method.

    Args:
        config: The recipe.
        cache: The pairs.
        train_mask: bool, one a pair: False is held out.
        transformer: The base model.
        tokenize: Gives the tokens of texts.
        kept: Folder for what takes long to compute and is the same when it is computed again.

    Raises:
        TrainError: There is nothing to train on.
        InputError: A file of the recipe that cannot be used.
    """
    if isinstance(config, BioLordConfig):
        return _biolord(config, cache, transformer, tokenize(cache.strings.to_pylist()), kept)
    if isinstance(config, GenerelConfig):
        cache, train_mask = told(config, cache, train_mask)
        validated = _validated(len(cache.pairs), config) & train_mask
        tokens = tokenize(cache.strings.to_pylist())
        batches: Batches = GenerelBatches(cache, train_mask & ~validated, tokens, config)
        model: Method = Generel(config, transformer, cache, train_mask & ~validated, tokens)
        validation: Batches | None = GenerelBatches(cache, validated, tokens, config) if config.patience else None
    elif isinstance(config, SapBertConfig):
        pairs = _name_pairs(config, cache, train_mask)
        # by trait groups, so that no name of a concept is on both sides
        validated = _validated(int(pairs.group_P.max(initial=-1)) + 1, config)[pairs.group_P]
        tokens = tokenize(pairs.texts)
        batches = SapBertBatches(pairs, ~validated, tokens, config)
        model = SapBert(config, transformer, pairs, ~validated)
        validation = SapBertBatches(pairs, validated, tokens, config) if config.patience else None
    else:
        raise NotImplementedError(type(config))
    return Prepared(model, batches, validation)


def _biolord(config: BioLordConfig, cache: PairCache, transformer: nn.Module, tokens: Tokens, kept: Path) -> Prepared:
    """One phase; validation has whole groups of concepts."""
    group = cache.concepts["group"].to_numpy()
    validated_C = _validated(int(group.max(initial=-1)) + 1, config)[group]
    if config.phase == "whole":
        raise TrainError(f"{config.name}: a recipe of several phases; train it with embed.training.phases.train")
    if config.phase == "contrast":
        trained = DefinitionBatches(cache, ~validated_C, tokens, config)
        validation = DefinitionBatches(cache, validated_C, tokens, config) if config.patience else None
        return Prepared(Contrast(config, transformer), trained, validation)
    learned = (targets.of_concepts if config.phase == "distil" else targets.of_translations)(config, cache, kept)
    return Prepared(
        Distil(config, transformer, learned),
        TargetBatches(cache, learned, ~validated_C, tokens, config),
        TargetBatches(cache, learned, validated_C, tokens, config) if config.patience else None,
    )


def _name_pairs(config: SapBertConfig, cache: PairCache, train_mask: NDArray[np.bool_]) -> NamePairs:
    names = Names(cache, train_mask)
    if not config.mentions:
        return names.synonyms(config.pairs_per_concept, config.seed)
    mentions, concept = read_mentions(Path(config.mentions), cache)
    return names.with_mentions(mentions, concept, config.pairs_per_concept, config.seed)


def _validated(rows: int, config: TrainConfig) -> NDArray[np.bool_]:
    """The rows, or groups, that early stopping looks at: none are trained on, and none are taken where it is off."""
    random: NDArray[Any] = np.random.default_rng((config.seed, 1)).random(rows)
    return random < (config.validation if config.patience else 0)
