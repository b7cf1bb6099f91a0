"""JSON files of lists of objects, and JSON Lines: streamed, so that a file of any size is read in bounded memory.

Source: RFC 8259 (JSON), https://jsonlines.org
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import ijson

from kgbuild.errors import InputError
from kgbuild.inputs import lines


def keys(path: Path) -> dict[str, str]:
    """The keys at the top of the file, each with what begins there: `start_array`, `string` …

    Raises:
        InputError: the file is not JSON.
    """
    found: dict[str, str] = {}
    with _opened(path) as file:
        for prefix, event, _ in ijson.parse(file, use_float=True):
            if prefix and "." not in prefix:
                found.setdefault(prefix, event)
    return found


def objects(path: Path, key: str) -> Iterator[dict[str, Any]]:
    """The objects of the list that the file's top level has under `key`; none where it has no such list.

    Raises:
        InputError: the file is not JSON.
    """
    with _opened(path) as file:
        for each in ijson.items(file, f"{key}.item", use_float=True):
            yield each if isinstance(each, dict) else {"": each}


def scalars(path: Path, but: str) -> dict[str, Any]:
    """What the top level has beside the list `but`: scalars, and dictionaries of scalars.

    Raises:
        InputError: the file is not JSON.
    """
    found: dict[str, Any] = {}
    with _opened(path) as file:
        for prefix, event, value in ijson.parse(file, use_float=True):
            if event in ("string", "number", "boolean") and not prefix.startswith(f"{but}."):
                key, _, inner = prefix.partition(".")
                if inner:
                    found.setdefault(key, {})[inner] = value
                else:
                    found[key] = value
    return found


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each line that is not blank, with its object; None where it is none."""
    for line in lines(path):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            yield line.rstrip("\n"), value if isinstance(value, dict) else None


def text(value: Any) -> str | None:
    """A value as the cell of a table would have it: lists joined by |, null where it is empty."""
    if isinstance(value, list):
        return "|".join(filter(None, map(text, value))) or None
    if value is None or isinstance(value, str):
        return value or None
    return dump(value)


def dump(value: Any) -> str:
    """A value as JSON, the same for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            yield cast(BinaryIO, file)
    except (ijson.JSONError, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        problem = " ".join(str(error).split())
        raise InputError(f"{path}: not JSON: {problem}; expected one complete JSON document") from error
