"""Where kg keeps what it makes, and the settings that it reads from the environment."""

import os
from pathlib import Path
from typing import Literal

import platformdirs

from kgbuild.errors import InputError

Folder = Literal["neo4j", "downloads", "staged", "graph", "models", "pairs", "encoded", "spark", "logs", "mappings"]


def home() -> Path:
    """The folder of everything that kg keeps: KG_HOME, else `kg` in the user's data directory. It may not exist yet."""
    configured = os.environ.get("KG_HOME")
    return Path(configured).expanduser().absolute() if configured else platformdirs.user_data_path("kg")


def folder(name: Folder) -> Path:
    """A sub-folder of `home()`, made where it is missing.

    Raises:
        InputError: It cannot be made.
    """
    path = home() / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; set KG_HOME to a folder that can be written") from error
    return path


def data() -> Path:
    """The folder of downloaded source files: KG_DATA, else `downloads` in `home()`."""
    configured = os.environ.get("KG_DATA")
    return Path(configured).expanduser().absolute() if configured else folder("downloads")
