"""What a notebook uses; `kg`, the command, is a thin shell over the same functions."""

import importlib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgbuild import home, loading, mapping
from kgbuild.errors import InputError, MissingExtra
from kgbuild.export import Selection, select
from kgbuild.export.notebook import to_networkx, to_rdflib
from kgbuild.mapping import Explanation
from kgbuild.mapping import explain as explanation
from kgbuild.store import connect

if TYPE_CHECKING:
    import networkx as nx
    import rdflib as rdf


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


def harmonize(
    source: str,
    target: str,
    top: int = 1,
    write: bool = False,
    columns: Mapping[str, str] | None = None,
    prefix: str | None = None,
    one_to_one: bool = False,
    at_least: float | None = None,
) -> pd.DataFrame:
    """One vocabulary mapped onto another, each link with its score; see `kgbuild.mapping.harmonize`.

    Args:
        source: A vocabulary or release, or the file of a list of one's own.
        target: A vocabulary or release.
        top: Candidates a concept.
        write: Also write SIMILAR_TO links.
        columns, prefix: Of a list of one's own; see `kgbuild.mapping.read_list`.
        one_to_one: Each concept and each term in one link at most.
        at_least: The confidence below which links are left out.
    """
    mapped = vocabulary(source, columns, prefix)
    with connect() as store:
        return mapping.harmonize(store, mapped, target, top, write, one_to_one=one_to_one, at_least=at_least)


def vocabulary(name: str, columns: Mapping[str, str] | None = None, prefix: str | None = None) -> str | mapping.OwnList:
    """What `kgbuild.mapping.harmonize` maps: the name of what is in the graph, or the list of one's own in a file.

    The list's names are encoded by the model that the graph was enriched with, where the graph has no vector of them.

    Raises:
        InputError: The list cannot be read; `columns` or `prefix` for what is no list.
    """
    if not mapping.is_list(name):
        if columns or prefix:
            raise InputError(f"{name}: no list of one's own; --column and --prefix are for a CSV or TSV")
        return name
    own = mapping.read_list(Path(name), columns, prefix)
    return replace(own, encode=lambda keys: extra("commands").encode(keys))


def explain(subject: str, object_: str, to: str | None = None, mapping: pd.DataFrame | None = None) -> Explanation:
    """What speaks for and against two concepts being the same, or a variant and a trait being tied.

    `print` it to read it, `to_dict()` it for a program; see `kgbuild.mapping.explain`.
    """
    with connect() as store:
        return explanation(store, subject, object_, to, mapping)


def query(cypher: str, **parameters: Any) -> pd.DataFrame:
    """The rows of a Cypher query, which `parameters` fill in as `$name`."""
    with connect() as store:
        return store.frame(cypher, **parameters)


def networkx(**selection: Any) -> "nx.MultiDiGraph":
    """A part of the graph for networkx: parallel edges keyed by their ids, every property, names with their sources.

    Args:
        selection: What `kgbuild.export.Selection` takes: vocabularies, types, sources (each a name or several), around,
            hops, variants, embeddings. By default all of the graph, which takes a few GB.

    Raises:
        MissingExtra: networkx is not installed.
        InputError: An unknown name in the selection.
    """
    with connect() as store:
        return to_networkx(select(store, _selection(selection)))


def rdflib(**selection: Any) -> "rdf.Graph":
    """The same part of the graph as triples, those that `kg export rdf` writes; see `networkx`.

    Raises:
        MissingExtra: rdflib is not installed.
        InputError: An unknown name in the selection.
    """
    with connect() as store:
        return to_rdflib(select(store, _selection(selection)))


def _selection(given: dict[str, Any]) -> Selection:
    several = ("vocabularies", "types", "sources")
    listed = {
        key: (given[key],) if isinstance(given[key], str) else tuple(given[key]) for key in several if key in given
    }
    try:
        return Selection(**given | listed)
    except TypeError as error:
        known = ", ".join(each.name for each in fields(Selection))
        raise InputError(f"selection: {', '.join(given)}; there are {known}") from error


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
