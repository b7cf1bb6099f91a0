"""Fetching over real HTTP, from a server on this machine that misbehaves as publishers' servers do."""

import hashlib
import http.server
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import loaders
from kgbuild import transfer
from kgbuild.cli import app
from kgbuild.download import LOCK, Fetched, fetch
from kgbuild.errors import InputError
from kgbuild.model import Download, Source

CONTENT = bytes(i * 7919 % 251 for i in range(1_000_003))
CHANGED = CONTENT[:500_000] + bytes(500_003)


@dataclass
class Published:
    """What the server has at one path, and how it behaves there."""

    content: bytes = CONTENT
    etag: str | None = '"one"'
    last_modified: str | None = "Tue, 03 Feb 2026 10:00:00 GMT"
    ranges: bool = True
    heeds_if_range: bool = True
    script: list[tuple[str, int]] = field(default_factory=list)  # the next answers: ("cut", bytes), ("status", 503)
    redirect: str = ""
    encoding: str = ""
    slow: float = 0  # seconds between pieces
    with_length: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *args: object) -> None: ...

    def do_GET(self) -> None:
        here = self.server.published.get(self.path)
        if here is None:
            self.send_error(404)
            return
        here.asked.append({name.lower(): value for name, value in self.headers.items()})
        if here.script and here.script[0][0] == "status":
            self.send_error(here.script.pop(0)[1])
        elif here.redirect:
            self._head(302, Location=here.redirect, **{"Content-Length": "0"})
        elif here.etag and self.headers.get("If-None-Match") == here.etag:
            self._head(304)
        else:
            self._send(here)

    def _head(self, status: int, **headers: str | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def _send(self, here: Published) -> None:
        wanted = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        unchanged = self.headers.get("If-Range") in (here.etag, here.last_modified) or not here.heeds_if_range
        start = int(wanted[1]) if wanted and here.ranges and unchanged else 0
        headers = {"ETag": here.etag, "Last-Modified": here.last_modified, "Content-Encoding": here.encoding or None}
        body, size = here.content[start:], len(here.content)
        if here.with_length:
            headers["Content-Length"] = str(len(body))
        else:
            headers["Transfer-Encoding"] = "chunked"
        if start:
            self._head(206, **headers, **{"Content-Range": f"bytes {start}-{size - 1}/{size}"})
        else:
            self._head(200, **headers)
        cut = here.script.pop(0)[1] if here.script else None
        self._body(body[:cut], here)
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True
        elif not here.with_length:
            self.wfile.write(b"0\r\n\r\n")

    def _body(self, body: bytes, here: Published) -> None:
        for at in range(0, len(body), 100_000):
            piece = body[at : at + 100_000]
            self.wfile.write(piece if here.with_length else f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            time.sleep(here.slow)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    published: dict[str, Published]

    def handle_error(self, *args: object) -> None: ...  # a client that was killed

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.published = {"/toy.tsv": Published()}
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def source(*downloads: Download, name: str = "toy", access: str = "") -> Source:
    return Source(
        name, "Toy", "https://example.org/toy", "CC0-1.0", {"rows": ("toy.tsv",)}, downloads=downloads, access=access
    )


def run(root: Path, *sources: Source, **options: str | bool) -> list[Fetched]:
    known = {each.name: each for each in sources}
    return list(fetch(list(known), root, known, **options))  # type: ignore[arg-type]  # passed on as they come


def outcomes(done: list[Fetched]) -> list[str]:
    return [each.outcome for each in done]


def pins(root: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((root / LOCK).read_text())["files"]
    return found


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_a_file_is_fetched_and_pinned_and_its_licence_said(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (done,) = run(tmp_path, source(Download(server.url("/toy.tsv"))))

    assert (done.outcome, done.file, done.size) == ("fetched", "toy/toy.tsv", len(CONTENT))
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    pin = pins(tmp_path)["toy/toy.tsv"]
    assert pin.pop("fetched").startswith("20")
    assert pin == {
        "url": server.url("/toy.tsv"), "version": "2026-02-03", "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "size": len(CONTENT), "etag": '"one"', "last_modified": "Tue, 03 Feb 2026 10:00:00 GMT",
        "unpacked": [],
    }  # fmt: skip
    assert files(tmp_path) == {"toy/toy.tsv", LOCK}
    assert capfd.readouterr().err == "toy: Toy, CC0-1.0 (open)\n"


def test_a_transfer_that_is_cut_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    here = server.published["/toy.tsv"]
    here.script = [("cut", 300_000), ("cut", 300_000)]

    assert outcomes(run(tmp_path, source(Download(server.url("/toy.tsv"))))) == ["fetched"]

    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    assert [asked.get("range") for asked in here.asked] == [None, "bytes=300000-", "bytes=600000-"]
    assert here.asked[1]["if-range"] == '"one"'


def test_a_server_without_ranges_sends_the_file_again(server: Server, tmp_path: Path) -> None:
    here = server.published["/toy.tsv"]
    here.script, here.ranges = [("cut", 300_000)], False

    assert outcomes(run(tmp_path, source(Download(server.url("/toy.tsv"))))) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT


def test_without_a_validator_a_cut_file_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    here = server.published["/toy.tsv"]
    here.script, here.etag, here.last_modified = [("cut", 300_000)], None, None

    assert outcomes(run(tmp_path, source(Download(server.url("/toy.tsv"))))) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    assert [asked.get("range") for asked in here.asked] == [None, None]


def test_a_weak_tag_is_no_ground_to_go_on_but_the_date_is(server: Server, tmp_path: Path) -> None:
    here = server.published["/toy.tsv"]
    here.script, here.etag = [("cut", 300_000)], 'W/"one"'

    run(tmp_path, source(Download(server.url("/toy.tsv"))))

    assert here.asked[1]["if-range"] == here.last_modified
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT


@pytest.mark.parametrize("heeds", [True, False])
def test_a_file_that_changed_between_two_runs_is_never_patched_together(
    server: Server, tmp_path: Path, heeds: bool
) -> None:
    here = server.published["/toy.tsv"]
    here.script, here.heeds_if_range = [("cut", 600_000), *[("status", 500)] * 4], heeds
    toy = source(Download(server.url("/toy.tsv")))
    assert outcomes(run(tmp_path, toy)) == ["failed"]
    assert (tmp_path / "toy/toy.tsv.part").stat().st_size == 600_000
    here.content, here.etag = CHANGED, '"two"'

    assert outcomes(run(tmp_path, toy)) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CHANGED
    assert files(tmp_path) == {"toy/toy.tsv", LOCK}


def test_a_chunked_answer_that_ends_early_is_not_taken_for_the_whole(server: Server, tmp_path: Path) -> None:
    here = server.published["/toy.tsv"]
    here.script, here.with_length = [("cut", 300_000)], False

    assert outcomes(run(tmp_path, source(Download(server.url("/toy.tsv"))))) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT


def test_a_server_that_is_busy_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.published["/toy.tsv"].script = [("status", 503), ("status", 429)]

    assert outcomes(run(tmp_path, source(Download(server.url("/toy.tsv"))))) == ["fetched"]


def test_what_does_not_pass_is_one_line_and_the_files_after_it_are_fetched(server: Server, tmp_path: Path) -> None:
    server.published |= {"/broken.tsv": Published(script=[("status", 502)] * 4)}
    server.published |= {"/closed.tsv": Published(script=[("status", 403)])}
    names = ("gone", "closed", "broken", "toy")

    done = run(tmp_path, *(source(Download(server.url(f"/{name}.tsv")), name=name) for name in names))

    assert outcomes(done) == ["failed", "failed", "failed", "fetched"]
    gone, closed, broken, _ = (each.problem for each in done)
    address = "http://127.0.0.1:0"
    assert re.sub(r":\d{4,5}/", ":0/", gone) == (
        f"{address}/gone.tsv: 404 Not Found; see https://example.org/toy, or name another release with --release"
    )
    assert re.sub(r":\d{4,5}/", ":0/", closed) == (
        f"{address}/closed.tsv: 403 Forbidden; get it by hand, see https://example.org/toy, "
        "and name its folder with `kg load --data`"
    )
    assert re.sub(r":\d{4,5}/", ":0/", broken) == (
        f"{address}/broken.tsv: 502 Bad Gateway; check the network and the proxy, then run the same command again: "
        "what came is kept"
    )


def test_a_proxy_of_the_environment_is_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.published["http://publisher.invalid/toy.tsv"] = Published()
    monkeypatch.setenv("http_proxy", server.url(""))

    assert outcomes(run(tmp_path, source(Download("http://publisher.invalid/toy.tsv")))) == ["fetched"]


def test_an_address_that_nobody_answers_is_one_line(tmp_path: Path) -> None:
    (done,) = run(tmp_path, source(Download("http://127.0.0.1:1/toy.tsv")))

    assert done.problem.startswith("http://127.0.0.1:1/toy.tsv: no answer (ConnectionError); check the network")
    assert "\n" not in done.problem


def test_an_unchanged_file_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    here, toy = server.published["/toy.tsv"], source(Download(server.url("/toy.tsv")))
    run(tmp_path, toy)

    assert outcomes(run(tmp_path, toy)) == ["unchanged"]
    assert here.asked[-1]["if-none-match"] == '"one"'

    here.etag = None  # a server that tells nothing but the date
    assert outcomes(run(tmp_path, toy)) == ["unchanged"]
    assert all("range" not in asked for asked in here.asked)


def test_the_same_bytes_under_another_tag_are_unchanged(server: Server, tmp_path: Path) -> None:
    toy = source(Download(server.url("/toy.tsv")))
    run(tmp_path, toy)
    server.published["/toy.tsv"].etag = '"mirror"'

    assert outcomes(run(tmp_path, toy)) == ["unchanged"]
    assert pins(tmp_path)["toy/toy.tsv"]["etag"] == '"mirror"'
    assert files(tmp_path) == {"toy/toy.tsv", LOCK}


@pytest.mark.parametrize("changed", [CHANGED, CONTENT + b"more"], ids=["of the same size", "of another size"])
def test_other_content_under_a_pinned_address_is_refused_until_an_update(
    server: Server, tmp_path: Path, changed: bytes
) -> None:
    here, toy = server.published["/toy.tsv"], source(Download(server.url("/toy.tsv")))
    run(tmp_path, toy)
    pinned = (tmp_path / LOCK).read_text()
    here.content, here.etag = changed, '"two"'

    (refused,) = run(tmp_path, toy)
    assert re.search(
        r"toy\.tsv: has changed: kg\.lock\.json pins 1,000,003 bytes of sha256 \w{12}….*; "
        r"`kg fetch toy --update` takes what is there$",
        refused.problem,
    )
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    assert (tmp_path / LOCK).read_text() == pinned
    assert files(tmp_path) == {"toy/toy.tsv", LOCK}

    assert outcomes(run(tmp_path, toy, update=True)) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == changed
    assert pins(tmp_path)["toy/toy.tsv"]["sha256"] == hashlib.sha256(changed).hexdigest()


def test_locked_fetches_what_is_pinned_and_fails_on_other_bytes(server: Server, tmp_path: Path) -> None:
    here, toy = server.published["/toy.tsv"], source(Download(server.url("/toy.tsv")))
    run(tmp_path / "a", toy)
    for copy in "bc":
        (tmp_path / copy).mkdir()
        (tmp_path / copy / LOCK).write_text((tmp_path / "a" / LOCK).read_text())

    elsewhere = source(Download(server.url("/moved.tsv")))  # the lock has the address, not a newer kg
    assert outcomes(run(tmp_path / "b", elsewhere, locked=True)) == ["fetched"]
    assert (tmp_path / "b/toy/toy.tsv").read_bytes() == CONTENT
    asked = len(here.asked)
    assert outcomes(run(tmp_path / "b", elsewhere, locked=True)) == ["unchanged"]
    assert len(here.asked) == asked  # what is there is not asked for

    here.content = CHANGED  # the same tag and the same size
    (failed,) = run(tmp_path / "c", toy, locked=True)
    assert failed.problem.endswith("what it pins is no longer there")
    assert f"not {hashlib.sha256(CHANGED).hexdigest()[:12]}…" in failed.problem
    assert files(tmp_path / "c") == {LOCK}


def test_a_file_that_is_gone_comes_back_as_it_was_pinned(server: Server, tmp_path: Path) -> None:
    toy = source(Download(server.url("/toy.tsv")))
    run(tmp_path, toy)
    (tmp_path / "toy/toy.tsv").unlink()

    assert outcomes(run(tmp_path, toy)) == ["fetched"]
    (tmp_path / "toy/toy.tsv").unlink()
    server.published["/toy.tsv"].content = CHANGED

    assert outcomes(run(tmp_path, toy)) == ["failed"]
    assert files(tmp_path) == {LOCK}


@pytest.mark.parametrize("pinned", [True, False])
def test_a_file_that_somebody_put_there_is_not_overwritten(server: Server, tmp_path: Path, pinned: bool) -> None:
    toy = source(Download(server.url("/toy.tsv")))
    if pinned:
        run(tmp_path, toy)
    (tmp_path / "toy").mkdir(exist_ok=True)
    (tmp_path / "toy/toy.tsv").write_text("mine")

    (refused,) = run(tmp_path, toy)
    assert refused.problem.endswith("move it away, or replace it with --update")
    assert (tmp_path / "toy/toy.tsv").read_text() == "mine"

    assert outcomes(run(tmp_path, toy, update=True)) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT


def test_a_release_is_fetched_kept_and_replaced_by_another(server: Server, tmp_path: Path) -> None:
    for release in ("v1", "v2", "v3"):
        server.published[f"/{release}/toy-{release}.tsv"] = Published(release.encode(), f'"{release}"')
    toy = source(Download(server.url("/{version}/toy-{version}.tsv"), latest="v2"))

    assert [(d.outcome, d.version) for d in run(tmp_path, toy, release="v1")] == [("fetched", "v1")]
    assert [(d.outcome, d.version) for d in run(tmp_path, toy)] == [("unchanged", "v1")]  # pinned
    assert [(d.outcome, d.file) for d in run(tmp_path, toy, update=True)] == [
        ("fetched", "toy/toy-v2.tsv"),
        ("removed", "toy/toy-v1.tsv"),
    ]
    assert files(tmp_path) == {"toy/toy-v2.tsv", LOCK}
    assert outcomes(run(tmp_path, toy, release="v3")) == ["fetched", "removed"]
    assert set(pins(tmp_path)) == {"toy/toy-v3.tsv"}


def test_what_githubs_latest_stands_for_is_the_version(server: Server, tmp_path: Path) -> None:
    server.published |= {
        "/o/r/releases/latest/download/toy.tsv": Published(redirect="/o/r/releases/download/v7/toy.tsv"),
        "/o/r/releases/download/v7/toy.tsv": Published(redirect="/assets/123"),
        "/o/r/releases/download/v6/toy.tsv": Published(b"six"),
        "/assets/123": Published(script=[("cut", 300_000)]),
    }
    toy = source(Download(server.url("/o/r/releases/latest/download/toy.tsv")))

    assert [(d.outcome, d.version) for d in run(tmp_path, toy)] == [("fetched", "v7")]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    assert [(d.outcome, d.version) for d in run(tmp_path, toy, release="v6")] == [("fetched", "v6")]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == b"six"


def test_a_gzip_file_stays_packed_and_a_packed_answer_for_a_plain_file_is_refused(
    server: Server, tmp_path: Path
) -> None:
    server.published |= {"/toy.tsv.gz": Published(encoding="x-gzip"), "/toy.tsv": Published(encoding="gzip")}

    done = run(tmp_path, source(Download(server.url("/toy.tsv.gz")), Download(server.url("/toy.tsv"))))

    assert outcomes(done) == ["fetched", "failed"]
    assert (tmp_path / "toy/toy.tsv.gz").read_bytes() == CONTENT
    assert "comes gzip-encoded" in done[1].problem
    assert {asked["accept-encoding"] for here in server.published.values() for asked in here.asked} == {"identity"}


def packed(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def test_of_an_archive_the_files_that_are_read_are_unpacked(server: Server, tmp_path: Path) -> None:
    members = {"2026/toy.tsv": "rows", "../../toy.tsv.gz": "more", "readme.txt": "no", "__MACOSX/._toy.tsv": "no"}
    here = server.published["/toy.zip"] = Published(packed(**members))
    toy = source(Download(server.url("/toy.zip")))

    assert outcomes(run(tmp_path, toy)) == ["fetched"]
    assert files(tmp_path) == {"toy/toy.zip", "toy/toy.tsv", "toy/toy.tsv.gz", LOCK}
    assert (tmp_path / "toy/toy.tsv").read_text() == "rows"
    assert pins(tmp_path)["toy/toy.zip"]["unpacked"] == ["toy.tsv", "toy.tsv.gz"]

    (tmp_path / "toy/toy.tsv").unlink()
    assert outcomes(run(tmp_path, toy)) == ["unchanged"]
    assert (tmp_path / "toy/toy.tsv").read_text() == "rows"

    here.content, here.etag = packed(**{"toy.tsv": "new rows"}), '"two"'
    assert outcomes(run(tmp_path, toy, update=True)) == ["fetched"]
    assert files(tmp_path) == {"toy/toy.zip", "toy/toy.tsv", LOCK}  # or both releases would be loaded
    assert (tmp_path / "toy/toy.tsv").read_text() == "new rows"


def test_a_tar_is_unpacked_too_and_an_archive_that_is_read_as_it_is_is_not(server: Server, tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tape:
        entry = tarfile.TarInfo("deep/toy.tsv")
        entry.size = 4
        tape.addfile(entry, io.BytesIO(b"rows"))
    server.published["/toy.tar.gz"] = Published(file.getvalue())
    toy = source(Download(server.url("/toy.tar.gz")))

    run(tmp_path / "a", toy)
    assert (tmp_path / "a/toy/toy.tsv").read_bytes() == b"rows"

    run(tmp_path / "b", replace(toy, files={"all": ("*.tar.gz",)}))
    assert files(tmp_path / "b") == {"toy/toy.tar.gz", LOCK}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CONTENT, "File is not a zip file; expected a whole archive"),
        (packed(**{"other.tsv": ""}), "holds none of the files that kg reads; expected toy.tsv"),
        (packed(**{"a/toy.tsv": "1", "b/toy.tsv": "2"}), "holds two files named toy.tsv"),
    ],
)
def test_an_archive_that_cannot_be_unpacked_is_one_line(
    server: Server, tmp_path: Path, content: bytes, message: str
) -> None:
    server.published["/toy.zip"] = Published(content)

    (done,) = run(tmp_path, source(Download(server.url("/toy.zip"))))

    assert done.outcome == "failed"
    assert message in done.problem


def test_too_little_space_is_said_before_anything_is_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: SimpleNamespace(free=900_000))

    (done,) = run(tmp_path, source(Download(server.url("/toy.tsv"))))

    assert done.problem.endswith("0 MiB free; toy.tsv needs 1 MiB: make room, or name another folder with --data")
    assert files(tmp_path) == set()


FETCH = """
import sys
from pathlib import Path
from kgbuild.download import fetch
from kgbuild.model import Download, Source
list(fetch(["toy"], Path(sys.argv[2]), {"toy": Source("toy", "Toy", "", "", {}, downloads=(Download(sys.argv[1]),))}))
"""


def test_a_fetch_that_was_killed_goes_on_and_ends_with_the_same_bytes(server: Server, tmp_path: Path) -> None:
    here, toy = server.published["/toy.tsv"], source(Download(server.url("/toy.tsv")))
    here.slow = 0.2
    part = tmp_path / "toy/toy.tsv.part"
    with subprocess.Popen([sys.executable, "-c", FETCH, toy.downloads[0].url, str(tmp_path)]) as process:
        deadline = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size >= 200_000) and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(InputError, match="another `kg fetch` writes there; wait until it is done"):
            run(tmp_path, toy)
        os.kill(process.pid, signal.SIGKILL)
    kept = part.stat().st_size
    assert 200_000 <= kept < len(CONTENT)
    here.slow = 0

    assert outcomes(run(tmp_path, toy)) == ["fetched"]
    assert here.asked[-1]["range"] == f"bytes={kept}-"
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT
    assert files(tmp_path) == {"toy/toy.tsv", LOCK}


def test_a_fetch_that_was_killed_between_pin_and_file_is_finished_without_the_server(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = source(Download(server.url("/toy.tsv")))

    renamed = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self.suffix == ".part":
            raise KeyboardInterrupt
        return renamed(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, toy)
    assert set(pins(tmp_path)) == {"toy/toy.tsv"}
    assert not (tmp_path / "toy/toy.tsv").exists()
    server.published.clear()

    assert outcomes(run(tmp_path, toy)) == ["fetched"]
    assert (tmp_path / "toy/toy.tsv").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ("{", "expected what `kg fetch` wrote"),
        ('{"files": {"toy/toy.tsv": {"url": 1}}}', "expected what `kg fetch` wrote"),
        ('{"files": {"toy/../../etc/passwd": PIN}}', "not a file below this folder"),
        ('{"files": {"/etc/passwd": PIN}}', "not a file below this folder"),
        ('{"files": {"toy/a.zip": {"unpacked": ["../b"], "url": 1}}}', "expected what `kg fetch` wrote"),
    ],
)
def test_a_lock_that_kg_did_not_write_is_one_line(tmp_path: Path, lock: str, message: str) -> None:
    pin = json.dumps(dict.fromkeys(("url", "version", "sha256", "size", "etag", "last_modified", "fetched")))
    (tmp_path / LOCK).write_text(lock.replace("PIN", pin))

    with pytest.raises(InputError, match=message) as caught:
        run(tmp_path, source(Download("http://127.0.0.1:1/toy.tsv")), locked=True)
    assert "\n" not in str(caught.value)


