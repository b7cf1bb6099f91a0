"""What the graph holds, in the formats that others read.

mappings   a mapping: SSSOM, OAEI alignment, FHIR, OWL, KGX, CSV
subgraph   the nodes and edges of a selection, which these write, each with a docstring that says how it is read back:
           graphml, json (node-link), rdf (Turtle, N-Triples, N-Quads), kgx (TSV, JSON Lines), parquet; notebook makes
           objects of networkx and rdflib
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from kgbuild.errors import InputError
from kgbuild.export import graphml, json, kgx, parquet, rdf
from kgbuild.export.mappings import export_links, export_mapping, export_sssom
from kgbuild.export.subgraph import Selection, Subgraph, select
from kgbuild.files import replacing
from kgbuild.store import Store

__all__ = [
    "FORMATS", "Exported", "Selection", "Subgraph", "export", "export_links", "export_mapping", "export_sssom",
    "select",
]  # fmt: skip

_WRITERS: dict[str, Callable[..., None]] = {
    "graphml": graphml.write,
    "json": json.write,
    "rdf": rdf.write,
    "kgx": kgx.write,
    "parquet": parquet.write,
}
FORMATS = tuple(_WRITERS)
_T = TypeVar("_T")


class Exported(NamedTuple):
    """What was written: the files, how many nodes and edges, and the sources that they are from."""

    files: tuple[Path, ...]
    nodes: int
    edges: int
    sources: list[dict[str, str]]


def export(store: Store, form: str, out: Path, selection: Selection | None = None) -> Exported:
    """Write a part of the graph, whole or not at all.

    Args:
        store: The graph.
        form: One of `FORMATS`.
        out: The file. For rdf its suffix says which (.ttl, .nt, .nq). For kgx, NAME.tsv and NAME.jsonl stand for
            NAME_nodes.tsv and so on. For parquet, a folder. A text file is compressed where its name ends in .gz.
        selection: Which part; by default all.

    Raises:
        InputError: An unknown name in the selection, nothing that it selects, or a file that cannot be written.
        DatabaseError: The graph was changed meanwhile.
    """
    graph = select(store, selection or Selection())
    counts = {"nodes": 0, "edges": 0}

    def counted(rows: Iterable[_T], what: str) -> Iterator[_T]:
        for row in rows:
            counts[what] += 1
            yield row
        if what == "nodes" and not counts[what]:
            raise InputError("graph: nothing of it is selected; see `kg stats` for what it holds")

    watched = replace(graph, nodes=counted(graph.nodes, "nodes"), edges=counted(graph.edges, "edges"))
    paths = files(form, out)
    made = form == "parquet" and _make(out)
    try:
        with replacing(*paths) as parts:
            _WRITERS[form](watched, *parts)
            sources = graph.provenance()["sources"]
    except BaseException:
        if made:
            out.rmdir()
        raise
    return Exported(paths, counts["nodes"], counts["edges"], sources)


def files(form: str, out: Path) -> tuple[Path, ...]:
    """The files that an export writes.

    Raises:
        InputError: The name's suffix does not say which format of RDF or KGX is meant.
    """
    if form == "parquet":
        return tuple(out / name for name in parquet.FILES)
    suffix = "".join(out.suffixes[-2:]) if out.suffix == ".gz" else out.suffix
    plain = suffix.removesuffix(".gz")
    if form == "rdf" and plain not in rdf.FORMATS:
        raise InputError(f"{out}: which format of RDF is not clear; end the name in {', '.join(rdf.FORMATS)}")
    if form != "kgx":
        return (out,)
    if plain not in (".tsv", ".jsonl"):
        raise InputError(f"{out}: which format of KGX is not clear; end the name in .tsv or .jsonl")
    stem = out.name.removesuffix(suffix)
    return (
        *(out.with_name(f"{stem}_{part}{suffix}") for part in ("nodes", "edges")),
        out.with_name(f"{stem}_metadata.json"),
    )


def _make(folder: Path) -> bool:
    """Make a folder; whether it was not there."""
    there = folder.is_dir()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}; give a folder that can be made") from error
    return not there
