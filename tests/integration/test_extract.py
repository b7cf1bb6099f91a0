"""A graph that exists in a Neo4j comes into the staged tables as it was written there."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import DatabaseError, InputError
from kgbuild.extract import extract
from kgbuild.jobs import job_of_files
from kgbuild.staging import stage
from kgbuild.store import Store
from loaders import DOORS, LOADERS

FOREIGN = """
CREATE (tbx4:Gene {code: 'HGNC:11603', title: 'TBX4', synonym: ['T-box 4', 'a|b'], since: date('2020-01-02')}),
       (copd:Disease:Thing {code: 'MONDO:0005002', title: 'COPD', description: 'of the lung', xref: 'DOID:3083'}),
       (ward:Ward {code: 12, title: 'Ward 12'}),
       (nameless:Gene {title: 'without a code'}),
       (tbx4)-[:associatedWith {publications: ['PMID:1', 'PMID:2'], score: 0.5}]->(copd),
       (tbx4)-[:associatedWith {publications: ['PMID:1', 'PMID:2'], score: 0.5}]->(copd),
       (tbx4)-[:`causes of` {negated: true, id: 'e3'}]->(copd),
       (copd)-[:TREATED_IN]->(ward),
       (nameless)-[:NEAR]->(copd)
"""


@pytest.fixture
def foreign(empty_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A graph that kg did not make, and how to log in to it."""
    empty_store.query(FOREIGN)
    monkeypatch.setenv("NEO4J_SOURCE_USERNAME", str(empty_store.connection.user))
    monkeypatch.setenv("NEO4J_SOURCE_PASSWORD", empty_store.connection.password)
    return empty_store


def test_a_graph_in_neo4j_is_staged_as_it_was_written(foreign: Store, tmp_path: Path) -> None:
    command = ["load", "neo4j", foreign.connection.uri, "--name", "foreign", "--vocabulary", "clinic", "--dry-run"]
    result = CliRunner().invoke(app, [*command, "--set", "id=code", "--set", "label_property=title", "--json"])

    assert result.exit_code == 0, result.output
    (manifest,) = json.loads(result.stdout)["staged"]
    assert manifest["rows"] == {"nodes.jsonl": 4, "edges.jsonl": 5}
    assert manifest["outcomes"] == {"staged": 7, "merged": 0, "rejected": 2}
    options = {"id": "code", "label_property": "title", "vocabulary": "clinic"}
    paths = extract(foreign.connection.uri, "foreign", options)
    job = job_of_files(DOORS["neo4j"], paths, LOADERS, "foreign", options)
    stage(job.loader, job.root, job.files, tmp_path / "out", job.parameters, job.source)
    tables = {
        name: pq.read_table(tmp_path / f"out/{name}.parquet").to_pylist()
        for name in ("nodes", "names", "edges", "rejects")
    }
    assert {(n["id"], n["type"], n["name"], n["definition"]) for n in tables["nodes"]} == {
        ("hgnc:11603", "Gene", "TBX4", None),
        ("MONDO:0005002", "Disease", "COPD", "of the lung"),
        ("clinic:12", None, "Ward 12", None),
    }
    assert {n["text"] for n in tables["names"] if n["scope"] == "EXACT"} == {"T-box 4", "a|b"}
    edges = [(e["subject"], e["predicate"], e["object"], e["negated"], e["publications"]) for e in tables["edges"]]
    assert sorted(edges, key=str) == sorted(
        [
            ("MONDO:0005002", "XREF", "DOID:3083", None, None),
            *[("hgnc:11603", "ASSOCIATED_WITH", "MONDO:0005002", None, "PMID:1|PMID:2")] * 2,  # parallel
            ("hgnc:11603", "CAUSES_OF", "MONDO:0005002", True, None),
            ("MONDO:0005002", "TREATED_IN", "clinic:12", None, None),
        ],
        key=str,
    )
    assert sorted(reject["reason"] for reject in tables["rejects"]) == ["no id", "no subject"]


def test_reading_again_replaces_what_was_read_and_leaves_nothing_beside_it(foreign: Store, neo4j_home: Path) -> None:
    options = {"id": "code", "label_property": "title"}
    before = [path.read_text() for path in extract(foreign.connection.uri, "again", options)]

    assert [path.read_text() for path in extract(foreign.connection.uri, "again", options)] == before
    assert [path.name for path in (neo4j_home / "downloads").glob(".*")] == []
    assert json.loads(before[0].splitlines()[0])["since"] == "2020-01-02"


def test_what_cannot_be_read_is_one_line(foreign: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = foreign.connection.uri
    with pytest.raises(InputError, match=r"no node has the property 'id'; --set id=PROPERTY, one of code, desc.*title"):
        extract(uri, "foreign", {})
    with pytest.raises(InputError, match=r"--name : not a name; say what to call the graph"):
        extract(uri, None, {})
    with pytest.raises(InputError, match=r"graph\.json: not an address of a Neo4j"):
        extract("graph.json", "foreign", {})
    with pytest.raises(DatabaseError, match=r"bolt://localhost:1: no Neo4j answers; start it, or give another address"):
        extract("bolt://localhost:1", "foreign", {})
    monkeypatch.setenv("NEO4J_SOURCE_PASSWORD", "wrong")
    with pytest.raises(DatabaseError, match=r"set NEO4J_SOURCE_USERNAME and NEO4J_SOURCE_PASSWORD"):
        extract(uri, "foreign", {})
