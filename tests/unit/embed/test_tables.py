"""Figures as tables: what stands beside what, what is best, and that files and pages say what was measured."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embed.evaluate import page, plots, tables
from embed.evaluate.figure import Figure
from embed.evaluate.statistics import reliability
from kgbuild.errors import InputError


def figure(method: str, value: float, **more: object) -> Figure:
    given = {"table": "linking", "set": "NCBI dev", "measure": "Acc@1", "items": 100, "low": value - 0.1,
             "high": value + 0.1}  # fmt: skip
    return Figure(method=method, value=value, **(given | more))


LINKING = [
    figure("minilm", 0.5),
    figure("<b>ours</b>", 0.7, against="minilm", p=0.0004),
    figure("minilm", 0.6, measure="Acc@5"),
    figure("<b>ours</b>", 0.6, measure="Acc@5", against="minilm", p=1.0),
    figure("minilm", 0.2, subset="unseen", items=30, note="2 without an answer"),
    figure("<b>ours</b>", 0.1, subset="unseen", items=30, against="minilm", p=0.01, note="2 without an answer"),
]
SIMILARITY = [
    figure(method, value, table="similarity", set=name, measure=measure)
    for name, measure in (("SICK", "Pearson"), ("UMNSRS", "Spearman"))
    for method, value in (("minilm", 0.4), ("ours", 0.3))
]
PAPERS = [
    figure("BioLORD-2023", 0.592, table="similarity", set="UMNSRS", measure="Spearman", low=None, high=None),
    figure("BioLORD-2023", 0.9, table="similarity", set="not measured", measure="Spearman"),
]


class Tags(HTMLParser):
    """Fails on a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "link", "img", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_methods_stand_beside_measures_and_sets_beside_methods():
    all_, unseen, similarity = tables.blocks(LINKING + SIMILARITY, PAPERS)

    assert (all_.title, all_.rows, all_.columns) == ("NCBI dev", ["minilm", "<b>ours</b>"], ["Acc@1", "Acc@5"])
    assert (unseen.title, unseen.notes) == ("NCBI dev, unseen", ["NCBI dev, unseen, Acc@1: 2 without an answer"])
    assert similarity.rows == ["SICK: Pearson", "UMNSRS: Spearman"]
    assert similarity.columns == ["minilm", "ours", "BioLORD-2023"]
    assert similarity.papers == {"BioLORD-2023"}


def test_the_best_of_ours_are_all_that_are_equal_to_three_decimals():
    all_, _, similarity = tables.blocks(LINKING + SIMILARITY, PAPERS)

    assert all_.best == {("<b>ours</b>", "Acc@1"), ("minilm", "Acc@5"), ("<b>ours</b>", "Acc@5")}
    assert similarity.best == {("SICK: Pearson", "minilm"), ("UMNSRS: Spearman", "minilm")}  # not the paper's


def test_of_errors_the_least_is_best():
    (block,) = tables.blocks(
        [figure("a", 0.1, measure="calibration error"), figure("b", 0.2, measure="calibration error")]
    )

    assert block.best == {("NCBI dev: calibration error", "a")}


def test_files_give_the_figures_back(tmp_path: Path):
    tables.write(LINKING, tmp_path / "new")

    assert tables.load(tmp_path / "new" / "figures.json") == LINKING
    assert pd.read_csv(tmp_path / "new" / "figures.csv")["value"].tolist() == [each.value for each in LINKING]


def test_other_files_are_no_figures(tmp_path: Path):
    (tmp_path / "figures.json").write_text('[{"value": 1}]')

    with pytest.raises(InputError, match=r"figures.json: .*; expected a figures.json of `kg evaluate`"):
        tables.load(tmp_path / "figures.json")


def test_a_terminal_gets_methods_beside_measures(capsys: pytest.CaptureFixture[str]):
    tables.show([*LINKING, figure("[red]", 0.3, set="other")])

    lines = capsys.readouterr().out.splitlines()
    assert ["<b>ours</b>", "0.700*+", "0.600*"] in [line.split() for line in lines]
    assert any("[red]" in line for line in lines)  # a name is no markup


def test_markdown_marks_the_best_and_what_is_from_papers():
    text = tables.markdown(LINKING + SIMILARITY, PAPERS)

    assert "| <b>ours</b> | **0.700** (0.600, 0.800) | **0.600** (0.500, 0.700) |" in text
    assert f"BioLORD-2023 ({tables.PAPER})" in text
    assert "not measured" not in text


def test_the_page_holds_every_figure_and_asks_nobody_for_anything(tmp_path: Path):
    curve = plots.curves(
        {"a": [(10, 0.1), (1000, 0.4)], "b & c": [(10, 0.2), (1000, 0.3)]}, "pairs", "AUC", "T", log=True
    )
    rng = np.random.default_rng(0)
    bins = reliability(rng.random(200), (rng.random(200) < 0.5).astype(float), True)
    pictures = [
        page.Picture("Curve <1>", curve, "What it shows", "linking"),
        page.Picture("Reliability", plots.reliability({"kg": bins}, "R")),
        page.Picture("Dots", b"\x89PNG"),
    ]
    page.write(tmp_path / "page.html", LINKING + SIMILARITY, PAPERS, pictures, ["MedSTS: absent"], {"Models": "a & b"})

    text = (tmp_path / "page.html").read_text()
    Tags(text)
    assert not re.search(r"(src|href)=.(?!data:|#)|url\(|<script|@import", text)
    assert text.count("<b>0.700</b>") == 1
    assert "&lt;b&gt;ours&lt;/b&gt;" in text
    assert "<b>ours" not in text
    assert text.count("▲") == 1 + 1  # and in the key
    assert text.count("▼") == 1 + 1
    assert all(
        part in text for part in ("p &lt; 0.001, minilm", "Curve &lt;1&gt;", "MedSTS: absent", "a &amp; b", "0.592")
    )
    assert "data:image/png;base64," in text


def test_ticks_are_round_and_take_in_the_ends():
    assert plots.ticks(0.5, 0.5) == [0.5, 1.0]
    assert plots.ticks(-3, 17) == [-5, 0, 5, 10, 15, 20]
