"""A model by its name on the Hugging Face hub, from a local server that answers as the hub does."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from embed.model.checkpoint import load_encoder
from kgbuild.errors import InputError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.ThreadingHTTPServer):
    """One model, `lab/tiny`; `asked` are the files that were read."""

    daemon_threads = True
    files: dict[str, bytes]
    asked: list[str]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: object) -> None: ...

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, with_body: bool) -> None:
        path, headers = self.path.partition("?")[0], {"Content-Type": "application/json"}
        if path.startswith("/api/models/lab/tiny/revision/"):
            siblings = [{"rfilename": name} for name in self.server.files]
            code, body = 200, json.dumps({"id": "lab/tiny", "sha": COMMIT, "siblings": siblings}).encode()
        elif path.startswith("/api/models/lab/tiny/tree/"):
            listed = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in self.server.files.items()
            ]
            code, body = 200, json.dumps(listed).encode()
        elif (name := path.removeprefix(f"/lab/tiny/resolve/{COMMIT}/")) in self.server.files:
            code, body = 200, self.server.files[name]
            headers |= {"ETag": f'"{hashlib.sha1(body).hexdigest()}"', "X-Repo-Commit": COMMIT}
            if with_body:
                self.server.asked.append(name)
        else:
            code, body = 404, b'{"error": "Repository not found"}'
            headers["X-Error-Code"] = "RepoNotFound"
        self.send_response(code)
        for header, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(header, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


@pytest.fixture
def hub(tiny_base: str) -> Iterator[Hub]:
    with Hub(("127.0.0.1", 0), Handler) as hub:
        base = Path(tiny_base)
        hub.files = {path.relative_to(base).as_posix(): path.read_bytes() for path in base.rglob("*") if path.is_file()}
        hub.files["taught.npy"] = b"which pairs it was trained on"
        hub.files |= {"onnx/model.onnx": b"not read", "pytorch_model.bin": b"not read", "README.md": b"not read"}
        hub.asked = []
        threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield hub
        hub.shutdown()


def first_of(name: str, hub: Hub, home: Path, offline: bool = False) -> tuple[str, list[float]]:
    """The name and the vector that a model gives a text, in a process that asks this hub."""
    code = (
        "import json, sys\nfrom embed.model.checkpoint import load_encoder\nfrom kgbuild.errors import InputError\n"
        "try:\n    encoder = load_encoder(sys.argv[1])\n"
        "    print(json.dumps([encoder.name, encoder.encode(['asthma'])[0].tolist()]))\n"
        "except InputError as error:\n    print(json.dumps([str(error), []]))\n"
    )
    env = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(home), "HF_HUB_OFFLINE": str(int(offline)),
        "NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code, name], env=env, capture_output=True, text=True, check=True)
    said, vector = json.loads(done.stdout)
    return said, vector


def test_a_model_of_the_hub_is_fetched_once_and_then_found_without_a_network(
    hub: Hub, tiny_base: str, tmp_path: Path
) -> None:
    name, vector = first_of("lab/tiny", hub, tmp_path)

    assert name == "tiny"
    assert vector == load_encoder(tiny_base).encode(["asthma"])[0].tolist()
    assert {"model.safetensors", "taught.npy"} <= {*hub.asked}
    assert not {"onnx/model.onnx", "pytorch_model.bin", "README.md"} & {*hub.asked}
    asked = [*hub.asked]
    assert first_of("lab/tiny", hub, tmp_path, offline=True) == (name, vector)
    assert first_of("lab/tiny", hub, tmp_path) == (name, vector)
    assert hub.asked == asked


def test_a_model_that_the_hub_does_not_have_is_told_in_one_line(hub: Hub, tmp_path: Path) -> None:
    said, _ = first_of("lab/absent", hub, tmp_path)
    assert said.startswith("lab/absent: no such folder, and the Hugging Face hub does not give it out (HTTP 404)")

    said, _ = first_of("lab/tiny", hub, tmp_path, offline=True)
    assert said.startswith("lab/tiny: no such folder, and the Hugging Face hub cannot be asked for it")


@pytest.mark.parametrize("name", ["generl", "a/b/c", "."])
def test_what_is_no_models_name_is_told_without_asking(name: str) -> None:
    with pytest.raises(InputError, match="no model here; give a folder that `kg train` wrote, minilm, or"):
        load_encoder(name)
