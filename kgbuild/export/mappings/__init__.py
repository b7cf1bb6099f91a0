"""A mapping in the formats that others read; the end of the file's name says which.

links       what every format says: each link with the predicate that it may go out with
provenance  where it comes from: tool, model and its hash, the graph's digest, licences, date
sssom       SSSOM: TSV, JSON-LD, RDF
alignment   the Alignment format of the OAEI
fhir        a FHIR R4 ConceptMap
owl         OWL, with class axioms only where a curator signed
kgx         KGX in Biolink's terms
phewas      a CSV for R's PheWAS package
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kgbuild.errors import InputError
from kgbuild.export.mappings import alignment, fhir, kgx, links, owl, phewas, sssom
from kgbuild.export.mappings.links import Link, MappingSet, mapping_set
from kgbuild.export.mappings.provenance import Provenance
from kgbuild.files import replacing
from kgbuild.model import TYPES

if TYPE_CHECKING:
    from kgbuild.store import Store


class Format(NamedTuple):
    """A format: what it is, what writes it, which links it can say, and its files, `*` for the name without suffix."""

    title: str
    write: Callable[..., None]
    says: Callable[[Link], bool]
    files: tuple[str, ...]
    typed: bool = False  # has the terms' types


def _everything(link: Link) -> bool:
    return True


def _kgx(end: str) -> Format:
    files = (f"*_nodes{end}", f"*_edges{end}", "*_metadata.json")
    return Format("KGX", kgx.write, kgx.says, files, typed=True)


#: The end of a file's name → its format.
FORMATS = {
    ".sssom.tsv": Format("SSSOM", sssom.write_tsv, _everything, ("*.sssom.tsv",)),
    ".sssom.json": Format("SSSOM as JSON-LD", sssom.write_json, _everything, ("*.sssom.json",)),
    ".ttl": Format("SSSOM as RDF", sssom.write_turtle, _everything, ("*.ttl",)),
    ".rdf": Format("OAEI alignment", alignment.write, alignment.says, ("*.rdf",)),
    ".fhir.json": Format("FHIR R4 ConceptMap", fhir.write, fhir.says, ("*.fhir.json",)),
    ".owl": Format("OWL", partial(owl.write, form="owl"), owl.says, ("*.owl",)),
    ".ofn": Format("OWL, functional syntax", partial(owl.write, form="ofn"), owl.says, ("*.ofn",)),
    ".kgx.tsv": _kgx(".tsv"),
    ".kgx.jsonl": _kgx(".jsonl"),
    ".csv": Format("CSV for R's PheWAS", phewas.write, phewas.says, ("*.csv", "*.csv-metadata.json")),
}


class Written(NamedTuple):
    """What was written: the files, how many links, and how many the format cannot say."""

    files: tuple[Path, ...]
    links: int
    left_out: int


def format_of(path: Path) -> Format:
    """The format that the end of a file's name says.

    Raises:
        InputError: It says none.
    """
    for end, form in FORMATS.items():
        if path.name.endswith(end) and path.name != end:
            return form
    raise InputError(f"{path}: which format of a mapping is not clear; end the name in {', '.join(FORMATS)}")


def export_mapping(frame: pd.DataFrame, path: Path, store: "Store | None" = None) -> Written:
    """Write a mapping in the format that the file's name says, whole or not at all.

    Args:
        frame: As `kgbuild.mapping.harmonize` or `kgbuild.mapping.sssom.read_sssom` gives it; its columns are those of
            `kgbuild.mapping.table`, its `attrs` say where it comes from.
        path: The file; of KGX and CSV others are written beside it.
        store: The graph that it was computed from: it tells the model, the digest, versions and licences that `attrs`
            does not have, and the terms' types.

    Raises:
        InputError: The name's end says no format, a column is missing, the format can say none of the links, or the
            file cannot be written.
    """
    form = format_of(path)
    end = next(end for end in FORMATS if path.name.endswith(end))
    stem = path.name.removesuffix(end)
    return _write(form, frame, tuple(path.with_name(each.replace("*", stem, 1)) for each in form.files), store)


def _write(form: Format, frame: pd.DataFrame, paths: tuple[Path, ...], store: "Store | None") -> Written:
    whole = mapping_set(frame, Provenance.of(frame, store), paths[0])
    said = tuple(link for link in whole.links if form.says(link))
    if whole.links and not said:
        count = f"{len(whole.links):,}"
        raise InputError(f"{paths[0]}: {form.title} can say none of the {count} links; choose another format")
    types = _types(store, said) if form.typed and store is not None else {}
    with replacing(*paths) as temporary:
        form.write(replace(whole, links=said, types=types, file=paths[0].name), *temporary)
    return Written(paths, len(said), len(whole.links) - len(said))


def _types(store: "Store", said: tuple[Link, ...]) -> dict[str, str]:
    ids = sorted({end for link in said for end in (link.subject, link.object)})
    found = {row["id"]: row["labels"] for row in store.query("export/types", ids=ids)}
    return {id_: kind for id_, labels in found.items() for kind in TYPES if kind in labels}


def export_sssom(frame: pd.DataFrame, path: Path, store: "Store | None" = None) -> int:
    """Write a mapping as SSSOM/TSV, whatever the file's name.

    Returns:
        Mappings written.

    Raises:
        InputError: A column is missing, or the file cannot be written.
    """
    return _write(FORMATS[".sssom.tsv"], frame, (path,), store).links


def computed_links(store: "Store", source: str | None = None, target: str | None = None) -> pd.DataFrame:
    """The SIMILAR_TO links of the graph (`kg harmonize --write`) as a mapping's table.

    Args:
        store: The graph.
        source, target: Only links of and onto these vocabularies or releases, as users write them.

    Raises:
        InputError: There are none, or a vocabulary is unknown.
    """
    from kgbuild.mapping import scope

    params = {
        "source": scope(store, source).name if source else None,
        "target": scope(store, target).name if target else None,
    }
    frame = store.frame("export/links", **params)
    if frame.empty:
        asked = f" from {source or 'any'} to {target or 'any'}" if source or target else ""
        raise InputError(f"graph: no computed links{asked}; write them with `kg harmonize FROM TO --write`")
    for side in ("source", "target"):
        if frame[side].nunique() == 1:
            frame.attrs[side] = frame[side][0]
    frame.attrs |= {"model": ", ".join(sorted(frame["model"].unique())), "date": frame["run"].max()[:10]}
    for name in ("model_digest", "graph"):
        if frame[name].nunique() == 1 and frame[name].notna().all():
            frame.attrs[name] = frame[name][0]
    return frame.drop(columns=["source", "target", "model", "model_digest", "graph", "run"])


def export_links(store: "Store", path: Path, source: str | None = None, target: str | None = None) -> int:
    """Write the links of `computed_links` as SSSOM/TSV; how many."""
    return export_sssom(computed_links(store, source, target), path, store)


__all__ = [
    "FORMATS", "Format", "MappingSet", "Written", "computed_links", "export_links", "export_mapping", "export_sssom",
    "format_of", "links",
]  # fmt: skip
