"""A variant's vector from its own row, its mapped genes and where it lies: GENEREL's variants, made to generalise.

Most variants of the GWAS Catalog have one association, so a row of their own can only memorise it. Genes and
overlapping bins of the genome are shared, and say what is known nearby.
"""

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

#: Base pairs. Each width has two rows of bins, half a width apart, so that near neighbours always share one.
WIDTHS = (50_000, 200_000, 1_000_000)

Links = tuple[NDArray[np.int64], NDArray[np.int64]]


class LocusEncoder(nn.Module):
    """h = g + |g|·q, g = p + MLP(p), p = P·(own row + mean of the genes' rows + mean of the bins' rows).

    All rows are one table with sparse gradients. A gene or bin that only one variant has is left out: it would be that
    variant's own row again. Rows start at zero but for the shared ones, so a variant without a training pair is what
    its genes and bins have learned from others. q, the same for all, is what is likely of any variant: zero until
    `associate.finish` sets it.

    Legend: B variants, W width of the rows, D embedding width.

    Args:
        variants: `chromosome`, `grch38` and `genes` as in `PairCache`.
        dimensions: D.
        width: W.
        forget: How often training hides a variant's own row, so that genes and bins learn to do without it.
    """

    start: Tensor
    rows: Tensor
    share: Tensor
    prior: Tensor

    def __init__(self, variants: pa.Table, dimensions: int, width: int = 256, forget: float = 0.5):
        super().__init__()
        count = len(variants)
        variant, row, share = _links(variants)
        self.register_buffer("start", torch.from_numpy(np.searchsorted(variant, np.arange(count + 1))), False)
        self.register_buffer("rows", torch.from_numpy(row), False)
        self.register_buffer("share", torch.from_numpy(share), False)
        self.forget = forget
        self.table = nn.EmbeddingBag(int(row.max(initial=0)) + 1, width, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        nn.init.zeros_(self.table.weight[:count])
        self.project = nn.Linear(width, dimensions)
        self.register_buffer("prior", torch.zeros(dimensions))
        self.mlp = nn.Sequential(nn.Linear(dimensions, dimensions), nn.GELU(), nn.Linear(dimensions, dimensions))
        nn.init.zeros_(self.mlp[2].weight)  # type: ignore[arg-type]  # a Linear's weight is a tensor

    @property
    def placed(self) -> NDArray[np.bool_]:
        """bool M: which variants share a gene or a bin with others; another's vector says nothing before training."""
        placed: NDArray[np.bool_] = self.start.diff().cpu().numpy() > 1
        return placed

    def forward(self, index_B: Tensor) -> Tensor:
        """Rows of the variants' table → B×D, not normalised."""
        length_B = self.start[index_B + 1] - self.start[index_B]
        offset_B = length_B.cumsum(0) - length_B
        bag = torch.repeat_interleave(torch.arange(len(index_B), device=index_B.device), length_B)
        at = torch.arange(len(bag), device=index_B.device) + (self.start[index_B] - offset_B)[bag]
        share = self.share[at]
        if self.training:
            own = self.rows[at] == index_B[bag]
            hidden_B = torch.rand(len(index_B), device=index_B.device) < self.forget
            share = share.masked_fill(own & hidden_B[bag] & (length_B > 1)[bag], 0.0)
        sum_BW = self.table(self.rows[at], offset_B, per_sample_weights=share.to(self.table.weight.dtype))
        point_BD: Tensor = self.project(sum_BW)
        known_BD: Tensor = point_BD + self.mlp(point_BD)
        return known_BD + self.prior * known_BD.norm(dim=-1, keepdim=True)  # type: ignore[no-any-return]


def _links(variants: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """(variant, row of the table, share of it), sorted by variant: the own row first, then genes, then bins."""
    count = len(variants)
    links = [(np.arange(count), np.arange(count), np.ones(count, np.float32))]
    used = count
    for kind in (_genes(variants), _bins(variants)):
        variant, _, row = _shared(*kind)
        links.append((variant, used + row, (1 / np.bincount(variant, minlength=count)[variant]).astype(np.float32)))
        used += int(row.max(initial=-1)) + 1
    variant, row, share = (np.concatenate(column) for column in zip(*links, strict=True))
    order = np.argsort(variant, kind="stable")
    return variant[order], row[order], share[order]


def _shared(variant: NDArray[np.int64], feature: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Keep the features that several variants have: (variant, feature, its number from 0)."""
    _, row, counts = np.unique(feature, return_inverse=True, return_counts=True)
    keep = counts[row] > 1
    return variant[keep], feature[keep], np.unique(row[keep], return_inverse=True)[1].astype(np.int64)


def _genes(variants: pa.Table) -> Links:
    genes = variants["genes"].combine_chunks()
    return genes.value_parent_indices().to_numpy().astype(np.int64), genes.flatten().to_numpy().astype(np.int64)


def _bins(variants: pa.Table) -> Links:
    """Every bin that a variant with a known position lies in."""
    placed = np.flatnonzero(variants["grch38"].is_valid().to_numpy())
    position = variants["grch38"].combine_chunks().drop_null().to_numpy().astype(np.int64)
    number = variants["chromosome"].combine_chunks().dictionary_encode().indices
    chromosome = number.to_numpy(zero_copy_only=False)[placed].astype(np.int64)
    bins = []
    for level, width in enumerate(WIDTHS):
        for half in (0, 1):
            place = (position + half * width // 2) // width
            bins.append(((chromosome * 2 * len(WIDTHS) + 2 * level + half) << 32) + place)
    return np.tile(placed, len(bins)), np.concatenate(bins)
