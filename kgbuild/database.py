"""The managed Neo4j: a Community server that kg installs, starts and stops for the user.

It listens on the loopback interface only, at ports that are chosen once and remembered; its password is random and
lies in a file that only the user can read. Everything it has lies in `$KG_HOME/neo4j`:

    data/       the store                     conf/       neo4j.conf, written anew at each start
    password    of the user `neo4j`           ports.json  {"bolt": …, "http": …}
    pid         of the running server         lock        held while the server is started, stopped or reset
    importing   there while a bulk import is unfinished

Where NEO4J_URI is set, that server is used and nothing is started. KG_HEAP and KG_PAGECACHE bound the memory.
"""

import base64
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from kgbuild.console import err
from kgbuild.errors import DatabaseError
from kgbuild.files import locked
from kgbuild.home import folder
from kgbuild.install import NEO4J_VERSION, class_path, find_java

USER = "neo4j"
SERVER = "org.neo4j.server.Neo4jCommunity"
ADMIN = "org.neo4j.server.startup.Neo4jAdminCommand"
START_SECONDS = 300  # a store that was not closed is recovered first
STOP_SECONDS = 120  # the last checkpoint writes what is dirty in the page cache
FREE_BYTES = 512 << 20
JVM_FLAGS = [
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.nio", "java.io", "sun.nio.ch", "java.lang", "java.util.concurrent")
] + ["--enable-native-access=ALL-UNNAMED"]


@dataclass(frozen=True)
class Connection:
    """What the driver needs. `user` is None where the server asks for no password.

    `settings` is how the names of the environment variables begin that say how to reach it.
    """

    uri: str
    user: str | None
    password: str = field(repr=False)
    database: str
    managed: bool
    settings: str = "NEO4J"


@dataclass(frozen=True)
class Status:
    """The server that kg would use now; of one that NEO4J_URI names, only what a connection attempt shows."""

    running: bool
    managed: bool
    uri: str
    http_address: str | None  # of the Browser
    user: str | None
    password_file: Path | None
    pid: int | None
    home: Path | None
    version: str | None


def ensure_started() -> Connection:
    """The server that NEO4J_URI names, else the managed one, installed and started where it does not run.

    Raises:
        DatabaseError: It cannot be installed or started.
    """
    if uri := os.environ.get("NEO4J_URI"):
        password = os.environ.get("NEO4J_PASSWORD", "")
        user = os.environ.get("NEO4J_USERNAME", USER) if password else None
        return Connection(uri, user, password, os.environ.get("NEO4J_DATABASE", "neo4j"), managed=False)
    status = start()
    return Connection(status.uri, USER, _password(), "neo4j", managed=True)


def status() -> Status:
    """Whether the server runs, and where; starts nothing."""
    if uri := os.environ.get("NEO4J_URI"):
        user = os.environ.get("NEO4J_USERNAME", USER)
        return Status(_listens(uri), False, uri, None, user, None, None, None, None)
    process, ports = _process(), _ports()
    return Status(
        running=process is not None,
        managed=True,
        uri=f"bolt://127.0.0.1:{ports['bolt']}",
        http_address=f"http://127.0.0.1:{ports['http']}/browser/",
        user=USER,
        password_file=_folder() / "password",
        pid=process.pid if process else None,
        home=_folder(),
        version=NEO4J_VERSION,
    )


def start() -> Status:
    """Start the managed server, and wait until it answers; where it runs already, just say where.

    Raises:
        DatabaseError: It cannot be installed or started.
    """
    with _lock():
        process = _process()
        if process is None or not _await(process):  # it may be dying: killed a moment ago
            _start()
        return status()


def stop() -> bool:
    """Stop the managed server; False where it did not run. Its data are kept."""
    with _lock():
        return _stop()


def reset() -> None:
    """Stop the managed server and delete its data; password, ports and jars are kept."""
    with _lock():
        _stop()
        _end_orphans()
        shutil.rmtree(_folder() / "data", ignore_errors=True)


def has_store() -> bool:
    """Whether the managed database was ever written; an import needs none."""
    return (_folder() / "data/databases/neo4j").exists()


def admin_import(arguments: Sequence[str]) -> None:
    """Run `neo4j-admin database import full` on the managed server's database, which is left stopped.

    What the database held is replaced; after a failed or killed import it is empty.

    Args:
        arguments: Options as on the command line, such as `--nodes=Concept=nodes.csv`.

    Raises:
        DatabaseError: The import failed; with the line that says why.
    """
    with _lock():
        _stop()
        _end_orphans()
        java = _java_command()
        _set_password(java)
        _write_configuration(java)
        _importing().touch()
        _served().unlink(missing_ok=True)
        _admin(java, ["database", "import", "full", "neo4j", "--overwrite-destination=true", *arguments])
        _importing().unlink()


