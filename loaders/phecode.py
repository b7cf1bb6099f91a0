"""PheCode 1.2: phenotypes for phenome-wide studies, with the ICD-9 and ICD-10 codes that each groups.

Source: https://phewascatalog.org/phecodes (phecode_definitions1.2.csv, phecode_icd9_rolled.csv, phecode_icd10.csv,
Phecode_map_v1_2_icd10cm_beta.csv) or, for UK Biobank, https://github.com/umich-cphds/createUKBphenome
(PHECODE_v1.2b1_INFO, UKB_PHENOME_ICD9_PHECODE_MAP, UKB_PHENOME_ICD10_PHECODE_MAP)
Licence: MIT
Yields: a Disease a PheCode, below the nearest PheCode that its own extends (250.21 under 250.2, else under 250);
a Code a ICD code, below its parent where the file has node ids; GROUPS edges from PheCode to ICD code, qualified by how
the code was assigned (`original`, `rolled up PheWAS code`).
Skips: sex, categories, colours and exclusion ranges. An ICD meaning is no name where it is another code's (M45 has
those of M45.X0 to M45.X9).
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="phecode",
    title="PheCode 1.2",
    url="https://phewascatalog.org/phecodes",
    licence="MIT",
    version="1.2",
    files={
        "definitions": ("PHECODE_v1.2*_INFO_*.txt", "phecode_definitions1.2.csv"),
        "icd9": ("UKB_PHENOME_ICD9_PHECODE_MAP_*.txt",),
        "icd10": ("UKB_PHENOME_ICD10_PHECODE_MAP_*.txt", "phecode_icd10.csv"),
        "icd9cm": ("phecode_icd9_rolled.csv",),
        "icd10cm": ("Phecode_map_v1_2_icd10cm_*.csv",),
    },
    optional=("icd9", "icd10", "icd9cm", "icd10cm"),
    vocabularies=("phecode", "icd9"),
    member=True,
    citation="Wu P et al. Mapping ICD-10 and ICD-10-CM codes to Phecodes. JMIR Med Inform 2019.",
    access="Download the definitions and ICD maps of version 1.2 (ZIP files) from "
    "https://phewascatalog.org/phecodes and unpack them.",
)

#: What UK Biobank's files and the catalog's call the ICD code, its meaning and the PheCode.
_UKB = {"icd9": ("ICD9", "meaning", "phecode"), "icd10": ("ICD10", "meaning", "phecode")}
_CATALOG = {
    "icd9cm": ("ICD9", "ICD9 String", "PheCode"),
    "icd10": ("ICD10", "ICD10 String", "PheCode"),
    "icd10cm": ("icd10cm", "icd10cm_str", "phecode"),
}


def load(inputs: Inputs) -> Staged:
    definitions = ibis.union(*[_definitions(inputs, path) for path in inputs.paths("definitions")])
    known = definitions.phecode.re_search(r"^\d{3,4}(\.\d{1,2})?$").fill_null(False) & definitions.name.notnull()
    phecodes = definitions.filter(known).mutate(id="phecode:" + definitions.phecode)
    maps = [_map(inputs, prefix, path) for prefix in SOURCE.optional for path in inputs.paths(prefix)]
    coded = [rows.filter(rows.id.notnull()) for rows in maps]
    return Staged(
        nodes=[
            phecodes.select("id", "name", "file", "row", type=ibis.literal("Disease")),
            *(rows.select("id", "name", "file", "row", type=ibis.literal("Code")) for rows in coded),
        ],
        edges=[_subclasses(phecodes), *map(_groups, coded), *map(_parents, coded)],
        rejects=[
            _reject(definitions.filter(~known), "phecode", "no PheCode such as 250 or 250.21, or no description"),
            *(_reject(rows.filter(rows.id.isnull()), "phecode", "no ICD code") for rows in maps),
        ],
    )


def _definitions(inputs: Inputs, path: Path) -> ir.Table:
    """phecode, name, raw, file, row"""
    delimiter, name = (",", "phenotype") if ".csv" in path.suffixes else ("\t", "description")
    table = inputs.table(path, ("phecode", name), delimiter=delimiter)
    return table.select("phecode", "file", "row", name=table[name].strip(), raw=_raw(table, "phecode", name))


def _map(inputs: Inputs, prefix: str, path: Path) -> ir.Table:
    """id, name, phecode, added, node_id, parent_id, raw, file, row; a row an ICD code and PheCode."""
    catalog = ".csv" in path.suffixes
    columns = (_CATALOG if catalog else _UKB)[prefix]
    table = inputs.table(path, columns, ("added", "node_id", "parent_id"), delimiter="," if catalog else "\t")
    code, meaning = table[columns[0]].strip(), table[columns[1]].strip()
    first = meaning.re_extract(r"^(\S*)", 1)  # UK Biobank's meanings begin with a code, in ICD-9 without its point
    stripped = meaning.substr(first.length()).strip()
    name = meaning if catalog else (first.replace(".", "") == code.replace(".", "")).ifelse(stripped, None)
    return table.select(
        "added", "node_id", "parent_id", "file", "row",
        id=f"{prefix}:" + code, name=name, phecode=table[columns[2]].strip(), raw=_raw(table, *columns),
    )  # fmt: skip


def _subclasses(phecodes: ir.Table) -> ir.Table:
    """Edges to the nearest PheCode that a code extends."""
    code, codes = phecodes.phecode, phecodes.view().phecode
    nearest = [code.re_extract(pattern, 1) for pattern in (r"^(\d+\.\d)\d$", r"^(\d+)\.")]
    parent = ibis.coalesce(*(each.isin(codes).ifelse(each, None) for each in nearest))
    edges = phecodes.mutate(object="phecode:" + parent)
    return edges.filter(edges.object.notnull()).select(
        "object", "file", "row", subject=edges.id, predicate=ibis.literal("SUBCLASS_OF")
    )


def _groups(rows: ir.Table) -> ir.Table:
    grouped = rows.filter(rows.phecode.notnull())
    return grouped.select(
        "file", "row", subject="phecode:" + grouped.phecode, predicate=ibis.literal("GROUPS"), object=grouped.id,
        qualifier=grouped.added,
    )  # fmt: skip


def _parents(rows: ir.Table) -> ir.Table:
    """ICD's hierarchy: rows joined with the codes that have their parents' node ids."""
    above = rows.filter(rows.node_id.notnull()).select(parent_id=rows.node_id, object=rows.id).distinct()
    below = rows.inner_join(above, "parent_id")
    return below.filter(below.id != below.object).select(
        "object", "file", "row", subject=below.id, predicate=ibis.literal("SUBCLASS_OF")
    )


def _raw(table: ir.Table, *columns: str) -> ir.StringValue:
    return ibis.literal("\t").join([table[column].fill_null("") for column in columns])


def _reject(rows: ir.Table, key: str, reason: str) -> ir.Table:
    return rows.select("file", "row", "raw", key=rows[key].fill_null(""), reason=ibis.literal(reason))
