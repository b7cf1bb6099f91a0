"""SSSOM mapping sets, and tables of one's own that are read as such: the reader that the mappings' loaders share.

Every row under the metadata block (every object of `mappings` in JSON) is one input row.

Source: SSSOM 1.1 (https://mapping-commons.github.io/sssom): "The SSSOM/TSV serialisation format" with its metadata
block embedded, external (FILE.sssom.yml) or absent, also comma-separated; SSSOM/JSON; "The SSSOM data model", of
which "Propagatable slots", "Literal mappings", "Representing unmapped entities" and "Non-standard slots".
Yields: an edge a mapping, negated where `predicate_modifier` is Not, with `author_id`, `mapping_justification` and
`comment` as they stand, its tool as `context` and its confidence as `weight`; every other slot, defined or not, tells
it from parallel evidence. Labels of concepts whose vocabulary no other source of kg describes. A literal mapping is a
name of its concept, with the scope that the predicate states. `sssom:NoTermFound` as object of an exact match is an
edge NO_COUNTERPART, with the `object_source` that has none as `context`.
Skips: the content of other slots, and cardinalities, which follow from the mappings. Rows with other predicates, other
absences, and what is no CURIE are rejected; undeclared prefixes are not.
"""

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import takewhile
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kgbuild import sssom
from kgbuild.curie import from_iri_column, standardize_column
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, delimiter, lines, read_header
from kgbuild.model import PREFIX_TYPES
from loaders.formats import json_lists

PREDICATES = {
    "skos:exactMatch": "EXACT_MATCH",
    "skos:closeMatch": "CLOSE_MATCH",
    "skos:broadMatch": "BROAD_MATCH",
    "skos:narrowMatch": "NARROW_MATCH",
    "skos:relatedMatch": "RELATED_MATCH",
    "owl:equivalentClass": "EXACT_MATCH",
    "owl:equivalentProperty": "EXACT_MATCH",
    "owl:sameAs": "EXACT_MATCH",
    "rdfs:subClassOf": "SUBCLASS_OF",
    "oboInOwl:hasDbXref": "XREF",
}

#: Scopes of the name that a literal mapping states: of a literal object, of a literal subject.
_SCOPES = {
    "EXACT_MATCH": ("EXACT", "EXACT"), "BROAD_MATCH": ("BROAD", "NARROW"), "NARROW_MATCH": ("NARROW", "BROAD"),
    "CLOSE_MATCH": ("RELATED", "RELATED"), "RELATED_MATCH": ("RELATED", "RELATED"),
}  # fmt: skip

#: Prefixes whose labels come from a source of their own.
_DESCRIBED = ("EFO", "MONDO", "HP", "DOID", "phecode", "hgnc", "umls")

_ENDS = ("subject_id", "subject_label", "object_id", "object_label")
_SLOTS = (
    *_ENDS, "predicate_id", "predicate_modifier", "mapping_justification", "author_id", "mapping_tool", "confidence",
    "comment", "subject_type", "object_type", "object_source",
)  # fmt: skip

#: "Propagatable slots" that are read.
_PROPAGATED = ("mapping_tool", "subject_type", "object_type", "object_source")

#: What stands for a concept that was not found.
_NOTHING = "sssom:NoTermFound"

#: "Compatibility with previous versions of the specification".
_OLD_JUSTIFICATIONS = {
    "Lexical": "semapv:LexicalMatching", "Logical": "semapv:LogicalMatching", "Complex": "semapv:CompositeMatching",
    "HumanCurated": "semapv:ManualMappingCuration", "Unspecified": "semapv:UnspecifiedMatching",
    "SemanticSimilarity": "semapv:SemanticSimilarityThresholdMatching",
}  # fmt: skip

_CURIE = r"^[A-Za-z_][\w.-]*:[^\s|/]([^\s|]*)$"


