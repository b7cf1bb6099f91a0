"""Batches as a pure function of (seed, epoch, step): nothing to save, nothing to replay when a training is resumed.

Legend: B rows of a batch (pairs, mostly), N distinct texts.
"""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embed.pairs.tokens import Tokens


@dataclass(frozen=True)
class Batch:
    """What one step computes with; a method adds its own tensors.

    Args:
        chunks: Token ids and masks of the batch's N distinct texts, sorted by length.
        task_B: What each row teaches, → the method's `tasks`.
    """

    chunks: Sequence[tuple[Tensor, Tensor]]
    task_B: Tensor

    def to(self, device: torch.device) -> Self:
        """The same batch on a device; on a GPU from pinned memory, while it computes the step before."""
        if device.type == "cpu":
            return self

        def move(tensor: Tensor) -> Tensor:
            return tensor.pin_memory().to(device, non_blocking=True)

        tensors = {f.name: move(getattr(self, f.name)) for f in fields(self) if f.name != "chunks"}
        return replace(self, chunks=[(move(ids), move(mask)) for ids, mask in self.chunks], **tensors)


class Batches(ABC):
    """The batches of a training; a method says what is in one.

    Args:
        tokens: Of all texts.
        chunk: Distinct texts encoded at once.
    """

    #: Batches of an epoch, and rows of a batch.
    steps: int
    size: int
    #: Of what is sampled, where the recipe, the graph and the pairs held out do not say it all: a file of the user's.
    digest: str = ""

    def __init__(self, tokens: Tokens, chunk: int):
        self.tokens, self.chunk = tokens, chunk

    @abstractmethod
    def batch(self, epoch: int, step: int) -> Batch:
        """One batch on the CPU, with each distinct text once."""

    @abstractmethod
    def describe(self, epoch: int, step: int, row: int) -> str:
        """A row of a batch as a person reads it, to say where a loss went wrong."""

    def distinct(self, used: NDArray[np.int64]) -> tuple[Sequence[tuple[Tensor, Tensor]], NDArray[np.int64]]:
        """The distinct ones of the texts `used`, in chunks of like length, and where each of `used` is among them."""
        text, place = np.unique(used, return_inverse=True)
        order = np.argsort(self.tokens.lengths(text), kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return self.tokens.chunks(text[order], self.chunk), rank[place]

    def stream(self, first: int, last: int, device: torch.device) -> Iterator[Any]:
        """Batches of the steps first … last − 1, counted over epochs, made on a thread two steps ahead."""
        ready: queue.Queue[Any] = queue.Queue(2)
        stop = threading.Event()

        def put(item: Any) -> bool:
            while not stop.is_set():
                try:
                    ready.put(item, timeout=0.1)
                    return True
                except queue.Full:
                    continue
            return False

        def work() -> None:
            try:
                for step in range(first, last):
                    if not put(self.batch(*divmod(step, self.steps)).to(device)):
                        return
            except BaseException as error:  # raised again where the batches are used
                put(error)
            put(None)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while (item := ready.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()


def in_turns(seed: int, kind: int, size: int, start: int, count: int) -> NDArray[np.int64]:
    """`count` places from `start` on in an endless row of permutations of `size` things, one `kind`'s own."""
    turn, place = np.divmod(np.arange(start, start + count), size)
    orders = {t: _permutation(seed, kind, int(t), size) for t in np.unique(turn)}
    return np.array([orders[t][p] for t, p in zip(turn, place, strict=True)], np.int64)


@lru_cache(maxsize=16)
def _permutation(seed: int, kind: int, turn: int, size: int) -> NDArray[np.int32]:
    return np.random.default_rng((seed, kind, turn)).permutation(np.arange(size, dtype=np.int32))
