"""SapBERT: names of one concept drawn together and others apart, by metric learning on the hard ones of a batch.

Source: Liu et al., Self-Alignment Pretraining for Biomedical Entity Representations, NAACL 2021, section 2; what the
paper leaves open is decided in docs/recipes.md.

Legend: B pairs of a batch, R = 2·B their names, the first ones of all pairs before the second ones; N distinct texts.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embed.config import SapBertConfig
from embed.methods.method import Method
from embed.model.losses import mined, multi_similarity
from embed.pairs.batches import Batch, Batches, in_turns
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.leaks import Hashes, hashes_of, together
from embed.pairs.names import KINDS, NamePairs
from embed.pairs.tokens import Tokens
from kgbuild.errors import TrainError


@dataclass(frozen=True)
class SapBertBatch(Batch):
    """Pairs of names.

    Args:
        text_R: Rows of the encoded texts.
        concept_R: Equal numbers are positives.
        group_R: Other numbers, unless the texts are equal, are negatives.
    """

    text_R: Tensor
    concept_R: Tensor
    group_R: Tensor


class SapBertBatches(Batches):
    """Runs through an endless row of permutations of the pairs.

    Args:
        pairs: All positive pairs.
        wanted: bool P: what is sampled of them.
        tokens: Of `pairs.texts`.
        config: Batch size, seed, chunk size.

    Raises:
        TrainError: There is nothing to sample.
    """

    def __init__(self, pairs: NamePairs, wanted: NDArray[np.bool_], tokens: Tokens, config: SapBertConfig):
        super().__init__(tokens, config.chunk)
        self.pairs, self.pool, self.seed = pairs, np.flatnonzero(wanted), config.seed
        self.digest = pairs.digest
        if not len(self.pool):
            raise TrainError("names: no two of one concept to train on; load sources with synonyms")
        self.size = min(config.batch_size, len(self.pool))
        self.steps = math.ceil(len(self.pool) / self.size)

    def rows(self, epoch: int, step: int) -> NDArray[np.int64]:
        """The pairs of one batch, rising."""
        start = (epoch * self.steps + step) * self.size
        return np.unique(self.pool[in_turns(self.seed, 0, len(self.pool), start, self.size)])

    def batch(self, epoch: int, step: int) -> SapBertBatch:
        """One batch on the CPU, with each distinct text once."""
        row = self.rows(epoch, step)
        chunks, place = self.distinct(self.pairs.text_P2[row].T.ravel())
        tensor = torch.from_numpy
        return SapBertBatch(
            chunks=chunks,
            text_R=tensor(place),
            concept_R=tensor(np.tile(self.pairs.concept_P[row], 2)),
            group_R=tensor(np.tile(self.pairs.group_P[row], 2)),
            task_B=tensor(self.pairs.kind_P[row]),
        )

    def describe(self, epoch: int, step: int, row: int) -> str:
        """A pair's kind and names."""
        pair = self.rows(epoch, step)[row]
        one, other = (self.pairs.texts[text] for text in self.pairs.text_P2[pair])
        return f"{KINDS[self.pairs.kind_P[pair]]} {one!r} – {other!r}"


class SapBert(Method):
    """The transformer alone."""

    tasks = KINDS
    objective = "Multi-Similarity of hard pairs"
    paper = "SapBERT (Liu et al., NAACL 2021)"
    config: SapBertConfig

    def __init__(self, config: SapBertConfig, transformer: nn.Module, pairs: NamePairs, wanted: NDArray[np.bool_]):
        super().__init__(config, transformer, None)
        self.pairs, self.wanted = pairs, wanted
        self.counts = [
            (kind, int((pairs.kind_P == i).sum()), int((wanted & (pairs.kind_P == i)).sum()))
            for i, kind in enumerate(KINDS)
        ]

    def loss(self, text_ND: Tensor, batch: Any) -> Tensor:
        """The mean loss of each pair's two names, B: their mean is the mean over the batch's names."""
        unit_RD, text_R = text_ND[batch.text_R], batch.text_R
        same_RR = batch.concept_R[:, None] == batch.concept_R
        negative_RR = ~same_RR & (batch.group_R[:, None] != batch.group_R) & (text_R[:, None] != text_R)
        with torch.autocast(text_ND.device.type, enabled=False):
            cosine_RR = unit_RD.float() @ unit_RD.float().T
            positive_RR, negative_RR = mined(cosine_RR, same_RR.fill_diagonal_(False), negative_RR, self.config.margin)
            loss_R = multi_similarity(
                cosine_RR, positive_RR, negative_RR, self.config.alpha, self.config.beta, self.config.epsilon
            )
        return loss_R.view(2, -1).mean(0)

    def trained_on(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> list[tuple[str, int, int]]:
        """Pairs of names; what associations hold out is none of them."""
        return self.counts

    def taught(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Hashes]:
        """Matches, by which concepts' names are one concept's, and the pairs of names."""
        hash_P2 = hashes_of(self.pairs.texts)[self.pairs.text_P2[self.wanted]]
        return train_mask & (cache.column("task") == TASKS.index("synonym")), together(*hash_P2.T)
