"""One page about the graph that was loaded last: counts, plots, overlaps, sources, and what is wrong in it.

The page holds its styles and figures and asks for nothing else, so it can be mailed or kept beside an export.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

import kgbuild
from kgbuild.files import replacing
from kgbuild.licence import terms
from kgbuild.quality import measures, plots
from kgbuild.quality.validate import CHECKS, Result, line, run
from kgbuild.quality.views import Graph, opened

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write(graph: Graph, out: Path) -> None:
    """Write the page.

    Raises:
        InputError: it cannot be written.
    """
    with opened(graph) as con:
        text = page(con, graph)
    with replacing(out) as (part,):
        part.write_text(text, encoding="utf-8")


def page(con: duckdb.DuckDBPyConnection, graph: Graph) -> str:
    """The page's text. A section that has nothing to show is left out."""
    made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    loaded = graph.load.loaded
    sections = {
        "Types": _types(con),
        "Vocabularies": _vocabularies(con),
        "Relations": _relations(con),
        "Degrees": _degrees(con),
        "Overlap": _overlap(con),
        "Coverage": _coverage(con),
        "Weights": _weights(con),
        "Sources": _sources(graph),
        "Checks": _checks(run(con, list(CHECKS.values()), examples=2)),
    }
    shown = {name: body for name, body in sections.items() if body}
    links = "".join(f'<a href="#{name.lower()}">{name}</a>' for name in shown)
    bodies = "".join(f'<section id="{name.lower()}"><h2>{name}</h2>{body}</section>' for name, body in shown.items())
    style = (files("kgbuild.quality") / "page.css").read_text()
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Knowledge graph {graph.load.graph_id[:8]}: report</title><link rel="icon" href="data:,">
<style>{style}</style></head><body>
<header><h1>Knowledge graph {graph.load.graph_id[:8]}</h1>
<p class="muted">Loaded {_date(loaded)} from {_several(len(graph.manifests), "source")}.</p>{_totals(con)}</header>
<nav aria-label="Sections">{links}</nav>
<main>{bodies}</main>
<footer><p>Made {_date(made)} by <code>kg report</code>, kg {escape(kgbuild.__version__)}, from the tables of graph
<code>{graph.load.graph_id}</code>, which a load wrote {_date(loaded)} ({escape(graph.load.writer)}).
<code>kg validate --out FILE.tsv</code> lists every finding with its input rows; <code>kg rejects SOURCE</code> the rows
that could not be used.</p></footer>
</body></html>
"""


def _date(stamp: str) -> str:
    return f'<time datetime="{escape(stamp)}">{escape(stamp[:16].replace("T", " "))} UTC</time>'


def _several(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class _Column:
    """A column of a table: its key in a row, its heading, and how a value is written there."""

    key: str
    heading: str
    cell: Callable[[Any], str]
    kind: str = "number"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _share(value: float | None) -> str:
    """A share in per cent; all and nothing are said only where it is so."""
    if value is None:
        return ""
    shown = "&lt;1" if 0 < value < 0.01 else "&gt;99" if 0.99 < value < 1 else f"{100 * value:.0f}"
    return f"{shown}&nbsp;%" if value else "0"


def _text(value: Any) -> str:
    return escape(str(value or ""))


def _table(caption: str, columns: Sequence[_Column], rows: measures.Rows) -> str:
    """A table whose first column names its rows; it scrolls by itself where it is wider than the page."""
    head = "".join(f'<th scope="col" class="{column.kind}">{escape(column.heading)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{columns[0].cell(row[columns[0].key])}</th>'
        + "".join(f'<td class="{column.kind}">{column.cell(row[column.key])}</td>' for column in columns[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _totals(con: duckdb.DuckDBPyConnection) -> str:
    cells = "".join(f"<div><dt>{name}</dt><dd>{count:,}</dd></div>" for name, count in measures.totals(con).items())
    return f'<dl class="totals">{cells}</dl>'


_KEY = (
    '<p class="key"><i class="k1"></i>live: described, and not obsolete<i class="k2"></i>obsolete'
    '<i class="k3"></i>stubs: referred to, and described by no loaded source</p>'
)


def _states(caption: str, name: str, rows: measures.Rows) -> str:
    """Nodes by something and by state, with a bar in proportion to the greatest."""
    most = max((row["nodes"] for row in rows), default=0)
    for row in rows:
        widths = [100 * row[state] / most for state in ("live", "obsolete", "stub")]
        row["bar"] = "".join(
            f'<span class="b{number}" style="width:{width:.2f}%"></span>'
            for number, width in enumerate(widths, 1)
            if width
        )
    columns = [
        _Column(name, name.capitalize(), _text, "name"),
        _Column("nodes", "Nodes", _count),
        _Column("live", "Live", _count),
        _Column("obsolete", "Obsolete", _count),
        _Column("stub", "Stubs", _count),
        _Column("bar", "", str, "bar"),
    ]
    return _KEY + _table(caption, columns, rows) if rows else ""


def _types(con: duckdb.DuckDBPyConnection) -> str:
    return _states("Nodes by type", "type", measures.types(con))


def _vocabularies(con: duckdb.DuckDBPyConnection) -> str:
    return _states("Nodes by the prefix of their id", "vocabulary", measures.vocabularies(con))


def _relations(con: duckdb.DuckDBPyConnection) -> str:
    columns = [
        _Column("predicate", "Predicate", _text, "name"),
        _Column("edges", "Edges", _count),
        _Column("negated", "of these negative", _count),
        _Column("sources", "Sources", _text, "text"),
    ]
    rows = measures.predicates(con)
    return _table("Edges by predicate; each edge is one piece of evidence", columns, rows) if rows else ""


def _degrees(con: duckdb.DuckDBPyConnection) -> str:
    series = measures.degrees(con)
    if not series or max(points[-1][0] for points in series.values()) < 2:
        return ""
    most = ", ".join(f"the busiest of the {what} has {points[-1][0]:,}" for what, points in series.items())
    figure = plots.curves(
        "degrees", series, "edges of a node, k", "nodes with at least k edges", "Degree distribution",
        f"Nodes with at least k edges against k, both on logarithmic axes; {most}.",
    )  # fmt: skip
    caption = f"How many nodes have at least k edges, of any kind and direction; {most}."
    return f'<figure class="plot">{figure}<figcaption>{caption}</figcaption></figure>'


_OVERLAPS = {
    "EXACT_MATCH": "Linked by an exact match",
    "XREF": "Linked by a cross-reference",
    "name": "Linked by a shared label or exact synonym",
}


def _overlap(con: duckdb.DuckDBPyConnection) -> str:
    found = [_matrix(_OVERLAPS[kind], shares) for kind, shares in measures.overlaps(con).items()]
    if not any(found):
        return ""
    return (
        "<p>Of the live concepts of the vocabulary on the left, the share linked to a concept of the one above: "
        f"the {measures.SIDE} with the most links, and no row for fewer than {measures.ENOUGH} live concepts.</p>"
        + "".join(found)
    )


def _matrix(caption: str, linked: dict[tuple[str, str], tuple[int, float]]) -> str:
    left, above = measures.sides(linked)
    if not left:
        return ""
    head = "".join(f'<th scope="col">{escape(b)}</th>' for b in above)

    def cell(a: str, b: str) -> str:
        count, share = linked.get((a, b), (0, 0.0))
        if not count:
            return f'<td class="none">{"" if a == b else "·"}</td>'
        shade = f"background:color-mix(in srgb,var(--one) {50 * share:.0f}%,transparent)"
        return f'<td style="{shade}" title="{count:,} of {escape(a)}">{_share(share)}</td>'

    body = "".join(f'<tr><th scope="row">{escape(a)}</th>{"".join(cell(a, b) for b in above)}</tr>' for a in left)
    return (
        f'<h3>{caption}</h3><div class="wide" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _coverage(con: duckdb.DuckDBPyConnection) -> str:
    columns = [
        _Column("vocabulary", "Vocabulary", _text, "name"),
        _Column("live", "Live concepts", _count),
        _Column("names", "Names each", lambda value: f"{value:.1f}"),
        _Column("several", "More than one name", _share),
        _Column("translated", "Translated", _share),
        _Column("defined", "Defined", _share),
        _Column("placed", "In a hierarchy", _share),
        _Column("linked", "Linked", _share),
        _Column("evident", "With evidence", _share),
        _Column("obsolete", "Obsolete", _share),
    ]
    rows = measures.coverage(con)
    if not rows:
        return ""
    return (
        "<p>What is known of the live concepts of each vocabulary. Linked: by a match or a cross-reference; with "
        "evidence: in an edge that is neither link nor hierarchy; obsolete: of all described concepts.</p>"
        + _table(f"Vocabularies with {measures.ENOUGH} live concepts or more", columns, rows)
    )


def _weights(con: duckdb.DuckDBPyConnection) -> str:
    histograms, constant = measures.weights(con)
    if not histograms:
        return ""
    figures = "".join(
        f"<figure><figcaption><b>{escape(source)}</b>, {_several(sum(counts), 'edge')}</figcaption>"
        + plots.histogram(
            f"weights-{escape(source)}", counts, 0, 2, f"Weights of the edges of {source}",
            f"{sum(counts):,} edges by weight from 0 to 2; {max(counts):,} in the fullest of {len(counts)} bins.",
        )
        + "</figure>"
        for source, counts in histograms.items()
    )  # fmt: skip
    rest = f"<p class='muted'>All weights are equal in {escape(', '.join(constant))}.</p>" if constant else ""
    return (
        "<p>An edge's weight is the source's own, else its effect over the median effect of its study, from 0.05 to 2."
        f'</p><div class="small">{figures}</div>{rest}'
    )


_TERMS = {
    "open": "open: use, change and pass on, at most with attribution",
    "share-alike": "share-alike: what is made from it goes out under the same terms",
    "restricted": "restricted, or not known to be open: see the licence before you pass anything on",
}


def _sources(graph: Graph) -> str:
    rows: measures.Rows = [
        {
            "source": name, "title": manifest.declared.title, "version": manifest.version,
            "licence": manifest.declared.licence, "terms": terms(manifest.declared.licence),
            "rows": sum(manifest.rows.values()), **manifest.outcomes,
            **{table: manifest.records[table] for table in ("nodes", "names", "edges")},
        }
        for name, manifest in graph.manifests.items()
    ]  # fmt: skip
    if not rows:
        return ""
    name = _Column("source", "Source", _text, "name")
    terms_of = [
        name,
        _Column("title", "Title", _text, "text"),
        _Column("version", "Version", _text, "brief"),
        _Column("licence", "Licence", _text, "brief"),
        _Column("terms", "Terms", _text, "name"),
    ]
    outcomes = [name, *(_Column(key, key.capitalize(), _count) for key in list(rows[0])[5:])]
    used = {row["terms"] for row in rows}
    explained = "".join(f"<li>{escape(text)}</li>" for key, text in _TERMS.items() if key in used)
    total = sum(row["rows"] for row in rows)
    return (
        f"{_table('Versions, licences, and what they allow', terms_of, rows)}<ul class='muted'>{explained}</ul>"
        f"<p>{_several(total, 'input row')}, each with one outcome: staged, merged with an equal one, or rejected with "
        f"a reason.</p>{_table('Input rows by outcome, and the records that they made', outcomes, rows)}"
    )


def _checks(results: Sequence[Result]) -> str:
    rows: measures.Rows = [
        {
            "check": result.check.name, "severity": result.check.severity, "finds": result.check.finds,
            "findings": result.findings,
            "sources": ", ".join(f"{source}\N{NO-BREAK SPACE}{count:,}" for source, count in result.by_source.items()),
        }
        for result in results if result.findings
    ]  # fmt: skip
    clean = [result.check.name for result in results if not result.findings]
    columns = [
        _Column("check", "Check", _text, "name"),
        _Column("severity", "Severity", lambda value: f'<span class="severity {value}">{value}</span>', "name"),
        _Column("findings", "Findings", _count),
        _Column("finds", "What it finds", _text, "text"),
        _Column("sources", "Sources", _text, "text"),
    ]
    table = _table("Checks that found something", columns, rows) if rows else ""
    passed = f"<p>Nothing was found by {escape(', '.join(clean))}.</p>" if clean else ""
    return (
        "<p>Errors cannot be right, warnings are hardly right, notes are worth knowing.</p>"
        + table
        + passed
        + "".join(_examples(result) for result in results if result.examples)
    )


def _examples(result: Result) -> str:
    items = "".join(f"<li>{'<br>'.join(escape(line(row)) for row in example)}</li>" for example in result.examples)
    return (
        f"<details><summary>{escape(result.check.name)}: examples</summary><p>{escape(result.check.cure)}</p>"
        f'<ul class="rows">{items}</ul></details>'
    )
