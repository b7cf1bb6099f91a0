"""Curated mappings that a ranker learns from: never one of the vocabulary that is mapped.

Concepts that group codes learn from ICD's categories, which group codes too and which curators tied to terms; others
from concepts of other vocabularies that have an exact match among the terms, or where there are too few a
cross-reference. Where curators tied too few of ICD's categories to the terms, what groups codes learns from the latter,
too, and from the codes that a third concept ties to them (ICD → MONDO → HP): named as what is mapped is.
The tie that is to be foreseen is no evidence: chains go by way of a third concept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kgbuild.mapping.evidence import Ties, plain
from kgbuild.mapping.rank import ENOUGH
from kgbuild.mapping.subjects import Subjects, read_keys
from kgbuild.mapping.terms import Scope, Terms, in_batches, read_vectors
from kgbuild.store import Store

_ANSWERS = 3  # a concept tied to more terms is an umbrella, whose ties say little
_MOST = 1_500  # examples: more teach no more


class Lesson(NamedTuple):
    """What is learned from.

    Args:
        subjects: Concepts that curators mapped.
        right: Of each the places of its right terms.
        alike: They are of the same sort as what is mapped; else their confidence is not at once its.
    """

    subjects: Subjects
    right: list[frozenset[int]]
    alike: bool


def lesson(store: Store, of: Scope, ties: Ties, vocabularies: Sequence[str], grouping: bool) -> Lesson | None:
    """What there is to learn from for a target.

    Args:
        store: The graph.
        of: The target.
        ties: Its ties.
        vocabularies: Those that are mapped, and so left out; both editions of ICD where one is.
        grouping: Its concepts group codes.

    Returns:
        None where there is too little.
    """
    left_out = sorted({edition for each in vocabularies for edition in (each, f"{each}cm", each.removesuffix("cm"))})
    if not grouping:
        return _curated(store, of, ties, left_out, {}, {})
    groups = {row["id"]: row["codes"] for row in store.stream("similar/categories", exclude=left_out)}
    if (found := _categories(store, ties, groups)) is not None:
        return found
    found = _curated(store, of, ties, left_out, groups, _chained(store, of, ties, left_out))
    return found and found._replace(alike=False)


def _categories(store: Store, ties: Ties, groups: Mapping[str, Sequence[str]]) -> Lesson | None:
    right = {
        each: terms
        for each, codes in groups.items()
        if len(codes) > 1 and 0 < len(terms := ties.codes.get(plain(each), frozenset())) <= _ANSWERS
    }
    keys = _keys(store, right)
    return _lesson(store, keys, {each: groups[each] for each in keys}, {}, right)


def _chained(store: Store, of: Scope, ties: Ties, left_out: Sequence[str]) -> dict[str, frozenset[int]]:
    """ICD's codes → the terms that another concept ties them to."""
    rows = store.stream("similar/chained", **of.parameters, exclude=left_out)
    found = {row["id"]: frozenset(ties.index[term] for term in row["terms"] if term in ties.index) for row in rows}
    return {code: terms for code, terms in found.items() if 0 < len(terms) <= _ANSWERS}


def _curated(
    store: Store,
    of: Scope,
    ties: Ties,
    left_out: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    chained: Mapping[str, frozenset[int]],
) -> Lesson | None:
    exact: dict[str, frozenset[int]] = {}
    loose: dict[str, frozenset[int]] = {}
    kin: dict[str, list[str]] = defaultdict(list)
    for row in store.stream("similar/curated", **of.parameters, exclude=left_out):
        places = frozenset(ties.index[term] for term in row["terms"] if term in ties.index)
        if 0 < len(places) <= _ANSWERS:
            (exact if row["exact"] else loose)[row["id"]] = places
    right = exact if len(exact) >= ENOUGH else loose | exact
    for each in right:
        kin[each.partition(":")[0]].append(each)
    chosen = _spread(kin)
    keys = _keys(store, {*chosen, *chained})
    tied = {row["id"]: row["ties"] for row in in_batches(store, "similar/tied", "ids", chosen)}
    return _lesson(store, keys, {code: groups[code] for code in chained if code in groups}, tied, {**chained, **right})


def _spread(kin: Mapping[str, Sequence[str]]) -> list[str]:
    """Some concepts of each vocabulary, drawn by a seed; as many of a large one as of a small one, where there are."""
    random = np.random.default_rng(0)
    left = _MOST
    chosen: list[str] = []
    for at, vocabulary in enumerate(sorted(kin, key=lambda each: (len(kin[each]), each))):
        share = left // (len(kin) - at)
        some = sorted(kin[vocabulary])
        chosen += [some[i] for i in sorted(random.permutation(len(some))[:share])]
        left = _MOST - len(chosen)
    return chosen


def _keys(store: Store, ids: Iterable[str]) -> dict[str, list[str]]:
    """Concept → name keys, of those that have any."""
    return read_keys(store, {"": sorted(ids)})


def _lesson(
    store: Store,
    keys: Mapping[str, Sequence[str]],
    groups: Mapping[str, Sequence[str]],
    ties: Mapping[str, Sequence[str]],
    right: Mapping[str, frozenset[int]],
) -> Lesson | None:
    ids = sorted(keys)
    if len(ids) < ENOUGH:
        return None
    none: list[Sequence[str]] = [() for _ in ids]
    terms = Terms(ids, [keys[each][0] for each in ids], [keys[each] for each in ids], none, none)
    subjects = Subjects(terms, groups, read_keys(store, groups), ties)
    subjects.vectors = read_vectors(store, subjects.texts())
    return Lesson(subjects, [right[each] for each in ids], alike=True)
