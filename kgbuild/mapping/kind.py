"""The kind of match of a pair: exact, close, broad, narrow or none, with the reasons in words.

A shared name makes a pair exact, unless what the labels add speaks against it. A name that is also that of a parent or
child of the other makes it broad or narrow. Else the wording decides: what one side alone says makes it the narrower
one; what the two say differently, or one denies, makes it no match. Where nothing is known the pair is close: its score
says how near. A link is dropped for `none`, so that needs a stated contradiction, never mere difference.

Source: SKOS for what a kind means (https://www.w3.org/TR/skos-reference/#mapping).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from kgbuild.mapping.table import NONE
from kgbuild.mapping.wording import SOFT_ASPECTS, Wording, read


@dataclass(frozen=True)
class Side:
    """A concept as its names and its place tell it. One object for a concept in many pairs is read once.

    Args:
        names: Its names, the preferred label first.
        parents, children: Names of what is above and below it, all ancestors where they are at hand.
    """

    names: Sequence[str]
    parents: Sequence[str] = ()
    children: Sequence[str] = ()

    @cached_property
    def readings(self) -> list[Wording]:
        """Of the names, the label's first."""
        return [read(name) for name in self.names]

    @cached_property
    def forms(self) -> Mapping[object, int]:
        """Reading's form → the first name that has it."""
        forms: dict[object, int] = {}
        for place, reading in enumerate(self.readings):
            forms.setdefault(reading.form, place)
        return forms

    @cached_property
    def above(self) -> Mapping[object, str]:
        """Form → name, of what is above."""
        return {read(name).form: name for name in self.parents}

    @cached_property
    def below(self) -> Mapping[object, str]:
        """Form → name, of what is below."""
        return {read(name).form: name for name in self.children}


class Verdict(NamedTuple):
    """The kind of match (of `table.KINDS`, or none) and why, in words."""

    kind: str
    reasons: tuple[str, ...]


class _Finding(NamedTuple):
    """One difference of two names: what it makes of the object, what it is about, and how to say it."""

    makes: str  # broad, narrow, none, or close for another kind of thing
    about: str
    reason: str


def kinds(pairs: Iterable[tuple[Side, Side]]) -> list[Verdict]:
    """The kinds of match of pairs (subject, object); `broad` where the object is the broader one.

    >>> kinds([(Side(["Nontoxic goitre"]), Side(["toxic goiter"]))])
    [Verdict(kind='none', reasons=('the subject is not “toxic”',))]
    >>> kinds([(Side(["Diabetes mellitus, type II"]), Side(["type 2 diabetes mellitus"]))])
    [Verdict(kind='exact', reasons=('same name “type 2 diabetes mellitus”',))]
    """
    return [_kind(subject, object_) for subject, object_ in pairs]


def _kind(subject: Side, object_: Side) -> Verdict:
    shared = [place for form, place in subject.forms.items() if form in object_.forms]
    placed = None if 0 in shared and object_.forms[subject.readings[0].form] == 0 else _by_place(subject, object_)
    if shared and placed is None:
        return _by_shared_name(subject, object_, shared)
    if placed is not None:
        return placed
    by_labels = _verdict(subject.readings[0], object_.readings[0])
    if by_labels.kind == NONE:
        return by_labels
    verdict = _verdict(*_nearest(subject, object_))
    if verdict.kind == NONE:  # a synonym may be of a part only: what it contradicts is not the concept
        return by_labels
    return verdict


def _by_place(subject: Side, object_: Side) -> Verdict | None:
    """By a name that one has in common with what is above or below the other; None where both or neither say so."""
    label, other = subject.readings[0].form, object_.readings[0].form
    found = [
        ("broad", f"the subject is below “{subject.above[other]}”" if other in subject.above else None),
        ("broad", f"the object is above “{object_.below[label]}”" if label in object_.below else None),
        ("narrow", f"the subject is above “{subject.below[other]}”" if other in subject.below else None),
        ("narrow", f"the object is below “{object_.above[label]}”" if label in object_.above else None),
    ]
    said = [(kind, reason) for kind, reason in found if reason]
    if len({kind for kind, _ in said}) != 1:
        return None
    return Verdict(said[0][0], tuple(reason for _, reason in said))


def _by_shared_name(subject: Side, object_: Side, shared: Sequence[int]) -> Verdict:
    """Exact, unless the labels contradict each other in what the shared names leave open."""
    reading = subject.readings[shared[0]]
    same = f"same name “{object_.names[object_.forms[reading.form]]}”"
    label, its_label = subject.readings[0], object_.readings[0]
    said = {about for place in shared for about in (*subject.readings[place].axes, *subject.readings[place].numbers)}
    said |= {"type", "number"} if said & {"type", "number"} else set()
    against = [
        each.reason
        for each in _differences(label, its_label)
        if each.makes == NONE and each.about not in said and _counts(each, label, its_label)
    ]
    return Verdict(NONE, (*against, same)) if against else Verdict("exact", (same,))


