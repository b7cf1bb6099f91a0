"""Summary statistics of one genome-wide analysis in the GWAS Catalog's standard format, GWAS-SSF v1.0.

Source: a file that you name; https://github.com/EBISPOT/gwas-summary-statistics-standard (Hayhurst et al. 2022)
Licence: as you state it (the GWAS Catalog's are CC0-1.0 unless it says otherwise)
Yields: (Variant)-[:ASSOCIATED_WITH]->(trait) for the variants that pass `max_p` and `min_frequency`, with the effect as
    published: β, odds ratio, or a hazard ratio (its kind null, its `qualifier` hazard_ratio). What the file itself does
    not say is read from FILE-meta.yaml where that is there (trait, accession, build, coordinates, samples), and can be
    set: trait, study, assembly. A file of several traits is evidence for each.
Skips: z scores. A variant without an rsID needs a position on GRCh38 and a known reference allele (`ref_allele`, or
    `variant_id`): those on GRCh37 cannot be named there.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.association import (
    LIMITS,
    ancestry,
    assembly,
    associations,
    chromosome,
    neg_log10_p,
    spdi,
    thresholds,
    variant_ids,
)  # fmt: skip
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, lines, read_header
from kgbuild.model import Source

SOURCE = Source(
    name="summary_statistics",
    title="GWAS summary statistics (GWAS-SSF)",
    url="",
    licence="as you state it",
    files={"statistics": ("*.tsv", "*.txt"), "metadata": ("*-meta.yaml",)},
    optional=("metadata",),
    parameters=LIMITS | {"trait": "", "study": "", "assembly": ""},
)

_COLUMNS = ("chromosome", "base_pair_location", "effect_allele", "other_allele")
_EFFECTS = ("beta", "odds_ratio", "hazard_ratio")
_P = ("p_value", "neg_log_10_p_value")
_OPTIONAL = (*_EFFECTS, *_P, "standard_error", "effect_allele_frequency", "rsid", "variant_id", "ref_allele", "n")


def companions(paths: Sequence[Path], parameters: dict[str, str]) -> list[Path]:
    """The metadata that lie beside the files."""
    return [found for path in paths if (found := _beside(path))]


def load(inputs: Inputs) -> Staged:
    parts = [_read(inputs, path) for path in inputs.paths("statistics")]
    return Staged(*([table for part in parts for table in getattr(part, name)] for name in Staged.__annotations__))


def _read(inputs: Inputs, path: Path) -> Staged:
    where, said = inputs.name(path), metadata(path)
    _, header = read_header(path, "\t", '"', "")
    if not set(_P) & set(header):
        raise InputError(f"{where}: neither column p_value nor neg_log_10_p_value; expected one, as GWAS-SSF has it")
    traits = inputs.parameters["trait"].split(",") if inputs.parameters["trait"] else said.get("ontology_mapping", [])
    curies = [
        standardize(re.sub(r"^([A-Za-z]+)_", r"\1:", trait.rpartition("/")[2])) for trait in traits if trait.strip()
    ]
    if not curies or not all(":" in curie for curie in curies):
        raise InputError(
            f"{where}: no trait; give --set trait=EFO:0001360, or {path.name}-meta.yaml with ontology_mapping"
        )
    build = assembly(inputs.parameters["assembly"] or " ".join([*said.get("genome_assembly", []), _build(path)]))
    table = inputs.table(path, _COLUMNS, _OPTIONAL)
    table = table.mutate(**{c: _known(table[c]) for c in (*_COLUMNS, *_OPTIONAL)})
    rows = table.mutate(raw=ibis.literal("\t").join([table[c].fill_null("#NA") for c in (*_COLUMNS, *_OPTIONAL)]))
    rows = _described(rows, said, build, _study(path, said, inputs.parameters["study"]))
    reasons = [
        *thresholds(inputs.parameters, rows.neg_log10_p, rows.zero, rows.allele_frequency),
        ((rows.ids.length() == 0) & ibis.literal(build == "GRCh37"), 
         "variant has no rsID, and its position is on GRCh37"),
        ((rows.ids.length() == 0) & ibis.literal(not build),
         "variant has no rsID, and the build of its position is not known (--set assembly=GRCh38)"),
        (rows.ids.length() == 0, "variant has no rsID, and no position on GRCh38 with a known reference allele"),
    ]  # fmt: skip
    return associations(inputs, rows, reasons, curies)


def _described(rows: ir.Table, said: dict[str, list[str]], build: str, study: str) -> ir.Table:
    """The rows with the columns of an edge and its variant."""
    name, place = chromosome(rows.chromosome), rows.base_pair_location.try_cast("float64").cast("int64")
    place = place + (1 if said.get("coordinate_system") == ["0-based"] else 0)
    effect_allele, other = rows.effect_allele.upper(), rows.other_allele.upper()
    named = rows.variant_id.re_extract(r"^[^_:]+[_:]\d+[_:]([ACGT]+)[_:][ACGT]+$", 1)
    ref = ibis.cases(
        (rows.ref_allele == "EA", effect_allele), (rows.ref_allele == "OA", other),
        (named.isin([effect_allele, other]), named),
    )  # fmt: skip
    alt = (ref == effect_allele).ifelse(other, effect_allele)
    spelt = spdi(name, place, ref, alt) if build == "GRCh38" else ibis.null("string")
    beta, odds, hazard = (rows[c].try_cast("float64") for c in _EFFECTS)
    frequency, given = rows.effect_allele_frequency.try_cast("float64"), rows.neg_log_10_p_value.try_cast("float64")
    total = [size for size in map(_integer, said.get("sample_size", [])) if size is not None]
    people = ", ".join(said.get("sample_ancestry_category", []))
    reported = "; ".join(said.get("trait_description", []))
    return rows.mutate(
        # until v1.0 rsIDs stood in variant_id
        ids=variant_ids(ibis.coalesce(rows.rsid, rows.variant_id), spelt),
        chromosome=name if build else ibis.null("string"),
        **({build.lower(): place} if build else {}),
        effect=ibis.coalesce(beta, odds, hazard),
        effect_kind=ibis.cases((beta.notnull(), "beta"), (odds.notnull(), "odds_ratio")),
        qualifier=(beta.isnull() & odds.isnull() & hazard.notnull()).ifelse("hazard_ratio", None),
        effect_allele=effect_allele, other_allele=other, standard_error=rows.standard_error.try_cast("float64"),
        neg_log10_p=ibis.coalesce(neg_log10_p(rows.p_value), (given >= 0).ifelse(given, None)),
        zero=rows.p_value.try_cast("float64") == 0, allele_frequency=frequency.between(0, 1).ifelse(frequency, None),
        sample_size=ibis.coalesce(rows.n.try_cast("float64").cast("int64"), ibis.literal(sum(total) or None, "int64")),
        ancestry=ancestry(ibis.literal(people)), context=ibis.literal(reported or None, "string"),
        study=ibis.literal(study),
        key=ibis.coalesce(rows.rsid, rows.variant_id, rows.chromosome + ":" + rows.base_pair_location, ""),
    )  # fmt: skip


def _known(text: ir.StringValue) -> ir.StringValue:
    """Values as the standard leaves them out: #NA, and NA in files before v1.0."""
    return text.strip().nullif("#NA").nullif("NA").nullif("")


