"""The page of a review in Chromium: what is clicked and typed is kept, saved as SSSOM, and asks nobody for anything."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from page import start_chromium
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from sssom.constants import SchemaValidationType
from sssom.parsers import parse_sssom_table
from sssom.validators import validate

from kgbuild.mapping.review import Decisions, beside, read
from kgbuild.mapping.review.graph import About
from kgbuild.mapping.review.page import write
from kgbuild.mapping.sssom import NO_TERM

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]  # sssom-py's own

ME = "orcid:0000-0002-1825-0097"
HEAD = """\
# curie_map:
#   EFO: "http://www.ebi.ac.uk/efo/EFO_"
#   phecode: "https://phewascatalog.org/phecodes/"
# license: "https://creativecommons.org/publicdomain/zero/1.0/"
# mapping_set_id: "https://w3id.org/sssom/mappings/kg_phecode_efo.sssom.tsv"
# mapping_set_title: "phecode to EFO, computed by kg"
subject_id	subject_label	predicate_id	object_id	object_label	mapping_justification	confidence
"""


def mapping(path: Path, subjects: int, each: int) -> Path:
    """A mapping of so many subjects with so many candidates, the first the most uncertain."""
    rows = [
        f'phecode:{i}\tDisease {i} <b>\tskos:closeMatch\tEFO:{i}{k}\tterm {i}{k} "x"\tsemapv:X\t{0.5 / (1 + i + k)}'
        for i in range(subjects)
        for k in range(each)
    ]
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Chrome]:
    driver = start_chromium(tmp_path / "profile", {"performance": "ALL", "browser": "ALL"})
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path / "saved")})
    yield driver
    driver.quit()


@pytest.fixture
def review(driver: Chrome, tmp_path: Path) -> "Page":
    path = mapping(tmp_path / "m.sssom.tsv", 6, 3)
    proposal = read(path)
    known = {"EFO:00": About("A disease.", ("one name",)), "phecode:0": About("", (), ("icd10:E11 x",), 9, 3)}
    write(tmp_path / "review.html", proposal, Decisions(beside(path), proposal), "", known)
    return Page(driver, tmp_path)


class Page:
    """The page of a review, by what a person sees and does there."""

    def __init__(self, driver: Chrome, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        self.open()

    def open(self) -> None:
        self.driver.get((self.folder / "review.html").as_uri())

    def click(self, identifier: str) -> None:
        self.driver.find_element(By.ID, identifier).click()

    def type(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def sign(self) -> None:
        self.driver.find_element(By.ID, "author").send_keys("0000-0002-1825-0097", Keys.TAB)
        self.driver.find_element(By.ID, "subject").click()

    def text(self, selector: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, selector).text

    def states(self) -> dict[str, str]:
        """Id of each candidate that is shown → accepted, rejected or nothing."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".candidate")
        return {
            each.get_attribute("data-id"): each.get_attribute("class").removeprefix("candidate").strip()
            for each in found
        }

    def download(self) -> Path:
        self.click("download")
        path = self.folder / "saved" / "m.reviewed.sssom.tsv"
        WebDriverWait(self.driver, 30).until(lambda _: path.exists() and path.stat().st_size)
        return path


def test_what_is_clicked_is_still_there_after_a_reload_and_is_saved_as_signed_sssom(review: Page) -> None:
    review.sign()
    review.click("accept-1")
    review.click("reject-2")
    Select(review.driver.find_element(By.ID, "kind-1")).select_by_value("broad")
    review.driver.find_element(By.ID, "note-1").send_keys('for "all" ages', Keys.ENTER)
    review.driver.find_element(By.ID, "other").send_keys("HP:0002099", Keys.ENTER)
    review.open()

    assert review.states() == {"EFO:00": "accepted", "EFO:01": "rejected", "EFO:02": "", "HP:0002099": "accepted"}
    assert review.text("#progress-text") == "1 of 6 concepts decided"
    assert review.driver.find_element(By.ID, "note-1").get_attribute("value") == 'for "all" ages'
    path = review.download()
    parsed = parse_sssom_table(path)
    rows = {row.object_id: row for row in parsed.df.itertuples()}
    assert {each: row.predicate_id for each, row in rows.items()} == {
        "EFO:00": "skos:broadMatch", "EFO:01": "skos:exactMatch", "HP:0002099": "skos:exactMatch",
    }  # fmt: skip
    assert rows["EFO:01"].predicate_modifier == "Not"
    assert (rows["EFO:00"].comment, rows["EFO:00"].author_id) == ('for "all" ages', ME)
    assert {row.mapping_justification for row in rows.values()} == {"semapv:ManualMappingCuration"}
    reports = validate(parsed, [SchemaValidationType.JsonSchema, SchemaValidationType.PrefixMapCompleteness])
    assert [result.message for report in reports.values() for result in report.results] == []


