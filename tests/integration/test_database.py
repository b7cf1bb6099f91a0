import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import psutil
import pytest

from kgbuild import database
from kgbuild.errors import DatabaseError, InputError
from kgbuild.store import Store, connect

START = [sys.executable, "-m", "kgbuild.database", "start"]


def test_status_says_where_the_server_is(neo4j_home: Path) -> None:
    status = database.status()

    assert status.running
    assert status.pid is not None
    assert psutil.pid_exists(status.pid)
    assert status.password_file == neo4j_home / "neo4j/password"
    assert status.http_address is not None
    assert status.http_address.startswith("http://127.0.0.1:")


def test_server_listens_on_the_loopback_interface_only(neo4j_home: Path) -> None:
    listening = [c for c in psutil.Process(database.status().pid).net_connections() if c.status == psutil.CONN_LISTEN]

    assert {c.laddr.port for c in listening} >= set(json.loads((neo4j_home / "neo4j/ports.json").read_text()).values())
    assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}


def test_password_can_be_read_by_its_owner_alone(neo4j_home: Path) -> None:
    assert (neo4j_home / "neo4j/password").stat().st_mode & 0o777 == 0o600


def test_start_of_a_running_server_changes_nothing(neo4j_home: Path) -> None:
    assert database.start() == database.status()


def test_server_has_a_session_of_its_own(neo4j_home: Path) -> None:
    pid = database.status().pid

    assert pid is not None
    assert os.getsid(pid) == pid


def test_restart_keeps_data_and_address(empty_store: Store) -> None:
    empty_store.query("CREATE (:Concept {id: 'phecode:250.2'})")
    address = database.status().http_address

    assert database.stop()
    assert not database.status().running
    assert not database.stop()
    assert database.start().http_address == address
    with connect() as store:
        assert store.query("MATCH (n:Concept) RETURN n.id AS id") == [{"id": "phecode:250.2"}]


def test_killed_server_is_started_again_with_its_data(empty_store: Store) -> None:
    empty_store.query("CREATE (:Concept {id: 'phecode:250.2'})")
    before = database.status()
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)

    with connect() as store:
        assert store.query("MATCH (n:Concept) RETURN n.id AS id") == [{"id": "phecode:250.2"}]
    assert database.status().pid != before.pid


def test_server_that_nobody_knows_of_is_ended_and_its_data_are_served(empty_store: Store, neo4j_home: Path) -> None:
    empty_store.query("CREATE (:Concept {id: 'phecode:250.2'})")
    pid = database.status().pid
    assert pid is not None
    (neo4j_home / "neo4j/pid").unlink()  # as after a kg that was killed before it could write it

    assert database.start().pid != pid

    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    with connect() as store:
        assert store.query("MATCH (n:Concept) RETURN n.id AS id") == [{"id": "phecode:250.2"}]


def test_store_whose_first_start_was_killed_before_it_had_logs_is_served(empty_store: Store, neo4j_home: Path) -> None:
    empty_store.query("CREATE (:Concept {id: 'a'})")
    database.stop()
    shutil.rmtree(neo4j_home / "neo4j/data/transactions/system")
    with pytest.raises(DatabaseError, match="Transaction logs are missing"):
        database.start()  # of a store that was in use: somebody has to look at it

    (neo4j_home / "neo4j/data/served").unlink()
    database.start()

    with connect() as store:
        assert store.query("MATCH (n:Concept) RETURN n.id AS id") == [{"id": "a"}]


def test_pid_of_another_program_is_not_taken_for_the_server(neo4j_home: Path) -> None:
    database.stop()
    (neo4j_home / "neo4j/pid").write_text(str(os.getpid()))

    assert not database.status().running
    assert not database.stop()
    assert database.start().running


