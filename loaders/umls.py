"""UMLS Metathesaurus in Rich Release Format.

Source: https://www.nlm.nih.gov/research/umls (MRCONSO.RRF; MRDEF.RRF, MRREL.RRF and MRSTY.RRF where present); columns
in the UMLS Reference Manual, chapter 3
Licence: UMLS Metathesaurus License
Yields: a node a CUI, labelled by its preferred atom and typed by its semantic types; a name an atom; XREF to the codes
of the vocabularies in `_CODES`; SUBCLASS_OF for `isa`, else RELATED_TO qualified by RELA (REL where it is empty).
Skips: vocabularies' codes outside `_CODES`. Suppressed rows, atoms of languages that were not asked for (`languages`,
by default ENG) and relations within one concept are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="umls",
    title="UMLS Metathesaurus",
    url="https://www.nlm.nih.gov/research/umls",
    licence="https://uts.nlm.nih.gov/uts/assets/LicenseAgreement.pdf",
    files={
        "atoms": ("MRCONSO.RRF",), "definitions": ("MRDEF.RRF",), "relations": ("MRREL.RRF",), "types": ("MRSTY.RRF",)
    },
    optional=("definitions", "relations", "types"),
    vocabularies=("umls",),
    parameters={"languages": "ENG"},
    citation="Bodenreider O. The Unified Medical Language System (UMLS). Nucleic Acids Res. 2004.",
)  # fmt: skip

_COLUMNS = {
    "atoms": "CUI LAT TS LUI STT SUI ISPREF AUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF",
    "definitions": "CUI AUI ATUI SATUI SAB DEF SUPPRESS CVF",
    "relations": "CUI1 AUI1 STYPE1 REL CUI2 AUI2 STYPE2 RELA RUI SRUI SAB SL RG DIR SUPPRESS CVF",
    "types": "CUI TUI STN STY ATUI CVF",
}

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
    "DRUGBANK": "drugbank", "LNC": "loinc", "RXNORM": "rxnorm",
}  # fmt: skip

_LANGUAGES = {
    "ENG": "en", "FRE": "fr", "SPA": "es", "GER": "de", "DUT": "nl", "ITA": "it", "POR": "pt", "CZE": "cs", "JPN": "ja",
    "CHI": "zh", "KOR": "ko", "RUS": "ru", "SWE": "sv", "FIN": "fi", "DAN": "da", "NOR": "no", "HUN": "hu", "POL": "pl",
    "TUR": "tr", "GRE": "el", "HEB": "he", "LAV": "lv", "EST": "et", "SCR": "hr", "UKR": "uk", "BAQ": "eu",
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    languages = inputs.parameters["languages"].replace(",", " ").split()
    atoms, definitions, relations = (_read(inputs, key) for key in ("atoms", "definitions", "relations"))
    types = _read(inputs, "types")
    atoms = atoms.mutate(
        reason=ibis.coalesce(
            _suppressed(atoms),
            atoms.LAT.isin(languages).ifelse(None, "language " + atoms.LAT + " is not among " + " ".join(languages)),
        )
    )
    definitions = definitions.mutate(reason=_suppressed(definitions))
    relations = relations.mutate(
        reason=ibis.coalesce(
            _suppressed(relations),
            (relations.CUI1 == relations.CUI2).ifelse("a relation within one concept", None),
            (relations.REL == "XR").ifelse("REL XR: not related", None),
        )
    )
    good = atoms.filter(atoms.reason.isnull())
    preferred = _first(good, [good.LAT != "ENG", good.TS != "P", good.STT != "PF", good.ISPREF != "Y"])
    told = definitions.filter(definitions.reason.isnull())
    return Staged(
        nodes=_nodes(preferred, told, types),
        names=[
            good.select(
                "file", "row", id="umls:" + good.CUI, text=good.STR,
                language=ibis.map(list(_LANGUAGES), list(_LANGUAGES.values())).get(good.LAT),
            )
        ],
        edges=[_xrefs(good), _relations(relations.filter(relations.reason.isnull()))],
        rejects=[_rejects(atoms, "AUI"), _rejects(definitions, "ATUI"), _rejects(relations, "RUI")],
    )  # fmt: skip


def _read(inputs: Inputs, key: str) -> ir.Table:
    columns = _COLUMNS[key].split()
    table = inputs.table(key, (*columns, "end"), delimiter="|", quote="", header=False)
    return table.mutate(raw=ibis.literal("|").join([table[column].fill_null("") for column in columns]) + "|").drop(
        "end"
    )


def _suppressed(table: ir.Table) -> ir.StringValue:
    return table.SUPPRESS.isin(["O", "E", "Y"]).ifelse("suppressed (" + table.SUPPRESS + ")", None)


def _first(table: ir.Table, order: list[ir.Value]) -> ir.Table:
    """One row a CUI."""
    place = ibis.row_number().over(ibis.window(group_by="CUI", order_by=[*order, table.row]))
    return table.mutate(place=place).filter(ibis._.place == 0).drop("place")


def _nodes(preferred: ir.Table, definitions: ir.Table, types: ir.Table) -> list[ir.Table]:
    """A whole node from each row that tells of it (one is kept, so that no row is without an outcome)."""
    named = preferred.select("CUI", name="STR")
    told = _first(definitions, []).select("CUI", definition="DEF")
    ranked = types.mutate(ranked=ibis.map(list(_TUIS), list(_TUIS.values())).get(types.TUI))
    typed = ranked.group_by("CUI").agg(type=ranked.ranked.min().substr(2))
    origins = [table.select("CUI", "file", "row") for table in (preferred, definitions, types)]
    return [
        origin.left_join(named, "CUI").drop("CUI_right").left_join(told, "CUI").drop("CUI_right")
        .left_join(typed, "CUI").drop("CUI_right")
        .select("name", "definition", "type", "file", "row", id="umls:" + ibis._.CUI)
        for origin in origins
    ]  # fmt: skip


def _xrefs(atoms: ir.Table) -> ir.Table:
    prefix = ibis.map(list(_CODES), list(_CODES.values())).get(atoms.SAB)
    code = atoms.CODE.re_replace("^ORPHA:?", "")
    curie = standardize_column(code.contains(":").ifelse(code, prefix + ":" + code))
    return atoms.filter(prefix.notnull() & (atoms.CODE != "NOCODE")).select(
        "file", "row", subject="umls:" + atoms.CUI, predicate=ibis.literal("XREF"), object=curie
    )


def _relations(rows: ir.Table) -> ir.Table:
    """MRREL reads from its second concept to its first: `C1|…|CHD|C2|…|isa` says that C2 is a C1."""
    inverse = (rows.RELA == "inverse_isa").fill_null(False)
    isa = inverse | (rows.RELA == "isa").fill_null(False)
    relation = ibis.coalesce(rows.RELA, rows.REL)
    return rows.select(
        "file", "row", subject="umls:" + inverse.ifelse(rows.CUI1, rows.CUI2),
        object="umls:" + inverse.ifelse(rows.CUI2, rows.CUI1), predicate=isa.ifelse("SUBCLASS_OF", "RELATED_TO"),
        qualifier=isa.ifelse(None, relation), context=rows.SAB,
        distinct=rows.SAB.fill_null("") + "|" + isa.ifelse("", relation.fill_null("")),
    )  # fmt: skip


def _rejects(table: ir.Table, key: str) -> ir.Table:
    return table.filter(table.reason.notnull()).select("file", "row", "raw", "reason", key=table[key].fill_null(""))
