"""The report's figures: inline SVG whose colours are the page's, each with a title and a description."""

import math
from collections.abc import Mapping, Sequence
from html import escape


def _figure(name: str, width: int, height: int, title: str, description: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def power(exponent: int) -> str:
    """10^exponent as an axis has it: 1, 10, 100, 1,000, 10k, 100k, 1M.

    >>> power(0), power(3), power(5), power(6)
    ('1', '1,000', '100k', '1M')
    """
    value = 10**exponent
    return f"{value // 10**6}M" if value >= 10**6 else f"{value // 1000}k" if value >= 10**4 else f"{value:,}"


def thinned(points: Sequence[tuple[int, int]], each: float = 1.06) -> list[tuple[int, int]]:
    """The points of a curve on logarithmic axes that can be told apart: x grows by the factor `each`, ends are kept."""
    kept = list(points[:1])
    for point in points[1:]:
        if point[0] >= kept[-1][0] * each:
            kept.append(point)
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def curves(
    name: str, series: Mapping[str, Sequence[tuple[int, int]]], x: str, y: str, title: str, description: str
) -> str:
    """Falling curves of counts over counts, both axes logarithmic, each labelled where it has room."""
    width, height, left, right, top, bottom = 560, 360, 78, 22, 18, 50
    across = max(1, math.ceil(math.log10(max(point[0] for points in series.values() for point in points))))
    up = max(1, math.ceil(math.log10(max(point[1] for points in series.values() for point in points))))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (
            left + math.log10(point[0]) / across * (width - left - right),
            height - bottom - math.log10(point[1]) / up * (height - top - bottom),
        )

    parts = []
    for exponent in range(across + 1):
        at, _ = place((10**exponent, 1))
        parts.append(f'<line class="grid" x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{height - bottom}"/>')
        parts.append(_text(at, height - bottom + 20, power(exponent)))
    for exponent in range(up + 1):
        _, at = place((1, 10**exponent))
        parts.append(f'<line class="grid" x1="{left}" y1="{at:.1f}" x2="{width - right}" y2="{at:.1f}"/>')
        parts.append(_text(left - 8, at + 5, power(exponent), "end"))
    parts.append(_text((left + width - right) / 2, height - 8, x))
    middle = (top + height - bottom) / 2
    parts.append(_text(14, middle, y, more=f' transform="rotate(-90 14 {middle:.1f})"'))
    for number, (label, points) in enumerate(series.items(), 1):
        placed = [place(point) for point in thinned(points)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in placed)
        parts.append(f'<polyline class="curve s{number}" points="{path}"/>')
        parts.extend(f'<circle class="s{number}" cx="{a:.1f}" cy="{b:.1f}" r="2.2"/>' for a, b in placed)
        parts.append(
            f'<rect class="s{number}" x="{width - right - 110}" y="{top + 24 * number - 14}" width="12" height="12"/>'
        )
        parts.append(_text(width - right - 92, top + 24 * number - 3, label, "start"))
    return _figure(name, width, height, title, description, parts)


def histogram(name: str, counts: Sequence[int], low: float, high: float, title: str, description: str) -> str:
    """Bars of counts in equal bins from `low` to `high`."""
    width, height, left, right, top, bottom = 300, 150, 10, 10, 12, 26
    step = (width - left - right) / len(counts)
    most = max(counts)
    parts = []
    for number, count in enumerate(counts):
        size = count / most * (height - top - bottom)
        tall = max(size, 1.0) if count else 0.0
        parts.append(
            f'<rect class="s1" x="{left + number * step + 0.5:.1f}" y="{height - bottom - tall:.1f}" '
            f'width="{step - 1:.1f}" height="{tall:.1f}"/>'
        )
    parts.append(f'<line class="axis" x1="{left}" y1="{height - bottom}" x2="{width - right}" y2="{height - bottom}"/>')
    for share in (0.0, 0.5, 1.0):
        anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
        at = left + share * (width - left - right)
        parts.append(_text(at, height - 8, f"{low + share * (high - low):g}", anchor))
    return _figure(name, width, height, title, description, parts)
