"""What a mapping reads from the graph: terms with names and vectors, what is to be mapped, and curated examples.

Everything that is read is ordered, so that the same graph gives the same mapping.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from kgbuild.curie import PREFIXES, standardize
from kgbuild.errors import InputError
from kgbuild.graph import name_key
from kgbuild.mapping.features import PRIORS, Target, Vectors, ancestors
from kgbuild.store import Store

_BATCH = 5_000  # vectors a query: 30 MB of 768 floats
_MANY = 10_000  # ids or pairs a query


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


def read_scopes(store: Store) -> dict[str, Scope]:
    """The vocabularies and releases of a graph by their names in lower case. A release goes first."""
    spelling = {prefix.lower(): prefix for prefix in PREFIXES}
    scopes: dict[str, Scope] = {}
    for row in store.query("similar/scopes"):
        written = row["property"].removeprefix("in_") if row["property"] != "vocabulary" else row["value"]
        known = spelling.get(written.lower(), written)
        scopes.setdefault(known.lower(), Scope(known, row["property"], row["value"]))
    return scopes


def scope(store: Store, name: str) -> Scope:
    """`chosen` of all that the graph has, which a second of a large graph goes into."""
    return chosen(read_scopes(store), name)


def chosen(scopes: Mapping[str, Scope], name: str) -> Scope:
    """The vocabulary or release that a user means, in any spelling: `efo`, `EFO`, `MeSH`.

    Args:
        scopes: From `read_scopes`.
        name: As the user wrote it.

    Raises:
        InputError: There is neither.
    """
    wanted = standardize(f"{name}:").rstrip(":").lower()
    if wanted not in scopes:
        there = ", ".join(sorted((each.name for each in scopes.values()), key=str.lower))
        raise InputError(f"{name}: no such vocabulary in the graph; there are {there}")
    return scopes[wanted]


@dataclass(frozen=True)
class Terms:
    """The live concepts of a scope.

    Args:
        ids: CURIEs.
        labels: Preferred names.
        names: Name keys of each, its label's first.
        parents: CURIEs of the concepts above each.
        types: Node labels of each, such as Disease.
    """

    ids: Sequence[str]
    labels: Sequence[str]
    names: Sequence[Sequence[str]]
    parents: Sequence[Sequence[str]]
    types: Sequence[Sequence[str]]
    index: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {identifier: i for i, identifier in enumerate(self.ids)})

    def above(self) -> list[list[int]]:
        """The places of each one's parents."""
        return [[self.index[parent] for parent in each if parent in self.index] for each in self.parents]


def read_terms(store: Store, of: Scope) -> Terms:
    """The concepts of a scope, each with its name keys, its label's first.

    Raises:
        InputError: There are none.
    """
    rows = list(store.stream("similar/names", **of.parameters))
    if not rows:
        raise InputError(f"{of.name}: no live concepts with names; load it with `kg load`")
    return Terms(
        [row["id"] for row in rows],
        [row["name"] for row in rows],
        [list(dict.fromkeys([name_key(row["name"]), *sorted(row["keys"])])) for row in rows],
        [sorted(row["parents"]) for row in rows],
        [row["labels"] for row in rows],
    )


def in_batches(store: Store, query: str, parameter: str, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a query that takes a list as a parameter, some of the list at a time."""
    for start in range(0, len(values), _MANY):
        yield from store.stream(query, **{parameter: values[start : start + _MANY]})


def read_vectors(store: Store, keys: Iterable[str]) -> Vectors:
    """The embeddings of names; of no name where the graph has none of them."""
    wanted = iter(sorted(set(keys)))
    found: list[str] = []
    parts: list[Any] = []
    while some := list(islice(wanted, _BATCH)):
        rows = list(store.stream("similar/vectors", keys=some))
        found += [row["key"] for row in rows]
        if rows:
            parts.append(np.array([row["vector"] for row in rows], dtype=np.float32))
    return Vectors((found, np.concatenate(parts))) if parts else Vectors()


def read_target(store: Store, of: Scope, terms: Terms) -> Target:
    """The terms as they are compared with, with their priors.

    Raises:
        InputError: None of their names has a vector.
    """
    vectors = read_vectors(store, {key for each in terms.names for key in each})
    if not vectors:
        raise InputError("graph: no embeddings; write them with `kg enrich`")
    parents = terms.above()
    above = ancestors(parents)
    below = Counter(ancestor for each in above for ancestor in each)
    use = {row["id"]: row["associations"] for row in store.stream("similar/use", **of.parameters)}
    home = Counter(identifier.partition(":")[0] for identifier in terms.ids)
    columns: Mapping[str, list[float]] = {
        "use": [np.log1p(use.get(identifier, 0)) for identifier in terms.ids],
        **{
            kind: [kind.capitalize() in types for types in terms.types]
            for kind in ("disease", "phenotype", "measurement")
        },
        "depth": [len(each) for each in above],
        "descendants": [np.log1p(below[i]) for i in range(len(terms.ids))],
        "names": [np.log1p(len(each)) for each in terms.names],
        "home": [home[identifier.partition(":")[0]] / len(terms.ids) for identifier in terms.ids],
    }
    priors_NP = np.array([columns[name] for name in PRIORS], dtype=np.float32).T
    return Target(terms.ids, terms.names, vectors, priors_NP, parents)
