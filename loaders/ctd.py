"""Comparative Toxicogenomics Database: chemicals, genes and diseases, curated from the literature and inferred.

Source: https://ctdbase.org/downloads (CTD_chemicals_diseases.tsv.gz, CTD_genes_diseases.tsv.gz or the smaller
CTD_curated_genes_diseases.tsv.gz, CTD_chem_gene_ixns.tsv.gz)
Licence: CTD's terms (https://ctdbase.org/about/legal.jsp), no open licence: cite CTD, link to it, and tell CTD of a use
    that is made public; commercial use and redistribution by agreement with North Carolina State University
Yields: one edge a direct evidence: (chemical)-[:ASSOCIATED_WITH]->(disease) for `marker/mechanism`,
    TREATS_OR_APPLIED_OR_STUDIED_TO_TREAT for `therapeutic`; (gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(disease); the
    evidence is the `qualifier`. An inference is RELATED_TO with `inferred`, the lowest weight, CTD's inference score as
    `effect` and what it goes through as `context`. (chemical)-[:AFFECTS]->(gene) with the interaction's actions as
    `qualifier`; `context` is the organism. OMIM ids that CTD cites stand among the `publications`.
Skips: CAS numbers. Inferences below the parameter `min_inference` (0 by default) are rejected.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.curie import standardize_column
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import Download, Source

_FILES = ("CTD_chemicals_diseases", "CTD_curated_genes_diseases", "CTD_chem_gene_ixns")
SOURCE = Source(
    name="ctd",
    title="Comparative Toxicogenomics Database",
    url="https://ctdbase.org",
    licence="https://ctdbase.org/about/legal.jsp",
    files={
        "chemicals_diseases": ("CTD_chemicals_diseases.tsv",),
        "genes_diseases": ("CTD_genes_diseases.tsv", "CTD_curated_genes_diseases.tsv"),
        "interactions": ("CTD_chem_gene_ixns.tsv",),
    },
    optional=("chemicals_diseases", "genes_diseases", "interactions"),
    parameters={"min_inference": "0"},
    citation="Davis AP et al. Comparative Toxicogenomics Database's 20th anniversary: update 2025. NAR 2025;53:D1328.",
    downloads=tuple(Download(f"https://ctdbase.org/reports/{file}.tsv.gz") for file in _FILES),
    access="ctdbase.org turns programs away at times: save the files from https://ctdbase.org/downloads in a browser.",
)

#: What an association's subject is: its columns for id and name, the type, the prefix, and how its ids look.
_CHEMICAL = ("ChemicalID", "ChemicalName", "Chemical", "mesh:", r"^(?:MESH:)?([CD]\d+)$")
_GENE = ("GeneID", "GeneSymbol", "Gene", "NCBIGene:", r"^(\d+)$")
_INFERENCE = {"Chemical": "InferenceGeneSymbol", "Gene": "InferenceChemicalName"}
_ACTION = ("GeneForms", "Organism", "Interaction", "InteractionActions", "PubMedIDs")
_MEANT = {"Chemical": "ChemicalID is no MeSH id such as C046983", "Gene": "GeneID is no NCBI Gene number"}


def load(inputs: Inputs) -> Staged:
    parts = [
        *(_diseases(inputs, path, _CHEMICAL) for path in inputs.paths("chemicals_diseases")),
        *(_diseases(inputs, path, _GENE) for path in inputs.paths("genes_diseases")),
        *(_interactions(inputs, path) for path in inputs.paths("interactions")),
    ]
    ends = ibis.union(*(table for nodes, _, _ in parts for table in nodes))
    first = {column: ends[column].argmin(ends.row) for column in ("type", "name", "file", "row")}
    nodes = ends.group_by("id").aggregate(**first)
    return Staged(nodes=[nodes], edges=[edges for _, edges, _ in parts], rejects=[unused for _, _, unused in parts])


def _read(inputs: Inputs, path: Path, *required: str) -> ir.Table:
    """A file's rows. Its column names are a comment, between comments: the line after `# Fields:`."""
    header = [line.lstrip("# ").rstrip("\r\n") for line in _comments(path)]
    columns = header[header.index("Fields:") + 1].split("\t") if "Fields:" in header[:-1] else []
    missing = [column for column in required if column not in columns]
    if missing:
        raise InputError(
            f"{inputs.name(path)}: no column {missing[0]!r} in the comment after '# Fields:'; "
            f"CTD's file has {', '.join(required)}"
        )
    table = inputs.table(path, columns, quote="", comment="#", header=False)
    return table.mutate(raw=ibis.literal("\t").join([table[column].fill_null("") for column in columns]))


def _comments(path: Path) -> list[str]:
    found = []
    for line in lines(path):
        if not line.startswith("#"):
            break
        found.append(line)
    return found


