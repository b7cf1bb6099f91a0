import math

import pytest
import torch
from torch.nn import functional as F

from embed.model.losses import info_nce, mined, multi_similarity


def _example() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    head_BD, tail_BD = (F.normalize(torch.randn(6, 5), dim=-1) for _ in range(2))
    known_BB = torch.zeros(6, 6, dtype=torch.bool)
    known_BB[0, 3] = known_BB[4, 1] = known_BB[2, 5] = True
    return head_BD, tail_BD, torch.linspace(0.1, 2, 6), torch.tensor(2.5), known_BB, torch.tensor([0, 0, 0, 1, 1, 1])


def _naive(h, t, w, log_scale, known, kind, direction):
    losses = []
    for i in range(len(h)):
        scores = {}
        for j in range(len(h)):
            head, tail = (j, i) if direction == "printed" else (i, j)
            if known[head, tail] or (direction != "printed" and kind[i] != kind[j]):
                continue
            scores[j] = math.exp(log_scale) * float(h[head] @ t[tail])
        losses.append(-float(w[i]) * (scores[i] - math.log(sum(map(math.exp, scores.values())))))
    return torch.tensor(losses)


def test_the_printed_direction_equals_a_loop_over_pairs():
    example = _example()

    torch.testing.assert_close(info_nce(*example, symmetric=False), _naive(*example, "printed"))


def test_the_symmetric_loss_is_the_mean_of_both_loops():
    example = _example()
    expected = (_naive(*example, "printed") + _naive(*example, "other")) / 2

    torch.testing.assert_close(info_nce(*example), expected)


def test_gradients_are_finite_at_the_largest_scale_with_every_negative_masked():
    head, tail, weight, _, _, kind = _example()
    head.requires_grad_()
    log_scale = torch.tensor(math.log(100.0), requires_grad=True)
    info_nce(head, tail, weight, log_scale, ~torch.eye(6, dtype=torch.bool), kind).mean().backward()

    assert torch.isfinite(head.grad).all()
    assert torch.isfinite(log_scale.grad)


def test_hard_negatives_are_further_candidates_unless_known_and_never_a_variants_rival():
    h, t, w, log_scale, known, kind = _example()
    extra = F.normalize(torch.randn(2, 5), dim=-1)
    known_extra = torch.zeros(6, 2, dtype=torch.bool)
    known_extra[1, 0] = True

    def one(i: int, query: torch.Tensor, candidates: torch.Tensor, allowed: torch.Tensor, texts: bool) -> float:
        scores = math.exp(log_scale) * (candidates @ query)
        beside = math.exp(log_scale) * (extra @ query)[~known_extra[i] & texts]
        return float(torch.logsumexp(torch.cat([scores[allowed], beside]), 0) - scores[i]) * float(w[i])

    expected = [
        one(i, t[i], h, ~known[:, i], True) / 2 + one(i, h[i], t, ~known[i] & (kind == kind[i]), kind[i] == 0) / 2
        for i in range(6)
    ]

    found = info_nce(h, t, w, log_scale, known, kind, True, extra, known_extra)
    torch.testing.assert_close(found, torch.tensor(expected))


def _reference(vector_RD, label_R, margin, alpha, beta, epsilon):
    """pytorch-metric-learning's, as the authors of SapBERT call it; it names α and β the other way."""
    from pytorch_metric_learning.losses import MultiSimilarityLoss
    from pytorch_metric_learning.miners import TripletMarginMiner

    triplets = TripletMarginMiner(margin=margin, type_of_triplets="all")(vector_RD, label_R)
    return MultiSimilarityLoss(alpha=beta, beta=alpha, base=epsilon)(vector_RD, label_R, triplets), len(triplets[0])


def _ours(vector_RD, label_R, margin, alpha, beta, epsilon):
    unit_RD = F.normalize(vector_RD, dim=-1)
    cosine_RR, same_RR = unit_RD @ unit_RD.T, label_R[:, None] == label_R
    pairs = mined(cosine_RR, same_RR & ~torch.eye(len(label_R), dtype=torch.bool), ~same_RR, margin)
    return multi_similarity(cosine_RR, *pairs, alpha, beta, epsilon)


LAYOUTS = {
    "pairs": torch.arange(24).repeat(2),
    "larger concepts": torch.arange(48) % 7,
    "names without a positive": torch.cat([torch.zeros(20, dtype=torch.long), torch.arange(1, 29)]),
    "one concept": torch.zeros(48, dtype=torch.long),
    "no positives": torch.arange(48),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scales", [(0.2, 60.0, 1.0, 0.5), (0.05, 50.0, 2.0, 0.3)])
def test_the_loss_of_hard_pairs_and_its_gradient_equal_pytorch_metric_learnings(layout, seed, scales):
    torch.manual_seed(seed)
    label_R, centre = LAYOUTS[layout], torch.randn(48, 16)
    vector_RD = (centre[label_R] + (0.6 + seed / 4) * torch.randn(48, 16)).requires_grad_()
    theirs, triplets = _reference(vector_RD, label_R, *scales)
    (expected,) = torch.autograd.grad(theirs, vector_RD)
    ours = _ours(vector_RD, label_R, *scales).mean()
    (gradient,) = torch.autograd.grad(ours, vector_RD)

    assert (triplets > 0) == (layout not in ("one concept", "no positives"))
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-7)


def test_nothing_is_mined_from_concepts_far_apart_and_the_loss_is_nothing():
    vector_RD = torch.eye(8)[torch.arange(8).repeat(3)].requires_grad_()
    label_R = torch.arange(8).repeat(3)
    theirs, triplets = _reference(vector_RD, label_R, 0.2, 60.0, 1.0, 0.5)
    ours = _ours(vector_RD, label_R, 0.2, 60.0, 1.0, 0.5).mean()
    ours.backward()

    assert triplets == 0
    assert ours == theirs == 0
    assert not vector_RD.grad.any()
