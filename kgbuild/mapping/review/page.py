"""A review as one HTML file: it holds its candidates, styles and script, and asks nobody for anything.

The page keeps what is decided in the browser's storage at each click, under a key of the mapping's own, so that the
same page, written again, goes on with it. It saves and opens the file that the terminal writes (`decisions`).
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from kgbuild.curie import PREFIXES
from kgbuild.files import replacing
from kgbuild.mapping.review.candidates import Proposal, ordered
from kgbuild.mapping.review.decisions import COLUMNS, Decisions
from kgbuild.mapping.review.graph import About, frequency
from kgbuild.mapping.sssom import NO_TERM
from kgbuild.mapping.table import CURATED, KINDS, NONE

_DEFINITION = 320  # characters of a definition that are shown


def write(path: Path, mapping: Proposal, decisions: Decisions, author: str, known: Mapping[str, About]) -> None:
    """Write the page.

    Args:
        path: FILE.html.
        mapping: What is reviewed.
        decisions: Those made already; the page goes on with them.
        author: CURIE of the ORCID that signs, '' to be asked for.
        known: What the graph says of subjects and candidates, by id.

    Raises:
        InputError: It cannot be written.
    """
    text = page(mapping, decisions, author, known)
    with replacing(path) as (part,):
        part.write_text(text, encoding="utf-8")


def page(mapping: Proposal, decisions: Decisions, author: str, known: Mapping[str, About]) -> str:
    """The page's text."""
    folder = files("kgbuild.mapping.review")
    template, style, script = ((folder / f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = {
        "policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(str(mapping.metadata.get("mapping_set_title", mapping.path.name))),
        "style": style,
        "data": json.dumps(_data(mapping, decisions, author, known), ensure_ascii=False).replace("<", "\\u003c"),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _data(mapping: Proposal, decisions: Decisions, author: str, known: Mapping[str, About]) -> dict[str, Any]:
    """What the script reads. Terms and what is known of them stand there once, by id."""
    terms: dict[str, dict[str, Any]] = {}
    for subject in mapping.subjects:
        for each in (subject, *subject.candidates):
            terms.setdefault(each.id, _term(each.label, known.get(each.id, About())))
    subjects = [
        {
            "id": subject.id,
            "candidates": [
                {"id": each.id, "kind": "exact" if each.kind == NONE else each.kind, "proposed": each.kind,
                 "score": each.score, "confidence": each.confidence, "author": each.author}
                for each in subject.candidates
            ],
        }
        for subject in ordered(mapping.subjects, frequency(known))
    ]  # fmt: skip
    pairs = json.dumps([[each.id, [c.id for c in each.candidates]] for each in mapping.subjects])
    iris = {prefix: iri for prefix, (iri, _) in PREFIXES.items()}
    metadata = decisions.metadata()
    return {
        "key": hashlib.sha256(pairs.encode()).hexdigest()[:16],
        "file": decisions.path.name,
        "author": author,
        "columns": COLUMNS,
        "kinds": KINDS,
        "none": NONE,
        "nothing": NO_TERM,
        "curated": CURATED,
        "metadata": metadata,
        "iris": iris | metadata["curie_map"],
        "terms": terms,
        "subjects": subjects,
        "decided": [each._asdict() for each in decisions.made.values()],
        "skipped": list(decisions.skipped),
    }


def _term(label: str, about: About) -> dict[str, Any]:
    definition = about.definition if len(about.definition) <= _DEFINITION else about.definition[:_DEFINITION] + "…"
    given = {"definition": definition, "names": about.names, "codes": about.codes, "grouped": about.grouped,
             "associations": about.associations}  # fmt: skip
    return {"label": label, **{key: value for key, value in given.items() if value}}
