"""What the tables of genetic associations have in common, as Ibis expressions over their columns of text."""

import html
import math
import re
import sys
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Edge

_ANCESTRIES = {
    "European": r"European|British|Finnish|Icelandic|Caucasian",
    "East Asian": r"East Asian|Japanese|Chinese|Korean|\bHan\b",
    "South Asian": r"South Asian|Indian Asian",
    "African": r"African",
    "Hispanic": r"Hispanic|Latin|Mexican",
}

#: The populations that biobanks tell apart, as `ancestry` names them.
POPULATIONS = {
    "EUR": "European", "EAS": "East Asian", "SAS": "South Asian", "CSA": "South Asian", "AFR": "African",
    "AMR": "Hispanic", "MID": "Middle Eastern",
}  # fmt: skip

#: Thresholds on tables of associations, and their defaults: genome-wide significance, alleles of any frequency.
LIMITS = {"max_p": "5e-8", "min_frequency": "0"}

#: Why a row is refused that is not the strongest of its kind.
REPEATED = "repeats the variant, trait, study and alleles of a row whose p is as strong or stronger"

#: RefSeq accession versions of GRCh38's chromosomes: 1 is NC_000001.11.
_VERSIONS = (11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10)
_SEQUENCES = {
    name: f"NC_{number:06d}.{version}"
    for number, (name, version) in enumerate(zip([*map(str, range(1, 23)), "X", "Y"], _VERSIONS, strict=True), 1)
} | {"MT": "NC_012920.1", "M": "NC_012920.1"}


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is not typed
def regexp_extract_all(text: str, pattern: str, group: int) -> list[str]:  # type: ignore[empty-body]
    """All matches: a function of DuckDB and of Spark alike that Ibis does not name."""


def neg_log10_p(p: ir.StringValue, given: ir.FloatingValue | None = None) -> ir.FloatingValue:
    """−log10 of a p value written as text, which a float would round to 0 below 5e-324; null outside of (0, 1].

    `given` is what the table itself states for it, taken where p is 0 or absent.
    """
    mantissa = p.upper().re_extract(r"^\s*(\d*\.?\d+)", 1).nullif("").try_cast("float64")
    exponent = p.upper().re_extract(r"E([-+]?\d+)\s*$", 1).nullif("").try_cast("float64").fill_null(0.0)
    computed = (mantissa > 0).ifelse(-(mantissa.nullif(0).log10() + exponent), given)
    return (computed >= 0).ifelse(finite(computed).abs(), None).round(6)


def finite(number: ir.FloatingValue) -> ir.FloatingValue:
    """The number, null where it is infinite or none."""
    return (number.abs() <= sys.float_info.max).ifelse(number, None)


def plain(number: ir.FloatingValue) -> ir.StringValue:
    """The number as text that does not depend on how it was written, to ten places."""
    return (number.abs() < 1e18).ifelse(number, None).cast("decimal(38, 10)").cast("string")


def sample_size(text: ir.StringValue) -> ir.IntegerValue:
    """The people in a description such as `1,737 European ancestry cases, 5,435 controls`; null where it has none."""
    numbers = regexp_extract_all(text, r"(?i)(?:^|, |and |up to |~)\s*(\d{1,3}(?:,\d{3})+|\d+)(?: |$)", 1)
    return numbers.map(lambda n: n.replace(",", "").cast("int64")).sums().nullif(0)


def ancestry(text: ir.StringValue) -> ir.StringValue:
    """The ancestries that a description names, as `European, East Asian`; null where it names none."""
    found = ibis.array([text.re_search(pattern).ifelse(name, None) for name, pattern in _ANCESTRIES.items()])
    return found.filter(lambda name: name.notnull()).join(", ").nullif("")


def mapped_traits(rows: ir.Table, uris: str, labels: str) -> ir.Table:
    """One row (file, row, trait, label) an input row and mapped trait: both columns are lists joined by commas.

    Labels hold commas too, so those of several traits are told apart only where the counts agree, else null.
    """
    uri, label = rows[uris].strip().re_split(r"\s*,\s*"), rows[labels].split(", ")
    labels_of = (uri.length() == 1).ifelse(
        ibis.array([rows[labels]]), (uri.length() == label.length()).ifelse(label, ibis.null("array<string>"))
    )
    each = rows.select("file", "row", uri=uri, label=labels_of).unnest("uri", offset="i")
    prefix, local = (each.uri.re_extract(r"^(?:.*[/#])?([A-Za-z]+)_([^/#]+)$", part) for part in (1, 2))
    trait = standardize_column((local == "").ifelse(each.uri, prefix + ":" + local))
    return each.select("file", "row", trait=trait, label=each.label[each.i]).distinct()


