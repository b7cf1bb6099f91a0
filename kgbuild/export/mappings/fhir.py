"""A FHIR R4 ConceptMap in JSON: what terminology servers take.

Source: https://hl7.org/fhir/R4/conceptmap.html, https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html

R4 and not R5, since HAPI, Snowstorm and Ontoserver serve R4; the resource is the same in R4B. `equivalence` says what
the target is to the source: `equivalent` only where a curator signed, `inexact` for a close link, `wider` and
`narrower`, `relatedto`; a refused link is `disjoint` ("an explicit assertion that there is no mapping"), and what a
curator found no counterpart for is `unmatched`. There is a group for each pair of code systems: HL7's address and the
bare code where HL7 names the system (ICD, SNOMED CT, LOINC …), else the ontology's file and the CURIE.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from kgbuild.curie import PREFIXES
from kgbuild.export.mappings.links import NOTHING, Link, MappingSet
from kgbuild.files import open_text

_EQUIVALENCE = {
    "skos:exactMatch": "equivalent", "owl:equivalentClass": "equivalent", "owl:sameAs": "equivalent",
    "skos:closeMatch": "inexact", "skos:broadMatch": "wider", "rdfs:subClassOf": "subsumes",
    "skos:narrowMatch": "narrower", "sssom:superClassOf": "specializes", "skos:relatedMatch": "relatedto",
}  # fmt: skip
#: Code systems that HL7 names (https://terminology.hl7.org), whose codes have no prefix there.
_HL7 = {
    "icd9cm": "http://hl7.org/fhir/sid/icd-9-cm", "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm", "icd11": "http://id.who.int/icd/release/11/mms",
    "snomedct": "http://snomed.info/sct", "loinc": "http://loinc.org", "atc": "http://www.whocc.no/atc",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm", "umls": "http://www.nlm.nih.gov/research/umls",
    "mesh": "http://www.nlm.nih.gov/mesh", "omim": "http://www.omim.org", "ORPHA": "http://www.orpha.net",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "unii": "http://fdasis.nlm.nih.gov",
}  # fmt: skip
_OBO = "http://purl.obolibrary.org/obo/"


def says(link: Link) -> bool:
    """Whether the format can say it."""
    return link.object == NOTHING or link.predicate in _EQUIVALENCE


def write(mapping: MappingSet, out: Path) -> None:
    """Write a ConceptMap."""
    about = mapping.about
    signed = all(link.signed for link in mapping.links)
    tags = [{"system": f"urn:kg:{key}", "code": re.sub(r"\s+", " ", value)} for key, value in about.stated().items()]
    resource = {
        "resourceType": "ConceptMap",
        "meta": {"tag": tags},
        "url": about.identifier,
        "name": re.sub(r"\W", "_", f"Map_{about.name}", flags=re.ASCII),
        "title": about.title,
        "status": "active" if signed else "draft",
        "experimental": not signed,
        "date": about.date,
        "publisher": f"{about.tool} {about.tool_version}",
        "description": _description(mapping),
        "copyright": about.rights,
        "group": _groups(mapping),
    }
    with open_text(out) as file:
        json.dump(resource, file, ensure_ascii=False, indent=1)
        file.write("\n")


def _description(mapping: MappingSet) -> str:
    about = mapping.about
    parts = [f"{about.title} on {about.date}"]
    if about.model:
        parts.append(f"embeddings by {about.model}" + (f" ({about.model_digest})" if about.model_digest else ""))
    if about.graph:
        parts.append(f"graph {about.graph}")
    return "; ".join(parts)


def _groups(mapping: MappingSet) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str | None], dict[str, dict[str, Any]]] = defaultdict(dict)
    held = {(link.subject, link.object) for link in mapping.links if not link.negated}
    for link in mapping.links:
        if link.negated and (link.subject, link.object) in held:  # refused as one kind, and held as another
            continue
        target_system = None if link.object == NOTHING else system(mapping, link.object)
        elements = groups[system(mapping, link.subject), target_system]
        element = elements.setdefault(link.subject, {"code": _code(link.subject)})
        if link.subject_label:
            element["display"] = link.subject_label
        element.setdefault("target", []).append(_target(link))
    versions = {
        system(mapping, getattr(link, end)): side.version
        for end, side in (("subject", mapping.about.subject), ("object", mapping.about.object))
        for link in mapping.links
        if side.version and getattr(link, end).partition(":")[0].lower() == str(side.name).lower()
    }
    return [
        {
            key: value
            for key, value in (
                ("source", source), ("sourceVersion", versions.get(source)), ("target", target),
                ("targetVersion", versions.get(target or "")), ("element", list(elements.values())),
            )
            if value is not None
        }
        for (source, target), elements in groups.items()
    ]  # fmt: skip


def system(mapping: MappingSet, curie: str) -> str:
    """The code system of a CURIE."""
    prefix = curie.partition(":")[0]
    if prefix in _HL7:
        return _HL7[prefix]
    if PREFIXES.get(prefix, ("",))[0].startswith(_OBO):
        return f"{_OBO}{prefix.lower()}.owl"
    return "http://www.ebi.ac.uk/efo/efo.owl" if prefix == "EFO" else mapping.prefixes[prefix].rstrip("/#:")


def _code(curie: str) -> str:
    """The code in its system: bare where HL7 names the system, and where the system is no ontology."""
    prefix, _, local = curie.partition(":")
    ontology = prefix == "EFO" or PREFIXES.get(prefix, ("",))[0].startswith(_OBO)
    return curie if ontology and prefix not in _HL7 else local


def _target(link: Link) -> dict[str, str]:
    if link.object == NOTHING:
        return {"equivalence": "unmatched", "comment": link.sentence}
    target = {"code": _code(link.object)}
    if link.object_label:
        target["display"] = link.object_label
    equivalence = "disjoint" if link.negated else _EQUIVALENCE[link.predicate]
    return target | {"equivalence": equivalence, "comment": link.sentence}
