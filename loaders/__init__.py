"""Loaders: one module a source, each with a `SOURCE` and a pure function `load(inputs) -> Staged`.

`LOADERS` lists them in the order of precedence: where no source owns a concept, the first that has its name gives it.
`DOORS` lists the formats in which somebody's own files are read (`kg load ontology FILE --vocabulary X`); what the
files are called and under which licence they stand is said by who loads them.
"""

from types import ModuleType

from loaders import (
    biobank,
    biomappings,
    ctd,
    disgenet,
    doid,
    drugcentral,
    efo,
    eqtl,
    eqtl_catalogue,
    finngen,
    gtex,
    gwas_catalog,
    gwas_studies,
    hetionet,
    hgnc,
    hp,
    hp_translations,
    icd10,
    icd10cm,
    mesh,
    mondo,
    mondo_mappings,
    mrinstruments,
    mvp,
    ncbi_gene,
    ontology,
    open_targets,
    pan_ukb,
    pgrm,
    phecode,
    phecodex,
    phewas_catalog,
    pheweb,
    primekg,
    rxnorm,
    snomed,
    string,
    summary_statistics,
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
        phecodex,
        mesh,
        icd10,
        icd10cm,
        snomed,
        rxnorm,
        umls,
        hgnc,
        ncbi_gene,
        hp_translations,
        mondo_mappings,
        biomappings,
        primekg,
        hetionet,
        drugcentral,
        open_targets,
        ctd,
        disgenet,
        string,
        gwas_catalog,
        gwas_studies,
        mrinstruments,
        pgrm,
        phewas_catalog,
        finngen,
        pan_ukb,
        mvp,
        biobank,
        eqtl,
        gtex,
        eqtl_catalogue,
    )
}

DOORS: dict[str, ModuleType] = {module.SOURCE.name: module for module in (ontology, summary_statistics, pheweb)}