def read(inputs: Inputs, key: str = "mappings") -> Staged:
    """Stage the SSSOM files of `SOURCE.files[key]`; with the options `subject` and `object`, tables of one's own.

    Raises:
        InputError: a file has no column predicate_id, or metadata that cannot be read.
    """
    rows = inputs.keep(reduce(lambda a, b: a.union(b), [_mappings(inputs, path) for path in inputs.paths(key)]))
    rows = inputs.keep(_identified(inputs, rows, key))
    rows = inputs.keep(rows.mutate(reason=_reason(rows)))
    good, bad = rows.filter(rows.reason.isnull()), rows.filter(rows.reason.notnull())
    named = [good.filter(~good.literal_object), good.filter(~good.literal_subject)]
    return Staged(
        nodes=[_labelled(named[1], "subject"), _labelled(named[0], "object")],
        names=[_literals(good, "object", "subject"), _literals(good, "subject", "object")],
        edges=[_edges(good.filter(~good.literal_subject & ~good.literal_object))],
        rejects=[bad.select("file", "row", "reason", "raw", key=bad.subject_id.fill_null(""))],
    )


def version(inputs: Inputs) -> str | None:
    """The `mapping_set_version` of the first file that states one."""
    for path in inputs.paths("mappings"):
        if stated := metadata(inputs, path).get("mapping_set_version"):
            return re.sub(r".*/releases/([^/]+)/.*", r"\1", str(stated))
    return None


def beside(path: Path) -> Path | None:
    """The external metadata of a file, where it lies beside it: FILE.sssom.yml, FILE.sssom.yaml, FILE.yml …"""
    name = re.sub(r"(\.sssom)?\.\w+(\.gz)?$", "", path.name)
    names = (path.with_name(name + end) for end in (".sssom.yml", ".sssom.yaml", ".yml", ".yaml"))
    return next((each for each in names if each.is_file()), None)


def metadata(inputs: Inputs, path: Path) -> dict[str, Any]:
    """The slots of a file's mapping set, `curie_map` among them; empty where it states none.

    Raises:
        InputError: the metadata are not YAML.
    """
    if _is_json(path):
        return json_lists.scalars(path, "mappings")
    block = list(takewhile(lambda line: line.startswith("#"), lines(path)))
    external = next((each for each in inputs.paths("metadata") if each == beside(path)), None)
    where, text = inputs.name(path), sssom.uncommented(block)
    if not block and external is not None:
        where, text = inputs.name(external), "".join(lines(external))
    return sssom.metadata(where, text)


def _is_json(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".json")


def _mappings(inputs: Inputs, path: Path) -> ir.Table:
    """A file's rows: `_SLOTS` as strings, subject, object and predicate as the graph has them, distinct, raw."""
    own = inputs.parameters.get("subject") or inputs.parameters.get("object")
    if _is_json(path):
        if json_lists.keys(path).get("mappings") != "start_array":
            raise InputError(f"{inputs.name(path)}: no list `mappings`; expected SSSOM/JSON")
        rows = inputs.stream(path, _objects(path), dict.fromkeys((*_SLOTS, "distinct", "raw"), pa.string()))
    else:
        separator = delimiter(path, "#")
        columns = read_header(path, separator, '"', "#")[1]
        required = [own_column(inputs, each) for each in ("subject", "object")] if own else ["predicate_id"]
        others = [column for column in columns if column not in required]
        rows = inputs.table(path, required, others, separator, comment="#", pad=True)
        rows = _with_raw(_own(rows, inputs) if own else rows, columns)
    absent = {slot: ibis.null("string") for slot in (*_SLOTS, "match_type") if slot not in rows.columns}
    return _propagated(rows.mutate(**absent), metadata(inputs, path)).select(*_SLOTS, "distinct", "raw", "file", "row")


