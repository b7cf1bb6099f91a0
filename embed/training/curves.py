"""The course of a training: `metrics.jsonl`, TensorBoard's event files, and a picture."""

import json
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter


class Curves:
    """Numbers by step. Lines after `step`, left by a run that was killed later than its checkpoint, are dropped."""

    def __init__(self, folder: Path, step: int, title: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.title = folder, title
        self.path = folder / "metrics.jsonl"
        kept = [row for row in read(self.path) if row["step"] <= step] if step else []
        self.path.write_text("".join(json.dumps(row) + "\n" for row in kept))
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def add(self, row: dict[str, Any]) -> None:
        """Keep one row; its keys other than `step` are curves."""
        with open(self.path, "a") as file:
            file.write(json.dumps(row) + "\n")
        for name, value in row.items():
            if name != "step":
                self._board.add_scalar(name, value, row["step"])

    def close(self) -> None:
        """Draw the picture."""
        self._board.close()
        draw(read(self.path), self.folder / "curves.png", self.title)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a metrics file, none where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def draw(rows: list[dict[str, Any]], path: Path, title: str) -> None:
    """Loss by task on the left; temperature (of a method that has one) and learning rate on the right."""
    from matplotlib.figure import Figure  # only the end of a training draws

    figure = Figure(figsize=(11, 4), layout="constrained")
    losses, others = figure.subplots(1, 2)
    for name in sorted({name for row in rows for name in row if name.startswith("loss")}):
        points = [(row["step"], row[name]) for row in rows if name in row]
        losses.plot(*zip(*points, strict=True), label=name.removeprefix("loss_"))
    losses.set(xlabel="step", ylabel="loss per row", title=title)
    if rows:
        losses.legend()
    steps = [row["step"] for row in rows]
    rate = others
    if any("temperature" in row for row in rows):
        others.plot(steps, [row["temperature"] for row in rows], label="temperature τ")
        others.set(xlabel="step", ylabel="τ", title="temperature and learning rate")
        rate = others.twinx()
    rate.plot(steps, [row["learning_rate"] for row in rows], "--", color="tab:gray")
    rate.set_ylabel("learning rate (text)")
    figure.savefig(path, dpi=120)
