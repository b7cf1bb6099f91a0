"""PheWAS Catalog: 3,144 SNPs of the GWAS Catalog against 1,358 phenotypes in the records of eMERGE's patients.

Source: https://phewascatalog.org/phewas (phewas-catalog.csv, in phewas-catalog.csv.zip)
Licence: the authors state none
Yields: (Variant)-[:ASSOCIATED_WITH]->(phecode) with the odds ratio; positions are on GRCh37. Codes are numbers there
    (290.10, 8.00) and spelt as PheCode 1.2 spells them here (290.1, 008).
Skips: rows above the parameter `max_p` (4.6e-6, the paper's, since the file goes down to p 0.05); cases, genes and what
    the GWAS Catalog said. The file does not say of which allele an odds ratio is, so edges have none.
"""

import ibis

from kgbuild.association import associations, chromosome, neg_log10_p, phecode, thresholds, variant_ids
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="phewas_catalog",
    title="PheWAS Catalog",
    url="https://phewascatalog.org",
    licence="not stated",
    files={"associations": ("phewas-catalog.csv",)},
    parameters={"max_p": "4.6e-6"},
    citation="Denny JC et al. Systematic comparison of phenome-wide association study of electronic medical record "
    "data and genome-wide association study data. Nature Biotechnology 2013;31:1102.",
    access="unpack phewas-catalog.csv.zip from https://phewascatalog.org/phewas",
)

_COLUMNS = ("chromosome", "snp", "phewas phenotype", "cases", "p-value", "odds-ratio", "gene_name", "phewas code")


def load(inputs: Inputs) -> Staged:
    rows = inputs.table("associations", _COLUMNS, delimiter=",")
    # "19 45395619" is chromosome and position; some rows have the chromosome alone
    place = rows.chromosome.strip().re_extract(r"^\S+\s+(\d+)$", 1).nullif("").try_cast("int64")
    paper = ibis.literal("pubmed:24270849")
    rows = rows.mutate(
        trait=ibis.literal("phecode:") + phecode(rows["phewas code"]), trait_type=ibis.literal("Disease"),
        trait_name=rows["phewas phenotype"].strip(), ids=variant_ids(rows.snp, ibis.null("string")),
        raw=ibis.literal(",").join([rows[c].fill_null("") for c in _COLUMNS]),
        chromosome=chromosome(rows.chromosome.strip().re_extract(r"^(\S+)", 1)).nullif(""), grch37=place,
        effect=rows["odds-ratio"].try_cast("float64"), effect_kind=ibis.literal("odds_ratio"),
        neg_log10_p=neg_log10_p(rows["p-value"]), ancestry=ibis.literal("European"), study=paper, publications=paper,
        key=rows.snp.fill_null("") + " " + rows["phewas code"].fill_null(""),
    )  # fmt: skip
    reasons = [
        (~(rows.effect > 0).fill_null(False), "odds ratio is no positive number"),
        *thresholds(inputs.parameters, rows.neg_log10_p),
    ]
    return associations(inputs, rows, reasons)
