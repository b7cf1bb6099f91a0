"""Plots for the page of an evaluation: inline SVG in the page's colours, which differ in marks and dashes too.

Source: Okabe and Ito 2008 (the colours, in the page's style).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

import pandas as pd

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 600, 380, 64, 18, 14, 48
_MARKS = 7  # kinds of marks and dashes; more series repeat them
Place = Callable[[float, float], tuple[float, float]]


def curves(series: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str, title: str, log: bool = False) -> str:
    """Lines through points, one a series.

    Args:
        series: Name → points, in the order of x.
        x, y: What the axes say.
        title: What the plot is, for who cannot see it.
        log: Whether x is on a logarithmic axis; it is above 0 then.
    """
    xs, ys = ([point[axis] for points in series.values() for point in points] for axis in (0, 1))
    place, parts = _axes((min(xs), max(xs)), (min(ys), max(ys)), x, y, log)
    for i, (name, points) in enumerate(series.items()):
        placed = [place(*point) for point in points]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in placed)
        parts.append(f'<polyline class="line c{i % _MARKS}" points="{line}"/>')
        parts.extend(
            _mark(a, b, i, f"{name}: {points[k][1]:.3f} at {points[k][0]:,g}") for k, (a, b) in enumerate(placed)
        )
    said = "; ".join(f"{name} from {points[0][1]:.3f} to {points[-1][1]:.3f}" for name, points in series.items())
    return _legend(series) + _svg(title, said, parts)


def reliability(bins: Mapping[str, pd.DataFrame], title: str) -> str:
    """The share that is right over the confidence, with Wilson's intervals, beside the diagonal.

    Args:
        bins: Name → columns confidence, right, low, high, links, as `statistics.reliability` gives them.
        title: What the plot is, for who cannot see it.
    """
    place, parts = _axes((0.0, 1.0), (0.0, 1.0), "confidence", "share right", False)
    (a, b), (c, d) = place(0, 0), place(1, 1)
    parts.append(f'<line class="even" x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}"/>')
    for i, (name, frame) in enumerate(bins.items()):
        for row in frame.itertuples():
            (at, low), (_, high) = place(row.confidence, row.low), place(row.confidence, row.high)
            parts.append(
                f'<line class="line c{i % _MARKS}" x1="{at:.1f}" y1="{low:.1f}" x2="{at:.1f}" y2="{high:.1f}"/>'
            )
            said = f"{name}: {row.right:.3f} of {row.links:,} at {row.confidence:.3f}"
            parts.append(_mark(at, place(row.confidence, row.right)[1], i, said))
    said = "; ".join(f"{name}, {frame['links'].sum():,} links in {len(frame)} bins" for name, frame in bins.items())
    return _legend(bins) + _svg(title, said, parts)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`.

    >>> ticks(0.12, 0.57)
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    """
    rough = (high - low) / count or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


def _axes(across: tuple[float, float], up: tuple[float, float], x: str, y: str, log: bool) -> tuple[Place, list[str]]:
    """A function from values to places, and the axes."""
    if log:
        at_x = [10.0**i for i in range(math.floor(math.log10(across[0])), math.ceil(math.log10(across[1])) + 1)]
        at_x = at_x if len(at_x) > 1 else [at_x[0], at_x[0] * 10]
    else:
        at_x = ticks(*across)
    at_y = ticks(*up)

    def part(value: float, ends: Sequence[float], as_log: bool = False) -> float:
        first, last, value = (math.log10(each) if as_log else each for each in (ends[0], ends[-1], value))
        return (value - first) / (last - first)

    def place(a: float, b: float) -> tuple[float, float]:
        return (
            _LEFT + part(a, at_x, log) * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - part(b, at_y) * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = []
    for value in at_x:
        at = place(value, at_y[0])[0]
        parts.append(f'<line class="grid" x1="{at:.1f}" y1="{_TOP}" x2="{at:.1f}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(_text(at, _HEIGHT - _BOTTOM + 20, f"{value:,g}", "middle"))
    for value in at_y:
        at = place(at_x[0], value)[1]
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{at:.1f}" x2="{_WIDTH - _RIGHT}" y2="{at:.1f}"/>')
        parts.append(_text(_LEFT - 8, at + 5, f"{value:,g}", "end"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, x, "middle"))
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    parts.append(_text(14, middle, y, "middle", f' transform="rotate(-90 14 {middle:.1f})"'))
    return place, parts


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _mark(x: float, y: float, i: int, said: str) -> str:
    """A mark whose shape goes with its colour."""
    shapes = ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "M-4-4h8v8h-8z", "M0-5L5 4H-5z", "M0-5.5L5.5 0L0 5.5L-5.5 0z",
              "M0 5L5-4H-5z", "M-4-4L4 4M-4 4L4-4", "M0-5V5M-5 0H5")  # fmt: skip
    return (
        f'<path class="mark c{i % _MARKS}" transform="translate({x:.1f} {y:.1f})" d="{shapes[i % _MARKS]}">'
        f"<title>{escape(said)}</title></path>"
    )


def _legend(names: Mapping[str, object]) -> str:
    if len(names) < 2:
        return ""
    items = "".join(
        f'<li><svg viewBox="-9 -8 18 16" aria-hidden="true"><line class="line c{i % _MARKS}" x1="-9" x2="9" y1="0" '
        f'y2="0"/>{_mark(0, 0, i, name)}</svg>{escape(name)}</li>'
        for i, name in enumerate(names)
    )
    return f'<ul class="legend">{items}</ul>'


def _svg(title: str, said: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<desc>{escape(said)}</desc>{''.join(parts)}</svg>"
    )
