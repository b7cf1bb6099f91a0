"""NCIT: the National Cancer Institute's thesaurus, from its flat file.

Source: https://evs.nci.nih.gov/ftp1/NCI_Thesaurus (Thesaurus.txt; its ReadMe.txt names the columns, the ninth since
    2022: code, concept IRI, parents, synonyms, definition, display name, concept status, semantic type, subset)
Licence: CC-BY-4.0
Yields: a node a concept, typed by its semantic types; the first synonym is its name, the others EXACT; SUBCLASS_OF.
Skips: subsets, display names that are no synonym.
"""

import ibis

from kgbuild.inputs import Inputs, Staged, lines
from kgbuild.model import Download, Source

SOURCE = Source(
    name="ncit",
    title="NCI Thesaurus",
    url="https://ncithesaurus.nci.nih.gov",
    licence="CC-BY-4.0",
    files={"concepts": ("Thesaurus.txt",)},
    vocabularies=("NCIT",),
    member=True,
    citation="Sioutos N et al. NCI Thesaurus: a semantic model integrating cancer-related information. JBI 2007;40:30.",
    downloads=(Download("https://evs.nci.nih.gov/ftp1/NCI_Thesaurus/Thesaurus.FLAT.zip"),),
)

_COLUMNS = ("code", "iri", "parents", "synonyms", "definition", "display", "status", "semantic", "subset")

#: Type → UMLS semantic types; a concept of several has the first here.
_TYPES = {
    "Disease": r"Disease or Syndrome|Neoplastic Process|Mental or Behavioral Dysfunction|"
    r"Congenital Abnormality|"
    r"Acquired Abnormality|Anatomical Abnormality|Injury or Poisoning|Pathologic Function|"
    r"Cell or Molecular Dysfunction",
    "Phenotype": r"Sign or Symptom|Finding",
    "Gene": r"Gene or Genome",
    "Protein": r"Amino Acid, Peptide, or Protein|Receptor|Enzyme",
    "Drug": r"Pharmacologic Substance|Antibiotic|Clinical Drug",
    "Chemical": r"Chemical|Substance|Element, Ion, or Isotope|Nucleic Acid|Hormone|Vitamin",
    "CellularComponent": r"Cell Component",
    "Cell": r"^Cell$|\|Cell(\||$)",
    "Anatomy": r"Body Part|Tissue|Body System|Body Location|Body Space|Body Substance|Embryonic Structure|Anatomical",
    "BiologicalProcess": r"Biologic Function|Physiologic Function|Cell Function|Genetic Function|Organism Function",
    "MolecularFunction": r"Molecular Function",
    "Measurement": r"Laboratory|Quantitative Concept|Clinical Attribute|Diagnostic Procedure",
    "Organism": r"Organism|Bacterium|Virus|Fungus|Eukaryote|Plant|Animal|Mammal|Bird|Fish|Human",
}


def load(inputs: Inputs) -> Staged:
    width = min(next(lines(path), "").count("\t") + 1 for path in inputs.paths("concepts"))
    columns = _COLUMNS[: max(8, min(9, width))]
    table = inputs.table("concepts", columns, quote="", header=False)
    valid = table.code.strip().re_search(r"^C\d+$").fill_null(False)
    rows, unused = table.filter(valid), table.filter(~valid)
    rows = rows.mutate(id=ibis.literal("NCIT:") + rows.code.strip(), texts=rows.synonyms.re_split(r"\|"))
    names = rows.select("file", "row", "id", "texts").unnest("texts", offset="i")
    parents = rows.select("file", "row", "id", parent=rows.parents.re_split(r"\|")).unnest("parent")
    parents = parents.filter(parents.parent.strip().re_search(r"^C\d+$"))
    return Staged(
        nodes=[
            rows.select(
                "file", "row", "id",
                name=ibis.coalesce(rows.texts[0].strip().nullif(""), rows.display.re_split(r"\|")[0].strip()),
                type=ibis.cases(
                    *((rows.semantic.re_search(pattern), kind) for kind, pattern in _TYPES.items()),
                    else_=ibis.null("string"),
                ),
                definition=rows.definition,
                obsolete=rows.status.re_search(r"Obsolete_Concept|Retired_Concept").fill_null(False),
            )
        ],
        names=[names.filter(names.i > 0).select("file", "row", "id", text=names.texts.strip())],
        edges=[
            parents.select(
                "file", "row", subject="id", predicate=ibis.literal("SUBCLASS_OF"),
                object=ibis.literal("NCIT:") + parents.parent.strip(),
            )
        ],
        rejects=[
            unused.select(
                "file", "row", key=unused.code.fill_null(""), reason=ibis.literal("code is no C with a number"),
                raw=ibis.literal("\t").join([unused[column].fill_null("") for column in columns]),
            )
        ],
    )  # fmt: skip
