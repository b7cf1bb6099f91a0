"""GWAS Catalog: published associations of variants with traits.

Source: https://www.ebi.ac.uk/gwas/docs/file-downloads ("All associations", v1.0.1 and later)
Licence: EMBL-EBI terms of use, CC0-1.0 since 2021
Yields: (Variant)-[:ASSOCIATED_WITH]->(trait), one a SNP and mapped trait; (Variant)-[:MAPPED_TO]->(gene) with the
    distance of an intergenic variant; (merged rsID)-[:REPLACED_BY]->(current). A haplotype's or an interaction's
    evidence is about the set: its edges have that `qualifier`, and the whole set in `context`.
Skips: rows without a mapped trait, rows whose variant has neither rsID nor GRCh38 position (HLA alleles, probe names);
    of a set, members without rsID, the position and the genes. p values above 1 and infinite effects become null.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.association import ancestry, finite, mapped_traits, neg_log10_p, plain, sample_size
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="gwas_catalog",
    title="GWAS Catalog associations",
    url="https://www.ebi.ac.uk/gwas",
    licence="CC0-1.0",
    files={"associations": ("gwas_catalog_v1.0*-associations*.tsv", "gwas-catalog-associations*.tsv")},
    downloads=(
        Download("https://www.ebi.ac.uk/gwas/api/search/downloads/alternative", "gwas_catalog_v1.0.2-associations.tsv"),
    ),
    citation="Sollis E et al. The NHGRI-EBI GWAS Catalog: knowledgebase and deposition resource. NAR 2023.",
)

_COLUMNS = {
    "pubmed": "PUBMEDID", "reported": "DISEASE/TRAIT", "chromosome": "CHR_ID", "position": "CHR_POS",
    "genes": "SNP_GENE_IDS", "upstream": "UPSTREAM_GENE_ID", "downstream": "DOWNSTREAM_GENE_ID",
    "upstream_distance": "UPSTREAM_GENE_DISTANCE", "downstream_distance": "DOWNSTREAM_GENE_DISTANCE",
    "strongest": "STRONGEST SNP-RISK ALLELE", "snps": "SNPS", "merged": "MERGED", "current": "SNP_ID_CURRENT",
    "frequency": "RISK ALLELE FREQUENCY", "p": "P-VALUE", "mlog": "PVALUE_MLOG", "p_text": "P-VALUE (TEXT)",
    "number": "OR or BETA", "interval": "95% CI (TEXT)", "labels": "MAPPED_TRAIT", "uris": "MAPPED_TRAIT_URI",
}  # fmt: skip
_OPTIONAL = {"accession": "STUDY ACCESSION", "size": "INITIAL SAMPLE SIZE", "described": "INITIAL SAMPLE DESCRIPTION"}

_UNIT = r"(?i)\b(incr|de?cr|taller|shorter|higher|lower|longer|more|fewer|better|per copy|difference|variance|kg/)"
_LESS = r"(?i)\b(de?cr|shorter|lower|fewer)"
_INTERVAL = r"^[^\w-]*\d*\.?\d+\s*[-–—‐ ]\s*\d*\.?\d+"


def load(inputs: Inputs) -> Staged:
    rows = _read(inputs)
    members = inputs.keep(_members(rows))
    traits = inputs.keep(mapped_traits(rows, "uris", "labels"))
    edges = inputs.keep(_associations(members, traits))
    single = members.filter(members.qualifier.isnull())
    merged = single.filter(single.id != single.given)
    usable = edges.select("file", "row").distinct()
    unused = rows.anti_join(usable, ["file", "row"])
    return Staged(
        nodes=[
            members.select(
                "id", "file", "row", type=ibis.literal("Variant"),
                chromosome=members.qualifier.isnull().ifelse(members.chromosome, None),
                grch38=members.qualifier.isnull().ifelse(members.position, None),
            ),
            traits.semi_join(usable, ["file", "row"]).select("file", "row", id=traits.trait, name=traits.label),
        ],
        edges=[
            edges,
            merged.select(
                "file", "row", subject=merged.given, predicate=ibis.literal("REPLACED_BY"), object=merged.id
            ),
            *(_mapped(single, column) for column in ("genes", "upstream", "downstream")),
        ],
        rejects=[
            unused.select(
                "file", "row", key=unused.snps,
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
                reason=unused.uris.isnull().ifelse(
                    "no mapped trait", "variant has neither an rsID nor a position on GRCh38"
                ),
            )
        ],
    )  # fmt: skip


def _read(inputs: Inputs) -> ir.Table:
    """The columns under short names. Official exports do not quote; some copies do, as CSV would."""
    table = inputs.table("associations", tuple(_COLUMNS.values()), tuple(_OPTIONAL.values()), quote="")
    columns = {name: table[column] for name, column in (_COLUMNS | _OPTIONAL).items()}
    for name in ("reported", "labels", "p_text", "interval", "size", "described"):
        quoted = columns[name].re_search(r'^"([^"]|"")*"$')
        columns[name] = quoted.ifelse(columns[name].re_replace('^"|"$', "").replace('""', '"'), columns[name])
    whole = {name: columns[name].re_replace(r"\.0$", "") for name in ("pubmed", "position", "merged", "current")}
    return inputs.keep(table.select("file", "row", **columns | whole))


def _members(rows: ir.Table) -> ir.Table:
    """One row a SNP, with `id` (current), `given`, its risk allele, and what kind of set it is a member of."""
    text = rows.snps.strip().lower()
    separator = r"\s*[;,]\s*|\s+x\s+"
    rows = rows.mutate(
        snp=text.re_split(separator), risk=rows.strongest.strip().re_split(separator),
        qualifier=ibis.cases((text.re_search(r"\sx\s"), "interaction"), (text.re_search("[;,]"), "haplotype")),
        position=rows.position.try_cast("int64"),
    )  # fmt: skip
    aligned = rows.snp.length() == rows.risk.length()
    rows = rows.mutate(risk=aligned.ifelse(rows.risk, ibis.null("array<string>")))
    each = rows.unnest("snp", offset="i")
    # a misspelt rsID ("rs1083 2417") may be right beside its allele ("rs10832417-T"); what was mapped is another locus
    spelt = each.risk[each.i].strip().lower().re_extract(r"^(rs\d+)-", 1).nullif("")
    misspelt = ~each.snp.re_search(r"^rs\d+$") & spelt.notnull()
    mapped = ("chromosome", "position", "genes", "upstream", "downstream")
    each = each.mutate(snp=misspelt.ifelse(spelt, each.snp), **{c: misspelt.ifelse(None, each[c]) for c in mapped})
    is_rsid = each.snp.re_search(r"^rs\d+$")
    placed = ibis.literal("GRCh38:") + each.chromosome + ":" + each.position.cast("string")
    given = is_rsid.ifelse(ibis.literal("dbSNP:") + each.snp, each.qualifier.isnull().ifelse(placed, None))
    moved = is_rsid & (each.merged == "1") & each.current.re_search(r"^\d+$") & each.qualifier.isnull()
    allele = each.risk[each.i].upper().re_extract(r"^[^-]*-+([ACGTDI]+)", 1).nullif("")
    each = each.mutate(given=given, id=moved.ifelse(ibis.literal("dbSNP:rs") + each.current, given), allele=allele)
    return each.filter(each.id.notnull(), each.uris.notnull())


def _associations(members: ir.Table, traits: ir.Table) -> ir.Table:
    mlog = neg_log10_p(members.p, members.mlog.try_cast("float64"))
    number = finite(members.number.try_cast("float64"))
    unit = members.interval.fill_null("").re_search(_UNIT)
    less = members.interval.fill_null("").re_search(_LESS)
    ratio = ~unit & members.interval.fill_null("").re_search(_INTERVAL) & (number > 0)
    frequency = members.frequency.re_replace(r"\s*\(.*\)$", "").try_cast("float64")
    sample = ibis.coalesce(members["size"], members.described).fill_null("")
    pubmed = ibis.literal("pubmed:") + members.pubmed
    p_text = members.p_text.fill_null("").re_replace(r"[\s()]", "")
    reported = members.reported.strip()
    several = members.qualifier.notnull()
    evidence = [
        pubmed, members.strongest.strip(), plain(mlog.round(4)), plain(number), reported, p_text,
        several.ifelse(members.allele, ""),
    ]  # fmt: skip
    edges = members.select(
        "file", "row", "qualifier", "accession", subject=members.id, predicate=ibis.literal("ASSOCIATED_WITH"),
        distinct=ibis.literal("|").join([part.fill_null("") for part in evidence]),
        effect=(unit & less).ifelse(-number.abs(), number),
        effect_kind=ibis.cases((number.isnull(), None), (unit, "beta"), (ratio, "odds_ratio")),
        effect_allele=members.allele,
        neg_log10_p=mlog,
        allele_frequency=frequency.between(0, 1).ifelse(frequency, None),
        sample_size=sample_size(sample), ancestry=ancestry(sample),
        context=several.ifelse(reported + " (" + members.strongest + ")", reported),
        publications=pubmed,
    ).join(traits.drop("label"), ["file", "row"])  # fmt: skip
    same = edges.group_by("file", "subject", "distinct").aggregate(n_traits=edges.trait.nunique())
    edges = edges.inner_join(same, ["file", "subject", "distinct"])
    anywhere = ibis.window(group_by=[edges.subject, edges["distinct"]])
    study = ibis.coalesce(edges.accession, edges.accession.max().over(anywhere))
    return edges.mutate(
        study=ibis.coalesce(ibis.literal("gcst:") + study, edges.publications),
    ).drop("accession").rename(object="trait")  # fmt: skip


def _mapped(variants: ir.Table, column: str) -> ir.Table:
    """The genes that a variant lies in, or the nearest on either side."""
    each = variants.mutate(gene=variants[column].re_split(r"\s*[,;]\s*")).unnest("gene")
    gene = each.gene.re_replace(r"\.\d+$", "")
    object_ = gene.startswith("ENSG").ifelse(ibis.literal("ensembl:"), ibis.literal("NCBIGene:")) + gene
    between = column != "genes"
    distance = each[f"{column}_distance"].re_replace(r"\.0$", "") + " bp" if between else ibis.null("string")
    return each.filter(gene != "").select(
        "file", "row", subject=each.id, predicate=ibis.literal("MAPPED_TO"), object=object_, context=distance,
        distinct=ibis.literal(column), qualifier=ibis.literal(column) if between else ibis.null("string"),
    )  # fmt: skip
