"""Archives that publishers pack their files in: unpacked, beside themselves, are the members that a loader reads."""

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from kgbuild.errors import InputError
from kgbuild.inputs import assign
from kgbuild.model import Source

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def is_packed(source: Source, file: Path) -> bool:
    """Whether a file is an archive that the source's loader does not read as it is."""
    return file.name.endswith(SUFFIXES) and not _read(source, file)


def unpack(source: Source, archive: Path) -> tuple[str, ...]:
    """Unpack into an archive's folder the members that the source's loader reads, whatever folders they are in.

    Returns:
        The names of the files.

    Raises:
        InputError: It is broken, holds no such member or two of one name, or cannot be unpacked there.
    """
    names: list[str] = []
    try:
        for name, stream in _members(archive):
            target = archive.parent / name
            if name.startswith("._") or not _read(source, target):  # macOS keeps attributes in files of such names
                continue
            if name in names:
                raise InputError(f"{archive}: holds two files named {name}; unpack by hand the one that you mean")
            names.append(name)
            part = target.with_name(f"{name}.part")
            with part.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
            part.replace(target)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise InputError(f"{archive}: {error}; expected a whole archive, delete it and fetch it again") from error
    except OSError as error:
        raise InputError(f"{archive}: {error.strerror or error}; expected room to unpack it") from error
    if not names:
        expected = ", ".join(pattern for patterns in source.files.values() for pattern in patterns)
        raise InputError(f"{archive}: holds none of the files that kg reads; expected {expected}")
    return tuple(sorted(names))


def _read(source: Source, file: Path) -> bool:
    return any(assign(source, file.parent.parent, [file]).values())


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    with packed.open(info) as stream:
                        yield PurePosixPath(info.filename).name, stream
        return
    with tarfile.open(archive) as tape:
        for member in tape:
            content = tape.extractfile(member) if member.isfile() else None
            if content is not None:
                yield PurePosixPath(member.name).name, content
