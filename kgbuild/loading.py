"""Loading: stage the sources, merge them, write the graph, and say what became of every row.

    load()  stage ──> merge ──> bulk or upsert ──> record in (:Source) and (:Meta)

`$KG_HOME/staged/<source>` holds what is staged, `$KG_HOME/graph/<graph id>` a graph's tables, and
`$KG_HOME/graph/state.json` the ids of the graphs between which the database is: one, unless a load was killed.
"""

import datetime
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import kgbuild
from kgbuild import database, writers
from kgbuild.errors import InputError, LoadError
from kgbuild.graph import SCHEMA_VERSION, GraphTables, merge
from kgbuild.home import folder
from kgbuild.inputs import assign, find
from kgbuild.model import Source
from kgbuild.staging import Manifest, stage
from kgbuild.store import Store, connect

WRITERS = ("auto", "bulk", "upsert")

#: Stands in the state for the graph that an empty database holds.
_NOTHING = "nothing"


@dataclass
class Loaded:
    """What a load did: manifests of the sources it staged, the names of the absent ones, seconds by step."""

    staged: list[Manifest] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
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


class Progress(Protocol):
    """What a load tells while it runs; `kgbuild.console.Steps` draws it."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """A context for one long step."""

    def advance(self, name: str, done: int, total: int | None) -> None:
        """So many of so many rows of a step are done."""


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Show nothing."""
        return nullcontext()

    def advance(self, name: str, done: int, total: int | None) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class Job:
    """One source to stage: its loader, what it is, its files below `root`, and options that differ from defaults."""

    loader: ModuleType
    source: Source
    root: Path
    files: dict[str, list[Path]]
    parameters: dict[str, str]


