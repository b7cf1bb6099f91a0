"""DrugCentral: targets, indications and contraindications of drugs.

Source: https://drugcentral.org/download (drug.target.interaction.tsv.gz; drugcentral.dump.*.sql.gz, of which the
tables structures, identifier and omop_relationship are read without a database, or the last one alone, exported with
its header as omop_relationship.tsv)
Licence: CC-BY-SA-4.0
Yields: (drug)-[:TARGETS]->(uniprot) where the target is the drug's mechanism of action, else INTERACTS_WITH; one edge a
    member of a target of several proteins; the action as `qualifier`, the measured activity (−log10 of molar) as
    `effect`, what was measured and the organism as `context`. (drug)-[:TREATS | CONTRAINDICATED_IN | OFF_LABEL_USE …]->
    (disease), the disease being its UMLS concept, else its SNOMED CT one; XREF between the two. XREF from a drug to
    its entries elsewhere.
Skips: other tables of the dump. Identifiers of kinds that are not in `_XREFS`, targets without a UniProt accession
    (DNA, ions) and diseases without a concept are rejected; a relation that is not in `_PREDICATES` becomes RELATED_TO
    with the relation as `qualifier`.
"""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import ibis
import ibis.expr.types as ir

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import Download, Edge, Node, Reject, Source

_FILES = "https://unmtid-dbs.net/download/"
SOURCE = Source(
    name="drugcentral",
    title="DrugCentral",
    url="https://drugcentral.org",
    licence="CC-BY-SA-4.0",
    files={
        "targets": ("drug.target.interaction.tsv",),
        "relations": ("drugcentral.dump.*.sql", "omop_relationship.tsv"),
    },
    optional=("targets", "relations"),
    vocabularies=("drugcentral",),
    citation="Avram S et al. DrugCentral 2023 extends human clinical data and integrates veterinary drugs. "
    "Nucleic Acids Res. 2023;51:D1276.",
    downloads=(
        Download(f"{_FILES}DrugCentral/2021_09_01/drug.target.interaction.tsv.gz"),
        Download(f"{_FILES}drugcentral.dump.{{version}}.sql.gz", latest="11012023"),
    ),
)

