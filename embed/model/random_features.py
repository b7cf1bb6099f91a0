"""Random features of texts' vectors, from which the parts that are fitted after the last step are read.

Legend: N texts, D the common width, K features.
"""

import torch
from torch import Tensor, nn

from embed.model.encoder import Dense


class RandomFeatures:
    """φ(x) = tanh(V·(x − mean)) with a random V that stays.

    Args:
        text_ND: Vectors, not normalised, whose mean and lengths are those of most texts.
        features: K.
        random: Draws V.
        gain: Standard deviation of V·(x − mean) for a text of average length.

    Source: Rahimi & Recht, Weighted Sums of Random Kitchen Sinks, NeurIPS 2008.
    """

    def __init__(self, text_ND: Tensor, features: int, random: torch.Generator, gain: float):
        self.mean_D = text_ND.mean(0)
        length = (text_ND - self.mean_D).norm(dim=1).mean()
        self.random_KD = torch.randn(features, text_ND.shape[1], generator=random) * gain / length

    def __call__(self, text_ND: Tensor) -> Tensor:
        """N×D → N×K."""
        return torch.tanh((text_ND - self.mean_D) @ self.random_KD.T)

    def layers(self, own_DD: Tensor, added_DK: Tensor, bias_D: Tensor) -> list[nn.Module]:
        """x → (x, φ(x)) → own·x + added·φ(x) + bias, as two layers."""
        features, dimensions = self.random_KD.shape
        widen, narrow = Dense(dimensions, dimensions + features), nn.Linear(dimensions + features, dimensions)
        assert widen.residual is not None
        with torch.no_grad():
            widen.residual.weight.copy_(torch.eye(dimensions + features, dimensions))
            widen.linear.weight[dimensions:] = self.random_KD
            widen.linear.bias[dimensions:] = -self.random_KD @ self.mean_D
            narrow.weight.copy_(torch.cat([own_DD, added_DK], 1))
            narrow.bias.copy_(bias_D)
        return [widen, narrow]
