"""Loading: stage the sources, merge them, write the graph, and say what became of every row.

    load()  stage ──> merge ──> bulk or upsert ──> record in (:Source) and (:Meta)

`$KG_HOME/staged/<source>` holds what is staged, `$KG_HOME/graph/<graph id>` a graph's tables.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from kgbuild.diff import Difference, compare
from kgbuild.errors import InputError
from kgbuild.graph import merge
from kgbuild.history import History
from kgbuild.home import folder
from kgbuild.jobs import Job, job_of_files, jobs_of_folder
from kgbuild.licence import ALLOWED, terms
from kgbuild.lock import alone
from kgbuild.model import Source
from kgbuild.staging import Manifest, fingerprint
from kgbuild.update import Progress, Silent, update
from kgbuild.workers import stage_all


@dataclass
class Loaded:
    """What a load did: manifests of the sources it staged, the names of the absent ones, seconds by step.

    `left_out` has the licence of each source that the terms asked for keep out of the graph.
    """

    staged: list[Manifest] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    writer: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def rows(self) -> list[dict[str, Any]]:
        """What became of each staged source's input rows, and the records that they made."""
        return [
            {
                "source": manifest.source,
                "version": manifest.version,
                "rows": sum(manifest.rows.values()),
                **manifest.outcomes,
                **{name: manifest.records[name] for name in ("nodes", "names", "edges")},
            }
            for manifest in self.staged
        ]


def load(
    names: Sequence[str],
    data: Path,
    loaders: Mapping[str, ModuleType],
    writer: str = "auto",
    parameters: Mapping[str, dict[str, str]] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    licence: str = "all",
    engine: str = "duckdb",
) -> Loaded:
    """Load sources below the folder `data` into the graph, beside those that are staged already.

    Args:
        names: Names of sources, or `all` for every one whose files are there.
        data: The folder to search.
        loaders: Name → module, in the order of precedence.
        writer: `bulk`, `upsert`, or `auto`: bulk into an empty managed database, upsert otherwise.
        parameters: Source → its options.
        dry_run: Stage and count, and write nothing.
        progress: What is told while it runs.
        licence: The terms that the graph may stand under: `open`, `share-alike` or `all`. What stands under others is
            neither staged nor, where it was staged earlier, in the graph.
        engine: What stages: `duckdb`, or `spark` at the address KG_SPARK.

    Raises:
        InputError: an unknown source, or one asked for by name whose files are not there.
        LoadError: rows that do not add up, or a database that holds another graph.
    """
    result = Loaded()
    jobs = jobs_of_folder(names, data, loaders, parameters)
    result.absent = [name for name in loaders if "all" in names and name not in _names(jobs)]
    return _load(jobs, tuple(loaders), writer, dry_run, progress or Silent(), result, licence, engine)


def load_files(
    door: ModuleType,
    paths: Sequence[Path],
    loaders: Mapping[str, ModuleType],
    name: str | None = None,
    writer: str = "auto",
    parameters: Mapping[str, str] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    licence: str = "all",
    engine: str = "duckdb",
) -> Loaded:
    """Load files that somebody named, in a format that kg knows, as a source of its own.

    Args:
        door: The module of `loaders.DOORS` that reads the format.
        paths: The files.
        loaders: As for `load`.
        name: Of the source; by default the vocabulary's, else the first file's.
        writer: As for `load`.
        parameters: Options of the door; `vocabulary`, `title`, `url` and `licence` say what the source is.
        dry_run: Stage and count, and write nothing.
        progress: As for `load`.
        licence: As for `load`.
        engine: As for `load`.

    Raises:
        InputError: a file that is not there or that the door does not read, an unknown option, a name that is taken.
        LoadError: as for `load`.
    """
    job = job_of_files(door, paths, loaders, name, parameters)
    return _load([job], tuple(loaders), writer, dry_run, progress or Silent(), Loaded(), licence, engine)


def unload(
    names: Sequence[str], loaders: Mapping[str, ModuleType], writer: str = "auto", progress: Progress | None = None
) -> str:
    """Take sources out of the graph: their evidence, names and claims, and the nodes that no other source names.

    Returns:
        The writer used, `none` where the graph was so already.

    Raises:
        InputError: a source that is neither staged nor in the graph.
    """
    progress = progress or Silent()
    with alone(progress.tell):
        loads = History.read().loads
        known = {*staged_sources(tuple(loaders)), *(loads[-1].versions if loads else ())}
        if unknown := [name for name in names if name not in known]:
            raise InputError(f"{unknown[0]}: not loaded; loaded are {', '.join(sorted(known)) or 'no sources'}")
        for name in names:
            shutil.rmtree(folder("staged") / name, ignore_errors=True)
        return _write(staged_sources(tuple(loaders)), writer, progress)


