"""ORDO: the Orphanet Rare Disease Ontology.

Source: https://www.orphadata.com/ordo (ORDO_en_*.owl, RDF/XML; its kinds of mapping are those of
    https://www.orphadata.com/docs/OrphadataFreeAccessProductsDescription.pdf)
Licence: CC-BY-4.0
Yields: what `loaders.formats.ontology` reads. Clinical entities are Diseases, genetic material Genes; a mapping has the
    strength that its annotation states: E is EXACT_MATCH, NTBT (the ORPHA code is narrower) BROAD_MATCH, BTNT
    NARROW_MATCH, W (wrong) a negated EXACT_MATCH, else XREF. (Gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(Disease) with
    Orphanet's relation as `qualifier`; `moved to` is REPLACED_BY, `referred to` CONSIDER.
Skips: as `loaders.formats.ontology`; epidemiology, inheritance and age of onset, whose terms have no type.
"""

import ibis

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Download, Source
from loaders.formats import ontology

SOURCE = Source(
    name="ordo",
    title="Orphanet Rare Disease Ontology",
    url="https://www.orphadata.com/ordo",
    licence="CC-BY-4.0",
    files={"ontology": ("ORDO_*.owl", "ordo.owl", "ordo.obo", "ordo.json")},
    vocabularies=("ORPHA",),
    member=True,
    citation="Vasant D et al. ORDO: an ontology connecting rare disease, epidemiology and genetic data. ISMB 2014.",
    downloads=(
        Download("https://www.orphadata.com/data/ontologies/ordo/last_version/ORDO_en_{version}.owl", latest="4.9"),
    ),
)

#: Branch → type; epidemiology, geography, inheritance and ages are none of ours.
_ROOTS = {"ORPHA:C001": "Disease", "ORPHA:C010": "Gene"} | dict.fromkeys(
    ("ORPHA:C002", "ORPHA:C005", "ORPHA:C009", "ORPHA:C012", "ORPHA:C023"), ""
)

_KIND = r"^\W*(E|NTBT|BTNT|W)\b"
_PREDICATES = {"E": "EXACT_MATCH", "NTBT": "BROAD_MATCH", "BTNT": "NARROW_MATCH", "W": "EXACT_MATCH"}

version = ontology.version


def load(inputs: Inputs) -> Staged:
    staged = ontology.read(inputs, _ROOTS)
    (edges,) = staged.edges
    kind = (edges.predicate == "XREF").ifelse(edges.qualifier.re_extract(_KIND, 1), None)
    edges = edges.mutate(
        predicate=ibis.coalesce(kind.substitute(_PREDICATES, else_=ibis.null("string")), edges.predicate),
        negated=(kind == "W").ifelse(True, None),
    )
    return Staged(staged.nodes, staged.names, [edges], staged.rejects)
