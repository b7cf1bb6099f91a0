"""GTEx v8 and v10: significant variant-gene pairs of each tissue.

Source: https://gtexportal.org/home/downloads/adult-gtex/qtl (GTEx_Analysis_v8_eQTL, text; GTEx_Analysis_v10_eQTL,
Parquet; and WholeGenomeSeq's lookup table of the same release)
Licence: open access, dbGaP phs000424.v8 and .v10
Yields: (Variant)-[:AFFECTS_EXPRESSION_OF]->(gene), the effect being the alternative allele's; `context` is the tissue.
    The variant is the lookup table's rsID, or its SPDI on GRCh38 where that has none.
Skips: v8's frequencies of the minor allele, since the file does not say which allele is the minor one. The lookup
    table's rows are not counted: most of its 46 million belong to no pair.
"""

import ibis

from kgbuild.association import neg_log10_p, spdi
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, read_header
from kgbuild.model import Download, Source

_TABLES = "https://storage.googleapis.com/adult-gtex/references/v10/reference-tables/"

SOURCE = Source(
    name="gtex",
    title="GTEx eQTL",
    url="https://gtexportal.org",
    licence="https://gtexportal.org/home/license",
    files={
        "pairs": ("*.v8.signif_variant_gene_pairs.txt", "*.v10.eQTLs.signif_pairs.parquet"),
        "lookup": ("*lookup_table.txt",),
    },
    optional=("lookup",),
    citation="GTEx Consortium. Atlas of genetic regulatory effects across human tissues. Science 2020;369:1318.",
    downloads=(Download(f"{_TABLES}GTEx_Analysis_2021-02-11_v10_WholeGenomeSeq_953Indiv.lookup_table.txt.gz"),),
    access="unpack GTEx_Analysis_v10_eQTL.tar from https://gtexportal.org/home/downloads/adult-gtex/qtl beside it",
)

_COLUMNS = ("variant_id", "gene_id", "pval_nominal", "slope", "slope_se")
#: The releases' columns of rsIDs; v10's table may lack positions on GRCh37.
_RSIDS, _B37 = {"v8": "rs_id_dbSNP151_GRCh38p7", "v10": "rs_id_dbSNP155_GRCh38p13"}, "variant_id_b37"
_VARIANT = r"^chr([0-9XYM]+)_([0-9]+)_([ACGTN]+)_([ACGTN]+)_b38$"


def version(inputs: Inputs) -> str:
    """`v8` or `v10`, as the files' names say.

    Raises:
        InputError: files of both, whose evidence is the same in part.
    """
    found = {"v10" if ".v10." in path.name else "v8" for path in inputs.paths("pairs")}
    if len(found) > 1:
        raise InputError(f"{inputs.root}: pairs of GTEx v8 and v10; keep the files of one release")
    return found.pop()


def load(inputs: Inputs) -> Staged:
    table = inputs.table("pairs", _COLUMNS, ("af",))
    valid = (table.variant_id.re_search(_VARIANT) & table.gene_id.startswith("ENSG")).fill_null(False)
    pairs, unused = table.filter(valid), table.filter(~valid)
    release = version(inputs)
    headers = [read_header(path, "\t", "", "")[1] for path in inputs.paths("lookup")]
    placed = [_B37] if all(_B37 in header for header in headers) else []
    known = inputs.lookup("lookup", ("variant_id", _RSIDS[release], *placed)).rename(rsid=_RSIDS[release])
    known = known if placed else known.mutate(**{_B37: ibis.null("string")})
    pairs = pairs.left_join(known.semi_join(pairs, "variant_id"), "variant_id")
    chromosome, position, reference, alternative = (pairs.variant_id.re_extract(_VARIANT, i) for i in (1, 2, 3, 4))
    rsid = pairs.rsid.re_extract(r"^(rs\d+)", 1).nullif("")
    frequency = pairs.af.try_cast("float64")
    pairs = inputs.keep(
        pairs.mutate(
            id=ibis.coalesce(
                ibis.literal("dbSNP:") + rsid, spdi(chromosome, position.cast("int64"), reference, alternative)
            ),
            chromosome=chromosome.substitute({"M": "MT"}), grch38=position.cast("int64"),
            grch37=pairs[_B37].re_extract(r"^[^_]+_([0-9]+)_", 1).nullif("").cast("int64"),
            reference=reference, alternative=alternative, tissue=pairs.file.re_extract(r"([^/]+)\.v(8|10)\.", 1),
            gene=ibis.literal("ensembl:") + pairs.gene_id.re_split(r"\.")[0],
            frequency=frequency.between(0, 1).ifelse(frequency, None),
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
                allele_frequency=pairs.frequency, context=pairs.tissue, study=pairs.tissue,
                publications=ibis.literal("pubmed:32913098" if release == "v8" else None, "string"),
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
