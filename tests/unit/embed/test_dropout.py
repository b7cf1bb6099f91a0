import torch
from torch import nn

from embed.compute.dropout import of_threads, seeded


def test_dropout_draws_from_the_seed_alone_and_keeps_the_mean():
    layer, x_NH = nn.Sequential(nn.Dropout(0.1)), torch.ones(200, 200)
    of_threads(layer)

    def drawn(seed):
        with seeded(seed):
            torch.rand(7)  # another thread draws from torch's own generator meanwhile
            return layer(x_NH)

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))
    assert abs(drawn(1).mean() - 1) < 0.01
    assert abs((drawn(1) == 0).float().mean() - 0.1) < 0.01
    assert torch.equal(layer.eval()(x_NH), x_NH)
