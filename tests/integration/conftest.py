"""A real Neo4j for the tests: one server a session in a home of its own, with the jars that the user's cache has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kgbuild import database
from kgbuild.store import Store, connect


@pytest.fixture(scope="session")
def neo4j_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new KG_HOME whose Neo4j runs until the end of the session."""
    home = tmp_path_factory.mktemp("kg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(home))
        patch.setenv("KG_HEAP", "1g")
        patch.setenv("KG_PAGECACHE", "256m")
        for name in ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
            patch.delenv(name, raising=False)
        try:
            database.start()
            yield home
        finally:
            database.stop()


@pytest.fixture
def store(neo4j_home: Path) -> Iterator[Store]:
    """The session's database as the tests before left it."""
    with connect() as store:
        yield store


@pytest.fixture
def empty_store(store: Store) -> Store:
    """The session's database without nodes, relationships, constraints and indexes."""
    store.query("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
    for (name,) in (row.values() for row in store.query("SHOW CONSTRAINTS YIELD name")):
        store.query(f"DROP CONSTRAINT `{name}`")
    for (name,) in (
        row.values() for row in store.query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name")
    ):
        store.query(f"DROP INDEX `{name}`")
    return store
