"""The gradients of one batch, by whatever number of processes, with the texts' states kept or computed again.

A loss is a function of the vectors of the batch's distinct texts. So each process encodes some of the chunks, all get
all vectors, each computes the whole loss (which is small beside the encoding) and takes its gradient by the vectors
back through its own chunks. With n processes that gives the gradients of one process with the same batch, and so does
computing a chunk's states a second time instead of keeping them (gradient caching: Gao et al. 2021, Scaling Deep
Contrastive Learning Batch Size under Memory Limited Setup, section 3).

Every chunk, and the loss, draws its dropout from a seed of its own: (seed, step, chunk).

Legend: N distinct texts, D their vectors' width, B rows of the batch.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from embed.compute import processes
from embed.compute.device import autocast
from embed.compute.dropout import seeded
from embed.compute.packing import packs
from embed.compute.threads import on_threads
from embed.methods.method import Method

T = TypeVar("T")


def gradients(model: Method, batch: Any, step: int, device: torch.device) -> Tensor:
    """Add the batch's gradients to the parameters'; gives its losses, B, detached.

    Args:
        model: In training mode.
        batch: On the device.
        step: Of the training, for the seeds.
        device: Where the model is.
    """
    config, seed = model.config, (model.config.seed, step)
    # the longest first, so that the threads end together
    own = range(processes.rank(), len(batch.chunks), processes.count())[::-1]
    weights = [weight for weight in model.text.parameters() if weight.requires_grad]

    def encode(i: int, keep: bool) -> Tensor:
        with seeded(_seed(*seed, i)), torch.set_grad_enabled(keep), autocast(config.precision, device):
            return model.encode(*batch.chunks[i])

    def back(i: int) -> Sequence[Tensor | None]:
        text_ND = encode(i, keep=True) if config.gradient_caching else parts.pop(i)
        return torch.autograd.grad(text_ND, weights, gradient_ND[i], allow_unused=True)

    def each(work: Callable[[int], T]) -> Iterator[T]:
        threaded = packs(model.text.transformer) and len(own) > 1 and torch.get_num_threads() > 1
        return on_threads(work, own, model.text.transformer) if threaded else map(work, own)

    parts = dict(zip(own, each(partial(encode, keep=not config.gradient_caching)), strict=True))
    text_ND = _gather(parts, batch, model.text.dimensions, device).requires_grad_()
    with seeded(_seed(*seed, len(batch.chunks))), autocast(config.precision, device):
        loss_B = model.loss(text_ND, batch)
    loss_B.mean().backward()  # type: ignore[no-untyped-call]  # torch's own
    gradient_ND = _split(text_ND.grad, batch)
    for found in each(back):
        for weight, part in zip(weights, found, strict=True):
            if part is not None:
                weight.grad = part.to_dense() if weight.grad is None else weight.grad.add_(part)
    if processes.count() > 1:
        for weight in weights:
            weight.grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
        processes.add_up([weight.grad for weight in weights if weight.grad is not None])
    return loss_B.detach()


@torch.no_grad()
def losses(model: Method, batch: Any, device: torch.device) -> Tensor:
    """The batch's losses, B, without gradients and without dropout."""
    model.eval()
    own = range(processes.rank(), len(batch.chunks), processes.count())
    with autocast(model.config.precision, device):
        parts = {i: model.encode(*batch.chunks[i]) for i in own}
        loss_B = model.loss(_gather(parts, batch, model.text.dimensions, device), batch)
    model.train()
    return loss_B


def _gather(parts: dict[int, Tensor], batch: Any, dimensions: int, device: torch.device) -> Tensor:
    """All processes' vectors in the order of the chunks, N×D, without their graphs."""
    if processes.count() == 1:
        return torch.cat([parts[i].detach() for i in range(len(batch.chunks))])
    zeros = {i: torch.zeros(len(ids_NL), dimensions, device=device) for i, (ids_NL, _) in enumerate(batch.chunks)}
    text_ND = torch.cat([parts[i].detach() if i in parts else zeros[i] for i in range(len(batch.chunks))])
    processes.add_up([text_ND])
    return text_ND


def _split(text_ND: Tensor | None, batch: Any) -> tuple[Tensor, ...]:
    assert text_ND is not None  # a loss without texts has nothing to train here
    parts: tuple[Tensor, ...] = text_ND.split([len(ids_NL) for ids_NL, _ in batch.chunks])  # type: ignore[no-untyped-call]
    return parts


def _seed(seed: int, step: int, part: int) -> int:
    return int(np.random.SeedSequence((seed, step, part)).generate_state(1, np.uint64)[0] >> 1)