def _start() -> None:
    if shutil.disk_usage(_folder()).free < FREE_BYTES:
        raise DatabaseError(f"{_folder()}: less than {FREE_BYTES >> 20} MiB free; make room or move KG_HOME")
    java = _java_command()
    _end_orphans()
    _drop_half_import()
    _set_password(java)
    while True:
        _choose_ports()
        _write_configuration(java)
        if _await(_launch(java)):
            _served().touch()
            return
        if "PortBindException" not in _log().read_text():  # another program took a port after our choice
            raise DatabaseError(f"Neo4j did not start: {_reason(_log().read_text())}; see {_log()}")


def _importing() -> Path:
    """It exists while an import runs, and after one that did not finish."""
    return _folder() / "importing"


def _served() -> Path:
    """It exists once a server has answered from these data."""
    return _folder() / "data/served"


def _drop_half_import() -> None:
    """The server does not open what a broken import left."""
    if _importing().exists():
        for part in ("databases", "transactions"):
            shutil.rmtree(_folder() / "data" / part / "neo4j", ignore_errors=True)
        _importing().unlink()


def _folder() -> Path:
    return folder("neo4j")


def _log() -> Path:
    return folder("logs") / "neo4j.log"


@contextmanager
def _lock() -> Iterator[None]:
    """One kg at a time starts or stops the server of a home; the others wait."""
    waiting = f"Waiting for another kg that starts or stops the Neo4j of {_folder()}"
    with (_folder() / "lock").open("w") as file, locked(file, lambda: err.print(waiting)):
        yield


def _process() -> psutil.Process | None:
    """The running server, or None: a killed server or a reboot leaves a pid behind, maybe another program's by now."""
    try:
        process = psutil.Process(int((_folder() / "pid").read_text()))
        return process if f"--home-dir={_folder()}" in process.cmdline() else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None


def _end_orphans() -> None:
    """Kill the import or the server of this home that a kg started which was killed before it could say so.

    Who holds the lock has no other such process: an import that goes on would write into the next one's store.
    """
    orphans = [process for process in psutil.process_iter() if _is_ours(process)]
    for process in orphans:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(orphans, timeout=STOP_SECONDS)


def _is_ours(process: psutil.Process) -> bool:
    """Whether a Java serves this home, or imports into it (neo4j-admin and the Java that it starts)."""
    try:
        if "java" not in process.name():
            return False
        return f"--home-dir={_folder()}" in process.cmdline() or process.environ().get("NEO4J_HOME") == str(_folder())
    except psutil.Error:
        return False


def _java_command() -> list[str]:
    java = find_java()
    flags = [*JVM_FLAGS, *(["--add-modules=jdk.incubator.vector"] if java.has_vector_module else [])]
    return [str(java.path), *flags, "-cp", os.pathsep.join(map(str, class_path()))]


def _password() -> str:
    """The password, made up at the first call."""
    path = _folder() / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(16) + "\n")
    return path.read_text().strip()


def _set_password(java: list[str]) -> None:
    """Give the password to a store that was never started; later ones keep it in their system database."""
    if not (_folder() / "data/databases/system").exists():
        _write_configuration(java)
        _admin(java, ["dbms", "set-initial-password", "--", _password()])  # it may begin with a hyphen


def _ports() -> dict[str, int]:
    path = _folder() / "ports.json"
    if not path.exists():
        _remember_ports()
    ports: dict[str, int] = json.loads(path.read_text())
    return ports


def _remember_ports() -> None:
    """Neo4j's usual ports where they are free, else a random pair below those of outgoing connections."""
    bolt, http = 7687, 7474
    while not (_is_free(bolt) and _is_free(http)):
        bolt = random.randrange(17000, 32000, 2)
        http = bolt + 1
    part = _folder() / f"ports.json.{os.getpid()}"
    part.write_text(json.dumps({"bolt": bolt, "http": http}))
    part.replace(_folder() / "ports.json")


def _choose_ports() -> None:
    """Keep the remembered ports, unless another program took one meanwhile."""
    if taken := _taken_ports():
        _remember_ports()
        err.print(f"Port {taken[0]} is taken by another program; Neo4j's Browser moved to port {_ports()['http']}")


