"""HGNC complete set: approved human gene names.

Source: https://www.genenames.org/download/archive/ (hgnc_complete_set.txt)
Licence: CC0-1.0
Yields: a Gene a row with its full name, its symbols as names, XREF edges to Entrez, Ensembl, UniProt and OMIM.
Skips: nothing; withdrawn entries are obsolete nodes.
"""

import ibis

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="hgnc",
    title="HGNC complete set",
    url="https://www.genenames.org",
    licence="CC0-1.0",
    files={"genes": ("hgnc_complete_set.txt",)},
    vocabularies=("hgnc",),
    member=True,
    citation="Seal RL et al. Genenames.org: the HGNC resources in 2023. Nucleic Acids Res. 2023.",
    downloads=(Download("https://storage.googleapis.com/public-download-files/hgnc/tsv/tsv/hgnc_complete_set.txt"),),
)

_NAMES = {
    "symbol": "SYMBOL",
    "alias_symbol": "SYMBOL",
    "prev_symbol": "SYMBOL",
    "alias_name": "EXACT",
    "prev_name": "EXACT",
}
_XREFS = {"entrez_id": "NCBIGene", "ensembl_gene_id": "ensembl", "uniprot_ids": "uniprot", "omim_id": "omim"}


def load(inputs: Inputs) -> Staged:
    genes = inputs.table("genes", ("hgnc_id", "symbol", "name", "status"), (*_NAMES, *_XREFS)[1:])
    genes = genes.mutate(id=standardize_column(genes.hgnc_id))
    each = {column: genes.mutate(value=genes[column].re_split(r"\|")).unnest("value") for column in (*_NAMES, *_XREFS)}
    return Staged(
        nodes=[
            genes.select(
                "id", "name", "file", "row", type=ibis.literal("Gene"), obsolete=genes.status != "Approved"
            )
        ],
        names=[
            t.select("id", "file", "row", text=t.value.strip(), scope=ibis.literal(_NAMES[c]))
            for c, t in each.items()
            if c in _NAMES
        ],
        edges=[
            t.select(
                "file", "row", subject=t.id, predicate=ibis.literal("XREF"),
                object=ibis.literal(f"{_XREFS[c]}:") + t.value.strip(),
            )
            for c, t in each.items()
            if c in _XREFS
        ],
    )  # fmt: skip
