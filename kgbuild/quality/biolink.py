"""Which types a predicate may have at its ends.

Source: the domains and ranges of the Biolink model 4.4.6 (https://biolink.github.io/biolink-model), its classes written
as kg's types: a Code stands for a disease or phenotypic feature, a Cell or CellularComponent is an anatomical entity, a
Pathway a biological process. Predicates whose domain and range are `named thing` allow everything and are left out.
TARGETS, AFFECTS_EXPRESSION_OF, MAPPED_TO and OFF_LABEL_USE are not Biolink's: their ends are what the loaders mean.
"""

from kgbuild.model import TYPES

CONDITIONS = {"Disease", "Phenotype", "Code"}
CHEMICALS = {"Drug", "Chemical"}
GENES = {"Gene", "Protein"}
PROCESSES = {"Pathway", "BiologicalProcess", "MolecularFunction"}
ANATOMY = {"Anatomy", "Cell", "CellularComponent"}
ANY = set(TYPES)
BIOLOGICAL = ANY - CHEMICALS - {"Exposure", "Measurement", "Organism"}

#: Predicate → types of its subject, types of its object.
ENDS: dict[str, tuple[set[str], set[str]]] = {
    "AFFECTS_EXPRESSION_OF": ({"Variant"}, GENES),
    "AMELIORATES_CONDITION": (CHEMICALS, CONDITIONS),
    "CONTRAINDICATED_IN": (CHEMICALS, BIOLOGICAL),
    "ENABLES": (GENES | {"CellularComponent"}, PROCESSES),  # a macromolecular machine; its domain proper is physical
    "EXPRESSED_IN": (GENES, ANATOMY),
    "GENE_ASSOCIATED_WITH_CONDITION": ({"Gene"}, CONDITIONS),
    "HAS_ACTIVE_INGREDIENT": (CHEMICALS, CHEMICALS),
    "HAS_CHEMICAL_ROLE": (CHEMICALS, CHEMICALS),
    "HAS_PARTICIPANT": (PROCESSES, ANY),
    "HAS_PHENOTYPE": (BIOLOGICAL, {"Phenotype"}),
    "HAS_SIDE_EFFECT": (CHEMICALS, CONDITIONS),
    "MAPPED_TO": ({"Variant"}, {"Gene"}),
    "OFF_LABEL_USE": (CHEMICALS, CONDITIONS),
    "PARTICIPATES_IN": (ANY, PROCESSES),
    "PREVENTATIVE_FOR_CONDITION": (CHEMICALS, CONDITIONS),
    "REGULATES": (ANY - CONDITIONS - {"Measurement"}, ANY - CONDITIONS - {"Measurement"}),
    "TARGETS": (CHEMICALS, GENES),
    "TREATS": (CHEMICALS, CONDITIONS),
    "TREATS_OR_APPLIED_OR_STUDIED_TO_TREAT": (CHEMICALS, CONDITIONS),
}