def _beside(path: Path) -> Path | None:
    names = (f"{name}-meta.yaml" for name in (path.name, path.name.removesuffix(".gz")))
    return next((found for name in names if (found := path.with_name(name)).is_file()), None)


def metadata(path: Path) -> dict[str, list[str]]:
    """What is said in the file beside a data file, key → values; empty where there is none."""
    found = _beside(path)
    return read_yaml(lines(found)) if found else {}


def read_yaml(text: Iterable[str]) -> dict[str, list[str]]:
    """The scalars of a YAML file as flat as the standard's, key → values; those of each sample one after another.

    >>> read_yaml(["samples:", "  - sample_size: 12", "    sample_ancestry_category:", "      - European"])
    {'samples': [], 'sample_size': ['12'], 'sample_ancestry_category': ['European']}
    """
    values: dict[str, list[str]] = {}
    key = ""
    for line in text:
        content = re.sub(r"(^|\s)#.*$", "", line.rstrip())
        entry = re.match(r"\s*(?:- )?([A-Za-z_0-9]+):(?:\s+(.*))?$", content)
        item = re.match(r"\s*- +(.+)$", content)
        if entry:
            key = entry[1]
            values.setdefault(key, [])
        value = (entry[2] if entry else item[1] if item else None) or ""
        value = value.strip().strip("'\"")
        if value:
            values.setdefault(key, []).append(value)
    return values


def _integer(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _build(path: Path) -> str:
    """The build that a file's name states, as in `GCST90000123_buildGRCh37.tsv.gz`; harmonised (`.h.tsv`) is GRCh38."""
    match = re.search(r"(?i)(?:build|grch)[-_]?(?:grch)?(37|38)", path.name)
    return match[1] if match else "38" if re.search(r"\.h\.tsv", path.name) else ""


def _study(path: Path, said: dict[str, list[str]], given: str) -> str:
    if given and not re.fullmatch(r"GCST\d+", given):
        return given
    match = re.search(r"GCST\d+", " ".join([given, *said.get("gwas_id", []), path.name]))
    return f"gcst:{match[0]}" if match else path.name.partition(".")[0]
