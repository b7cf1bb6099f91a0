"""Popularity: the more associations either end has in training, the likelier one more."""

import numpy as np

from embed.evaluate.association import Score, training_units
from embed.pairs.cache import PairCache
from embed.pairs.split import Split


def degree(split: Split, cache: PairCache, variants: bool = True) -> Score:
    """log(1 + the trait's associations) + log(1 + the variant's), or the trait's alone without `variants`."""
    trait, variant = training_units(split, cache)
    of_trait = np.log1p(np.bincount(trait, minlength=len(cache.concepts)))
    of_variant = np.log1p(np.bincount(variant, minlength=len(cache.variants))) * variants
    return lambda head, tail: of_trait[head] + of_variant[tail]
