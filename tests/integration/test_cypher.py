"""Every query file has a header that tells the truth, and a server accepts it."""

from importlib.resources import files
from pathlib import Path

import pytest

from kgbuild.store import Store

FOLDER = Path(str(files("cypher")))
QUERIES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.cypher"))


@pytest.mark.parametrize("name", QUERIES)
def test_the_server_accepts_a_query_and_its_header_says_what_it_takes(store: Store, name: str) -> None:
    text = store.cypher(name)
    header = [line for line in text.splitlines() if line.startswith("//")]
    body = "\n".join(line for line in text.splitlines() if not line.startswith("//")).strip()

    assert any("access: READ" in line or "access: WRITE" in line for line in header)
    for parameter in {word.split(":")[0] for line in header for word in line.split() if word.startswith("$")}:
        assert parameter.rstrip(",;") in body, f"{parameter} is in the header and not in the query"
    for statement in body.split(";\n"):
        prefix, rest = (
            ("CYPHER 25 ", statement[len("CYPHER 25") :]) if statement.startswith("CYPHER 25") else ("", statement)
        )
        store.query(f"{prefix}EXPLAIN {rest.strip().rstrip(';')}")