def test_options_that_exclude_each_other_are_one_line(tmp_path: Path) -> None:
    fixed = source(Download("http://127.0.0.1:1/toy.tsv"))
    for options, message in (
        ({"locked": True, "update": True}, "--locked: given with --update"),
        ({"locked": True}, "pins nothing; `kg fetch` without --locked writes it"),
        ({"release": "v1"}, "--release v1: toy has no addresses by release; leave it out"),
    ):
        with pytest.raises(InputError, match=re.escape(message)):
            run(tmp_path, fixed, **options)  # type: ignore[arg-type]  # passed on as they come
    with pytest.raises(InputError, match="--release v1: given for 2 sources"):
        run(tmp_path, fixed, source(name="other"), release="v1")
    with pytest.raises(InputError, match="nope: no such source; there are toy"):
        list(fetch(["nope"], tmp_path, {"toy": fixed}))


def test_how_a_person_gets_what_kg_cannot_is_said(server: Server, tmp_path: Path) -> None:
    closed = source(name="closed", access="accept the licence at example.org")
    known = {"closed": closed, "toy": source(Download(server.url("/toy.tsv"))), "own": source(name="own")}

    assert [(d.source, d.outcome, d.problem) for d in fetch(["all"], tmp_path, known)] == [
        ("closed", "by hand", "accept the licence at example.org"),
        ("toy", "fetched", ""),
    ]
    (asked,) = fetch(["closed"], tmp_path, known)
    assert (asked.outcome, asked.problem) == ("failed", "closed: kg cannot fetch it; accept the licence at example.org")


def test_the_command_fetches_to_where_load_looks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = source(Download(server.url("/toy.tsv")), Download(server.url("/gone.tsv")))
    monkeypatch.setattr(loaders, "LOADERS", {"toy": SimpleNamespace(SOURCE=toy)})
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    monkeypatch.delenv("KG_DATA", raising=False)

    result = CliRunner().invoke(app, ["fetch", "toy"])

    assert result.exit_code == 1
    assert "toy/toy.tsv: fetched; 1,000,003 bytes, 2026-02-03" in result.output
    assert "gone.tsv: 404 Not Found" in result.output
    assert (tmp_path / "downloads/toy/toy.tsv").read_bytes() == CONTENT

    loaded = CliRunner().invoke(app, ["load", "all", "--dry-run"])
    assert isinstance(loaded.exception, AttributeError), "the file is found, and the toy has no loader"
