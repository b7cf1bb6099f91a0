"""PheWeb: the strongest associations of a biobank that shows its results in a PheWeb.

Source: https://github.com/statgen/pheweb (top_hits.tsv, as `pheweb top-hits` writes it and the site's page offers it)
Licence: the biobank's own, as you state it (`--set licence=CC-BY-4.0`)
Yields: (Variant)-[:ASSOCIATED_WITH]->(phenotype), the effect (β, or the odds ratio) being the alternative allele's.
    Phenotypes are `codes` where you say that their codes are such (`--set codes=phecode`; X250.2 and 250.20 are 250.2),
    else Codes of this source, named by their text.
Skips: rows beyond the parameters `max_p` and `min_frequency`; nearest genes. Positions belong to the build that you
    name (`--set assembly=GRCh38`): the file does not say, so without it there are none, and variants need rsIDs.
"""

import ibis

from kgbuild.association import (
    LIMITS,
    assembly,
    associations,
    chromosome,
    neg_log10_p,
    phecode,
    spdi,
    thresholds,
    variant_ids,
)  # fmt: skip
from kgbuild.curie import PREFIXES
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="pheweb",
    title="Top hits of a PheWeb",
    url="",
    licence="as you state it",
    files={"hits": ("*.tsv", "*.txt")},
    parameters=LIMITS | {"codes": "", "assembly": "", "ancestry": "", "study": ""},
)

_COLUMNS = ("chrom", "pos", "ref", "alt", "pval", "phenocode")
_OPTIONAL = ("rsids", "beta", "sebeta", "or", "af", "maf", "num_samples", "num_cases", "num_controls", "phenostring")


def load(inputs: Inputs) -> Staged:
    codes, build = inputs.parameters["codes"], assembly(inputs.parameters["assembly"])
    if codes and codes not in PREFIXES:
        raise InputError(f"--set codes={codes}: no such vocabulary; expected phecode, icd10, icd10cm or the like")
    rows = inputs.table("hits", _COLUMNS, _OPTIONAL)
    place = rows.pos.try_cast("float64").cast("int64")
    name, ref, alt = chromosome(rows.chrom), rows.ref.upper(), rows.alt.upper()
    given = phecode(rows.phenocode) if codes == "phecode" else rows.phenocode.strip()
    own = ibis.literal(f"{inputs.source.name}:") + rows.phenocode.strip()
    theirs = (ibis.literal(f"{codes}:") + given) if codes else ibis.null("string")
    ratio, frequency = rows["or"].try_cast("float64"), rows.af.try_cast("float64")
    cases, controls = (rows[c].try_cast("int64") for c in ("num_cases", "num_controls"))
    spelt = spdi(name, place, ref, alt) if build == "GRCh38" else ibis.null("string")
    rows = rows.mutate(
        trait=ibis.coalesce(theirs, own),
        trait_type=(theirs.notnull() & codes.startswith("phecode")).ifelse("Disease", "Code"),
        trait_name=rows.phenostring, chromosome=name if build else ibis.null("string"),
        **({build.lower(): place} if build else {}), ids=variant_ids(rows.rsids, spelt),
        effect=ibis.coalesce(rows.beta.try_cast("float64"), ratio),
        effect_kind=ibis.cases((rows.beta.try_cast("float64").notnull(), "beta"), (ratio.notnull(), "odds_ratio")),
        effect_allele=alt, other_allele=ref, standard_error=rows.sebeta.try_cast("float64"),
        neg_log10_p=neg_log10_p(rows.pval), zero=rows.pval.try_cast("float64") == 0,
        allele_frequency=frequency, rarer=ibis.coalesce(frequency, rows.maf.try_cast("float64")),
        sample_size=ibis.coalesce(rows.num_samples.try_cast("int64"), cases + controls),
        ancestry=ibis.literal(inputs.parameters["ancestry"] or None, "string"),
        study=ibis.literal(inputs.parameters["study"] or inputs.source.name), key=rows.phenocode,
        raw=ibis.literal("\t").join([rows[c].fill_null("") for c in (*_COLUMNS, *_OPTIONAL)]),
    )  # fmt: skip
    build_unknown = "variant has no rsID, and its position is not on GRCh38 (--set assembly=GRCh38 if it is)"
    reasons = [
        (rows.ids.length() == 0, build_unknown),
        *thresholds(inputs.parameters, rows.neg_log10_p, rows.zero, rows.rarer),
    ]
    return associations(inputs, rows, reasons)
