"""ClinVar: how laboratories classify variants for conditions.

Source: https://ftp.ncbi.nlm.nih.gov/pub/clinvar/tab_delimited/variant_summary.txt.gz (README beside it), with and
    without the columns of somatic classifications that it has since 2024
Licence: US-government-work (public domain; NCBI asks to be cited)
Yields: (Variant)-[:ASSOCIATED_WITH]->(condition) for what is pathogenic, a risk factor, protective, associated or the
    like, RELATED_TO for what is benign, uncertain, conflicting or unclassified, the classification in either case as
    `qualifier`, the review status as `context`, the RCV record as `study`; (Variant)-[:MAPPED_TO]->(gene).
    ASSOCIATED_WITH and not CAUSES: the file aggregates classifications over all conditions of a variant, so it does not
    say which one a pathogenic variant causes; `n_traits` is their number. Benign is not negated: it denies a Mendelian
    effect, while the same variant may well be associated with a trait. "association not found" alone is negated.
    A condition is its MONDO id, else OMIM's, Orphanet's, HPO's, MeSH's, MedGen's. A variant is its rsID, else its SPDI
    on GRCh38; an allele has a row for each assembly, which are one piece of evidence with a position on each.
Skips: other ids of a condition, HGVS names, dates, submitters. Rows that name no condition ("not provided", "not
    specified", "7 conditions"), and alleles with neither rsID nor sequence on GRCh38 (copy numbers) are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.association import spdi
from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import PREFIX_TYPES, Download, Source

SOURCE = Source(
    name="clinvar",
    title="ClinVar",
    url="https://www.ncbi.nlm.nih.gov/clinvar",
    licence="LicenseRef-US-government-work",
    files={"variants": ("variant_summary.txt", "variant_summary_*.txt")},
    citation="Landrum MJ et al. ClinVar: improving access to variant interpretations. NAR 2018;46:D1062.",
    downloads=(Download("https://ftp.ncbi.nlm.nih.gov/pub/clinvar/tab_delimited/variant_summary.txt.gz"),),
)

_COLUMNS = {
    "allele": "#AlleleID", "gene": "GeneID", "hgnc": "HGNC_ID", "significance": "ClinicalSignificance",
    "rs": "RS# (dbSNP)", "rcv": "RCVaccession", "ids": "PhenotypeIDS", "names": "PhenotypeList", "assembly": "Assembly",
    "chromosome": "Chromosome", "start": "Start", "review": "ReviewStatus", "position": "PositionVCF",
    "reference": "ReferenceAlleleVCF", "alternative": "AlternateAlleleVCF",
}  # fmt: skip
_OPTIONAL = {"oncogenicity": "Oncogenicity", "somatic": "SomaticClinicalImpact"}

#: CURIE's prefix → how the file writes the identifier, in the order of preference.
_CONDITIONS = {
    "MONDO": r"MONDO:MONDO:(\d+)", "omim": r"OMIM:(\d+)", "omim.ps": r"OMIM:PS(\d+)",
    "ORPHA": r"Orphanet:(?:ORPHA)?(\d+)", "HP": r"Human Phenotype Ontology:HP:(\d+)", "mesh": r"MeSH:([A-Z]\d+)",
    "medgen": r"MedGen:(CN?\d+)",
}  # fmt: skip
#: MedGen's concepts for "not provided", "not specified" and their like.
_NO_CONDITION = ("C3661900", "CN169374", "CN517202", "CN235283", "CN221809")

_POSITIVE = (
    r"pathogenic|risk (factor|allele)|association($|;|,)|affects|protective|drug response|confers|oncogenic|tier ii? "
)
_OTHERWISE = r"benign|conflicting|uncertain|unknown|association not found"


def load(inputs: Inputs) -> Staged:
    table = inputs.table("variants", tuple(_COLUMNS.values()), tuple(_OPTIONAL.values()), quote="")
    names = _COLUMNS | _OPTIONAL
    rows = table.select(
        "file", "row", raw=ibis.literal("\t").join([table[column].fill_null("") for column in names.values()]),
        **{name: table[column].nullif("-") for name, column in names.items()},
    )  # fmt: skip
    rows = inputs.keep(_placed(rows))
    conditions = inputs.keep(_conditions(rows.filter(rows.id.notnull())))
    usable = conditions.select("file", "row").distinct()
    used, unused = rows.semi_join(usable, ["file", "row"]), rows.anti_join(usable, ["file", "row"])
    prefix = conditions.condition.re_extract("^([^:]+):", 1)
    gene = (used.gene.try_cast("int64") > 0).ifelse(ibis.literal("NCBIGene:") + used.gene, None)
    mapped = used.mutate(object=ibis.coalesce(gene, standardize_column(used.hgnc)))
    return Staged(
        nodes=[
            used.select("id", "file", "row", "chromosome", "grch37", "grch38", type=ibis.literal("Variant")),
            conditions.select(
                "file", "row", "name", id=conditions.condition, type=prefix.substitute(PREFIX_TYPES, else_="Disease")
            ),
        ],
        edges=[
            _classified(conditions),
            mapped.filter(mapped.object.notnull()).select(
                "file", "row", "object", subject=mapped.id, predicate=ibis.literal("MAPPED_TO")
            ),
        ],
        rejects=[
            unused.select(
                "file", "row", "raw", key=unused.allele.fill_null(""),
                reason=unused.id.isnull().ifelse(
                    "allele has neither an rsID nor a sequence on GRCh38", "no condition with an identifier"
                ),
            )
        ],
    )  # fmt: skip


def _placed(rows: ir.Table) -> ir.Table:
    """The rows with what all assemblies' rows of an allele say together: its id, alleles, and positions by build."""
    position = rows.position.try_cast("int64")
    start = rows.start.try_cast("int64")
    rows = rows.mutate(place=(position > 0).ifelse(position, (start > 0).ifelse(start, None)))
    spelt = rows.reference.re_search("^[ACGTN]+$") & rows.alternative.re_search("^[ACGTN]+$") & (position > 0)
    rows = rows.mutate(**{c: spelt.fill_null(False).ifelse(rows[c], None) for c in ("reference", "alternative")})
    on38, on37 = rows.assembly == "GRCh38", rows.assembly == "GRCh37"
    alleles = rows.filter(on38 | on37).group_by("allele").aggregate(
        grch38=rows.place.argmin(rows.row, where=on38), grch37=rows.place.argmin(rows.row, where=on37),
        chromosome38=rows.chromosome.argmin(rows.row, where=on38),
        **{f"{c}38": rows[c].argmin(rows.row, where=on38) for c in ("reference", "alternative")},
    )  # fmt: skip
    rows = rows.left_join(alleles, "allele").drop("allele_right")
    rsid = (rows.rs.try_cast("int64") > 0).ifelse(ibis.literal("dbSNP:rs") + rows.rs, None)
    return rows.mutate(
        id=ibis.coalesce(rsid, spdi(rows.chromosome38, rows.grch38, rows.reference38, rows.alternative38)),
        chromosome=ibis.coalesce(rows.chromosome38, rows.chromosome),
        **{c: ibis.coalesce(rows[f"{c}38"], rows[c]) for c in ("reference", "alternative")},
    )


