"""The tests of one session share one Neo4j; each that needs an empty one empties it."""

import pytest

from kgbuild.store import Store


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