def difference(
    names: Sequence[str],
    data: Path,
    loaders: Mapping[str, ModuleType],
    parameters: Mapping[str, dict[str, str]] | None = None,
    examples: int = 3,
    progress: Progress | None = None,
) -> list[Difference]:
    """What `load` of the same would change; nothing is staged or written.

    Raises:
        InputError: as for `load`.
    """
    progress = progress or Silent()
    jobs = jobs_of_folder(names, data, loaders, parameters)
    history = History.read()
    with _preview() as scratch:
        manifests = _in_order(_stage(jobs, scratch, Loaded(), progress), tuple(loaders))
        with progress.step("merging"):
            tables = merge(manifests, scratch / "graph")
        last = history.tables(history.loads[-1].graph_id) if history.loads else None
        return compare(last, tables, examples)


def last_difference(examples: int = 3) -> list[Difference]:
    """What the last load changed.

    Raises:
        InputError: nothing was loaded yet.
    """
    history = History.read()
    if not history.loads:
        raise InputError(f"{folder('graph')}: nothing was loaded yet; run `kg load all --data DIR`")
    *before, last = history.loads
    new = history.tables(last.graph_id)
    assert new is not None  # the last load's tables are always kept
    return compare(history.tables(before[-1].graph_id) if before else None, new, examples)


def _load(
    jobs: Sequence[Job],
    order: Sequence[str],
    writer: str,
    dry_run: bool,
    progress: Progress,
    result: Loaded,
    licence: str,
    engine: str,
) -> Loaded:
    if licence not in ALLOWED:
        raise InputError(f"--licence {licence}: no such terms; one of {', '.join(ALLOWED)}")
    jobs = [job for job in jobs if _allowed(job.source, licence, result)]
    if not jobs:
        said = ", ".join(f"{name} ({its})" for name, its in result.left_out.items())
        raise InputError(f"--licence {licence}: leaves nothing to load; it leaves out {said}")
    with _preview() if dry_run else alone(progress.tell) as scratch:
        if not dry_run:
            _clear()
        known = _in_order(_stage(jobs, scratch or folder("staged"), result, progress, engine), order)
        manifests = {name: known[name] for name in known if _allowed(known[name].declared, licence, result)}
        result.kept = [name for name in manifests if name not in _names(jobs)]
        if not dry_run:
            result.writer = _write(manifests, writer, progress)
    return result


def _names(jobs: Sequence[Job]) -> set[str]:
    return {job.source.name for job in jobs}


def _clear() -> None:
    """Remove what killed processes left half staged. What is of today may be a preview that somebody looks at."""
    yesterday = time.time() - 86_400
    for path in folder("staged").glob(".*-*"):
        if path.stat().st_mtime < yesterday:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _preview() -> Iterator[Path]:
    """A folder for what is looked at and thrown away."""
    with tempfile.TemporaryDirectory(dir=folder("staged"), prefix=".preview-") as scratch:
        yield Path(scratch)


def _stage(
    jobs: Sequence[Job], into: Path, result: Loaded, progress: Progress, engine: str = "duckdb"
) -> dict[str, Manifest]:
    """Stage sources into the folder `into`, but those that are staged as they are now.

    Returns:
        Everything that is staged then, the other sources too.
    """
    manifests = dict(staged_sources(()))
    with progress.step("staging"):
        changed = []
        for job in jobs:
            known = manifests.get(job.source.name)
            if known and known.fingerprint == fingerprint(job.loader, job.root, job.files, job.parameters, job.source):
                result.unchanged.append(known.source)
            else:
                changed.append(job)
        for done, manifest in enumerate(stage_all(changed, into, engine), 1):
            manifests[manifest.source] = manifest
            progress.tell(f"  {manifest.source:<30} {manifest.seconds:7.1f} s")
            progress.advance("sources", done, len(changed))
    result.staged += [manifests[job.source.name] for job in jobs]
    return manifests


def _write(manifests: Mapping[str, Manifest], writer: str, progress: Progress) -> str:
    with progress.step("merging"):
        tables = merge(manifests, folder("graph"))
    return update(tables, writer, manifests, progress)


def _allowed(source: Source, licence: str, result: Loaded) -> bool:
    """Whether a source stands under the terms asked for; one that does not is noted as left out."""
    allowed = terms(source.licence) in ALLOWED[licence]
    if not allowed:
        result.left_out[source.name] = source.licence
    return allowed


def staged_sources(order: Sequence[str]) -> dict[str, Manifest]:
    """What is staged, by name: first the sources of `order`, then files that somebody named, by name."""
    manifests = [(path.name, Manifest.read(path)) for path in sorted(folder("staged").iterdir())]
    found = {name: manifest for name, manifest in manifests if manifest is not None and manifest.source == name}
    return _in_order(found, order)


def _in_order(manifests: Mapping[str, Manifest], order: Sequence[str]) -> dict[str, Manifest]:
    names = [*order, *sorted(name for name in manifests if name not in order)]
    return {name: manifests[name] for name in names if name in manifests}