def test_the_terminal_goes_on_with_what_the_page_saved_and_the_page_with_what_the_terminal_wrote(review: Page) -> None:
    review.sign()
    review.click("accept-1")
    review.click("next")
    review.click("skip")
    saved = review.download()
    proposal = read(review.folder / "m.sssom.tsv")
    decisions = Decisions(saved, proposal)

    assert list(decisions.made) == [("phecode:0", "EFO:00")]
    assert list(decisions.skipped) == ["phecode:1"]
    decisions.decide(decisions.made["phecode:0", "EFO:00"]._replace(subject_id="phecode:2", object_id="EFO:20"))
    review.driver.execute_script("localStorage.clear()")
    review.open()
    assert review.text("#progress-text") == "0 of 6 concepts decided"
    review.driver.find_element(By.ID, "file").send_keys(str(saved))
    WebDriverWait(review.driver, 30).until(lambda _: "2 decisions read" in review.text("#status"))
    assert review.text("#progress-text") == "2 of 6 concepts decided"
    assert "skipped 1" in review.text("#filters")


def test_everything_can_be_done_by_keys_and_undone(review: Page) -> None:
    review.sign()
    review.type("2", "k", "n")
    review.type("why", Keys.ENTER)
    assert review.states()["EFO:01"] == "accepted"
    assert Select(review.driver.find_element(By.ID, "kind-2")).first_selected_option.get_attribute("value") == "close"
    review.type(Keys.ENTER)
    assert review.text("h2") == "Disease 1 <b>"
    review.type("x", Keys.ENTER)
    review.type("s", Keys.ARROW_LEFT)
    assert review.text("h2") == "Disease 2 <b>"
    assert "decided 2\nskipped 1" in review.text("#filters")
    review.type("uuuuu")
    assert review.text("#progress-text") == "0 of 6 concepts decided"


def test_a_concept_that_the_target_lacks_is_decided_by_one_key_and_taken_back_by_it(review: Page) -> None:
    review.sign()
    review.type("0")
    review.open()
    assert review.text("#progress-text") == "1 of 6 concepts decided"
    path = review.download()

    (made,) = Decisions(path, read(review.folder / "m.sssom.tsv")).made.values()
    assert (made.subject_id, made.object_id, made.kind) == ("phecode:0", NO_TERM, "none")
    assert "\tNot\t" not in path.read_text()
    review.type("0")
    assert review.text("#progress-text") == "0 of 6 concepts decided"


def test_nothing_is_decided_without_an_orcid_whose_check_digit_is_right(review: Page) -> None:
    review.driver.find_element(By.ID, "author").send_keys("0000-0002-1825-0098", Keys.TAB)
    review.click("accept-1")

    assert "Your ORCID signs what you decide" in review.text("#author-problem")
    assert set(review.states().values()) == {""}


def test_a_file_of_something_else_is_refused_and_changes_nothing(review: Page) -> None:
    review.driver.find_element(By.ID, "file").send_keys(str(review.folder / "m.sssom.tsv"))

    WebDriverWait(review.driver, 30).until(lambda _: "line 8: no decision of a curator" in review.text("#status"))
    assert review.text("#progress-text") == "0 of 6 concepts decided"


def test_the_page_asks_for_nothing_and_complains_of_nothing(review: Page) -> None:
    review.sign()
    review.type("1", Keys.ENTER)
    review.driver.find_element(By.ID, "search").send_keys("disease 4")
    asked = [json.loads(entry["message"])["message"] for entry in review.driver.get_log("performance")]
    addresses = [each["params"]["request"]["url"] for each in asked if each["method"] == "Network.requestWillBeSent"]

    assert addresses
    assert not [address for address in addresses if address.startswith(("http", "ws", "ftp"))]
    assert review.driver.get_log("browser") == []
    assert len(review.driver.find_elements(By.CSS_SELECTOR, "#list li")) == 1


@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_fits_its_window(review: Page, width: int) -> None:
    size = {"width": width, "height": 850, "deviceScaleFactor": 1, "mobile": width < 600}
    review.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    review.open()

    assert review.driver.execute_script("return document.documentElement.scrollWidth") <= width


def test_all_phecodes_with_five_candidates_each_are_answered_at_once(driver: Chrome, tmp_path: Path) -> None:
    path = mapping(tmp_path / "m.sssom.tsv", 1_866, 5)
    proposal = read(path)
    write(tmp_path / "review.html", proposal, Decisions(beside(path), proposal), ME, {})
    review = Page(driver, tmp_path)
    started = time.monotonic()
    for _ in range(10):
        review.type("1", Keys.ENTER)

    assert (time.monotonic() - started) / 20 < 0.5  # seconds a key, on a busy machine; 0.04 on a quiet one
    assert review.text("#progress-text") == "10 of 1,866 concepts decided"
    assert len(driver.find_elements(By.CSS_SELECTOR, "#list li")) < 200
