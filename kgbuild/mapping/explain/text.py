"""An explanation as a text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgbuild.mapping.explain.ends import End
    from kgbuild.mapping.explain.explanation import Explanation, Path

#: What each part of the score is, for one who reads it.
_PARTS = {
    "both": "names alone, all measures",
    "tfidf": "characters, best of all names",
    "tfidf_label": "characters, preferred labels",
    "encoder": "meaning, best of all names",
    "encoder_label": "meaning, preferred labels",
    "encoder_concept": "cosine of the two embeddings",
    "same_key": "a name is equal",
    "same_words": "a name has the same words",
    "label_covered": "words of the subject's label found",
    "label_covering": "words of the object's label found",
    "bridge": "grouped codes tied to the object",
    "rank_by_names": "rank by names alone",
}
_WHOLE = ("same_key", "same_words", "rank_by_names")
_PLURALS = {"Pathway": "pathways", "BiologicalProcess": "biological processes", "Anatomy": "parts of the anatomy"}


def text(it: "Explanation") -> str:
    """Sections in the order in which a curator asks: what it is, how sure, for what reasons, and what against."""
    return "\n".join([*_head(it), *_names(it), *_parts(it), *_evidence(it), *_against(it)])


def _head(it: "Explanation") -> Iterator[str]:
    yield f"{_end(it.subject)}\n{_end(it.object)}"
    for told in it.computed:
        said = [f"{name} {_value(value)}" for name, value in told.items() if value is not None]
        yield f"  mapped: {', '.join(said)}"
    if it.kind is not None:
        yield f"  by names and hierarchy: {it.kind.kind} ({'; '.join(it.kind.reasons)})"


def _end(end: "End") -> str:
    place = f"chromosome {end.chromosome}:{end.grch38:,} (GRCh38)" if end.grch38 and end.chromosome else None
    known = [end.name and f"“{end.name}”", end.type and f"({end.type})", place, "obsolete" if end.obsolete else None]
    return " ".join([end.id, *(each for each in known if each)])


def _names(it: "Explanation") -> Iterator[str]:
    if it.subject.variant or it.object.variant:
        return
    yield "\nNames that met"
    if not it.names:
        yield "  none: one of the two has no name in the graph"
    for met in it.names:
        equal = ", equal" if met.same_key else ", same words" if met.same_words else ""
        cosine = "" if met.cosine is None else f", meaning {met.cosine:.2f}"
        names = f"“{met.subject_name}” – “{met.object_name}”"
        yield f"  {names}: characters {met.tfidf:.2f}{cosine}{equal} [{_listed(met.sources)}]"


def _parts(it: "Explanation") -> Iterator[str]:
    if it.parts:
        yield "\nParts of the score"
    for name, value in it.parts.items():
        shown = f"{value:4.0f}" if name in _WHOLE else f"{value:4.2f}"
        yield f"  {name:<16} {shown}  {_PARTS.get(name, '')}".rstrip()


def _evidence(it: "Explanation") -> Iterator[str]:
    if it.direct:
        yield "\nWhat sources state of the two"
    for row in it.direct:
        yield f"  {_statement(row)}"
    if it.paths:
        yield "\nPaths"
    for path in it.paths:
        yield f"  {_path(path)}"
    if it.shared:
        yield "\nShared"
    for kind, found in it.shared.items():
        examples = "; ".join(_example(each) for each in found["examples"])
        yield f"  {found['count']:,} {_many(kind, found['count'])}: {examples}"
    if it.loci:
        yield "\nVariants nearby that are tied to the trait"
    for row in it.loci:
        strength = f"−log10 p {_value(row['neg_log10_p'])}"
        yield f"  {row['id']}, {row['distance']:,} bp away, {strength} [{_listed(row['sources'])}]"
    if it.nearest:
        yield "\nTraits nearest to the variant"
    for row in it.nearest:
        known = f", {row['known']} known associations" if row["known"] else ""
        yield f"  {row['id']} “{row['name']}” {row['score']:.3f}{known}"


def _statement(row: Mapping[str, Any]) -> str:
    ends = f"{row['subject']} {'NOT ' if row['negated'] else ''}{row['predicate']} {row['object']}"
    effect = None if row["effect"] is None else f"{row['effect_kind'] or 'effect'} {row['effect']:g}"
    if effect and row["effect_allele"]:
        effect += f" per {row['effect_allele']}"
    strength = None if row["neg_log10_p"] is None else f"−log10 p {row['neg_log10_p']:.1f}"
    said = [
        effect, strength, row["mapping_justification"], row["author_id"], row["comment"], row["qualifier"],
        row["context"], row["study"], row["publications"],
    ]  # fmt: skip
    return f"{ends} [{row['source'] or 'source not stated'}] {', '.join(str(each) for each in said if each)}".rstrip()


def _path(path: "Path") -> str:
    out = _node(path.nodes[0])
    for (predicate, sources, forward), node in zip(path.edges, path.nodes[1:], strict=True):
        edge = f"{predicate} [{_listed(sources)}]"
        out += f" ─{edge}→ {_node(node)}" if forward else f" ←{edge}─ {_node(node)}"
    return f"{out} (and {path.alike} alike)" if path.alike else out


def _node(node: tuple[str, str | None]) -> str:
    return f"{node[0]} “{node[1]}”" if node[1] else node[0]


def _example(row: Mapping[str, Any]) -> str:
    name = f" “{row['name']}”" if row["name"] else ""
    strength = f", −log10 p {row['strength']:.1f}" if row["strength"] else ""
    return f"{row['id']}{name}{strength} [{_listed(row['sources'])}]"


def _many(kind: str, count: int) -> str:
    return kind.lower() if count == 1 else _PLURALS.get(kind, kind.lower() + "s")


def _against(it: "Explanation") -> Iterator[str]:
    yield "\nAgainst"
    for line in it.against or ["nothing that the graph knows"]:
        yield f"  {line}"


def _listed(values: Sequence[str | None]) -> str:
    return ", ".join(sorted(str(value) for value in values if value)) or "source not stated"


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
