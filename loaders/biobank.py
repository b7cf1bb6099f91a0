"""One's own associations of traits and variants, such as a biobank's.

Source: a table that you make; `kg sources` shows its columns
Licence: your own
Yields: (Variant)-[:ASSOCIATED_WITH]->(trait). A trait without a prefix is a Code `biobank:<text>` of that name.
Skips: correlations below the parameter `min_correlation` (|r|, 0 by default: GENEREL takes UK Biobank's strongest), and
    rows whose variant, kind, effect or p cannot be read. A p that was rounded to 0 is left out.
Columns: trait (CURIE or text), variant (rsID), effect (number), kind (odds_ratio, beta or correlation); and where known
    effect_allele, other_allele, se, p, n, ancestry, study.
"""

import ibis

from kgbuild.association import finite, neg_log10_p, thresholds
from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import EFFECT_KINDS, Source

SOURCE = Source(
    name="biobank",
    title="Associations of your own",
    url="",
    licence="your own",
    files={
        "tabs": ("associations.tsv", "*.associations.tsv"),
        "commas": ("associations.csv", "*.associations.csv"),
    },
    optional=("tabs", "commas"),
    parameters={"min_correlation": "0.0"},
    access="Write a table with the columns trait, variant, effect, kind (odds_ratio, beta or correlation), and where "
    "known effect_allele, other_allele, se, p, n, ancestry, study, as associations.tsv or associations.csv.",
)

_COLUMNS = ("trait", "variant", "effect", "kind")
_OPTIONAL = ("effect_allele", "other_allele", "se", "p", "n", "ancestry", "study")


def load(inputs: Inputs) -> Staged:
    tabs, commas = (inputs.table(key, _COLUMNS, _OPTIONAL, mark) for key, mark in (("tabs", "\t"), ("commas", ",")))
    table = tabs.union(commas)
    table = table.mutate(**{c: table[c].strip().nullif("").nullif("NA") for c in (*_COLUMNS, *_OPTIONAL)})
    snp, kind = table.variant.lower().replace("dbsnp:", ""), table.kind.lower()
    effect, p = finite(table.effect.try_cast("float64")), table.p.try_cast("float64")
    reason = ibis.cases(
        (table.trait.isnull(), "no trait"),
        (~snp.re_search(r"^rs\d+$").fill_null(False), "variant is no rsID"),
        (~kind.isin(EFFECT_KINDS).fill_null(False), "kind is none of odds_ratio, beta, correlation"),
        (effect.isnull(), "effect is no number"),
        ((kind == "odds_ratio") & (effect <= 0), "an odds ratio must be above 0"),
        ((kind == "correlation") & (effect.abs() > 1), "a correlation lies between -1 and 1"),
        *thresholds(inputs.parameters, correlation=(kind == "correlation").ifelse(effect, None)),
        (table.p.notnull() & ~p.between(0, 1).fill_null(False), "p is no number between 0 and 1"),
    )
    curie = table.trait.re_search(r"^[A-Za-z][\w.]*:\S+$")
    table = inputs.keep(
        table.mutate(
            snp=ibis.literal("dbSNP:") + snp, kind=kind, number=effect, reason=reason, is_text=~curie,
            concept=curie.ifelse(standardize_column(table.trait), ibis.literal("biobank:") + table.trait),
        )
    )  # fmt: skip
    rows, unused = table.filter(table.reason.isnull()), table.filter(table.reason.notnull())
    return Staged(
        nodes=[
            rows.select("file", "row", id=rows.snp, type=ibis.literal("Variant")),
            rows.select(
                "file", "row", id=rows.concept, type=rows.is_text.ifelse("Code", None),
                name=rows.is_text.ifelse(rows.trait, None),
            ),
        ],
        edges=[
            rows.select(
                "file", "row", "effect_allele", "other_allele", "ancestry", "study", subject=rows.snp,
                predicate=ibis.literal("ASSOCIATED_WITH"), object=rows.concept, effect=rows.number,
                effect_kind=rows.kind, standard_error=rows.se.try_cast("float64"), neg_log10_p=neg_log10_p(rows.p),
                sample_size=rows.n.replace(",", "").try_cast("float64").cast("int64"), n_traits=ibis.literal(1),
                distinct=ibis.literal("|").join([rows[c].fill_null("") for c in ("kind", "effect", *_OPTIONAL)]),
            )
        ],
        rejects=[
            unused.select(
                "file", "row", "reason", key=unused.trait,
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in (*_COLUMNS, *_OPTIONAL)]),
            )
        ],
    )  # fmt: skip
