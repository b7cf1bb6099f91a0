"""Orphadata: Orphanet's rare diseases, their genes, their phenotypes, and their mappings to other vocabularies.

Source: https://www.orphadata.com (en_product1.xml: nomenclature and cross-references; en_product4.xml: phenotypes;
    en_product6.xml: genes), in UTF-8 or, as older releases, ISO-8859-1
Licence: CC-BY-4.0
Yields: a Disease an ORPHAcode with its synonyms and definition; cross-references by their mapping relation: E is
    EXACT_MATCH, NTBT (the ORPHAcode is the narrower) BROAD_MATCH, BTNT NARROW_MATCH, W (wrong) a negated EXACT_MATCH,
    anything else XREF, with relation, ICD relation and validation as `qualifier`; (disease)-[:HAS_PHENOTYPE]->(HP) with
    the middle of the frequency's range as `weight` (hpoa's formula), its text as `qualifier`, diagnostic criterion as
    `context`, negated where Excluded; (gene)-[:GENE_ASSOCIATED_WITH_CONDITION]->(disease), BIOMARKER_FOR where a
    biomarker was tested and RELATED_TO where a candidate gene was, with the type of association as `qualifier` and
    whether it was assessed as `context`; REPLACED_BY, CONSIDER and SUBCLASS_OF between diseases.
Skips: flags, types and groups of disorders, loci, validation dates. A disorder in product 1, an association in the
    others is one input row.
"""

import gzip
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import Download, Edge, Name, Node, Reject, Source

SOURCE = Source(
    name="orphanet",
    title="Orphadata",
    url="https://www.orphadata.com",
    licence="CC-BY-4.0",
    files={
        "nomenclature": ("en_product1.xml",),
        "phenotypes": ("en_product4.xml", "en_product4_HPO.xml"),
        "genes": ("en_product6.xml",),
    },
    optional=("nomenclature", "phenotypes", "genes"),
    vocabularies=("ORPHA",),
    member=True,
    citation="Orphadata: free access data from Orphanet. INSERM 1999. https://www.orphadata.com",
    downloads=tuple(Download(f"https://www.orphadata.com/data/xml/en_product{number}.xml") for number in (1, 4, 6)),
)

_ROWS = {"nomenclature": "Disorder", "phenotypes": "HPODisorderAssociation", "genes": "DisorderGeneAssociation"}
_MATCHES = {"E": "EXACT_MATCH", "NTBT": "BROAD_MATCH", "BTNT": "NARROW_MATCH", "W": "EXACT_MATCH"}
_LINKS = {"moved to": "REPLACED_BY", "referred to": "CONSIDER", "preferential parent": "SUBCLASS_OF"}
_FREQUENCIES = {"obligate": 1.0, "very frequent": 0.895, "frequent": 0.545, "occasional": 0.17, "very rare": 0.025}
_TYPES = {"biomarker tested in": "BIOMARKER_FOR", "candidate gene tested in": "RELATED_TO"}
#: What Orphanet calls a vocabulary, where it is not one of its prefix's spellings. ICD-11's are codes, not entities.
_SOURCES = {"ICD-11": "icd11.code", "SNOMED-CT": "snomedct", "SNOMED CT": "snomedct"}
#: Where a gene's id comes from, the first that it has.
_GENES = {"HGNC": "hgnc", "Ensembl": "ensembl", "OMIM": "omim"}


def load(inputs: Inputs) -> Staged:
    counts, streams = {}, []
    for key, tag in _ROWS.items():
        for path in inputs.paths(key):
            # <Disorder id="…"> begins a row; what a disorder refers to is a TargetDisorder
            counts[inputs.name(path)] = sum(len(re.findall(f"<{tag}[ >]", line)) for line in lines(path))
            streams.append(_records(path, inputs.name(path), key))
    return inputs.records(chain.from_iterable(streams), counts)


def version(inputs: Inputs) -> str | None:
    """The date of the first file's root element."""
    path = next(path for key in _ROWS for path in inputs.paths(key))
    for line in lines(path):
        if stated := re.search(r"<JDBOR[^>]* date=\"([^\"\s]+)", line):
            return stated[1]
    return None


