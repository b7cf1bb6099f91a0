"""Chunks of texts side by side on a CPU: no thread waits for another within a layer, nor for what else runs there."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import TypeVar

import torch
from torch import nn

from embed.compute.packing import attention, packs
from kgbuild.ahead import side_by_side

T = TypeVar("T")
R = TypeVar("R")

#: Chunks at once: of more, Python would be what they wait for.
_MOST = 8


def on_threads(work: Callable[[T], R], chunks: Iterable[T], transformer: nn.Module) -> Iterator[R]:
    """As `map`; torch's threads are shared out among as many chunks.

    Args:
        work: What to do with a chunk of texts by means of the transformer, on the CPU.
        chunks: The longest first is done soonest.
        transformer: Attends without padding meanwhile, where it can.
    """
    threads = torch.get_num_threads()
    workers = min(threads, _MOST)
    try:
        with attention(transformer) if packs(transformer) else nullcontext():
            yield from side_by_side(work, chunks, workers, partial(torch.set_num_threads, threads // workers))
    finally:
        torch.set_num_threads(threads)  # what the last thread set is every later thread's
