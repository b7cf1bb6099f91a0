"""Mappings that kg computed, as SSSOM.

Source: SSSOM 1.0, TSV with an embedded metadata block (https://mapping-commons.github.io/sssom/spec-formats-tsv/). A
computed mapping is a skos:closeMatch by similarity, never an exactMatch.
"""

import csv
import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from kgbuild import __version__
from kgbuild.curie import PREFIXES
from kgbuild.errors import InputError
from kgbuild.files import open_text, replacing

if TYPE_CHECKING:
    from kgbuild.store import Store

#: What a mapping states, in SSSOM's order; a column that is empty throughout is left out.
COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification",
    "mapping_tool", "mapping_tool_version", "confidence", "similarity_score", "similarity_measure",
)  # fmt: skip
_REQUIRED = ("subject_id", "object_id", "similarity_score")
_CONSTANT = {
    "predicate_id": "skos:closeMatch",
    "mapping_justification": "semapv:SemanticSimilarityThresholdMatching",
    "mapping_tool": "kg",
    "mapping_tool_version": __version__,
    "similarity_measure": "kg harmonize: names, embeddings and use combined by a ranker",
}
_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
_SETS = "https://w3id.org/sssom/mappings/"  # where SSSOM's own examples keep sets that have no address yet
_REGISTRIES = {
    "bioregistry": "https://bioregistry.io/",
    "phewascatalog": "https://phewascatalog.org/",
}
_UNREGISTERED = {"phecode": "phewascatalog:phecodes", "phecodex": "phewascatalog:phecode_x"}


def export_sssom(frame: pd.DataFrame, path: Path, store: "Store | None" = None) -> int:
    """Write a mapping as SSSOM, the whole file or nothing.

    Args:
        frame: One row a mapping, as `kgbuild.mapping.harmonize` gives it: subject_id, object_id (CURIEs) and
            similarity_score in [0, 1]; subject_label, object_label and confidence where known. `attrs` `source` and
            `target` name the vocabularies mapped, `model` the encoder.
        path: The file, FILE.sssom.tsv.
        store: The graph, whose sources' versions and licences are stated.

    Returns:
        Mappings written.

    Raises:
        InputError: A column is missing, or the file cannot be written.
    """
    missing = [column for column in _REQUIRED if column not in frame]
    if missing:
        raise InputError(f"{path}: the mapping has no column {missing[0]}; SSSOM needs {', '.join(_REQUIRED)}")
    table = frame.assign(**_CONSTANT).reindex(columns=COLUMNS).dropna(axis="columns", how="all")
    sources = store.query("export/sources") if store is not None else []
    with replacing(path) as (temporary,), open_text(temporary) as file:
        _write(file, _metadata(frame, table, sources), table)
    return len(table)


def export_links(store: "Store", path: Path, source: str | None = None, target: str | None = None) -> int:
    """Write the SIMILAR_TO links of the graph (`kg harmonize --write`) as SSSOM.

    Args:
        store: The graph.
        path: The file, FILE.sssom.tsv.
        source, target: Only links of and onto these vocabularies or releases, as users write them.

    Returns:
        Mappings written.

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
    for role in ("source", "target"):
        names = frame[role].unique()
        if len(names) == 1:
            frame.attrs[role] = names[0]
    return export_sssom(frame, path, store)


def _metadata(frame: pd.DataFrame, table: pd.DataFrame, sources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata block: slot → text, or prefix → IRI for the prefix map."""
    source, target = (frame.attrs.get(role) for role in ("source", "target"))
    known = {row["name"].lower(): row for row in sources}
    name = f"{source or 'all'}_{target or 'all'}".lower()
    metadata: dict[str, Any] = {
        "curie_map": _curie_map(table),
        "license": _CC0,
        "mapping_set_id": f"{_SETS}kg_{name}.sssom.tsv",
        "mapping_set_title": f"{source or 'All vocabularies'} to {target or 'all vocabularies'}, computed by kg",
        "mapping_date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "mapping_tool": "kg",
        "mapping_tool_version": __version__,
    }
    notes = [f"Embeddings by {frame.attrs['model']}."] if frame.attrs.get("model") else []
    for role, vocabulary in (("subject", source), ("object", target)):
        if vocabulary is None:
            continue
        metadata[f"{role}_source"] = _UNREGISTERED.get(vocabulary.lower(), f"bioregistry:{vocabulary.lower()}")
        row = known.get(vocabulary.lower(), {})
        if row.get("version"):
            metadata[f"{role}_source_version"] = row["version"]
        if row.get("licence"):
            notes.append(f"Labels of {vocabulary} under {row['licence']}.")
    if notes:
        metadata["comment"] = " ".join(notes)
    return metadata


def _curie_map(table: pd.DataFrame) -> dict[str, str]:
    """The prefixes that the table uses, with the graph's spelling; Bioregistry's address for those it does not know."""
    used = {curie.partition(":")[0] for column in ("subject_id", "object_id") for curie in table[column]}
    iris = {
        prefix: PREFIXES[prefix][0] if prefix in PREFIXES else f"https://bioregistry.io/{prefix}:" for prefix in used
    }
    return dict(sorted(iris.items())) | {p: PREFIXES[p][0] for p in ("semapv", "skos")} | _REGISTRIES


def _write(file: IO[str], metadata: Mapping[str, Any], table: pd.DataFrame) -> None:
    for slot, value in metadata.items():
        if isinstance(value, dict):
            file.write(f"# {slot}:\n" + "".join(f"#   {prefix}: {_yaml(iri)}\n" for prefix, iri in value.items()))
        else:
            file.write(f"# {slot}: {_yaml(value)}\n")
    table.to_csv(
        file, sep="\t", index=False, float_format="%.4f", lineterminator="\n", quoting=csv.QUOTE_MINIMAL
    )  # fmt: skip


def _yaml(text: str) -> str:
    """A scalar of YAML; always quoted, so that 1.10 stays text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
