"""Truncated SVD of the associations, normalised by degree: what the graph alone says, without texts and positions."""

import numpy as np
from scipy.sparse import coo_array
from sklearn.utils.extmath import randomized_svd

from embed.evaluate.association import Score, training_units
from embed.pairs import PairCache
from embed.split import Split


def svd(split: Split, cache: PairCache, rank: int = 128) -> Score:
    """The cosine of U√Σ and V√Σ, with UΣVᵀ ≈ D⁻½AD⁻½; 0 for an end without a training association."""
    trait, variant = training_units(split, cache)
    shape = (len(cache.concepts), len(cache.variants))
    of_trait = np.maximum(np.bincount(trait, minlength=shape[0]), 1.0) ** -0.5
    of_variant = np.maximum(np.bincount(variant, minlength=shape[1]), 1.0) ** -0.5
    matrix = coo_array((of_trait[trait] * of_variant[variant], (trait, variant)), shape).tocsr()
    U, sigma, Vt = randomized_svd(matrix, min(rank, *shape), n_iter=4, random_state=0)
    left, right = U * np.sqrt(sigma), Vt.T * np.sqrt(sigma)
    left /= np.linalg.norm(left, axis=1, keepdims=True) + 1e-9
    right /= np.linalg.norm(right, axis=1, keepdims=True) + 1e-9
    return lambda head, tail: np.einsum("nd,nd->n", left[head], right[tail])
