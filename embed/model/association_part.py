"""The part of a text's vector that associations alone speak of, fitted on all traits at once.

Legend: T traits with a training association, X names of theirs, the T labels first, M variants, D the common width,
F and K features, R directions.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from torch import Tensor, nn
from torch.nn import functional as F

from embed.model.random_features import RandomFeatures


def map_to_shared(x_TF: Tensor, links_TM: csr_array, rank: int, ridge: float) -> Tensor:
    """F×rank, from centred features of the traits onto the directions of D⁻½AD⁻½ that their shared variants span."""
    links_TM = (links_TM > 0).astype(np.float32)
    trait, variant = (np.maximum(links_TM.sum(axis), 1.0) ** -0.5 for axis in (1, 0))
    U_TR, sigma_R = _left_svd(csr_array(diags_array(trait) @ links_TM @ diags_array(variant)), rank)
    target_TR = F.normalize(torch.from_numpy(U_TR * np.sqrt(sigma_R)).float(), dim=-1)
    weight_T1 = torch.from_numpy(trait**-1).float()[:, None]  # √degree
    return _ridge(x_TF, target_TR, ridge, weight_T1 / weight_T1.mean())


def _left_svd(links_TM: csr_array, rank: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The leading left singular vectors, T×rank, and singular values of A.

    By subspace iteration on AAᵀ, which is sparse as few traits share variants: nothing here is as long as M.

    Source: Halko, Martinsson & Tropp 2011, Finding Structure with Randomness, algorithm 4.4.
    """
    shared_TT = links_TM @ links_TM.T
    random = np.random.default_rng(0).normal(size=(shared_TT.shape[0], rank + 10)).astype(np.float32)
    basis_TK = np.linalg.qr(shared_TT @ random)[0]
    for _ in range(7):
        basis_TK = np.linalg.qr(shared_TT @ basis_TK)[0]
    values_K, turn_KK = np.linalg.eigh(basis_TK.T @ (shared_TT @ basis_TK))  # in ascending order
    return basis_TK @ turn_KK[:, : -rank - 1 : -1], np.sqrt(values_K[: -rank - 1 : -1].clip(0))


def _ridge(x_TF: Tensor, y_TR: Tensor, ridge: float, weight_T1: Tensor | float = 1.0) -> Tensor:
    """F×R, the regression of y on x with a penalty in units of the mean squared length of x."""
    penalty = ridge * x_TF.square().sum(1).mean() * torch.eye(x_TF.shape[1])
    map_FR: Tensor = torch.linalg.solve(x_TF.T @ (weight_T1 * x_TF) + penalty, x_TF.T @ (weight_T1 * y_TR))
    return map_FR


