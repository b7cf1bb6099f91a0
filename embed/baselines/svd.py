"""Truncated SVD of the associations, normalised by degree: what the graph alone says, without texts and positions."""

import time
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from sklearn.utils.extmath import randomized_svd

from embed.baselines.vectors import Learned
from embed.evaluate.association import Score, training_units
from embed.pairs.cache import PairCache
from embed.pairs.split import Split


def svd(split: Split, cache: PairCache, rank: int = 128) -> Score:
    """The cosine of U√Σ and V√Σ, with UΣVᵀ ≈ D⁻½AD⁻½."""
    return factors(split, cache, rank).score(cache)


def factors(split: Split, cache: PairCache, rank: int = 128, seed: int = 0) -> Learned:
    """The unit vectors of traits and variants with a training association."""
    started = time.monotonic()
    (traits, trait), (variants, variant) = (
        np.unique(ends, return_inverse=True) for ends in training_units(split, cache)
    )
    shape = (len(traits), len(variants))
    of_trait, of_variant = np.bincount(trait) ** -0.5, np.bincount(variant) ** -0.5
    matrix = coo_array((of_trait[trait] * of_variant[variant], (trait, variant)), shape).tocsr()
    U, sigma, Vt = randomized_svd(matrix, min(rank, *shape), n_iter=4, random_state=seed)
    trait_ids, variant_ids = (np.array(table["id"].to_pylist()) for table in (cache.concepts, cache.variants))
    parameters = {
        "rank": len(sigma), "seed": seed, "traits": shape[0], "variants": shape[1],
        "seconds": round(time.monotonic() - started, 1), "library": f"scikit-learn {version('scikit-learn')}",
    }  # fmt: skip
    left_TD, right_VD = (_unit(side * np.sqrt(sigma)) for side in (U, Vt.T))
    return Learned(trait_ids[traits], variant_ids[variants], left_TD, right_VD, "product", parameters)


def _unit(vector_ND: NDArray[np.floating]) -> NDArray[np.float32]:
    unit_ND: NDArray[np.float32] = (vector_ND / (np.linalg.norm(vector_ND, axis=1, keepdims=True) + 1e-9)).astype(
        np.float32
    )
    return unit_ND
