"""BioLORD-2023: names next to their definitions, then that knowledge distilled into the base model by regression.

    Contrast      phase 1: in-batch contrast of names and definitions
    Distil        phase 2, and across languages: a text's vector predicts its concept's target

Source: Remy et al., BioLORD-2023, JAMIA 2024, "Training strategy"; what the paper leaves open is decided in
docs/recipes.md.

Legend: B rows of a batch, N distinct texts, D the model's width, K that of the targets, C concepts of the cache.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embed.config import BioLordConfig
from embed.methods.method import Method
from embed.methods.targets import Targets, names, with_label
from embed.model.losses import info_nce
from embed.pairs.batches import Batch, Batches, in_turns
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.leaks import Hashes
from embed.pairs.tokens import Tokens
from kgbuild.errors import TrainError
from kgbuild.graph import name_key

_PAPER = "BioLORD-2023 (Remy et al., JAMIA 2024)"


@dataclass(frozen=True)
class DefinitionBatch(Batch):
    """Names with a definition each.

    Args:
        name_B, definition_B: Rows of the encoded texts.
        known_BB: Definition i belongs to name j too: same concept or group, same name or same definition.
    """

    name_B: Tensor
    definition_B: Tensor
    known_BB: Tensor


class DefinitionBatches(Batches):
    """Definitions and descriptions in their shares, each with one of its concept's English names, drawn anew each time.

    Each kind runs through its own endless row of permutations; step s of epoch e starts at (e·steps + s)·quota.

    Args:
        cache: The pairs, described (`embed.pairs.descriptions`).
        wanted_C: bool: the concepts whose definitions are sampled.
        tokens: Of `cache.strings`.
        config: Batch size, share of relations, seed, chunk size.

    Raises:
        TrainError: No concept has a definition or a relation.
    """

    tasks = ("definition", "relation")

    def __init__(self, cache: PairCache, wanted_C: NDArray[np.bool_], tokens: Tokens, config: BioLordConfig):
        super().__init__(tokens, config.chunk)
        self.seed, self.strings = config.seed, cache.strings
        self.concept, self.definition = (
            cache.definitions[name].to_numpy().astype(np.int64) for name in ("concept", "text")
        )
        self.task = cache.definitions["templated"].to_numpy(zero_copy_only=False).astype(np.int64)
        self.group = cache.concepts["group"].to_numpy()
        named, self.name = names(cache)
        self.start = np.searchsorted(named, np.arange(len(cache.concepts) + 1))
        keys: dict[str, int] = {}
        key = [keys.setdefault(name_key(text), len(keys)) for text in cache.strings.take(self.name).to_pylist()]
        self.key = np.array(key, np.int64)
        rows = np.flatnonzero(wanted_C[self.concept])
        self.pools = {task: pool for task in (0, 1) if len(pool := rows[self.task[rows] == task])}
        if not self.pools:
            raise TrainError("definitions: none, and no relations to make any from; load an ontology: kg load mondo")
        shares = (
            {0: 1 - config.relations, 1: config.relations} if len(self.pools) == 2 else dict.fromkeys(self.pools, 1)
        )
        self.quota = {task: max(1, round(share * config.batch_size)) for task, share in shares.items() if share}
        self.size = sum(self.quota.values())
        self.steps = math.ceil(sum(len(self.pools[task]) for task in self.quota) / self.size)

    def rows(self, epoch: int, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The definitions of one batch, rising, and the place of a name for each."""
        parts = []
        for task, quota in self.quota.items():
            pool, start = self.pools[task], (epoch * self.steps + step) * quota
            parts.append(pool[in_turns(self.seed, task, len(pool), start, quota)])
        row = np.unique(np.concatenate(parts))
        first, last = self.start[self.concept[row]], self.start[self.concept[row] + 1]
        drawn = np.random.default_rng((self.seed, 3, epoch, step)).random(len(row))
        return row, first + (drawn * (last - first)).astype(np.int64)

    def batch(self, epoch: int, step: int) -> DefinitionBatch:
        """One batch on the CPU, with each distinct text once."""
        row, name = self.rows(epoch, step)
        chunks, place = self.distinct(np.concatenate([self.name[name], self.definition[row]]))
        known_BB = np.zeros((len(row), len(row)), bool)
        for what in (self.group[self.concept[row]], self.key[name], self.definition[row]):
            known_BB |= what[:, None] == what[None, :]
        np.fill_diagonal(known_BB, False)
        return DefinitionBatch(
            chunks=chunks,
            task_B=torch.from_numpy(self.task[row]),
            name_B=torch.from_numpy(place[: len(row)]),
            definition_B=torch.from_numpy(place[len(row) :]),
            known_BB=torch.from_numpy(known_BB),
        )

    def describe(self, epoch: int, step: int, row: int) -> str:
        """A name and its definition."""
        rows, name = self.rows(epoch, step)
        texts = (self.strings[int(at)].as_py() for at in (self.name[name[row]], self.definition[rows[row]]))
        return f"{self.tasks[self.task[rows[row]]]} " + " – ".join(map(repr, texts))


