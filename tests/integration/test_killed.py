"""A load that was killed at any moment, or whose Neo4j was, is finished by running it again.

`KG_KILLS=20 pytest tests/integration/test_killed.py` shows it at twenty random moments of each kind; one is the
default.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

from kgbuild import database, stats
from kgbuild.home import folder
from kgbuild.loading import load
from kgbuild.store import connect
from loaders import LOADERS

STARTER = Path(str(files("loaders"))) / "starter"
KILLS = int(os.environ.get("KG_KILLS", "1"))
RANDOM = random.Random(os.environ.get("KG_KILLS_SEED", "7"))

pytestmark = pytest.mark.timeout(900 + 120 * KILLS)


def empty() -> None:
    """As on the first day: no graph, nothing staged."""
    database.reset()
    for name in ("staged", "graph"):
        shutil.rmtree(folder(name))  # type: ignore[arg-type]


def digest() -> str:
    with connect() as store:
        return stats.digest(store)


def started(writer: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kgbuild.cli", "load", "all", "--data", str(STARTER), "--writer", writer]
    return subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def whole(neo4j_home: Path) -> tuple[str, dict[str, float]]:
    """The digest of a load that was never killed, and how long one takes by each writer."""
    seconds = {}
    digests = set()
    for writer in ("bulk", "upsert"):
        empty()
        begun = time.monotonic()
        process = started(writer)
        assert process.wait() == 0, process.stderr and process.stderr.read()
        seconds[writer] = time.monotonic() - begun
        digests.add(digest())
    (only,) = digests
    return only, seconds


@pytest.mark.parametrize("moment", range(KILLS))
@pytest.mark.parametrize("writer", ["bulk", "upsert"])
def test_a_load_that_was_killed_is_finished_by_running_it_again(
    whole: tuple[str, dict[str, float]], writer: str, moment: int
) -> None:
    expected, seconds = whole
    empty()
    process = started(writer)
    time.sleep(RANDOM.uniform(0.05, 1) * seconds[writer])
    process.send_signal(signal.SIGKILL)
    process.wait()

    load(["all"], STARTER, LOADERS, writer="auto" if writer == "bulk" else "upsert")

    assert digest() == expected


def test_an_import_that_outlives_its_load_is_not_in_the_way_of_the_next(whole: tuple[str, dict[str, float]]) -> None:
    expected, _ = whole
    empty()
    process = started("bulk")
    while not (folder("neo4j") / "importing").exists():
        time.sleep(0.02)
        assert process.poll() is None
    time.sleep(1)  # neo4j-admin runs by now
    process.send_signal(signal.SIGKILL)
    process.wait()

    load(["all"], STARTER, LOADERS)

    assert digest() == expected


@pytest.mark.parametrize("moment", range(KILLS))
def test_a_load_whose_neo4j_was_killed_says_so_and_is_finished_by_running_it_again(
    whole: tuple[str, dict[str, float]], moment: int
) -> None:
    expected, seconds = whole
    empty()
    process = started("upsert")
    while database.status().pid is None and process.poll() is None:
        time.sleep(0.05)
    time.sleep(RANDOM.uniform(0.05, 1) * seconds["upsert"] / 2)
    if pid := database.status().pid:
        os.kill(pid, signal.SIGKILL)
    _, told = process.communicate()
    if process.returncode:
        assert told.decode().splitlines()[-1].startswith("kg: "), told.decode()

    load(["all"], STARTER, LOADERS, writer="upsert")

    assert digest() == expected
