"""Settings of all tests, and a real Neo4j for those that ask for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kgbuild import database
from kgbuild.store import Store, connect

# no deadlines: what a test shows is behaviour, and CI's machines are slow at times
settings.register_profile("kg", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kg")


@pytest.fixture(scope="session")
def neo4j_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new KG_HOME whose Neo4j runs until the end of the session, with the jars that the user's cache has."""
    home = tmp_path_factory.mktemp("kg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(home))
        patch.setenv("KG_HEAP", "1g")
        patch.setenv("KG_PAGECACHE", "256m")
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")  # starts twice as fast, and the data are small
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
