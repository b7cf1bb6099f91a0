"""UMLS Metathesaurus in Rich Release Format.

Source: https://www.nlm.nih.gov/research/umls (MRCONSO.RRF; MRDEF.RRF, MRREL.RRF and MRSTY.RRF where present); columns
in the UMLS Reference Manual, chapter 3
Licence: UMLS Metathesaurus License
Yields: a node a CUI, labelled by its preferred atom and typed by its semantic types; a name an atom; XREF to the codes
of the vocabularies in `rrf._CODES`; SUBCLASS_OF for `isa`, else RELATED_TO qualified by RELA (REL where it is empty).
Skips: vocabularies' codes outside these. Suppressed rows, atoms of languages that were not asked for (`languages`,
by default ENG) and relations within one concept are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source
from loaders.formats import rrf

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
    access="Get a free UMLS licence at https://uts.nlm.nih.gov/uts, download the Metathesaurus full subset from "
    "https://www.nlm.nih.gov/research/umls/licensedcontent/umlsknowledgesources.html, and unpack its META folder.",
)  # fmt: skip

_COLUMNS = {
    "atoms": "CUI LAT TS LUI STT SUI ISPREF AUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF",
    "definitions": "CUI AUI ATUI SATUI SAB DEF SUPPRESS CVF",
    "relations": "CUI1 AUI1 STYPE1 REL CUI2 AUI2 STYPE2 RELA RUI SRUI SAB SL RG DIR SUPPRESS CVF",
    "types": "CUI TUI STN STY ATUI CVF",
}

_LANGUAGES = {
    "ENG": "en", "FRE": "fr", "SPA": "es", "GER": "de", "DUT": "nl", "ITA": "it", "POR": "pt", "CZE": "cs", "JPN": "ja",
    "CHI": "zh", "KOR": "ko", "RUS": "ru", "SWE": "sv", "FIN": "fi", "DAN": "da", "NOR": "no", "HUN": "hu", "POL": "pl",
    "TUR": "tr", "GRE": "el", "HEB": "he", "LAV": "lv", "EST": "et", "SCR": "hr", "UKR": "uk", "BAQ": "eu",
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    languages = inputs.parameters["languages"].replace(",", " ").split()
    atoms, definitions, relations, types = (rrf.read(inputs, key, columns) for key, columns in _COLUMNS.items())
    atoms = atoms.mutate(
        reason=ibis.coalesce(
            rrf.suppressed(atoms),
            atoms.LAT.isin(languages).ifelse(None, "language " + atoms.LAT + " is not among " + " ".join(languages)),
        )
    )
    definitions = definitions.mutate(reason=rrf.suppressed(definitions))
    relations = relations.mutate(
        reason=ibis.coalesce(
            rrf.suppressed(relations),
            (relations.CUI1 == relations.CUI2).ifelse("a relation within one concept", None),
            (relations.REL == "XR").ifelse("REL XR: not related", None),
        )
    )
    good = atoms.filter(atoms.reason.isnull())
    preferred = rrf.first(good, "CUI", [good.LAT != "ENG", good.TS != "P", good.STT != "PF", good.ISPREF != "Y"])
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
        rejects=[rrf.rejects(atoms, "AUI"), rrf.rejects(definitions, "ATUI"), rrf.rejects(relations, "RUI")],
    )  # fmt: skip


def _nodes(preferred: ir.Table, definitions: ir.Table, types: ir.Table) -> list[ir.Table]:
    """A whole node from each row that tells of it (one is kept, so that no row is without an outcome)."""
    named = preferred.select("CUI", name="STR")
    told = rrf.first(definitions, "CUI", []).select("CUI", definition="DEF")
    typed = rrf.semantic_types(types, "CUI")
    origins = [table.select("CUI", "file", "row") for table in (preferred, definitions, types)]
    return [
        origin.left_join(named, "CUI").drop("CUI_right").left_join(told, "CUI").drop("CUI_right")
        .left_join(typed, "CUI").drop("CUI_right")
        .select("name", "definition", "type", "file", "row", id="umls:" + ibis._.CUI)
        for origin in origins
    ]  # fmt: skip


def _xrefs(atoms: ir.Table) -> ir.Table:
    curie = rrf.code(atoms)
    return atoms.filter(curie.notnull()).select(
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