def _nearest(subject: Side, object_: Side) -> tuple[Wording, Wording]:
    """The two names with most words in common, one of them a label; of equals the labels, then by the alphabet."""
    pairs = [(0, place) for place in range(len(object_.names))] + [(place, 0) for place in range(1, len(subject.names))]

    def rank(pair: tuple[int, int]) -> tuple[float, bool, list[str]]:
        one, other = subject.readings[pair[0]].words, object_.readings[pair[1]].words
        overlap = len(one & other) / (len(one | other) or 1)
        return -overlap, pair != (0, 0), sorted((subject.names[pair[0]], object_.names[pair[1]]))

    mine, its = min(pairs, key=rank)
    return subject.readings[mine], object_.readings[its]


def _verdict(one: Wording, other: Wording) -> Verdict:
    """What the differences of two names come to."""
    findings = _differences(one, other)
    against = tuple(each.reason for each in findings if each.makes == NONE and _counts(each, one, other))
    if against:
        return Verdict(NONE, against)
    if not findings:
        return Verdict("exact", ("the names say the same",))
    made = {each.makes for each in findings}
    one_way = len(made) == 1 and NONE not in made
    return Verdict(made.pop() if one_way else "close", tuple(each.reason for each in findings))


def _counts(finding: _Finding, one: Wording, other: Wording) -> bool:
    """Whether a contradiction is one of two names that are about the same.

    Acute nephritis and chronic sinusitis are unlike for other reasons; bare numbers of two lists (myopathy 4 among the
    nemaline, 23 among the congenital) are not comparable.
    """
    if finding.about in ("word", "aspect"):
        return True
    if finding.about == "number":
        return one.words == other.words and one.axes == other.axes
    return bool(one.words & other.words)


def _differences(one: Wording, other: Wording) -> list[_Finding]:
    """What two names say differently, `one` the subject's."""
    return [
        *_axes(one, other),
        *_numbers(one, other),
        *_denials(one, other),
        *_aspects(one, other),
        *_words(one, other),
    ]


def _axes(one: Wording, other: Wording) -> Iterator[_Finding]:
    for axis in sorted(one.axes.keys() | other.axes.keys()):
        mine, its = one.axes.get(axis, frozenset()), other.axes.get(axis, frozenset())
        if mine and its and not mine & its:
            yield _Finding(NONE, axis, f"{_quoted(mine)} against {_quoted(its)}")
        elif mine != its:
            yield _one_sided(axis, mine, its)


def _one_sided(about: str, mine: frozenset[str], its: frozenset[str]) -> _Finding:
    """More values of an axis than the other's some are a union; any against none are a qualifier."""
    if mine and its:
        broader = "broad" if mine < its else "narrow"
        return _Finding(broader, about, f"{_quoted(mine)} against {_quoted(its)}")
    if mine:
        return _Finding("broad", about, f"only the subject is {_quoted(mine)}")
    return _Finding("narrow", about, f"only the object is {_quoted(its)}")


def _numbers(one: Wording, other: Wording) -> Iterator[_Finding]:
    mine, its = dict(one.numbers), dict(other.numbers)
    if _bare(mine) == _bare(its):  # "diabetes, type 2" and "diabetes 2"
        for numbers in (mine, its):
            numbers.pop("type", None)
            numbers.pop("number", None)
    for these, those in ((mine, its), (its, mine)):
        if "type" in these and "number" in those and "number" not in these and "type" not in those:
            # two ways of numbering: type 5B of one list is 12 of another
            yield _Finding("close", "number", f"numbered {_told(mine)} and {_told(its)}")
            del these["type"], those["number"]
    for what in sorted(mine.keys() | its.keys()):
        if mine.get(what) != its.get(what):
            yield _number(what, mine.get(what, frozenset()), its.get(what, frozenset()))


def _number(what: str, mine: frozenset[str], its: frozenset[str]) -> _Finding:
    told = f"{what} {_listed(mine)} against {_listed(its)}"
    if not its or (mine and all(m.startswith(tuple(its)) for m in mine)):  # 2a is a kind of 2
        return _Finding("broad", what, told)
    if not mine or all(i.startswith(tuple(mine)) for i in its):
        return _Finding("narrow", what, told)
    return _Finding("close" if mine & its else NONE, what, told)


