"""What the tables of genetic associations have in common, as Ibis expressions over their columns of text."""

import html

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column

_ANCESTRIES = {
    "European": r"European|British|Finnish|Icelandic|Caucasian",
    "East Asian": r"East Asian|Japanese|Chinese|Korean|\bHan\b",
    "South Asian": r"South Asian|Indian Asian",
    "African": r"African",
    "Hispanic": r"Hispanic|Latin|Mexican",
}

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
    return ((computed >= 0) & ~computed.isinf()).ifelse(computed.abs(), None).round(6)


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
    trait = standardize_column(each.uri.re_replace(r"^.*[/#]([A-Za-z]+)_([^/#]+)$", r"\1:\2"))
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
