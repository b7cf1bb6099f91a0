"""Training, top to bottom, whatever the method.

    kg train generel_cpu --max-time 60
    torchrun --nproc-per-node 4 -m kgbuild.cli train generel

A method (`embed.methods`) says what is in a batch and what its loss is; a recipe (`embed.recipes`) says how long, at
which rates, and from which base model.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, Progress, TextColumn
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer, SparseAdam

from embed.compute import processes
from embed.config import TrainConfig
from embed.methods import prepare, with_texts
from embed.methods.method import Method
from embed.model.checkpoint import save_model
from embed.model.encoder import load_base
from embed.pairs.batches import Batches
from embed.pairs.cache import PairCache
from embed.pairs.tokens import cached, lower_case
from embed.training import state
from embed.training.curves import Curves
from embed.training.step import gradients, losses
from kgbuild.console import err
from kgbuild.errors import TrainError

#: Batches that validation looks at, the same ones each time.
_VALIDATION_BATCHES = 8

#: Seconds that steps are timed for before the first one, where three of them take longer.
_TIMED = 3.0


def train(
    config: TrainConfig,
    cache: PairCache,
    out: Path,
    train_mask: NDArray[np.bool_] | None = None,
    max_minutes: float = math.inf,
    resume: bool = False,
    kept: Path | None = None,
) -> Path:
    """Train and save a model.

    Args:
        config: The recipe.
        cache: The pairs.
        out: The model's folder; `training/` in it has the checkpoint and the curves.
        train_mask: bool, one a pair: False is held out, neither sampled nor a known positive.
        max_minutes: The steps, and the fall of the learning rate, are planned to end by then; they stop there anyway.
        resume: Go on from the checkpoint in `out`.
        kept: Where tokens and targets are kept, for trainings that share them; `training/` unless given.

    Returns:
        `out`.

    Raises:
        TrainError: Nothing to train on; no checkpoint, or one of another recipe, graph or hold-out; a loss that is not
            finite; a batch that the GPU's memory does not hold.
    """
    deadline = time.monotonic() + 60 * max_minutes
    train_mask = np.ones(len(cache.pairs), bool) if train_mask is None else train_mask
    with processes.together() as device, _enough_memory(config):
        torch.manual_seed(config.seed)
        transformer, tokenizer = load_base(config.base_model)
        if config.lower_case:
            lower_case(tokenizer)
        cache, kept = with_texts(config, cache, train_mask), kept or out / "training"
        beside = cache.folder or kept  # every training on these pairs needs the same tokens
        tokenize = partial(cached, tokenizer=tokenizer, max_length=config.max_length, folder=beside)
        prepared = prepare(config, cache, train_mask, transformer, tokenize, kept)
        model, batches = prepared.model, prepared.batches
        if not resume:
            model.start()
        model.to(device).train()
        optimizers = make_optimizers(model)
        dense = [weight for group in optimizers[0].param_groups for weight in group["params"]]

        same, checkpoint = state.identity(config, cache, train_mask, batches.digest), out / "training" / "checkpoint.pt"
        if resume:
            at = state.restore(checkpoint, same, model, optimizers, device)
        else:
            at = state.At(step=0, total=plan(model, batches, deadline - time.monotonic(), device))
            state.save(checkpoint, same, at, model, optimizers)
        saved, seen, curves = at.step, Seen(model, device), Curves(out / "training", at.step, model.objective)

        with _progress(at.step, at.total) as show:
            for batch in batches.stream(at.step, at.total, device):
                at.step += 1
                _set_rates(optimizers, rate(at.step, at.total, config.warmup))
                loss_B = gradients(model, batch, at.step, device)
                nn.utils.clip_grad_norm_(dense, 1.0)
                for optimizer in optimizers:
                    optimizer.step()
                    optimizer.zero_grad()
                model.after_step()

                seen.add(loss_B, batch.task_B, at.step)
                late = processes.agree(time.monotonic() > deadline, device) > 0
                saves = late or at.step == at.total or at.step % config.checkpoint_every == 0
                if saves or at.step % config.log_every == 0:
                    row = seen.row()
                    if not math.isfinite(row["loss"]):
                        raise TrainError(_diverged(seen, batches, saved, checkpoint))
                    row |= model.figures() | {"learning_rate": optimizers[0].param_groups[0]["lr"]}
                    if saves and prepared.validation is not None:
                        row["loss_validation"] = validate(model, prepared.validation, device)
                        at.judge(row["loss_validation"])
                    curves.add({"step": at.step, "epoch": at.step / batches.steps} | row)
                    show(at.step, row, (at.total - at.step) * batches.size / row["pairs_per_second"])
                if saves:
                    state.save(checkpoint, same, at, model, optimizers)
                    saved = at.step
                if config.patience and at.waited >= config.patience:
                    if processes.rank() == 0:
                        err.print(f"step {at.step:,}: no lower validation loss in {at.waited} checkpoints; it ends")
                    break
                if late:
                    break
        curves.close()
        model.cpu().eval()
        torch.manual_seed(config.seed)  # whatever step a resumed training began at
        model.finish()
        if processes.rank() == 0:
            save_model(out, model, tokenizer, cache, train_mask, {"steps": at.step, "planned": at.total})
        processes.wait()
    return out


def make_optimizers(model: Method) -> list[Optimizer]:
    """AdamW for what every step touches, at the method's rates, and Adam on single rows for tables.

    Weight matrices decay; biases, norms, tables and the temperature do not.
    """
    texts = set(model.text.modules())
    tables = [m for m in model.modules() if isinstance(m, nn.Embedding | nn.EmbeddingBag) and m not in texts]
    sparse = [table.weight for table in tables if table.sparse]
    rows = {id(weight) for weight in sparse}
    groups: list[dict[str, Any]] = []
    peak = model.config.learning_rate
    for weights, peak in model.rates():
        wanted = [weight for weight in weights if id(weight) not in rows and weight.requires_grad]
        for decays in (True, False):
            part = [weight for weight in wanted if (weight.ndim > 1) == decays]
            groups.append({"params": part, "lr": peak, "weight_decay": model.config.weight_decay if decays else 0.0})
    optimizers: list[Optimizer] = [AdamW(groups, fused=True)]
    if sparse:
        optimizers.append(SparseAdam(sparse, lr=peak))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return optimizers


def rate(step: int, total: int, warmup: float) -> float:
    """The learning rate's share of its peak: a linear rise, then a linear fall to 0 after the last step."""
    rise = max(1.0, warmup * total)
    return min(step / rise, (total + 1 - step) / max(1.0, total + 1 - rise))


