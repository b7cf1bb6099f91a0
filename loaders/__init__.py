"""Loaders: one module a source, each with a `SOURCE` and a pure function `load(inputs) -> Staged`.

`LOADERS` lists them in the order of precedence: where no source owns a concept, the first that has its name gives it.
`DOORS` lists the formats in which somebody's own files are read (`kg load ontology FILE --vocabulary X`); what the
files are called and under which licence they stand is said by who loads them.
"""

from types import ModuleType

from loaders import (
    biobank,
    biomappings,
    doid,
    efo,
    eqtl,
    eqtl_catalogue,
    gtex,
    gwas_catalog,
    hgnc,
    hp,
    kgx,
    mappings,
    mondo,
    mondo_mappings,
    mrinstruments,
    neo4j,
    ontology,
    pgrm,
    phecode,
    primekg,
    rdf,
    umls,
)

LOADERS: dict[str, ModuleType] = {
    module.SOURCE.name: module
    for module in (
        efo,
        mondo,
        hp,
        doid,
        phecode,
        umls,
        hgnc,
        mondo_mappings,
        biomappings,
        primekg,
        gwas_catalog,
        mrinstruments,
        pgrm,
        biobank,
        eqtl,
        gtex,
        eqtl_catalogue,
    )
}

DOORS: dict[str, ModuleType] = {module.SOURCE.name: module for module in (ontology, mappings, kgx, rdf, neo4j)}
