"""Official files, fetched and pinned: `kg fetch`.

    fetch()  address ──> DIR/<source>/<file>.part ──> compared, pinned in DIR/kg.lock.json, renamed to <file>, unpacked

`kg.lock.json` has of each file the address, version, SHA-256, size, what the server says of it, and when it was
fetched. A pin is written before its file is renamed, so that whatever is killed, the same command finishes it.
"""

import datetime
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Literal

import requests

import kgbuild
from kgbuild.archive import is_packed, unpack
from kgbuild.console import err
from kgbuild.errors import InputError
from kgbuild.files import locked
from kgbuild.licence import terms
from kgbuild.model import Download, Source
from kgbuild.transfer import Content, OtherSize, Remote, info_of, write

LOCK = "kg.lock.json"

_LATEST = "/releases/latest/download/"  # GitHub's, which redirects to /releases/download/<release>/

Outcome = Literal["fetched", "unchanged", "removed", "by hand", "failed"]


@dataclass(frozen=True)
class Pin:
    """What the lock says of one file; `unpacked` names the files that were unpacked from it."""

    url: str
    version: str | None
    sha256: str
    size: int
    etag: str | None
    last_modified: str | None
    fetched: str
    unpacked: tuple[str, ...] = ()

    def is_held_by(self, path: Path) -> bool:
        """Whether a file has the pinned bytes."""
        return path.is_file() and path.stat().st_size == self.size and _sha256(path) == self.sha256


