"""RxNorm: names of drugs as they are prescribed in the USA, with their ingredients, brands, strengths and dose forms.

Source: https://www.nlm.nih.gov/research/umls/rxnorm (RXNCONSO.RRF; RXNREL.RRF and RXNSTY.RRF where present); columns in
the RxNorm Technical Documentation (https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html)
Licence: UMLS Metathesaurus License; the Current Prescribable Content alone has no restriction
Yields: a node a RXCUI, labelled by RxNorm's own atom: Drug, dose forms without a type, what other vocabularies alone
name by its semantic type; a name an atom; XREF to other vocabularies' codes; SUBCLASS_OF for isa,
HAS_ACTIVE_INGREDIENT, HAS_PART, else RELATED_TO with RELA (REL where it is empty) as `qualifier`. RXNREL has each
relation in both directions: one edge.
Skips: codes of vocabularies that `formats.rrf` does not list, RXNSAT. Obsolete and suppressed rows and relations within
one concept are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source
from loaders.formats import rrf

SOURCE = Source(
    name="rxnorm",
    title="RxNorm",
    url="https://www.nlm.nih.gov/research/umls/rxnorm",
    licence="https://uts.nlm.nih.gov/uts/assets/LicenseAgreement.pdf",
    files={"atoms": ("RXNCONSO.RRF",), "relations": ("RXNREL.RRF",), "types": ("RXNSTY.RRF",)},
    optional=("relations", "types"),
    vocabularies=("rxnorm",),
    member=True,
    citation="Nelson SJ et al. Normalized names for clinical drugs: RxNorm at 6 years. JAMIA 2011;18:441.",
    access="Download RxNorm_full_prescribe_current.zip (free, no licence) or, with a UMLS licence, "
    "RxNorm_full_current.zip from https://www.nlm.nih.gov/research/umls/rxnorm/docs/rxnormfiles.html, and unpack it.",
)

_COLUMNS = {
    "atoms": "RXCUI LAT TS LUI STT SUI ISPREF RXAUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF",
    "relations": "RXCUI1 RXAUI1 STYPE1 REL RXCUI2 RXAUI2 STYPE2 RELA RUI SRUI SAB SL DIR RG SUPPRESS CVF",
    "types": "RXCUI TUI STN STY ATUI CVF",
}

#: RELA → predicate; what is not here is RELATED_TO.
_PREDICATES = {
    "isa": "SUBCLASS_OF", "has_ingredient": "HAS_ACTIVE_INGREDIENT", "has_ingredients": "HAS_ACTIVE_INGREDIENT",
    "has_precise_ingredient": "HAS_ACTIVE_INGREDIENT", "has_part": "HAS_PART", "consists_of": "HAS_PART",
    "contains": "HAS_PART",
}  # fmt: skip

#: RELA → the one that says the same from the other end.
_INVERSES = {
    "inverse_isa": "isa", "ingredient_of": "has_ingredient", "ingredients_of": "has_ingredients",
    "precise_ingredient_of": "has_precise_ingredient", "part_of": "has_part", "constitutes": "consists_of",
    "contained_in": "contains", "has_tradename": "tradename_of", "dose_form_of": "has_dose_form",
    "doseformgroup_of": "has_doseformgroup", "form_of": "has_form", "quantified_form_of": "has_quantified_form",
    "reformulation_of": "reformulated_to", "may_be_treated_by": "may_treat", "boss_of": "has_boss",
    "may_be_prevented_by": "may_prevent",
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    atoms, relations, types = (rrf.read(inputs, key, columns) for key, columns in _COLUMNS.items())
    atoms = inputs.keep(atoms.mutate(reason=rrf.suppressed(atoms)))
    good = atoms.filter(atoms.reason.isnull())
    preferred = rrf.first(good, "RXCUI", [good.SAB != "RXNORM", good.TTY.isin(["SY", "TMSY", "ET", "PSN"])])
    named = preferred.select("RXCUI", "SAB", "TTY", name="STR")
    unnamed = types.RXCUI.isin(named.RXCUI).ifelse(None, "no name of this concept is in use")
    types = types.mutate(reason=unnamed)
    relations = inputs.keep(_relations(relations, atoms))
    return Staged(
        nodes=_nodes(named, types.filter(types.reason.isnull()), preferred),
        names=[good.select("file", "row", id="rxnorm:" + good.RXCUI, text=good.STR)],
        edges=[_xrefs(good), _edges(relations.filter(relations.reason.isnull()))],
        rejects=[rrf.rejects(atoms, "RXAUI"), rrf.rejects(relations, "RUI"), rrf.rejects(types, "RXCUI")],
    )


def _nodes(named: ir.Table, types: ir.Table, preferred: ir.Table) -> list[ir.Table]:
    """A whole node from each row that tells of it (one is kept, so that no row is without an outcome)."""
    whole = named.left_join(rrf.semantic_types(types, "RXCUI"), "RXCUI")
    whole = whole.mutate(
        type=ibis.cases((whole.SAB != "RXNORM", whole.type), (whole.TTY.isin(["DF", "DFG"]), None), else_="Drug")
    )
    return [
        origin.select("RXCUI", "file", "row").inner_join(whole.select("RXCUI", "name", "type"), "RXCUI")
        .select("name", "type", "file", "row", id="rxnorm:" + ibis._.RXCUI)
        for origin in (preferred, types)
    ]  # fmt: skip


def _relations(rows: ir.Table, atoms: ir.Table) -> ir.Table:
    """With `from` and `to` concept and a `reason` to reject: the second concept has RELA to the first.

    A relation of atoms names no concepts: theirs are looked up.
    """
    known = atoms.select("RXAUI", "RXCUI").distinct(on="RXAUI")
    for end in "12":
        found = known.select(**{f"RXAUI{end}": known.RXAUI, f"atom{end}": known.RXCUI})
        rows = rows.left_join(found, f"RXAUI{end}").drop(f"RXAUI{end}_right")
    first, second = (ibis.coalesce(rows[f"RXCUI{end}"], rows[f"atom{end}"]) for end in "12")
    inverse = rows.RELA.isin(list(_INVERSES)).fill_null(False)
    return rows.mutate(
        subject=inverse.ifelse(first, second),
        object=inverse.ifelse(second, first),
        relation=ibis.coalesce(rows.RELA.substitute(_INVERSES), rows.REL),
        reason=ibis.cases(
            (rrf.suppressed(rows).notnull(), rrf.suppressed(rows)),
            (first.isnull() | second.isnull(), "an atom that is not in RXNCONSO"),
            (first == second, "a relation within one concept"),
            else_=ibis.null("string"),
        ),
    )


def _edges(rows: ir.Table) -> ir.Table:
    predicate = rows.relation.substitute(_PREDICATES, else_="RELATED_TO")
    return rows.select(
        "file", "row", predicate=predicate, subject="rxnorm:" + rows.subject, object="rxnorm:" + rows.object,
        qualifier=rows.relation, context=rows.SAB, distinct=rows.SAB.fill_null("") + "|" + rows.relation,
    )  # fmt: skip


def _xrefs(atoms: ir.Table) -> ir.Table:
    xrefs = atoms.filter(atoms.SAB != "RXNORM").mutate(object=rrf.code(atoms))
    return xrefs.filter(xrefs.object.notnull()).select(
        "file", "row", "object", subject="rxnorm:" + xrefs.RXCUI, predicate=ibis.literal("XREF")
    )
