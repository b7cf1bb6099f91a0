"""GENEREL: texts and variants in one space, by weighted contrastive learning over several kinds of pairs.

Source: GENEREL, section 3; what the paper leaves open is decided in docs/recipes.md.

Legend: B pairs of a batch, of which T have a text and S a variant as tail; N distinct texts, P pairs of the cache, D
the common width.
"""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import coo_array, csr_array
from torch import Tensor, nn
from torch.nn import functional as F

from embed.config import GenerelConfig
from embed.methods.method import Method
from embed.model import associate, relate
from embed.model.encoder import VariantEncoder
from embed.model.locus import LocusEncoder
from embed.model.losses import MAX_LOG_SCALE, info_nce
from embed.pairs.batches import Batch, Batches, in_turns
from embed.pairs.cache import ASSOCIATIONS, PAIRS, TASKS, PairCache
from embed.pairs.hard_negatives import HardNegatives
from embed.pairs.leaks import Hashes
from embed.pairs.tokens import Tokens
from kgbuild.errors import TrainError
from kgbuild.graph import name_key

#: Tasks from here on have variants as tails.
FIRST_ASSOCIATION = min(TASKS.index(task) for task in ASSOCIATIONS)


@dataclass(frozen=True)
class GenerelBatch(Batch):
    """Pairs; those with text tails come first.

    Args:
        head_B, tail_T: Rows of the encoded texts.
        variant_S: Rows of the variants' table.
        weight_B: In (0, 2].
        known_BB: Head i and tail j belong together by the training's pairs (same concept, same name, an edge).
        kind_B: 0 for a text as tail, 1 for a variant.
        extra_E: Rows of the encoded texts that are hard negatives.
        known_BE: Pair i and hard negative e belong together, by the head or the tail.
    """

    head_B: Tensor
    tail_T: Tensor
    variant_S: Tensor
    weight_B: Tensor
    known_BB: Tensor
    kind_B: Tensor
    extra_E: Tensor
    known_BE: Tensor