def _taken_ports() -> list[int]:
    return [port for port in _ports().values() if not _is_free(port)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _listens(uri: str) -> bool:
    address = urlsplit(uri)
    try:
        socket.create_connection((address.hostname or "", address.port or 7687), timeout=5).close()
    except OSError:
        return False
    return True


def _heap() -> str:
    return os.environ.get("KG_HEAP", "2g")


def _write_configuration(java: list[str]) -> None:
    """neo4j.conf. The admin tool starts a Java of its own with the flags that it finds here."""
    ports = _ports()
    settings = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{ports['bolt']}",
        "server.bolt.advertised_address": f"127.0.0.1:{ports['bolt']}",
        "server.http.listen_address": f"127.0.0.1:{ports['http']}",
        "server.http.advertised_address": f"127.0.0.1:{ports['http']}",
        "server.memory.heap.max_size": _heap(),
        "server.memory.pagecache.size": os.environ.get("KG_PAGECACHE", "1g"),
        "db.tx_log.preallocate": "false",  # 256 MiB for an empty database otherwise
        "db.tx_log.rotation.retention_policy": "keep_none",
        # it tells nobody about itself, and trusts no header of a proxy
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "dbms.fleet_manager.enabled": "false",
        "server.fleet_discovery.enabled": "false",
        "server.http.x_forward.enabled": "false",
        # 17 s to stop otherwise, 10 of them waiting for connections that are closed already
        "internal.server.bolt.thread_pool_shutdown_wait_time": "1s",
        "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
        "internal.dbms.bolt.netty_server_shutdown_timeout": "1s",
    }
    if not _served().exists():  # killed while its first start made the transaction logs: they have nothing yet
        settings["db.recovery.fail_on_missing_files"] = "false"
    flags = java[1 : java.index("-cp")]
    lines = [f"{key}={value}" for key, value in settings.items()]
    lines += [f"server.jvm.additional={flag}" for flag in flags]
    for name in ("conf", "plugins", "import"):
        (_folder() / name).mkdir(exist_ok=True)
    (_folder() / "conf/neo4j.conf").write_text("\n".join(lines) + "\n")


def _launch(java: list[str]) -> psutil.Process:
    """The server in a session of its own: it outlives this process and the terminal."""
    places = [f"--home-dir={_folder()}", f"--config-dir={_folder() / 'conf'}"]
    command = [java[0], f"-Xmx{_heap()}", *java[1:], SERVER, *places, "--console-mode"]  # its log on standard output
    log = os.open(_log(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    err.print(f"Starting Neo4j {NEO4J_VERSION}")
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
        ],
    )
    os.close(log)
    (_folder() / "pid").write_text(str(pid))
    return psutil.Process(pid)


def _await(process: psutil.Process) -> bool:
    """Wait until the server answers a query; False where its process ended first."""
    deadline = time.monotonic() + START_SECONDS
    while not (_serves(process) and _answers()):
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        if time.monotonic() > deadline:
            raise DatabaseError(f"Neo4j: no answer in {START_SECONDS} s; see {_log()}, or run kg db stop")
        time.sleep(0.1)
    return True


def _serves(process: psutil.Process) -> bool:
    """Whether it is this process that listens on our ports, not another program that took one meanwhile."""
    with suppress(psutil.Error):
        listening = {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
        return listening >= set(_ports().values())
    return False


def _answers() -> bool:
    """Whether the server takes our password and answers on the HTTP port."""
    ports = _ports()
    request = urllib.request.Request(
        f"http://127.0.0.1:{ports['http']}/db/neo4j/query/v2",
        data=b'{"statement": "RETURN 1"}',
        headers={
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(f"{USER}:{_password()}".encode()).decode(),
        },
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        direct.open(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        if error.code == 401:
            raise DatabaseError(
                f"Neo4j refused the password in {_folder() / 'password'}; write there the one that you gave it"
            ) from error
        return False  # the server is up, its database not yet
    except OSError:
        return False
    return True


def _stop() -> bool:
    process = _process()
    if process is not None:
        process.terminate()
        if not _ended(process):
            err.print(f"Neo4j did not stop in {STOP_SECONDS} s: killed; it recovers at the next start")
            process.kill()
            _ended(process)
    (_folder() / "pid").unlink(missing_ok=True)
    return process is not None


def _ended(process: psutil.Process) -> bool:
    """Wait for the end of a server; one that a running notebook started stays behind as a zombie of the notebook's."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):  # it ended just now: the next wait says so
            if process.status() == psutil.STATUS_ZOMBIE and process.ppid() != os.getpid():
                return True
        with suppress(psutil.TimeoutExpired):
            process.wait(0.1)
            return True
    return False


def _admin(java: list[str], arguments: Sequence[str]) -> None:
    """Run neo4j-admin."""
    places = {"NEO4J_HOME": str(_folder()), "NEO4J_CONF": str(_folder() / "conf"), "HEAP_SIZE": _heap()}
    result = subprocess.run(
        [*java, ADMIN, *arguments],
        env=os.environ | places,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with _log().open("a") as log:
        log.write(result.stdout)
    if result.returncode:
        raise DatabaseError(f"neo4j-admin {' '.join(arguments[:2])}: {_reason(result.stdout)}; see {_log()}")


def _reason(output: str) -> str:
    """The line of a Java program's output that says why it failed."""
    lines = [
        line.strip() for line in output.splitlines() if line.strip(" -") and not line.startswith(("\tat ", "WARN"))
    ]
    if "Command Failed" in lines:  # neo4j-admin's heading
        said = takewhile(lambda line: not line.startswith("Full exception"), lines[lines.index("Command Failed") + 1 :])
        return " ".join(said)[:300]
    causes = [line for line in lines if "Caused by:" in line] or [line for line in lines if "rror" in line]
    return (causes or lines or ["no output"])[-1][:300]


if __name__ == "__main__":
    actions = {"start": start, "stop": stop, "status": status, "reset": reset}
    print(actions[sys.argv[1]]())
