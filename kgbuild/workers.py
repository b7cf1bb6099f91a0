"""Staging several sources at a time: one process a core, each with a DuckDB of its own.

A parser of ontologies keeps one core busy, and so does a table that is compressed. The processes are `python -m
kgbuild.workers`, which take pickled jobs and give pickled manifests, rather than `multiprocessing`'s: these would run
the script that a person loads from once more.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from kgbuild.engines import DuckDB, Engine
from kgbuild.errors import InputError, KgError, LoadError
from kgbuild.inputs import is_gzip
from kgbuild.jobs import Job
from kgbuild.staging import Manifest, stage


def stage_all(jobs: Sequence[Job], into: Path, engine: str = "duckdb") -> Iterator[Manifest]:
    """Stage sources into folders of their names below `into`; the manifests as they end, large sources first.

    Raises:
        InputError: there is no such engine.
        LoadError: as for `kgbuild.staging.stage`; the others are stopped, and what is staged stays.
    """
    runs_on = _engine(engine)
    several = min(len(jobs), os.cpu_count() or 1)
    if engine == "spark" or several < 2:
        for job in jobs:
            yield stage(job.loader, job.root, job.files, into / job.source.name, job.parameters, job.source, runs_on)
    else:
        yield from _stage_apart(sorted(jobs, key=_size, reverse=True), into, several)


def _size(job: Job) -> int:
    """Bytes to read, about."""
    return sum(_plain_size(path) for paths in job.files.values() for path in paths)


def _plain_size(path: Path) -> int:
    """A file's size when it is not compressed. A gzip file ends with it, but for several members in one (bgzip)."""
    size = path.stat().st_size
    if not is_gzip(path):
        return size
    with path.open("rb") as file:
        file.seek(max(0, size - 4))
        return max(10 * size, int.from_bytes(file.read(4), "little"))


def _engine(name: str) -> Callable[[Path], Engine]:
    """What stages: an engine, given a folder for its scratch."""
    if name == "spark":
        from kgbuild.spark import Spark

        return Spark
    if name != "duckdb":
        raise InputError(f"--engine {name}: no such engine; duckdb or spark")
    return DuckDB


def _stage_apart(jobs: Sequence[Job], into: Path, several: int) -> Iterator[Manifest]:
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    done: queue.SimpleQueue[Manifest | BaseException] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "kgbuild.workers"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for _ in range(several)
    ]
    for process in processes:
        threading.Thread(target=_feed, args=(process, waiting, done, into), daemon=True).start()
    try:
        for _ in jobs:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _feed(
    process: subprocess.Popen[bytes],
    waiting: queue.SimpleQueue[Job],
    done: queue.SimpleQueue[Manifest | BaseException],
    into: Path,
) -> None:
    """Give a process one job after another, and hand on what it gives."""
    assert process.stdin is not None
    assert process.stdout is not None
    while True:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        name = job.source.name
        given = (job.loader.__name__, job.root, job.files, into / name, job.parameters, job.source)
        try:
            pickle.dump(given, process.stdin)
            process.stdin.flush()
            done.put(pickle.load(process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            done.put(LoadError(f"{name}: its staging was stopped (out of memory?); run it again, see `kg load {name}`"))
            return


def _work() -> None:
    """Do what a load asks for until it ends, or is killed."""
    parent = os.getppid()

    def follow() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)  # what is half staged must not come beside the next load

    threading.Thread(target=follow, daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between the answers
    while True:
        try:
            loader, *given = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Any
        try:
            answer = stage(import_module(loader), *given)
        except KgError as error:
            answer = error
        except Exception as error:
            answer = LoadError(f"{given[0]}: {type(error).__name__}: {error}")
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    _work()
