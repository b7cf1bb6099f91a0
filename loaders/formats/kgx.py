"""KGX: the reader that graphs of nodes and edges share (no source itself).

Every line of a nodes or edges file, and every object of the lists `nodes` and `edges` in JSON, is one input row.

Source: KGX format (https://github.com/biolink/kgx/blob/master/docs/kgx_format.md), as TSV with multiple values joined
by |, JSON Lines or JSON; Biolink model 4 (https://biolink.github.io/biolink-model).
Yields: a node a node record, typed by its category (also by kg's own types) and else by its prefix, its synonyms as
names and its cross-references as XREF; an edge an edge record, with the primary knowledge source as `context`, its
qualifiers as `qualifier`, and everything else that it states, `id` included, telling it from parallel evidence.
Predicates of other vocabularies than Biolink become RELATED_TO with the predicate as `qualifier`.
Skips: other properties of nodes. Records whose ids are no CURIEs are rejected, unless `vocabulary` gives their prefix.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kgbuild.association import neg_log10_p
from kgbuild.curie import from_iri_column, standardize_column
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, delimiter, read_header
from kgbuild.model import PREFIX_TYPES
from loaders.formats import json_lists

#: Type → Biolink categories; a node of several has the first type that applies.
_CATEGORIES = {
    "Variant": "SequenceVariant Snv",
    "Gene": "",
    "Protein": "Polypeptide ProteinIsoform",
    "Drug": "",
    "Disease": "",
    "Phenotype": "PhenotypicFeature ClinicalFinding BehavioralFeature",
    "Pathway": "",
    "MolecularFunction": "MolecularActivity",
    "CellularComponent": "",
    "Cell": "CellLine",
    "BiologicalProcess": "PhysiologicalProcess PathologicalProcess",
    "Anatomy": "AnatomicalEntity GrossAnatomicalStructure",
    "Measurement": "ClinicalMeasurement ClinicalAttribute",
    "Exposure": "ExposureEvent ChemicalExposure EnvironmentalExposure DrugExposure BehavioralExposure",
    "Organism": "OrganismTaxon",
    "Chemical": "SmallMolecule ChemicalEntity MolecularEntity ChemicalMixture MolecularMixture ComplexMolecularMixture",
    "Code": "",
    "Study": "",
}
#: Biolink category, and kg's own types → the type behind its rank.
CATEGORIES = {
    category: f"{rank:02}{kind}"
    for rank, (kind, categories) in enumerate(_CATEGORIES.items())
    for category in (kind, *categories.split())
}
_TYPES = {category.lower(): ranked for category, ranked in CATEGORIES.items()}

_NAMES = {
    "synonym": "EXACT", "exact_synonym": "EXACT", "full_name": "EXACT", "related_synonym": "RELATED",
    "broad_synonym": "BROAD", "narrow_synonym": "NARROW", "symbol": "SYMBOL",
}  # fmt: skip
_XREFS = ("xref", "equivalent_identifiers")

#: Who says it: the first that an edge states.
_KNOWLEDGE = ("primary_knowledge_source", "knowledge_source", "aggregator_knowledge_source", "provided_by")

_LISTS = ("category", "publications", *_NAMES, *_XREFS, *_KNOWLEDGE)
_NODE = ("id", "name", "description", "deprecated", "category", *_NAMES, *_XREFS)
_EDGE = ("subject", "predicate", "object", "negated", "p_value", "publications", *_KNOWLEDGE)
_EXTRA = ("qualifiers_text", "distinct", "raw", "broken")
_CURIE = r"^[A-Za-z_][\w.-]*:[^\s|]+$"


def read(inputs: Inputs) -> Staged:
    """Stage the files of the keys `nodes`, `edges` and `graph`.

    Raises:
        InputError: a file is not KGX.
    """
    if twice := {*inputs.paths("nodes")} & {*inputs.paths("edges")}:
        raise InputError(f"{inputs.name(twice.pop())}: nodes or edges? expected a file name with one of these words")
    nodes = [_table(inputs, path, _NODE, ("id",)) for path in inputs.paths("nodes")]
    edges = [_table(inputs, path, _EDGE, _EDGE[:3]) for path in inputs.paths("edges")]
    for path in inputs.paths("graph"):
        kinds = json_lists.keys(path)
        if "start_array" not in {kinds.get("nodes"), kinds.get("edges")}:
            raise InputError(f"{inputs.name(path)}: no list `nodes` or `edges` at its top level; expected KGX JSON")
        nodes.append(_stream(inputs, path, _objects(path, "nodes"), _NODE))
        edges.append(_stream(inputs, path, _objects(path, "edges"), _EDGE, inputs.rows[inputs.name(path)] + 1))
    staged = [_nodes(inputs, table) for table in nodes] + [_edges(inputs, table) for table in edges]
    return Staged(*([each for part in staged for each in getattr(part, kind)] for kind in Staged.__dataclass_fields__))


def _table(inputs: Inputs, path: Path, columns: tuple[str, ...], required: tuple[str, ...]) -> ir.Table:
    """A file as one table: single values as strings, the columns of `_LISTS` as arrays of strings."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        return _stream(inputs, path, json_lists.json_lines(path), columns)
    separator = delimiter(path)
    quote = "" if separator == "\t" else '"'  # KGX writes TSV without quoting, and its texts have inches in them
    header = read_header(path, separator, quote, "")[1]
    rows = inputs.table(path, required, [c for c in header if c not in required], separator, quote, pad=True)
    rest = sorted({*header} - {*required})
    qualifiers = [column for column in rest if _is_qualifier(column)]
    cells = {column: rows[column].re_replace(r'^"(.*)"$', r"\1") for column in header}
    parts = [ibis.literal(f"{column}=") + cells[column] for column in qualifiers]
    return rows.select(
        "file", "row",
        **{
            column: _split(cells.get(column)) if column in _LISTS else cells.get(column, ibis.null("string"))
            for column in columns
        },
        qualifiers_text=ibis.array(parts).filter(lambda part: part.notnull()).join("; ") if parts else ibis.literal(""),
        distinct=ibis.literal("|").join([cells[column].fill_null("") for column in rest] or [ibis.literal("")]),
        raw=ibis.literal("\t").join([rows[column].fill_null("") for column in header]),
        broken=ibis.null("string"),
    )  # fmt: skip


