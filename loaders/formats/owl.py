"""OWL in functional syntax and OWL/XML: rewritten as RDF/XML, which `loaders.formats.rdf` reads (no source itself).

Source: OWL 2 Functional-Style Syntax (https://www.w3.org/TR/owl2-syntax), OWL 2 XML Serialization
(https://www.w3.org/TR/owl2-xml-serialization).
Yields, Skips: as `loaders.formats.rdf`; terms are numbered as in the rewritten file, which py-horned-owl orders.
"""

import gzip
import shutil
from pathlib import Path
from typing import Literal

from kgbuild.errors import InputError


def as_rdf_xml(path: Path, syntax: Literal["ofn", "owx"], scratch: Path) -> Path:
    """The file as RDF/XML below `scratch`.

    Args:
        path: The file, plain or gzip.
        syntax: `ofn` or `owx`.
        scratch: An existing folder.

    Raises:
        InputError: the file is malformed or cut off.
    """
    import pyhornedowl  # not needed for other formats, and slow to import

    number = len(list(scratch.glob("plain.*")))
    plain, rewritten = scratch / f"plain.{number}", scratch / f"rewritten.{number}.owl"
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as source, open(plain, "wb") as copy:
            shutil.copyfileobj(source, copy)
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected a complete gzip file, download it again") from error
    try:
        pyhornedowl.open_ontology_from_file(str(plain), syntax).save_to_file(str(rewritten), "owl")
    except Exception as error:  # horned-owl raises ValueError, and a panic of its own on some malformed files
        found = " ".join(str(error).split())[:300]
        raise InputError(f"{path}: not OWL in {syntax} syntax: {found}; expected a complete, valid file") from error
    return rewritten
