"""eQTL Catalogue: uniformly processed expression QTLs.

Source: https://www.ebi.ac.uk/eqtl/Data_access (nominal or credible associations, tabix columns; on GRCh38)
Licence: CC-BY-4.0
Yields: (Variant)-[:AFFECTS_EXPRESSION_OF]->(gene), the effect being the alternative allele's. A variant of several
    rsIDs has the evidence under each; one without is its SPDI. `context` is the data set; `qualifier` the exon or
    transcript that was measured, where it is not the whole gene.
Skips: median expression and imputation quality.
"""

import ibis

from kgbuild.association import neg_log10_p, spdi, variant_ids
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="eqtl_catalogue",
    title="eQTL Catalogue",
    url="https://www.ebi.ac.uk/eqtl",
    licence="CC-BY-4.0",
    files={"pairs": ("QTD*.tsv", "eqtl_catalogue/*.tsv")},
    citation="Kerimov N et al. A compendium of uniformly processed human gene expression and splicing QTLs. 2021.",
    access="Choose data sets (QTS…, QTD…) in https://github.com/eQTL-Catalogue/eQTL-Catalogue-resources, and download "
    "https://ftp.ebi.ac.uk/pub/databases/spot/eQTL/sumstats/QTS000001/QTD000001/QTD000001.all.tsv.gz and the like.",
)

_COLUMNS = (
    "molecular_trait_id", "chromosome", "position", "ref", "alt", "pvalue", "beta", "se", "ac", "an", "gene_id", "rsid",
)  # fmt: skip


def load(inputs: Inputs) -> Staged:
    table = inputs.table("pairs", _COLUMNS)
    place = table.position.try_cast("int64")
    name = table.chromosome.re_replace("^chr", "")
    row_of = spdi(name, place, table.ref, table.alt)
    valid = (row_of.notnull() & table.gene_id.startswith("ENSG")).fill_null(False)
    rows, unused = table.mutate(name=name, place=place, spdi=row_of).filter(valid), table.filter(~valid)
    each = rows.mutate(id=variant_ids(rows.rsid, rows.spdi)).unnest("id")
    gene, whole = (each[c].re_replace(r"\.\d+$", "") for c in ("gene_id", "molecular_trait_id"))
    count, total = each.ac.try_cast("float64"), each.an.try_cast("float64")
    data_set = each.file.re_extract(r"([^/]+?)\.tsv(\.gz)?$", 1)
    return Staged(
        nodes=[
            each.select("id", "file", "row", type=ibis.literal("Variant"), chromosome=each.name, grch38=each.place),
            each.select("file", "row", id=ibis.literal("ensembl:") + gene, type=ibis.literal("Gene")),
        ],
        edges=[
            each.select(
                "file", "row", subject=each.id, predicate=ibis.literal("AFFECTS_EXPRESSION_OF"),
                object=ibis.literal("ensembl:") + gene,
                distinct=ibis.literal("|").join([data_set, each.molecular_trait_id, each.ref, each.alt]),
                effect=each.beta.try_cast("float64"), effect_kind=ibis.literal("beta"), effect_allele=each.alt,
                other_allele=each.ref, standard_error=each.se.try_cast("float64"), neg_log10_p=neg_log10_p(each.pvalue),
                allele_frequency=count / total.nullif(0), sample_size=(total / 2).cast("int64"), context=data_set,
                study=data_set, qualifier=(whole == gene).ifelse(None, each.molecular_trait_id),
            )
        ],
        rejects=[
            unused.select(
                "file", "row", key=unused.molecular_trait_id,
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
                reason=ibis.literal("no position on an assembled chromosome, or gene is no Ensembl gene"),
            )
        ],
    )  # fmt: skip
