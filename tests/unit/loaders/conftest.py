"""`staged(loader, folder)`: the four tables that a loader makes of the files in a folder of tests/data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

from kgbuild import inputs, jobs, staging
from loaders import LOADERS

DATA = Path(__file__).parents[2] / "data"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Tables:
    """What was staged, rows as dictionaries without their null columns."""

    nodes: Rows
    names: Rows
    edges: Rows
    rejects: Rows
    manifest: staging.Manifest

    def node(self, identifier: str) -> dict[str, Any]:
        """The one node with this id."""
        (found,) = [node for node in self.nodes if node["id"] == identifier]
        return found

    def names_of(self, identifier: str) -> set[tuple[str, str, str]]:
        """(text, scope, language) of each name of a concept."""
        return {(n["text"], n["scope"], n["language"]) for n in self.names if n["id"] == identifier}

    def triples(self) -> set[tuple[str, str, str]]:
        """(subject, predicate, object) of each edge."""
        return {(e["subject"], e["predicate"], e["object"]) for e in self.edges}


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Tables]:
    """Stage a loader's files from a folder (a name below tests/data, or a path) with the parameters given."""

    def stage(loader: ModuleType, folder: str | Path, **parameters: str) -> Tables:
        root, target = DATA / folder, tmp_path_factory.mktemp("staged") / loader.SOURCE.name
        files = inputs.find(loader.SOURCE, root)
        assert files, f"{root} lacks a file of {loader.SOURCE.files}"
        return _tables(target, staging.stage(loader, root, files, target, parameters))

    return stage


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Tables]:
    """Stage files that somebody names, as `kg load FORMAT FILE… --set OPTION=VALUE` does."""
    monkeypatch.setenv("KG_HOME", str(tmp_path / "home"))

    def stage(door: ModuleType, paths: Sequence[Path], **options: str) -> Tables:
        job = jobs.job_of_files(door, paths, LOADERS, "given", options)
        target = tmp_path / "given"
        return _tables(
            target, staging.stage(job.loader, job.root, job.files, target, job.parameters, source=job.source)
        )

    return stage


def _tables(folder: Path, manifest: staging.Manifest) -> Tables:
    def rows(table: str) -> Rows:
        found = pq.read_table(folder / f"{table}.parquet").to_pylist()
        return [{column: value for column, value in row.items() if value is not None} for row in found]

    return Tables(rows("nodes"), rows("names"), rows("edges"), rows("rejects"), manifest)