@dataclass
class Lock:
    """`kg.lock.json` in the folder `root`: file, as `<source>/<file>`, → its pin."""

    root: Path
    files: dict[str, Pin] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> "Lock":
        """The lock in a folder, empty where there is none.

        Raises:
            InputError: It is none of kg's, or names a file outside the folder.
        """
        path = root / LOCK
        if not path.exists():
            return cls(root)
        try:
            stored = json.loads(path.read_text())["files"]
            files = {file: Pin(**pin | {"unpacked": tuple(pin.get("unpacked", ()))}) for file, pin in stored.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{path}: {error!r}; expected what `kg fetch` wrote: restore it, or delete it") from error
        for file in files:  # a lock may come from somebody else
            parts = PurePosixPath(file).parts
            names = [PurePosixPath(name).parts for name in files[file].unpacked]
            if len(parts) < 2 or ".." in parts or parts[0] == "/" or any(len(n) != 1 or ".." in n for n in names):
                raise InputError(f"{path}: {file}: not a file below this folder; expected SOURCE/FILE")
        return cls(root, files)

    def of(self, source: str) -> dict[str, Pin]:
        """A source's files."""
        return {file: pin for file, pin in sorted(self.files.items()) if file.startswith(f"{source}/")}

    def pin(self, file: str, pin: Pin | None) -> None:
        """Pin a file, or unpin it with None, and write the lock."""
        self.files.pop(file, None)
        if pin is not None:
            self.files[file] = pin
        stored = {name: asdict(self.files[name]) for name in sorted(self.files)}
        write(self.root / LOCK, json.dumps({"files": stored}, indent=1) + "\n")


@dataclass(frozen=True)
class Fetched:
    """What became of one file; `problem` says why it failed, or how a person gets it."""

    source: str
    outcome: Outcome
    file: str = ""
    url: str = ""
    version: str | None = None
    size: int = 0
    sha256: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Wanted:
    """A file to fetch; `pin` is what the lock has of the same download, maybe of another release."""

    source: Source
    file: str
    url: str
    version: str | None
    pin: Pin | None

    def became(self, outcome: Outcome, pin: Pin) -> Fetched:
        return Fetched(self.source.name, outcome, self.file, pin.url, pin.version, pin.size, pin.sha256)


@dataclass(frozen=True)
class _Way:
    """How to fetch: the release asked for, whether to take what there is now, or only what is pinned."""

    release: str | None = None
    update: bool = False
    locked: bool = False


def fetch(
    names: Sequence[str],
    root: Path,
    sources: Mapping[str, Source],
    release: str | None = None,
    update: bool = False,
    locked: bool = False,
) -> Iterator[Fetched]:
    """Fetch the official files of sources into the folder `root`, and say what became of each.

    A file that is pinned keeps its address and its content, unless a release or an update is asked for. A file that
    fails is told as such, and the files after it are fetched.

    Args:
        names: Names of sources, or `all`.
        root: The folder; it is made.
        sources: Name → what is declared.
        release: The release of the one source that is named; by default what it declares as its latest.
        update: Take what the declared addresses give now, in place of what is pinned.
        locked: Fetch what the lock pins and nothing else.

    Raises:
        InputError: An unknown source, options that exclude each other, a folder that cannot be used.
    """
    if locked and (update or release):
        raise InputError(f"--locked: given with --{'update' if update else 'release'}; it fetches what {LOCK} pins")
    if unknown := [name for name in names if name != "all" and name not in sources]:
        raise InputError(f"{unknown[0]}: no such source; there are {', '.join(sources)}")
    chosen = [source for name, source in sources.items() if name in names or "all" in names]
    if release and len(chosen) != 1:
        raise InputError(f"--release {release}: given for {len(chosen)} sources; name the one whose release it is")
    with _alone(root), requests.Session() as session:
        session.headers.update({"Accept-Encoding": "identity", "User-Agent": f"kg/{kgbuild.__version__}"})
        lock = Lock.read(root)
        if locked and not lock.files:
            raise InputError(f"{root / LOCK}: pins nothing; `kg fetch` without --locked writes it")
        for source in chosen:
            found = list(_wanted(source, lock, _Way(release, update, locked)))
            if not found and "all" not in names:
                yield Fetched(source.name, "failed", problem=_cannot(source, lock, locked))
            elif found:
                said = f"{source.name}: {source.title}, {source.licence} ({terms(source.licence)})"
                err.print(said, markup=False)
                yield from _source(session, source, found, lock, _Way(release, update, locked))
            if source.access and not locked and (found or "all" in names):
                yield Fetched(source.name, "by hand", problem=source.access)


def _cannot(source: Source, lock: Lock, locked: bool) -> str:
    if locked and source.downloads:
        return f"{source.name}: not pinned in {lock.root / LOCK}; `kg fetch {source.name}` pins it"
    advice = source.access or (f"see {source.url}" if source.url else "its files are your own")
    return f"{source.name}: kg cannot fetch it; {advice}"


def _wanted(source: Source, lock: Lock, way: _Way) -> Iterator[_Wanted]:
    """The files of a source that are to be fetched, each with its address."""
    if way.locked:
        for file, pin in lock.of(source.name).items():
            yield _Wanted(source, file, pin.url, pin.version, pin)
        return
    by_release = [download for download in source.downloads if "{version}" in download.url or _LATEST in download.url]
    if way.release and source.downloads and not by_release:
        raise InputError(f"--release {way.release}: {source.name} has no addresses by release; leave it out")
    for download in source.downloads:
        version = way.release or download.latest
        url = download.url.replace(_LATEST, f"/releases/download/{way.release}/") if way.release else download.url
        name = download.file or download.url.partition("?")[0].rpartition("/")[2]
        file = f"{source.name}/{name.replace('{version}', version)}"
        pinned = file if file in lock.files else next(iter(_releases(source, download, lock)), None)
        if pinned and not (way.release or way.update):
            yield _Wanted(source, pinned, lock.files[pinned].url, lock.files[pinned].version, lock.files[pinned])
            continue
        known = way.release if download in by_release else None
        if known is None and "{version}" in url and re.search(r"\d", version):  # not where it is "current"
            known = version
        yield _Wanted(
            source, file, url.replace("{version}", version), known or source.version, lock.files.get(pinned or "")
        )


def _releases(source: Source, download: Download, lock: Lock) -> list[str]:
    """The pinned files that are releases of a download."""
    pattern = re.escape(download.url).replace(re.escape("{version}"), ".+")
    return [file for file, pin in lock.of(source.name).items() if re.fullmatch(pattern, pin.url)]


def _source(
    session: requests.Session, source: Source, wanted: Sequence[_Wanted], lock: Lock, way: _Way
) -> Iterator[Fetched]:
    failed = False
    for each in wanted:
        try:
            done = _file(Remote(session, each.url, source.url), each, lock, way)
            _unpack(source, each, done, lock)
            yield done
        except InputError as error:
            failed = True
            yield Fetched(source.name, "failed", each.file, each.url, problem=str(error))
    if failed or way.locked:
        return
    now = {each.file for each in wanted}
    earlier = {file for download in source.downloads for file in _releases(source, download, lock)} - now
    for file in sorted(earlier):  # or `kg load` would read both releases
        pin = lock.files[file]
        if pin.is_held_by(lock.root / file):
            (lock.root / file).unlink()
        lock.pin(file, None)
        yield Fetched(source.name, "removed", file, pin.url, pin.version, pin.size, pin.sha256)


def _unpack(source: Source, wanted: _Wanted, done: Fetched, lock: Lock) -> None:
    """Unpack an archive, unless that is done, and remove what only the one before it held."""
    archive, pin = lock.root / wanted.file, lock.files[wanted.file]
    if not is_packed(source, archive):
        return
    if done.outcome == "unchanged" and pin.unpacked and all((archive.parent / n).exists() for n in pin.unpacked):
        return
    names = unpack(source, archive)
    for name in {*pin.unpacked, *(wanted.pin.unpacked if wanted.pin else ())} - set(names):
        (archive.parent / name).unlink(missing_ok=True)
    lock.pin(wanted.file, replace(pin, unpacked=names))


def _file(remote: Remote, wanted: _Wanted, lock: Lock, way: _Way) -> Fetched:
    """Fetch one file, unless it is there as it should be.

    Raises:
        InputError: It cannot be had, or is not what is pinned, or kg did not put there what is in its place.
    """
    target, pin = lock.root / wanted.file, wanted.pin
    part = target.with_name(f"{target.name}.part")
    same_address = pin is not None and pin.url == wanted.url
    intact = pin is not None and pin.is_held_by(target)
    if pin is not None and same_address and not intact and pin.is_held_by(part):  # killed before it was renamed
        return _place(part, target, wanted, pin, lock)
    if target.exists() and not intact and not way.update:
        whose = "its bytes are not those that kg fetched" if pin else f"kg did not fetch it, {LOCK} does not pin it"
        raise InputError(f"{target}: {whose}; move it away" + ("" if way.locked else ", or replace it with --update"))
    if pin is not None and same_address and intact:
        known = Content(pin.url, pin.etag, pin.last_modified, pin.size)
        asks = not way.locked and (way.update or bool(pin.etag or pin.last_modified))
        state = "same" if not asks else "unknown" if not (pin.etag or pin.last_modified) else remote.state(known)
        if state == "same":
            return wanted.became("unchanged", pin)
        if state == "other" and not way.update:
            raise InputError(_refusal(wanted, pin, way))
    must = pin if same_address and not way.update else None
    try:
        got = _pinned(wanted, part, remote.get(part, must.size if must else None))
    except OtherSize as error:
        assert must is not None
        _drop(part)
        raise InputError(_refusal(wanted, must, way, f", not {error}")) from error
    if must is not None and got.sha256 != must.sha256:
        _drop(part)
        raise InputError(_refusal(wanted, must, way, f", not {got.sha256[:12]}…"))
    if intact and pin is not None and got.sha256 == pin.sha256:  # the server only says other things of it
        lock.pin(wanted.file, got)
        _drop(part)
        return wanted.became("unchanged", got)
    return _place(part, target, wanted, got, lock)


def _place(part: Path, target: Path, wanted: _Wanted, pin: Pin, lock: Lock) -> Fetched:
    lock.pin(wanted.file, pin)
    part.replace(target)
    info_of(part).unlink(missing_ok=True)
    return wanted.became("fetched", pin)


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    info_of(part).unlink(missing_ok=True)


def _refusal(wanted: _Wanted, pin: Pin, way: _Way, got: str = "") -> str:
    update = f"`kg fetch {wanted.source.name} --update` takes what is there"
    advice = "what it pins is no longer there" if way.locked else update
    return f"{wanted.url}: has changed: {LOCK} pins {pin.size:,} bytes of sha256 {pin.sha256[:12]}…{got}; {advice}"


def _pinned(wanted: _Wanted, part: Path, content: Content) -> Pin:
    dated = None
    with suppress(TypeError, ValueError):
        dated = parsedate_to_datetime(content.last_modified or "").date().isoformat()
    return Pin(
        url=wanted.url,
        version=wanted.version or content.release or dated,
        sha256=_sha256(part),
        size=part.stat().st_size,
        etag=content.etag,
        last_modified=content.last_modified,
        fetched=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        unpacked=wanted.pin.unpacked if wanted.pin else (),  # until they are replaced
    )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the folder against a second fetch, which would write into the same parts."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        held = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"{root}: {error.strerror}; give --data a folder that can be written") from error

    def busy() -> None:
        raise InputError(f"{root}: another `kg fetch` writes there; wait until it is done")

    try:
        with locked(held, busy):
            yield
    finally:
        os.close(held)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
