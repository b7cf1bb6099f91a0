"""ICD-10-CM: the diagnosis codes of the USA, with their headings.

Source: https://www.cdc.gov/nchs/icd/icd-10-cm/files.html (icd10cm_order_2026.txt; fixed width, described
beside it in icd10cmOrderFile.pdf: order number in columns 1 to 5, code in 7 to 13, 0 for a heading or 1 for a
valid code in 15, short title in 17 to 76, long title from 78)
Licence: public domain in the USA; ICD-10 itself is WHO's
Yields: a Code a line, headings too, with its point (`E119` is `icd10cm:E11.9`), named by its long title, the short one
as exact name where it differs; SUBCLASS_OF to the longest code that it extends.
Skips: chapters and blocks, which the file does not have; whether a code is valid for billing.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="icd10cm",
    title="ICD-10-CM",
    url="https://www.cdc.gov/nchs/icd/icd-10-cm",
    licence="LicenseRef-US-government-work",
    files={"order": ("icd10cm_order_20*.txt", "icd10cm-order-20*.txt")},
    vocabularies=("icd10cm",),
    member=True,
    citation="National Center for Health Statistics. International Classification of Diseases, Tenth Revision, "
    "Clinical Modification (ICD-10-CM).",
    access="Download the year's Code Descriptions in Tabular Order (a ZIP file) from "
    "https://www.cms.gov/medicare/coding-billing/icd-10-codes and unpack icd10cm_order_20XX.txt.",
)

_LINE = r"^\d{5} [A-Z][0-9A-Z]{2,6} *[01] \S"


def load(inputs: Inputs) -> Staged:
    # a line is one field: what separates fields elsewhere does not occur in it
    lines = inputs.table("order", ("line",), delimiter="\x1f", quote="", header=False)
    valid = lines.line.re_search(_LINE).fill_null(False)
    bad = lines.filter(~valid)
    codes = inputs.keep(
        lines.filter(valid).mutate(
            code=lines.line.substr(6, 7).strip(),
            short=lines.line.substr(16, 60).strip(),
            name=lines.line.substr(77).strip().nullif(""),
        )
    )
    codes = codes.mutate(id=_curie(codes.code), name=ibis.coalesce(codes.name, codes.short))
    shorter = codes.filter(codes.short != codes.name)
    below = codes.mutate(above=_nearest(codes))
    return Staged(
        nodes=[codes.select("id", "name", "file", "row", type=ibis.literal("Code"))],
        names=[shorter.select("id", "file", "row", text=shorter.short)],
        edges=[
            below.filter(below.above.notnull()).select(
                "file", "row", subject=below.id, predicate=ibis.literal("SUBCLASS_OF"), object=_curie(below.above)
            )
        ],
        rejects=[
            bad.select(
                "file", "row", key=bad.line.fill_null("").substr(6, 7).strip(), raw=bad.line.fill_null(""),
                reason=ibis.literal("no line of an order file: 00001 A00     0 short title, long title from column 78"),
            )
        ],
    )  # fmt: skip


def version(inputs: Inputs) -> str | None:
    """The fiscal year in the file's name."""
    return inputs.paths("order")[0].name.removesuffix(".gz").removesuffix(".txt")[-4:]


def _curie(code: ir.StringValue) -> ir.StringValue:
    return ibis.literal("icd10cm:") + code.re_replace("^(.{3})(.+)$", r"\1.\2")


def _nearest(codes: ir.Table) -> ir.StringValue:
    known = codes.view().code
    above = [(codes.code.length() > n).ifelse(codes.code.left(n), None) for n in range(6, 2, -1)]
    return ibis.coalesce(*(each.isin(known).ifelse(each, None) for each in above))