def unescape(text: ir.StringValue) -> ir.StringValue:
    """HTML entities as characters: those that trait names have (`&beta;2-Glycoprotein I`)."""
    for entity in ("alpha", "beta", "gamma", "delta", "kappa", "omega", "micro", "mu", "lt", "gt", "quot", "amp"):
        text = text.replace(f"&{entity};", html.unescape(f"&{entity};"))
    return text


def spdi(
    chromosome: ir.StringValue, position: ir.IntegerValue, reference: ir.StringValue, alternative: ir.StringValue
) -> ir.StringValue:
    """The CURIE of a variant on GRCh38 that has no rsID: `spdi:NC_000001.11:64763:C:T` for chr1, position 64764.

    Args:
        chromosome: `1` … `22`, `X`, `Y`, `MT`; null for what else there is.
        position: Of the first base, from 1 as in VCF; SPDI counts from 0.

    Source: Holmes et al. 2020, SPDI: data model for variants and applications at NCBI.
    """
    sequence = chromosome.substitute(_SEQUENCES, else_=ibis.null("string"))
    return ibis.literal("spdi:") + sequence + ":" + (position - 1).cast("string") + ":" + reference + ":" + alternative


def chromosome(text: ir.StringValue) -> ir.StringValue:
    """`1` … `22`, `X`, `Y`, `MT` of `chr1`, `01`, `23`, `chrM` and the like; other text as it is."""
    plain = text.strip().re_replace(r"(?i)^chr", "").re_replace(r"^0+", "").upper()
    return plain.substitute({"23": "X", "24": "Y", "25": "MT", "26": "MT", "M": "MT"})


def phecode(text: ir.StringValue) -> ir.StringValue:
    """A PheCode as PheCode 1.2 spells it, null where it is none.

    `250.2` of `250.20`, `X250.2` and `Phe_250_2`, `008` of `8`: no PheCode ends in a 0 behind its
    point, and each has three digits before it.
    """
    plain = text.strip().re_replace(r"(?i)^(x|phe_?|phecode[-_ ]?)", "").replace("_", ".")
    valid = plain.re_search(r"^\d{1,3}(\.\d{1,2})?$")
    whole = plain.re_extract(r"^(\d+)", 1).lpad(3, "0")
    part = plain.re_extract(r"\.(\d+)$", 1).re_replace("0+$", "")
    return valid.ifelse((part == "").ifelse(whole, whole + "." + part), None)


def variant_ids(rsids: ir.StringValue, otherwise: ir.StringValue) -> ir.ArrayValue:
    """The CURIEs of a variant: of each rsID in a list joined by commas, else `otherwise`; empty where that is null."""
    found = rsids.strip().lower().re_split(r"\s*[,;]\s*").filter(lambda rsid: rsid.re_search(r"^rs\d+$"))
    found = found.map(lambda rsid: ibis.literal("dbSNP:") + rsid)
    return (found.length() > 0).ifelse(found, ibis.array([otherwise]).filter(lambda curie: curie.notnull()))


def interval_error(low: ir.FloatingValue, high: ir.FloatingValue) -> ir.FloatingValue:
    """The standard error of ln OR from the odds ratio's 95 % confidence interval; null where that is no interval."""
    proper = (low > 0) & (high >= low)
    return (proper.ifelse(high, None) / proper.ifelse(low, None)).ln() / (2 * 1.959964)


def assembly(text: str) -> str:
    """`GRCh37` or `GRCh38` of a build's name (hg19, b37, GRCh38.p13), empty where it is not known.

    Raises:
        InputError: it is neither.
    """
    found = set(re.findall(r"18|19|36|37|38", text))
    builds = {"GRCh37" if number in ("19", "37") else "GRCh38" for number in found if number in ("19", "37", "38")}
    if text.strip() and (len(builds) != 1 or found & {"18", "36"}):
        raise InputError(f"assembly {text.strip()}: no build of the human genome; expected GRCh37 or GRCh38")
    return builds.pop() if builds else ""


def limit(parameters: Mapping[str, str], name: str) -> float:
    """A threshold that the user sets.

    Raises:
        InputError: it is no number between 0 and 1.
    """
    try:
        number = float(parameters[name])
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise InputError(f"--set {name}={parameters[name]}: no such threshold; expected a number between 0 and 1")
    return number


