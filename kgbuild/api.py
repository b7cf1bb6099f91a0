"""What a notebook uses; `kg`, the command, is a thin shell over the same functions."""

import importlib
from pathlib import Path
from typing import Any

import pandas as pd

from kgbuild import home, loading, mapping
from kgbuild.errors import MissingExtra
from kgbuild.store import connect


def load(
    *names: str, data: str | Path | None = None, writer: str = "auto", dry_run: bool = False, licence: str = "all"
) -> pd.DataFrame:
    """Build or update the graph from source files.

    Args:
        names: Sources as `kg sources` names them, or `all` for every one whose files are there.
        data: The folder with the downloaded files, searched deeply; by default the one that `kg fetch` fills.
        writer: `bulk` into an empty managed database, `upsert`, or `auto`.
        dry_run: Stage and count; write nothing to Neo4j.
        licence: The terms that the graph may stand under: `open`, `share-alike` or `all`.

    Returns:
        A row a source: source, version, rows, staged, merged, rejected, nodes, names, edges.

    Raises:
        InputError: No such source, or none of its files; a file that cannot be read.
        LoadError: The rows do not add up.
    """
    from loaders import LOADERS

    folder = home.data() if data is None else Path(data)
    return pd.DataFrame(loading.load(names, folder, LOADERS, writer, dry_run=dry_run, licence=licence).rows())


def similar(identifier: str, to: str | None = None, top: int = 10) -> pd.DataFrame:
    """The nearest concepts or variants of a concept or variant; see `kgbuild.mapping.similar`."""
    with connect() as store:
        return mapping.similar(store, identifier, to, top)


def link(text: str, to: str | None = None, top: int = 10) -> pd.DataFrame:
    """The concepts that a text names, by the model that the graph was enriched with; see `kgbuild.mapping.link`."""
    frame: pd.DataFrame = extra("commands").link(text, to, top)
    return frame


def harmonize(source: str, target: str, top: int = 1, write: bool = False) -> pd.DataFrame:
    """One vocabulary mapped onto another, each link with its score; see `kgbuild.mapping.harmonize`."""
    with connect() as store:
        return mapping.harmonize(store, source, target, top=top, write=write)


def query(cypher: str, **parameters: Any) -> pd.DataFrame:
    """The rows of a Cypher query, which `parameters` fill in as `$name`."""
    with connect() as store:
        return store.frame(cypher, **parameters)


def extra(module: str) -> Any:
    """A module of `embed`, which needs the extra `train`.

    Raises:
        MissingExtra: What it needs is not installed.
    """
    try:
        return importlib.import_module(f"embed.{module}")
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in {"embed", "kgbuild", "loaders"}:
            raise
        raise MissingExtra(
            f"{error.name}: not installed; training and encoding need the extra: pip install 'kg[train]'"
        ) from error
