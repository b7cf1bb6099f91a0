"""GWAS Catalog: its studies, which the associations name.

Source: https://www.ebi.ac.uk/gwas/docs/file-downloads ("All studies", v1.0.2, v1.0.3 and v1.0.3.1)
Licence: EMBL-EBI terms of use, CC0-1.0 since 2021
Yields: a Study a row (`gcst:GCST000028`), the `study` of the associations' edges; (Study)-[:STUDIED]->(trait), one a
    mapped trait, with ancestry and size of the initial sample, the reported trait in `context`; edges to background
    traits (what all people of a study have) have the `qualifier` background. The publication's title is the definition,
    not the name: one title may be that of two thousand studies, and is text about no trait of its own.
Skips: rows without an accession; replication samples, genotyping, cohorts.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.association import ancestry, mapped_traits, sample_size
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

SOURCE = Source(
    name="gwas_studies",
    title="GWAS Catalog studies",
    url="https://www.ebi.ac.uk/gwas",
    licence="CC0-1.0",
    files={"studies": ("gwas?catalog?v1.0*-studies*.tsv", "gwas-catalog-studies*.tsv")},
    vocabularies=("gcst",),
    citation="Sollis E et al. The NHGRI-EBI GWAS Catalog: knowledgebase and deposition resource. NAR 2023.",
    downloads=(
        Download(
            "https://www.ebi.ac.uk/gwas/api/search/downloads/studies/v1.0.3.1", "gwas-catalog-v1.0.3.1-studies.tsv"
        ),
    ),
)

_COLUMNS = ("STUDY", "DISEASE/TRAIT", "INITIAL SAMPLE SIZE", "MAPPED_TRAIT", "MAPPED_TRAIT_URI", "STUDY ACCESSION")
#: PUBMEDID until v1.0.2, PUBMED ID since; background traits since v1.0.3.
_BACKGROUND = ("MAPPED BACKGROUND TRAIT", "MAPPED BACKGROUND TRAIT URI")
_OPTIONAL = ("PUBMEDID", "PUBMED ID", *_BACKGROUND)


def load(inputs: Inputs) -> Staged:
    table = inputs.table("studies", _COLUMNS, _OPTIONAL, quote="")
    table = table.mutate(**{c: table[c].strip().nullif("").nullif("NA") for c in (*_COLUMNS, *_OPTIONAL)})
    valid = table["STUDY ACCESSION"].re_search(r"^GCST\d+$").fill_null(False)
    sample = table["INITIAL SAMPLE SIZE"].fill_null("")
    rows = inputs.keep(
        table.filter(valid).mutate(
            id=ibis.literal("gcst:") + table["STUDY ACCESSION"], sample_size=sample_size(sample),
            ancestry=ancestry(sample),
            publications=ibis.literal("pubmed:") + ibis.coalesce(table["PUBMED ID"], table["PUBMEDID"]),
        )
    )  # fmt: skip
    main, background = (
        inputs.keep(mapped_traits(rows.filter(rows[uris].notnull()), uris, labels))
        for labels, uris in (("MAPPED_TRAIT", "MAPPED_TRAIT_URI"), _BACKGROUND)
    )
    unused = table.filter(~valid)
    return Staged(
        nodes=[
            rows.select("id", "file", "row", type=ibis.literal("Study"), definition=rows.STUDY),
            *(traits.select("file", "row", id=traits.trait, name=traits.label) for traits in (main, background)),
        ],
        edges=[_studied(rows, main, None), _studied(rows, background, "background")],
        rejects=[
            unused.select(
                "file", "row", key=unused.STUDY.fill_null(""), reason=ibis.literal("no study accession"),
                raw=ibis.literal("\t").join([unused[c].fill_null("") for c in _COLUMNS]),
            )
        ],
    )  # fmt: skip


def _studied(rows: ir.Table, traits: ir.Table, qualifier: str | None) -> ir.Table:
    many = traits.group_by("file", "row").aggregate(n_traits=traits.count())
    edges = rows.join(traits.drop("label"), ["file", "row"]).join(many, ["file", "row"])
    return edges.select(
        "file", "row", "sample_size", "ancestry", "publications", "n_traits", subject=edges.id,
        predicate=ibis.literal("STUDIED"), object=edges.trait, study=edges.id, context=edges["DISEASE/TRAIT"],
        qualifier=ibis.literal(qualifier, "string"), distinct=ibis.literal(qualifier or ""),
    )  # fmt: skip
