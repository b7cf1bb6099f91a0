"""The Neo4j Browser in Chromium answers as kg does: the same query files, pasted."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from page import program

from kgbuild import database


def answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=60) as response:
            return response.status == 200
    except urllib.error.URLError:
        return False


def kg(*arguments: str) -> str:
    command = [sys.executable, "-m", "kgbuild.cli", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_a_missing_chromium_fails_and_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium chromium-driver"):
        program("chromium")


def test_a_wrong_password_is_refused(page):
    page.log_in(database.status().http_address, "neo4j", "wrong")

    assert page.wait("[data-testid=frame]", "authentication failure")


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("concepts", ["similar", "phecode:250.2"]),
        ("terms", ["similar", "phecode:250.2", "--to", "EFO"]),
        ("variants", ["similar", "MONDO:0005148", "--to", "variants"]),
        ("variant_terms", ["similar", "dbSNP:rs7903146", "--to", "EFO"]),
        ("text", ["link", "heart attack", "--to", "EFO"]),
    ],
)
def test_a_query_file_gives_in_the_browser_what_its_command_prints(name, command, browser, store):
    text = store.cypher(f"similar/{name}")
    for parameter in re.findall(r":param \w+ => [^;\n]+", text):  # those that its header says to paste before
        browser.run(parameter)
    rows = browser.table(text)

    assert len(rows) == 10
    assert [row["id"] for row in rows] == [row["id"] for row in json.loads(kg(*command, "--json"))]


def test_an_error_of_the_server_shows_on_the_page(browser):
    browser.run("MATCH (n RETURN n")

    assert "Invalid input 'RETURN'" in browser.errors()[0]


def test_the_address_answers_until_the_server_is_stopped(graph):
    address = database.status().http_address

    assert answers(address)
    assert kg("db", "stop") == "Neo4j stopped\n"
    assert not answers(address)
    database.start()
    assert answers(address)
