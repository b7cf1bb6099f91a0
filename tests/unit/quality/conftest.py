"""`graph(*sources)` of sources written by hand, `starter` of the starter data; each in a KG_HOME of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.quality.views import Graph
from loaders import LOADERS
from tests.unit.quality.toys import Toy, record, stage_starter


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A KG_HOME of the test's own."""
    monkeypatch.setenv("KG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def graph(home: Path) -> Callable[..., Graph]:
    """Make the graph of the toy sources given."""

    def make(*sources: Toy) -> Graph:
        for source in sources:
            source.stage()
        return record(())

    return make


@pytest.fixture
def starter(home: Path) -> Graph:
    """The graph of the starter data."""
    stage_starter()
    return record(tuple(LOADERS))
