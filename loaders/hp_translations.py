"""HP in other languages, and in lay words: names for the terms of the Human Phenotype Ontology.

Source: https://github.com/obophenotype/hpo-translations (babelon/hp-*.babelon.tsv: Babelon,
https://monarch-initiative.github.io/babelon; babelon/hp-*.synonyms.tsv: a ROBOT template, whose second line says which
synonyms in which language) and HP's report layperson-synonyms.tsv (SPARQL 1.1 results in TSV, made of exact synonyms)
Licence: https://hpo.jax.org/license (attribution; terms may not be altered)
Yields: a name a translated label or synonym, in its language and with its scope (a translated label is EXACT: the
label is the English one); an exact English name a lay synonym. Translations that are CANDIDATE are kept.
Skips: nothing unsaid: rows without a translation (NOT_TRANSLATED), translated definitions (a concept's definition is
the English one) and a template's second line are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

_FILES = "https://raw.githubusercontent.com/obophenotype/hpo-translations/main/babelon/hp-"
_REPORTS = "https://raw.githubusercontent.com/obophenotype/human-phenotype-ontology/master/src/ontology/reports/"

#: Languages that have files of either kind.
_BABELON = "ar de es fr it ja kk nna pt ru tw zh"
_SYNONYMS = "ar cs de dtp es fr kk nl nna pt ru tr tw"

SOURCE = Source(
    name="hp_translations",
    title="Translations of the Human Phenotype Ontology",
    url="https://obophenotype.github.io/hpo-translations",
    licence="https://hpo.jax.org/license",
    files={
        "babelon": ("hp-*.babelon.tsv",), "synonyms": ("hp-*.synonyms.tsv",), "lay": ("layperson-synonyms.tsv",)
    },
    optional=("babelon", "synonyms", "lay"),
    citation="Gargano MA et al. The Human Phenotype Ontology in 2024. Nucleic Acids Res. 2024.",
    downloads=(
        *(Download(f"{_FILES}{each}.babelon.tsv") for each in _BABELON.split()),
        *(Download(f"{_FILES}{each}.synonyms.tsv") for each in _SYNONYMS.split()),
        Download(f"{_REPORTS}layperson-synonyms.tsv"),
    ),
)  # fmt: skip

_SCOPES = {"label": "EXACT"} | {f"{s}synonym": s.upper() for s in ("exact", "narrow", "broad", "related")}
_DEFINITION = "IAO:0000115"
_TERM = r"^HP:\d{7}$"


def load(inputs: Inputs) -> Staged:
    parts = [inputs.keep(_reasons(part)) for part in (_babelon(inputs), _synonyms(inputs), _lay(inputs))]
    good = [part.filter(part.reason.isnull()) for part in parts]
    bad = [part.filter(part.reason.notnull()) for part in parts]
    return Staged(
        nodes=[part.select("id", "file", "row", type=ibis.literal("Phenotype")) for part in good],
        names=[part.select("id", "text", "scope", "language", "file", "row") for part in good],
        rejects=[part.select("file", "row", "raw", "reason", key=part.id.fill_null("")) for part in bad],
    )


def _babelon(inputs: Inputs) -> ir.Table:
    """id, text, language, scope, status, predicate, raw, file, row"""
    columns = ("subject_id", "predicate_id", "source_value", "translation_language", "translation_status")
    table = inputs.table("babelon", (*columns, "translation_value"))
    # rdfs:label, oboInOwl:hasExactSynonym, oio:exactSynonym
    kind = table.predicate_id.lower().re_replace("^.*[:/#](has)?", "")
    return table.select(
        "file", "row", id=standardize_column(table.subject_id), text=table.translation_value.strip(),
        language=table.translation_language, scope=kind.substitute(_SCOPES, else_=ibis.null("string")),
        status=table.translation_status, predicate=table.predicate_id, raw=_raw(table, *columns, "translation_value"),
    )  # fmt: skip


def _synonyms(inputs: Inputs) -> ir.Table:
    """As `_babelon`; each file's language and scope are those of its second line, else of its name, and exact."""
    table = inputs.table("synonyms", ("subject_id", "translation_value", "comment"))
    template = table.filter(table.subject_id == "ID").select("file", template=table.translation_value)
    table = table.left_join(template, "file")
    stated = table.template.re_extract(r"has(\w+)Synonym", 1).lower() + "synonym"
    named = table.file.re_extract(r"hp-([^./]+)\.synonyms", 1)
    return table.select(
        "file", "row", id=standardize_column(table.subject_id), text=table.translation_value.strip(),
        language=ibis.coalesce(table.template.re_extract(r"@([\w-]+)", 1).nullif(""), named),
        scope=stated.substitute(_SCOPES, else_="EXACT").fill_null("EXACT"), status=table.comment,
        predicate=ibis.literal("a synonym"), raw=_raw(table, "subject_id", "translation_value", "comment"),
    )  # fmt: skip


def _lay(inputs: Inputs) -> ir.Table:
    """As `_babelon`; terms are IRIs in angle brackets, texts are quoted."""
    table = inputs.table("lay", ("?term", "?layperson"), quote="")
    text = table["?layperson"].re_extract(r'^"(.*)"(@\w+)?$', 1).replace('\\"', '"')
    return table.select(
        "file", "row", id=table["?term"].re_replace(r"^<.*/HP_(\d+)>$", r"HP:\1"), text=text.strip(),
        language=ibis.literal("en"), scope=ibis.literal("EXACT"), status=ibis.null("string"),
        predicate=ibis.literal("a synonym"), raw=_raw(table, "?term", "?layperson"),
    )  # fmt: skip


def _reasons(rows: ir.Table) -> ir.Table:
    reason = ibis.cases(
        (rows.id == "ID", "the template's second line: says what the columns are"),
        (~rows.id.re_search(_TERM).fill_null(False), "no HP term such as HP:0000118"),
        (rows.status == "NOT_TRANSLATED", "NOT_TRANSLATED: the text is the English one"),
        (rows.text.fill_null("") == "", "no translation"),
        (rows.predicate == _DEFINITION, "a definition in another language; a concept's definition is the English one"),
        (rows.scope.isnull(), rows.predicate.fill_null("no predicate") + " is neither a label nor a synonym"),
        (rows.language.isnull(), "no language"),
        else_=ibis.null("string"),
    )
    return rows.mutate(reason=reason)


def _raw(table: ir.Table, *columns: str) -> ir.StringValue:
    return ibis.literal("\t").join([table[column].fill_null("") for column in columns])