def _bare(numbers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return numbers.get("type", frozenset()) | numbers.get("number", frozenset())


def _told(numbers: Mapping[str, frozenset[str]]) -> str:
    return ", ".join(f"{what} {_listed(values)}" for what, values in sorted(numbers.items()))


def _listed(values: frozenset[str]) -> str:
    return "/".join(sorted(values)) or "–"


def _denials(one: Wording, other: Wording) -> Iterator[_Finding]:
    for subject, denying, denied, makes in (("subject", one, other, "broad"), ("object", other, one, "narrow")):
        for word in sorted(denying.negated - denied.negated):
            if word in denied.words or any(word in values for values in denied.axes.values()):
                yield _Finding(NONE, "word", f"the {subject} is not “{word}”")
            else:
                yield _Finding(makes, "word", f"only the {subject} says “not {word}”")


def _aspects(one: Wording, other: Wording) -> Iterator[_Finding]:
    different = one.aspects ^ other.aspects
    if different:
        makes = "close" if different <= SOFT_ASPECTS else NONE
        yield _Finding(makes, "aspect", f"{_quoted(different)} is said of one alone")


def _words(one: Wording, other: Wording) -> Iterator[_Finding]:
    mine, its = one.words - other.words, other.words - one.words
    for a, b in product(sorted(mine), sorted(its)):
        if _exclude(a, b):
            yield _Finding(NONE, "word", f"“{a}” against “{b}”")
    part = None
    if mine and its:
        yield _Finding("close", "words", f"{_quoted(mine)} against {_quoted(its)}")
    elif mine:
        part = _more(one, mine, "subject", ("broad", "narrow"))
    elif its:
        part = _more(other, its, "object", ("narrow", "broad"))
    if part:
        yield part
    if one.residual != other.residual and not (part and part.about == "alternatives"):
        yield _Finding(*(("broad", "residual", "only the subject is “other”") if one.residual
                         else ("narrow", "residual", "only the object is “other”")))  # fmt: skip


def _more(longer: Wording, extra: frozenset[str], who: str, makes: tuple[str, str]) -> _Finding:
    """The words that one side has more: a qualifier, another part of "A or B", or another kind of thing.

    Args:
        longer: The name with more words.
        extra: Those words.
        who: Whose name it is.
        makes: The kind of match for a qualifier and for a part.
    """
    touched = [part for part in longer.alternatives if part & extra]
    if longer.alternatives and len(touched) < len(longer.alternatives):
        return _Finding(makes[1], "alternatives", f"the {who} is also {_quoted(extra)}")
    if longer.head in extra:
        return _Finding("close", "head", f"only the {who} is a “{longer.head}”")
    return _Finding(makes[0], "words", f"only the {who} says {_quoted(extra)}")


_OPPOSITES = (
    ("hyper", "hypo"), ("tachy", "brady"), ("macro", "micro"), ("poly", "mono"), ("poly", "oligo"), ("pre", "post"),
    ("endo", "exo"), ("intra", "extra"), ("hyper", "a"), ("non", ""), ("un", ""), ("in", ""), ("im", ""),
)  # fmt: skip
_OPPOSITE_ENDS = (("penia", "cytosis"), ("penia", "osis"), ("penia", "philia"))
_LETTERS_AND_NUMBER = re.compile(r"([a-z]{1,8})\d+[a-z]?")


@lru_cache(maxsize=1_000_000)
def _exclude(a: str, b: str) -> bool:
    if {a, b} == {"balance", "imbalance"}:  # a disorder of balance is an imbalance
        return False
    return _opposite(a, b) or _opposite(b, a) or _numbered_apart(a, b)


def _opposite(a: str, b: str) -> bool:
    """hyperthyroidism and hypothyroidism, stable and unstable, leukopenia and leukocytosis."""
    return any(
        a.startswith(x) and b.startswith(y) and len(a) - len(x) > 4 and a[len(x) :] == b[len(y) :]
        for x, y in _OPPOSITES
    ) or any(
        a.endswith(x) and b.endswith(y) and a[: -len(x)].rstrip("o") == b[: -len(y)].rstrip("o")
        for x, y in _OPPOSITE_ENDS
    )


def _numbered_apart(a: str, b: str) -> bool:
    """brca1 and brca2."""
    first, second = _LETTERS_AND_NUMBER.fullmatch(a), _LETTERS_AND_NUMBER.fullmatch(b)
    if first is None or second is None or first[1] != second[1]:
        return False
    return not a.startswith(b) and not b.startswith(a)


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"“{value}”" for value in sorted(values))
