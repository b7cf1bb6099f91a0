"""DisGeNET: associations of genes with diseases, scored over expert-curated databases.

Source: https://www.disgenet.com/downloads (curated_gene_disease_associations.tsv, to v7.0), or from v24 on the result
of disgenet2r's `gene2disease()` and `disease2gene()` written by R's write.table (disgenet_gda*.tsv)
Licence: CC-BY-NC-SA-4.0 to v7.0; later releases by an academic or commercial licence of their own
Yields: (gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(umls) with the score as `weight`, the databases as `context`, and the
    number of publications; a gene with its symbol, a disease with its name, Phenotype where DisGeNET calls it one.
Skips: indices of specificity and pleiotropy, years, disease classes. A score that is 0 or not a number is rejected.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged, read_header
from kgbuild.model import Source

SOURCE = Source(
    name="disgenet",
    title="DisGeNET",
    url="https://www.disgenet.com",
    licence="CC-BY-NC-SA-4.0",
    files={"associations": ("curated_gene_disease_associations.tsv", "disgenet_gda*.tsv")},
    citation="Piñero J et al. The DisGeNET knowledge platform for disease genomics: 2019 update. NAR 2020;48:D845.",
    access="Register at disgenet.com, and save curated_gene_disease_associations.tsv.gz, or a disgenet2r result with "
    'write.table(result@qresult, "disgenet_gda.tsv", sep="\\t", quote=FALSE, row.names=FALSE).',
)

#: Column → what it is called to v7.0, and by disgenet2r.
_COLUMNS = {
    "gene": ("geneId", "geneid"), "symbol": ("geneSymbol", "gene_symbol"), "disease": ("diseaseId", "diseaseUMLSCUI"),
    "name": ("diseaseName", "disease_name"), "score": ("score", "score"),
}  # fmt: skip
_OPTIONAL = {"kind": ("diseaseType",) * 2, "source": ("source",) * 2, "count": ("NofPmids", "numPMIDs")}


def load(inputs: Inputs) -> Staged:
    table = inputs.keep(ibis.union(*[_read(inputs, path) for path in inputs.paths("associations")]))
    gene, disease = (
        table.gene.re_extract(r"^(\d+)$", 1).nullif(""),
        table.disease.re_extract(r"(C\d{7})$", 1).nullif(""),
    )
    score = table.score.try_cast("float64")
    table = table.mutate(
        subject="NCBIGene:" + gene, object="umls:" + disease, weight=score,
        reason=ibis.cases(
            (gene.isnull(), "geneId is no NCBI Gene number"),
            (disease.isnull(), "diseaseId is no UMLS concept such as C0011860"),
            (~((score > 0) & (score <= 1)).fill_null(False), "score is no number above 0, up to 1"),
        ),
    )  # fmt: skip
    rows, unused = table.filter(table.reason.isnull()), table.filter(table.reason.notnull())
    phenotype = rows.kind.fill_null("").lower().contains("phenotype")
    return Staged(
        nodes=[
            rows.select("file", "row", id=rows.subject, type=ibis.literal("Gene"), name=rows.symbol),
            rows.select("file", "row", "name", id=rows.object, type=phenotype.ifelse("Phenotype", "Disease")),
        ],
        edges=[
            rows.select(
                "file", "row", "subject", "object", "weight", context=rows.source,
                predicate=ibis.literal("GENE_ASSOCIATED_WITH_CONDITION"), distinct=rows.source.fill_null(""),
                qualifier=(rows["count"].re_replace(r"\.0$", "") + " publications"),
            )
        ],
        rejects=[
            unused.select(
                "file", "row", "reason", key=unused.gene.fill_null("") + " " + unused.disease.fill_null(""),
                raw=ibis.literal("\t").join([unused[column].fill_null("") for column in (*_COLUMNS, *_OPTIONAL)]),
            )
        ],
    )  # fmt: skip


def _read(inputs: Inputs, path: Path) -> ir.Table:
    """One file under short names, whichever way its columns are called."""
    later = int("geneId" not in read_header(path, "\t", "", "")[1])
    required, optional = ({n: names[later] for n, names in each.items()} for each in (_COLUMNS, _OPTIONAL))
    table = inputs.table(path, tuple(required.values()), tuple(optional.values()), quote="")
    columns = {name: table[column].strip().nullif("NA") for name, column in (required | optional).items()}
    return table.select("file", "row", **columns)
