"""What `kg browser` makes of a query before any Browser sees it."""

import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kgbuild import browser
from kgbuild.cli import app
from kgbuild.database import Connection
from kgbuild.errors import InputError

SERVER = Connection("bolt://127.0.0.1:7687", "neo4j", "secret", "neo4j", managed=True)


def editor(address: str) -> str:
    """What the Browser puts into its editor: it decodes the address before it takes the argument out."""
    return re.findall(r"[?&]arg=([^&#]*)", unquote(address.replace("+", " ")))[0]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    monkeypatch.delenv("NEO4J_URI", raising=False)


@pytest.mark.parametrize("name", browser.queries())
def test_a_query_needs_no_parameter_when_it_is_pasted(name: str) -> None:
    query = browser.queries()[name]
    body = "".join(line for line in browser.text(name).splitlines(keepends=True) if not line.startswith("//"))

    assert set(query.defaults) == set(re.findall(r"\$(\w+)", query.text.split("// returns")[1]))
    assert "$" not in body
    assert query.says


@pytest.mark.parametrize("name", browser.queries())
def test_a_query_arrives_in_the_editor_whole(name: str) -> None:
    assert editor(browser.address(SERVER, browser.text(name))) == browser.text(name)


@given(value=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_query_with_any_value_arrives_in_the_editor_whole(value: str) -> None:
    text = browser.text("neighbourhood", {"id": value})

    assert editor(browser.address(SERVER, text)) == text


def test_the_style_arrives_in_the_editor_whole() -> None:
    assert editor(browser.address(SERVER, browser.style())) == browser.style()


def test_an_address_has_the_user_and_never_the_password() -> None:
    address = browser.address(SERVER)

    assert "connectURL=bolt%3A%2F%2Fneo4j%40127.0.0.1%3A7687" in address
    assert "secret" not in address


def test_a_server_without_passwords_is_connected_to_without_asking() -> None:
    open_server = Connection("bolt://127.0.0.1:7687", None, "", "neo4j", managed=True)

    assert "preselectAuthMethod=NO_AUTH" in browser.address(open_server)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nearest"], "nearest: no such query; there are diseases_of_variant, "),
        (["mapping", "--from", "phecode"], "--from: mapping has no such parameter; it has --source, --target, "),
        (["mapping", "--top", "many"], "--top many: no number; write it as 100"),
        (["mapping", "--top"], "--top: what is it for? Values are given as --id phecode:250.2"),
        (["mapping", "phecode"], "phecode: what is it for? "),
        (["--id=phecode:250.2"], "--id=phecode:250.2: no such query; "),
        (["mapping", "--style"], "--style: the editor has room for one; "),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_starts(arguments: list[str], line: str) -> None:
    result = CliRunner().invoke(app, ["browser", *arguments])

    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith(line)


def test_the_list_names_every_query_with_its_parameters() -> None:
    shown = CliRunner().invoke(app, ["browser", "--list"]).stdout

    for name, query in browser.queries().items():
        assert f"{name} " in shown
        assert query.says in shown
        assert all(f"--{parameter} {value}" in shown for parameter, value in query.defaults.items())


def test_favorites_are_a_folder_of_all_queries(tmp_path: Path) -> None:
    favorites, grass = browser.write_files(tmp_path / "new")

    with zipfile.ZipFile(favorites) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert texts == {f"kg/{name}.cypher": browser.text(name) for name in browser.queries()}
    assert "relationship.SIMILAR_TO" in grass.read_text()


def test_without_a_display_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")

    assert not browser.show("http://127.0.0.1:7474/browser/")


def test_the_password_goes_to_the_first_clipboard_that_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    (tmp_path / "pbcopy").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "wl-copy").write_text(f"#!/bin/sh\ncat > {tmp_path}/copied\n")
    for name in ("pbcopy", "wl-copy"):
        (tmp_path / name).chmod(0o755)

    assert browser.copy("secret")
    assert (tmp_path / "copied").read_text() == "secret"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert not browser.copy("secret")
