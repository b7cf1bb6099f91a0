"""Figures as a person reads them on a terminal, as a script does, as files, and as tables of a document.

list[Figure] ──> show()          terminal: a line a figure
             ──> write()         figures.json, figures.csv
             ──> blocks()        tables: methods beside measures, or sets beside methods ──> markdown(), page.py
"""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.markup import escape

from embed.evaluate.figure import Figure
from kgbuild.console import out, table
from kgbuild.errors import InputError
from kgbuild.files import made, replacing

#: What a table says of figures that others published.
PAPER = "paper: other data, other base model"
#: Below it a difference is marked.
LEVEL = 0.05
#: Measures with one of these words are better when they are lower.
_LOWER = ("error", "mean rank", "deviation")


@dataclass(frozen=True)
class Block:
    """Figures of one table that stand side by side.

    Args:
        table: Theirs.
        title: The set with its subset; empty where the rows are sets.
        corner: What the rows are: `method` or `set`.
        rows, columns: Their names, in order.
        cells: By row and column.
        best: The best of our own figures for one set and measure, with those equal to it.
        papers: Rows or columns that others published.
        notes: What holds for all methods.
    """

    table: str
    title: str
    corner: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: dict[tuple[str, str], Figure]
    best: frozenset[tuple[str, str]]
    papers: frozenset[str]
    notes: Sequence[str]


def blocks(figures: Sequence[Figure], published: Sequence[Figure] = ()) -> list[Block]:
    """Tables of figures, in the order in which their tables and sets first come.

    A table with one measure a set, such as similarity, is one block of sets beside methods; of others each set and
    subset is a block of methods beside measures.

    Args:
        figures: Ours.
        published: Others', of the same tables, sets, subsets and measures; those of sets that we did not measure are
            left out.
    """
    found = []
    for (name,), members in _grouped(figures, "table"):
        measures = [{each.measure for each in part} for _, part in _grouped(members, "set", "subset")]
        theirs = [each for each in published if each.table == name]
        if all(len(each) == 1 for each in measures):
            found.append(_block("set", "", members, theirs))
        else:
            for (of, subset), part in _grouped(members, "set", "subset"):
                beside = [each for each in theirs if (each.set, each.subset) == (of, subset)]
                found.append(_block("method", _title(of, subset), part, beside))
    return found


def _grouped(figures: Iterable[Figure], *names: str) -> list[tuple[tuple[str, ...], list[Figure]]]:
    """Figures by some of their fields, in the order in which these first come."""
    groups: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        groups.setdefault(tuple(getattr(figure, name) for name in names), []).append(figure)
    return list(groups.items())


def _title(of: str, subset: str) -> str:
    return of if subset == "all" else f"{of}, {subset}"


def _block(corner: str, title: str, figures: Sequence[Figure], published: Sequence[Figure]) -> Block:
    def row_and_column(figure: Figure) -> tuple[str, str]:
        if corner == "method":
            return figure.method, figure.measure
        return f"{_title(figure.set, figure.subset)}: {figure.measure}", figure.method

    ours = {row_and_column(each): each for each in figures}
    asked = {(each.set, each.subset, each.measure) for each in figures}
    theirs = [each for each in published if (each.set, each.subset, each.measure) in asked]
    cells = ours | {row_and_column(each): each for each in theirs}
    best, notes = set(), []
    for (of, subset, measure), members in _grouped(figures, "set", "subset", "measure"):
        sign = -1 if lower_is_better(measure) else 1
        most = max(sign * round(each.value, 3) for each in members)
        best |= {row_and_column(each) for each in members if sign * round(each.value, 3) == most}
        common = {each.note for each in members}
        if len(common) == 1 and "" not in common:
            notes.append(f"{_title(of, subset)}, {measure}: {common.pop()}")
    return Block(
        table=figures[0].table,
        title=title,
        corner=corner,
        rows=list(dict.fromkeys(row for row, _ in cells)),
        columns=list(dict.fromkeys(column for _, column in cells)),
        cells=cells,
        best=frozenset(best),
        papers=frozenset(each.method for each in theirs),
        notes=notes,
    )


def lower_is_better(measure: str) -> bool:
    """Whether a smaller value of a measure is the better one."""
    return any(word in measure.lower() for word in _LOWER)


