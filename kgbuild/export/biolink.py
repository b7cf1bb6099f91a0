"""kg's types and predicates as Biolink's classes and predicates.

Source: Biolink Model 4 (https://biolink.github.io/biolink-model). A predicate that Biolink does not have is written as
the nearest one above it that it has; its own name stays beside, as `original_predicate`.
"""

from collections.abc import Mapping
from typing import Any

BIOLINK = "https://w3id.org/biolink/vocab/"

#: Type → class, one to one.
CATEGORIES = {
    "Disease": "Disease", "Phenotype": "PhenotypicFeature", "Gene": "Gene", "Drug": "Drug", "Pathway": "Pathway",
    "Anatomy": "AnatomicalEntity", "BiologicalProcess": "BiologicalProcess", "MolecularFunction": "MolecularActivity",
    "CellularComponent": "CellularComponent", "Measurement": "ClinicalMeasurement", "Exposure": "ExposureEvent",
    "Code": "InformationContentEntity", "Cell": "Cell", "Chemical": "ChemicalEntity", "Organism": "OrganismTaxon",
    "Protein": "Protein", "Variant": "SequenceVariant", "Study": "Study", None: "NamedThing",
}  # fmt: skip

#: Biolink's predicates that sources of kg state.
PREDICATES = frozenset({
    "affects", "applied_to_treat", "associated_with", "broad_match", "catalyzes", "causes", "close_match",
    "coexists_with", "colocalizes_with", "contraindicated_in", "contributes_to", "correlated_with", "derives_from",
    "develops_from", "directly_physically_interacts_with", "enables", "exact_match", "expressed_in",
    "gene_associated_with_condition", "genetically_associated_with", "has_member", "has_part", "has_participant",
    "has_phenotype", "has_side_effect", "homologous_to", "in_taxon", "interacts_with", "located_in", "member_of",
    "narrow_match", "occurs_in", "orthologous_to", "overlaps", "part_of", "participates_in",
    "physically_interacts_with", "precedes", "preventative_for_condition", "regulates", "related_to", "similar_to",
    "subclass_of", "target_for", "treats",
})  # fmt: skip
_NEAREST = {
    "AFFECTS_EXPRESSION_OF": "affects", "TARGETS": "interacts_with", "OFF_LABEL_USE": "applied_to_treat",
}  # fmt: skip


def category(kind: str | None) -> str:
    """The class of a type, `biolink:Disease`."""
    return f"biolink:{CATEGORIES[kind]}"


def predicate(name: str) -> str:
    """The predicate of a relationship type, `biolink:subclass_of`; `biolink:related_to` where there is none near."""
    lower = name.lower()
    return f"biolink:{lower if lower in PREDICATES else _NEAREST.get(name, 'related_to')}"


def primary_knowledge_source(source: str | None) -> str:
    """Who states an edge, as an information resource; what has no source was computed by kg."""
    return f"infores:{(source or 'kg').replace('_', '-')}"


def knowledge(name: str, properties: Mapping[str, Any]) -> tuple[str, str]:
    """(knowledge_level, agent_type) of an edge, `not_provided` where the graph does not say."""
    if name == "SIMILAR_TO":
        return "prediction", "computational_model"
    if properties.get("neg_log10_p") is not None or properties.get("effect") is not None:
        return "statistical_association", "data_analysis_pipeline"
    return "not_provided", "not_provided"
