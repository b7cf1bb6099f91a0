"""The losses: contrastive (GENEREL), and of hard pairs by metric learning (SapBERT)."""

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
    extra_ED: Tensor | None = None,
    known_BE: Tensor | None = None,
) -> Tensor:
    """Weighted InfoNCE of one batch, a loss for each pair.

    The printed direction asks each tail, text or variant, for its head among all heads of the batch: the equation's C
    is the minibatch, which the tasks share, and every head is a text. The other direction, which the paper does not
    print, asks each head for its tail among the tails of the same kind: that a vector is a variant's is no answer.

    Legend: B pairs, D embedding width, E hard negatives.

    Args:
        head_BD: Unit vectors of the heads.
        tail_BD: Unit vectors of the tails.
        weight_B: Association weights in (0, 2].
        log_scale: log(1/τ), learned, clamped to [0, ln 100] by the caller after each step.
        known_BB: True where head i and tail j are known to belong together, the diagonal excepted: no negatives.
        kind_B: What each tail is: equal numbers, equal kinds.
        symmetric: The mean of both directions; False is the printed one alone.
        extra_ED: Unit vectors of texts that are candidates beside the batch's own: for every tail's head, and for every
            head's tail where that is a text. Ours.
        known_BE: True where pair i and text e belong together: no negative.

    Returns:
        B losses in nats, weighted; their mean is the objective.

    Source: GENEREL, the equation of section 3.
    """
    with torch.autocast(head_BD.device.type, enabled=False):
        scale = log_scale.float().exp()
        logits_BB = scale * (head_BD.float() @ tail_BD.float().T)
        logits_BB = logits_BB.masked_fill(known_BB, MASKED)
        diagonal_B = torch.arange(len(logits_BB), device=logits_BB.device)
        heads_BC, tails_BC = logits_BB.T, logits_BB.masked_fill(kind_B[:, None] != kind_B[None, :], MASKED)
        if extra_ED is not None and known_BE is not None and len(extra_ED):
            by_tail_BE, by_head_BE = (scale * (end_BD.float() @ extra_ED.float().T) for end_BD in (tail_BD, head_BD))
            heads_BC = torch.cat([heads_BC, by_tail_BE.masked_fill(known_BE, MASKED)], 1)
            no_text_BE = known_BE | (kind_B != 0)[:, None]
            tails_BC = torch.cat([tails_BC, by_head_BE.masked_fill(no_text_BE, MASKED)], 1)
        loss_B = F.cross_entropy(heads_BC, diagonal_B, reduction="none")
        if symmetric:
            loss_B = (loss_B + F.cross_entropy(tails_BC, diagonal_B, reduction="none")) / 2
        return weight_B.float() * loss_B


@torch.no_grad()
def mined(cosine_RR: Tensor, positive_RR: Tensor, negative_RR: Tensor, margin: float) -> tuple[Tensor, Tensor]:
    """The positive and negative pairs of all hard triplets of a batch.

    A triplet (a, p, n) is hard where ‖a − p‖ + λ ≥ ‖a − n‖, distances of unit vectors. So p is in one where that holds
    for the nearest negative, n where it holds for the farthest positive: no triplet has to be written down.

    The paper prints ‖a − p‖ ≥ ‖a − n‖ + λ (the violations of equation 1), where a larger λ leaves fewer triplets; its
    authors' code has TripletMarginMiner(margin=0.2), which is ours.

    Legend: R names of a batch.

    Args:
        cosine_RR: Of the names' vectors.
        positive_RR, negative_RR: bool: what row a may be paired with.
        margin: λ.

    Returns:
        Both masks without what is in no hard triplet.

    Source: SapBERT, equation 1; pytorch-metric-learning's TripletMarginMiner of "all" triplets.
    """
    distance_RR = (2 - 2 * cosine_RR).clamp(min=0).sqrt()
    nearest_R1 = distance_RR.masked_fill(~negative_RR, torch.inf).amin(1, keepdim=True)
    farthest_R1 = distance_RR.masked_fill(~positive_RR, -torch.inf).amax(1, keepdim=True)
    return (
        positive_RR & (nearest_R1 - distance_RR <= margin),
        negative_RR & (distance_RR - farthest_R1 <= margin),
    )


def multi_similarity(
    cosine_RR: Tensor, positive_RR: Tensor, negative_RR: Tensor, alpha: float, beta: float, epsilon: float
) -> Tensor:
    """The Multi-Similarity loss of each row, 0 where it has no pairs.

    Legend: R names of a batch.

    Args:
        cosine_RR: Of the names' vectors.
        positive_RR, negative_RR: bool: the pairs of row i.
        alpha, beta: Scales of the negatives and of the positives (pytorch-metric-learning names them the other way).
        epsilon: The cosine at which a pair weighs nothing yet.

    Returns:
        R losses; their mean is the objective.

    Source: SapBERT, equation 2.
    """
    zero_R1 = torch.zeros_like(cosine_RR[:, :1])  # the 1 in log(1 + Σ)

    def soft(exponent_RR: Tensor, pair_RR: Tensor) -> Tensor:
        return torch.cat([zero_R1, exponent_RR.masked_fill(~pair_RR, MASKED)], 1).logsumexp(1)

    negatives_R = soft(alpha * (cosine_RR - epsilon), negative_RR) / alpha
    return negatives_R + soft(-beta * (cosine_RR - epsilon), positive_RR) / beta
