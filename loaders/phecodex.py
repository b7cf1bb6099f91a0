"""PhecodeX: 3,612 phenotypes for phenome-wide studies, with the ICD-9-CM and ICD-10-CM codes that each groups.

Source: https://github.com/PheWAS/PhecodeX (phecodeX_R_labels.csv, phecodeX_R_map.csv, phecodeX_R_map_ICD_10_WHO.csv,
phecodeX_R_rollup_map.csv) or https://phewascatalog.org/phecode_x (phecodeX_info.csv, phecodeX_unrolled_ICD_*.csv);
columns in the repository's README
Licence: none stated
Yields: a Disease a PhecodeX, below the nearest one that its own extends (`BI_160.11` under `BI_160.1`); a Code a ICD
code; GROUPS edges from PhecodeX to ICD code. The map states the most specific PhecodeX alone; the unrolled files repeat
each row for the PhecodeX above: those edges have the qualifier `rolled up`. The rollup map's rows are what they imply:
the edge to the nearest PhecodeX above, the code itself where they lead to it.
Skips: sex, categories and colours.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

_FILES = "https://raw.githubusercontent.com/PheWAS/PhecodeX/main/"

SOURCE = Source(
    name="phecodex",
    title="PhecodeX",
    url="https://phewascatalog.org/phecode_x",
    licence="LicenseRef-none-stated",
    version="1.0",
    files={
        "labels": ("phecodeX_R_labels.csv",),
        "info": ("phecodeX_info.csv",),
        "map": ("phecodeX_R_map.csv", "phecodeX_R_map_ICD_10_WHO.csv"),
        "unrolled": ("phecodeX_unrolled_ICD_*.csv",),
        "rollup": ("phecodeX_R_rollup_map.csv",),
    },
    optional=("labels", "info", "map", "unrolled", "rollup"),
    vocabularies=("phecodex",),
    member=True,
    citation="Shuey MM et al. Next-generation phenotyping: introducing phecodeX. Bioinformatics 2023;39:btad655.",
    downloads=tuple(
        Download(f"{_FILES}phecodeX_R_{name}.csv") for name in ("labels", "map", "map_ICD_10_WHO", "rollup_map")
    ),
)

_PREFIXES = {"ICD9CM": "icd9cm", "ICD10CM": "icd10cm", "ICD10": "icd10"}
_CODE = r"^[A-Z]{2}_\d{3}(\.\d{1,3})?$"


def load(inputs: Inputs) -> Staged:
    labels = _table(inputs, "labels", phecode="phenotype", name="description")
    labels = labels.union(_table(inputs, "info", phecode="phecode", name="phecode_string"))
    maps = _table(inputs, "map", phecode="phecode", code="code", vocabulary="vocabulary_id")
    maps = maps.union(_table(inputs, "unrolled", phecode="phecode", code="ICD", vocabulary="vocabulary_id"))
    rollup = _table(inputs, "rollup", phecode="code", above="phecode_unrolled")
    maps = maps.mutate(id=maps.vocabulary.substitute(_PREFIXES, else_=ibis.null("string")) + ":" + maps.code)
    labels, maps, rollup = (
        inputs.keep(table.mutate(good=(table.phecode.re_search(_CODE) & condition).fill_null(False)))
        for table, condition in (
            (labels, labels.name.notnull()), (maps, maps.id.notnull()), (rollup, rollup.above.re_search(_CODE)),
        )
    )  # fmt: skip
    known, grouped, rolled = (table.filter(table.good) for table in (labels, maps, rollup))
    concept = {"type": ibis.literal("Disease"), "id": "phecodex:" + ibis._.phecode}
    return Staged(
        nodes=[
            known.select("name", "file", "row", **concept),
            rolled.filter(rolled.phecode == rolled.above).select("file", "row", **concept),
            grouped.select("id", "file", "row", type=ibis.literal("Code")),
        ],
        edges=[_below(known.mutate(above=_nearest(known))), _groups(grouped), _below(_rolled(rolled))],
        rejects=[
            _reject(labels, "no PhecodeX such as BI_160 or BI_160.11, or no description", "phecode", "name"),
            _reject(maps, f"no PhecodeX, no ICD code, or a vocabulary other than {', '.join(_PREFIXES)}",
                    "code", "vocabulary", "phecode"),
            _reject(rollup, "no PhecodeX such as BI_160 or BI_160.11", "phecode", "above"),
        ],
    )  # fmt: skip


def _table(inputs: Inputs, key: str, **columns: str) -> ir.Table:
    table = inputs.table(key, list(columns.values()), delimiter=",")
    return table.select("file", "row", **{ours: table[theirs].strip() for ours, theirs in columns.items()})


def _nearest(known: ir.Table) -> ir.StringValue:
    codes, patterns = known.view().phecode, (r"^(.*\.\d\d)\d$", r"^(.*\.\d)\d+$", r"^(.*)\.\d+$")
    above = [known.phecode.re_extract(pattern, 1) for pattern in patterns]
    return ibis.coalesce(*(each.isin(codes).ifelse(each, None) for each in above))


def _rolled(rollup: ir.Table) -> ir.Table:
    """Each row with the longest PhecodeX above its own, whichever one above it names."""
    above = rollup.filter(rollup.phecode != rollup.above)
    longest = above.group_by("phecode").agg(nearest=above.above.argmax(above.above.length()))
    return above.join(longest, "phecode").drop("above").rename(above="nearest")


def _below(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.above.notnull()).select(
        "file", "row", subject=ibis.literal("phecodex:") + rows.phecode, predicate=ibis.literal("SUBCLASS_OF"),
        object=ibis.literal("phecodex:") + rows.above,
    )  # fmt: skip


def _groups(rows: ir.Table) -> ir.Table:
    other = rows.select("id", more="phecode").distinct()
    implied = rows.join(other, [rows.id == other.id, other.more.startswith(rows.phecode), other.more != rows.phecode])
    implied = implied.select("file", "row", qualifier=ibis.literal("rolled up")).distinct()
    return rows.left_join(implied, ["file", "row"]).select(
        "file", "row", "qualifier", subject=ibis.literal("phecodex:") + rows.phecode,
        predicate=ibis.literal("GROUPS"), object=rows.id,
    )  # fmt: skip


def _reject(table: ir.Table, reason: str, *columns: str) -> ir.Table:
    bad = table.filter(~table.good)
    raw = ibis.literal(",").join([bad[column].fill_null("") for column in columns])
    return bad.select("file", "row", key=bad[columns[0]].fill_null(""), raw=raw, reason=ibis.literal(reason))
