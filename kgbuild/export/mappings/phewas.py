"""A CSV for R's PheWAS package, and for whoever joins tables: FILE.csv with FILE.csv-metadata.json beside it.

Source: https://github.com/PheWAS/PheWAS (`mapCodesToPhecodes`, `createPhenotypes`), and W3C's CSV on the Web
(https://www.w3.org/TR/tabular-metadata/) for the metadata

    map <- read.csv("icd10-phecode.csv", colClasses = "character")    # 008 stays 008
    createPhenotypes(events, vocabulary.map = map)

The first three columns are those of PheWAS's own `phecode_map`: `vocabulary_id` (ICD10CM, ICD9CM, ICD10, else the
vocabulary's prefix), `code` (bare for ICD, else the CURIE), `phecode` (bare). Whichever side is PheCode is `phecode`,
and `kind` and `predicate` are from the code to the phecode; where neither is, the object stands there, and
`createPhenotypes(vocabulary.map = map, rollup.map = NULL, add.phecode.exclusions = FALSE)` makes phenotypes of its
terms. There is no comment line, since `read.csv` does not skip any unless it is told to. Refused links are left out.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgbuild.export.mappings.links import Link, MappingSet
from kgbuild.files import open_text
from kgbuild.mapping.table import INVERSE, KINDS

#: Column → CSV on the Web's datatype, what it is.
COLUMNS = {
    "vocabulary_id": ("string", "Vocabulary of the code, as PheWAS's phecode_map writes it"),
    "code": ("string", "Code: bare for ICD, else a CURIE"),
    "phecode": ("string", "PheCode; where neither side is PheCode, the target term's CURIE"),
    "code_label": ("string", "Name of the code"),
    "phecode_label": ("string", "Name of the phecode"),
    "predicate": ("string", "SKOS predicate from the code to the phecode"),
    "kind": ("string", "Kind of match as found; exact is stated by `predicate` only where a curator signed"),
    "rank": ("integer", "Rank among the candidates of the concept that was mapped; 1 is the best"),
    "similarity_score": ("double", "Ranks; means nothing by itself"),
    "confidence": ("double", "Share of links like it that are right"),
    "mapping_justification": ("string", "semapv term: computed or signed by a curator"),
    "author_id": ("string", "ORCIDs of who signed it, parted by |"),
    "comment": ("string", "Reasons in words"),
}
_PHECODES = ("phecode", "phecodex")
_VOCABULARY_IDS = {"icd9": "ICD9", "icd9cm": "ICD9CM", "icd10": "ICD10", "icd10cm": "ICD10CM"}


def says(link: Link) -> bool:
    """Whether the format can say it."""
    return link.relation is not None


def write(mapping: MappingSet, out: Path, metadata: Path) -> None:
    """Write the table, and its metadata."""
    with open_text(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(_row, mapping.links))
    about = mapping.about
    stated: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": mapping.file,
        "dc:title": about.title,
        "dc:created": about.date,
        "dc:creator": f"{about.tool} {about.tool_version}",
        "dc:license": {"@id": about.licence},
        "dc:rights": about.rights,
        "notes": [about.stated()],
        "tableSchema": {
            "columns": [
                {"name": name, "titles": name, "datatype": datatype, "dc:description": what}
                for name, (datatype, what) in COLUMNS.items()
            ]
        },
    }
    with open_text(metadata) as file:
        json.dump(stated, file, ensure_ascii=False, indent=1)
        file.write("\n")


def _row(link: Link) -> Iterator[Any]:
    code, phecode, kind, relation = link.object, link.subject, link.kind, str(link.relation)
    labels = link.object_label, link.subject_label
    if phecode.partition(":")[0] in _PHECODES and code.partition(":")[0] not in _PHECODES:
        kind, relation = INVERSE.get(kind or "", kind), INVERSE[relation]
    else:
        code, phecode, labels = phecode, code, labels[::-1]
    prefix, _, bare = code.partition(":")
    yield from (_VOCABULARY_IDS.get(prefix, prefix), bare if prefix in _VOCABULARY_IDS else code)
    yield phecode.partition(":")[2] if phecode.partition(":")[0] in _PHECODES else phecode
    yield from (*labels, KINDS[relation], kind, None if link.rank is None else int(link.rank))
    yield from (link.score, link.confidence, link.justification, "|".join(link.authors), link.comment)
