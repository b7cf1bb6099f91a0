"""CURIEs: one spelling for every prefix, whatever a source writes.

Prefixes follow the Bioregistry's preferred spelling (its own prefix where it states no preference), with three of ours:
`phecode` and `phecodex`, which it lacks, and `dbSNP`. OBO numbers of MONDO, HP, GO and the like are padded to 7 digits.

Source: https://bioregistry.io, and W3C CURIE Syntax 1.0.
"""

import re
from functools import cache, lru_cache

import curies
import ibis
import ibis.expr.types as ir

_OBO = "http://purl.obolibrary.org/obo/"

#: Preferred prefix → (IRI prefix, other spellings met in real files).
PREFIXES: dict[str, tuple[str, str]] = {
    "EFO": ("http://www.ebi.ac.uk/efo/EFO_", ""),
    "MONDO": (f"{_OBO}MONDO_", ""),
    "HP": (f"{_OBO}HP_", "HPO"),
    "DOID": (f"{_OBO}DOID_", "DO"),
    "GO": (f"{_OBO}GO_", "gobp gomf gocc"),
    "UBERON": (f"{_OBO}UBERON_", ""),
    "CL": (f"{_OBO}CL_", ""),
    "CHEBI": (f"{_OBO}CHEBI_", ""),
    "PR": (f"{_OBO}PR_", ""),
    "PO": (f"{_OBO}PO_", ""),
    "OBA": (f"{_OBO}OBA_", ""),
    "OBI": (f"{_OBO}OBI_", ""),
    "BTO": (f"{_OBO}BTO_", ""),
    "ZFA": (f"{_OBO}ZFA_", ""),
    "CLO": (f"{_OBO}CLO_", ""),
    "MP": (f"{_OBO}MP_", ""),
    "HANCESTRO": (f"{_OBO}HANCESTRO_", ""),
    "NCBITaxon": (f"{_OBO}NCBITaxon_", ""),
    "NCIT": (f"{_OBO}NCIT_", "NCI NCIThesaurus NCI2004_11_17 NCI2009_04D"),
    "ORPHA": ("http://www.orpha.net/ORDO/Orphanet_", "Orphanet ORDO orphanet.ordo"),
    "umls": ("http://linkedlifedata.com/resource/umls/id/", "UMLS_CUI"),
    "mesh": ("http://identifiers.org/mesh/", "MSH"),
    "snomedct": ("http://snomed.info/id/", "SNOMEDCT_US SCTID SNOMED SNOMEDCT_US_2015_03_01 SCTID_2010_1_31"),
    "icd9": ("https://icd.who.int/icd9/", "ICD-9"),
    "icd9cm": ("http://purl.bioontology.org/ontology/ICD9CM/", ""),
    "icd10": ("https://icd.who.int/browse10/2019/en#/", "ICD-10 ICD10WHO ICD"),
    "icd10cm": ("http://purl.bioontology.org/ontology/ICD10CM/", ""),
    "icd11": ("http://id.who.int/icd/entity/", "icd11.foundation"),
    "icd11.code": ("https://bioregistry.io/icd11.code:", ""),
    "icdo": ("https://bioregistry.io/icdo:", "ICD-O"),
    "omim": ("https://omim.org/entry/", "MIM"),
    "omim.ps": ("https://omim.org/phenotypicSeries/PS", "OMIMPS"),
    "medgen": ("http://identifiers.org/medgen/", ""),
    "meddra": ("http://identifiers.org/meddra/", ""),
    "decipher": ("https://bioregistry.io/decipher:", ""),
    "gard": ("https://rarediseases.info.nih.gov/diseases/", ""),
    "nord": ("https://rarediseases.org/rare-diseases/", ""),
    "hgnc": ("http://identifiers.org/hgnc/", ""),
    "NCBIGene": ("http://identifiers.org/ncbigene/", "entrez GeneID EntrezGene NCBI_GeneID"),
    "ensembl": ("http://identifiers.org/ensembl/", ""),
    "uniprot": ("http://purl.uniprot.org/uniprot/", "UniProtKB"),
    "dbSNP": ("http://identifiers.org/dbsnp/", ""),
    "drugcentral": ("https://drugcentral.org/drugcard/", ""),
    "ndfrt": ("https://bioregistry.io/ndfrt:", "NDF-RT NDFRT"),
    "rxnorm": ("http://purl.bioontology.org/ontology/RXNORM/", "RxCUI"),
    "atc": ("http://purl.bioontology.org/ontology/ATC/", ""),
    "loinc": ("http://loinc.org/rdf/", "LNC"),
    "unii": ("http://identifiers.org/unii/", ""),
    "cas": ("http://identifiers.org/cas/", ""),
    "ec": ("http://identifiers.org/ec-code/", "eccode"),
    "mirbase": ("http://identifiers.org/mirbase/", ""),
    "drugbank": ("http://identifiers.org/drugbank/", "DRUGBANK_ID"),
    "reactome": ("http://identifiers.org/reactome/", "REACT"),
    "wikipathways": ("http://identifiers.org/wikipathways/", "WP"),
    "pid.pathway": ("http://identifiers.org/pid.pathway/", "PID"),
    "PW": (f"{_OBO}PW_", ""),
    "pathbank": ("https://pathbank.org/view/", ""),
    "smpdb": ("https://smpdb.ca/view/", ""),
    "kegg": ("http://identifiers.org/kegg/", ""),
    "pubmed": ("http://identifiers.org/pubmed/", "PMID"),
    "wikipedia.en": ("http://en.wikipedia.org/wiki/", "Wikipedia"),
    "gcst": ("http://identifiers.org/gcst/", ""),
    "orcid": ("https://orcid.org/", ""),
    "skos": ("http://www.w3.org/2004/02/skos/core#", ""),
    "owl": ("http://www.w3.org/2002/07/owl#", ""),
    "rdf": ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", ""),
    "rdfs": ("http://www.w3.org/2000/01/rdf-schema#", ""),
    "dc": ("http://purl.org/dc/elements/1.1/", "dc11"),
    "dcterms": ("http://purl.org/dc/terms/", "dct"),
    "schema": ("https://schema.org/", "sdo"),
    "oboInOwl": ("http://www.geneontology.org/formats/oboInOwl#", "oio"),
    "biolink": ("https://w3id.org/biolink/vocab/", ""),
    "IAO": (f"{_OBO}IAO_", ""),
    "BFO": (f"{_OBO}BFO_", ""),
    "RO": (f"{_OBO}RO_", ""),
    "semapv": ("https://w3id.org/semapv/vocab/", ""),
    "sssom": ("https://w3id.org/sssom/", ""),
    "finngen": ("https://risteys.finngen.fi/endpoints/", ""),
    "phecode": ("https://phewascatalog.org/phecodes/", "PheCode1.2"),
    "phecodex": ("https://phewascatalog.org/phecode_x/", ""),
}

