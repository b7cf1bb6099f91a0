"""PrimeKG: relations of diseases, phenotypes, genes, drugs, pathways, anatomy and exposures.

Source: https://doi.org/10.7910/DVN/IXA7BM (kg.csv; drug_features.csv and disease_features.csv where they are there)
Licence: CC0-1.0 for the compilation; its sources have terms of their own
Yields: a node a concept; one edge a relation, though the file has both directions; HAS_MEMBER edges from a grouped
    disease (`MONDO.grouped:13924_12592`) to the MONDO terms that it stands for. A relation that is not in
    `_PREDICATES` becomes RELATED_TO with the relation as `qualifier`. Definitions: a drug's description, else its
    indication, else its mechanism of action; a disease's from MONDO, else UMLS, else Orphanet (definition, else
    clinical description), else the Mayo Clinic's symptoms. The features have a row a member of a grouped disease, and
    several for some diseases: the group has the first row's that comes first in this order, each member its own.
Skips: the other features (half-life, ATC, prevalence, risk factors …). Features of a `node_index` that kg.csv does not
    have are rejected.
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
    files={
        "relations": ("kg.csv",),
        "drugs": ("drug_features.csv",),
        "diseases": ("disease_features.csv",),
    },
    optional=("drugs", "diseases"),
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

#: Where a definition is taken from, best first.
_DEFINITIONS = {
    "drugs": ("description", "indication", "mechanism_of_action"),
    "diseases": (
        "mondo_definition", "umls_description", "orphanet_definition", "orphanet_clinical_description", "mayo_symptoms",
    ),
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    ends = [f"{end}_{column}" for end in "xy" for column in ("id", "type", "name", "source")]
    table = inputs.table("relations", ["relation", "display_relation", *ends], ["x_index", "y_index"], delimiter=",")
    table = table.mutate(x=_curie(table, "x"), y=_curie(table, "y"))
    nodes = inputs.keep(_nodes(table))
    features = inputs.keep(
        ibis.union(*(_features(inputs, key) for key in _DEFINITIONS)).left_join(
            nodes.filter(nodes["index"].notnull()).select("index", "id", "type", "name"), "index"
        )
    )
    known = features.filter(features.id.notnull())
    texts = known.filter(known.definition.notnull())
    best = texts.group_by("id").aggregate(definition=texts.definition.argmin(texts.order))
    unknown = features.filter(features.id.isnull())
    return Staged(
        nodes=[
            nodes.left_join(best, "id").drop("id_right"),
            known.drop("definition").left_join(best, "id").drop("id_right"),
            _described_members(known),
        ],
        edges=[_edges(table), _members(nodes)],
        rejects=[
            unknown.select(
                "file", "row", "raw", key=unknown["index"].fill_null(""),
                reason=ibis.literal("a node_index that kg.csv does not have"),
            )
        ],
    )  # fmt: skip


def _features(inputs: Inputs, key: str) -> ir.Table:
    """file, row, index, member, label, definition, order (the lower the better its column, then the earlier), raw."""
    columns = _DEFINITIONS[key]
    table = inputs.table(key, ("node_index", columns[0]), (*columns[1:], "mondo_id", "mondo_name"), delimiter=",")
    texts = [table[column].strip().nullif("") for column in columns]
    rank = ibis.cases(*((text.notnull(), rank) for rank, text in enumerate(texts)), else_=len(texts))
    return table.select(
        "file", "row", index=table.node_index.re_replace(r"\.0$", ""),
        member=ibis.literal("MONDO:") + table.mondo_id.re_replace(r"\.0$", "").re_replace("^MONDO:", "").lpad(7, "0"),
        label=table.mondo_name, definition=ibis.coalesce(*texts),
        order=rank.cast("int64") * 1_000_000_000 + table.row,
        raw=ibis.literal(",").join([table[c].fill_null("") for c in ("node_index", "mondo_id", *columns)]),
    )  # fmt: skip


def _described_members(known: ir.Table) -> ir.Table:
    """The MONDO terms that grouped diseases' features describe."""
    rows = known.filter(known.id.startswith("MONDO.grouped:"), known.member.notnull())
    first = rows.group_by("member").aggregate(
        definition=rows.definition.argmin(rows.order, where=rows.definition.notnull())
    )
    return (
        rows.select("member", "file", "row", name=rows.label)
        .left_join(first, "member")
        .select("file", "row", "name", "definition", id="member", type=ibis.literal("Disease"))
    )


def _curie(table: ir.Table, end: str) -> ir.StringValue:
    source, local = table[f"{end}_source"], table[f"{end}_id"]
    prefix = source.substitute(_PREFIXES)
    padded = prefix.isin(PADDED) & (local.length() < 7)
    return prefix + ":" + padded.ifelse(local.lpad(7, "0"), local)


def _nodes(table: ir.Table) -> ir.Table:
    """Each concept as the first row that has it describes it."""
    ends = [
        table.select(
            "file", "row", id=table[e], type=table[f"{e}_type"], name=table[f"{e}_name"], index=table[f"{e}_index"]
        )
        for e in "xy"
    ]
    both = ends[0].union(ends[1])
    columns = ("type", "name", "file", "row", "index")
    nodes = both.group_by("id").aggregate(**{c: both[c].argmin(both.row) for c in columns})
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