def _conditions(rows: ir.Table) -> ir.Table:
    """One row a variant and condition: `|` separates RCV records, `;` the conditions of one, `,` the ids of one."""
    parts, names, records = rows.ids.re_split(r"\|"), rows.names.re_split(r"\|"), rows.rcv.re_split(r"\|")
    rows = rows.select(
        "file", "row", "id", "allele", "alternative", "reference", "review", "significance", "oncogenicity", "somatic",
        part=parts, of=(parts.length() == names.length()).ifelse(names, None),
        records=(parts.length() == records.length()).ifelse(records, None),
    )  # fmt: skip
    each = rows.unnest("part", offset="i")
    each = each.mutate(part=each.part.split(";"), of=each.of[each.i].split(";"), record=each.records[each.i])
    each = each.mutate(of=(each.part.length() == each.of.length()).ifelse(each.of, None)).unnest("part", offset="j")
    stated = {prefix: each.part.re_extract(f"(?:^|,){written}(?:,|$)", 1) for prefix, written in _CONDITIONS.items()}
    found = [ibis.literal(f"{p}:") + local.nullif("") for p, local in stated.items() if p != "medgen"]
    medgen = stated["medgen"].nullif("")
    found.append(ibis.literal("medgen:") + medgen.notin(_NO_CONDITION).ifelse(medgen, None))
    each = each.mutate(condition=ibis.coalesce(*found), name=each.of[each.j].strip().nullif(""))
    each = each.filter(each.condition.notnull()).drop("part", "of", "records")
    counts = each.group_by("file", "row").aggregate(n_traits=each.condition.nunique())
    return each.inner_join(counts, ["file", "row"])


def _classified(each: ir.Table) -> ir.Table:
    said = [each.significance, "oncogenicity " + each.oncogenicity, "somatic " + each.somatic]
    text = ibis.array(said).filter(lambda part: part.notnull()).join("; ").nullif("")
    lower = text.lower().fill_null("")
    absent = lower.re_search(r"^association not found$")
    positive = absent | (lower.re_search(_POSITIVE) & ~lower.re_search(_OTHERWISE))
    return each.select(
        "file", "row", "n_traits", subject=each.id, object=each.condition,
        predicate=positive.ifelse("ASSOCIATED_WITH", "RELATED_TO"), negated=absent.ifelse(True, None), qualifier=text,
        distinct=each.allele + "|" + each.record.fill_null(""), effect_allele=each.alternative,
        other_allele=each.reference, context=each.review, study=ibis.literal("clinvar.record:") + each.record,
    )  # fmt: skip
