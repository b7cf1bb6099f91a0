"""Rich Release Format: the tables in which UMLS and RxNorm are released (no source itself).

Source: UMLS Reference Manual, chapter 3 (https://www.ncbi.nlm.nih.gov/books/NBK9685): no header, fields ended by `|`,
no quoting.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs

#: Semantic types of each node type; a concept of several has the first.
_TYPES = {
    "Disease": "T047 T191 T048 T019 T020 T190 T046 T037 T049",
    "Gene": "T028",
    "Phenotype": "T184 T033",
    "Drug": "T200 T121 T195",
    "Protein": "T116 T126 T192",
    "Chemical": "T103 T104 T109 T114 T120 T122 T123 T125 T127 T129 T130 T131 T167 T168 T196 T197",
    "Measurement": "T034 T059 T201",
    "Cell": "T025",
    "CellularComponent": "T026",
    "Anatomy": "T017 T018 T021 T022 T023 T024 T029 T030",
    "MolecularFunction": "T044",
    "BiologicalProcess": "T038 T039 T040 T041 T042 T043 T045",
    "Organism": "T001 T002 T004 T005 T007 T008 T010 T011 T012 T013 T014 T015 T016 T194 T204",
}
_TUIS = {tui: f"{rank:02}{kind}" for rank, (kind, tuis) in enumerate(_TYPES.items()) for tui in tuis.split()}

#: SAB → prefix of its codes; codes that bring their own (HP:0000118) keep it.
_CODES = {
    "SNOMEDCT_US": "snomedct", "MSH": "mesh", "ICD10": "icd10", "ICD10CM": "icd10cm", "ICD9CM": "icd9cm", "NCI": "NCIT",
    "OMIM": "omim", "HPO": "HP", "MONDO": "MONDO", "GO": "GO", "HGNC": "hgnc", "MDR": "meddra", "ORPHANET": "ORPHA",
    "DRUGBANK": "drugbank", "LNC": "loinc", "RXNORM": "rxnorm", "ATC": "atc",
}  # fmt: skip


def read(inputs: Inputs, key: str, columns: str) -> ir.Table:
    """The rows of one of the source's files with the named columns, and `raw`, as they stand there."""
    names = columns.split()
    table = inputs.table(key, (*names, "end"), delimiter="|", quote="", header=False)
    raw = ibis.literal("|").join([table[column].fill_null("") for column in names]) + "|"
    return table.mutate(raw=raw).drop("end")


def suppressed(table: ir.Table) -> ir.StringValue:
    """Why a row is not to be used (obsolete, or suppressed by an editor), else null."""
    return table.SUPPRESS.isin(["O", "E", "Y"]).ifelse("suppressed (" + table.SUPPRESS + ")", None)


def semantic_types(types: ir.Table, concept: str) -> ir.Table:
    """concept, type: the node type of each concept that MRSTY or RXNSTY gives one."""
    ranked = types.mutate(ranked=ibis.map(list(_TUIS), list(_TUIS.values())).get(types.TUI))
    return ranked.group_by(concept).agg(type=ranked.ranked.min().substr(2))


def code(atoms: ir.Table) -> ir.StringValue:
    """The CURIE of an atom in its own vocabulary; null where it has no code or the vocabulary is not in `_CODES`."""
    prefix = ibis.map(list(_CODES), list(_CODES.values())).get(atoms.SAB)
    local = atoms.CODE.re_replace("^ORPHA:?", "").nullif("NOCODE")
    curie = standardize_column(local.contains(":").ifelse(local, prefix + ":" + local))
    return prefix.notnull().ifelse(curie, None)


def first(table: ir.Table, concept: str, order: list[ir.Value]) -> ir.Table:
    """One row a concept: the first in this order, then in the file's."""
    place = ibis.row_number().over(ibis.window(group_by=concept, order_by=[*order, table.row]))
    return table.mutate(place=place).filter(ibis._.place == 0).drop("place")


def rejects(table: ir.Table, key: str) -> ir.Table:
    """The rows that have a `reason`."""
    return table.filter(table.reason.notnull()).select("file", "row", "raw", "reason", key=table[key].fill_null(""))
