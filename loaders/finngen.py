"""FinnGen: variants associated with clinical endpoints of Finnish health registers.

Source: https://finngen.gitbook.io/documentation/data-download (summary statistics, a file an endpoint, on GRCh38)
Licence: FinnGen's terms of access: use with acknowledgement
Yields: (Variant)-[:ASSOCIATED_WITH]->(endpoint), the effect (ln OR) being the alternative allele's; a Code an endpoint,
    `finngen:T2D`, named where the manifest is there. A variant of several rsIDs has the evidence under each.
Skips: rows beyond the parameters `max_p` and `min_frequency`; nearest genes, frequencies among cases and controls.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.association import LIMITS, associations, chromosome, neg_log10_p, spdi, thresholds, variant_ids
from kgbuild.inputs import Inputs, Staged, read_header
from kgbuild.model import Source

SOURCE = Source(
    name="finngen",
    title="FinnGen",
    url="https://www.finngen.fi/en/access_results",
    licence="FinnGen terms of access",
    files={"summary": ("finngen_R*_*.gz",), "manifest": ("finngen_R*_manifest.tsv",)},
    optional=("manifest",),
    vocabularies=("finngen",),
    parameters=LIMITS,
    citation="Kurki MI et al. FinnGen provides genetic insights from a well-phenotyped isolated population. Nature "
    "2023;613:508.",
    access="the form at https://www.finngen.fi/en/access_results gives the address of the manifest, whose path_https "
    "has the endpoints' files; take those that you want",
)

_COLUMNS = ("#chrom", "pos", "ref", "alt", "rsids", "pval", "beta", "sebeta")
_NAME = r"finngen_(R\d+)_([^/]+)\.gz$"


def load(inputs: Inputs) -> Staged:
    rows = inputs.table("summary", _COLUMNS, ("mlogp", "af_alt", "maf"), quote="")
    endpoint, place = rows.file.re_extract(_NAME, 2), rows.pos.try_cast("int64")
    name, ref, alt = chromosome(rows["#chrom"]), rows.ref.upper(), rows.alt.upper()
    # until release 4 the alternative allele's frequency was called maf
    frequency = ibis.coalesce(rows.af_alt, rows.maf).try_cast("float64")
    mlog = neg_log10_p(rows.pval, rows.mlogp.try_cast("float64"))
    rows = rows.mutate(
        phenocode=endpoint, trait=ibis.literal("finngen:") + endpoint, trait_type=ibis.literal("Code"),
        chromosome=name, grch38=place, ids=variant_ids(rows.rsids, spdi(name, place, ref, alt)),
        effect=rows.beta.try_cast("float64"), effect_kind=ibis.literal("beta"), effect_allele=alt, other_allele=ref,
        standard_error=rows.sebeta.try_cast("float64"), neg_log10_p=mlog, zero=rows.pval.try_cast("float64") == 0,
        allele_frequency=frequency.between(0, 1).ifelse(frequency, None), ancestry=ibis.literal("European"),
        study=ibis.literal("finngen_") + rows.file.re_extract(_NAME, 1) + "_" + endpoint,
        key=endpoint + " " + rows.rsids.fill_null(""),
        raw=ibis.literal("\t").join([rows[c].fill_null("") for c in _COLUMNS]),
    )  # fmt: skip
    reasons = [
        (rows.ids.length() == 0, "variant has neither an rsID nor a position on an assembled chromosome"),
        (rows.effect.isnull(), "effect is no number"),
        *thresholds(inputs.parameters, rows.neg_log10_p, rows.zero, rows.allele_frequency),
    ]
    return associations(inputs, rows.left_join(_endpoints(inputs), "phenocode").drop("phenocode_right"), reasons)


def _endpoints(inputs: Inputs) -> ir.Table:
    """phenocode, trait_name, sample_size"""
    headers = [read_header(path, "\t", "", "")[1] for path in inputs.paths("manifest")]
    name = "phenotype" if headers and "phenotype" in headers[0] else "name"
    known = inputs.lookup("manifest", ("phenocode", name, "num_cases", "num_controls"))
    cases, controls = (known[c].try_cast("int64") for c in ("num_cases", "num_controls"))
    return known.select("phenocode", trait_name=known[name], sample_size=cases + controls).distinct(on="phenocode")