def thresholds(
    parameters: Mapping[str, str],
    mlog: ir.FloatingValue | None = None,
    zero: ir.BooleanValue | None = None,
    frequency: ir.FloatingValue | None = None,
    correlation: ir.FloatingValue | None = None,
) -> list[tuple[ir.BooleanValue, str]]:
    """Why rows are refused for their strength, as branches of `ibis.cases`.

    Args:
        parameters: With `max_p`, `min_frequency` and `min_correlation`, as far as what they limit is given.
        mlog: −log10 p.
        zero: Whether p is written as 0, so below what a float can hold: strong enough for any threshold.
        frequency: Of either allele; the rarer one counts.
        correlation: r, null where the effect is no correlation.
    """
    refused: list[tuple[ir.BooleanValue, str]] = []
    if mlog is not None:
        most = limit(parameters, "max_p")
        known = mlog.notnull() if zero is None else mlog.notnull() | zero.fill_null(False)
        refused.append((~known, "p is no number between 0 and 1"))
        if 0 < most < 1:
            refused.append((mlog < round(-math.log10(most), 6), f"above the threshold p ≤ {most:g}"))
    if frequency is not None and (least := limit(parameters, "min_frequency")) > 0:
        rarer = (frequency <= 0.5).ifelse(frequency, 1 - frequency)
        refused.append((~frequency.between(0, 1).fill_null(False), "no allele frequency to compare with the threshold"))
        refused.append((rarer < least, f"below the threshold frequency ≥ {least:g}"))
    if correlation is not None:
        least = limit(parameters, "min_correlation")
        refused.append((correlation.abs() < least, f"below the threshold |r| ≥ {least:g}"))
    return refused


def strongest(rows: ir.Table, keys: Sequence[str]) -> tuple[ir.Table, ir.Table]:
    """The rows that are the strongest of those alike in `keys`, and the others.

    One study says one thing of a variant, a trait and a pair of alleles. Where a file says it again (a locus found
    twice, a variant in two credible sets) the row with the smallest p is the evidence; of equal ones, the first. Rows
    with other alleles, another ancestry or another context are evidence beside it, and all stay.
    """
    p = rows.neg_log10_p.fill_null(math.inf)  # null among usable rows is a p below what a float can hold
    order = ibis.row_number().over(ibis.window(group_by=list(keys), order_by=[p.desc(), rows.file, rows.row]))
    rows = rows.mutate(_order=order)
    return rows.filter(rows._order == 0).drop("_order"), rows.filter(rows._order > 0).drop("_order")


_KEYS = ("trait", "study", "effect_allele", "other_allele", "ancestry", "context", "qualifier")


def associations(
    inputs: Inputs,
    rows: ir.Table,
    reasons: Sequence[tuple[ir.BooleanValue, str]],
    traits: Sequence[str] = (),
) -> Staged:
    """(Variant)-[:ASSOCIATED_WITH]->(trait) of a table with a row a variant and trait, as biobanks publish them.

    Args:
        inputs: The loader's.
        rows: `file`, `row`, `key`, `raw`, `ids` (the variant's CURIEs), `trait` (a CURIE), `trait_type` and
            `trait_name` (null where they are not this source's to say), `chromosome`, `grch37`, `grch38`, and any of
            an edge's columns.
        reasons: What is wrong with rows, as branches of `ibis.cases` over the columns of `rows`; the first counts.
        traits: What a whole file is about, where its rows name no trait.
    """
    if traits:
        rows = rows.mutate(
            trait=ibis.literal(traits[0]), trait_type=ibis.null("string"), trait_name=ibis.null("string")
        )
    given = {name: rows[name] if name in rows.columns else ibis.null("string") for name in _KEYS}
    place = {name: rows[name] if name in rows.columns else ibis.null("int64") for name in ("grch37", "grch38")}
    rows = rows.mutate(
        **given, **place,
        reason=ibis.cases((rows.trait.isnull(), "no trait"), *reasons, (rows.ids.length() == 0, "variant has no rsID")),
    )  # fmt: skip
    usable = inputs.keep(rows.filter(rows.reason.isnull()).mutate(first=rows.ids[0]).drop("reason"))
    best, repeated = strongest(usable, ("first", *_KEYS))
    if traits:
        best = best.mutate(trait=ibis.array(list(traits))).unnest("trait")
    each = best.mutate(id=best.ids).unnest("id")
    known = [name for name in Edge._fields if name in each.columns]
    distinct = [ibis.coalesce(each[name], "") for name in _KEYS if name != "trait"]
    return Staged(
        nodes=[
            each.select("id", "file", "row", "chromosome", "grch37", "grch38", type=ibis.literal("Variant")),
            best.select("file", "row", id=best.trait, type=best.trait_type, name=best.trait_name),
        ],
        edges=[
            each.select(
                *known, subject=each.id, predicate=ibis.literal("ASSOCIATED_WITH"), object=each.trait,
                distinct=ibis.literal("|").join(distinct), n_traits=ibis.literal(len(traits) or 1),
            )
        ],
        rejects=[
            rows.filter(rows.reason.notnull()).select("file", "row", "key", "raw", "reason"),
            repeated.select("file", "row", "key", "raw", reason=ibis.literal(REPEATED)),
        ],
    )  # fmt: skip
