"""What the wording of two names says against their meaning the same: numbers, letters and qualifiers that differ."""

import re
from collections.abc import Iterable

_ROMAN = {roman: str(n) for n, roman in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], 1)}
_GREEK = dict(zip("αβγδεκλω", ["alpha", "beta", "gamma", "delta", "epsilon", "kappa", "lambda", "omega"], strict=True))
_MARKS = frozenset(_GREEK.values())

#: Words of which a name has one at most, if it means one thing.
_OPPOSITES = (
    ("acute", "subacute", "chronic"),
    ("benign", "malignant"),
    ("primary", "secondary"),
    ("congenital", "acquired"),
    ("juvenile", "adult", "childhood", "neonatal", "fetal", "senile"),
    ("male", "female"),
    ("maternal", "paternal"),
    ("left", "right"),
    ("upper", "lower"),
    ("internal", "external"),
    ("proximal", "distal"),
    ("anterior", "posterior"),
    ("unilateral", "bilateral"),
    ("increased", "decreased"),
    ("hyper", "hypo"),
    ("dominant", "recessive"),
    ("open", "closed"),
    ("viral", "bacterial", "fungal", "parasitic"),
)
_OPPOSITE = {word: group for group in _OPPOSITES for word in group}
#: Words that make of a thing another: its absence, its past, its rest, what is done against it.
_TURNS = (
    "no", "non", "not", "without", "absent", "history", "screening", "other", "complication", "complications",
    "vaccine", "pregnancy", "obsolete", "susceptibility", "carrier", "measurement", "pathway", "receptor", "receptors",
    "activity", "inhibitor", "inhibitors", "cell", "infection", "induced", "regulation",
)  # fmt: skip
_NEGATED = re.compile(r"\bnon[- ]?(?=\w{4})")


def tokens(name: str) -> list[str]:
    """Words of a name in lower case, Greek letters spelled out, `non` apart.

    >>> tokens("Nontoxic goitre, type II")
    ['non', 'toxic', 'goitre', 'type', 'ii']
    """
    text = _NEGATED.sub("non ", name.casefold())
    for letter, spelled in _GREEK.items():
        text = text.replace(letter, f" {spelled} ")
    return re.findall(r"\d+|[^\W\d_]+", text)


def marks(name: str) -> frozenset[str]:
    """What tells members of one family apart: numbers (Roman ones as digits), single and Greek letters.

    >>> sorted(marks("Ehlers-Danlos syndrome type IV")), sorted(marks("interferon α-2b"))
    (['4'], ['2', 'alpha', 'b'])
    """
    found = tokens(name)
    return frozenset(
        _ROMAN.get(word, word)
        for word in found
        if word.isdigit() or word in _ROMAN or word in _MARKS or (len(word) == 1 and word != "s" and word != "a")
    )


def conflicts(one: str, other: str) -> list[str]:
    """What differs in the wording so that two names hardly mean the same; empty where nothing does.

    >>> conflicts("Type 1 diabetes", "type II diabetes mellitus")
    ['1 against 2']
    >>> conflicts("Toxic goitre", "nontoxic goitre")
    ['the second alone says "non"']
    >>> conflicts("acute hepatitis", "chronic hepatitis")
    ['acute against chronic']
    """
    a, b = set(tokens(one)), set(tokens(other))
    only_a, only_b = marks(one) - marks(other), marks(other) - marks(one)
    out = [f"{_listed(only_a)} against {_listed(only_b)}"] if only_a and only_b else []
    out += [
        f"{word} against {against}"
        for word in sorted(a - b)
        for against in _OPPOSITE.get(word, ())
        if against in b - a and word not in b
    ]
    for which, alone in (("first", a - b), ("second", b - a)):
        out += [f'the {which} alone says "{word}"' for word in _TURNS if word in alone]
    return out


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