class AssociationPart:
    """What a text's vector says of its associations: x − N·Nᵀ·x + N·(A·φ(x) + popularity), φ(x) = tanh(V·(x − mean)).

    N are the directions in which the traits' texts are shortest; a text's own part there is given up. V is random and
    stays, A is learned. The last direction of N has the popularity: the logarithm of how many variants a trait has.

    Args:
        text_XD: The names' vectors after the joint training, not normalised.
        links_TM: From `units`.
        trait_X: Whose names they are; the labels alone where it is not given.
        features: K.
        rank, ridge: As of `start_texts`.
        strength: Length of the part beside the text's own: more of it costs mappings between vocabularies.
        popularity: Length of a standard deviation of the popularity beside that of the part.
        gain: As of `RandomFeatures`.
        seed: Of V.
    """

    def __init__(
        self,
        text_XD: Tensor,
        links_TM: csr_array,
        trait_X: NDArray[np.int64] | None = None,
        features: int = 2048,
        rank: int = 128,
        ridge: float = 0.1,
        strength: float = 0.15,
        popularity: float = 0.4,
        gain: float = 2.0,
        seed: int = 0,
    ):
        dimensions, text_TD = text_XD.shape[1], text_XD[: links_TM.shape[0]]
        trait_X = np.arange(len(text_XD)) if trait_X is None else trait_X
        self._count_T = np.bincount(trait_X)
        self._order_X = np.argsort(trait_X, kind="stable")  # a trait's label is the first of its names
        room_DR = torch.linalg.eigh(text_TD.T @ text_TD)[1][:, : dimensions // 3]  # in ascending order
        self.room_DR, self.popular_D = room_DR[:, :-1], room_DR[:, -1]
        self.own_DD = torch.eye(dimensions) - room_DR @ room_DR.T
        self.own_XD = text_XD @ self.own_DD
        self._features = RandomFeatures(text_TD, features, torch.Generator().manual_seed(seed), gain)
        phi_XK = self._features(text_XD)
        self.mean_K = phi_XK[: len(text_TD)].mean(0)
        self.phi_XK = phi_XK - self.mean_K
        self.own_TD, self.phi_TK = self.own_XD[: len(text_TD)], self.phi_XK[: len(text_TD)]
        own = self.own_TD.norm(dim=1).mean()
        self.length, self.strength = strength * own, strength
        directions = self.room_DR.shape[1]
        start_KR = map_to_shared(self.phi_TK, links_TM, min(rank, directions, *links_TM.shape), ridge)
        self.A_RK = nn.Parameter(F.pad(start_KR, (0, directions - start_KR.shape[1])).T.contiguous())
        self.rescale()
        degree_T1 = torch.from_numpy(np.log1p((links_TM > 0).sum(1))).float()[:, None]
        popular_K = _ridge(self.phi_TK, degree_T1 - degree_T1.mean(), ridge / 10)[:, 0]
        spread = (self.phi_TK @ popular_K).std().clamp(min=1e-6)
        self.popular_K = popular_K * (popularity * self.length / spread)

    @torch.no_grad()
    def rescale(self) -> None:
        """Give the part its mean length again: cosines between texts must not drift with the fit."""
        self.A_RK.mul_(self.length / (self.phi_TK @ self.A_RK.T).norm(dim=1).mean())

    def traits(self, random: np.random.Generator | None = None) -> Tensor:
        """The traits' unit vectors without their popularity, which the variants are trained against: T×D.

        Args:
            random: Draws one of a trait's names, half of the time its label; else all go by their labels.
        """
        own_TD, phi_TK = self.own_TD, self.phi_TK
        if random is not None and len(self.own_XD) > len(self.own_TD):
            first_T = np.cumsum(self._count_T) - self._count_T
            nth_T = 1 + np.floor(random.random(len(first_T)) * (self._count_T - 1)).astype(np.int64)
            by_label = (random.random(len(first_T)) < 0.5) | (self._count_T == 1)
            at = torch.from_numpy(self._order_X[first_T + np.where(by_label, 0, nth_T)])
            own_TD, phi_TK = self.own_XD[at], self.phi_XK[at]
        unit_TD: Tensor = F.normalize(own_TD + (phi_TK @ self.A_RK.T) @ self.room_DR.T, dim=-1)
        return unit_TD

    def balanced(self) -> Tensor:
        """T×D unit vectors whose dot products with `traits` count both parts alike, where variants start."""
        association_TD = (self.phi_TK @ self.A_RK.T) @ self.room_DR.T
        unit_TD: Tensor = F.normalize(self.strength * self.own_TD + association_TD / self.strength, dim=-1)
        return unit_TD

    def prior(self, much: float = 0.1) -> Tensor:
        """What any variant's vector gets, D, in units of its length: some of the popularity."""
        prior_D: Tensor = much * self.popular_D
        return prior_D

    @torch.no_grad()
    def layers(self) -> list[nn.Module]:
        """x → (x, φ(x)) → the text's vector, as two layers."""
        added_DK = self.room_DR @ self.A_RK + torch.outer(self.popular_D, self.popular_K)
        return self._features.layers(self.own_DD, added_DK, -added_DK @ self.mean_K)
