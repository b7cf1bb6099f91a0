"""PrimeKG: relations of diseases, phenotypes, genes, drugs, pathways, anatomy and exposures.

Source: https://doi.org/10.7910/DVN/IXA7BM (kg.csv)
Licence: CC0-1.0 for the compilation; its sources have terms of their own
Yields: a node a concept; one edge a relation, though the file has both directions; HAS_MEMBER edges from a grouped
    disease (`MONDO.grouped:13924_12592`) to the MONDO terms that it stands for.
Skips: nothing; a relation that is not in `_PREDICATES` becomes RELATED_TO with the relation as `qualifier`.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import PADDED
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="primekg",
    title="PrimeKG",
    url="https://zitniklab.hms.harvard.edu/projects/PrimeKG",
    licence="CC0-1.0",
    files={"relations": ("kg.csv",)},
    vocabularies=("MONDO.grouped",),
    citation="Chandak P et al. Building a knowledge graph to enable precision medicine. Sci Data 2023;10:67.",
    downloads=(Download("https://dataverse.harvard.edu/api/access/datafile/6180620", "kg.csv"),),
)

_TYPES = {
    "gene/protein": "Gene", "disease": "Disease", "effect/phenotype": "Phenotype", "drug": "Drug",
    "pathway": "Pathway", "anatomy": "Anatomy", "biological_process": "BiologicalProcess",
    "molecular_function": "MolecularFunction", "cellular_component": "CellularComponent", "exposure": "Exposure",
}  # fmt: skip

#: `x_source` → prefix. CTD's exposures are MeSH descriptors.
_PREFIXES = {
    "NCBI": "NCBIGene", "MONDO": "MONDO", "MONDO_grouped": "MONDO.grouped", "HPO": "HP", "DrugBank": "drugbank",
    "GO": "GO", "UBERON": "UBERON", "REACTOME": "reactome", "WIKIPATHWAYS": "wikipathways", "PID": "pid.pathway",
    "CTD": "mesh",
}  # fmt: skip

#: Relation → (predicate, type of its subject). No type: both ends are of one type, and the lesser id comes first.
_PREDICATES: dict[str, tuple[str, str | None]] = {
    "protein_protein": ("INTERACTS_WITH", None),
    "drug_drug": ("INTERACTS_WITH", None),
    "drug_protein": ("TARGETS", "drug"),
    "indication": ("TREATS", "drug"),
    "contraindication": ("CONTRAINDICATED_IN", "drug"),
    "off-label use": ("OFF_LABEL_USE", "drug"),
    "drug_effect": ("HAS_SIDE_EFFECT", "drug"),
    "disease_phenotype_positive": ("HAS_PHENOTYPE", "disease"),
    "disease_phenotype_negative": ("HAS_PHENOTYPE", "disease"),
    "disease_protein": ("GENE_ASSOCIATED_WITH_CONDITION", "gene/protein"),
    "phenotype_protein": ("GENE_ASSOCIATED_WITH_CONDITION", "gene/protein"),
    "pathway_protein": ("PARTICIPATES_IN", "gene/protein"),
    "bioprocess_protein": ("PARTICIPATES_IN", "gene/protein"),
    "molfunc_protein": ("ENABLES", "gene/protein"),
    "cellcomp_protein": ("LOCATED_IN", "gene/protein"),
    "anatomy_protein_present": ("EXPRESSED_IN", "gene/protein"),
    "anatomy_protein_absent": ("EXPRESSED_IN", "gene/protein"),
    "exposure_protein": ("INTERACTS_WITH", "exposure"),
    "exposure_disease": ("ASSOCIATED_WITH", "exposure"),
    "exposure_bioprocess": ("AFFECTS", "exposure"),
    "exposure_molfunc": ("AFFECTS", "exposure"),
    "exposure_cellcomp": ("AFFECTS", "exposure"),
}
_NEGATIVE = ("disease_phenotype_negative", "anatomy_protein_absent")


def load(inputs: Inputs) -> Staged:
    ends = [f"{end}_{column}" for end in "xy" for column in ("id", "type", "name", "source")]
    table = inputs.table("relations", ["relation", "display_relation", *ends], delimiter=",")
    table = table.mutate(x=_curie(table, "x"), y=_curie(table, "y"))
    nodes = inputs.keep(_nodes(table))
    return Staged(nodes=[nodes], edges=[_edges(table), _members(nodes)])


def _curie(table: ir.Table, end: str) -> ir.StringValue:
    source, local = table[f"{end}_source"], table[f"{end}_id"]
    prefix = source.substitute(_PREFIXES)
    padded = prefix.isin(PADDED) & (local.length() < 7)
    return prefix + ":" + padded.ifelse(local.lpad(7, "0"), local)


def _nodes(table: ir.Table) -> ir.Table:
    """Each concept as the first row that has it describes it."""
    ends = [table.select("file", "row", id=table[e], type=table[f"{e}_type"], name=table[f"{e}_name"]) for e in "xy"]
    both = ends[0].union(ends[1])
    nodes = both.group_by("id").aggregate(**{c: both[c].argmin(both.row) for c in ("type", "name", "file", "row")})
    return nodes.mutate(type=nodes.type.substitute(_TYPES, else_=ibis.null("string")))


def _edges(table: ir.Table) -> ir.Table:
    predicate = table.relation.substitute({relation: p for relation, (p, _) in _PREDICATES.items()}, else_="RELATED_TO")
    subject_type = table.relation.substitute({r: t for r, (_, t) in _PREDICATES.items() if t}, else_="")
    forward = (subject_type == "").ifelse(table.x <= table.y, table.x_type == subject_type)
    return table.select(
        "file", "row", predicate=predicate, subject=forward.ifelse(table.x, table.y),
        object=forward.ifelse(table.y, table.x), distinct=table.relation + "|" + table.display_relation,
        negated=table.relation.isin(_NEGATIVE).ifelse(True, None),
        qualifier=ibis.cases(
            (predicate == "RELATED_TO", table.relation), (table.relation == "drug_protein", table.display_relation)
        ),
    )  # fmt: skip


def _members(nodes: ir.Table) -> ir.Table:
    grouped = nodes.filter(nodes.id.startswith("MONDO.grouped:"))
    each = grouped.mutate(member=grouped.id.replace("MONDO.grouped:", "").split("_")).unnest("member")
    return each.select(
        "file", "row", subject=each.id, predicate=ibis.literal("HAS_MEMBER"),
        object=ibis.literal("MONDO:") + each.member.lpad(7, "0"),
    )  # fmt: skip
