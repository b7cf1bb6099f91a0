"""The queries of cypher/browser in Chromium: they draw and list what kg gets, in kg's colours; `kg browser` opens them.

KG_PICTURES=docs/pictures writes the pictures of docs/browser.md.
"""

import os
import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page import FRAME, Browser
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from kgbuild import browser as neo4j_browser
from kgbuild import database
from kgbuild.database import Connection
from kgbuild.errors import DatabaseError
from kgbuild.store import Store

TABLES = ("mapping", "phecode_to_efo", "variants_of_disease")
DRAWN = tuple(sorted(set(neo4j_browser.queries()) - set(TABLES)))


def concepts(value: Any) -> Iterator[str]:
    """The ids of the nodes in an answer of the driver: alone, in a path, or at the ends of a relationship."""
    if isinstance(value, dict) and "sources" in value:
        yield value["id"]
    elif isinstance(value, dict):
        for each in value.values():
            yield from concepts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from concepts(each)


def picture(name: str, element: WebElement) -> None:
    """Write a picture for the docs, where KG_PICTURES names their folder."""
    if folder := os.environ.get("KG_PICTURES"):
        Path(folder).mkdir(exist_ok=True)
        element.screenshot(str(Path(folder) / f"{name}.png"))


@pytest.fixture
def styled(browser: Browser) -> Browser:
    """The Browser with kg's style."""
    browser.run(neo4j_browser.style())
    return browser


@pytest.mark.parametrize("name", TABLES)
def test_a_query_lists_in_the_browser_what_kg_gets(name: str, browser: Browser, store: Store) -> None:
    text = neo4j_browser.text(name, {"top": "12"})
    rows = browser.table(text)
    picture(name, browser.wait(FRAME))

    assert len(rows) >= 10
    assert rows == store.query(text)


@pytest.mark.parametrize("name", DRAWN)
def test_a_query_draws_in_the_browser_what_kg_gets(name: str, styled: Browser, store: Store) -> None:
    text = neo4j_browser.text(name)
    styled.drawn(text)
    picture(name, styled.wait(FRAME))
    expected = set(concepts(store.query(text)))
    drawn = int(re.search(r"Displaying (\d+) nodes", styled.wait(FRAME).text)[1])

    assert len(expected) > 5
    assert drawn == len(styled.all("svg g.node")) == len(expected)


def test_a_chain_of_asserted_links_supports_the_nearest_term(store: Store) -> None:
    (first, *_) = store.query(neo4j_browser.text("phecode_to_efo"))

    assert first["id"] == "MONDO:0005148"
    assert first["support"] == "phecode:250.2 GROUPS icd10:E11 = icd10cm:E11 EXACT_MATCH MONDO:0005148"


def test_variants_of_both_diseases_come_before_those_of_one(store: Store) -> None:
    rows = store.query(neo4j_browser.text("variants_between", {"top": "40"}))
    known = [(row["to_one"] is not None) + (row["to_other"] is not None) for row in rows]

    assert known[:2] == [2, 2]
    assert [row["score"] for row in rows if row["to_one"] and row["to_other"]] == [1.0] * known.count(2)
    assert 2 not in known[known.count(2) :]


def test_the_style_colours_types_and_widens_links_by_what_they_say(styled: Browser) -> None:
    styled.drawn(neo4j_browser.text("drugs_near"))
    fills = {each.value_of_css_property("fill") for each in styled.all("svg g.node circle.b-outline")}
    links = {
        link.find_element(By.TAG_NAME, "text").text: link.find_element(By.TAG_NAME, "path")
        for link in styled.all("svg g.relationship")
    }
    half = {name: re.match(r"\s*M\s*\S+\s+([\d.]+)", path.get_attribute("d"))[1] for name, path in links.items()}

    assert fills == {"rgb(110, 168, 230)", "rgb(241, 102, 103)"}  # drugs, diseases
    assert links["TREATS"].get_attribute("fill") == "rgb(40, 112, 194)"
    assert float(half["TREATS"]) == 5 / 2


def test_what_kg_writes_can_be_dropped_on_the_page(browser: Browser, tmp_path: Path) -> None:
    favorites, grass = neo4j_browser.write_files(tmp_path)
    browser.clear()
    browser.drop(grass)
    assert "relationship.SIMILAR_TO" in browser.wait(f"{FRAME} pre", "node.Disease").text

    browser.drop(favorites)
    browser.click("[data-testid=navigationFavorites]")
    browser.click("[data-testid=expandFolder-kg]")
    for query in neo4j_browser.queries().values():
        assert browser.wait("body", query.says[:20])
    picture("favorites", browser.wait("body"))


def test_kg_browser_opens_with_server_user_and_query_and_is_logged_in_from_then_on(
    page: Browser, graph: Path, store: Store
) -> None:
    text = neo4j_browser.text("neighbourhood", {"id": "MONDO:0005147", "top": "5"})
    connection = database.ensure_started()
    address = neo4j_browser.address(connection, text)
    assert connection.password not in address

    page.driver.get(address)
    assert page.wait("[data-testid=username]").get_attribute("value") == "neo4j"
    assert page.wait("[data-testid=boltaddress]").get_attribute("value") in connection.uri
    picture("connect", page.wait("body"))
    page.log_in(address, "neo4j", connection.password)
    page.wait(FRAME, "You are connected as user neo4j")
    assert "id: 'MONDO:0005147'" in page.editor()
    page.clear()
    page.send()
    assert not page.errors()
    assert len(page.all("svg g.node")) == 6

    page.driver.get("about:blank")
    page.driver.get(address)
    assert page.wait(FRAME, "You are connected as user neo4j")
    assert not page.all("[data-testid=username]")


def test_the_browser_of_another_server_is_found_at_the_port_that_it_advertises(graph: Path) -> None:
    own = database.ensure_started()
    other = Connection(own.uri.replace("127.0.0.1", "localhost"), own.user, own.password, "neo4j", managed=False)
    port = database.status().http_address.rsplit(":")[-1]

    assert neo4j_browser.address(other).startswith(f"http://localhost:{port}?connectURL=bolt%3A%2F%2Fneo4j%40localhost")


def test_a_server_without_a_browser_is_said_in_one_line(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = database.ensure_started()
    other = Connection(own.uri, own.user, own.password, "neo4j", managed=False)

    def gone(*_: object, **__: object) -> None:
        raise urllib.error.URLError("connection refused")

    monkeypatch.setattr("urllib.request.urlopen", gone)
    with pytest.raises(DatabaseError, match=r"no Browser at http://.*; open https://browser\.neo4j\.io"):
        neo4j_browser.address(other)


@pytest.mark.parametrize("value", ["it's", "a\\b", "R&D #1 100%", 'the "é"', "two\nlines"])
def test_a_value_in_a_text_is_that_value(value: str, store: Store) -> None:
    literal = neo4j_browser.text("neighbourhood", {"id": value}).split("{id: ")[1].split("})\nMATCH")[0]

    assert store.query(f"RETURN {literal} AS value") == [{"value": value}]