#: Prefixes whose local identifiers are numbers of seven digits.
PADDED = ("MONDO", "HP", "GO", "EFO", "UBERON", "CL", "OBA", "OBI", "ZFA", "CLO", "MP", "PO", "BTO")

_SPELLINGS = {
    spelling.lower(): prefix
    for prefix, (_, others) in PREFIXES.items()
    for spelling in (prefix, *others.split())
}  # fmt: skip


@cache
def converter() -> curies.Converter:
    """The `curies` converter over `PREFIXES`, for IRIs and for exports' prefix maps."""
    return curies.Converter(
        [
            curies.Record(
                prefix=prefix, uri_prefix=iri, prefix_synonyms=sorted({*others.split(), prefix.lower()} - {prefix})
            )
            for prefix, (iri, others) in PREFIXES.items()
        ]
    )


@lru_cache(maxsize=1 << 16)
def standardize(curie: str) -> str:
    """Spell a CURIE as the graph does: `MSH:D003924` → `mesh:D003924`, `MONDO:5148` → `MONDO:0005148`.

    A prefix that is not in `PREFIXES` is kept as it is; so is text without a colon.
    """
    prefix, colon, local = curie.strip().partition(":")
    if not colon:
        return curie.strip()
    prefix = _SPELLINGS.get(prefix.lower(), prefix)
    if local.lower().startswith(f"{prefix.lower()}:"):  # "HGNC:HGNC:5", as some files write
        local = local[len(prefix) + 1 :]
    if prefix in PADDED and local.isdecimal():
        local = local.zfill(7)
    return f"{prefix}:{local}"


def from_iri(iri: str) -> str | None:
    """The CURIE of an IRI (`http://www.ebi.ac.uk/efo/EFO_0000249`), None where its prefix is unknown."""
    compressed = converter().compress(iri.strip())
    if compressed:
        return standardize(compressed)
    match = re.fullmatch(r".*[/#]([A-Za-z]+)[_:]([A-Za-z]*\d[A-Za-z0-9]*)", iri.strip())
    return standardize(f"{match[1]}:{match[2]}") if match else None


def standardize_column(curie: ir.StringValue) -> ir.StringValue:
    """`standardize` as an Ibis expression, for tables that never pass through Python."""
    text = curie.strip()
    given, local = text.re_extract(r"^([^:]*):", 1), text.re_extract(r"^[^:]*:(.*)$", 1)
    known = ibis.map(list(_SPELLINGS), list(_SPELLINGS.values())).get(given.lower())
    prefix = ibis.coalesce(known, given)
    doubled = local.lower().startswith(prefix.lower() + ":")  # "HGNC:HGNC:5", as some files write
    local = doubled.ifelse(local.re_replace(r"^[^:]*:", ""), local)
    number = prefix.isin(PADDED) & local.re_search(r"^[0-9]{1,6}$")
    return text.contains(":").ifelse(prefix + ":" + number.ifelse(local.lpad(7, "0"), local), text)


def from_iri_column(iri: ir.StringValue) -> ir.StringValue:
    """IRIs as CURIEs, to be standardized; what is no IRI, or one with an unknown prefix, is kept as it is."""
    text = iri.strip()
    known = {given: prefix for prefix, (given, _) in PREFIXES.items()}
    start, local = text.re_extract(r"^(.*[/#_=:])[^/#_=:]+$", 1), text.re_extract(r"([^/#_=:]+)$", 1)
    shaped = text.re_extract(r"^.*[/#]([A-Za-z]+)_[A-Za-z0-9]+$", 1).nullif("")
    prefix = ibis.coalesce(ibis.map(list(known), list(known.values())).get(start), shaped)
    return text.re_search(r"^(https?|ftp)://").ifelse(ibis.coalesce(prefix + ":" + local, text), text)
