"""What the command line promises before it does anything."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from kgbuild.cli import app, main
from kgbuild.console import Steps
from kgbuild.errors import InputError, MissingExtra

README = (Path(__file__).parents[2] / "README.md").read_text()


def commands(group: typer.Typer, prefix: str = "") -> list[str]:
    names = [f"{prefix}{command.name or command.callback.__name__}" for command in group.registered_commands]  # type: ignore[union-attr]
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        named = isinstance(sub.name, str)  # else its commands are kg's own
        names += commands(sub.typer_instance, f"{prefix}{sub.name} " if named else prefix)
    return names


@pytest.mark.parametrize("command", commands(app))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"])

    assert result.exit_code == 0
    assert "Usage" in result.output


def test_help_needs_neither_torch_nor_the_database_driver() -> None:
    code = (
        "import sys, kgbuild.cli; "
        "heavy = {'torch', 'transformers', 'neo4j', 'duckdb', 'ibis', 'pandas', 'sklearn'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_error_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["kg", "load", "all", "--data", "/nowhere/at/all"])

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["kg: /nowhere/at/all: no such folder; give --data the folder with the downloaded files"]


def test_training_without_its_extra_says_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "torch":
                raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(sys, "meta_path", [Without(), *sys.meta_path])
    for module in [name for name in sys.modules if name.split(".")[0] in ("embed", "torch")]:
        monkeypatch.delitem(sys.modules, module)

    result = CliRunner().invoke(app, ["train"])

    assert isinstance(result.exception, MissingExtra)
    assert "pip install 'kg[train]'" in str(result.exception)


def test_a_malformed_option_of_a_source_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["load", "all", "--data", str(tmp_path), "--set", "umls=ENG"])

    assert isinstance(result.exception, InputError)
    assert "--set umls=ENG" in str(result.exception)


def test_the_readme_names_only_commands_that_exist() -> None:
    known = {command.split()[0] for command in commands(app)}
    used = {
        line.split()[1]
        for line in README.splitlines()
        if line.startswith("    kg ") and not line.split()[1].startswith("-")
    }

    assert used <= known
    assert used


def test_steps_of_one_name_are_timed_together():
    steps = Steps()
    for _ in range(2):
        with steps.step("kg harmonize"):
            time.sleep(0.02)

    assert steps.seconds["kg harmonize"] >= 0.04