def test_port_taken_meanwhile_is_exchanged(neo4j_home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = database.status().http_address
    assert before is not None
    database.stop()
    with socket.create_server(("127.0.0.1", int(before.split(":")[2].split("/")[0]))):
        after = database.start()

    assert after.running
    assert after.http_address != before
    assert "is taken by another program" in capfd.readouterr().err


def test_port_taken_by_another_server_while_ours_starts_is_exchanged(
    neo4j_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.stop()

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(401)

    choose, first = database._choose_ports, True
    with ThreadingHTTPServer(("127.0.0.1", database._ports()["http"]), Refusing) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()

        def too_early() -> None:
            nonlocal first
            if not first:
                choose()
            first = False

        monkeypatch.setattr(database, "_choose_ports", too_early)
        status = database.start()
        other.shutdown()

    assert status.running
    assert database._ports()["http"] != other.server_port


def test_two_starts_at_once_give_one_server(neo4j_home: Path) -> None:
    database.stop()
    starts = [subprocess.Popen(START, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {start.communicate(timeout=120)[0] for start in starts}

    assert [start.returncode for start in starts] == [0, 0]
    assert len(answers) == 1
    assert f"pid={database.status().pid}," in answers.pop()


def test_failure_to_start_gives_the_reason_in_one_line(neo4j_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database.stop()
    with monkeypatch.context() as patch:
        patch.setenv("KG_PAGECACHE", "lots")
        with pytest.raises(DatabaseError, match=r"^Neo4j did not start: .*lots.*; see .*neo4j\.log$"):
            database.start()

    assert database.start().running


def test_reset_deletes_the_data_and_keeps_the_password(empty_store: Store, neo4j_home: Path) -> None:
    empty_store.query("CREATE (:Concept)")
    password = (neo4j_home / "neo4j/password").read_text()
    database.reset()

    assert not database.status().running
    with connect() as store:
        assert store.query("MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]
    assert (neo4j_home / "neo4j/password").read_text() == password


def test_a_password_that_begins_with_a_hyphen_is_set_at_the_first_start(neo4j_home: Path) -> None:
    file = neo4j_home / "neo4j/password"
    password = file.read_text()
    try:
        database.reset()
        file.write_text("-v_8uMwGm3sPzQxK1rTbYdA\n")  # one random password in 64 is like this
        with connect() as store:
            assert store.query("RETURN 1 AS one") == [{"one": 1}]
    finally:
        database.reset()
        file.write_text(password)
        database.start()


def test_admin_import_fills_the_database(empty_store: Store, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("id:ID,:LABEL\nMONDO:0005148,Concept\nMONDO:0005147,Concept\n")
    edges = tmp_path / "edges.csv"
    edges.write_text(":START_ID,:END_ID,:TYPE\nMONDO:0005148,MONDO:0005147,RELATED_TO\n")
    database.admin_import([f"--nodes={nodes}", f"--relationships={edges}"])

    with connect() as store:
        assert store.query("MATCH (:Concept)-[r]->(n) RETURN type(r) AS type, n.id AS id") == [
            {"type": "RELATED_TO", "id": "MONDO:0005147"}
        ]


def test_failed_import_says_why(neo4j_home: Path, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("id:ID\nMONDO:0005148\nMONDO:0005148\n")
    with pytest.raises(DatabaseError, match=r"^neo4j-admin database import: .*MONDO:0005148.*; see .*neo4j\.log$"):
        database.admin_import([f"--nodes=Concept={nodes}"])

    with connect() as store:
        assert store.query("MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]


def test_missing_import_file_is_named(neo4j_home: Path) -> None:
    with pytest.raises(DatabaseError, match=r"absent\.csv"):
        database.admin_import(["--nodes=Concept=/absent.csv"])


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("bolt://127.0.0.1:1", "no Neo4j answers"),
        ("mysql://127.0.0.1", "URI scheme 'mysql' is not supported"),
    ],
)
def test_wrong_uri_is_one_line(uri: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", uri)
    with pytest.raises(DatabaseError, match=message) as caught:
        connect()
    assert "\n" not in str(caught.value)


def test_wrong_password_is_one_line(neo4j_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", database.start().uri)
    monkeypatch.setenv("NEO4J_PASSWORD", "wrong")
    with pytest.raises(DatabaseError, match=r"user or password refused; set NEO4J_USERNAME and NEO4J_PASSWORD$"):
        connect()


def test_server_of_the_environment_is_used_and_nothing_started(
    neo4j_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_URI", database.start().uri)
    monkeypatch.setenv("NEO4J_PASSWORD", (neo4j_home / "neo4j/password").read_text().strip())
    monkeypatch.setenv("KG_HOME", str(tmp_path / "other"))
    with connect() as store:
        assert store.query("RETURN 1 AS one") == [{"one": 1}]
        assert not store.connection.managed
    assert database.status().running
    assert not (tmp_path / "other").exists()


def test_unknown_database_is_one_line(neo4j_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", database.start().uri)
    monkeypatch.setenv("NEO4J_PASSWORD", (neo4j_home / "neo4j/password").read_text().strip())
    monkeypatch.setenv("NEO4J_DATABASE", "absent")
    with pytest.raises(DatabaseError, match="absent"):
        connect()


def test_syntax_error_is_one_line(store: Store) -> None:
    with pytest.raises(DatabaseError, match=r"^Neo4j: Invalid input 'RETURN'") as caught:
        store.query("MATCH (n RETURN n")
    assert "\n" not in str(caught.value)


def test_unknown_query_file_is_named(store: Store) -> None:
    with pytest.raises(InputError, match=r"^cypher/similar/absent\.cypher: no such query$"):
        store.query("similar/absent")


def test_stream_gives_every_record_before_the_server_has_made_the_last(store: Store) -> None:
    endless = store.stream("UNWIND range(1, 10000000000) AS i RETURN i, toString(i) AS text")

    assert [next(endless) for _ in range(25_000)][-1] == {"i": 25_000, "text": "25000"}
    endless.close()


def test_write_sends_rows_in_batches(empty_store: Store) -> None:
    changes = empty_store.write(
        "UNWIND $rows AS row CREATE (:Concept {id: row.id, source: $source})",
        ({"id": i} for i in range(25)),
        batch=10,
        source="test",
    )

    assert changes == {"rows": 25, "nodes_created": 25, "labels_added": 25, "properties_set": 50}
    assert empty_store.query("MATCH (n:Concept {source: 'test'}) RETURN count(n) AS n") == [{"n": 25}]


def test_writes_that_collide_are_retried(empty_store: Store) -> None:
    empty_store.write("UNWIND $rows AS row CREATE (:Concept {id: row.id, n: 0})", [{"id": i} for i in range(20)])
    count = "UNWIND $rows AS row MATCH (c:Concept {id: row.id}) SET c.n = c.n + 1"
    forwards = [{"id": i} for i in range(20)]
    threads = [
        threading.Thread(target=empty_store.write, args=(count, rows)) for rows in (forwards, forwards[::-1]) * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert empty_store.query("MATCH (c:Concept) RETURN DISTINCT c.n AS n") == [{"n": 8}]


def test_query_may_manage_its_own_transactions(empty_store: Store) -> None:
    text = "UNWIND range(1, 50) AS i CALL (i) { CREATE (:Concept {id: i}) } IN TRANSACTIONS OF 10 ROWS"

    assert empty_store.query(text) == []
    assert empty_store.query("MATCH (n:Concept) RETURN count(n) AS n") == [{"n": 50}]


def test_frame_has_a_column_for_each_returned_name(store: Store) -> None:
    assert store.frame("UNWIND [1, 2] AS x RETURN x, x * x AS y").to_dict("list") == {"x": [1, 2], "y": [1, 4]}
    assert list(store.frame("UNWIND [] AS x RETURN x, x AS y").columns) == ["x", "y"]


def test_vectors_are_found_inside_the_index_with_a_filter(empty_store: Store) -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    changes = empty_store.write(
        """UNWIND $rows AS row
        CREATE (n:Concept {id: row.id, in_efo: row.id % 2 = 0})
        WITH n, row CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector)""",
        [{"id": i, "vector": empty_store.vector(vector)} for i, vector in enumerate(vectors)],
    )
    empty_store.query(
        """CYPHER 25 CREATE VECTOR INDEX concept_embedding FOR (n:Concept) ON n.embedding WITH [n.in_efo]
        OPTIONS {indexConfig: {`vector.dimensions`: 16, `vector.similarity_function`: 'cosine'}}"""
    )
    empty_store.query("CALL db.awaitIndexes(60)")
    found = empty_store.query(
        """CYPHER 25 MATCH (n:Concept)
        SEARCH n IN (VECTOR INDEX concept_embedding FOR $vector WHERE n.in_efo = true LIMIT 5) SCORE AS score
        RETURN n.id AS id, n.embedding AS embedding, score""",
        vector=empty_store.vector(vectors[42]),
    )

    assert changes["nodes_created"] == 200
    assert found[0]["id"] == 42
    assert found[0]["score"] == pytest.approx(1, abs=1e-3)
    assert found[0]["embedding"] == pytest.approx(vectors[42].tolist())
    assert all(row["id"] % 2 == 0 for row in found)
