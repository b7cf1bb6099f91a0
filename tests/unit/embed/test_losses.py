import math

import torch
from torch.nn import functional as F

from embed.losses import info_nce


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
