"""Pan-UK Biobank: genome-wide associations of 7,228 phenotypes in six populations.

Source: https://pan.ukbb.broadinstitute.org/docs/per-phenotype-files (a bgzipped file a phenotype, on GRCh37; the
variant manifest full_variant_qc_metrics and the phenotype manifest of the same release)
Licence: CC-BY-4.0
Yields: (Variant)-[:ASSOCIATED_WITH]->(phenotype): PheCodes and ICD-10 codes are theirs, any other is a node
    `pan_ukb:continuous-21001-both_sexes-irnt`, named by the phenotype manifest. The effect (β, of diseases ln OR) is
    the alternative allele's, in the meta-analysis over populations, or in the `population` that the parameter names
    (`meta_hq`, `EUR`, …); a phenotype of one population has no meta-analysis and gives that one.
Skips: rows beyond the parameters `max_p` and `min_frequency` (for diseases the controls' frequency), rows of low
    confidence, variants to which the variant manifest gives no rsID: positions here are on GRCh37.
"""

import re
from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.association import LIMITS, POPULATIONS, associations, chromosome, phecode, thresholds, variant_ids
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, read_header
from kgbuild.model import Download, Source

_RELEASE = "https://pan-ukb-us-east-1.s3.amazonaws.com/sumstats_release/"
_TRAITS = ("continuous", "biomarkers", "prescriptions", "icd10", "phecode", "categorical")

SOURCE = Source(
    name="pan_ukb",
    title="Pan-UK Biobank",
    url="https://pan.ukbb.broadinstitute.org",
    licence="CC-BY-4.0",
    files={
        "phenotypes": tuple(f"{kind}-*.tsv" for kind in _TRAITS),
        "variants": ("full_variant_qc_metrics.txt",),
        "manifest": ("phenotype_manifest.tsv",),
    },
    optional=("manifest",),
    vocabularies=("pan_ukb",),
    parameters=LIMITS | {"population": "meta"},
    citation="Karczewski KJ et al. Pan-UK Biobank genome-wide association analyses. Nature Genetics 2025.",
    downloads=tuple(
        Download(_RELEASE + file) for file in ("full_variant_qc_metrics.txt.bgz", "phenotype_manifest.tsv.bgz")
    ),
    access="the phenotype manifest's column aws_link has the phenotypes' files; take those that you want",
)

_VARIANT = ("chr", "pos", "ref", "alt")


def load(inputs: Inputs) -> Staged:
    rows = ibis.union(*[_read(inputs, path) for path in inputs.paths("phenotypes")])
    reason = ibis.cases(
        (rows.effect.isnull() | rows.neg_log10_p.isnull(), "no result for the variant in this population"),
        (rows.doubtful, "of low confidence: the allele is too rare among cases, controls or both"),
        *thresholds(inputs.parameters, rows.neg_log10_p, None, rows.allele_frequency),
    )
    rows = rows.mutate(reason=reason)
    # few rows are left to look up among the manifest's 29 million
    strong = inputs.keep(rows.filter(rows.reason.isnull()).drop("reason"))
    named = strong.left_join(_variants(inputs).semi_join(strong, _VARIANT), _VARIANT).drop(
        *(f"{c}_right" for c in _VARIANT)
    )
    named = named.mutate(ids=variant_ids(named.rsid, ibis.null("string")), chromosome=chromosome(named.chr))
    named = named.left_join(_names(inputs), "filename").drop("filename_right")
    found = associations(
        inputs, named, [(named.ids.length() == 0, "variant has no rsID, and its position is on GRCh37")]
    )
    weak = rows.filter(rows.reason.notnull()).select("file", "row", "key", "raw", "reason")
    return Staged(found.nodes, found.names, found.edges, [*found.rejects, weak])


def _read(inputs: Inputs, path: Path) -> ir.Table:
    """The results of one phenotype in the population that is asked for, or else in its only one."""
    _, header = read_header(path, "\t", "", "")
    asked = inputs.parameters["population"]
    only = [column.removeprefix("beta_") for column in header if column.startswith("beta_")]
    chosen = only[0] if asked == "meta" and len(only) == 1 else asked
    p, beta, se = f"neglog10_pval_{chosen}", f"beta_{chosen}", f"se_{chosen}"
    frequencies, doubt = (f"af_{chosen}", f"af_controls_{chosen}"), f"low_confidence_{chosen}"
    table = inputs.table(path, (*_VARIANT, beta, se, p), (*frequencies, doubt), quote="")
    kind, code, sex, stem = _phenotype(path)
    own = ibis.literal(f"pan_ukb:{stem}")
    whole = phecode(ibis.literal(code))
    trait = {"icd10": ibis.literal(f"icd10:{code}"), "phecode": ibis.coalesce(ibis.literal("phecode:") + whole, own)}
    types = {"phecode": "Disease", "continuous": "Measurement", "biomarkers": "Measurement"}
    frequency = ibis.coalesce(*(table[c].try_cast("float64") for c in frequencies))
    place = ibis.literal(" ").join([table[c].fill_null("") for c in _VARIANT])
    return table.select(
        "file", "row", *_VARIANT, trait=trait.get(kind, own), trait_type=ibis.literal(types.get(kind, "Code")),
        grch37=table.pos.try_cast("int64"), effect=table[beta].try_cast("float64"), effect_kind=ibis.literal("beta"),
        effect_allele=table.alt, other_allele=table.ref, standard_error=table[se].try_cast("float64"),
        neg_log10_p=table[p].try_cast("float64"), allele_frequency=frequency.between(0, 1).ifelse(frequency, None),
        doubtful=(table[doubt].lower() == "true").fill_null(False), study=ibis.literal(stem),
        ancestry=ibis.literal(POPULATIONS.get(chosen), "string"), filename=ibis.literal(f"{stem}.tsv.bgz"),
        context=ibis.literal(None if sex == "both_sexes" else sex, "string"), key=ibis.literal(f"{stem} ") + place,
        raw=ibis.literal("\t").join([place, *(table[c].fill_null("") for c in (beta, se, p))]),
    )  # fmt: skip


def _phenotype(path: Path) -> tuple[str, str, str, str]:
    """Kind, code, sex and whole name of the phenotype of `phecode-250.2-both_sexes.tsv.bgz`."""
    stem = re.sub(r"\.tsv(\.b?gz)?$", "", path.name)
    match = re.fullmatch(rf"({'|'.join(_TRAITS)})-(.+)-(both_sexes|females|males)(-.+)?", stem)
    if not match:
        raise InputError(f"{path.name}: no phenotype's name; expected one such as phecode-250.2-both_sexes.tsv.bgz")
    code = f"{match[2][:3]}.{match[2][3:]}" if match[1] == "icd10" and match[2][3:].isalnum() else match[2]
    return match[1], code, match[3], stem


def _variants(inputs: Inputs) -> ir.Table:
    """chr, pos, ref, alt, rsid; the manifest calls the first chrom, its documentation chr."""
    first = "chr" if "chr" in read_header(inputs.paths("variants")[0], "\t", "", "")[1] else "chrom"
    return inputs.lookup("variants", (first, "pos", "ref", "alt", "rsid")).rename(chr=first)


def _names(inputs: Inputs) -> ir.Table:
    """filename, trait_name"""
    known = inputs.lookup("manifest", ("filename", "description", "coding_description"))
    coding = known.coding_description.nullif("NA")
    name = coding.notnull().ifelse(known.description + ": " + coding, known.description)
    return known.select("filename", trait_name=name).distinct(on="filename")