class Contrast(Method):
    """Phase 1: each name finds its definition among the batch's."""

    tasks = DefinitionBatches.tasks
    objective = "InfoNCE of names and definitions"
    paper = _PAPER
    config: BioLordConfig

    def __init__(self, config: BioLordConfig, transformer: nn.Module):
        super().__init__(config, transformer, None)
        self.register_buffer("log_scale", torch.tensor(-math.log(config.temperature)), persistent=False)
        self.log_scale: Tensor

    def loss(self, text_ND: Tensor, batch: Any) -> Tensor:
        """Losses of the batch's pairs, B nats."""
        weight_B = torch.ones_like(batch.name_B, dtype=torch.float32)
        return info_nce(
            text_ND[batch.definition_B],
            text_ND[batch.name_B],
            weight_B,
            self.log_scale,
            batch.known_BB,
            torch.zeros_like(batch.name_B),
            symmetric=False,  # names ask, definitions answer
        )

    def taught(self, cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Hashes]:
        """Relations, which descriptions are made of, and each name with its label: both have one definition."""
        return train_mask & (cache.column("task") == TASKS.index("relation")), with_label(cache, *names(cache))


@dataclass(frozen=True)
class TargetBatch(Batch):
    """Texts with the vectors that they should have.

    Args:
        text_B: Rows of the encoded texts.
        target_BK: The vectors.
    """

    text_B: Tensor
    target_BK: Tensor


class TargetBatches(Batches):
    """Each text of a concept once an epoch.

    Args:
        cache: The pairs.
        targets: Texts and targets.
        wanted_C: bool: the concepts whose texts are sampled.
        tokens: Of `cache.strings`.
        config: Batch size, seed, chunk size.

    Raises:
        TrainError: There are none.
    """

    def __init__(
        self, cache: PairCache, targets: Targets, wanted_C: NDArray[np.bool_], tokens: Tokens, config: BioLordConfig
    ):
        super().__init__(tokens, config.chunk)
        self.seed, self.strings, self.targets = config.seed, cache.strings, targets
        self.pool = np.flatnonzero(wanted_C[targets.concept_R])
        if not len(self.pool):
            raise TrainError("names: none to train on; load a vocabulary: kg load mondo")
        self.size = config.batch_size
        self.steps = math.ceil(len(self.pool) / self.size)

    def rows(self, epoch: int, step: int) -> NDArray[np.int64]:
        """The rows of one batch, rising; fewer texts than a batch give each once."""
        start = (epoch * self.steps + step) * self.size
        return np.unique(self.pool[in_turns(self.seed, 0, len(self.pool), start, self.size)])

    def batch(self, epoch: int, step: int) -> TargetBatch:
        """One batch on the CPU, with each distinct text once."""
        row, targets = self.rows(epoch, step), self.targets
        chunks, place = self.distinct(targets.text_R[row])
        return TargetBatch(
            chunks=chunks,
            task_B=torch.from_numpy(targets.task_R[row]),
            text_B=torch.from_numpy(place),
            target_BK=torch.from_numpy(targets.vector_TK[targets.target_R[row]]),
        )

    def describe(self, epoch: int, step: int, row: int) -> str:
        """A text and what it is."""
        at = self.rows(epoch, step)[row]
        return f"{self.targets.tasks[self.targets.task_R[at]]} {self.strings[int(self.targets.text_R[at])].as_py()!r}"


class Distil(Method):
    """Phase 2, and the multilingual student: the mean squared error to the targets.

    In self-distillation a linear layer that starts from nothing predicts the targets; it is left behind when the
    model is saved. Across languages the text's vector is the prediction itself.

    Args:
        config: The recipe.
        transformer: Of Hugging Face.
        targets: What is learned.

    Raises:
        TrainError: The student is not as wide as the teacher, across languages.
    """

    objective = "mean squared error to the targets"
    paper = _PAPER
    config: BioLordConfig

    def __init__(self, config: BioLordConfig, transformer: nn.Module, targets: Targets):
        super().__init__(config, transformer, None)
        self.tasks = targets.tasks
        wide, width = self.text.dimensions, targets.vector_TK.shape[1]
        self.head: nn.Linear | nn.Identity = nn.Linear(wide, width) if config.phase == "distil" else nn.Identity()
        if config.phase != "distil" and wide != width:
            raise TrainError(
                f"{config.base_model}: vectors of {wide} dimensions, {config.teacher} has {width}; "
                "give a --base-model as wide as the teacher"
            )

    def loss(self, text_ND: Tensor, batch: Any) -> Tensor:
        """The mean squared error over the K dimensions of each of B rows."""
        with torch.autocast(text_ND.device.type, enabled=False):
            error_BK: Tensor = self.head(text_ND)[batch.text_B] - batch.target_BK
            return error_BK.square().mean(-1)

    def rates(self) -> list[tuple[list[nn.Parameter], float]]:
        """The language model, then the layer that starts from nothing."""
        head = (list(self.head.parameters()), self.config.head_learning_rate)
        return [(list(self.text.parameters()), self.config.learning_rate), head]
