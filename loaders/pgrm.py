"""Phenotype-Genotype Reference Map: replicated associations of PheCodes, as a biobank would find them.

Source: https://github.com/PheWAS/pgrm (PGRM_ALL.csv)
Licence: GPL-2.0-only
Yields: (Variant)-[:ASSOCIATED_WITH]->(phecode) with the GWAS Catalog's odds ratio for the risk allele, a code's name,
    positions on both builds.
Skips: the numbers of cases needed.
"""

import ibis

from kgbuild.association import interval_error
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="pgrm",
    title="Phenotype-Genotype Reference Map",
    url="https://github.com/PheWAS/pgrm",
    licence="GPL-2.0-only",
    files={"associations": ("PGRM_ALL.csv",)},
    citation="Bastarache L et al. The Phenotype-Genotype Reference Map. AJHG 2023;110:1522.",
    downloads=(Download("https://raw.githubusercontent.com/PheWAS/pgrm/main/data-raw/PGRM_ALL.csv"),),
)

_COLUMNS = (
    "assoc_ID", "SNP_hg19", "SNP_hg38", "ancestry", "rsID", "risk_allele_dir", "risk_allele", "phecode",
    "phecode_string", "cat_LOG10_P", "cat_OR", "cat_L95", "cat_U95", "Study_accession", "pubmedid",
)  # fmt: skip


def load(inputs: Inputs) -> Staged:
    table = inputs.table("associations", _COLUMNS, delimiter=",")
    valid = table.rsID.re_search(r"^rs\d+$") & (table.cat_OR.try_cast("float64") > 0) & table.phecode.notnull()
    rows, unused = table.filter(valid.fill_null(False)), table.filter(~valid.fill_null(False))
    subject, phecode = ibis.literal("dbSNP:") + rows.rsID, ibis.literal("phecode:") + rows.phecode
    # "1:62317189:T:C" is chromosome, position, reference and alternative allele
    place, place37 = rows.SNP_hg38.split(":"), rows.SNP_hg19.split(":")
    reference, alternative = place[2], place[3]
    low, high = rows.cat_L95.try_cast("float64"), rows.cat_U95.try_cast("float64")
    return Staged(
        nodes=[
            rows.select(
                "file", "row", id=subject, type=ibis.literal("Variant"), chromosome=place[0],
                grch37=place37[1].try_cast("int64"), grch38=place[1].try_cast("int64"),
            ),
            rows.select("file", "row", id=phecode, type=ibis.literal("Disease"), name=rows.phecode_string),
        ],
        edges=[
            rows.select(
                "file", "row", "ancestry", subject=subject, predicate=ibis.literal("ASSOCIATED_WITH"), object=phecode,
                distinct=rows.assoc_ID, effect=rows.cat_OR.cast("float64"), effect_kind=ibis.literal("odds_ratio"),
                effect_allele=rows.risk_allele,
                other_allele=(rows.risk_allele_dir == "ref").ifelse(alternative, reference),
                standard_error=interval_error(low, high).round(6), neg_log10_p=rows.cat_LOG10_P.try_cast("float64"),
                study=ibis.literal("gcst:") + rows.Study_accession, n_traits=ibis.literal(1),
                publications=ibis.literal("pubmed:") + rows.pubmedid,
            )
        ],
        rejects=[
            unused.select(
                "file", "row", key=unused.assoc_ID,
                raw=ibis.literal(",").join([unused[c].fill_null("") for c in _COLUMNS]),
                reason=ibis.cases(
                    (unused.rsID.re_search(r"^rs\d+$").fill_null(False) & unused.phecode.notnull(),
                     "odds ratio is no positive number"),
                    (unused.phecode.isnull(), "no PheCode"), else_="variant has no rsID",
                ),
            )
        ],
    )  # fmt: skip