def number(value: float) -> str:
    """Three decimals, or none above 100."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def interval(figure: Figure) -> str:
    """`(0.568, 0.580)`, or nothing."""
    if figure.low is None or figure.high is None:
        return ""
    return f"({number(figure.low)}, {number(figure.high)})"


def p_value(figure: Figure) -> str:
    """`p < 0.001`, or nothing."""
    if figure.p is None:
        return ""
    return "p < 0.001" if figure.p < 0.001 else f"p = {figure.p:.3f}"


def show(figures: Sequence[Figure]) -> None:
    """Print the blocks: a * at the best of each set and measure, and p < 0.05 of the paired test as + or −."""
    shown = ""
    for block in blocks(figures):
        if block.table != shown:
            shown = block.table
            out.print(f"\n[bold]{escape(shown.capitalize())}[/bold]")
        items = {each.items for each in block.cells.values()}
        count = f" ({items.pop():,} items)" if len(items) == 1 else ""
        rows = [
            {block.corner: escape(row)} | {escape(column): _shown(block, row, column) for column in block.columns}
            for row in block.rows
        ]
        table(rows, title=f"\n{escape(block.title)}{count}" if block.title else None)
    out.print(
        "\n* the best of a set and measure; + better, − worse than what it is tested against, p < 0.05 by a paired "
        "test on the same items. Intervals, p and items: --json, --out"
    )


def _shown(block: Block, row: str, column: str) -> str:
    figure = block.cells.get((row, column))
    if figure is None:
        return ""
    sign = {1: "+", -1: "−", 0: ""}[better(block, figure)]
    return f"{number(figure.value)}{'*' if (row, column) in block.best else ''}{sign}"


def better(block: Block, figure: Figure) -> int:
    """1 for a figure that is better, −1 for one that is worse than what it is tested against, p < 0.05; else 0."""
    same = (figure.set, figure.subset, figure.measure, figure.against)
    of = (each for each in block.cells.values() if (each.set, each.subset, each.measure, each.method) == same)
    reference = next(of, None)
    if figure.p is None or figure.p >= LEVEL or reference is None or figure.value == reference.value:
        return 0
    return 1 if (figure.value > reference.value) != lower_is_better(figure.measure) else -1


def markdown(figures: Sequence[Figure], published: Sequence[Figure] = ()) -> str:
    """The blocks as tables of Markdown, the best in bold, with intervals."""
    parts = []
    for block in blocks(figures, published):
        first = block.corner if block.corner == "set" else block.title
        head = [f"{name} ({PAPER})" if name in block.papers else name for name in block.columns]
        rows = [[first, *head], ["---"] * (len(head) + 1)]
        for row in block.rows:
            label = f"{row} ({PAPER})" if row in block.papers else row
            rows.append([label, *(_markdown_cell(block, row, column) for column in block.columns)])
        lines = (" | ".join(cell.replace("|", r"\|") for cell in cells) for cells in rows)
        parts.append("\n".join(f"| {line} |" for line in lines))
        parts.extend(block.notes)
    return "\n\n".join(parts) + "\n"


def _markdown_cell(block: Block, row: str, column: str) -> str:
    figure = block.cells.get((row, column))
    if figure is None:
        return ""
    value = number(figure.value)
    return f"{f'**{value}**' if (row, column) in block.best else value} {interval(figure)}".strip()


def write(figures: Sequence[Figure], folder: Path) -> None:
    """Write figures.json and figures.csv.

    Raises:
        InputError: The folder cannot be written.
    """
    made(folder)
    with replacing(folder / "figures.json", folder / "figures.csv") as (as_text, as_table):
        as_text.write_text(as_json(figures), encoding="utf-8")
        pd.DataFrame([dataclasses.asdict(each) for each in figures]).to_csv(as_table, index=False)


def as_json(figures: Sequence[Figure]) -> str:
    """A list of objects, a line each."""
    lines = (json.dumps(dataclasses.asdict(each), ensure_ascii=False) for each in figures)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def load(path: Path) -> list[Figure]:
    """Figures that `write` kept as JSON.

    Raises:
        InputError: No such file, or something else in it.
    """
    try:
        return [Figure(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, TypeError) as error:
        raise InputError(f"{path}: {error}; expected a figures.json of `kg evaluate`") from error
