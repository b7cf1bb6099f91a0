"""What the command line draws: progress bars on a terminal, plain lines otherwise, and tables."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

#: Where the output is no terminal, lines are as long as they need to be.
_WIDTH = None if sys.stdout.isatty() else 240

#: Bytes of a transfer that is worth lines of progress.
_WORTH_WAITING = 32 << 20

out = Console(highlight=False, soft_wrap=True, width=_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Steps:
    """Long steps of one command: a bar each on a terminal, a line each elsewhere.

    `seconds` says how long each took; those of one name together.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._bar: Progress | None = None
        self._tasks: dict[str, Any] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show one long step while it runs, and how long it took."""
        started = time.monotonic()
        if err.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=err, transient=True) as self._bar:
                self._tasks = {name: self._bar.add_task(name, total=None)}
                yield
            self._bar = None
        else:
            yield
        took = time.monotonic() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        err.print(f"{name:<32} {took:7.1f} s")

    def tell(self, line: str) -> None:
        """Something that a person who waits wants to know."""
        err.print(line, markup=False)

    def advance(self, name: str, done: int, total: int | None) -> None:
        """So many of so many rows of a part of the current step are done."""
        if self._bar is not None:
            if name not in self._tasks:
                self._tasks[name] = self._bar.add_task(f"  {name}", total=total)
            self._bar.update(self._tasks[name], completed=done)


@contextmanager
def transfer(what: str, total: int | None, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar of bytes on a terminal; elsewhere a line each quarter, where there is enough to wait for."""
    if err.is_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task(what, total=total, completed=done)
            yield lambda n: bar.advance(task, n)
        return
    quarter = 1 + 4 * done // total if total else 0

    def advance(n: int) -> None:
        nonlocal done, quarter
        done += n
        if total and total >= _WORTH_WAITING and done >= quarter * total / 4:
            err.print(f"{what}: {25 * quarter} % of {total >> 20} MiB", markup=False)
            quarter += 1

    yield advance


def table(rows: Sequence[dict[str, Any]], title: str | None = None, limit: int | None = None) -> None:
    """Print rows as a table: numbers to the right with thousands separated, scores with three decimals."""
    if not rows:
        out.print(f"{title}: none" if title else "none")
        return
    columns = list(rows[0])
    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = all(isinstance(row[column], int | float) or row[column] is None for row in rows)
        drawn.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows[:limit]:
        drawn.add_row(*(_cell(row[column]) for column in columns))
    out.print(drawn)
    if limit is not None and len(rows) > limit:
        out.print(f"… and {len(rows) - limit:,} more")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
