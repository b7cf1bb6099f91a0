"""The report in Chromium: it shows its figures, fits the page, and asks nobody for anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from page import start_chromium
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from kgbuild.quality.report import write
from loaders import LOADERS
from tests.unit.quality.toys import record, stage_starter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the starter graph; no database is needed for it."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(folder / "home"))
        stage_starter()
        write(record(tuple(LOADERS)), folder / "report.html")
    return folder / "report.html"


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chrome]:
    """A browser that tells what its pages ask for and complain about."""
    driver = start_chromium(tmp_path, {"performance": "ALL", "browser": "ALL"})
    yield driver
    driver.quit()


def test_the_page_is_whole_by_itself(report: Path, chromium: Chrome) -> None:
    chromium.get(report.as_uri())

    asked = [
        entry["message"] for entry in chromium.get_log("performance") if "Network.requestWillBeSent" in entry["message"]
    ]
    assert len([message for message in asked if report.as_uri() in message]) >= 1
    assert not [message for message in asked if '"url":"http' in message]
    assert chromium.execute_script("return performance.getEntriesByType('resource').map(each => each.name)") in (
        [],
        ["data:,"],
    )
    assert chromium.get_log("browser") == []


def test_the_figures_are_drawn_and_described(report: Path, chromium: Chrome) -> None:
    chromium.get(report.as_uri())
    figures = chromium.find_elements(By.CSS_SELECTOR, "svg[role=img]")

    assert len(figures) >= 2
    for figure in figures:
        assert figure.size["width"] > 150
        assert figure.size["height"] > 60
        assert figure.find_elements(By.CSS_SELECTOR, "rect, polyline")
        title, description = figure.get_attribute("aria-labelledby").split()
        for name in (title, description):
            assert chromium.find_element(By.ID, name).get_attribute("textContent")
    assert all(bar.size["width"] >= 0 for bar in chromium.find_elements(By.CSS_SELECTOR, ".bar span"))
    assert len(chromium.find_elements(By.CSS_SELECTOR, "nav a")) == len(chromium.find_elements(By.TAG_NAME, "h2"))


@pytest.mark.parametrize("width", [1200, 390])
def test_only_tables_scroll_sideways(width: int, report: Path, chromium: Chrome) -> None:
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    chromium.get(report.as_uri())

    assert chromium.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_by_day_and_by_night(scheme: str, report: Path, chromium: Chrome) -> None:
    chromium.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    chromium.get(report.as_uri())
    ratios = chromium.execute_script(CONTRAST)

    assert len(ratios) > 300
    assert min(ratios) >= 4.5  # WCAG 2.2, level AA


#: The contrast of each text with what is painted behind it, mixed as the page mixes it.
CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const under = element => element ? [...under(element.parentElement), getComputedStyle(element).backgroundColor] : [];
const light = pixel => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const value = pixel[i] / 255;
    return sum + part * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
}, 0);
const painted = colours => {
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return light(canvas.getImageData(0, 0, 1, 1).data);
};
const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
return [...document.body.querySelectorAll('*:not(title, desc)')].filter(own).map(element => {
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const ground = under(element);
    const [a, b] = [painted(['white', ...ground]), painted(['white', ...ground, colour])].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
});
"""
