"""SSSOM tables: the reader that the mapping sets' loaders share (no source itself).

Every row under the metadata block is one input row.

Source: SSSOM 1.1 (https://mapping-commons.github.io/sssom), TSV with or without an embedded metadata block.
Yields: an edge a mapping, negated where `predicate_modifier` is Not, with its justification as `qualifier`, its author
as `context` and its confidence as `weight`; labels of concepts whose vocabulary no other source of kg describes.
Skips: all other columns. Rows with other predicates, literals, `sssom:NoTermFound` and what is no CURIE are rejected.
"""

import re

import ibis
import ibis.expr.types as ir

from kgbuild.curie import converter, standardize_column
from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import PREFIX_TYPES

_PREDICATES = {
    "skos:exactMatch": "EXACT_MATCH",
    "skos:closeMatch": "CLOSE_MATCH",
    "skos:broadMatch": "BROAD_MATCH",
    "skos:narrowMatch": "NARROW_MATCH",
    "skos:relatedMatch": "RELATED_MATCH",
    "owl:equivalentClass": "EXACT_MATCH",
    "oboInOwl:hasDbXref": "XREF",
}

#: Prefixes whose labels come from a source of their own.
_DESCRIBED = ("EFO", "MONDO", "HP", "DOID", "phecode", "hgnc", "umls")

_COLUMNS = (
    "subject_id", "subject_label", "object_id", "object_label", "predicate_modifier", "mapping_justification",
    "author_id", "mapping_tool", "confidence", "subject_match_field", "object_match_field", "match_string",
    "subject_type", "object_type",
)  # fmt: skip
_CURIE = r"^[A-Za-z_][\w.-]*:[^\s|/]([^\s|]*)$"


def read(inputs: Inputs, key: str = "mappings") -> Staged:
    """Stage the SSSOM files of `SOURCE.files[key]`.

    Raises:
        InputError: a file has no column predicate_id.
    """
    rows = inputs.table(key, ("predicate_id",), _COLUMNS, comment="#")
    prefixes = _prefixes(inputs, key)
    rows = rows.mutate(
        subject=_identifier(rows.subject_id, prefixes),
        object=_identifier(rows.object_id, prefixes),
        predicate=ibis.map(list(_PREDICATES), list(_PREDICATES.values())).get(rows.predicate_id),
    )
    rows = rows.mutate(reason=_reason(rows))
    good, bad = rows.filter(rows.reason.isnull()), rows.filter(rows.reason.notnull())
    return Staged(
        nodes=[_labelled(good, "subject"), _labelled(good, "object")],
        edges=[_edges(good)],
        rejects=[
            bad.select(
                "file", "row", "reason", key=bad.subject_id.fill_null(""),
                raw=ibis.literal("\t").join([bad[c].fill_null("") for c in ("predicate_id", *_COLUMNS)]),
            )
        ],
    )  # fmt: skip


def version(inputs: Inputs) -> str | None:
    """The `mapping_set_version` of the first file that states one."""
    for line in _metadata(inputs, "mappings"):
        if stated := re.match(r"#\s*mapping_set_version:\s*[\"']?(.+?)[\"']?\s*$", line):
            return re.sub(r".*/releases/([^/]+)/.*", r"\1", stated[1])
    return None


def _metadata(inputs: Inputs, key: str) -> list[str]:
    found = []
    for path in inputs.paths(key):
        for line in lines(path):
            if not line.startswith("#"):
                break
            found.append(line)
    return found


def _prefixes(inputs: Inputs, key: str) -> dict[str, str]:
    """A file's own prefixes → ours, where its `curie_map` gives them an IRI that we know by another name."""
    stated = (re.match(r"#\s+([\w.-]+):\s*[\"']?(https?://[^\s\"']+)", line) for line in _metadata(inputs, key))
    known = {match[1]: converter().parse_uri(f"{match[2]}1", strict=False) for match in stated if match}
    return {prefix: found.prefix for prefix, found in known.items() if found and found.identifier == "1"}


def _identifier(column: ir.StringValue, prefixes: dict[str, str]) -> ir.StringValue:
    prefix = column.strip().re_extract(r"^([^:]*):", 1)
    ours = ibis.map(["", *prefixes], ["", *prefixes.values()]).get(prefix)
    return standardize_column(ours.notnull().ifelse(ours + column.strip().substr(prefix.length()), column))


def _reason(rows: ir.Table) -> ir.StringValue:
    literal = (rows.subject_type == "rdfs literal") | (rows.object_type == "rdfs literal")
    nothing = (rows.subject_id == "sssom:NoTermFound") | (rows.object_id == "sssom:NoTermFound")
    return ibis.cases(
        (literal.fill_null(False), "a literal, not a concept"),
        (rows.subject_id.isnull() | rows.object_id.isnull(), "no subject_id or no object_id"),
        (nothing, "the absence of a match (sssom:NoTermFound)"),
        (~(rows.subject.re_search(_CURIE) & rows.object.re_search(_CURIE)), "subject_id or object_id is not a CURIE"),
        (rows.predicate_id.isnull(), "no predicate_id"),
        (rows.predicate.isnull(), "predicate " + rows.predicate_id + " is none of " + ", ".join(_PREDICATES)),
        else_=ibis.null("string"),
    )


def _edges(good: ir.Table) -> ir.Table:
    negated = good.predicate_modifier.lower() == "not"
    distinct = ("predicate_id", *_COLUMNS[4:])
    return good.select(
        "subject", "predicate", "object", "file", "row",
        distinct=ibis.literal("|").join([good[column].fill_null("") for column in distinct]),
        weight=good.confidence.try_cast("float64"), context=good.author_id, qualifier=good.mapping_justification,
        negated=negated.ifelse(True, None),
    )  # fmt: skip


def _labelled(good: ir.Table, side: str) -> ir.Table:
    identifier, label = good[side], good[f"{side}_label"]
    prefix = identifier.re_extract(r"^([^:]*):", 1)
    return good.filter(label.notnull() & prefix.notin(_DESCRIBED)).select(
        "file", "row", id=identifier, name=label,
        type=ibis.map(list(PREFIX_TYPES), list(PREFIX_TYPES.values())).get(prefix),
    )  # fmt: skip
