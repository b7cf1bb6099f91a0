"""The training of GENEREL, top to bottom.

    kg train generel_cpu --max-time 60

Source: GENEREL, section 3; what the paper leaves open is decided in DESIGN.md, "Pairs and training".
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer, SparseAdam

from embed import associate, state
from embed.batches import Batches
from embed.checkpoint import save_model
from embed.config import TrainConfig
from embed.curves import Curves
from embed.device import autocast, best_device
from embed.encoder import Generel, load_base
from embed.losses import MAX_LOG_SCALE
from embed.pairs import TASKS, PairCache
from embed.tokens import cached
from kgbuild.console import err
from kgbuild.errors import TrainError


def train(
    config: TrainConfig,
    cache: PairCache,
    out: Path,
    train_mask: NDArray[np.bool_] | None = None,
    max_minutes: float = math.inf,
    resume: bool = False,
) -> Path:
    """Train and save a model.

    Args:
        config: The recipe.
        cache: The pairs.
        out: The model's folder; `training/` in it has the checkpoint and the curves.
        train_mask: bool, one a pair: False is held out, neither sampled nor a known positive.
        max_minutes: The steps, and the fall of the learning rate, are planned to end by then; they stop there anyway.
        resume: Go on from the checkpoint in `out`.

    Returns:
        `out`.

    Raises:
        TrainError: Nothing to train on; no checkpoint, or one of another recipe, graph or hold-out; a loss that is not
            finite.
    """
    deadline = time.monotonic() + 60 * max_minutes
    device = best_device()
    torch.manual_seed(config.seed)
    train_mask = np.ones(len(cache.pairs), bool) if train_mask is None else train_mask
    transformer, tokenizer = load_base(config.base_model)
    tokens = cached(cache.strings.to_pylist(), tokenizer, config.max_length, out / "training")
    batches = Batches(cache, train_mask, tokens, config)
    model = Generel(config, transformer, cache)
    if config.variant_encoder == "locus" and not resume:
        associate.start(model, cache, train_mask, tokens)
    model.to(device).train()
    optimizers = make_optimizers(model, config)
    dense = [weight for group in optimizers[0].param_groups for weight in group["params"]]

    same, checkpoint = state.identity(config, cache, train_mask), out / "training" / "checkpoint.pt"
    if resume:
        step, total = state.restore(checkpoint, same, model, optimizers, device)
    else:
        step, total = 0, plan(model, batches, 60 * max_minutes, device)
        state.save(checkpoint, same, step, total, model, optimizers)
    saved, seen, curves = step, Seen(device), Curves(out / "training", step)

    with _progress(step, total) as show:
        for batch in batches.stream(step, total, device):
            step += 1
            _set_rates(optimizers, rate(step, total, config.warmup))
            with autocast(config.precision, device):
                loss_B = model(batch)
            loss_B.mean().backward()
            nn.utils.clip_grad_norm_(dense, 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            with torch.no_grad():
                model.log_scale.clamp_(0, MAX_LOG_SCALE)

            seen.add(loss_B.detach(), batch.task_B)
            late = time.monotonic() > deadline
            saves = late or step == total or step % config.checkpoint_every == 0
            if saves or step % config.log_every == 0:
                row = seen.row()
                if not math.isfinite(row["loss"]):
                    raise TrainError(
                        f"step {step}: the loss is {row['loss']}; the last good state is step {saved} in {checkpoint}: "
                        "train with a smaller learning rate"
                    )
                row |= {
                    "temperature": model.log_scale.neg().exp().item(),
                    "learning_rate": optimizers[0].param_groups[0]["lr"],
                }
                curves.add({"step": step, "epoch": step / batches.steps} | row)
                show(step, row)
            if saves:
                state.save(checkpoint, same, step, total, model, optimizers)
                saved = step
            if late:
                break
    curves.close()
    model.cpu().eval()
    if config.variant_encoder == "locus":
        associate.finish(model, cache, train_mask, tokens)
    save_model(out, model, tokenizer, cache, train_mask, {"steps": step, "planned": total})
    return out


def make_optimizers(model: Generel, config: TrainConfig) -> list[Optimizer]:
    """AdamW for what every step touches, in two rates, and Adam on single rows for the variants' tables.

    Weight matrices decay; biases, norms, tables and the temperature do not.
    """
    sparse = [m.weight for m in model.modules() if isinstance(m, nn.Embedding | nn.EmbeddingBag) and m.sparse]
    rows = {id(weight) for weight in sparse}
    text = {id(weight) for part in (model.text.transformer, model.text.project) for weight in part.parameters()}
    groups: list[dict[str, Any]] = [
        {"params": [], "lr": lr, "weight_decay": decay}
        for lr in (config.learning_rate, config.variant_learning_rate)
        for decay in (config.weight_decay, 0.0)
    ]
    for weight in model.parameters():
        if id(weight) not in rows:
            groups[2 * (id(weight) not in text) + (weight.ndim < 2)]["params"].append(weight)
    fused = next(model.parameters()).is_cuda
    optimizers: list[Optimizer] = [AdamW(groups, fused=fused)]
    if sparse:
        optimizers.append(SparseAdam(sparse, lr=config.variant_learning_rate))
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


def plan(model: Generel, batches: Batches, seconds: float, device: torch.device) -> int:
    """How many steps to train: all epochs, or what fits in `seconds` by the time that three steps take here.

    The measured steps change nothing, the random state included. Prints the estimate.
    """
    random = torch.get_rng_state()
    times = []
    for batch in batches.stream(0, 4, device):  # the first one warms up
        started = time.monotonic()
        with autocast(model.config.precision, device):
            loss_B = model(batch)
        loss_B.mean().backward()
        loss_B.sum().item()  # waits for the GPU
        model.zero_grad()
        times.append(time.monotonic() - started)
    torch.set_rng_state(random)
    each = 1.1 * float(np.median(times[1:]))  # the optimizer's share
    total = model.config.epochs * batches.steps
    planned = max(1, min(total, int(seconds / each))) if math.isfinite(seconds) else total
    pairs = sum(batches.quota.values())
    err.print(
        f"{model.config.name}: {planned:,} of {total:,} steps of {pairs:,} pairs ({model.config.epochs} epochs), "
        f"about {planned * each / 60:,.1f} minutes at {pairs / each:,.0f} pairs/s on {device.type}"
    )
    return planned


class Seen:
    """Sums of the losses since the last row, on the device: reading them is what waits for a GPU."""

    def __init__(self, device: torch.device):
        self.sum = torch.zeros(len(TASKS), device=device)
        self.count = torch.zeros(len(TASKS), device=device)
        self.started = time.monotonic()

    def add(self, loss_B: Tensor, task_B: Tensor) -> None:
        """Add one batch."""
        self.sum.index_add_(0, task_B, loss_B)
        self.count.index_add_(0, task_B, torch.ones_like(loss_B))

    def row(self) -> dict[str, float]:
        """Mean weighted loss in nats, overall and by task, and pairs a second; begins anew."""
        total, count = self.sum.tolist(), self.count.tolist()
        row = {f"loss_{task}": total[i] / count[i] for i, task in enumerate(TASKS) if count[i]}
        row |= {"loss": sum(total) / sum(count), "pairs_per_second": sum(count) / (time.monotonic() - self.started)}
        self.__init__(self.sum.device)  # type: ignore[misc]  # begins anew
        return row


@contextmanager
def _progress(first: int, total: int) -> Iterator[Callable[[int, dict[str, float]], None]]:
    """A function that shows a row of numbers: in a bar on a terminal, as a line elsewhere."""
    if not err.is_terminal:
        yield lambda step, row: err.print(
            f"step {step:,}/{total:,}  loss {row['loss']:.4f}  τ {row['temperature']:.4f}  "
            f"{row['pairs_per_second']:,.0f} pairs/s"
        )
        return
    columns = (TextColumn("training"), BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=total, completed=first)
        yield lambda step, row: bar.update(
            task, completed=step, description=f"{step:,}/{total:,} loss {row['loss']:.3f}"
        )
