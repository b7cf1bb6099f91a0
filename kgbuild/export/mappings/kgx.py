"""KGX: NAME_nodes and NAME_edges in Biolink's terms, as TSV or JSON Lines, and NAME_metadata.json.

Source: https://biolink.github.io/kgx/kgx_format.html, Biolink Model 4

The predicate of a link is biolink:exact_match (signed by a curator), close_match, broad_match or narrow_match; a
refused link has `negated`. A computed link is a prediction of a computational_model, a signed one a manual_agent's
assertion. A node's category is its type in the graph, else what its prefix stands for.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kgbuild.export import biolink
from kgbuild.export.mappings.links import NOTHING, Link, MappingSet
from kgbuild.files import open_text
from kgbuild.model import PREFIX_TYPES

_NODE = ("id", "category", "name")
_EDGE = (
    "id", "subject", "predicate", "object", "category", "negated", "primary_knowledge_source", "knowledge_level",
    "agent_type", "has_confidence_score", "similarity_score", "mapping_justification", "author_id", "description",
)  # fmt: skip
_BREAKS = re.compile(r"[\t\r\n]+")


def says(link: Link) -> bool:
    """Whether the format can say it."""
    return link.object != NOTHING and _predicate(link) is not None


def write(mapping: MappingSet, nodes: Path, edges: Path, metadata: Path) -> None:
    """Write nodes, edges and metadata, as JSON Lines where the file's name has `.jsonl`, else as TSV."""
    lines = ".jsonl" in nodes.suffixes
    for path, rows, columns in ((nodes, _nodes(mapping), _NODE), (edges, _edges(mapping), _EDGE)):
        with open_text(path) as file:
            if not lines:
                file.write("\t".join(columns) + "\n")
            file.writelines(_json(row) if lines else _tsv(row, columns) for row in rows)
    about = mapping.about
    stated = {"generator": f"{about.tool} {about.tool_version}", "title": about.title, "rights": about.rights}
    with open_text(metadata) as file:
        json.dump(stated | about.stated() | {"prefixes": mapping.prefixes}, file, ensure_ascii=False, indent=1)


def _nodes(mapping: MappingSet) -> Iterable[dict[str, Any]]:
    names = {
        curie: label
        for link in mapping.links
        for curie, label in ((link.subject, link.subject_label), (link.object, link.object_label))
    }
    for curie, label in sorted(names.items()):
        kind = mapping.types.get(curie) or PREFIX_TYPES.get(curie.partition(":")[0])
        yield {"id": curie, "category": [biolink.category(kind)], "name": label}


def _edges(mapping: MappingSet) -> Iterable[dict[str, Any]]:
    for link in mapping.links:
        key = "|".join((link.subject, link.predicate, str(link.negated), link.object, *link.authors))
        yield {
            "id": hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(),
            "subject": link.subject,
            "predicate": _predicate(link),
            "object": link.object,
            "category": ["biolink:Association"],
            "negated": link.negated or None,
            "primary_knowledge_source": biolink.primary_knowledge_source(mapping.about.tool),
            "knowledge_level": "knowledge_assertion" if link.signed else "prediction",
            "agent_type": "manual_agent" if link.signed else "computational_model",
            "has_confidence_score": link.confidence,
            "similarity_score": link.score,
            "mapping_justification": link.justification,
            "author_id": list(link.authors) or None,
            "description": link.comment,
        }


def _predicate(link: Link) -> str | None:
    """`skos:closeMatch` as `biolink:close_match`; None for what is no match of SKOS."""
    found = re.fullmatch(r"skos:(exact|close|broad|narrow|related)Match", link.predicate)
    return f"biolink:{found[1]}_match" if found else None


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps({key: value for key, value in row.items() if value is not None}, ensure_ascii=False) + "\n"


def _tsv(row: Mapping[str, Any], columns: Iterable[str]) -> str:
    return "\t".join(_cell(row[column]) for column in columns) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(_cell, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _BREAKS.sub(" ", str(value))