def _items(path: Path, file: str) -> Iterator[Element]:
    """The members of the lists below the root one by one, each dropped once it is read."""
    above: list[Element] = []
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as opened:
            for event, element in iterparse(opened, ("start", "end")):
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if len(above) == 2:
                    yield element
                    above[-1].clear()
    except (ParseError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{file}: {error}; expected a complete XML file, download it again") from error


def _records(path: Path, file: str, key: str) -> Iterator[Record]:
    row = 0
    for item in _items(path, file):
        disorder = item if item.tag == "Disorder" else item.find("Disorder")
        if disorder is None:
            continue
        code = _text(disorder, "OrphaCode") or _text(disorder, "OrphaNumber")  # the latter until 2020
        for element in [disorder] if key == "nomenclature" else disorder.iter(_ROWS[key]):
            row += 1
            reason = None if code.isdecimal() else "no ORPHAcode"
            if key == "phenotypes" and not re.fullmatch(r"HP:\d{7}", _text(element, "HPO/HPOId")):
                reason = reason or "no HPO term"
            if key == "genes" and not _gene(element):
                reason = reason or "a gene without HGNC, Ensembl or OMIM id"
            if reason:
                raw = " ".join(text.strip() for text in element.itertext() if text.strip())
                yield Reject(file, row, f"ORPHA:{code}", raw, reason)
                continue
            id = f"ORPHA:{code}"
            if key == "nomenclature":
                yield from _disorder(element, id, file, row)
                continue
            yield Node(id, file, row, "Disease", _text(disorder, "Name") or None)
            references = _text(element, "SourceOfValidation") or (_text(item, "Source") if item is not disorder else "")
            papers = "|".join(f"pubmed:{paper}" for paper in re.findall(r"(\d+)\[PMID\]", references)) or None
            reader = _phenotype if key == "phenotypes" else _gene_association
            yield from reader(element, id, file, row, papers)


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _short(element: Element, path: str) -> str:
    """A name without what explains it: `NTBT` of `NTBT (ORPHAcode's Narrower Term maps to a Broader Term)`."""
    return _text(element, f"{path}/Name").split(" (")[0].removeprefix("- ")


def _disorder(disorder: Element, id: str, file: str, row: int) -> Iterator[Record]:
    sections = [part for part in disorder.iter("TextSection") if _text(part, "TextSectionType/Name") == "Definition"]
    definition = re.sub(r"<[^>]+>", "", _text(sections[0], "Contents")) if sections else ""
    name, flags = _text(disorder, "Name"), " ".join(_text(flag, "Label") for flag in disorder.iter("DisorderFlag"))
    obsolete = bool(re.search(r"(?i)^obsolete", name) or re.search(r"(?i)obsolete|deprecated|inactive", flags))
    for synonym in disorder.findall("SynonymList/Synonym"):
        yield Name(id, " ".join((synonym.text or "").split()), file, row)
    for link in disorder.findall("DisorderDisorderAssociationList/DisorderDisorderAssociation"):
        predicate = _LINKS.get(_text(link, "DisorderDisorderAssociationType/Name").lower())
        target = _text(link, "TargetDisorder/OrphaCode")
        if predicate and target and f"ORPHA:{target}" != id:
            obsolete = obsolete or predicate == "REPLACED_BY"
            yield Edge(id, predicate, f"ORPHA:{target}", file, row)
    for reference in disorder.findall("ExternalReferenceList/ExternalReference"):
        if edge := _cross_reference(reference, id, file, row):
            yield edge
    yield Node(id, file, row, "Disease", name or None, definition or None, obsolete)


def _cross_reference(reference: Element, id: str, file: str, row: int) -> Edge | None:
    source, local = _text(reference, "Source"), _text(reference, "Reference")
    if not (source and local):
        return None
    local = local.lstrip("0") if source == "GARD" else local
    relation = _short(reference, "DisorderMappingRelation")
    said = (relation, *(_short(reference, f"DisorderMapping{part}") for part in ("ICDRelation", "ValidationStatus")))
    target = standardize(f"{_SOURCES.get(source, source)}:{local}")
    return Edge(
        id, _MATCHES.get(relation.split("/")[0], "XREF"), target, file, row, distinct="|".join(said),
        negated=True if relation == "W" else None, qualifier="; ".join(filter(None, said)) or None,
    )  # fmt: skip


def _phenotype(element: Element, id: str, file: str, row: int, papers: str | None) -> Iterator[Record]:
    term, frequency = _text(element, "HPO/HPOId"), _text(element, "HPOFrequency/Name")
    criterion = _text(element, "DiagnosticCriteria/Name")
    kind = frequency.split(" (")[0].lower()
    yield Node(term, file, row, "Phenotype", _text(element, "HPO/HPOTerm") or None)
    yield Edge(
        id, "HAS_PHENOTYPE", term, file, row, distinct=f"{frequency}|{criterion}|{papers or ''}",
        weight=_FREQUENCIES.get(kind), qualifier=frequency or None, context=criterion or None, publications=papers,
        negated=True if kind == "excluded" else None,
    )  # fmt: skip


def _gene(element: Element) -> str | None:
    """The CURIE of an association's gene."""
    references = element.findall("Gene/ExternalReferenceList/ExternalReference")
    stated = {_text(reference, "Source"): _text(reference, "Reference") for reference in references}
    return next((f"{prefix}:{stated[source]}" for source, prefix in _GENES.items() if stated.get(source)), None)


def _gene_association(element: Element, id: str, file: str, row: int, papers: str | None) -> Iterator[Record]:
    gene, kind = _gene(element), _text(element, "DisorderGeneAssociationType/Name")
    status = _text(element, "DisorderGeneAssociationStatus/Name")
    assert gene
    yield Node(gene, file, row, "Gene", _text(element, "Gene/Name") or None)
    for path in ("Gene/Symbol", "Gene/SynonymList/Synonym"):
        for name in element.findall(path):
            yield Name(gene, (name.text or "").strip(), file, row, "SYMBOL")
    yield Edge(
        gene, _TYPES.get(kind.lower(), "GENE_ASSOCIATED_WITH_CONDITION"), id, file, row, distinct=f"{kind}|{papers}",
        qualifier=kind or None, context=status or None, publications=papers,
    )  # fmt: skip