_Part = tuple[list[ir.Table], ir.Table, ir.Table]


def _diseases(inputs: Inputs, path: Path, kind: tuple[str, str, str, str, str]) -> _Part:
    least = float(inputs.parameters["min_inference"])
    id_, name, type_, prefix, pattern = kind
    table = _read(inputs, path, id_, name, "DiseaseName", "DiseaseID", "DirectEvidence", "OmimIDs", "PubMedIDs")
    through = _INFERENCE[type_]
    absent = {column: ibis.null("string") for column in (through, "InferenceScore") if column not in table.columns}
    table = table.mutate(**absent)
    subject, score = table[id_].re_extract(pattern, 1).nullif(""), table.InferenceScore.try_cast("float64")
    inferred = table.DirectEvidence.isnull()
    table = table.mutate(
        subject=prefix + subject, object=standardize_column(table.DiseaseID), key=table[id_] + " " + table.DiseaseID,
        score=inferred.ifelse(score, None), through=inferred.ifelse(table[through], None),
        evidence=table.DirectEvidence.fill_null("inferred").re_split(r"\|"),
        publications=_publications(table.PubMedIDs, table.OmimIDs),
        reason=ibis.cases(
            (subject.isnull(), _MEANT[type_]),
            (~table.DiseaseID.re_search(r"^(MESH|OMIM):\w+$").fill_null(False), "DiseaseID is not MESH:… or OMIM:…"),
            (inferred & score.isnull(), "neither direct evidence nor an inference score"),
            (inferred & (score < least), f"below the threshold InferenceScore ≥ {least:g}"),
        ),
    )  # fmt: skip
    rows = table.filter(table.reason.isnull())
    each = rows.unnest("evidence")
    direct = {"therapeutic": "TREATS_OR_APPLIED_OR_STUDIED_TO_TREAT"} if type_ == "Chemical" else {}
    other = "ASSOCIATED_WITH" if type_ == "Chemical" else "GENE_ASSOCIATED_WITH_CONDITION"
    edges = each.select(
        "file", "row", "subject", "object", "publications", qualifier=each.evidence, effect=each.score,
        predicate=each.evidence.substitute(direct | {"inferred": "RELATED_TO"}, else_=other), context=each.through,
        distinct=ibis.literal("|").join([each.evidence, each.through.fill_null("")]),
        weight=(each.evidence == "inferred").ifelse(0.05, None),
    )  # fmt: skip
    nodes = [
        rows.select("file", "row", id=rows.subject, type=ibis.literal(type_), name=rows[name]),
        rows.select("file", "row", id=rows.object, type=ibis.literal("Disease"), name=rows.DiseaseName),
    ]
    return nodes, edges, _rejects(table)


def _interactions(inputs: Inputs, path: Path) -> _Part:
    table = _read(inputs, path, *_CHEMICAL[:2], *_GENE[:2], *_ACTION)
    chemical, gene = (table[kind[0]].re_extract(kind[4], 1).nullif("") for kind in (_CHEMICAL, _GENE))
    table = table.mutate(
        subject=_CHEMICAL[3] + chemical, object=_GENE[3] + gene, key=table.ChemicalID + " " + table.GeneID,
        reason=ibis.cases((chemical.isnull(), _MEANT["Chemical"]), (gene.isnull(), _MEANT["Gene"])),
    )  # fmt: skip
    rows = table.filter(table.reason.isnull())
    edges = rows.select(
        "file", "row", "subject", "object", predicate=ibis.literal("AFFECTS"), qualifier=rows.InteractionActions,
        context=rows.Organism, publications=_publications(rows.PubMedIDs, ibis.null("string")),
        distinct=ibis.literal("|").join([rows[column].fill_null("") for column in _ACTION[:-1]]),
    )  # fmt: skip
    nodes = [
        rows.select("file", "row", id=rows.subject, type=ibis.literal("Chemical"), name=rows.ChemicalName),
        rows.select("file", "row", id=rows.object, type=ibis.literal("Gene"), name=rows.GeneSymbol),
    ]
    return nodes, edges, _rejects(table)


def _rejects(table: ir.Table) -> ir.Table:
    unused = table.filter(table.reason.notnull())
    return unused.select("file", "row", "raw", "reason", key=unused.key.fill_null(""))


def _publications(pubmed: ir.StringValue, omim: ir.StringValue) -> ir.StringValue:
    """`pubmed:1|pubmed:2|omim:3` of `1|2` and `3`."""
    cited = [
        ibis.literal(prefix) + ids.replace("|", f"|{prefix}") for prefix, ids in (("pubmed:", pubmed), ("omim:", omim))
    ]
    return ibis.array(cited).filter(lambda text: text.notnull()).join("|").nullif("")
