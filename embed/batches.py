"""Batches as a pure function of (seed, epoch, step): nothing to save, nothing to replay when a training is resumed.

Legend: B pairs of a batch, of which T have a text and S a variant as tail; N distinct texts, P pairs of the cache.
"""

import math
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from torch import Tensor

from embed.config import TrainConfig
from embed.pairs import ASSOCIATIONS, TASKS, PairCache
from embed.tokens import Tokens
from kgbuild.errors import TrainError
from kgbuild.graph import name_key

#: Tasks from here on have variants as tails.
FIRST_ASSOCIATION = min(TASKS.index(task) for task in ASSOCIATIONS)


@dataclass(frozen=True)
class Batch:
    """What one step computes with. Pairs with text tails come first.

    Args:
        chunks: Token ids and masks of the distinct texts, sorted by length.
        head_B, tail_T: Rows of the encoded texts.
        variant_S: Rows of the variants' table.
        weight_B: In (0, 2].
        known_BB: Head i and tail j belong together by the training's pairs (same concept, same name, an edge).
        kind_B: 0 for a text as tail, 1 for a variant.
        task_B: → TASKS.
    """

    chunks: Sequence[tuple[Tensor, Tensor]]
    head_B: Tensor
    tail_T: Tensor
    variant_S: Tensor
    weight_B: Tensor
    known_BB: Tensor
    kind_B: Tensor
    task_B: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device; on a GPU from pinned memory, while it computes the step before."""
        if device.type == "cpu":
            return self

        def move(tensor: Tensor) -> Tensor:
            return tensor.pin_memory().to(device, non_blocking=True)

        tensors = {f.name: move(getattr(self, f.name)) for f in fields(self) if f.name != "chunks"}
        return replace(self, chunks=[(move(ids), move(mask)) for ids, mask in self.chunks], **tensors)


class Batches:
    """Mixes the tasks' pairs by quota.

    Each task runs through its own endless row of permutations, quota by quota; step s of epoch e starts at
    (e·steps + s)·quota. A pair that several records support is sampled once, with its largest weight.

    Args:
        cache: The pairs.
        train_mask: bool P: what is not held out. The rest is neither sampled nor a known positive: masking a held-out
            pair would tell the model about it.
        tokens: Of `cache.strings`.
        config: Quotas, seed, chunk size, `max_traits`.

    Raises:
        TrainError: There is nothing to sample.
    """

    def __init__(self, cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens, config: TrainConfig):
        self.tokens, self.config = tokens, config
        self.task, self.weight = cache.column("task"), cache.column("weight")
        self.head_text, self.tail_text = (cache.column(name).astype(np.int64) for name in ("head_text", "tail_text"))
        self.tail = cache.column("tail").astype(np.int64)
        keys: dict[str, int] = {}
        self.key = np.array(
            [keys.setdefault(name_key(text), len(keys)) for text in cache.strings.to_pylist()], np.int64
        )
        group = cache.concepts["group"].to_numpy().astype(np.int64)
        n_groups = int(group.max(initial=-1)) + 1
        self.head_node = group[cache.column("head")]
        association = self.task >= FIRST_ASSOCIATION
        self.tail_node = np.where(association, n_groups + self.tail, group[np.where(association, 0, self.tail)])
        self.edges = _adjacency(self.head_node[train_mask], self.tail_node[train_mask], n_groups + len(cache.variants))
        self.pools = self._pools(train_mask & (cache.column("n_traits") <= config.max_traits), association)
        self.quota = {task: config.quota[TASKS[task]] for task in self.pools}
        if not self.pools:
            raise TrainError("pairs: none left to train on; load sources with names, relations or associations")

    def _pools(self, sampled: NDArray[np.bool_], association: NDArray[np.bool_]) -> dict[int, NDArray[np.int64]]:
        same_name = ~association & (self.key[self.head_text] == self.key[self.tail_text])
        wanted = np.isin(self.task, [TASKS.index(task) for task, quota in self.config.quota.items() if quota])
        row = np.flatnonzero(sampled & wanted & ~same_name)
        row = row[np.argsort(-self.weight[row], kind="stable")]
        what = np.stack([self.task, self.head_text, self.tail_text, self.head_node, self.tail_node])[:, row]
        row = np.sort(row[np.unique(what, axis=1, return_index=True)[1]])
        return {int(task): row[self.task[row] == task] for task in np.unique(self.task[row])}

    @property
    def steps(self) -> int:
        """Batches of an epoch: as many as all sampled pairs fill."""
        return math.ceil(sum(map(len, self.pools.values())) / sum(self.quota.values()))

    def rows(self, epoch: int, step: int) -> NDArray[np.int64]:
        """The pairs of one batch: rows of the cache, rising. A pool smaller than its quota gives each pair once."""
        parts = []
        for task, quota in self.quota.items():
            pool, start = self.pools[task], (epoch * self.steps + step) * quota
            turn, place = np.divmod(np.arange(start, start + quota), len(pool))
            orders = {t: _permutation(self.config.seed, task, int(t), len(pool)) for t in np.unique(turn)}
            parts.append(pool[[orders[t][p] for t, p in zip(turn, place, strict=True)]])
        return np.unique(np.concatenate(parts))

    def batch(self, epoch: int, step: int) -> Batch:
        """One batch on the CPU, with each distinct text once."""
        row = self.rows(epoch, step)
        row = row[np.argsort(self.task[row], kind="stable")]
        text_row = row[self.task[row] < FIRST_ASSOCIATION]
        variant_row = row[len(text_row) :]
        used = np.concatenate([self.head_text[row], self.tail_text[text_row]])
        text, place = np.unique(used, return_inverse=True)
        order = np.argsort(self.tokens.lengths(text), kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        place = rank[place]
        tensor = torch.from_numpy
        return Batch(
            chunks=self.tokens.chunks(text[order], self.config.chunk),
            head_B=tensor(place[: len(row)]),
            tail_T=tensor(place[len(row) :]),
            variant_S=tensor(self.tail[variant_row]),
            weight_B=tensor(self.weight[row].astype(np.float32)),
            known_BB=tensor(self._known(row)),
            kind_B=tensor((self.task[row] >= FIRST_ASSOCIATION).astype(np.int64)),
            task_B=tensor(self.task[row].astype(np.int64)),
        )

    def _known(self, row: NDArray[np.int64]) -> NDArray[np.bool_]:
        head, tail = self.head_node[row], self.tail_node[row]
        head_key = self.key[self.head_text[row]]
        tail_key = np.where(self.tail_text[row] < 0, -1 - self.tail[row], self.key[self.tail_text[row]])
        known_BB: NDArray[np.bool_] = self.edges[head][:, tail].toarray()
        for one, other in ((head, tail), (head_key, tail_key), (head_key, head_key), (tail_key, tail_key)):
            known_BB |= one[:, None] == other[None, :]
        np.fill_diagonal(known_BB, False)
        return known_BB

    def stream(self, first: int, last: int, device: torch.device) -> Iterator[Batch]:
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


def _adjacency(head: NDArray[np.int64], tail: NDArray[np.int64], size: int) -> csr_array:
    ends = (np.concatenate([head, tail]), np.concatenate([tail, head]))
    return coo_array((np.ones(2 * len(head), bool), ends), (size, size)).tocsr()


@lru_cache(maxsize=16)
def _permutation(seed: int, task: int, turn: int, size: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, task, turn)).permutation(size)
