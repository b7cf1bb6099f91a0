"""Hetionet: diseases, genes, compounds, symptoms, side effects, anatomy and pathways with 24 kinds of relation.

Source: https://github.com/hetio/hetionet/tree/main/hetnet/tsv (hetionet-v1.0-nodes.tsv, hetionet-v1.0-edges.sif.gz)
Licence: CC0-1.0 for the compilation; its sources have terms of their own, some non-commercial, which these two files
    (unlike the JSON release) do not state row by row
Yields: a node a row of the node table; an edge a row of the edge table, read in Biolink's direction (Disease associates
    Gene is GENE_ASSOCIATED_WITH_CONDITION from the gene), with the metaedge's kind as `qualifier` where the predicate
    says less. A pathway of Pathway Commons has Hetionet's own number (`hetionet:PC7_2264`); a revision of
    WikiPathways' (`WP179_r72112`) is its pathway.
Skips: rows whose node id is of no known kind; a metaedge that is not in `_PREDICATES` becomes RELATED_TO.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

_FILES = "https://github.com/hetio/hetionet/raw/main/hetnet/tsv/"
SOURCE = Source(
    name="hetionet",
    title="Hetionet",
    url="https://het.io",
    licence="https://github.com/hetio/hetionet#license",
    files={"nodes": ("hetionet-v*-nodes.tsv",), "edges": ("hetionet-v*-edges.sif",)},
    vocabularies=("hetionet",),
    version="1.0",
    citation="Himmelstein DS et al. Systematic integration of biomedical knowledge. eLife 2017;6:e26726.",
    downloads=(Download(f"{_FILES}hetionet-v1.0-nodes.tsv"), Download(f"{_FILES}hetionet-v1.0-edges.sif.gz")),
)

#: Kind of node → (type, prefix; none where the id is a CURIE already). A pathway's prefix depends on its id.
_KINDS = {
    "Anatomy": ("Anatomy", ""), "Biological Process": ("BiologicalProcess", ""), "Disease": ("Disease", ""),
    "Cellular Component": ("CellularComponent", ""), "Molecular Function": ("MolecularFunction", ""),
    "Compound": ("Drug", "drugbank:"), "Gene": ("Gene", "NCBIGene:"), "Pharmacologic Class": ("Drug", "ndfrt:"),
    "Side Effect": ("Phenotype", "umls:"), "Symptom": ("Phenotype", "mesh:"), "Pathway": ("Pathway", "hetionet:"),
}  # fmt: skip

#: Metaedge → (predicate, how its ends become subject and object, qualifier). `least`: the lesser id is the subject.
_PREDICATES = {
    "CtD": ("TREATS", "kept", ""),
    "CpD": ("AMELIORATES_CONDITION", "kept", "palliates"),
    "CcSE": ("HAS_SIDE_EFFECT", "kept", ""),
    "CbG": ("BINDS", "kept", ""),
    "CuG": ("AFFECTS", "kept", "upregulates"),
    "CdG": ("AFFECTS", "kept", "downregulates"),
    "CrC": ("CHEMICALLY_SIMILAR_TO", "least", ""),
    "PCiC": ("HAS_MEMBER", "kept", ""),
    "DaG": ("GENE_ASSOCIATED_WITH_CONDITION", "swapped", "associates"),
    "DuG": ("POSITIVELY_CORRELATED_WITH", "swapped", "upregulates"),
    "DdG": ("NEGATIVELY_CORRELATED_WITH", "swapped", "downregulates"),
    "DlA": ("DISEASE_HAS_LOCATION", "kept", ""),
    "DpS": ("HAS_PHENOTYPE", "kept", ""),
    "DrD": ("RELATED_TO", "least", "resembles"),
    "AeG": ("EXPRESSED_IN", "swapped", ""),
    "AuG": ("POSITIVELY_CORRELATED_WITH", "swapped", "upregulates"),
    "AdG": ("NEGATIVELY_CORRELATED_WITH", "swapped", "downregulates"),
    "GiG": ("INTERACTS_WITH", "least", ""),
    "GcG": ("CORRELATED_WITH", "least", "covaries"),
    "Gr>G": ("REGULATES", "kept", ""),
    "GpBP": ("PARTICIPATES_IN", "kept", ""),
    "GpPW": ("PARTICIPATES_IN", "kept", ""),
    "GpCC": ("LOCATED_IN", "kept", ""),
    "GpMF": ("ENABLES", "kept", ""),
}


def load(inputs: Inputs) -> Staged:
    nodes = inputs.table("nodes", ("id", "name", "kind"), quote="")
    nodes = nodes.mutate(curie=_curie(nodes.id), raw=_raw(nodes, "id", "name", "kind"), key=nodes.id)
    edges = inputs.table("edges", ("source", "metaedge", "target"), quote="")
    edges = edges.mutate(raw=_raw(edges, "source", "metaedge", "target"), key=edges.source + " " + edges.target)
    edges = edges.mutate(x=_curie(edges.source), y=_curie(edges.target), metaedge=edges.metaedge.fill_null(""))
    known = nodes.filter(nodes.curie.notnull())
    linked = edges.filter(edges.x.notnull() & edges.y.notnull())
    predicate, direction, qualifier = (
        linked.metaedge.substitute({metaedge: each[i] for metaedge, each in _PREDICATES.items()}, else_=other)
        for i, other in enumerate(("RELATED_TO", "kept", linked.metaedge))
    )
    swapped = (direction == "swapped") | ((direction == "least") & (linked.x > linked.y))
    return Staged(
        nodes=[
            known.select(
                "name", "file", "row", id=known.curie,
                type=known.kind.substitute({kind: type_ for kind, (type_, _) in _KINDS.items()}),
            )
        ],
        edges=[
            linked.select(
                "file", "row", subject=swapped.ifelse(linked.y, linked.x), predicate=predicate,
                object=swapped.ifelse(linked.x, linked.y), distinct=linked.metaedge, qualifier=qualifier.nullif(""),
            )
        ],
        rejects=[
            table.filter(unused).select("file", "row", "key", "raw", reason=ibis.literal(_REASON))
            for table, unused in ((nodes, nodes.curie.isnull()), (edges, edges.x.isnull() | edges.y.isnull()))
        ],
    )  # fmt: skip


_REASON = f"a node id is not kind::id, with a kind among {', '.join(_KINDS)}"


def _curie(identifier: ir.StringValue) -> ir.StringValue:
    """`Gene::9021` → `NCBIGene:9021`; null where the kind is unknown."""
    kind, local = identifier.re_extract(r"^([^:]+)::", 1), identifier.re_extract(r"^[^:]+::(\S+)$", 1).nullif("")
    prefix = kind.substitute({kind: prefix for kind, (_, prefix) in _KINDS.items()}, else_=ibis.null("string"))
    wikipathways = local.re_extract(r"^(WP\d+)", 1)
    return ((kind == "Pathway") & (wikipathways != "")).ifelse("wikipathways:" + wikipathways, prefix + local)


def _raw(table: ir.Table, *columns: str) -> ir.StringValue:
    return ibis.literal("\t").join([table[column].fill_null("") for column in columns])
