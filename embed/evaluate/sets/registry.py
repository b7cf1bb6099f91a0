"""Every benchmark that kg reads, and which of them a folder has."""

from importlib import import_module
from pathlib import Path

from embed.evaluate.sets import Benchmark, mapping

_KINDS = ("relatedness", "linking", "similarity", "mapping")


def benchmarks(data: Path) -> list[Benchmark]:
    """All of them, by kind, with the gold mappings of a user's own in a folder."""
    known = [each for kind in _KINDS for each in import_module(f"embed.evaluate.sets.{kind}").BENCHMARKS]
    return [*known, *mapping.others(data)]


def present(data: Path) -> list[tuple[Benchmark, list[Path]]]:
    """Those whose files are under a folder, with the files."""
    return [(each, files) for each in benchmarks(data) if (files := each.files(data))]


def absent(data: Path) -> list[Benchmark]:
    """Those whose files are not there."""
    return [each for each in benchmarks(data) if not each.files(data)]
