"""What the graph says of a concept and a term: codes in common, chains of mappings, shared variants, genes, phenotypes.

    PheCode ─GROUPS─> ICD code <─XREF─ MONDO term                bridge: share of its codes that are tied to the term
    concept ─EXACT_MATCH─ UMLS concept ─XREF─ term               chains: over concepts that both are tied to
    concept ─ASSOCIATED_WITH─ variant ─ASSOCIATED_WITH─ term     variants: cosine of the two sets, rare ones count more

A concept's tie to the term itself is never read here: it is what a ranker learns to foresee.

Legend: S concepts to be mapped, N terms, C codes, X what is shared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kgbuild.mapping.features import EVIDENCE, ancestors
from kgbuild.mapping.terms import Scope, Terms
from kgbuild.store import Store

#: What two concepts may have in common.
SHARED = ("variants", "genes", "phenotypes")
_MOST = 30  # terms that one kind of evidence leads to

#: Term → how much, of each kind of evidence.
Evidence = dict[str, dict[int, float]]


def read_sets(store: Store, of: Scope) -> dict[str, dict[str, list[str]]]:
    """The variants, genes and phenotypes of concepts: kind → concept → CURIEs."""
    sets: dict[str, dict[str, list[str]]] = {kind: {} for kind in SHARED}
    for row in store.stream("similar/shared", **of.parameters):
        for kind in SHARED:
            if row[kind]:
                sets[kind][row["id"]] = row[kind]
    return sets


class Shared:
    """What the terms of a target have of one kind, each thing weighed by how rare it is.

    Args:
        objects: Term → what it has.
        index: Term → its place.
    """

    def __init__(self, objects: Mapping[str, Sequence[str]], index: Mapping[str, int]) -> None:
        self._place: dict[str, int] = {}
        for some in objects.values():
            for each in some:
                self._place.setdefault(each, len(self._place))
        rows = [(index[term], self._place[each]) for term, some in objects.items() if term in index for each in some]
        objects_NX = _table(rows, (max(index.values(), default=-1) + 1, len(self._place)))
        frequency_X = np.maximum(np.bincount(objects_NX.indices, minlength=len(self._place)), 1)
        self._rarity_X = np.log(1 + len(objects) / frequency_X)
        self._unit_XN = _unit(objects_NX, self._rarity_X).T.tocsr()

    def of(self, subjects: Mapping[str, Sequence[str]], ids: Sequence[str]) -> list[dict[int, float]]:
        """How much of it each of some concepts and the terms have in common: cosine, by rarity.

        Args:
            subjects: Concept → what it has.
            ids: The concepts.
        """
        place = self._place
        asked = [[place[each] for each in subjects.get(one, ()) if each in place] for one in ids]
        pairs = [(s, x) for s, some in enumerate(asked) for x in some]
        if not pairs:
            return [{} for _ in ids]
        asked_SX = _table(pairs, (len(ids), len(place)))
        cosine_SN = _unit(asked_SX, self._rarity_X) @ self._unit_XN
        return [_mapping(*_row(cosine_SN, s)) for s in range(len(ids))]


class Ties:
    """What curators tied the terms of a target to.

    Args:
        store: The graph.
        of: The target.
        terms: Its terms.
    """

    def __init__(self, store: Store, of: Scope, terms: Terms) -> None:
        self.index, parents = terms.index, terms.above()
        codes: dict[str, set[int]] = defaultdict(set)
        for row in store.stream("similar/codes", **of.parameters):
            if row["id"] in self.index:
                codes[plain(row["code"])].add(self.index[row["id"]])
        #: Code, in either edition of ICD → the terms that it is tied to, also by way of an exact match.
        self.codes: Mapping[str, frozenset[int]] = {code: frozenset(found) for code, found in sorted(codes.items())}
        through: dict[str, list[int]] = defaultdict(list)
        for row in store.stream("similar/ties", **of.parameters):
            for tied in row["ties"]:
                through[tied].append(self.index[row["id"]])
        #: Concept of any vocabulary → the terms that it is tied to.
        self.through: Mapping[str, list[int]] = dict(through)
        self._place = {code: i for i, code in enumerate(self.codes)}
        self._codes_NC = _table([(term, self._place[code]) for code, found in self.codes.items() for term in found],
                                (len(terms.ids), len(self._place)))  # fmt: skip
        above = [(ancestor, term) for term, each in enumerate(ancestors(parents)) for ancestor in {term, *each}]
        below_NC = _table(above, (len(terms.ids), len(terms.ids))) @ self._codes_NC
        below_NC.data[:] = 1
        self._below_NC = below_NC

    def of_codes(self, groups: Sequence[Sequence[str]]) -> list[Evidence]:
        """What the codes that each of some concepts groups say of the terms."""
        known = [{self._place[code] for code in map(plain, codes) if code in self._place} for codes in groups]
        groups_SC = _table(
            [(s, code) for s, codes in enumerate(known) for code in codes], (len(groups), len(self._place))
        )
        tied_SN = groups_SC @ self._codes_NC.T.tocsr()
        below_SN = groups_SC @ self._below_NC.T.tocsr()
        ties_N, below_N = (np.diff(table.indptr) for table in (self._codes_NC, self._below_NC))
        out: list[Evidence] = []
        for s, codes in enumerate(groups):
            terms, counts = _row(tied_SN, s)
            wide, inside = _row(below_SN, s)
            dice = 2 * inside / (below_N[wide] + len(known[s]))
            out.append({
                "bridge": _mapping(terms, counts / max(len(set(map(plain, codes))), 1)),
                "bridge_back": _mapping(terms, counts / np.maximum(ties_N[terms], 1)),
                "bridge_below": _mapping(wide, dice),
            })  # fmt: skip
        return out

    def of_chains(self, ties: Sequence[Iterable[str]], itself: Sequence[str]) -> list[dict[int, float]]:
        """Chains by way of one concept that both are tied to: each is worth 1/n where that leads to n terms."""
        out = []
        for tied, own in zip(ties, itself, strict=True):
            none = Counter[int]()
            for way in sorted(set(tied) - {own}):
                for term in self.through.get(way, ()):
                    none[term] += np.log1p(-min(1 / len(self.through[way]), 0.9))
            out.append(_mapping(np.array([*none], np.int64), 1 - np.exp(np.array([*none.values()]))))
        return out


def plain(code: str) -> str:
    """icd10cm:E11 → icd10:E11: the two editions of ICD agree on what their common codes mean."""
    return code.replace("cm:", ":", 1)


def _table(pairs: Iterable[tuple[int, int]], shape: tuple[int, int]) -> csr_array:
    at = np.array(sorted(set(pairs)), np.int64).reshape(-1, 2)
    return csr_array((np.ones(len(at), np.float32), (at[:, 0], at[:, 1])), shape)


def _unit(table: csr_array, weight_X: NDArray[np.floating]) -> csr_array:
    table = table.copy()
    table.data = weight_X[table.indices].astype(np.float32)
    length = np.sqrt(np.maximum(table.multiply(table).sum(axis=1), 1e-12))
    table.data /= np.repeat(length, np.diff(table.indptr)).astype(np.float32)
    return table


def _row(table: csr_array, row: int) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    span = slice(table.indptr[row], table.indptr[row + 1])
    return table.indices[span].astype(np.int64), table.data[span]


def _mapping(terms: NDArray[np.int64], values: NDArray[np.floating]) -> dict[int, float]:
    """The strongest, of equal ones the first terms."""
    best = np.lexsort((terms, -values))[:_MOST]
    return {int(terms[i]): float(values[i]) for i in best}


def merged(parts: Iterable[tuple[str, Sequence[Mapping[int, float]]]], count: int) -> list[Evidence]:
    """Evidence by kind → by concept."""
    out: list[Evidence] = [{} for _ in range(count)]
    for kind, found in parts:
        assert kind in EVIDENCE
        for one, terms in zip(out, found, strict=True):
            if terms:
                one[kind] = dict(terms)
    return out
