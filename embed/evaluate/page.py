"""An evaluation as one HTML file: tables with intervals and tests, plots, and what was left out.

It holds its styles and pictures and asks nobody for anything, so it can be mailed or kept beside a model.
"""

import base64
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

import kgbuild
from embed.evaluate.figure import Figure
from embed.evaluate.tables import PAPER, Block, better, blocks, interval, number, p_value
from kgbuild.files import replacing

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Picture:
    """A picture of the page.

    Args:
        title: Its heading.
        picture: SVG, as `plots` makes it, or a PNG's bytes.
        caption: What it shows.
        table: The table that it belongs to; behind all tables by default.
    """

    title: str
    picture: str | bytes
    caption: str = ""
    table: str = ""


def write(
    path: Path,
    figures: Sequence[Figure],
    published: Sequence[Figure] = (),
    pictures: Sequence[Picture] = (),
    notes: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
    title: str = "Evaluation",
) -> None:
    """Write the page.

    Args:
        path: FILE.html.
        figures: Ours.
        published: Those of papers, of the same tables, sets and measures.
        pictures: Plots.
        notes: What the figures do not say: what the leak check removed, sets that are absent.
        about: What stands at the head: models, commands, time.
        title: Of the page.

    Raises:
        InputError: It cannot be written.
    """
    text = page(figures, published, pictures, notes, about or {}, title)
    with replacing(path) as (part,):
        part.write_text(text, encoding="utf-8")


