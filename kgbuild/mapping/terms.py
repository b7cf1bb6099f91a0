"""What a mapping reads from the graph: terms with names and vectors, what is to be mapped, and curated examples.

Everything that is read is ordered, so that the same graph gives the same mapping.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from kgbuild.curie import PREFIXES, standardize
from kgbuild.errors import InputError
from kgbuild.graph import name_key
from kgbuild.mapping.features import PRIORS, Query, Target, Vectors
from kgbuild.mapping.rank import Example
from kgbuild.store import Store

_BATCH = 5_000  # vectors a query: 30 MB of 768 floats
_ANSWERS = 3  # a category tied to more terms is an umbrella, whose ties say little


@dataclass(frozen=True)
class Scope:
    """A vocabulary (by the prefix of its ids) or a release (by the flag of its live terms); `name` as users know it."""

    name: str
    attribute: str
    value: str | bool

    @property
    def parameters(self) -> dict[str, Any]:
        """`$property` and `$value` of the queries."""
        return {"property": self.attribute, "value": self.value}


def scope(store: Store, name: str) -> Scope:
    """The vocabulary or release that a user means, in any spelling: `efo`, `EFO`, `MeSH`. A release goes first.

    Raises:
        InputError: The graph has neither.
    """
    spelling = {prefix.lower(): prefix for prefix in PREFIXES}
    scopes: dict[str, Scope] = {}
    for row in store.query("similar/scopes"):
        written = row["property"].removeprefix("in_") if row["property"] != "vocabulary" else row["value"]
        known = spelling.get(written.lower(), written)
        scopes.setdefault(known.lower(), Scope(known, row["property"], row["value"]))
    wanted = standardize(f"{name}:").rstrip(":").lower()
    if wanted not in scopes:
        there = ", ".join(sorted((each.name for each in scopes.values()), key=str.lower))
        raise InputError(f"{name}: no such vocabulary in the graph; there are {there}")
    return scopes[wanted]


@dataclass(frozen=True)
class Terms:
    """The live concepts of a scope: CURIEs, preferred names, and the rows of cypher/similar/names.cypher."""

    ids: Sequence[str]
    labels: Sequence[str]
    names: Sequence[Sequence[str]]
    rows: Sequence[Mapping[str, Any]]


def read_terms(store: Store, of: Scope) -> Terms:
    """The concepts of a scope, each with its name keys, its label's first.

    Raises:
        InputError: There are none.
    """
    rows = store.query("similar/names", **of.parameters)
    if not rows:
        raise InputError(f"{of.name}: no live concepts with names; load it with `kg load`")
    names = [list(dict.fromkeys([name_key(row["name"]), *sorted(row["keys"])])) for row in rows]
    return Terms([row["id"] for row in rows], [row["name"] for row in rows], names, rows)


def read_vectors(store: Store, keys: Iterable[str]) -> Vectors:
    """The embeddings of names.

    Raises:
        InputError: None of them has one.
    """
    wanted = iter(sorted(set(keys)))
    found: list[str] = []
    parts: list[Any] = []
    while some := list(islice(wanted, _BATCH)):
        rows = list(store.stream("similar/vectors", keys=some))
        found += [row["key"] for row in rows]
        if rows:
            parts.append(np.array([row["vector"] for row in rows], dtype=np.float32))
    if not parts:
        raise InputError("graph: no embeddings; write them with `kg enrich`")
    return Vectors(found, np.concatenate(parts))


def target(store: Store, of: Scope, terms: Terms, vectors: Vectors) -> Target:
    """The terms as they are compared with, with their priors."""
    index = {identifier: i for i, identifier in enumerate(terms.ids)}
    parents = [[index[parent] for parent in row["parents"] if parent in index] for row in terms.rows]
    above = _ancestors(parents)
    below = Counter(ancestor for each in above for ancestor in each)
    use = {row["id"]: row["associations"] for row in store.query("similar/use", **of.parameters)}
    columns = {
        "use": [np.log1p(use.get(identifier, 0)) for identifier in terms.ids],
        **{kind: [kind.capitalize() in row["labels"] for row in terms.rows] for kind in PRIORS[1:4]},
        "depth": [len(each) for each in above],
        "descendants": [np.log1p(below[i]) for i in range(len(terms.ids))],
        "names": [np.log1p(len(each)) for each in terms.names],
    }
    priors_NP = np.array([columns[name] for name in PRIORS], dtype=np.float32).T
    return Target(terms.ids, terms.names, vectors, priors_NP, parents)


def _ancestors(parents: Sequence[Sequence[int]]) -> list[set[int]]:
    """All terms above each; cycles are walked once."""
    above: list[set[int]] = []
    for direct in parents:
        seen: set[int] = set()
        waiting = list(direct)
        while waiting:
            term = waiting.pop()
            if term not in seen:
                seen.add(term)
                waiting.extend(parents[term])
        above.append(seen)
    return above


#: An ICD code with its name keys.
Code = tuple[str, Sequence[str]]


class Category(NamedTuple):
    """A category of ICD: its name keys, the codes below it, and the terms that curators tied to it."""

    keys: Sequence[str]
    codes: Sequence[Code]
    terms: set[str]


class Codes:
    """The ICD codes of the graph: which terms of a target curators tied each to, and what groups them.

    Args:
        store: The graph.
        of: The target.
    """

    def __init__(self, store: Store, of: Scope) -> None:
        self._store = store
        ties: dict[str, set[str]] = defaultdict(set)
        for row in store.query("similar/codes", **of.parameters):
            ties[_plain(row["code"])].add(row["id"])
        self.ties = dict(ties)

    def groups(self, source: Scope) -> dict[str, list[Code]]:
        """Concept → the codes that it groups, with their name keys."""
        groups = defaultdict(list)
        for row in self._store.query("similar/groups", **source.parameters):
            groups[row["id"]].append((row["code"], row["code_keys"]))
        return dict(groups)

    def categories(self, source: Scope) -> list[Category]:
        """The categories that curators tied to a few terms; none of the source's own vocabulary."""
        below: dict[str, list[Code]] = defaultdict(list)
        keys: dict[str, list[str]] = {}
        for row in self._store.query("similar/categories", exclude=[str(source.value)]):
            below[row["id"]].append((row["code"], row["code_keys"]))
            keys[row["id"]] = row["keys"]
        return [
            Category(keys[category], codes, ties)
            for category, codes in below.items()
            if keys[category] and len(codes) > 1 and 0 < len(ties := self.ties.get(_plain(category), set())) <= _ANSWERS
        ]

    def query(self, keys: Sequence[str], codes: Sequence[Code], index: Mapping[str, int]) -> Query:
        """A query with what its codes say.

        Args:
            keys: Its name keys.
            codes: The codes that it groups, with their name keys.
            index: CURIE of a term → its place in the target.
        """
        led = Counter(term for code, _ in codes for term in self.ties.get(_plain(code), ()) if term in index)
        context = [key for _, code_keys in codes for key in code_keys]
        return Query(keys, context, {index[term]: count / len(codes) for term, count in sorted(led.items())})


def _plain(code: str) -> str:
    """icd10cm:E11 → icd10:E11: the two editions of ICD agree on what their common codes mean."""
    return code.replace("cm:", ":", 1)


def examples(
    described: Iterable[tuple[Any, Any]], answers: Sequence[set[str]], index: Mapping[str, int]
) -> list[Example]:
    """Features of curated examples with their right answers."""
    out = []
    for (terms_C, features_CF), right in zip(described, answers, strict=True):
        places = [index[term] for term in right if term in index]
        out.append(Example(features_CF, np.isin(terms_C, places)))
    return out