def _split(cell: ir.StringValue | None) -> ir.ArrayValue:
    return ibis.null("array<string>") if cell is None else cell.split("|")


def _is_qualifier(column: str) -> bool:
    return bool(re.search(r"(_qualifier|^qualifiers?|^qualified_predicate)$", column))


def _objects(path: Path, key: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    return ((json_lists.dump(each), each if "" not in each else None) for each in json_lists.objects(path, key))


def _stream(
    inputs: Inputs,
    path: Path,
    records: Iterator[tuple[str, dict[str, Any] | None]],
    columns: tuple[str, ...],
    first: int = 1,
) -> ir.Table:
    types = {column: pa.list_(pa.string()) if column in _LISTS else pa.string() for column in columns}
    rows = (_row(raw, record, columns) for raw, record in records)
    return inputs.stream(path, rows, types | dict.fromkeys(_EXTRA, pa.string()), first)


def _row(raw: str, record: dict[str, Any] | None, columns: tuple[str, ...]) -> dict[str, Any]:
    if record is None:
        return {"raw": raw, "broken": "not a JSON object"}
    if "primary_knowledge_source" in columns and isinstance(record.get("sources"), list):  # as TRAPI has it
        primary = [s.get("resource_id") for s in record["sources"] if s.get("resource_role") == _KNOWLEDGE[0]]
        record = {_KNOWLEDGE[0]: primary} | record
    stated = {name: value for name, value in record.items() if name not in _EDGE[:3] and value not in (None, "", [])}
    qualifiers = [f"{name}={json_lists.text(stated[name])}" for name in sorted(stated) if _is_qualifier(name)]
    read = {name: (_values if name in _LISTS else json_lists.text)(record.get(name)) for name in columns}
    return read | {"qualifiers_text": "; ".join(qualifiers), "distinct": json_lists.dump(stated), "raw": raw}


def _values(value: Any) -> list[str] | None:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(json_lists.text, values) if text] or None


