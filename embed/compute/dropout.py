"""Dropout that draws from a seed of a thread's own: threads side by side drop out what each would alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_of_thread = threading.local()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """What this thread drops out is drawn from `seed`, by `dropout` on the CPU; else by torch's own generators."""
    torch.manual_seed(seed)
    _of_thread.generator = torch.Generator().manual_seed(seed)
    try:
        yield
    finally:
        _of_thread.generator = None


def dropout(x: Tensor, p: float, training: bool = True) -> Tensor:
    """As torch's."""
    generator = getattr(_of_thread, "generator", None)
    if generator is None or x.device.type != "cpu" or not training or p == 0:
        return F.dropout(x, p, training)
    return x * torch.empty_like(x).bernoulli_(1 - p, generator=generator).div_(1 - p)


class Dropout(nn.Dropout):
    """As torch's."""

    def forward(self, x: Tensor) -> Tensor:
        """Of any shape."""
        return dropout(x, self.p, self.training)


def of_threads(module: nn.Module) -> None:
    """Let the dropout layers of a module draw so."""
    for layer in module.modules():
        if type(layer) is nn.Dropout:
            layer.__class__ = Dropout
