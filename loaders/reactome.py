"""Reactome: pathways, their hierarchy, and the proteins and genes that take part in them.

Source: https://reactome.org/download-data (ReactomePathways.txt, ReactomePathwaysRelation.txt,
    UniProt2Reactome_All_Levels.txt, NCBI2Reactome_All_Levels.txt; none has a header)
Licence: CC0-1.0
Yields: a Pathway a pathway; (pathway)-[:PART_OF]->(the pathway that it belongs to); (protein or gene)
    -[:PARTICIPATES_IN]->(pathway) with the evidence code (TAS, IEA) as `qualifier` and the isoform, where one is
    meant, as `context`.
Skips: the Browser's addresses. Other species than `species` (`--set reactome.species="Mus musculus"`, or `all`) and
    pathways that ReactomePathways.txt does not have are rejected.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

_CURRENT = "https://reactome.org/download/current"
SOURCE = Source(
    name="reactome",
    title="Reactome",
    url="https://reactome.org",
    licence="CC0-1.0",
    files={
        "pathways": ("ReactomePathways.txt",),
        "hierarchy": ("ReactomePathwaysRelation.txt",),
        "proteins": ("UniProt2Reactome_All_Levels.txt",),
        "genes": ("NCBI2Reactome_All_Levels.txt",),
    },
    optional=("hierarchy", "proteins", "genes"),
    vocabularies=("reactome",),
    member=True,
    parameters={"species": "Homo sapiens"},
    citation="Milacic M et al. The Reactome Pathway Knowledgebase 2024. Nucleic Acids Res. 2024;52:D672.",
    downloads=tuple(
        Download(f"{_CURRENT}/{file}.txt")
        for file in (
            "ReactomePathways", "ReactomePathwaysRelation", "UniProt2Reactome_All_Levels", "NCBI2Reactome_All_Levels"
        )
    ),
)  # fmt: skip

_PATHWAYS = ("id", "name", "species")
_HIERARCHY = ("parent", "id")
_MEMBERS = ("member", "id", "url", "name", "evidence", "species")


def load(inputs: Inputs) -> Staged:
    wanted = inputs.parameters["species"]
    pathways = inputs.table("pathways", _PATHWAYS, quote="", header=False)
    species = pathways.group_by("id").aggregate(of=pathways.species.strip().min())
    tables = {
        "pathways": _checked(pathways.mutate(of=pathways.species.strip()), _PATHWAYS, wanted),
        "hierarchy": _checked(
            inputs.table("hierarchy", _HIERARCHY, quote="", header=False).left_join(species, "id"), _HIERARCHY, wanted
        ),
    }
    for key, pattern in (("proteins", r"^[A-Z0-9]{6,10}(-\d+)?$"), ("genes", r"^\d+$")):
        rows = inputs.table(key, _MEMBERS, quote="", header=False)
        tables[key] = _checked(rows.mutate(of=rows.species.strip()), _MEMBERS, wanted, pattern)
    good = {key: table.filter(table.reason.isnull()) for key, table in tables.items()}
    return Staged(
        nodes=[
            good["pathways"].select(
                "file", "row", id=_curie(good["pathways"].id), type=ibis.literal("Pathway"),
                name=good["pathways"].name.strip(),
            )
        ],
        edges=[
            good["hierarchy"].select(
                "file", "row", subject=_curie(good["hierarchy"].id), predicate=ibis.literal("PART_OF"),
                object=_curie(good["hierarchy"].parent),
            ),
            _members(good["proteins"], "uniprot"),
            _members(good["genes"], "NCBIGene"),
        ],
        rejects=[
            table.filter(table.reason.notnull()).select("file", "row", "raw", "reason", key=table.id.fill_null(""))
            for table in tables.values()
        ],
    )  # fmt: skip


def _curie(pathway: ir.StringValue) -> ir.StringValue:
    return "reactome:" + pathway.strip()


def _checked(rows: ir.Table, columns: tuple[str, ...], wanted: str, member: str = "") -> ir.Table:
    """The rows with their raw text and the reason why one cannot be used; `of` is the species of its pathway."""
    other = (rows.of != wanted) if wanted != "all" else rows.of.isnull()
    bad = ~rows.member.re_search(member).fill_null(False) if member else ibis.literal(False)
    return rows.mutate(
        raw=ibis.literal("\t").join([rows[column].fill_null("") for column in columns]),
        reason=ibis.cases(
            (~rows.id.re_search(r"^R-[A-Z]{3}-\d+").fill_null(False), "no Reactome pathway"),
            (rows.of.isnull(), "a pathway that ReactomePathways.txt does not have"),
            (other, "species " + rows.of + f" is not reactome.species={wanted}"),
            (bad, "no UniProt accession or Entrez gene"),
            else_=ibis.null("string"),
        ),
    )


def _members(rows: ir.Table, prefix: str) -> ir.Table:
    return rows.select(
        "file", "row", subject=f"{prefix}:" + rows.member.re_replace(r"-\d+$", ""), object=_curie(rows.id),
        predicate=ibis.literal("PARTICIPATES_IN"), distinct=rows.member + "|" + rows.evidence.fill_null(""),
        qualifier=rows.evidence, context=rows.member.contains("-").ifelse("form uniprot:" + rows.member, None),
    )  # fmt: skip