def load(
    names: Sequence[str],
    data: Path,
    loaders: Mapping[str, ModuleType],
    writer: str = "auto",
    parameters: Mapping[str, dict[str, str]] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Load sources below the folder `data` into the graph, beside those that are staged already.

    Args:
        names: Names of sources, or `all` for every one whose files are there.
        data: The folder to search.
        loaders: Name → module, in the order of precedence.
        writer: `bulk`, `upsert`, or `auto`: bulk into an empty managed database, upsert otherwise.
        parameters: Source → its options.
        dry_run: Stage and count, and write nothing.

    Raises:
        InputError: an unknown source, or one asked for by name whose files are not there.
        LoadError: rows that do not add up, or a database that holds another graph.
    """
    result = Loaded()
    jobs = _find(names, data, loaders, parameters or {}, result)
    return _load(jobs, tuple(loaders), writer, dry_run, progress or Silent(), result)


def load_files(
    door: ModuleType,
    paths: Sequence[Path],
    loaders: Mapping[str, ModuleType],
    name: str | None = None,
    writer: str = "auto",
    parameters: Mapping[str, str] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
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

    Raises:
        InputError: a file that is not there or that the door does not read, an unknown option, a name that is taken.
        LoadError: as for `load`.
    """
    options = dict(parameters or {})
    source = _given(door, paths, loaders, name, options)
    if companions := getattr(door, "companions", None):  # files that belong to those named, such as their metadata
        paths = [*paths, *companions(paths, options)]
    root = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    files = assign(source, root, [path.absolute() for path in paths])
    read = [path for found in files.values() for path in found]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        if path.absolute() not in read:
            expected = ", ".join(pattern for patterns in source.files.values() for pattern in patterns)
            raise InputError(f"{path}: not a file that `kg load {door.SOURCE.name}` reads; it reads {expected}")
    if missing := [key for key in files if not files[key] and key not in source.optional]:
        raise InputError(f"{door.SOURCE.name}: no {missing[0]} file; expected {', '.join(source.files[missing[0]])}")
    return _load([Job(door, source, root, files, options)], tuple(loaders), writer, dry_run, progress or Silent())


def _given(
    door: ModuleType,
    paths: Sequence[Path],
    loaders: Mapping[str, ModuleType],
    name: str | None,
    options: dict[str, str],
) -> Source:
    """The declaration of a source of files that somebody named."""
    declared: Source = door.SOURCE
    known = {**declared.parameters, **dict.fromkeys(("vocabulary", "title", "url", "licence"), "")}
    if unknown := [option for option in options if option not in known]:
        raise InputError(f"--set {unknown[0]}: no such option of {declared.name}; there are {', '.join(known)}")
    vocabulary = options.get("vocabulary", "")
    chosen = name or vocabulary or paths[0].name.partition(".")[0]
    chosen = re.sub(r"\W+", "_", chosen.lower()).strip("_")
    if not re.fullmatch(r"[a-z]\w*", chosen):
        raise InputError(f"--name {chosen}: not a name; expected a letter, then letters, digits and _")
    if chosen in loaders:
        raise InputError(f"{chosen}: kg has a source of this name, `kg load {chosen} --data DIR`; give another --name")
    return replace(
        declared,
        name=chosen,
        title=options.pop("title", "") or paths[0].name,
        url=options.pop("url", ""),
        licence=options.pop("licence", "") or "not stated",
        vocabularies=(vocabulary,) if vocabulary else (),
        member=declared.member and bool(vocabulary),
    )


def _load(
    jobs: Sequence[Job],
    order: Sequence[str],
    writer: str,
    dry_run: bool,
    progress: Progress,
    result: Loaded | None = None,
) -> Loaded:
    result = result or Loaded()
    staged = folder("staged")
    for job in jobs:
        name = job.source.name
        before = Manifest.read(staged / name)
        with progress.step(f"staging {name}"):
            manifest = stage(job.loader, job.root, job.files, staged / name, job.parameters, job.source)
        if before is not None and before.fingerprint == manifest.fingerprint:
            result.unchanged.append(name)
        result.staged.append(manifest)
    manifests = staged_sources(order)
    result.kept = [name for name in manifests if name not in {job.source.name for job in jobs}]
    if dry_run:
        return result
    sources = [manifest.declared for manifest in manifests.values()]
    with progress.step("merging"):
        tables = merge(staged, sources, folder("graph"))
    result.writer = _write(tables, writer, sources, manifests, progress)
    return result


def staged_sources(order: Sequence[str]) -> dict[str, Manifest]:
    """What is staged, by name: first the sources of `order`, then files that somebody named, by name."""
    manifests = [(path.name, Manifest.read(path)) for path in sorted(folder("staged").iterdir())]
    found = {name: manifest for name, manifest in manifests if manifest is not None and manifest.source == name}
    return {name: found[name] for name in [*order, *(name for name in found if name not in order)] if name in found}


def _find(
    names: Sequence[str],
    data: Path,
    loaders: Mapping[str, ModuleType],
    parameters: Mapping[str, dict[str, str]],
    result: Loaded,
) -> list[Job]:
    """The sources to load, in the order of precedence."""
    if not data.is_dir():
        raise InputError(f"{data}: no such folder; give --data the folder with the downloaded files")
    unknown = [name for name in names if name != "all" and name not in loaders]
    if unknown:
        raise InputError(f"{unknown[0]}: no such source; there are {', '.join(loaders)}")
    wanted = list(loaders) if "all" in names else [name for name in loaders if name in names]
    jobs = []
    for name in wanted:
        source: Source = loaders[name].SOURCE
        files = find(source, data)
        if files:
            jobs.append(Job(loaders[name], source, data, files, parameters.get(name, {})))
        elif name in names:
            expected = ", ".join(pattern for patterns in source.files.values() for pattern in patterns)
            raise InputError(f"{name}: its files are not below {data}; expected {expected}")
        else:
            result.absent.append(name)
    if not jobs:
        raise InputError(f"{data}: no file of any source; `kg sources` lists the file names")
    return jobs


def _write(
    tables: GraphTables, writer: str, sources: Sequence[Source], manifests: Mapping[str, Manifest], progress: Progress
) -> str:
    """Bring the database from what it holds to `tables`; gives the writer used, `none` where nothing had to be done."""
    managed = database.status().managed
    if managed and not database.has_store():
        holds, empty = None, True
    else:
        with connect() as store:
            holds, empty = _holds(store), writers.is_empty(store)
    between = _between()
    if holds is not None and holds not in between:
        raise LoadError(
            f"{database.status().uri}: holds a graph that was not loaded from this KG_HOME; "
            "load with the KG_HOME that it came from, or empty it with `kg db reset`"
        )
    if holds == tables.graph_id and between == [tables.graph_id]:
        return "none"
    importable = managed and (empty or (holds is None and bool(between)))  # no Meta: an import that was killed
    if writer == "bulk" and not importable:
        raise LoadError("--writer bulk: the database is not an empty managed one; use --writer upsert or `kg db reset`")
    old = between if holds is not None else [_NOTHING]
    _set_between([*old, tables.graph_id])
    if importable and writer != "upsert":
        used = "bulk"
        with progress.step("importing"):
            writers.bulk(tables, folder("graph") / "csv")
        with progress.step("starting and indexing"), connect() as store:
            writers.prepare(store)
            _record(store, tables, sources, manifests, used)
    else:
        used = "upsert"
        known = [None if graph_id == _NOTHING else GraphTables.read(folder("graph") / graph_id) for graph_id in old]
        with progress.step("writing"), connect() as store:
            store.query(store.cypher("load/begin"), graph_id=tables.graph_id)
            writers.upsert(store, tables, known, progress.advance)
            _record(store, tables, sources, manifests, used)
    _set_between([tables.graph_id])
    return used


def _holds(store: Store) -> str | None:
    """The id of the graph that the database holds, or began to be given; None where it holds none."""
    rows = store.query("MATCH (m:Meta {name: 'kg'}) RETURN m.graph_id AS id, m.schema AS schema, m.version AS version")
    if rows and rows[0]["schema"] not in (None, SCHEMA_VERSION):
        raise LoadError(
            f"{database.status().uri}: its graph has schema {rows[0]['schema']}, of kg {rows[0]['version']}, and "
            f"this kg {kgbuild.__version__} writes schema {SCHEMA_VERSION}; load into an empty database (`kg db reset`)"
        )
    return rows[0]["id"] if rows else None


def _between() -> list[str]:
    """The ids of the graphs between which the database is: one, unless a load was killed."""
    path = folder("graph") / "state.json"
    return list(json.loads(path.read_text())) if path.exists() else []


def _set_between(ids: list[str]) -> None:
    ids = list(dict.fromkeys(ids))
    part = folder("graph") / ".state.json"
    part.write_text(json.dumps(ids))
    part.rename(folder("graph") / "state.json")
    if len(ids) == 1:
        for known in folder("graph").iterdir():
            if known.is_dir() and known.name not in ids:
                shutil.rmtree(known)


def _record(
    store: Store, tables: GraphTables, sources: Sequence[Source], manifests: Mapping[str, Manifest], writer: str
) -> None:
    """Write what was loaded into (:Source) and (:Meta)."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = []
    for source in sources:
        manifest = manifests[source.name]
        rows.append(
            {
                "name": source.name,
                "title": source.title,
                "url": source.url,
                "licence": source.licence,
                "citation": source.citation,
                "version": manifest.version,
                "files": [f"{file} sha256:{digest}" for file, digest in manifest.files.items()],
                "rows": sum(manifest.rows.values()),
                **manifest.outcomes,
                **manifest.records,
                "loaded": now,
            }
        )
    meta = {
        "graph_id": tables.graph_id,
        "schema": SCHEMA_VERSION,
        "version": kgbuild.__version__,
        "writer": writer,
        "loaded": now,
        "flags": list(tables.flags),
    }
    store.query(store.cypher("load/record"), sources=rows, meta=meta)
