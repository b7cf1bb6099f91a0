"""The contrastive loss of GENEREL."""

import torch
from torch import Tensor
from torch.nn import functional as F

#: Stands for −∞ in a masked logit: finite, so that a row without negatives has a gradient, and e^−10000 is 0 in fp32.
MASKED = -1e4

#: Largest log(1/τ), as in CLIP.
MAX_LOG_SCALE = 4.605170185988092  # ln 100


def info_nce(
    head_BD: Tensor,
    tail_BD: Tensor,
    weight_B: Tensor,
    log_scale: Tensor,
    known_BB: Tensor,
    kind_B: Tensor,
    symmetric: bool = True,
) -> Tensor:
    """Weighted InfoNCE of one batch, a loss for each pair.

    The printed direction asks each tail, text or variant, for its head among all heads of the batch: the equation's C
    is the minibatch, which the tasks share, and every head is a text. The other direction, which the paper does not
    print, asks each head for its tail among the tails of the same kind: that a vector is a variant's is no answer.

    Legend: B pairs, D embedding width.

    Args:
        head_BD: Unit vectors of the heads.
        tail_BD: Unit vectors of the tails.
        weight_B: Association weights in (0, 2].
        log_scale: log(1/τ), learned, clamped to [0, ln 100] by the caller after each step.
        known_BB: True where head i and tail j are known to belong together, the diagonal excepted: no negatives.
        kind_B: What each tail is: equal numbers, equal kinds.
        symmetric: The mean of both directions; False is the printed one alone.

    Returns:
        B losses in nats, weighted; their mean is the objective.

    Source: GENEREL, the equation of section 3.
    """
    with torch.autocast(head_BD.device.type, enabled=False):
        logits_BB = log_scale.float().exp() * (head_BD.float() @ tail_BD.float().T)
        logits_BB = logits_BB.masked_fill(known_BB, MASKED)
        diagonal_B = torch.arange(len(logits_BB), device=logits_BB.device)
        loss_B = F.cross_entropy(logits_BB.T, diagonal_B, reduction="none")
        if symmetric:
            other_BB = logits_BB.masked_fill(kind_B[:, None] != kind_B[None, :], MASKED)
            loss_B = (loss_B + F.cross_entropy(other_BB, diagonal_B, reduction="none")) / 2
        return weight_B.float() * loss_B