_COLUMNS = ("DRUG_NAME", "STRUCT_ID", "TARGET_NAME", "ACCESSION")
_OPTIONAL = (
    "GENE", "ACT_VALUE", "ACT_TYPE", "RELATION", "ACT_SOURCE", "ACT_COMMENT", "MOA", "ACTION_TYPE", "ORGANISM",
    "ACT_SOURCE_URL", "MOA_SOURCE_URL",
)  # fmt: skip
_ACCESSION = r"^[A-Z0-9]{6}([A-Z0-9]{4})?(-\d+)?$"
#: Relation of drug and disease → (predicate, qualifier where that says more).
_PREDICATES: dict[str, tuple[str, str | None]] = {
    "indication": ("TREATS", None),
    "contraindication": ("CONTRAINDICATED_IN", None),
    "off-label use": ("OFF_LABEL_USE", None),
    "symptomatic treatment": ("AMELIORATES_CONDITION", "symptomatic treatment"),
    "reduce risk": ("PREVENTATIVE_FOR_CONDITION", "reduce risk"),
    "diagnosis": ("DIAGNOSES", None),
}
#: Table of the dump → the columns that are read.
_TABLES = {
    "identifier": ("struct_id", "id_type", "identifier"),
    "omop_relationship": (
        "struct_id", "relationship_name", "concept_name", "umls_cui", "cui_semantic_type", "snomed_conceptid"
    ),
    "structures": ("id", "name"),
}  # fmt: skip
#: Kind of identifier → prefix.
_XREFS = {
    "DRUGBANK_ID": "drugbank", "CHEBI": "CHEBI", "MESH_DESCRIPTOR_UI": "mesh", "MESH_SUPPLEMENTAL_RECORD_UI": "mesh",
    "UMLSCUI": "umls", "SNOMEDCT_US": "snomedct", "RXNORM": "rxnorm", "ChEMBL_ID": "chembl.compound", "UNII": "unii",
    "PUBCHEM_CID": "pubchem.compound", "KEGG_DRUG": "kegg.drug", "NDFRT": "ndfrt",
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    nodes, names, edges, rejects = _targets(inputs)
    related = inputs.records(_relations(inputs), {})
    return Staged(
        [nodes, *related.nodes], [names, *related.names], [edges, *related.edges], [rejects, *related.rejects]
    )


def _targets(inputs: Inputs) -> tuple[ir.Table, ir.Table, ir.Table, ir.Table]:
    """nodes, names, edges and rejects of the table of interactions."""
    table = inputs.table("targets", _COLUMNS, _OPTIONAL)
    accessions = table.ACCESSION.fill_null("").re_split(r"\s*\|\s*").filter(lambda each: each.re_search(_ACCESSION))
    symbols = table.GENE.re_split(r"\s*\|\s*")
    table = table.mutate(
        drug="drugcentral:" + table.STRUCT_ID, member=accessions, n=accessions.length(),
        symbols=(symbols.length() == accessions.length()).ifelse(symbols, ibis.null("array<string>")),
        reason=ibis.cases(
            (~table.STRUCT_ID.re_search(r"^\d+$").fill_null(False), "STRUCT_ID is no number"),
            (accessions.length() == 0, "the target has no UniProt accession"),
        ),
    )  # fmt: skip
    rows, unused = table.filter(table.reason.isnull()), table.filter(table.reason.notnull())
    each = rows.unnest("member", offset="i")
    each = each.mutate(protein="uniprot:" + each.member, symbol=each.symbols[each.i])
    nodes = each.select("file", "row", id=each.drug, type=ibis.literal("Drug"), name=each.DRUG_NAME).union(
        each.select(
            "file", "row", id=each.protein, type=ibis.literal("Protein"),
            name=(each.n == 1).ifelse(each.TARGET_NAME, None),
        )
    )  # fmt: skip
    symbol = each.filter(each.symbol.notnull() & (each.symbol != ""))
    names = symbol.select("file", "row", id=symbol.protein, text=symbol.symbol, scope=ibis.literal("SYMBOL"))
    described = [each[column].fill_null("") for column in ("TARGET_NAME", *_OPTIONAL[1:])]
    measured = ibis.array([each.ACT_TYPE, each.ORGANISM]).filter(lambda text: text.notnull())
    edges = each.select(
        "file", "row", subject=each.drug, object=each.protein, distinct=ibis.literal("|").join(described),
        predicate=(each.MOA.fill_null("").re_search(r"^1(\.0)?$")).ifelse("TARGETS", "INTERACTS_WITH"),
        effect=each.ACT_VALUE.try_cast("float64"), qualifier=each.ACTION_TYPE,
        context=measured.join(", ").nullif(""), study=each.ACT_SOURCE,
    )  # fmt: skip
    rejects = unused.select(
        "file", "row", "reason", key=unused.DRUG_NAME.fill_null("") + " " + unused.TARGET_NAME.fill_null(""),
        raw=ibis.literal("\t").join([unused[column].fill_null("") for column in (*_COLUMNS, *_OPTIONAL)]),
    )  # fmt: skip
    return nodes, names, edges, rejects


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(table, its row) of the tables in `_TABLES`: a dump's COPY blocks, or a file named after its one table."""
    text = (line.rstrip("\r\n") for line in lines(path))
    if ".sql" not in path.suffixes:
        columns = next(text, "").replace('"', "").split("\t")
        yield from _block(path, path.name.split(".")[0], columns, text)
        return
    for line in text:
        copied = re.match(r"COPY public\.(\w+) \((.*)\) FROM stdin;", line)
        if copied and copied[1] in _TABLES:
            block = takewhile(lambda line: line != "\\.", text)
            yield from _block(path, copied[1], copied[2].split(", "), block)


def _block(path: Path, table: str, columns: list[str], text: Iterator[str]) -> Iterator[tuple[str, dict[str, str]]]:
    missing = [column for column in _TABLES[table] if column not in columns]
    if missing:
        raise InputError(f"{path}: {table} has no column {missing[0]!r}; expected {', '.join(_TABLES[table])}")
    for line in text:
        fields = ["" if field == "\\N" else field.strip('" ') for field in line.split("\t")]
        row = dict(zip(columns, fields, strict=False))
        yield table, {column: row.get(column, "") for column in _TABLES[table]}


def _relations(inputs: Inputs) -> Iterator[Record]:
    """The records of all rows, which are counted on the way: a dump is too long to be read twice."""
    for path in inputs.paths("relations"):
        file = inputs.name(path)
        inputs.rows[file] = 0
        for row, (table, fields) in enumerate(_rows(path), 1):
            inputs.rows[file] = row
            found = list(_records(table, fields, file, row))
            yield from found or [_reject(table, fields, file, row)]


def _records(table: str, fields: dict[str, str], file: str, row: int) -> Iterator[Record]:
    drug = f"drugcentral:{fields['id' if table == 'structures' else 'struct_id']}"
    if table == "structures":
        yield Node(drug, file, row, "Drug", fields["name"] or None)
    elif table == "identifier" and fields["id_type"] in _XREFS:
        local = fields["identifier"].removeprefix("CHEBI:")
        yield Edge(drug, "XREF", f"{_XREFS[fields['id_type']]}:{local}", file, row)
    elif table == "omop_relationship" and (fields["umls_cui"] or fields["snomed_conceptid"]):
        relation, umls, snomed = (fields[column] for column in ("relationship_name", "umls_cui", "snomed_conceptid"))
        disease = f"umls:{umls}" if umls else f"snomedct:{snomed}"
        kind = "Phenotype" if fields["cui_semantic_type"] in ("T033", "T184") else "Disease"
        predicate, qualifier = _PREDICATES.get(relation, ("RELATED_TO", relation))
        yield Node(drug, file, row, "Drug")
        yield Node(disease, file, row, kind, fields["concept_name"] or None)
        yield Edge(drug, predicate, disease, file, row, distinct=relation, qualifier=qualifier)
        if umls and snomed:
            yield Edge(disease, "XREF", f"snomedct:{snomed}", file, row)


def _reject(table: str, fields: dict[str, str], file: str, row: int) -> Reject:
    key, reason = f"{fields['struct_id']} {fields.get('concept_name', fields.get('identifier'))}", ""
    if table == "identifier":
        reason = f"identifiers of kind {fields['id_type']} are not loaded"
    return Reject(file, row, key, "\t".join(fields.values()), reason or "the disease has no UMLS or SNOMED CT concept")
