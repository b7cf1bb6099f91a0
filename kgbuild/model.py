"""The staged tables: what every loader yields and every writer reads.

A *record* is one row of a staged table. Its `file` and `row` say which input row it comes from, so that every input row
can be accounted for and every finding can name its origin. `file` is a file's name, `row` counts from 1 within it.

Source: DESIGN.md, "The graph"; predicates are Biolink's in upper snake case (https://biolink.github.io/biolink-model).
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

#: Node types. `Variant` is a label of its own; every other node is a `Concept` with its type as second label.
TYPES = (
    "Disease", "Phenotype", "Gene", "Drug", "Pathway", "Anatomy", "BiologicalProcess", "MolecularFunction",
    "CellularComponent", "Measurement", "Exposure", "Code", "Cell", "Chemical", "Organism", "Protein", "Study",
    "Variant",
)  # fmt: skip

#: What the terms of a vocabulary are, whichever file they stand in.
PREFIX_TYPES = {
    "MONDO": "Disease", "DOID": "Disease", "ORPHA": "Disease", "HP": "Phenotype", "MP": "Phenotype",
    "OBA": "Measurement", "PR": "Protein", "CHEBI": "Chemical", "NCBITaxon": "Organism", "CL": "Cell", "CLO": "Cell",
    "UBERON": "Anatomy", "BTO": "Anatomy", "PO": "Anatomy", "ZFA": "Anatomy", "FMA": "Anatomy",
    "ECTO": "Exposure", "XCO": "Exposure", "ENVO": "Exposure",
    "gard": "Disease", "PW": "Pathway", "pathbank": "Pathway", "smpdb": "Pathway", "wikipathways": "Pathway",
}  # fmt: skip

#: Scopes of a name, as OBO has them; `LABEL` is the preferred name, `SYMBOL` a gene's symbols, former or alias.
SCOPES = ("LABEL", "EXACT", "RELATED", "BROAD", "NARROW", "SYMBOL")

#: What the number in `effect` is.
EFFECT_KINDS = ("odds_ratio", "beta", "correlation")


class Node(NamedTuple):
    """A concept or variant as one source describes it; `type` null where the source does not say."""

    id: str
    file: str
    row: int
    type: str | None = None
    name: str | None = None
    definition: str | None = None
    obsolete: bool = False
    chromosome: str | None = None
    grch37: int | None = None
    grch38: int | None = None


class Name(NamedTuple):
    """One name of a concept, in the source's own spelling."""

    id: str
    text: str
    file: str
    row: int
    scope: str = "EXACT"
    language: str = "en"


class Edge(NamedTuple):
    """One piece of evidence. `distinct` holds what tells it from other evidence for the same triple."""

    subject: str
    predicate: str
    object: str
    file: str
    row: int
    distinct: str = ""
    weight: float | None = None
    effect: float | None = None
    effect_kind: str | None = None
    effect_allele: str | None = None
    other_allele: str | None = None
    standard_error: float | None = None
    neg_log10_p: float | None = None
    allele_frequency: float | None = None
    sample_size: int | None = None
    ancestry: str | None = None
    context: str | None = None
    study: str | None = None
    publications: str | None = None
    n_traits: int | None = None
    negated: bool | None = None
    qualifier: str | None = None
    author_id: str | None = None
    mapping_justification: str | None = None
    comment: str | None = None


class Reject(NamedTuple):
    """An input row that a loader cannot use, kept as it was, with the reason."""

    file: str
    row: int
    key: str
    raw: str
    reason: str


def _schema(strings: str, **others: pa.DataType) -> pa.Schema:
    return pa.schema([*((name, pa.string()) for name in strings.split()), *others.items()])


NODES = _schema(
    "id type name definition chromosome file",
    obsolete=pa.bool_(), grch37=pa.int64(), grch38=pa.int64(), row=pa.int64(),
)  # fmt: skip
NAMES = _schema("id text scope language file", row=pa.int64())
EDGES = _schema(
    "subject predicate object distinct effect_kind effect_allele other_allele ancestry context study publications "
    "qualifier author_id mapping_justification comment file",
    weight=pa.float64(), effect=pa.float64(), standard_error=pa.float64(), neg_log10_p=pa.float64(),
    allele_frequency=pa.float64(), sample_size=pa.int64(), n_traits=pa.int64(), negated=pa.bool_(), row=pa.int64(),
)  # fmt: skip
REJECTS = _schema("file key raw reason", row=pa.int64())

#: Table name → schema. A loader may leave out columns; staging fills them with null and casts the rest.
SCHEMAS = {"nodes": NODES, "names": NAMES, "edges": EDGES, "rejects": REJECTS}


@dataclass(frozen=True)
class Download:
    """One official file of a source. Of an archive that the loader does not read, the members in `files` are unpacked.

    Args:
        url: Its address; `{version}` stands for the release that `kg fetch --release` names, else for `latest`.
        file: Its name below `--data`/<source>; the last part of the address where not given.
        latest: What stands for `{version}` where no release is named.
    """

    url: str
    file: str = ""
    latest: str = ""


@dataclass(frozen=True)
class Source:
    """What a loader declares about the source that it reads.

    Args:
        name: Short name, as in `kg load hgnc`; also the `source` property of its edges.
        title: Full name.
        url: The publisher's page.
        licence: SPDX identifier where there is one; `kgbuild.licence` says whether it is open.
        files: Key → file-name patterns (shell style, also with `.gz` or `.bgz` appended), searched anywhere below
            `--data`. A pattern with a slash is matched against the end of the path.
        optional: Keys of `files` without which the source can still be loaded.
        vocabularies: CURIE prefixes whose nodes this source owns: their name, definition and type come from here.
        member: Whether live terms of this source get the membership flag `in_<name>` (vocabulary releases).
        version: The publisher's release where the file itself does not say.
        citation: What to cite for it.
        parameters: Option → its default, set with `--set SOURCE.OPTION=VALUE`.
        downloads: What `kg fetch` gets.
        access: How a person gets the files where kg cannot (a licence to accept, a form to fill in).
    """

    name: str
    title: str
    url: str
    licence: str
    files: dict[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()
    member: bool = False
    version: str | None = None
    citation: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    downloads: tuple[Download, ...] = ()
    access: str = ""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Source":
        """A declaration that was stored as JSON."""
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
        files = {key: tuple(patterns) for key, patterns in stored["files"].items()}
        downloads = tuple(Download(**each) for each in stored["downloads"])
        return cls(**given | {"files": files, "downloads": downloads})
