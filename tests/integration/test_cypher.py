"""Every query file has a header that tells the truth, and a server with vector indexes accepts it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from kgbuild.store import Store, connect

FOLDER = Path(str(files("cypher")))
QUERIES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.cypher"))


#: Names that the code fills into the few queries that cannot take them as parameters.
FILLED = {"NAME": "an_index", "LABEL": "Name", "DIMENSIONS": "3", "FLAGS": "n.in_efo"}


@pytest.fixture(scope="module", autouse=True)
def indexes(neo4j_home: Path) -> None:
    """The vector indexes that searches name, where no test before made them."""
    with connect() as store:
        flags = {**FILLED, "FLAGS": "n.in_efo, n.in_mondo"}
        store.query(_filled(store.cypher("enrich/index_concepts"), flags))
        for name, label in (("name_embedding", "Name"), ("variant_embedding", "Variant")):
            store.query(_filled(store.cypher("enrich/index"), FILLED | {"NAME": name, "LABEL": label}))
        store.query("CALL db.awaitIndexes(120)")


def _filled(text: str, names: dict[str, str]) -> str:
    body = "\n".join(line for line in text.splitlines() if not line.startswith("//")).strip()
    for placeholder, name in names.items():
        body = re.sub(rf"\b{placeholder}\b", name, body)
    return body


@pytest.mark.parametrize("name", QUERIES)
def test_the_server_accepts_a_query_and_its_header_says_what_it_takes(store: Store, name: str) -> None:
    text = store.cypher(name)
    header = [line for line in text.splitlines() if line.startswith("//")]
    body = _filled(text, FILLED if name.startswith("enrich/index") else {})

    assert any(f"access: {kind}" in line for line in header for kind in ("READ", "WRITE", "SCHEMA"))
    for parameter in {word.split(":")[0] for line in header for word in line.split() if word.startswith("$")}:
        assert parameter.rstrip(",;") in body, f"{parameter} is in the header and not in the query"
    for statement in body.split(";\n"):
        prefix, rest = (
            ("CYPHER 25 ", statement[len("CYPHER 25") :]) if statement.startswith("CYPHER 25") else ("", statement)
        )
        store.query(f"{prefix}EXPLAIN {rest.strip().rstrip(';')}")
