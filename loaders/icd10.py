"""ICD-10: WHO's classification of diseases, in ClaML.

Source: https://icd.who.int/browse10/Content/ICD10.zip (icd102019en.xml; ClaML 2.0.0, EN 14463:2007)
Licence: CC-BY-NC-ND 3.0 IGO, by WHO's licence for classifications
Yields: a Code a Class (chapters, blocks, categories), named by its preferred rubric; the long one EXACT; inclusion
terms RELATED, since they are synonyms and kinds alike; definitions; SUBCLASS_OF to its SuperClass. Fourth characters
that a category takes from a modifier (`E11` and `.9` make `E11.9`) are codes of their own below it.
Skips: exclusions, notes and hints; fifth characters from modifiers (sites, places of occurrence), which WHO leaves to
the country.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from kgbuild.inputs import Inputs, Record, Staged, lines
from kgbuild.model import Edge, Name, Node, Reject, Source
from loaders.formats.xml import elements

SOURCE = Source(
    name="icd10",
    title="ICD-10",
    url="https://icd.who.int/browse10",
    licence="CC-BY-NC-ND-3.0-IGO",
    files={"classes": ("icd1020*.xml",)},
    vocabularies=("icd10",),
    member=True,
    citation="World Health Organization. International Statistical Classification of Diseases and Related Health "
    "Problems, 10th Revision.",
    access="Accept WHO's licence at https://icdaccessmanagement.who.int, download ICD-10 in ClaML and unpack "
    "icd102019en.xml.",
)

#: Kind of rubric → scope of the name in it.
_SCOPES = {"preferredLong": "EXACT", "inclusion": "RELATED"}


def load(inputs: Inputs) -> Staged:
    counts, streams = {}, []
    for path in inputs.paths("classes"):
        counts[inputs.name(path)] = sum(len(re.findall(r"<Class[\s>]", line)) for line in lines(path))
        streams.append(_records(path, inputs.name(path)))
    return inputs.records((record for stream in streams for record in stream), counts)


def version(inputs: Inputs) -> str | None:
    """The release that the title of the first file states."""
    for title in elements(inputs.paths("classes")[0], "Title", "Class"):
        return title.get("version") if title.tag == "Title" else None
    return None


def _records(path: Path, file: str) -> Iterator[Record]:
    fourths: dict[str, list[tuple[str, str]]] = {}
    for modifier in elements(path, "ModifierClass"):
        if modifier.get("modifier", "").endswith("_4"):
            fourths.setdefault(modifier.get("modifier", ""), []).append((modifier.get("code", ""), _rubric(modifier)))
    for row, each in enumerate(elements(path, "Class"), 1):
        code, name = each.get("code"), _rubric(each)
        if not code or not name:
            said = " ".join("".join(each.itertext()).split())
            yield Reject(file, row, code or "", said, "no code or no preferred rubric")
            continue
        yield from _class(each, f"icd10:{code}", name, file, row)
        modified = [modifier for modifier in each.findall("ModifiedBy") if each.find("SubClass") is None]
        for modifier in modified:
            valid = {subclass.get("code") for subclass in modifier.findall("ValidModifierClass")}
            for character, meaning in fourths.get(modifier.get("code", ""), ()):
                if not valid or character in valid:
                    below = f"icd10:{code}{'' if '.' in code + character else '.'}{character}"
                    yield Node(below, file, row, "Code", f"{name}: {meaning}")
                    yield Edge(below, "SUBCLASS_OF", f"icd10:{code}", file, row)


def _class(each: Element, id: str, name: str, file: str, row: int) -> Iterator[Record]:
    definition = None
    for rubric in each.findall("Rubric"):
        kind = rubric.get("kind", "")
        for label in rubric.findall("Label"):
            if kind == "definition":
                definition = definition or _text(label)
            elif kind in _SCOPES and _text(label):
                yield Name(id, _text(label), file, row, _SCOPES[kind])
    for above in each.findall("SuperClass"):
        yield Edge(id, "SUBCLASS_OF", f"icd10:{above.get('code')}", file, row)
    yield Node(id, file, row, "Code", name, definition)


def _rubric(each: Element) -> str:
    label = each.find("Rubric[@kind='preferred']/Label")
    return _text(label) if label is not None else ""


def _text(label: Element) -> str:
    """A label without its references to other codes; fragments are joined."""
    parts = [label.text or ""]
    for child in label:
        parts += ["" if child.tag == "Reference" else f" {_text(child)} ", child.tail or ""]
    joined = re.sub(r"\(\s*[*†+]?\s*\)", "", "".join(parts))  # the brackets around a reference
    return re.sub(r"\s+([,;)])", r"\1", " ".join(joined.split()))
