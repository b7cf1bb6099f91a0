"""One file over HTTP: resumed where it was cut, tried again where that may help, and told apart from its changed self.

`<file>.part.info` says which content `<file>.part` begins, so that a transfer that was cut or killed goes on with the
same content or starts again.

Source: RFC 9110, sections 13 (If-None-Match, If-Range) and 14 (Range).
"""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

import requests
import urllib3

from kgbuild.console import err, transfer
from kgbuild.errors import InputError

#: Seconds to wait after a failure that may pass; a transfer that got further begins them anew.
PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)
_LONGEST_PAUSE = 120.0
_TIMEOUT = (30, 60)  # seconds to connect, and between two pieces of an answer
_CHUNK = 1 << 18

State = Literal["same", "other", "unknown"]
T = TypeVar("T")


class OtherSize(Exception):  # noqa: N818 - it names what was met, and `kgbuild.download` says what to do
    """The content has another size than was expected."""


class _Passing(Exception):  # noqa: N818 - it names a state, and never leaves this module
    """A failure that may pass, after `wait` seconds where the server says so."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Content:
    """What a server says of a content. `release` is the one that GitHub's `latest` stood for."""

    url: str
    etag: str | None
    last_modified: str | None
    size: int | None
    release: str | None = None

    @classmethod
    def of(cls, answer: requests.Response, url: str) -> "Content":
        """What an answer, whole or partial, says of the whole."""
        ranged = answer.status_code == 206
        size = answer.headers.get("Content-Range" if ranged else "Content-Length", "").rpartition("/")[2]
        steps = [re.search(r"/releases/download/([^/]+)/", step.url) for step in [*answer.history, answer]]
        return cls(
            url, answer.headers.get("ETag"), answer.headers.get("Last-Modified"),
            int(size) if size.isdigit() and answer.status_code != 304 else None,
            next((step[1] for step in steps if step), None),
        )  # fmt: skip

    @classmethod
    def read(cls, info: Path) -> "Content | None":
        """What a `.part.info` says; None where it says nothing of use."""
        with suppress(OSError, ValueError, TypeError):
            return cls(**json.loads(info.read_text()))
        return None

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong entity tag, else the date."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def contradicts(self, other: "Content") -> bool:
        """Whether a validator or the size, where both have it, differs."""
        pairs = ((self.etag, other.etag), (self.last_modified, other.last_modified), (self.size, other.size))
        return any(mine is not None and its is not None and mine != its for mine, its in pairs)


