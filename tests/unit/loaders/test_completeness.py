"""A loader is complete: listed, documented, tested on rows in its source's own format."""

from pathlib import Path

import pytest

import loaders
from kgbuild.model import Source
from loaders import DOORS, LOADERS

FOLDER = Path(loaders.__file__).parent
TESTS = Path(__file__).parents[2]
ALL = LOADERS | DOORS


def test_every_module_is_a_listed_loader() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}

    assert {module.__name__.removeprefix("loaders.") for module in ALL.values()} == modules


@pytest.mark.parametrize("name", ALL)
def test_a_loader_says_where_its_data_come_from_and_under_which_licence(name: str) -> None:
    module = ALL[name]
    source: Source = module.SOURCE

    assert source.name == name
    assert source.files
    assert source.licence
    assert source.url.startswith("https://") or name in ("biobank", *DOORS)  # what is one's own has no publisher
    for part in ("Source:", "Licence:", "Yields:", "Skips:"):
        assert part in str(module.__doc__), f"{name}'s docstring lacks {part}"


@pytest.mark.parametrize("name", ALL)
def test_a_loader_is_tested_on_rows_of_its_own(name: str) -> None:
    text = "\n".join(path.read_text() for path in (TESTS / "unit/loaders").glob("test_*.py"))

    assert f"{name}," in text or f"import {name}" in text or f" {name}\n" in text, f"no test imports {name}"
