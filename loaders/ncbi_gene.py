"""NCBI Gene: human genes with their symbols, names and cross-references.

Source: https://ftp.ncbi.nlm.nih.gov/gene/DATA (GENE_INFO/Mammalia/Homo_sapiens.gene_info.gz; gene_history.gz where
present); columns in the README beside them
Licence: public domain (https://www.ncbi.nlm.nih.gov/home/about/policies)
Yields: a Gene a row, regulatory regions (`biological-region`) without a type; its symbols, its names (the products'
other designations as RELATED), XREF to the vocabularies in `_XREFS`; from gene_history an obsolete node a discontinued
gene, and REPLACED_BY where it names another.
Skips: other cross-references, map locations. Genes of other taxa (human mitochondria of Neanderthals stand in the
human file) are rejected; gene_history covers all organisms, and only its rows of `taxon` (9606) are input rows.
"""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import Download, Edge, Name, Node, Reject, Source

_FTP = "https://ftp.ncbi.nlm.nih.gov/gene/DATA/"

SOURCE = Source(
    name="ncbi_gene",
    title="NCBI Gene",
    url="https://www.ncbi.nlm.nih.gov/gene",
    licence="LicenseRef-US-government-work",
    files={"genes": ("Homo_sapiens.gene_info",), "history": ("gene_history",)},
    optional=("history",),
    vocabularies=("NCBIGene",),
    member=True,
    parameters={"taxon": "9606"},
    citation="Brown GR et al. Gene: a gene-centered information resource at NCBI. Nucleic Acids Res. 2015;43:D36.",
    downloads=(
        Download(f"{_FTP}GENE_INFO/Mammalia/Homo_sapiens.gene_info.gz"), Download(f"{_FTP}gene_history.gz")
    ),
)  # fmt: skip

_NAMES = {
    "Symbol": "SYMBOL", "Synonyms": "SYMBOL", "Symbol_from_nomenclature_authority": "SYMBOL", "description": "EXACT",
    "Full_name_from_nomenclature_authority": "EXACT", "Other_designations": "RELATED",
}  # fmt: skip
_XREFS = ("hgnc", "ensembl", "omim", "mirbase")


def load(inputs: Inputs) -> Staged:
    columns = ("#tax_id", "GeneID", "dbXrefs", "type_of_gene", *_NAMES)
    table = inputs.table("genes", columns, quote="")
    table = table.mutate(**{column: table[column].nullif("-") for column in columns})  # an absent value is a hyphen
    table = table.mutate(
        id=ibis.literal("NCBIGene:") + table.GeneID,
        reason=ibis.cases(
            (~table.GeneID.re_search(r"^\d+$").fill_null(False), "GeneID is not a number"),
            (table["#tax_id"] != inputs.parameters["taxon"], "a gene of taxon " + table["#tax_id"]),
            else_=ibis.null("string"),
        ),
    )
    genes, bad = table.filter(table.reason.isnull()), table.filter(table.reason.notnull())
    full = genes.Full_name_from_nomenclature_authority
    history = inputs.records(*_history(inputs))
    return Staged(
        nodes=[
            genes.select(
                "id", "file", "row", name=ibis.coalesce(full, genes.description, genes.Symbol),
                type=(genes.type_of_gene == "biological-region").fill_null(False).ifelse(None, "Gene"),
            ),
            *history.nodes,
        ],
        names=[*(_names(genes, column) for column in _NAMES), *history.names],
        edges=[_xrefs(genes), *history.edges],
        rejects=[
            bad.select(
                "file", "row", "reason", key=bad.GeneID.fill_null(""),
                raw=ibis.literal("\t").join([bad[column].fill_null("-") for column in columns]),
            ),
            *history.rejects,
        ],
    )  # fmt: skip


def _names(genes: ir.Table, column: str) -> ir.Table:
    each = genes.mutate(text=genes[column].re_split(r"\|")).unnest("text")
    return each.filter(each.text != "-").select("id", "text", "file", "row", scope=ibis.literal(_NAMES[column]))


def _xrefs(genes: ir.Table) -> ir.Table:
    each = genes.mutate(xref=genes.dbXrefs.re_split(r"\|")).unnest("xref")
    each = each.mutate(object=standardize_column(each.xref))
    return each.filter(each.object.re_extract("^([^:]*):", 1).isin(_XREFS)).select(
        "object", "file", "row", subject=each.id, predicate=ibis.literal("XREF")
    )


def _history(inputs: Inputs) -> tuple[Iterator[Record], dict[str, int]]:
    """The records of the taxon's rows in gene_history, and how many rows they are."""
    taxon = inputs.parameters["taxon"] + "\t"
    counts = {inputs.name(p): sum(line.startswith(taxon) for line in lines(p)) for p in inputs.paths("history")}

    def records() -> Iterator[Record]:
        for path in inputs.paths("history"):
            file = inputs.name(path)
            for row, line in enumerate(lines(path)):  # the header is row 0
                if not line.startswith(taxon):
                    continue
                fields = line.rstrip("\r\n").split("\t")
                if len(fields) != 5 or not fields[2].isdecimal():
                    yield Reject(file, row, fields[1], line.rstrip(), "not five fields with a GeneID as third")
                    continue
                now, before, symbol = fields[1:4]
                yield Node(f"NCBIGene:{before}", file, row, "Gene", obsolete=True)
                if symbol != "-":
                    yield Name(f"NCBIGene:{before}", symbol, file, row, "SYMBOL")
                if now.isdecimal():
                    yield Edge(f"NCBIGene:{before}", "REPLACED_BY", f"NCBIGene:{now}", file, row)

    return records(), counts
