"""HPO annotations: phenotypes of diseases, with their frequency, and of the genes behind them.

Source: https://hpo.jax.org/data/annotations (phenotype.hpoa, genes_to_phenotype.txt), in the format of 2023 and before
    and in today's; https://obophenotype.github.io/human-phenotype-ontology/annotations/phenotype_hpoa
Licence: HPO's own (https://hpo.jax.org/app/license): attribute, show the version, do not alter
Yields: (disease)-[:HAS_PHENOTYPE]->(HP) for aspect P, HAS_MODE_OF_INHERITANCE for I, RELATED_TO for C (clinical
    course), M (clinical modifier) and H (past medical history); (gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(HP), or as
    above where the term is no phenotype, with the disease in `context`; names of diseases and gene symbols.
    `qualifier` is what is not a phenotype's aspect, then the frequency as published, then what
    genes_to_phenotype.txt says of the gene; `context` has evidence code, onset, sex and modifiers. `weight` is the
    frequency in (0, 1]: n/m, the percentage / 100, or the middle of the term's range (Obligate 1, Very frequent
    (0.80 + 0.99) / 2, Frequent (0.30 + 0.79) / 2, Occasional (0.05 + 0.29) / 2, Very rare (0.01 + 0.04) / 2); null
    where none is stated. NOT, Excluded (HP:0040285), 0 % and 0/m are negated, without weight.
Skips: biocuration (who wrote a row, and when). Rows whose frequency is none of these are loaded without weight.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged, lines, read_header
from kgbuild.model import Download, Source

_LATEST = "https://github.com/obophenotype/human-phenotype-ontology/releases/latest/download"
SOURCE = Source(
    name="hpoa",
    title="HPO annotations",
    url="https://hpo.jax.org/data/annotations",
    licence="https://hpo.jax.org/app/license",
    files={"annotations": ("phenotype.hpoa",), "genes": ("genes_to_phenotype.txt",)},
    optional=("genes",),
    citation="Gargano MA et al. The Human Phenotype Ontology in 2024. Nucleic Acids Res. 2024;52:D1333.",
    downloads=(Download(f"{_LATEST}/phenotype.hpoa"), Download(f"{_LATEST}/genes_to_phenotype.txt")),
)

_COLUMNS = (
    "database_id", "disease_name", "qualifier", "hpo_id", "reference", "evidence", "onset", "frequency", "sex",
    "modifier", "aspect",
)  # fmt: skip
#: The same columns as files of 2023 and before head them; `#DatabaseID` begins like a comment.
_FORMER = (
    "#DatabaseID", "DiseaseName", "Qualifier", "HPO_ID", "Reference", "Evidence", "Onset", "Frequency", "Sex",
    "Modifier", "Aspect",
)  # fmt: skip
_COMMENTS = ("#description", "#date", "#version", "#tracker", "#HPO-version", "#hpo-version")
_GENES = ("ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id")
#: Files of 2023 and before have no header but one comment that describes these.
_FORMER_GENES = (*_GENES[:4], "raw", "frequency", "info", "origin", "disease_id")

#: The middle of each frequency term's range, in percent.
_FREQUENCIES = {"HP:0040280": 100.0, "HP:0040281": 89.5, "HP:0040282": 54.5, "HP:0040283": 17.0, "HP:0040284": 2.5}
_ASPECTS = {"C": "clinical course", "M": "clinical modifier", "I": "inheritance", "H": "past medical history"}


def load(inputs: Inputs) -> Staged:
    diseases = inputs.keep(ibis.union(*[_annotations(inputs, path) for path in inputs.paths("annotations")]))
    aspects = diseases.group_by("object").aggregate(aspect=diseases.aspect.max())
    genes = [inputs.keep(_genes(inputs, path, aspects)) for path in inputs.paths("genes")]
    good = [table.filter(table.reason.isnull()) for table in (diseases, *genes)]
    return Staged(
        nodes=[
            *(table.select("file", "row", "type", "name", id=table.subject) for table in good),
            *(table.select("file", "row", id=table.object, name=table.phenotype) for table in good[1:]),
        ],
        edges=[_edges(table) for table in good],
        rejects=[
            table.filter(table.reason.notnull()).select("file", "row", "raw", "reason", key=table.subject.fill_null(""))
            for table in (diseases, *genes)
        ],
    )


def version(inputs: Inputs) -> str | None:
    """The release date that the header states."""
    for line in lines(inputs.paths("annotations")[0]):
        if line.startswith(("#date:", "#version:")):
            return line.partition(":")[2].strip()
        if not line.startswith("#"):
            break
    return None


def _annotations(inputs: Inputs, path: Path) -> ir.Table:
    """The rows of phenotype.hpoa as `_edges` takes them, with type, name, raw and reason."""
    former = read_header(path, "\t", "", _COMMENTS)[1][0] == _FORMER[0]
    rows = inputs.table(path, _FORMER if former else _COLUMNS, quote="", comment=_COMMENTS)
    rows = rows.rename(dict(zip(_COLUMNS, _FORMER, strict=True))) if former else rows
    stated = {"evidence": rows.evidence, "onset": rows.onset, "sex": rows.sex.lower(), "modifier": rows.modifier}
    negative = rows.qualifier.fill_null("").upper().contains("NOT")
    return _checked(rows, rows.database_id, _COLUMNS).mutate(
        type=ibis.literal("Disease"), name=rows.disease_name.strip(), negative=negative,
        predicate=ibis.literal("HAS_PHENOTYPE"), info=ibis.null("string"),
        context=_joined("; ", [f"{what} " + column for what, column in stated.items()]),
        publications=rows.reference.replace("PMID:", "pubmed:").replace("OMIM:", "omim:").re_replace(r"\s*;\s*", "|"),
    )  # fmt: skip


def _genes(inputs: Inputs, path: Path, aspects: ir.Table) -> ir.Table:
    """The rows of genes_to_phenotype.txt likewise; a term's aspect is what phenotype.hpoa says of it."""
    former = read_header(path, "\t", "", "")[1][0].startswith("#")
    columns = _FORMER_GENES if former else _GENES
    rows = inputs.table(path, columns, () if former else ("info",), quote="", comment="#", header=not former)
    rows = _checked(rows, "NCBIGene:" + rows.ncbi_gene_id.re_replace("^NCBIGene:", ""), columns)
    rows = rows.left_join(aspects, "object").drop("object_right")
    return rows.mutate(
        type=ibis.literal("Gene"), name=rows.gene_symbol.strip(), phenotype=rows.hpo_name.strip(),
        aspect=rows.aspect.fill_null("P"), negative=ibis.literal(False), info=rows["info"].nullif("-"),
        frequency=rows.frequency.nullif("-"), predicate=ibis.literal("GENE_ASSOCIATED_WITH_CONDITION"),
        context=standardize_column(rows.disease_id), publications=ibis.null("string"),
    )  # fmt: skip