@dataclass(frozen=True)
class Remote:
    """A file at its publisher's address; `page` is where a person reads about it."""

    session: requests.Session
    url: str
    page: str

    def state(self, known: Content) -> State:
        """Whether the address still has a known content, as far as its server tells without sending it.

        Raises:
            InputError: The server cannot be asked.
        """
        if not (known.etag or known.last_modified):
            return "same"  # nobody can tell
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}

        def ask() -> State:
            with self._answer({name: value for name, value in asked.items() if value}) as answer:
                now = Content.of(answer, self.url)
                if answer.status_code == 304:
                    return "same"
                if now.size is not None and now.size != known.size:
                    return "other"
                if known.etag and now.etag:
                    return "same" if known.etag.removeprefix("W/") == now.etag.removeprefix("W/") else "unknown"
                return "same" if known.last_modified == now.last_modified else "unknown"

        return self._persist(ask)

    def get(self, part: Path, size: int | None = None) -> Content:
        """Fetch the content into the file `part`, going on from what that holds of it.

        Args:
            part: The file; its folder is made.
            size: What the content must have, where that is known.

        Raises:
            OtherSize: It has not.
            InputError: It cannot be had, or not be written.
        """
        info = info_of(part)
        begun = Content.read(info)
        if begun and begun.url == self.url and part.exists() and part.stat().st_size == begun.size:
            if self.state(begun) == "same":
                return begun
            part.unlink()
        return self._persist(
            lambda: self._attempt(part, info, size), lambda: part.stat().st_size if part.exists() else 0
        )

    def _attempt(self, part: Path, info: Path, size: int | None) -> Content:
        begun = Content.read(info) if part.exists() else None
        have, headers = 0, {}
        if begun and begun.url == self.url and begun.validator and part.stat().st_size:
            have = part.stat().st_size
            headers = {"Range": f"bytes={have}-", "If-Range": begun.validator}
        with self._answer(headers) as answer:
            now = Content.of(answer, self.url)
            starts = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
            goes_on = starts is not None and int(starts[1]) == have and begun is not None and not begun.contradicts(now)
            if answer.status_code == 416 or (answer.status_code == 206 and not goes_on):  # not all mind If-Range
                part.unlink(missing_ok=True)
                raise _Passing("the server cannot go on where the transfer was cut")
            self._as_it_is(answer, part)
            if size is not None and now.size is not None and now.size != size:
                raise OtherSize(f"{now.size:,} bytes")
            have = have if answer.status_code == 206 else 0
            self._room(part, now.size, have)
            try:
                self._write(answer, part, info, now, have)
            except OSError as error:
                raise InputError(f"{part}: {error.strerror}; what came is kept, run the same command again") from error
        came = part.stat().st_size
        if now.size is not None and came != now.size:
            raise _Passing(f"{came:,} of {now.size:,} bytes came")
        return now

    def _write(self, answer: requests.Response, part: Path, info: Path, now: Content, have: int) -> None:
        with part.open("ab" if have else "wb") as file:
            if not have:  # only now that another content's bytes are gone
                write(info, json.dumps(asdict(now)))
            with transfer(part.name.removesuffix(".part"), now.size, have) as advance:
                for piece in _pieces(answer):
                    file.write(piece)
                    advance(len(piece))
            file.flush()
            os.fsync(file.fileno())

    def _as_it_is(self, answer: requests.Response, part: Path) -> None:
        """See that the body is the file. Servers call .gz files gzip-encoded, which is their content all the same."""
        encoding = answer.headers.get("Content-Encoding", "identity")
        is_gzip = encoding in ("gzip", "x-gzip") and part.name.endswith((".gz.part", ".tgz.part", ".bgz.part"))
        if encoding not in ("", "identity") and not is_gzip:
            raise InputError(
                f"{self.url}: comes {encoding}-encoded, though kg asked for it as it is; {self._by_hand()}"
            )

    def _room(self, part: Path, size: int | None, have: int) -> None:
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{part.parent}: {error.strerror}; give --data a folder that can be written") from error
        free = shutil.disk_usage(part.parent).free
        if size is not None and free < size - have:
            raise InputError(
                f"{part.parent}: {free >> 20:,} MiB free; {part.name.removesuffix('.part')} needs "
                f"{(size - have >> 20) + 1:,} MiB: make room, or name another folder with --data"
            )

    def _answer(self, headers: Mapping[str, str]) -> requests.Response:
        """An answer that can be used.

        Raises:
            _Passing: No answer, or one that may be better later.
            InputError: One that will not be.
        """
        try:
            answer = self.session.get(self.url, headers=dict(headers), stream=True, timeout=_TIMEOUT)
        except requests.exceptions.SSLError as error:
            raise InputError(f"{self.url}: its certificate is not trusted; check the address and the proxy") from error
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _Passing(f"no answer ({type(error).__name__})") from error  # its text is a chain of representations
        except (requests.RequestException, ValueError) as error:
            raise InputError(f"{self.url}: {type(error).__name__}; expected an address that kg can follow") from error
        if answer.status_code in (200, 206, 304, 416):
            return answer
        answer.close()
        said = f"{answer.status_code} {answer.reason}"
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            after = answer.headers.get("Retry-After", "")
            raise _Passing(said, min(float(after), _LONGEST_PAUSE) if after.isdigit() else None)
        if answer.status_code in (404, 410):
            raise InputError(f"{self.url}: {said}; see {self.page}, or name another release with --release")
        raise InputError(f"{self.url}: {said}; {self._by_hand()}")

    def _by_hand(self) -> str:
        return f"get it by hand, see {self.page}, and name its folder with `kg load --data`"

    def _persist(self, attempt: Callable[[], T], reached: Callable[[], int] = lambda: 0) -> T:
        """What an attempt gives, after as many as it takes while they get further, else after all of PAUSES."""
        furthest, failures = reached(), 0
        while True:
            try:
                return attempt()
            except _Passing as failure:
                if reached() > furthest:
                    furthest, failures = reached(), 0
                if failures == len(PAUSES):
                    advice = "check the network and the proxy, then run the same command again: what came is kept"
                    raise InputError(f"{self.url}: {failure}; {advice}") from failure
                wait = failure.wait if failure.wait is not None else PAUSES[failures]
                err.print(f"{self.url}: {failure}; trying again in {wait:g} s", markup=False)
                time.sleep(wait)
                failures += 1


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """The body as it is sent: `iter_content` would unpack it."""
    try:
        yield from answer.raw.stream(_CHUNK, decode_content=False)
    except (urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
        raise _Passing(f"cut ({type(error).__name__})") from error


def info_of(part: Path) -> Path:
    """The file beside a `.part` that says which content it begins."""
    return part.with_name(f"{part.name}.info")


def write(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
