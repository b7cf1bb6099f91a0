"""Files that are whole or not there, written beside their place and renamed; and locks on files."""

import fcntl
import gzip
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kgbuild.errors import InputError


@contextmanager
def replacing(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Temporary files beside `paths`: they take their places when the block ends well, and are gone when it does not.

    Raises:
        InputError: A path is a folder, or its folder cannot be written.
    """
    temporary = tuple(path.with_name(f".{os.getpid()}.{path.name}") for path in paths)
    at = paths[0]
    try:
        for path in paths:
            if path.is_dir():
                raise InputError(f"{path}: is a folder; give a file")
        yield temporary
        for at, part in zip(paths, temporary, strict=True):
            part.chmod(0o644)
            os.replace(part, at)
    except OSError as error:
        raise InputError(f"{at}: {error.strerror}; give a file in a folder that can be written") from error
    finally:
        for part in temporary:
            part.unlink(missing_ok=True)


def made(folder: Path) -> Path:
    """A folder, made where it is missing.

    Raises:
        InputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}; give a folder that can be written") from error
    return folder


@contextmanager
def locked(file: IO[str] | int, busy: Callable[[], None]) -> Iterator[None]:
    """Hold an open file against other processes. Where one of them holds it, `busy` is called, then it is waited for.

    The lock is the process's: it ends with it, however it ends.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        busy()
        fcntl.flock(file, fcntl.LOCK_EX)
    yield


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """A new file of text, compressed where its name ends in .gz; the same text gives the same bytes."""
    with path.open("wb", buffering=1 << 20) as raw:
        if path.suffix == ".gz":
            packed = gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0)
            with packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
                yield text
        else:
            with io.TextIOWrapper(raw, "utf-8", newline="") as text:
                yield text