def _checked(rows: ir.Table, subject: ir.StringValue, columns: tuple[str, ...]) -> ir.Table:
    """The rows with the CURIEs of both ends, their raw text, and the reason why one cannot be used."""
    rows = rows.mutate(subject=standardize_column(subject), object=standardize_column(rows.hpo_id))
    aspect = rows.aspect if "aspect" in rows.columns else ibis.literal("P")
    return rows.mutate(
        raw=ibis.literal("\t").join([rows[column].fill_null("") for column in columns]),
        reason=ibis.cases(
            (~rows.subject.re_search(r"^(omim|ORPHA|decipher|MONDO|NCBIGene):\d+$").fill_null(False),
             "no OMIM, ORPHA, DECIPHER or MONDO disease and no Entrez gene"),
            (~rows.object.re_search(r"^HP:\d{7}$").fill_null(False), "no HPO term"),
            (~aspect.isin(["P", *_ASPECTS]).fill_null(False), "aspect is none of P, I, C, M and H"),
            else_=ibis.null("string"),
        ),
    )  # fmt: skip


def _edges(rows: ir.Table) -> ir.Table:
    text = rows.frequency.strip()
    share, whole = (text.re_extract(r"^(\d+)\s*/\s*(\d+)$", i).try_cast("float64") for i in (1, 2))
    percent = text.re_extract(r"^(\d+(?:\.\d+)?)\s*%$", 1).try_cast("float64")
    middle = ibis.map(list(_FREQUENCIES), list(_FREQUENCIES.values())).get(text)
    frequency = ibis.coalesce(share / whole.nullif(0), percent / 100, middle / 100)
    negated = rows.negative | (frequency == 0).fill_null(False) | (text == "HP:0040285").fill_null(False)
    aspect = rows.aspect.substitute(_ASPECTS, else_=ibis.null("string"))
    return rows.select(
        "file", "row", "subject", "object", "context", "publications",
        predicate=ibis.cases(
            (rows.aspect == "P", rows.predicate), (rows.aspect == "I", "HAS_MODE_OF_INHERITANCE"), else_="RELATED_TO"
        ),
        distinct=ibis.literal("|").join(
            [rows[column].fill_null("") for column in ("publications", "context", "frequency", "info")]
            + [rows.negative.ifelse("NOT", "")]
        ),
        weight=(~negated & (frequency > 0) & (frequency <= 1)).ifelse(frequency, None),
        negated=negated.ifelse(True, None),
        qualifier=_joined("; ", [aspect, text, rows["info"]]),
    )  # fmt: skip


def _joined(separator: str, parts: list[ir.StringValue]) -> ir.StringValue:
    """The parts that are not null; null where all are."""
    return ibis.array(parts).filter(lambda part: part.notnull()).join(separator).nullif("")