def told(config: GenerelConfig, cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[PairCache, NDArray[np.bool_]]:
    """The pairs that a recipe is told of, with the weights that it wants.

    A task without a quota is not there: neither sampled, nor a known positive, nor in what is fitted in closed form.
    """
    quota_P = np.array([config.quota.get(task, 0) for task in TASKS])[cache.column("task")]
    if config.weights == "one":
        ones = pa.array(np.ones(len(cache.pairs), np.float32))
        cache = replace(cache, pairs=cache.pairs.set_column(PAIRS.get_field_index("weight"), "weight", ones))
    return cache, train_mask & (quota_P > 0)


class GenerelBatches(Batches):
    """Mixes the tasks' pairs by quota.

    Each task runs through its own endless row of permutations, quota by quota; step s of epoch e starts at
    (e·steps + s)·quota. A pair that several records support is sampled once, with its largest weight.

    Args:
        cache: The pairs.
        train_mask: bool P: what is not held out, of tasks that have a quota. The rest is neither sampled nor a known
            positive: masking a held-out pair would tell the model about it.
        tokens: Of `cache.strings`.
        config: Quotas, seed, chunk size, `max_traits`.

    Raises:
        TrainError: There is nothing to sample.
    """

    def __init__(self, cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens, config: GenerelConfig):
        super().__init__(tokens, config.chunk)
        self.config, self.strings = config, cache.strings
        self.task, self.weight = cache.column("task"), cache.column("weight")
        self.head_text, self.tail_text = (cache.column(name).astype(np.int64) for name in ("head_text", "tail_text"))
        self.head, self.tail = (cache.column(name).astype(np.int64) for name in ("head", "tail"))
        self.label = cache.concepts["label"].to_numpy()
        keys = pa.array(map(name_key, cache.strings.to_pylist()), pa.string()).dictionary_encode()
        self.key = keys.indices.to_numpy().astype(np.int64)
        group = cache.concepts["group"].to_numpy().astype(np.int64)
        n_groups = int(group.max(initial=-1)) + 1
        self.head_node = group[self.head]
        association = self.task >= FIRST_ASSOCIATION
        self.tail_node = np.where(association, n_groups + self.tail, group[np.where(association, 0, self.tail)])
        self.group = group
        self.hard = HardNegatives(cache, train_mask) if config.hard_negatives else None
        self.edges = _adjacency(self.head_node[train_mask], self.tail_node[train_mask], n_groups + len(cache.variants))
        self.pools = self._pools(train_mask & (cache.column("n_traits") <= config.max_traits), association)
        self.quota = {task: config.quota[TASKS[task]] for task in self.pools}
        if not self.pools:
            raise TrainError("pairs: none left to train on; load sources with names, relations or associations")
        self.size = sum(self.quota.values())
        self.steps = math.ceil(sum(map(len, self.pools.values())) / self.size)

    def _pools(self, sampled: NDArray[np.bool_], association: NDArray[np.bool_]) -> dict[int, NDArray[np.int64]]:
        same_name = ~association & (self.key[self.head_text] == self.key[self.tail_text])
        names_other = (self.task == TASKS.index("synonym")) & (self.head_text != self.label[self.head])
        unlabelled = names_other & (self.config.names == "label")
        row = np.flatnonzero(sampled & ~same_name & ~unlabelled)
        row = row[np.argsort(-self.weight[row], kind="stable")]
        what = (self.task, self.head_text, self.tail_text, self.head_node, self.tail_node)
        again = pd.DataFrame({i: column[row] for i, column in enumerate(what)}).duplicated()
        row = np.sort(row[~again.to_numpy()])
        return {int(task): row[self.task[row] == task] for task in np.unique(self.task[row])}

    def rows(self, epoch: int, step: int) -> NDArray[np.int64]:
        """The pairs of one batch: rows of the cache, rising. A pool smaller than its quota gives each pair once."""
        parts = []
        for task, quota in self.quota.items():
            pool, start = self.pools[task], (epoch * self.steps + step) * quota
            parts.append(pool[in_turns(self.config.seed, task, len(pool), start, quota)])
        return np.unique(np.concatenate(parts))

    def batch(self, epoch: int, step: int) -> GenerelBatch:
        """One batch on the CPU, with each distinct text once."""
        row = self._by_task(self.rows(epoch, step))
        text_row = row[self.task[row] < FIRST_ASSOCIATION]
        variant_row = row[len(text_row) :]
        extra = self._hard_negatives(row, np.random.default_rng((self.config.seed, 2, epoch, step)))
        used = [self.head_text[row], self.tail_text[text_row], self.label[extra].astype(np.int64)]
        chunks, place = self.distinct(np.concatenate(used))
        tails = len(row) + len(text_row)
        tensor = torch.from_numpy
        return GenerelBatch(
            chunks=chunks,
            head_B=tensor(place[: len(row)]),
            tail_T=tensor(place[len(row) : tails]),
            variant_S=tensor(self.tail[variant_row]),
            weight_B=tensor(self.weight[row].astype(np.float32)),
            known_BB=tensor(self._known(row)),
            kind_B=tensor((self.task[row] >= FIRST_ASSOCIATION).astype(np.int64)),
            task_B=tensor(self.task[row].astype(np.int64)),
            extra_E=tensor(place[tails:]),
            known_BE=tensor(self._known_extra(row, extra)),
        )

    def _hard_negatives(self, row: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Concepts that are hard negatives of some of the pairs' heads, each once."""
        if self.hard is None:
            return np.zeros(0, np.int64)
        heads = self.head[row][random.random(len(row)) < self.config.hard_negatives]
        drawn = self.hard.draw(heads, random)
        return np.unique(drawn[drawn >= 0])

    def _known_extra(self, row: NDArray[np.int64], extra: NDArray[np.int64]) -> NDArray[np.bool_]:
        node_E, key_E = self.group[extra], self.key[self.label[extra]]
        known_BE = np.zeros((len(row), len(extra)), bool)
        for node_B in (self.head_node[row], self.tail_node[row]):
            known_BE |= self.edges[node_B][:, node_E].toarray() | (node_B[:, None] == node_E[None, :])
        for text_B in (self.head_text[row], self.tail_text[row]):
            known_BE |= (self.key[text_B][:, None] == key_E[None, :]) & (text_B >= 0)[:, None]
        return known_BE

    def _by_task(self, row: NDArray[np.int64]) -> NDArray[np.int64]:
        return row[np.argsort(self.task[row], kind="stable")]

    def describe(self, epoch: int, step: int, row: int) -> str:
        """A pair's task, texts (a variant: its row) and weight."""
        pair = self._by_task(self.rows(epoch, step))[row]
        head, tail = self.strings[int(self.head_text[pair])].as_py(), int(self.tail_text[pair])
        other = repr(self.strings[tail].as_py()) if tail >= 0 else f"variant {self.tail[pair]}"
        return f"{TASKS[self.task[pair]]} {head!r} – {other}, weight {self.weight[pair]:g}"

    def _known(self, row: NDArray[np.int64]) -> NDArray[np.bool_]:
        head, tail = self.head_node[row], self.tail_node[row]
        head_key = self.key[self.head_text[row]]
        tail_key = np.where(self.tail_text[row] < 0, -1 - self.tail[row], self.key[self.tail_text[row]])
        known_BB: NDArray[np.bool_] = self.edges[head][:, tail].toarray()
        for one, other in ((head, tail), (head_key, tail_key), (head_key, head_key), (tail_key, tail_key)):
            known_BB |= one[:, None] == other[None, :]
        if self.config.negatives == "task":  # another task's pairs are as little a negative as a known positive
            known_BB |= self.task[row][:, None] != self.task[row][None, :]
        np.fill_diagonal(known_BB, False)
        return known_BB


def _adjacency(head: NDArray[np.int64], tail: NDArray[np.int64], size: int) -> csr_array:
    ends = tuple(np.concatenate(both).astype(np.int32) for both in ((head, tail), (tail, head)))
    return coo_array((np.ones(2 * len(head), bool), ends), (size, size)).tocsr()


class Generel(Method):
    """Both encoders and the temperature."""

    tasks = TASKS
    objective = "weighted InfoNCE"
    paper = "GENEREL (Yuan et al., ICML 2025 workshop)"
    config: GenerelConfig

    def __init__(
        self,
        config: GenerelConfig,
        transformer: nn.Module,
        cache: PairCache,
        train_mask: NDArray[np.bool_],
        tokens: Tokens,
    ):
        super().__init__(config, transformer, config.dimensions, config.text_head)
        self.data = cache, train_mask, tokens
        self.variants: nn.Module
        if config.variant_encoder == "locus":
            self.variants = LocusEncoder(cache.variants, config.dimensions)
        else:
            self.variants = VariantEncoder(len(cache.variants), config.dimensions)
        self.log_scale = nn.Parameter(torch.tensor(config.temperature).log().neg())

    def loss(self, text_ND: Tensor, batch: Any) -> Tensor:
        """Weighted losses of the batch's pairs, B nats."""
        variant_SD = F.normalize(self.variants(batch.variant_S).float(), dim=-1)
        return info_nce(
            text_ND[batch.head_B],
            torch.cat([text_ND[batch.tail_T], variant_SD]),
            batch.weight_B,
            self.log_scale,
            batch.known_BB,
            batch.kind_B,
            self.config.symmetric,
            text_ND[batch.extra_E],
            batch.known_BE,
        )

    def rates(self) -> list[tuple[list[nn.Parameter], float]]:
        """The language model and the layer over it, then everything that starts from nothing."""
        slow = [*self.text.transformer.parameters(), *self.text.project.parameters()]
        known = {id(weight) for weight in slow}
        fast = [weight for weight in self.parameters() if id(weight) not in known]
        return [(slow, self.config.learning_rate), (fast, self.config.variant_learning_rate)]

    def start(self) -> None:
        """With genes and loci, start in closed form."""
        if self.config.variant_encoder == "locus":
            associate.start(self, *self.data)

    def finish(self) -> None:
        """Fit what only relations speak of, then, with genes and loci, what only associations do."""
        if self.config.relation_part:
            relate.finish(self, *self.data)
        if self.config.variant_encoder == "locus":
            associate.finish(self, *self.data)

    def taught(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Hashes]:
        """The pairs of the tasks that have a quota."""
        quota_P = np.array([self.config.quota.get(task, 0) for task in TASKS])[cache.column("task")]
        return train_mask & (quota_P > 0), np.zeros(0, np.uint64)

    @torch.no_grad()
    def after_step(self) -> None:
        """Keep the temperature where CLIP keeps it."""
        self.log_scale.clamp_(0, MAX_LOG_SCALE)

    def figures(self) -> dict[str, float]:
        """The temperature."""
        return {"temperature": self.log_scale.neg().exp().item()}

    @torch.no_grad()
    def save(self, folder: Path) -> None:
        """`variants.safetensors` and `variants.json`: unit vectors M×D, ids, and which were learned."""
        self.eval()
        cache, train_mask, _ = self.data
        device = self.log_scale.device
        parts = torch.arange(len(cache.variants)).split(10_000)  # type: ignore[no-untyped-call]  # torch's own
        vectors_MD = [F.normalize(self.variants(part.to(device)).float(), dim=-1).cpu().numpy() for part in parts]
        nothing = np.zeros((0, self.config.dimensions), np.float32)
        save_file({"vectors": np.concatenate([nothing, *vectors_MD])}, folder / "variants.safetensors")
        trained = np.zeros(len(cache.variants), bool)
        trained[cache.column("tail")[train_mask & (cache.column("task") >= FIRST_ASSOCIATION)]] = True
        known = trained | (self.variants.placed if isinstance(self.variants, LocusEncoder) else False)
        about = {"ids": cache.variants["id"].to_pylist(), "trained": known.tolist()}
        (folder / "variants.json").write_text(json.dumps(about))