def _set_rates(optimizers: list[Optimizer], share: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share


def plan(model: Method, batches: Batches, seconds: float, device: torch.device) -> int:
    """How many steps to train: all epochs, or what fits in `seconds` by the time that up to three steps take here.

    The measured steps change nothing. Prints the plan.
    """
    total, about = model.config.epochs * batches.steps, ""
    planned = total
    if math.isfinite(seconds):
        each = _seconds_a_step(model, batches, device)
        planned = max(1, min(total, int(seconds / each)))
        about = f", about {planned * each / 60:,.1f} minutes at {batches.size / each:,.0f} pairs/s"
    if processes.rank() > 0:
        return planned
    count, epochs = processes.count(), model.config.epochs
    err.print(
        f"{model.config.name}: {planned:,} "
        + (f"of {total:,} " if planned < total else "")
        + f"steps of {batches.size:,} pairs "
        f"({epochs} epoch{'s' * (epochs > 1)}){about} on {device.type}"
        + (f" by {count} processes" if count > 1 else "")
    )
    if count > 1 and count > (chunks := len(batches.batch(0, 0).chunks)):
        err.print(
            f"{count} processes share {chunks} chunks of texts a batch, so some have nothing to do: "
            "train with a smaller --chunk, a larger --batch-size or fewer processes"
        )
    return planned


def _seconds_a_step(model: Method, batches: Batches, device: torch.device) -> float:
    times = []
    for step, batch in enumerate(batches.stream(0, 4, device)):  # the first one warms up
        started = time.monotonic()
        gradients(model, batch, step, device).sum().item()  # waits for the GPU
        model.zero_grad()
        times.append(time.monotonic() - started)
        if processes.agree(sum(times[1:]) > _TIMED, device):
            break
    return processes.agree(1.1 * float(np.median(times[1:])), device)  # the optimizer's share


def validate(model: Method, validation: Batches, device: torch.device) -> float:
    """The mean loss over the first batches of what is kept for validation."""
    last = min(validation.steps, _VALIDATION_BATCHES)
    found = [losses(model, batch, device).mean().item() for batch in validation.stream(0, last, device)]
    return float(np.mean(found))


class Seen:
    """Sums of the losses since the last row, on the device: reading them is what waits for a GPU."""

    def __init__(self, model: Method, device: torch.device):
        self.tasks = model.tasks
        self.sum = torch.zeros(len(self.tasks), device=device)
        self.count = torch.zeros(len(self.tasks), device=device)
        #: Step and row of the first loss that is not finite, -1 where all are.
        self.bad = torch.full((2,), -1, device=device)
        self.started = time.monotonic()

    def add(self, loss_B: Tensor, task_B: Tensor, step: int) -> None:
        """Add one batch."""
        self.sum.index_add_(0, task_B, loss_B)
        self.count.index_add_(0, task_B, torch.ones_like(loss_B))
        wrong_B = ~loss_B.isfinite()
        now = torch.stack([torch.full_like(self.bad[0], step), wrong_B.long().argmax()])
        self.bad = torch.where((self.bad[0] < 0) & wrong_B.any(), now, self.bad)

    def row(self) -> dict[str, float]:
        """Mean loss, overall and by task, and pairs a second; begins anew."""
        total, count = self.sum.tolist(), self.count.tolist()
        row = {f"loss_{task}": total[i] / count[i] for i, task in enumerate(self.tasks) if count[i]}
        row |= {"loss": sum(total) / sum(count), "pairs_per_second": sum(count) / (time.monotonic() - self.started)}
        self.sum.zero_()
        self.count.zero_()
        self.started = time.monotonic()
        return row


def _diverged(seen: Seen, batches: Batches, saved: int, checkpoint: Path) -> str:
    step, row = (int(number) for number in seen.bad.tolist())
    epoch, place = divmod(step - 1, batches.steps)
    return (
        f"step {step}: the loss is not finite, first for row {row} of batch {place} of epoch {epoch} "
        f"({batches.describe(epoch, place, row)}); the last good state is step {saved} in {checkpoint}: "
        "train with a smaller learning rate"
    )


@contextmanager
def _enough_memory(config: TrainConfig) -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        cure = "a smaller --chunk" if config.gradient_caching else "--gradient-caching or a smaller --batch-size"
        raise TrainError(f"{config.name}: the GPU's memory does not hold a batch; train with {cure}") from error


@contextmanager
def _progress(first: int, total: int) -> Iterator[Callable[[int, dict[str, float], float], None]]:
    """A function that shows a row of numbers and the seconds left: in a bar on a terminal, as a line elsewhere."""
    if processes.rank() > 0:
        yield lambda step, row, left: None
        return
    if not err.is_terminal:
        yield lambda step, row, left: err.print(
            f"step {step:,}/{total:,}  loss {row['loss']:.4f}"
            + "".join(f"  {name} {row[name]:.4f}" for name in ("temperature", "loss_validation") if name in row)
            + f"  {row['pairs_per_second']:,.0f} pairs/s  {left / 60:,.1f} min left"
        )
        return
    columns = (TextColumn("training"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=total, completed=first)
        yield lambda step, row, left: bar.update(
            task, completed=step, description=f"{step:,}/{total:,} loss {row['loss']:.3f}, {left / 60:,.0f} min left"
        )
