"""GTEx v8: significant variant-gene pairs of each tissue.

Source: https://gtexportal.org/home/downloads/adult-gtex/qtl (GTEx_Analysis_v8_eQTL, and WholeGenomeSeq's lookup table)
Licence: open access, dbGaP phs000424.v8
Yields: (Variant)-[:AFFECTS_EXPRESSION_OF]->(gene), the effect being the alternative allele's; `context` is the tissue.
    The variant is the lookup table's rsID, or its SPDI on GRCh38 where that has none.
Skips: frequencies of the minor allele, since the file does not say which allele is the minor one. The lookup table's
    rows are not counted: most of its 46 million belong to no pair.
"""

import ibis

from kgbuild.association import neg_log10_p, spdi
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="gtex",
    title="GTEx v8 eQTL",
    url="https://gtexportal.org",
    licence="dbGaP open access",
    files={"pairs": ("*.v8.signif_variant_gene_pairs.txt",), "lookup": ("*lookup_table.txt",)},
    optional=("lookup",),
    version="v8",
    citation="GTEx Consortium. Atlas of genetic regulatory effects across human tissues. Science 2020;369:1318.",
    downloads=(
        Download(
            "https://storage.googleapis.com/adult-gtex/references/v8/reference-tables/"
            "GTEx_Analysis_2017-06-05_v8_WholeGenomeSeq_838Indiv_Analysis_Freeze.lookup_table.txt.gz"
        ),
    ),
    access="The pairs of all tissues are one archive: download https://storage.googleapis.com/adult-gtex/bulk-qtl/v8/"
    "single-tissue-cis-qtl/GTEx_Analysis_v8_eQTL.tar and unpack it.",
)

_COLUMNS = ("variant_id", "gene_id", "pval_nominal", "slope", "slope_se")
_RSID, _B37 = "rs_id_dbSNP151_GRCh38p7", "variant_id_b37"
_VARIANT = r"^chr([0-9XYM]+)_([0-9]+)_([ACGTN]+)_([ACGTN]+)_b38$"


def load(inputs: Inputs) -> Staged:
    table = inputs.table("pairs", _COLUMNS)
    valid = (table.variant_id.re_search(_VARIANT) & table.gene_id.startswith("ENSG")).fill_null(False)
    pairs, unused = table.filter(valid), table.filter(~valid)
    known = inputs.lookup("lookup", ("variant_id", _RSID, _B37))
    pairs = pairs.left_join(known.semi_join(pairs, "variant_id"), "variant_id")
    chromosome, position, reference, alternative = (pairs.variant_id.re_extract(_VARIANT, i) for i in (1, 2, 3, 4))
    rsid = pairs[_RSID].re_extract(r"^(rs\d+)", 1).nullif("")
    pairs = inputs.keep(
        pairs.mutate(
            id=ibis.coalesce(
                ibis.literal("dbSNP:") + rsid, spdi(chromosome, position.cast("int64"), reference, alternative)
            ),
            chromosome=chromosome.substitute({"M": "MT"}), grch38=position.cast("int64"),
            grch37=pairs[_B37].re_extract(r"^[^_]+_([0-9]+)_", 1).nullif("").cast("int64"),
            reference=reference, alternative=alternative, tissue=pairs.file.re_extract(r"([^/]+)\.v8\.", 1),
            gene=ibis.literal("ensembl:") + pairs.gene_id.split(".")[0],
        )
    )  # fmt: skip
    return Staged(
        nodes=[
            pairs.select("id", "file", "row", "chromosome", "grch37", "grch38", type=ibis.literal("Variant")),
            pairs.select("file", "row", id=pairs.gene, type=ibis.literal("Gene")),
        ],
        edges=[
            pairs.select(
                "file", "row", subject=pairs.id, predicate=ibis.literal("AFFECTS_EXPRESSION_OF"), object=pairs.gene,
                distinct=ibis.literal("|").join([pairs.tissue, pairs.reference, pairs.alternative]),
                effect=pairs.slope.try_cast("float64"), effect_kind=ibis.literal("beta"),
                effect_allele=pairs.alternative, other_allele=pairs.reference,
                standard_error=pairs.slope_se.try_cast("float64"), neg_log10_p=neg_log10_p(pairs.pval_nominal),
                context=pairs.tissue, study=pairs.tissue, publications=ibis.literal("pubmed:32913098"),
            )
        ],
        rejects=[
            unused.select(
                "file", "row", key=unused.variant_id,
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
                reason=ibis.literal("variant is not chr_position_ref_alt_b38, or gene is no Ensembl gene"),
            )
        ],
    )  # fmt: skip