def page(
    figures: Sequence[Figure],
    published: Sequence[Figure],
    pictures: Sequence[Picture],
    notes: Sequence[str],
    about: Mapping[str, str],
    title: str,
) -> str:
    """The page's text."""
    found = blocks(figures, published)
    sections = {}
    for name in dict.fromkeys(block.table for block in found):
        bodies = [_table(block) for block in found if block.table == name]
        sections[name] = "".join(bodies) + _pictures([each for each in pictures if each.table == name])
    rest = [each for each in pictures if each.table not in sections]
    if rest:
        sections["pictures"] = _pictures(rest)
    if notes:
        sections["left out"] = f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"
    heads = {name: name[:1].upper() + name[1:] for name in sections}
    links = "".join(f'<a href="#{_anchor(name)}">{escape(head)}</a>' for name, head in heads.items())
    main = "".join(
        f'<section id="{_anchor(name)}"><h2>{escape(heads[name])}</h2>{body}</section>'
        for name, body in sections.items()
    )
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in about.items())
    made = datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes").replace("+00:00", " UTC").replace("T", " ")
    style = (files("embed.evaluate") / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{style}</style></head><body>
<header><h1>{escape(title)}</h1>{f'<dl class="about">{facts}</dl>' if facts else ""}
<p class="key">The line under a number is its 95&nbsp;% interval, in brackets and drawn on the scale of its column
(of its row, where rows are sets). <b>Bold</b>: the best of ours. ▲ ▼: better or worse than the method named,
p&nbsp;&lt;&nbsp;0.05 by a paired test on the same items, not corrected for how many are tested.</p></header>
<nav aria-label="Tables">{links}</nav>
<main>{main}</main>
<footer>Made {made} by kg {escape(kgbuild.__version__)}: <code>kg evaluate</code></footer>
</body></html>
"""


def _anchor(name: str) -> str:
    return escape(name.lower().replace(" ", "-"))


def _table(block: Block) -> str:
    """A block; a cell has the number, its interval, what it is tested against, and its own note."""
    scales = _scales(block)
    own = [name for name in block.columns if name not in block.papers]
    head = "".join(_head(block, column) for column in [*own, *(c for c in block.columns if c in block.papers)])
    order = [*own, *(column for column in block.columns if column in block.papers)]
    rows = [*(row for row in block.rows if row not in block.papers), *(r for r in block.rows if r in block.papers)]
    body = "".join(
        f'<tr{" class=paper" if row in block.papers else ""}><th scope="row">{escape(row)}'
        f"{_items(block, row, 'set')}{_paper(block, row)}</th>"
        + "".join(_cell(block, row, column, scales) for column in order)
        + "</tr>"
        for row in rows
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in block.notes)
    caption = f"{block.title or block.table.capitalize()}"
    heading = f"<h3>{escape(block.title)}</h3>" if block.title else ""
    return (
        f'{heading}<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<thead><tr><th scope=col>{escape(block.corner.capitalize())}</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{f'<ul class=notes>{notes}</ul>' if notes else ''}"
    )


def _head(block: Block, column: str) -> str:
    return f'<th scope="col">{escape(column)}{_items(block, column, "method")}{_paper(block, column)}</th>'


def _items(block: Block, name: str, corner: str) -> str:
    """The number of items beside a measure, or a set, where it is the same for all methods."""
    if block.corner != corner:
        return ""
    counts = {each.items for at, each in block.cells.items() if name in at and each.method not in block.papers}
    return f"<small>{counts.pop():,} items</small>" if len(counts) == 1 else ""


def _paper(block: Block, name: str) -> str:
    return f"<small>{PAPER}</small>" if name in block.papers else ""


def _cell(block: Block, row: str, column: str, scales: Mapping[str, tuple[float, float]]) -> str:
    figure = block.cells.get((row, column))
    if figure is None:
        return "<td></td>"
    if figure.method in block.papers:
        return f'<td class="paper">{number(figure.value)}</td>'
    value = f"<b>{number(figure.value)}</b>" if (row, column) in block.best else number(figure.value)
    key = row if block.corner == "set" else column
    common = any(note.endswith(f": {figure.note}") for note in block.notes)
    items = "" if _items(block, key, block.corner) else f"{figure.items:,} items"
    parts = [interval(figure), _tested(block, figure), items, "" if common else escape(figure.note)]
    small = "".join(f"<small>{part}</small>" for part in parts if part)
    return f"<td>{value}{_sign(block, figure)}{_whisker(figure, scales[key])}{small}</td>"


def _sign(block: Block, figure: Figure) -> str:
    sign = better(block, figure)
    if not sign:
        return ""
    word = "better" if sign > 0 else "worse"
    return f' <span class="{word}" title="{word} than {escape(figure.against)}">{"▲" if sign > 0 else "▼"}</span>'


def _tested(block: Block, figure: Figure) -> str:
    return f"{escape(p_value(figure))}, {escape(figure.against)}" if figure.p is not None else ""


def _scales(block: Block) -> dict[str, tuple[float, float]]:
    """The range of values and intervals of each column, or row of a set."""
    ends: dict[str, list[float]] = {}
    for (row, column), each in block.cells.items():
        if each.method not in block.papers:
            values = [value for value in (each.low, each.value, each.high) if value is not None]
            ends.setdefault(row if block.corner == "set" else column, []).extend(values)
    return {key: (min(values), max(values)) for key, values in ends.items()}


def _whisker(figure: Figure, scale: tuple[float, float]) -> str:
    """The interval as a line with a dot at the value."""
    low, high = scale
    if figure.low is None or figure.high is None or high <= low:
        return ""
    start, at, end = (100 * (value - low) / (high - low) for value in (figure.low, figure.value, figure.high))
    return (
        f'<span class="whisker" aria-hidden="true"><i style="left:{start:.1f}%;width:{max(end - start, 0.5):.1f}%"></i>'
        f'<em style="left:{at:.1f}%"></em></span>'
    )


def _pictures(pictures: Sequence[Picture]) -> str:
    parts = []
    for each in pictures:
        if isinstance(each.picture, bytes):
            data = base64.b64encode(each.picture).decode()
            shown = f'<img src="data:image/png;base64,{data}" alt="{escape(each.title)}">'
        else:
            shown = each.picture
        caption = f"<figcaption>{escape(each.caption)}</figcaption>" if each.caption else ""
        parts.append(f"<figure><h3>{escape(each.title)}</h3>{shown}{caption}</figure>")
    return f'<div class="pictures">{"".join(parts)}</div>' if parts else ""