def _identified(inputs: Inputs, rows: ir.Table, key: str) -> ir.Table:
    """With subject, object and predicate as the graph has them; each step is computed before the next is compiled."""
    prefixes = {
        f"{inputs.name(path)}\t{own}": ours
        for path in inputs.paths(key)
        for own, ours in sssom.prefixes(metadata(inputs, path)).items()
    }

    def ours(column: ir.StringValue) -> ir.StringValue:
        own = column.re_extract(r"^([^:]*):", 1)
        known = ibis.map(["", *prefixes], ["", *prefixes.values()]).get(rows.file + "\t" + own)
        return known.notnull().ifelse(known + column.substr(own.length()), column)

    ends = {end: f"{end}_id" for end in ("subject", "object", "predicate")}
    rows = inputs.keep(rows.mutate(**{end: from_iri_column(rows[slot]) for end, slot in ends.items()}))
    rows = inputs.keep(rows.mutate(**{end: ours(rows[end]) for end in ends}))
    rows = inputs.keep(rows.mutate(**{end: standardize_column(rows[end]) for end in ends}))
    predicate = rows.predicate.contains(":").ifelse(rows.predicate, "skos:" + rows.predicate)
    stated = ibis.map(list(PREDICATES), list(PREDICATES.values())).get(predicate)
    absent = (stated == "EXACT_MATCH") & (rows.object == _NOTHING) & rows.predicate_modifier.isnull()
    return rows.mutate(
        predicate=(absent & rows.object_source.notnull()).ifelse("NO_COUNTERPART", stated),
        literal_subject=(rows.subject_type == "rdfs literal").fill_null(False),
        literal_object=(rows.object_type == "rdfs literal").fill_null(False),
    )


def _objects(path: Path) -> Iterator[dict[str, str | None]]:
    for each in json_lists.objects(path, "mappings"):
        slots = {slot: json_lists.text(value) for slot, value in each.items()}
        rest = {slot: value for slot, value in slots.items() if slot not in _ENDS}
        yield {slot: slots.get(slot) for slot in _SLOTS} | {
            "distinct": json_lists.dump(rest), "raw": json_lists.dump(each),
        }  # fmt: skip


def own_column(inputs: Inputs, option: str) -> str:
    """The column that an option names.

    Raises:
        InputError: the option is not given.
    """
    if not (column := inputs.parameters.get(option, "")):
        raise InputError(f"--set {option}: not given; name the column of the mapping's {option}")
    return column


def _own(rows: ir.Table, inputs: Inputs) -> ir.Table:
    """A table of one's own with SSSOM's slots, as the options say."""
    given = inputs.parameters
    columns = {
        f"{side}_id": _prefixed(rows[given[side]].strip(), given[f"{side}_prefix"]) for side in ("subject", "object")
    }
    for slot, option in (("subject_label", "label"), ("object_label", "object_label"), ("confidence", "confidence")):
        if given[option]:
            if given[option] not in rows.columns:
                raise InputError(f"--set {option}={given[option]}: no such column; there are {_listed(rows.columns)}")
            columns[slot] = rows[given[option]]
    predicate = given["predicate"] or "predicate_id"
    known = {*PREDICATES, *(name.removeprefix("skos:") for name in PREDICATES)}
    if predicate not in rows.columns and predicate not in known:
        raise InputError(
            f"--set predicate={given['predicate']}: neither a column ({_listed(rows.columns)}) nor a predicate; "
            f"one of {', '.join(PREDICATES)}"
        )
    columns["predicate_id"] = rows[predicate] if predicate in rows.columns else ibis.literal(predicate)
    return rows.mutate(**columns)


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(column for column in columns if column not in ("file", "row"))


def _prefixed(column: ir.StringValue, prefix: str) -> ir.StringValue:
    """Identifiers with the prefix that they are said to have, else with the one before their underscore."""
    if prefix:
        bare = ~(column.lower().startswith(f"{prefix.lower()}:") | column.re_search("^https?://"))
        return bare.ifelse(ibis.literal(f"{prefix}:") + column, column)
    return column.re_replace(r"^([A-Za-z]+)_([A-Za-z0-9]+)$", r"\1:\2")


def _with_raw(rows: ir.Table, columns: list[str]) -> ir.Table:
    def joined(names: list[str], separator: str) -> ir.StringValue:
        return ibis.literal(separator).join([rows[name].fill_null("") for name in names])

    rest = sorted({*columns, "predicate_id"} - {*_ENDS})
    return rows.mutate(distinct=joined(rest, "|"), raw=joined(columns, "\t"))


