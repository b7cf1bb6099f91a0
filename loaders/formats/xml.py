"""XML, read as a stream: one element after the other, each forgotten before the next (no source itself)."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from kgbuild.errors import InputError


def elements(path: Path, *tags: str) -> Iterator[ElementTree.Element]:
    """The outermost elements of these tags, complete, in their order; the file is plain or gzip.

    Memory holds one of them at a time.

    Raises:
        InputError: the file is no well-formed XML, or cut off.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            above: list[ElementTree.Element] = []
            inside = 0
            for event, element in ElementTree.iterparse(file, ("start", "end")):
                if event == "start":
                    above.append(element)
                    inside += element.tag in tags
                    continue
                above.pop()
                inside -= element.tag in tags
                if not inside:
                    if element.tag in tags:
                        yield element
                    if above:
                        above[-1].remove(element)
    except (ElementTree.ParseError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected well-formed XML, complete, as its publisher offers it") from error


def text(parent: ElementTree.Element, path: str) -> str:
    """The text of the first element below `parent` at this path, without surrounding space; empty where none is."""
    return (parent.findtext(path) or "").strip()
