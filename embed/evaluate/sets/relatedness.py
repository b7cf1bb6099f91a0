"""Related concepts as databases publish them: tables of pairs, whose two sides have texts, ids and types.

    files ──> read() ──> one row a pair of ids ──> embed.evaluate.relatedness

A side's text is one column, or several joined by commas: a gene is `symbol, name`, since a symbol alone says nothing to
a model that has not met it, and a name alone is not what relations of a graph call the gene. Any table is read by
naming its columns.

Source: GENEREL, table 2; Piñero et al. 2020 (DisGeNET); Davis et al. 2025 (CTD); Brown and Patel 2017 (repoDB).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from embed.evaluate.sets import Benchmark, Evaluated
from embed.evaluate.sets.tables import find, read
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.graph import name_key


@dataclass(frozen=True)
class Columns:
    """Where a table has its pairs.

    Args:
        one, other: The columns of a side's text; of several, joined by `+`, those that a row has.
        one_id, other_id: Of its identifier; without one its text is its identity.
        one_type, other_type: Of its type, so that negatives are of the same types.
        one_prefix, other_prefix: Of identifiers that are no CURIEs.
        where, values: Rows count whose column `where` has one of the values, split at `|`; all without.
    """

    one: str
    other: str
    one_id: str = ""
    other_id: str = ""
    one_type: str = ""
    other_type: str = ""
    one_prefix: str = ""
    other_prefix: str = ""
    where: str = ""
    values: tuple[str, ...] = ()

    def needed(self) -> list[str]:
        """The columns that a table must have."""
        named = [*self.one.split("+"), *self.other.split("+"), self.one_id, self.other_id, self.one_type]
        return [column for column in (*named, self.other_type, self.where) if column]


@dataclass(frozen=True)
class PairTable(Benchmark):
    """Related pairs in a table.

    Args:
        name: As tables name it.
        patterns: Names of its files, the preferred first.
        columns: The headers that it has been published with.
        sides: What the ends are called.
        source: Where it is from.
        licence: Where it is not open.
    """

    name: str
    patterns: tuple[str, ...]
    columns: tuple[Columns, ...]
    sides: tuple[str, str] = ("one", "other")
    source: str = ""
    licence: str = ""
    table = "relatedness"

    def files(self, data: Path) -> list[Path]:
        """Its files below a folder."""
        return find(data, self.patterns)

    def read(self, files: list[Path]) -> pd.DataFrame:
        """Its pairs, each couple of ids once, an id with the text that it has first.

        Returns:
            one, other (CURIEs, or the key of a name), one_text, other_text, one_names, other_names (tuples: what each
            column of the text says), one_type, other_type (empty where nothing is known).

        Raises:
            InputError: No such columns, or no pair.
        """
        frame = pd.concat([self._read(path) for path in files], ignore_index=True)
        for side in ("one", "other"):
            first = frame.drop_duplicates(side).set_index(side)
            for column in ("text", "names", "type"):
                frame[f"{side}_{column}"] = frame[side].map(first[f"{side}_{column}"])
        return frame.drop_duplicates(["one", "other"], ignore_index=True)

    def pairs(self, files: list[Path]) -> Iterator[Evaluated]:
        """Ids and texts of both sides."""
        for row in self.read(files).itertuples():
            one, other = (curie if ":" in curie else "" for curie in (row.one, row.other))
            yield Evaluated(one, other, row.one_names, row.other_names)

    def _read(self, path: Path) -> pd.DataFrame:
        table = read(path)
        columns = next((each for each in self.columns if set(each.needed()) <= set(table)), None)
        if columns is None:
            wanted = " or ".join(", ".join(each.needed()) for each in self.columns)
            raise InputError(f"{path}: columns {', '.join(map(str, table))}; expected {wanted}")
        if columns.where:
            given = table[columns.where].fillna("").str.split("|")
            table = table[[bool(set(columns.values) & set(each)) for each in given]]
        sides: dict[str, list[str] | list[tuple[str, ...]] | str] = {}
        for side in ("one", "other"):
            text, identifier, kind, prefix = (
                getattr(columns, f"{side}{end}") for end in ("", "_id", "_type", "_prefix")
            )
            names = [
                tuple(dict.fromkeys(cell.strip() for cell in row if isinstance(cell, str) and cell.strip()))
                for row in table[text.split("+")].itertuples(index=False, name=None)
            ]
            ids = [_curie(each, prefix) for each in table[identifier]] if identifier else [""] * len(table)
            texts = [", ".join(each) for each in names]
            sides |= {
                side: [given or name_key(spelled) for given, spelled in zip(ids, texts, strict=True)],
                f"{side}_text": texts,
                f"{side}_names": names,
                f"{side}_type": table[kind].fillna("").tolist() if kind else "",
            }
        frame = pd.DataFrame(sides)
        frame = frame[(frame["one_text"] != "") & (frame["other_text"] != "")]
        if frame.empty:
            raise InputError(f"{path}: no pair with a text on both sides in columns {', '.join(columns.needed())}")
        return frame


def _curie(cell: object, prefix: str) -> str:
    if not isinstance(cell, str):
        return ""
    return standardize(cell if ":" in cell or not prefix else f"{prefix}:{cell.strip()}")


BENCHMARKS = (
    PairTable(
        "DisGeNET disease–gene",
        ("curated_gene_disease_associations*.tsv", "disgenet_gda*.tsv"),
        (
            Columns("geneSymbol+geneName", "diseaseName", "geneId", "diseaseId", "", "", "NCBIGene", "umls"),
            Columns("geneSymbol", "diseaseName", "geneId", "diseaseId", "", "diseaseType", "NCBIGene", "umls"),
            Columns("gene_symbol", "disease_name", "geneid", "diseaseUMLSCUI", "", "", "NCBIGene", "umls"),
        ),
        ("gene", "disease"),
        "https://www.disgenet.com",
        "CC-BY-NC-SA-4.0 to v7.0, later ones by a licence of their own",
    ),
    PairTable(
        "CTD pathway–gene",
        ("CTD_genes_pathways.tsv", "CTD_genes_pathways.csv"),
        (Columns("GeneSymbol", "PathwayName", "GeneID", "PathwayID", "", "", "NCBIGene"),),
        ("gene", "pathway"),
        "https://ctdbase.org/downloads",
        "CTD's own terms",
    ),
    PairTable(
        "repoDB indication–drug",
        ("repodb*.csv", "repoDB*.csv", "repodb/full.csv"),
        (
            Columns(
                "drug_name", "ind_name", "drugbank_id", "ind_id", "", "", "drugbank", "umls", "status", ("Approved",)
            ),
        ),
        ("drug", "indication"),
        "https://unmtid-shinyapps.net/shiny/repodb",
        "CC-BY-4.0",
    ),
    PairTable(
        "CTD indication–drug",
        ("CTD_chemicals_diseases.tsv", "CTD_chemicals_diseases.csv"),
        (
            Columns(
                "ChemicalName",
                "DiseaseName",
                "ChemicalID",
                "DiseaseID",
                one_prefix="mesh",
                where="DirectEvidence",
                values=("therapeutic",),
            ),
        ),
        ("chemical", "disease"),
        "https://ctdbase.org/downloads",
        "CTD's own terms",
    ),
    PairTable(
        "DrugBank indication–drug",
        ("indication_drug*.tsv", "indication_drug*.csv"),
        (
            Columns("drug", "indication", "drug_id", "indication_id", "", "", "drugbank"),
            Columns("drug", "indication"),
        ),
        ("drug", "indication"),
        "https://go.drugbank.com, made into a table of drug, indication (drug_id, indication_id)",
        "DrugBank's, academic or commercial",
    ),
    PairTable(
        "DrugBank indication–gene",
        ("indication_gene*.tsv", "indication_gene*.csv"),
        (
            Columns("gene", "indication", "gene_id", "indication_id", "", "", "NCBIGene"),
            Columns("gene", "indication"),
        ),
        ("gene", "indication"),
        "https://go.drugbank.com, made into a table of gene, indication (gene_id, indication_id)",
        "DrugBank's, academic or commercial",
    ),
    PairTable(
        "pathway–gene",
        ("pathway_gene*.tsv", "pathway_gene*.csv"),
        (
            Columns("gene", "pathway", "gene_id", "pathway_id", "", "", "NCBIGene"),
            Columns("gene", "pathway"),
        ),
        ("gene", "pathway"),
        "any table of gene, pathway (gene_id, pathway_id)",
    ),
)