def _propagated(rows: ir.Table, stated: Mapping[str, Any]) -> ir.Table:
    """Slots of the set on its mappings, where no mapping has a value of its own; old slots under their new names."""
    own = {slot: rows[slot].notnull().any().over(ibis.window()) for slot in _PROPAGATED if stated.get(slot)}
    old = rows.match_type.re_replace("^.*:", "").substitute(_OLD_JUSTIFICATIONS, else_=ibis.null("string"))
    return rows.mutate(
        mapping_justification=ibis.coalesce(rows.mapping_justification, old),
        **{
            slot: any_own.ifelse(rows[slot], ibis.literal(json_lists.text(stated[slot])))
            for slot, any_own in own.items()
        },
    )


def _reason(rows: ir.Table) -> ir.StringValue:
    nothing = (rows.subject == _NOTHING) | ((rows.object == _NOTHING) & (rows.predicate != "NO_COUNTERPART"))
    literal = rows.literal_subject | rows.literal_object
    absent = (rows.subject_id.isnull() & ~rows.literal_subject) | (rows.object_id.isnull() & ~rows.literal_object)
    curies = [rows[side].re_search(_CURIE) | rows[f"literal_{side}"] for side in ("subject", "object")]
    text = ibis.coalesce(
        rows.literal_subject.ifelse(rows.subject_label, None), rows.literal_object.ifelse(rows.object_label, None)
    )
    modifier = rows.predicate_modifier.lower()
    return ibis.cases(
        (rows.literal_subject & rows.literal_object, "a mapping of two literals, not of concepts"),
        (literal & text.isnull(), "a literal without its text (subject_label or object_label)"),
        (literal & (modifier == "not").fill_null(False), "a refuted mapping of a literal"),
        (absent, "no subject_id or no object_id"),
        (nothing.fill_null(False), "the absence of a match (sssom:NoTermFound)"),
        (~(curies[0] & curies[1]), "subject_id or object_id is not a CURIE"),
        (rows.predicate_id.isnull(), "no predicate_id"),
        (rows.predicate.isnull(), "predicate " + rows.predicate_id + " is none of " + ", ".join(PREDICATES)),
        (modifier.notnull() & (modifier != "not"), "predicate_modifier " + rows.predicate_modifier + " is not Not"),
        (~literal & (rows.subject == rows.object), "a mapping of a concept to itself"),
        else_=ibis.null("string"),
    )


def _edges(good: ir.Table) -> ir.Table:
    negated = good.predicate_modifier.lower() == "not"
    absent = good.predicate == "NO_COUNTERPART"
    return good.select(
        "subject", "predicate", "object", "distinct", "file", "row", weight=good.confidence.try_cast("float64"),
        context=absent.ifelse(good.object_source, good.mapping_tool), author_id=good.author_id,
        mapping_justification=good.mapping_justification, comment=good.comment, negated=negated.ifelse(True, None),
    )  # fmt: skip


def _literals(good: ir.Table, literal: str, concept: str) -> ir.Table:
    """Literal subjects or objects as names of the concepts that they are mapped to."""
    scopes = {predicate: of[literal == "subject"] for predicate, of in _SCOPES.items()}
    return good.filter(good[f"literal_{literal}"]).select(
        "file", "row", id=good[concept], text=good[f"{literal}_label"].strip(),
        scope=good.predicate.substitute(scopes, else_="RELATED"),
    )  # fmt: skip


def _labelled(good: ir.Table, side: str) -> ir.Table:
    identifier, label = good[side], good[f"{side}_label"]
    prefix = identifier.re_extract(r"^([^:]*):", 1)
    return good.filter(label.notnull() & prefix.notin(_DESCRIBED)).select(
        "file", "row", id=identifier, name=label,
        type=ibis.map(list(PREFIX_TYPES), list(PREFIX_TYPES.values())).get(prefix),
    )  # fmt: skip
