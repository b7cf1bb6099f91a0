"""The processes of one training: one unless `torchrun` started several, on one machine or more.

    torchrun --nproc-per-node 4 -m kgbuild.cli train

Every process makes the same batches and encodes its share of their texts.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch import distributed as dist

from embed.compute.device import best_device


def rank() -> int:
    """The number of this process, 0 for the one that writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    """How many there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextmanager
def together() -> Iterator[torch.device]:
    """Join the processes that `torchrun` started; gives the device of this one."""
    device = best_device()
    if device.type == "cuda" and "LOCAL_RANK" in os.environ:
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    if "RANK" not in os.environ or dist.is_initialized():
        yield device
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def add_up(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its sum over the processes, in one message."""
    if count() == 1 or not tensors:
        return
    flat = torch.cat([tensor.flatten() for tensor in tensors])
    dist.all_reduce(flat)
    parts = flat.split([tensor.numel() for tensor in tensors])  # type: ignore[no-untyped-call]  # torch's own
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.copy_(part.view_as(tensor))


def agree(number: float, device: torch.device) -> float:
    """The first process's number, so that all decide alike."""
    if count() == 1:
        return number
    box = torch.tensor([number], dtype=torch.float64, device=device)
    dist.broadcast(box, 0)
    return float(box.item())


def wait() -> None:
    """Until all processes are here."""
    if count() > 1:
        dist.barrier()
