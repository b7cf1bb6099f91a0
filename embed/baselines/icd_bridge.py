"""The ICD bridge: a code's terms by way of ICD, the classical mapping of PheCodes, in which no name is read.

    PheCode ─GROUPS─> ICD-9, ICD-10 <─XREF, EXACT_MATCH─ term of EFO or MONDO

A term's score is the share of the concept's codes that are tied to it; codes of both editions of ICD-10 count as one.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from embed.evaluate.baselines import Scored
from kgbuild.mapping.evidence import Ties
from kgbuild.mapping.terms import Scope, Terms
from kgbuild.store import Store


def icd_bridge(store: Store, source: Scope, target: Scope, terms: Terms, concepts: Sequence[str]) -> Iterator[Scored]:
    """Scores of the terms that each concept's codes are tied to; nothing at all where no concept groups a code.

    Args:
        store: The graph.
        source: Where the concepts are from.
        target, terms: What is mapped onto, and its live terms.
        concepts: CURIEs.
    """
    groups = {row["id"]: row["codes"] for row in store.stream("similar/groups", **source.parameters)}
    if groups.keys().isdisjoint(concepts):
        return
    evidence = Ties(store, target, terms).of_codes([groups.get(concept, []) for concept in concepts])
    for concept, of in enumerate(evidence):
        bridge = of["bridge"]
        yield Scored(concept, np.array([*bridge], np.int64), np.array([*bridge.values()], np.float64))
