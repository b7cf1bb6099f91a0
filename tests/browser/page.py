"""The Neo4j Browser on a page of a real Chromium, by what a person sees and does there."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 120  # that the page may take for one step on a busy machine
OPTIONS = (
    "--headless=new",
    "--window-size=1400,1000",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the page asks for web fonts, which not all can have
)
#: What an element answers while the page draws it anew, has not shown it yet or covers it.
PASSING = (StaleElementReferenceException, ElementNotInteractableException, ElementClickInterceptedException)
FRAME = "[data-testid=frame]"  # an answer of the stream below the editor


def program(name: str) -> str:
    """Where a program is that these tests need: without it they fail, never skip."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(
            f"{name}: not on the path; install Chromium and its driver: apt-get install chromium chromium-driver",
            pytrace=False,
        )
    return found


def start_chromium(profile: Path, logs: dict[str, str] | None = None) -> Chrome:
    """Start Chromium without a window, and with a profile of its own; `logs` are those to keep, with their levels."""
    options = ChromeOptions()
    options.set_capability("goog:loggingPrefs", logs or {})
    options.binary_location = program("chromium")
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses to run as root with one
    driver = Chrome(options=options, service=Service(program("chromedriver")))
    driver.set_script_timeout(SECONDS)
    driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    return driver


class Browser:
    """The Neo4j Browser. Elements are named by its own `data-testid`s where it has one."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def all(self, selector: str) -> list[WebElement]:
        """The elements that are on the page now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, selector: str, text: str = "") -> WebElement:
        """The first element of a CSS selector that shows a text, once it does."""
        try:
            return WebDriverWait(self.driver, SECONDS, ignored_exceptions=[StaleElementReferenceException]).until(
                lambda _: next((element for element in self.all(selector) if text in element.text), None)
            )
        except TimeoutException:
            shown = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(f"nothing on the page is {selector} with {text!r}; it shows:\n{shown}") from None

    def until(self, act: Callable[[], bool]) -> None:
        """Do something until it succeeds: the page moves, covers and replaces its elements while it loads."""
        WebDriverWait(self.driver, SECONDS, ignored_exceptions=PASSING).until(lambda _: act())

    def click(self, selector: str) -> None:
        """Click the element of a CSS selector, once it can be."""
        self.until(lambda: self.wait(selector).click() is None)

    def log_in(self, address: str, user: str, password: str) -> None:
        """Open the page and send the connect form."""
        self.driver.get(address)
        form = {"username": user, "password": password}
        self.until(lambda: all(self._held(f"[data-testid={name}]", text) for name, text in form.items()))
        self.click("[data-testid=connect]")

    def _held(self, selector: str, text: str) -> bool:
        """Whether a field held a text already; else type it. The page may draw its form anew while it is filled in."""
        field = self.wait(selector)
        held = field.get_attribute("value") == text
        if not held:
            field.clear()
            field.send_keys(text)
        return held

    def run(self, text: str) -> None:
        """Paste a text into the editor, run it, and wait for its answer, the only one then on the page."""
        self.clear()
        self.driver.execute_async_script("navigator.clipboard.writeText(arguments[0]).then(arguments[1])", text)
        self.click("[data-testid=activeEditor] .view-lines")
        self.wait("[data-testid=activeEditor] textarea").send_keys(Keys.CONTROL, "v")
        self.send()

    def send(self) -> None:
        """Run what is in the editor, and wait for its answer."""
        self.click("[data-testid=editor-Run]")
        self.wait(f"[data-testid=frame-loaded-contents], [data-testid=rawParamData], {FRAME} pre")  # the last a style's

    def clear(self) -> None:
        """Close all answers."""
        WebDriverWait(self.driver, SECONDS).until(lambda _: self._closed())

    def editor(self) -> str:
        """The text in the editor, as far as it shows it; its spaces are not to be broken."""
        return self.wait("[data-testid=activeEditor] .view-lines").text.replace("\xa0", " ")

    def drop(self, path: Path) -> None:
        """Drag a file onto the page, as from a file manager."""
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": 700, "y": 500, "data": data})

    def drawn(self, text: str) -> None:
        """Run a query and wait until its graph is drawn and has come to rest."""
        self.run(text)
        assert not self.errors()
        self.show("Visualization")
        self.wait("svg g.node")
        places = ""
        while places != (places := str([each.get_attribute("transform") for each in self.all("svg g.node")])):
            time.sleep(1)

    def _closed(self) -> bool:
        """Close the frames, by script as some lie outside the window; whether there were none."""
        button = f"{FRAME} [title=Close]"
        self.driver.execute_script("document.querySelectorAll(arguments[0]).forEach(each => each.click())", button)
        return not self.all(button)

    def show(self, view: str) -> None:
        """Choose how the answer is shown: Visualization, Table, Ascii or Code; the page remembers it."""
        self.click(f"[data-testid=cypherFrameSidebar{view}]")

    def table(self, text: str) -> list[dict[str, Any]]:
        """The rows that a query shows as a table."""
        self.run(text)
        assert not self.errors()
        self.show("Table")
        self.wait(f"{FRAME} table")
        columns = [cell.text for cell in self.all(f"{FRAME} th[role=columnheader]")]
        cells = iter([json.loads(cell.text) for cell in self.all(f"{FRAME} td[role=cell]")])
        return [dict(zip(columns, row, strict=True)) for row in zip(*[cells] * len(columns), strict=True)]

    def errors(self) -> list[str]:
        """What the server refused."""
        return [error.text for error in self.all("[data-testid=cypherFrameErrorMessage]")]
