"""STRING: functional associations of human proteins.

Source: https://string-db.org/cgi/download (9606.protein.links.v12.0.txt.gz, or …links.detailed…; …info…, …aliases…)
Licence: CC-BY-4.0
Yields: (gene)-[:INTERACTS_WITH]->(gene), one edge for the two directions that the file lists, with the combined score
    / 1000 as `weight`; a gene a row of the info file, with its symbol and annotation. A protein stands for its gene in
    Ensembl (by HGNC if STRING has that, else by Ensembl), so that it meets other sources; without the aliases file,
    or a gene in it, it stays a Protein (`ensembl:ENSP…`).
Skips: pairs below the parameter `min_score` (700 by default, STRING's "high confidence"), rejected with that reason;
    the scores of single channels. The aliases' rows are not counted: most of the 3.9 million name no gene.
"""

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source

_FILES = "https://stringdb-downloads.org/download/protein"
SOURCE = Source(
    name="string",
    title="STRING",
    url="https://string-db.org",
    licence="CC-BY-4.0",
    files={
        "links": ("9606.protein.links.v*.txt", "9606.protein.links.detailed.v*.txt"),
        "info": ("9606.protein.info.v*.txt",),
        "aliases": ("9606.protein.aliases.v*.txt",),
    },
    optional=("info", "aliases"),
    parameters={"min_score": "700"},
    citation="Szklarczyk D et al. The STRING database in 2023. Nucleic Acids Res. 2023;51:D638.",
    downloads=tuple(
        Download(f"{_FILES}.{each}.v{{version}}/9606.protein.{each}.v{{version}}.txt.gz", latest="12.0")
        for each in ("links", "info", "aliases")
    ),
)

#: Kinds of alias that name a protein's gene, the best first.
_GENE_ALIASES = ("Ensembl_HGNC_ensembl_gene_id", "Ensembl_gene")
_PROTEIN = r"^9606\.(ENSP\d+)$"


def load(inputs: Inputs) -> Staged:
    least = float(inputs.parameters["min_score"])
    genes = inputs.keep(_genes(inputs))
    links = inputs.table("links", ("protein1", "protein2", "combined_score"), delimiter=" ", quote="")
    score = links.combined_score.try_cast("float64")
    links = links.mutate(
        score=score,
        reason=ibis.cases(
            (~(links.protein1.re_search(_PROTEIN) & links.protein2.re_search(_PROTEIN)).fill_null(False),
             "a protein is not 9606.ENSP…"),
            (~score.between(0, 1000).fill_null(False), "combined_score is no number from 0 to 1000"),
            (score < least, f"below the threshold combined_score ≥ {least:g}"),
        ),
    )  # fmt: skip
    info = inputs.table("info", ("#string_protein_id", "preferred_name"), ("annotation",), quote="")
    info = info.mutate(protein=info["#string_protein_id"])
    known, unknown = (info.filter(each) for each in _split(info.protein.re_search(_PROTEIN)))
    known = known.left_join(genes, "protein")
    rows = links.filter(links.reason.isnull())
    for end in "12":
        rows = rows.left_join(genes.rename({f"protein{end}": "protein", f"gene{end}": "gene"}), f"protein{end}")
        rows = rows.drop(f"protein{end}_right")
    x, y = (_curie(rows[f"protein{end}"], rows[f"gene{end}"]) for end in "12")
    pair = [ibis.least(rows.protein1, rows.protein2), ibis.greatest(rows.protein1, rows.protein2)]
    unused = links.filter(links.reason.notnull())
    return Staged(
        nodes=[
            known.select(
                "file", "row", id=_curie(known.protein, known.gene), type=known.gene.isnull().ifelse("Protein", "Gene"),
                name=known.preferred_name, definition=known.annotation.nullif("annotation not available"),
            )
        ],
        edges=[
            rows.select(
                "file", "row", subject=ibis.least(x, y), predicate=ibis.literal("INTERACTS_WITH"),
                object=ibis.greatest(x, y), distinct=ibis.literal(" ").join(pair), weight=rows.score / 1000,
            )
        ],
        rejects=[
            unused.select(
                "file", "row", "reason", key=unused.protein1.fill_null("") + " " + unused.protein2.fill_null(""),
                raw=ibis.literal(" ").join(
                    [unused[column].fill_null("") for column in ("protein1", "protein2", "combined_score")]
                ),
            ),
            unknown.select(
                "file", "row", key=unknown.protein.fill_null(""), reason=ibis.literal("the protein is not 9606.ENSP…"),
                raw=unknown.protein.fill_null("") + "\t" + unknown.preferred_name.fill_null(""),
            ),
        ],
    )  # fmt: skip


def _split(condition: ir.BooleanValue) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    return condition.fill_null(False), ~condition.fill_null(False)


def _curie(protein: ir.StringValue, gene: ir.StringValue) -> ir.StringValue:
    return ibis.literal("ensembl:") + ibis.coalesce(gene, protein.re_extract(_PROTEIN, 1))


def _genes(inputs: Inputs) -> ir.Table:
    """protein, gene: the one Ensembl gene of each protein; of several (on alternative sequences) the least."""
    aliases = inputs.lookup("aliases", ("#string_protein_id", "alias", "source"), quote="")
    aliases = aliases.filter(aliases.source.isin(_GENE_ALIASES), aliases["alias"].re_search(r"^ENSG\d+$"))
    named = [aliases["alias"].min(where=aliases.source == source) for source in _GENE_ALIASES]
    return aliases.group_by(protein=aliases["#string_protein_id"]).aggregate(gene=ibis.coalesce(*named))
