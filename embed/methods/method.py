"""What the loop needs to know of a training method: a loss over the vectors of a batch's distinct texts.

The text encoder is the only part that is large, so it is all that the loop splits among processes and re-computes
(`embed.training.step`); what a method has beside it (variants, temperature) is small, and every process computes it
alike.
"""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from embed.config import TrainConfig
from embed.model.encoder import TextEncoder
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.leaks import Hashes


class Method(nn.Module, ABC):
    """The text encoder and whatever a method trains with it.

    Args:
        config: The recipe.
        transformer: Of Hugging Face.
        dimensions: D of the linear layer over the texts; None leaves the transformer's own vectors.
        head: Whether a residual layer follows it.
    """

    #: What the rows of a batch teach, by number.
    tasks: tuple[str, ...]
    #: What is minimised, for the curves, and where it is from, for the model card.
    objective: str
    paper: str

    def __init__(self, config: TrainConfig, transformer: nn.Module, dimensions: int | None, head: bool = False):
        super().__init__()
        self.config = config
        self.text = TextEncoder(transformer, config.pooling, dimensions, head)

    def encode(self, ids_NL: Tensor, mask_NL: Tensor) -> Tensor:
        """Unit vectors of texts, N×D."""
        return F.normalize(self.text(ids_NL, mask_NL).float(), dim=-1)

    @abstractmethod
    def loss(self, text_ND: Tensor, batch: Any) -> Tensor:
        """A loss for each of a batch's B rows, given the vectors of its distinct texts; their mean is the objective."""

    def rates(self) -> list[tuple[list[nn.Parameter], float]]:
        """Parameters with their peak learning rate; tables with sparse gradients are found by themselves."""
        return [(list(self.parameters()), self.config.learning_rate)]

    def start(self) -> None:
        """Set parameters before the first step of a training that is not resumed; on the CPU."""

    def finish(self) -> None:
        """Add to the model after the last step; on the CPU."""

    def after_step(self) -> None:
        """Keep parameters where they belong."""

    def figures(self) -> dict[str, float]:
        """What else the curves show."""
        return {}

    def trained_on(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> list[tuple[str, int, int]]:
        """Task, its pairs, and how many of them were not held out: for the model card."""
        task, (rows, _) = cache.column("task"), self.taught(cache, train_mask)
        return [(name, int((task == i).sum()), int((rows & (task == i)).sum())) for i, name in enumerate(TASKS)]

    def taught(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Hashes]:
        """What it learned from, for `embed.pairs.leaks.record`: pairs of the cache, hashes of name pairs besides."""
        return train_mask, np.zeros(0, np.uint64)

    def save(self, folder: Path) -> None:
        """Write what belongs to the model beside the text encoder."""
