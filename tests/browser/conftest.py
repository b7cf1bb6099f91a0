"""A graph of the starter data in a managed Neo4j, and its Browser in a real Chromium."""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page import Browser, program, start_chromium

from embed.enrich import enrich
from embed.model.checkpoint import Encoder, load_encoder
from kgbuild import database
from kgbuild.loading import load
from kgbuild.mapping import harmonize
from kgbuild.store import Store, connect
from loaders import LOADERS


@pytest.fixture(scope="session")
def programs() -> None:
    """What the tests cannot do without, missed before a graph is built."""
    program("chromium")
    program("chromedriver")


@pytest.fixture(scope="session")
def graph(programs: None, neo4j_home: Path) -> Path:
    """The home of the starter graph with vectors of the packaged model and a computed mapping."""
    with as_file(files("loaders") / "starter") as data:
        load(["all"], data, LOADERS)
    encoder = load_encoder("minilm")
    with connect() as store:
        enrich(store, encoder)
        store.write("enrich/write_variants", _variants(store, encoder))
        harmonize(store, "phecode", "EFO", top=3, write=True)
    return neo4j_home


def _variants(store: Store, encoder: Encoder) -> list[dict[str, Any]]:
    """Stand-ins for learned vectors: the names of a variant's traits, with noise that tells variants apart."""
    rows = store.query(
        "MATCH (v:Variant)-[:ASSOCIATED_WITH]->(c:Concept) WHERE c.name IS NOT NULL "
        "WITH v, c.name AS name ORDER BY name RETURN v.id AS id, collect(DISTINCT name) AS names"
    )
    vectors_ND = encoder.encode(["; ".join(row["names"]) for row in rows])
    vectors_ND += 0.01 * np.random.default_rng(0).standard_normal(vectors_ND.shape, np.float32)
    vectors_ND /= np.linalg.norm(vectors_ND, axis=1, keepdims=True)
    return [{"id": row["id"], "vector": store.vector(vector_D)} for row, vector_D in zip(rows, vectors_ND, strict=True)]


@pytest.fixture
def page(graph: Path, tmp_path: Path) -> Iterator[Browser]:
    """A page of a Chromium of its own: the Neo4j Browser remembers in a profile who is logged in."""
    driver = start_chromium(tmp_path)
    yield Browser(driver)
    driver.quit()


@pytest.fixture
def browser(page: Browser) -> Browser:
    """The Neo4j Browser, logged in as the demo tells a user to."""
    status = database.status()
    page.log_in(status.http_address, status.user, status.password_file.read_text().strip())
    page.wait("[data-testid=frame]", "You are connected as user neo4j")
    return page
