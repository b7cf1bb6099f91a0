"""MeSH: the Medical Subject Headings, descriptors and supplementary records, from XML or RDF.

Source: https://www.nlm.nih.gov/databases/download/mesh.html (desc2026.xml, supp2026.xml; or mesh2026.nt); formats in
`loaders.formats.mesh`
Licence: NLM's terms (https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html): name the source and
its version, say what was changed
Yields: a node a record with its preferred concept's scope note, typed by the branches of the tree that it stands in, or
by the class of the supplementary record; entry terms, permuted ones too, as EXACT where they are the preferred
concept's, else NARROW, BROAD or RELATED as their concept; SUBCLASS_OF to the headings one step up in the tree;
HAS_CHEMICAL_ROLE for pharmacological actions; RELATED_TO with `mappedTo`, `preferredMappedTo` or `seeAlso` as
`qualifier` and the subheading as `context`; XREF for registry numbers (UNII, CAS, EC, NCBI Taxonomy).
Skips: subheadings, previous indexing, lexical tags, notes for indexers. A row is a record.
"""

import re
from collections.abc import Iterator

from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import Download, Edge, Name, Node, Reject, Source
from loaders.formats.mesh import Entry, FromRdf, from_xml

_FTP = "https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/"

SOURCE = Source(
    name="mesh",
    title="Medical Subject Headings",
    url="https://www.nlm.nih.gov/mesh",
    licence="LicenseRef-NLM-MeSH",
    files={
        "descriptors": ("desc20*.xml",), "supplementary": ("supp20*.xml",), "rdf": ("mesh.nt", "mesh20*.nt"),
    },
    optional=("descriptors", "supplementary", "rdf"),
    vocabularies=("mesh",),
    member=True,
    citation="National Library of Medicine. Medical Subject Headings (MeSH).",
    downloads=(
        Download(f"{_FTP}desc{{version}}.xml", latest="2026"), Download(f"{_FTP}supp{{version}}.xml", latest="2026"),
    ),
)  # fmt: skip

#: Branch → type, a branch before those that hold it; a heading in several has the first.
_BRANCHES = {
    "C23.888": "Phenotype",  # signs and symptoms
    "C": "Disease", "F03": "Disease",
    "G05.360.340.024.340": "Gene",
    "D26": "Drug",  # pharmaceutical preparations
    "D08.811": "Protein", "D12.776": "Protein",
    "D": "Chemical",
    "A11.284": "CellularComponent", "A11": "Cell",
    "A": "Anatomy",
    "B": "Organism",
    "G": "BiologicalProcess",
}  # fmt: skip
_CLASSES = {
    "SCR_Chemical": "Chemical", "SCR_Disease": "Disease", "SCR_Organism": "Organism", "SCR_Anatomy": "Anatomy"
}  # fmt: skip

#: Registry numbers: their form → prefix.
_REGISTRIES = {
    r"EC (\d[\d.-]*)": "ec", r"txid(\d+)": "NCBITaxon", r"(\d{2,7}-\d\d-\d)": "cas", r"([0-9A-Z]{10})": "unii"
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    counts: dict[str, int] = {}
    streams: list[tuple[str, Iterator[Entry]]] = []
    for path in [*inputs.paths("descriptors"), *inputs.paths("supplementary")]:
        counts[inputs.name(path)] = sum(
            len(re.findall(r"<(?:Descriptor|Supplemental)Record[\s>]", line)) for line in lines(path)
        )
        streams.append((inputs.name(path), from_xml(path)))
    for path in inputs.paths("rdf"):
        rdf = FromRdf(inputs, path)
        counts[inputs.name(path)] = rdf.count()
        streams.append((inputs.name(path), rdf.entries()))
    return inputs.records(
        (record for file, entries in streams for row, entry in enumerate(entries, 1)
         for record in _records(entry, file, row)),
        counts,
    )  # fmt: skip


def version(inputs: Inputs) -> str | None:
    """The year in the name of the first file; that of mesh.nt has none."""
    paths = [path for key in inputs.source.files for path in inputs.paths(key)]
    year = re.search(r"20\d\d", paths[0].name)
    return year[0] if year else None


def _records(entry: Entry, file: str, row: int) -> Iterator[Record]:
    if not entry.id or not entry.name:
        yield Reject(file, row, entry.id, str(entry), "no identifier or no name")
        return
    id = f"mesh:{entry.id}"
    yield Node(id, file, row, _type(entry), entry.name, entry.definition, entry.obsolete)
    yield from (Name(id, text, file, row, scope) for text, scope in entry.terms if text)
    yield from (Edge(id, "SUBCLASS_OF", f"mesh:{parent}", file, row) for parent in sorted(entry.parents))
    for kind, descriptor, qualifier in entry.links:
        if kind == "pharmacologicalAction":
            yield Edge(id, "HAS_CHEMICAL_ROLE", f"mesh:{descriptor}", file, row)
        else:
            context = f"mesh:{qualifier}" if qualifier else None
            distinct = f"{kind}|{qualifier}"
            yield Edge(id, "RELATED_TO", f"mesh:{descriptor}", file, row, distinct, qualifier=kind, context=context)
    for number in entry.registry:
        for form, prefix in _REGISTRIES.items():
            if found := re.fullmatch(form, number.strip()):
                yield Edge(id, "XREF", f"{prefix}:{found[1]}", file, row)
                break


def _type(entry: Entry) -> str | None:
    in_branch = (kind for branch, kind in _BRANCHES.items() if any(_within(tree, branch) for tree in entry.trees))
    return _CLASSES.get(entry.kind) or next(in_branch, None)


def _within(tree: str, branch: str) -> bool:
    return tree.startswith(branch) and (len(branch) == 1 or tree[len(branch) :][:1] in ("", "."))
