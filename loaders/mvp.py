"""Million Veteran Program: genome-wide associations of 2,068 traits in four populations and their meta-analysis.

Source: https://www.ncbi.nlm.nih.gov/projects/gap/cgi-bin/study.cgi?study_id=phs002453 (gwPheWAS's analyses, a
file a trait and population, on GRCh38, with a `.metadata.txt` that names the trait)
Licence: dbGaP, open access
Yields: (Variant)-[:ASSOCIATED_WITH]->(trait): a PheCode, or a node `mvp:A1C_Min_INT` for laboratory values and surveys.
    Diseases have the odds ratio as published and the standard error of its logarithm from the confidence interval.
Skips: rows beyond the parameters `max_p` and `min_frequency` (frequencies are the effect allele's); imputation quality
    and heterogeneity. The populations are evidence of their own, and so is their meta-analysis, without an ancestry.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.association import (
    LIMITS,
    POPULATIONS,
    associations,
    chromosome,
    interval_error,
    neg_log10_p,
    phecode,
    spdi,
    thresholds,
    variant_ids,
)  # fmt: skip
from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import Source

SOURCE = Source(
    name="mvp",
    title="Million Veteran Program gwPheWAS",
    url="https://www.ncbi.nlm.nih.gov/projects/gap/cgi-bin/study.cgi?study_id=phs002453",
    licence="dbGaP open access",
    files={
        "summary": ("MVP_R4.1000G_AGR.*.GIA.dbGaP.txt",),
        "metadata": ("MVP_R4.1000G_AGR.*.GIA.dbGaP.metadata.txt",),
    },
    optional=("metadata",),
    vocabularies=("mvp",),
    parameters=LIMITS,
    citation="Verma A et al. Diversity and scale: genetic architecture of 2068 traits in the VA Million Veteran "
    "Program. Science 2024;385:eadj1182.",
    access="unpack the archives of phs002453, analyses/GIA, that dbGaP offers under `Association results` for download",
)

_COLUMNS = ("SNP_ID", "chrom", "pos", "ref", "alt", "ea", "af", "num_samples", "pval")
_OPTIONAL = ("or", "ci", "beta", "sebeta")
_NAME = r"MVP_R4\.1000G_AGR\.([^/]+)\.([A-Z]+)\.GIA\.dbGaP\.txt"


def load(inputs: Inputs) -> Staged:
    rows = inputs.table("summary", _COLUMNS, _OPTIONAL, quote="")
    trait, population = rows.file.re_extract(_NAME, 1), rows.file.re_extract(_NAME, 2)
    code = phecode(trait.startswith("Phe_").ifelse(trait, None))
    place = rows.pos.try_cast("float64")  # round positions are written 2.4e+07
    place = (place == place.floor()).ifelse(place, None).cast("int64")
    name, ref, alt, effect_allele = chromosome(rows.chrom), rows.ref.upper(), rows.alt.upper(), rows.ea.upper()
    ratio, frequency = rows["or"].try_cast("float64"), rows.af.try_cast("float64")
    low, high = (rows.ci.split(",")[i].try_cast("float64") for i in (0, 1))
    rows = rows.mutate(
        trait=ibis.coalesce(ibis.literal("phecode:") + code, ibis.literal("mvp:") + trait),
        trait_type=ibis.cases((code.notnull(), "Disease"), (trait.endswith("_INT"), "Measurement"), else_="Code"),
        trait_name=_titles(inputs, rows.file), chromosome=name, grch38=place,
        ids=variant_ids(rows.SNP_ID, spdi(name, place, ref, alt)),
        effect=ibis.coalesce(ratio, rows.beta.try_cast("float64")),
        effect_kind=ratio.notnull().ifelse("odds_ratio", "beta"), effect_allele=effect_allele,
        other_allele=ibis.cases((effect_allele == alt, ref), (effect_allele == ref, alt)),
        standard_error=ibis.coalesce(rows.sebeta.try_cast("float64"), interval_error(low, high).round(6)),
        neg_log10_p=neg_log10_p(rows.pval), zero=rows.pval.try_cast("float64") == 0,
        allele_frequency=frequency.between(0, 1).ifelse(frequency, None),
        sample_size=rows.num_samples.try_cast("float64").cast("int64"),
        ancestry=population.substitute(POPULATIONS, else_=ibis.null("string")),
        study=ibis.literal("MVP_R4 ") + trait + " " + population, publications=ibis.literal("pubmed:39024449"),
        key=trait + " " + rows.SNP_ID.fill_null(""),
        raw=ibis.literal("\t").join([rows[c].fill_null("") for c in (*_COLUMNS, *_OPTIONAL)]),
    )  # fmt: skip
    reasons = [
        (rows.ids.length() == 0, "variant has neither an rsID nor a position on an assembled chromosome"),
        (rows.other_allele.isnull(), "effect allele is neither of the variant's"),
        (rows.effect.isnull() | ((rows.effect_kind == "odds_ratio") & (rows.effect <= 0)), "effect is no number"),
        *thresholds(inputs.parameters, rows.neg_log10_p, rows.zero, rows.allele_frequency),
    ]
    return associations(inputs, rows, reasons)


def _titles(inputs: Inputs, file: ir.StringValue) -> ir.StringValue:
    """The trait's name in the metadata beside its file: lines of a key, a tab and a text."""
    beside = {path.with_name(path.name.replace(".metadata.txt", "")): path for path in inputs.paths("metadata")}
    titles = {}
    for path in inputs.paths("summary"):
        found = beside.get(path.with_name(path.name.partition(".txt")[0]))
        titles[inputs.name(path)] = _title(found) if found else None
    known = {name: title for name, title in titles.items() if title}
    return file.substitute(known, else_=ibis.null("string")) if known else ibis.null("string")


def _title(path: Path) -> str | None:
    info = dict(line.rstrip("\r\n").partition("\t")[::2] for line in lines(path))
    return info.get("Analyzed variable", "").strip() or None
