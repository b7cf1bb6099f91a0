"""What speaks against two concepts being the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from kgbuild.mapping.explain.ends import End
from kgbuild.mapping.explain.explanation import Rival
from kgbuild.mapping.kind import Verdict
from kgbuild.mapping.table import NONE

#: Types of which one thing has one at most; a disease can be a phenotype, a drug is a chemical.
_UNLIKE = (
    {"Disease", "Phenotype"},
    {"Measurement"},
    {"Drug", "Chemical"},
    {"Gene", "Protein"},
    {"Pathway", "BiologicalProcess"},
    {"Anatomy", "CellularComponent"},
    {"Cell"},
    {"Organism"},
    {"Exposure"},
    {"MolecularFunction"},
)
_WEAKER = ("BROAD_MATCH", "NARROW_MATCH", "RELATED_MATCH")


def against(
    one: End,
    other: End,
    kind: Verdict | None,
    rivals: Sequence[Rival],
    held: Mapping[str, Any],
    direct: Sequence[Mapping[str, Any]],
) -> list[str]:
    """What speaks against the two being the same, the gravest first.

    Args:
        one, other: The ends.
        kind: What their names make of the pair.
        rivals: Terms that are nearer.
        held: What `cypher/similar/explain_against` gives.
        direct: What `cypher/similar/explain_direct` gives.
    """
    out = [
        f"{row['source']} denies that {row['subject']} is {row['object']}"
        + (f" ({row['author']})" if row["author"] else "")
        for row in held["denied"]
    ]
    out += [
        f"{row['subject']} and {row['object']}, above them, are disjoint ({row['source']})" for row in held["disjoint"]
    ]
    if held["above"]:
        up, down = (one, other) if held["above"] == "subject" else (other, one)
        out.append(f"{up.id} is above {down.id}: {' ⊂ '.join(held['way'])}")
    one_types, other_types = _kinds(one.type), _kinds(other.type)
    if one_types and other_types and one_types != other_types:
        out.append(f"{one.id} is a {one.type}, {other.id} a {other.type}")
    for end in (one, other):
        if end.obsolete:
            cure = f"; {end.replaced_by} replaces it" if end.replaced_by else ""
            out.append(f"{end.id} is obsolete{cure}")
    if kind is not None and kind.kind == NONE:
        out += [f"“{one.name}” and “{other.name}”: {reason}" for reason in kind.reasons]
    for each in rivals:
        place = (
            ", below this one" if each.id in held["below"] else ", above this one" if each.id in held["over"] else ""
        )
        out.append(f"{each.id} “{each.name}”{place} is nearer by its names ({each.score:.2f}: “{each.matched}”)")
    weaker = sorted({f"{row['predicate']} ({row['source']})" for row in direct if row["predicate"] in _WEAKER})
    if weaker:
        out.append(f"sources state less than the same: {', '.join(weaker)}")
    return out


def _kinds(type_: str | None) -> frozenset[str] | None:
    return next((frozenset(group) for group in _UNLIKE if type_ in group), None)
