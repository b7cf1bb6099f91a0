"""MRInstruments: the GWAS Catalog of 2017 with both alleles and standard errors, as Mendelian randomisation needs.

Source: https://github.com/MRCIEU/MRInstruments (gwas_catalog.rda as tab-separated text)
Licence: MIT; the GWAS Catalog's data under EMBL-EBI terms of use
Yields: (Variant)-[:ASSOCIATED_WITH]->(trait), one a mapped trait. The table's beta is ln OR where it names no unit: its
    edges carry exp(beta), the odds ratio as published, and the standard error of its logarithm.
Skips: rows without a mapped trait or without an rsID; positions outside of the assembled chromosomes.
"""

import ibis

from kgbuild.association import ancestry, mapped_traits, neg_log10_p, sample_size, unescape
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="mrinstruments",
    title="MRInstruments GWAS Catalog",
    url="https://github.com/MRCIEU/MRInstruments",
    licence="MIT",
    files={"associations": ("mrinstruments_gwas_catalog.tsv", "mrinstruments_gwas_catalog.txt")},
    citation="Hemani G et al. The MR-Base platform supports causal inference across the human phenome. eLife 2018.",
    access="In R: data(gwas_catalog, package='MRInstruments'); write.table(gwas_catalog, "
    "'mrinstruments_gwas_catalog.tsv', sep='\\t', quote=FALSE, row.names=FALSE)",
)

_COLUMNS = (
    "MAPPED_TRAIT_EFO", "MAPPED_TRAIT_EFO_URI", "Initial_sample_description", "STUDY.ACCESSION", "Phenotype",
    "Phenotype_info", "PubmedID", "SNP", "chr", "bp_ens_GRCh38", "effect_allele", "other_allele", "beta", "se", "pval",
    "units", "eaf",
)  # fmt: skip


def load(inputs: Inputs) -> Staged:
    table = inputs.table("associations", _COLUMNS, quote="")
    rows = inputs.keep(table.select("file", "row", **{c: table[c].strip().nullif("NA") for c in _COLUMNS}))
    beta, se, frequency = (rows[c].try_cast("float64") for c in ("beta", "se", "eaf"))
    has_unit = rows.units.notnull()
    reported = unescape(rows.Phenotype)
    sample, chromosome = rows.Initial_sample_description, rows.chr.startswith("CHR_").ifelse(None, rows.chr)
    valid = rows.SNP.re_search(r"^rs\d+$").fill_null(False)
    variants = rows.select(
        "file", "row", id=ibis.literal("dbSNP:") + rows.SNP, type=ibis.literal("Variant"), chromosome=chromosome,
        grch38=chromosome.notnull().ifelse(rows.bp_ens_GRCh38.try_cast("int64"), None),
        valid=valid & rows.MAPPED_TRAIT_EFO_URI.notnull(),
    )  # fmt: skip
    associations = rows.filter(valid).select(
        "file", "row", "effect_allele", "other_allele", subject=ibis.literal("dbSNP:") + rows.SNP,
        predicate=ibis.literal("ASSOCIATED_WITH"),
        distinct=ibis.literal("|").join([
            rows[c].fill_null("") for c in ("PubmedID", "STUDY.ACCESSION", "Phenotype", "Phenotype_info",
                                            "effect_allele", "other_allele", "beta", "pval")
        ]),
        effect=has_unit.ifelse(beta, beta.exp().round(6)),
        effect_kind=beta.notnull().ifelse(has_unit.ifelse("beta", "odds_ratio"), None),
        standard_error=se, neg_log10_p=neg_log10_p(rows.pval),
        allele_frequency=frequency.between(0, 1).ifelse(frequency, None), sample_size=sample_size(sample),
        ancestry=ancestry(sample), context=ibis.coalesce(reported + " " + rows.Phenotype_info.nullif(""), reported),
        study=ibis.coalesce(ibis.literal("gcst:") + rows["STUDY.ACCESSION"], ibis.literal("pubmed:") + rows.PubmedID),
        publications=ibis.literal("pubmed:") + rows.PubmedID,
    )  # fmt: skip
    traits = inputs.keep(mapped_traits(rows.filter(valid), "MAPPED_TRAIT_EFO_URI", "MAPPED_TRAIT_EFO"))
    edges = associations.join(traits.drop("label"), ["file", "row"])
    n_traits = traits.group_by("file", "row").aggregate(n_traits=traits.count())
    unused = rows.filter(~valid | rows.MAPPED_TRAIT_EFO_URI.isnull())
    return Staged(
        nodes=[
            variants.filter(variants.valid).drop("valid"),
            traits.select("file", "row", id=traits.trait, name=traits.label),
        ],
        edges=[edges.join(n_traits, ["file", "row"]).rename(object="trait")],
        rejects=[
            unused.select(
                "file", "row", key=unused.SNP, raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
                reason=unused.MAPPED_TRAIT_EFO_URI.isnull().ifelse("no mapped trait", "variant has no rsID"),
            )
        ],
    )  # fmt: skip
