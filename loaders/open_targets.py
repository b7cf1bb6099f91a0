"""Open Targets Platform: direct associations of targets with diseases, over all kinds of evidence.

Source: https://platform.opentargets.org/downloads (association_overall_direct, disease, target as folders of Parquet
files; to release 24.09 associationByOverallDirect, diseases, targets, as Parquet or JSON Lines)
Licence: CC0-1.0
Yields: (gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(disease) with the overall score as `weight`; a Gene a target, with
    its symbol; a node a disease or phenotype, typed by its vocabulary.
Skips: indirect associations, evidence of single sources, and what else the data sets say of targets and diseases.
    Associations below the parameter `min_score` (0 by default) are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import PREFIX_TYPES, Source


def _folders(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}/*.{suffix}" for name in names for suffix in ("parquet", "json"))


SOURCE = Source(
    name="open_targets",
    title="Open Targets Platform",
    url="https://platform.opentargets.org",
    licence="CC0-1.0",
    files={
        "associations": _folders(
            "association_overall_direct", "association_by_overall_direct", "associationByOverallDirect"
        ),
        "diseases": _folders("disease", "diseases"),
        "targets": _folders("target", "targets"),
    },
    optional=("diseases", "targets"),
    parameters={"min_score": "0"},
    citation="Buniello A et al. Open Targets Platform: facilitating therapeutic hypotheses building in drug discovery. "
    "Nucleic Acids Res. 2025;53:D1467.",
    access="The data sets are folders of files whose names change with every release: copy each with "
    "`rsync -rv rsync.ebi.ac.uk::pub/databases/opentargets/platform/latest/output/association_overall_direct DIR/`, "
    "likewise `disease` and `target`.",
)  # fmt: skip

_TARGET, _DISEASE = r"^ENSG\d+$", r"^[A-Za-z]+_\w+$"


def load(inputs: Inputs) -> Staged:
    least = float(inputs.parameters["min_score"])
    # the score's name changed with release 25.12
    table = inputs.table("associations", ("targetId", "diseaseId"), ("score", "associationScore", "evidenceCount"))
    table = table.mutate(text=ibis.coalesce(table.associationScore, table.score))
    score = table.text.try_cast("float64")
    table = table.mutate(
        weight=score, key=table.targetId.fill_null("") + " " + table.diseaseId.fill_null(""),
        raw=_raw(table, "targetId", "diseaseId", "text", "evidenceCount"),
        reason=ibis.cases(
            (~table.targetId.re_search(_TARGET).fill_null(False), "targetId is no Ensembl gene"),
            (~table.diseaseId.re_search(_DISEASE).fill_null(False), "diseaseId is not such as EFO_0000270"),
            (~((score > 0) & (score <= 1)).fill_null(False), "score is no number above 0, up to 1"),
            (score < least, f"below the threshold score ≥ {least:g}"),
        ),
    )  # fmt: skip
    rows = table.filter(table.reason.isnull())
    diseases, targets = inputs.table("diseases", ("id", "name")), inputs.table("targets", ("id", "approvedSymbol"))
    diseases = _checked(diseases, "name", _DISEASE, "id is not such as EFO_0000270")
    targets = _checked(targets, "approvedSymbol", _TARGET, "id is no Ensembl gene")
    prefix = diseases.id.re_extract(r"^([A-Za-z]+)_", 1)
    diseases = diseases.mutate(
        type=prefix.substitute(PREFIX_TYPES | {"Orphanet": "Disease"}, else_=ibis.null("string"))
    )
    return Staged(
        nodes=[
            diseases.filter(diseases.reason.isnull()).select("file", "row", "type", "name", id=_curie(diseases.id)),
            targets.filter(targets.reason.isnull()).select(
                "file", "row", id="ensembl:" + targets.id, type=ibis.literal("Gene"), name=targets.approvedSymbol
            ),
        ],
        edges=[
            rows.select(
                "file", "row", "weight", subject="ensembl:" + rows.targetId, object=_curie(rows.diseaseId),
                predicate=ibis.literal("GENE_ASSOCIATED_WITH_CONDITION"),
                context=rows.evidenceCount + " pieces of evidence",
            )
        ],
        rejects=[
            each.filter(each.reason.notnull()).select("file", "row", "key", "raw", "reason")
            for each in (table, diseases, targets)
        ],
    )  # fmt: skip


def _checked(table: ir.Table, name: str, pattern: str, reason: str) -> ir.Table:
    known = table.id.re_search(pattern).fill_null(False)
    return table.mutate(
        key=table.id.fill_null(""), raw=_raw(table, "id", name), reason=known.ifelse(ibis.null("string"), reason)
    )


def _curie(identifier: ir.StringValue) -> ir.StringValue:
    return standardize_column(identifier.re_replace(r"^([A-Za-z]+)_", r"\1:"))


def _raw(table: ir.Table, *columns: str) -> ir.StringValue:
    return ibis.literal("\t").join([table[column].fill_null("") for column in columns])