def _identifiers(inputs: Inputs, rows: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """Columns of ids as CURIEs; each step is computed before the next is compiled."""
    prefix = inputs.parameters.get("vocabulary", "")

    def whole(column: ir.StringValue) -> ir.StringValue:
        text = from_iri_column(column)
        return text.contains(":").ifelse(text, ibis.literal(f"{prefix}:") + text) if prefix else text

    steps: tuple[Callable[[ir.StringValue], ir.StringValue], ...] = (whole, standardize_column)
    for step in steps:
        rows = inputs.keep(rows.mutate(**{column: step(rows[column]) for column in columns}))
    return rows


def _not_curie(rows: ir.Table, column: str) -> ir.StringValue:
    given, advice = rows[column], " is not a CURIE; --vocabulary X gives such ids the prefix X"
    return ibis.cases(
        (given.isnull(), f"no {column}"), (~given.re_search(_CURIE), f"{column} " + given + advice),
        else_=ibis.null("string"),
    )  # fmt: skip


def _parted(inputs: Inputs, rows: ir.Table, reason: ir.StringValue, key: str) -> tuple[ir.Table, ir.Table]:
    rows = inputs.keep(rows.mutate(reason=ibis.coalesce(rows.broken, reason)))
    bad = rows.filter(rows.reason.notnull())
    return rows.filter(rows.reason.isnull()), bad.select("file", "row", "raw", "reason", key=bad[key].fill_null(""))


def _nodes(inputs: Inputs, rows: ir.Table) -> Staged:
    rows = _identifiers(inputs, rows, ("id",))
    good, rejects = _parted(inputs, rows, _not_curie(rows, "id"), "id")
    ranked = good.category.map(
        lambda c: ibis.map(list(_TYPES), list(_TYPES.values())).get(c.re_replace(r"^.*[:/]|[_ -]", "").lower())
    )
    prefix = good.id.re_extract(r"^([^:]*):", 1)
    nodes = good.select(
        "id", "file", "row", name=good.name.strip().nullif(""), definition=good.description,
        obsolete=(good.deprecated.lower() == "true").fill_null(False),
        type=ibis.coalesce(
            ranked.mins().substr(2), ibis.map(list(PREFIX_TYPES), list(PREFIX_TYPES.values())).get(prefix)
        ),
    )  # fmt: skip
    names = [
        good.select("id", "file", "row", text=good[column]).unnest("text").mutate(scope=ibis.literal(scope))
        for column, scope in _NAMES.items()
    ]
    xrefs = [good.select("file", "row", subject="id", object=good[column]).unnest("object") for column in _XREFS]
    told = _identifiers(inputs, ibis.union(*xrefs), ("object",))
    told = told.filter(told.object.re_search(_CURIE) & (told.object != told.subject))
    return Staged([nodes], names, [told.mutate(predicate=ibis.literal("XREF"))], [rejects])


def _edges(inputs: Inputs, rows: ir.Table) -> Staged:
    rows = _identifiers(inputs, rows, ("subject", "object"))
    local = rows.predicate.strip().re_replace(r"^(biolink:|https://w3id\.org/biolink/vocab/)", "")
    snake = local.re_replace(r"([a-z0-9])([A-Z])", r"\1_\2").re_replace(r"[^\p{L}\p{N}]+", "_").upper()
    foreign = local.contains(":")
    rows = rows.mutate(predicate=foreign.ifelse("RELATED_TO", snake), foreign=foreign.ifelse(local, None))
    reason = ibis.coalesce(
        _not_curie(rows, "subject"), _not_curie(rows, "object"),
        (rows.predicate.fill_null("_").re_search(r"\p{L}")).ifelse(None, "no predicate"),
    )  # fmt: skip
    good, rejects = _parted(inputs, rows, reason, "subject")
    edges = good.select(
        "subject", "predicate", "object", "file", "row",
        distinct=good["distinct"] + good.foreign.fill_null(""),
        negated=(good.negated.lower() == "true").ifelse(True, None),
        neg_log10_p=neg_log10_p(good.p_value),
        publications=good.publications.join("|"),
        context=ibis.coalesce(*(good[column].join("|").nullif("") for column in _KNOWLEDGE)),
        qualifier=ibis.array([good.foreign, good.qualifiers_text.nullif("")])
        .filter(lambda part: part.notnull()).join("; ").nullif(""),
    )  # fmt: skip
    return Staged(edges=[edges], rejects=[rejects])
