"""The page about a graph says what is in it, and needs nothing besides itself."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.quality import measures, plots
from kgbuild.quality.report import write
from kgbuild.quality.views import Graph, opened
from tests.unit.quality.toys import Toy

Make = Callable[..., Graph]


class Page(HTMLParser):
    """The headings, table cells and addresses of a page; fails where tags are not closed in order."""

    VOID = ("meta", "link", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.addresses: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action")]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "h2":
            self.headings.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is open after it."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "h2" in self.open:
            self.headings[-1] += data
        elif {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def row(self, *start: str) -> list[str]:
        """The one row of a table that begins so."""
        (found,) = [row for row in self.rows if tuple(row[: len(start)]) == start]
        return found


def linked() -> tuple[Toy, Toy]:
    """Thirty diseases of which six have an exact match with a phenotype, and three of these one name with it."""
    mondo, hp = Toy("mondo", ("MONDO",)), Toy("hp", ("HP",), licence="https://hpo.jax.org/license")
    for number in range(1, 31):
        mondo.node(
            f"MONDO:{number:07}", f"disease {number}", "Disease", definition="An illness." if number > 15 else None
        )
        hp.node(f"HP:{number:07}", f"disease {number}" if number <= 3 else f"sign {number}", "Phenotype")
    mondo.node("MONDO:0000099", "gone", "Disease", obsolete=True)
    for number in range(1, 7):
        mondo.edge(f"MONDO:{number:07}", "EXACT_MATCH", f"HP:{number:07}", weight=number / 4)
    return mondo, hp


def test_the_starter_graph_has_every_section(starter: Graph, tmp_path: Path) -> None:
    out = tmp_path / "report.html"

    result = CliRunner().invoke(app, ["report", str(out)])

    assert result.exit_code == 0, result.output
    text = out.read_text()
    page = Page(text)
    sections = ["Types", "Vocabularies", "Relations", "Degrees", "Overlap", "Coverage", "Weights", "Sources", "Checks"]
    assert page.headings == sections
    assert {address for address in page.addresses if not address.startswith("#")} == {"data:,"}
    assert not re.search(r"@import|url\(|<script", text)
    assert page.row("efo", "Experimental Factor Ontology")[3:] == ["Apache-2.0", "open"]
    assert page.row("hgnc", "193", "193", "0", "0", "193")
    assert starter.load.graph_id in text
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.html"]


def test_what_there_is_none_of_has_no_section(graph: Make, tmp_path: Path) -> None:
    only = Toy("only", ("MONDO",))
    only.node("MONDO:0000001", "gout", "Disease")
    write(graph(only), tmp_path / "report.html")

    assert Page((tmp_path / "report.html").read_text()).headings == ["Types", "Vocabularies", "Sources", "Checks"]


def test_the_empty_graph_has_a_page(graph: Make, tmp_path: Path) -> None:
    write(graph(), tmp_path / "report.html")

    assert Page((tmp_path / "report.html").read_text()).headings == ["Checks"]


def test_shares_are_of_live_concepts(graph: Make) -> None:
    with opened(graph(*linked())) as con:
        overlaps = measures.overlaps(con)
        coverage = {row["vocabulary"]: row for row in measures.coverage(con)}
        histograms, constant = measures.weights(con)

    assert overlaps["EXACT_MATCH"] == {("MONDO", "HP"): (6, 0.2), ("HP", "MONDO"): (6, 0.2)}
    assert overlaps["name"] == {("MONDO", "HP"): (3, 0.1), ("HP", "MONDO"): (3, 0.1)}
    assert overlaps["XREF"] == {}
    assert coverage["MONDO"]["defined"] == 0.5
    assert coverage["MONDO"]["linked"] == 0.2
    assert coverage["MONDO"]["obsolete"] == pytest.approx(1 / 31)
    assert list(histograms) == ["mondo"]
    assert [number for number, count in enumerate(histograms["mondo"]) if count] == [2, 4, 7, 9, 12, 14]
    assert constant == []


def test_the_page_says_what_may_be_passed_on_and_what_is_wrong(graph: Make, tmp_path: Path) -> None:
    mondo, hp = linked()
    mondo.called("MONDO:0000001", '<b>gout</b> & "co"')
    row = mondo.edge("MONDO:0000005", "SUBCLASS_OF", "MONDO:0000005")
    write(graph(mondo, hp), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    page = Page(text)

    assert page.row("hp", "Toy hp")[3:] == ["https://hpo.jax.org/license", "restricted"]
    assert page.row("self-loop")[1:3] == ["error", "1"]
    assert f"mondo {row}" in text


def test_a_curve_keeps_its_ends_and_loses_what_cannot_be_told_apart() -> None:
    points = [(k, 1000 - k) for k in range(1, 1000)]

    thinned = plots.thinned(points)

    assert (thinned[0], thinned[-1]) == (points[0], points[-1])
    assert len(thinned) < 150


def test_a_folder_that_is_not_there_is_named(graph: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none/report\.html: No such file or directory; give a file"):
        write(graph(*linked()), tmp_path / "none" / "report.html")
