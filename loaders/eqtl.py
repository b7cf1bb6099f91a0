"""Expression QTLs in TwoSampleMR's columns, one file a tissue.

Source: https://mrcieu.github.io/TwoSampleMR (format of exposure data); BLUEPRINT's among others
Licence: the data set's own
Yields: (Variant)-[:AFFECTS_EXPRESSION_OF]->(gene), its version stripped; `context` is the file's name, its tissue.
Skips: rows without an rsID (a position here names no genome build), and phenotypes that are no Ensembl gene.
"""

import ibis

from kgbuild.association import neg_log10_p
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="eqtl",
    title="Expression QTLs",
    url="https://mrcieu.github.io/TwoSampleMR",
    licence="the data set's own",
    files={"pairs": ("eqtl/*.tsv", "eqtl/*.txt", "*.eqtl.tsv")},
    access="Write a tissue's table in TwoSampleMR's columns of exposure data to eqtl/TISSUE.tsv.",
)

_COLUMNS = ("Phenotype", "SNP", "beta", "se", "effect_allele", "other_allele", "pval")


def load(inputs: Inputs) -> Staged:
    table = inputs.table("pairs", _COLUMNS, ("eaf", "samplesize"))
    is_gene = table.Phenotype.re_search(r"^ENSG\d+(\.\d+)?$").fill_null(False)
    is_rsid = table.SNP.re_search(r"^rs\d+$").fill_null(False)
    rows, unused = table.filter(is_gene & is_rsid), table.filter(~(is_gene & is_rsid))
    tissue = rows.file.re_extract(r"([^/]+?)(\.eqtl)?\.(tsv|txt)(\.gz)?$", 1)
    frequency = rows.eaf.try_cast("float64")
    edges = rows.select(
        "file", "row", "effect_allele", "other_allele", subject=ibis.literal("dbSNP:") + rows.SNP,
        predicate=ibis.literal("AFFECTS_EXPRESSION_OF"),
        object=ibis.literal("ensembl:") + rows.Phenotype.re_split(r"\.")[0],
        distinct=ibis.literal("|").join([
            tissue, *(rows[c].fill_null("") for c in ("effect_allele", "other_allele", "beta", "se"))
        ]),
        effect=rows.beta.try_cast("float64"), effect_kind=ibis.literal("beta"),
        standard_error=rows.se.try_cast("float64"), neg_log10_p=neg_log10_p(rows.pval),
        allele_frequency=frequency.between(0, 1).ifelse(frequency, None),
        sample_size=rows.samplesize.try_cast("int64"), context=tissue, study=tissue,
    )  # fmt: skip
    reason = unused.Phenotype.re_search(r"^ENSG\d+(\.\d+)?$").fill_null(False).ifelse(
        "variant has no rsID, and its position names no genome build", "phenotype is no Ensembl gene"
    )  # fmt: skip
    return Staged(
        nodes=[
            edges.select("file", "row", id=edges.subject, type=ibis.literal("Variant")),
            edges.select("file", "row", id=edges.object, type=ibis.literal("Gene")),
        ],
        edges=[edges],
        rejects=[
            unused.select(
                "file", "row", key=unused.Phenotype + " " + unused.SNP, reason=reason,
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
            )
        ],
    )  # fmt: skip
