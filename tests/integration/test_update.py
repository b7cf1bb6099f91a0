"""A graph is kept up to date: what changed is written, what is gone goes, and those who read or wait are not hurt."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from kgbuild import database, lock, stats
from kgbuild.errors import InputError, LoadError
from kgbuild.history import History
from kgbuild.home import folder
from kgbuild.loading import difference, last_difference, load, unload
from kgbuild.migrate import migrate
from kgbuild.store import Store, connect
from kgbuild.update import Silent
from loaders import LOADERS

STARTER = Path(str(files("loaders"))) / "starter"


def digest() -> str:
    with connect() as store:
        return stats.digest(store)


def empty() -> None:
    database.reset()
    for name in ("staged", "graph"):
        shutil.rmtree(folder(name))  # type: ignore[arg-type]


@pytest.fixture
def graph(neo4j_home: Path, tmp_path: Path) -> Iterator[Path]:
    """The starter graph, imported anew, and a copy of its files to change."""
    empty()
    data = tmp_path / "data"
    shutil.copytree(STARTER, data)
    load(["all"], data, LOADERS)
    yield data
    empty()


def shorten(data: Path) -> int:
    """Take a tenth of the association table away; how many rows are gone."""
    (path,) = data.rglob("gwas_catalog_v1.0*-associations*.tsv")
    lines = path.read_text().splitlines(keepends=True)
    kept = lines[:1] + lines[1 + len(lines) // 10 :]
    path.write_text("".join(kept))
    return len(lines) - len(kept)


def test_a_source_that_shrank_loses_its_stale_rows_and_nothing_else(graph: Path) -> None:
    gone = shorten(graph)
    before = digest()

    foreseen = difference(["all"], graph, LOADERS)
    assert digest() == before
    loaded = load(["all"], graph, LOADERS)

    assert set(loaded.unchanged) == {manifest.source for manifest in loaded.staged} - {"gwas_catalog"}
    seen = last_difference()
    assert [each.__dict__ for each in seen] == [each.__dict__ for each in foreseen]
    (edges,) = [each for each in seen if each.source == "gwas_catalog" and each.kind == "edges"]
    assert gone <= edges.removed
    assert edges.added == 0
    assert edges.examples["removed"]
    assert {each.source for each in seen if each.kind == "edges" and each.removed} == {"gwas_catalog"}
    updated = digest()
    database.reset()
    shutil.rmtree(folder("graph"))
    load(["all"], graph, LOADERS)
    assert digest() == updated


def test_a_source_that_is_unloaded_leaves_the_graph_that_was_never_loaded_with_it(graph: Path) -> None:
    assert unload(["gwas_catalog", "hgnc"], LOADERS) == "upsert"
    without = digest()
    with connect() as store:
        assert not store.query("MATCH ()-[r {source: 'gwas_catalog'}]->() RETURN r LIMIT 1")
        assert not store.query("MATCH (s:Source) WHERE s.name IN ['gwas_catalog', 'hgnc'] RETURN s")
    with pytest.raises(InputError, match=r"hgnc: not loaded; loaded are efo, "):
        unload(["hgnc"], LOADERS)

    empty()
    load([name for name in LOADERS if name not in ("gwas_catalog", "hgnc") and _present(name)], graph, LOADERS)

    assert digest() == without


def _present(name: str) -> bool:
    from kgbuild.inputs import find

    return bool(find(LOADERS[name].SOURCE, STARTER))


def test_unloading_everything_leaves_nothing(graph: Path) -> None:
    unload([path.name for path in folder("staged").iterdir()], LOADERS)

    with connect() as store:
        assert not store.query("MATCH (n:Concept|Variant|Name|Source) RETURN n LIMIT 1")


def test_a_dry_run_and_a_diff_stage_nothing(graph: Path) -> None:
    shorten(graph)
    before = {path: path.stat().st_mtime_ns for path in folder("staged").rglob("*")}

    load(["all"], graph, LOADERS, dry_run=True)
    difference(["all"], graph, LOADERS)

    assert {path: path.stat().st_mtime_ns for path in folder("staged").rglob("*")} == before


def test_who_reads_during_a_load_never_finds_less_than_before(graph: Path) -> None:
    shorten(graph)
    load(["all"], graph, LOADERS)
    facts = "MATCH (:Variant)-[r:ASSOCIATED_WITH]->() RETURN count(r) AS found, 'edges' AS what UNION ALL "
    facts += "MATCH (n:Concept)-[r:HAS_NAME]->() RETURN count(r) AS found, 'names' AS what UNION ALL "
    facts += "MATCH (n:Disease) RETURN count(n) AS found, 'diseases' AS what"
    seen: list[dict[str, int]] = []
    done = threading.Event()

    def read() -> None:
        with connect() as store:
            while not done.is_set():
                seen.append({row["what"]: row["found"] for row in store.query(facts)})

    reader = threading.Thread(target=read)
    reader.start()
    while not seen:
        time.sleep(0.01)
    # every concept and edge of one source is written anew, and rows come back
    shutil.rmtree(graph)
    shutil.copytree(STARTER, graph)
    load(["all"], graph, LOADERS)
    done.set()
    reader.join()

    assert len(seen) > 3
    for what in seen[0]:
        counts = [each[what] for each in seen]
        assert counts == sorted(counts), what


def test_two_loads_at_once_come_one_after_the_other(graph: Path) -> None:
    expected = digest()
    empty()
    command = [sys.executable, "-m", "kgbuild.cli", "load", "all", "--data", str(STARTER)]
    both = [
        subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate()[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], told
    assert sum("Waiting for another kg that loads into" in each for each in told) == 1
    assert digest() == expected


def test_a_server_that_others_use_is_written_by_one_load_at_a_time(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEASE_SECONDS", 2)
    told: list[str] = []
    first = lock.Lease(empty_store, told.append)
    assert not told
    waiting = threading.Thread(target=lambda: lock.Lease(_another(empty_store), told.append).release())
    monkeypatch.setattr(lock.socket, "gethostname", lambda: "elsewhere")
    waiting.start()
    time.sleep(3)
    assert waiting.is_alive(), "a lease that is renewed does not end"
    assert told == [f"Waiting for {first.holder}, who loads into this graph"]

    first.release()
    waiting.join(timeout=10)

    assert not waiting.is_alive()
    assert not empty_store.query("MATCH (lock:Meta {name: 'lock'}) RETURN lock")


def _another(store: Store) -> Store:
    return Store(store.connection)


def test_nodes_of_others_under_kgs_labels_are_left_alone(
    empty_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = empty_store.connection
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    monkeypatch.setenv("NEO4J_URI", connection.uri)
    monkeypatch.setenv("NEO4J_USERNAME", str(connection.user))
    monkeypatch.setenv("NEO4J_PASSWORD", connection.password)
    empty_store.query("CREATE (:Source {name: 'somebody else'}), (:Unrelated {name: 'x'})-[:KNOWS]->(:Unrelated)")

    with pytest.raises(LoadError, match=r"has nodes under kg's labels .* that are not kg's; name another database"):
        load(["mondo"], STARTER, LOADERS)

    empty_store.query("MATCH (s:Source) DELETE s")
    load(["mondo"], STARTER, LOADERS)
    loaded = digest()
    unload(["mondo"], LOADERS)
    assert empty_store.query("MATCH (:Unrelated)-[r:KNOWS]->(:Unrelated) RETURN count(r) AS n") == [{"n": 1}]
    assert loaded != digest()


def test_another_schema_is_refused_with_what_to_do_and_an_older_one_is_migrated(graph: Path) -> None:
    expected = digest()
    with connect() as store:
        store.query("MATCH (m:Meta {name: 'kg'}) SET m.schema = 99, m.version = '9.9'")
        with pytest.raises(LoadError, match=r"schema 99, of kg 9\.9, .* update kg to 9\.9 or later"):
            load(["all"], graph, LOADERS)
        with pytest.raises(LoadError, match=r"schema 99"):
            migrate(LOADERS, Silent())
        store.query("MATCH (m:Meta {name: 'kg'}) SET m.schema = 1")
        state = folder("graph") / "state.json"
        history = History.read()
        state.write_text(f'["{history.between[0]}"]')
        with pytest.raises(LoadError, match=r"run `kg migrate`"):
            load(["all"], graph, LOADERS)

        assert migrate(LOADERS, Silent()) == [
            "state.json: loads are kept from now on",
            "graph: schema 1 → 2; `kg load` writes what is new",
        ]
        assert migrate(LOADERS, Silent()) == []
    load(["all"], graph, LOADERS)
    assert digest() == expected
