"""What is to be staged: the sources whose official files lie in a folder, or files that somebody named."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from kgbuild.errors import InputError
from kgbuild.inputs import assign, find
from kgbuild.model import Source


@dataclass(frozen=True)
class Job:
    """One source to stage: its loader, what it is, its files below `root`, and options that differ from defaults."""

    loader: ModuleType
    source: Source
    root: Path
    files: dict[str, list[Path]]
    parameters: dict[str, str]


def jobs_of_folder(
    names: Sequence[str],
    data: Path,
    loaders: Mapping[str, ModuleType],
    parameters: Mapping[str, dict[str, str]] | None = None,
) -> list[Job]:
    """The sources whose files are below a folder, in the order of precedence.

    Raises:
        InputError: an unknown source, or one asked for by name whose files are not there.
    """
    if not data.is_dir():
        raise InputError(f"{data}: no such folder; give --data the folder with the downloaded files")
    unknown = [name for name in names if name != "all" and name not in loaders]
    if unknown:
        raise InputError(f"{unknown[0]}: no such source; there are {', '.join(loaders)}")
    jobs = []
    for name in list(loaders) if "all" in names else [name for name in loaders if name in names]:
        source: Source = loaders[name].SOURCE
        files = find(source, data)
        if files:
            jobs.append(Job(loaders[name], source, data, files, (parameters or {}).get(name, {})))
        elif name in names:
            expected = ", ".join(pattern for patterns in source.files.values() for pattern in patterns)
            raise InputError(f"{name}: its files are not below {data}; expected {expected}")
    if not jobs:
        raise InputError(f"{data}: no file of any source; `kg fetch` gets them, `kg sources NAME` says what they are")
    return jobs


def job_of_files(
    door: ModuleType,
    paths: Sequence[Path],
    loaders: Mapping[str, ModuleType],
    name: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Job:
    """Files that somebody named as a source; `kgbuild.loading.load_files` says what is what.

    A door that has a function `companions(paths, parameters)` is given the files that it names, too.
    """
    options = dict(parameters or {})
    source = _given(door, paths, loaders, name, options)
    companions: Callable[..., list[Path]] = getattr(door, "companions", lambda *_: [])
    paths = list(dict.fromkeys(path.absolute() for path in (*paths, *companions(paths, options))))
    root = Path(os.path.commonpath([path.parent for path in paths]))
    files = assign(source, root, paths)
    read = [path for found in files.values() for path in found]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        if path not in read:
            expected = ", ".join(pattern for patterns in source.files.values() for pattern in patterns)
            raise InputError(f"{path}: not a file that `kg load {door.SOURCE.name}` reads; it reads {expected}")
    if missing := [key for key in files if not files[key] and key not in source.optional]:
        raise InputError(f"{door.SOURCE.name}: no {missing[0]} file; expected {', '.join(source.files[missing[0]])}")
    return Job(door, source, root, files, options)


def _given(
    door: ModuleType,
    paths: Sequence[Path],
    loaders: Mapping[str, ModuleType],
    name: str | None,
    options: dict[str, str],
) -> Source:
    """The declaration of a source of files that somebody named."""
    declared: Source = door.SOURCE
    known = {**declared.parameters, **dict.fromkeys(("vocabulary", "title", "url", "licence"), "")}
    if unknown := [option for option in options if option not in known]:
        raise InputError(f"--set {unknown[0]}: no such option of {declared.name}; there are {', '.join(known)}")
    vocabulary = options.get("vocabulary", "")
    chosen = name or vocabulary or paths[0].name.partition(".")[0]
    chosen = re.sub(r"\W+", "_", chosen.lower()).strip("_")
    if not re.fullmatch(r"[a-z]\w*", chosen):
        raise InputError(f"--name {chosen}: not a name; expected a letter, then letters, digits and _")
    if chosen in loaders:
        raise InputError(f"{chosen}: kg has a source of this name, `kg load {chosen} --data DIR`; give another --name")
    return replace(
        declared,
        name=chosen,
        title=options.pop("title", "") or paths[0].name,
        url=options.pop("url", ""),
        licence=options.pop("licence", "") or "not stated",
        vocabularies=(vocabulary,) if vocabulary else (),
        member=declared.member and bool(vocabulary),
    )
