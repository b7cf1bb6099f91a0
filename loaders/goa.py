"""GO annotations (GOA): what gene products do, in which processes, and where.

Source: https://geneontology.org/docs/download-go-annotations (goa_human.gaf; GAF 2.1 and 2.2,
    https://geneontology.org/docs/go-annotation-file-gaf-format-2.2)
Licence: CC-BY-4.0
Yields: (gene product)-[the relation's Biolink predicate]->(GO term), PARTICIPATES_IN for `involved_in` as elsewhere in
    the graph; where GAF 2.1 states no relation, the one that GO's rule GORULE:0000059 infers: ENABLES for a function,
    ACTS_UPSTREAM_OF_OR_WITHIN for a process, LOCATED_IN for a component. NOT is negated. `qualifier` is the evidence
    code (IEA: electronic), `context` the with/from column, the annotation extension and the isoform. Names and symbols
    of gene products.
Skips: dates and who assigned. Other taxa than `taxon` (`--set goa.taxon=10090`, or `all`) and code ND ("no biological
    data", which says that nothing is known) are rejected. UniProt entry names (TP53_HUMAN) are no symbols.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import Download, Source

SOURCE = Source(
    name="goa",
    title="GO annotations",
    url="https://www.ebi.ac.uk/GOA",
    licence="CC-BY-4.0",
    files={"annotations": ("goa_*.gaf",)},
    parameters={"taxon": "9606"},
    citation="Huntley RP et al. The GOA database: gene Ontology annotation updates for 2015. NAR 2015;43:D1057.",
    downloads=(Download("https://ftp.ebi.ac.uk/pub/databases/GO/goa/HUMAN/goa_human.gaf.gz"),),
)

_COLUMNS = (
    "db", "local", "symbol", "relation", "go", "references", "evidence", "with", "aspect", "name", "synonyms", "kind",
    "taxon", "date", "assigned_by", "extension", "form",
)  # fmt: skip

_ACTS = "acts_upstream_of"
#: Relations whose Biolink predicate is their name in upper case, and those whose predicate is another.
_PREDICATES = {
    relation: relation.upper()
    for relation in (
        "enables", "contributes_to", "located_in", "part_of", "colocalizes_with", _ACTS, f"{_ACTS}_positive_effect",
        f"{_ACTS}_negative_effect", f"{_ACTS}_or_within", f"{_ACTS}_or_within_positive_effect",
        f"{_ACTS}_or_within_negative_effect",
    )
} | {"involved_in": "PARTICIPATES_IN", "is_active_in": "ACTIVE_IN"}  # fmt: skip
_INFERRED = {"F": "enables", "P": f"{_ACTS}_or_within", "C": "located_in"}
_TYPES = {"protein": "Protein", "gene": "Gene", "gene_product": "Gene", "protein_coding_gene": "Gene"}


def load(inputs: Inputs) -> Staged:
    rows = inputs.table("annotations", _COLUMNS, quote="", comment="!", header=False)
    doubled = rows.local.startswith(rows.db + ":")  # "MGI", "MGI:88276"
    relation = rows.relation.fill_null("").re_replace(r"(^|\|)NOT($|\|)", "").strip().nullif("")
    relation = ibis.coalesce(relation, rows.aspect.substitute(_INFERRED, else_=ibis.null("string")))
    rows = rows.mutate(
        id=standardize_column(doubled.ifelse(rows.local, rows.db + ":" + rows.local)),
        object=standardize_column(rows.go), given=relation,
        predicate=relation.substitute(_PREDICATES, else_="RELATED_TO"),
        reason=_reason(rows, inputs.parameters["taxon"]),
        raw=ibis.literal("\t").join([rows[column].fill_null("") for column in _COLUMNS]),
    )  # fmt: skip
    rows = inputs.keep(rows)
    good, bad = rows.filter(rows.reason.isnull()), rows.filter(rows.reason.notnull())
    synonyms = good.mutate(text=good.symbol.concat("|", good.synonyms.fill_null("")).re_split(r"\|")).unnest("text")
    return Staged(
        nodes=[
            good.select(
                "id", "file", "row", "name", type=good.kind.substitute(_TYPES, else_=ibis.null("string"))
            )
        ],
        names=[
            synonyms.filter(~synonyms.text.re_search(r"^[A-Z0-9]+_[A-Z0-9]{3,5}$")).select(
                "id", "file", "row", text=synonyms.text.strip(), scope=ibis.literal("SYMBOL")
            )
        ],
        edges=[_edges(good)],
        rejects=[bad.select("file", "row", "raw", "reason", key=bad.id.fill_null(""))],
    )  # fmt: skip


def version(inputs: Inputs) -> str | None:
    """The date at which the first file was generated, as its header states it."""
    for line in lines(inputs.paths("annotations")[0]):
        if line.lower().startswith(("!date-generated:", "!generated:")):
            return line.partition(":")[2].strip()
        if not line.startswith("!"):
            break
    return None


def _reason(rows: ir.Table, taxon: str) -> ir.StringValue:
    """Why a row cannot be used; of two taxa (host and symbiont) the first is the gene product's."""
    first = rows.taxon.re_extract(r"^taxon:(\d+)", 1)
    return ibis.cases(
        (rows.db.isnull() | rows.local.isnull(), "no gene product"),
        (~rows.go.re_search(r"^GO:\d{7}$").fill_null(False), "no GO term"),
        ((first != taxon) if taxon != "all" else ibis.literal(False), "taxon " + first + f" is not goa.taxon={taxon}"),
        (rows.evidence == "ND", "evidence code ND: no biological data"),
        (rows.relation.isnull() & rows.aspect.notin(list(_INFERRED)), "neither a relation nor an aspect P, F or C"),
        else_=ibis.null("string"),
    )


def _edges(good: ir.Table) -> ir.Table:
    stated = {"with": good["with"], "extension": good.extension, "form": good.form}
    context = ibis.array([f"{what} " + column for what, column in stated.items()])
    distinct = ("relation", "references", "evidence", "with", "extension", "form", "assigned_by")
    return good.select(
        "file", "row", "predicate", "object", subject=good.id,
        distinct=ibis.literal("|").join([good[column].fill_null("") for column in distinct]),
        negated=good.relation.fill_null("").re_search(r"(^|\|)NOT($|\|)").ifelse(True, None),
        qualifier=(good.predicate == "RELATED_TO").ifelse(good.evidence + "; " + good.given, good.evidence),
        context=context.filter(lambda part: part.notnull()).join("; ").nullif(""),
        publications=good.references.replace("PMID:", "pubmed:"),
    )  # fmt: skip
