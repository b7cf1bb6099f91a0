"""What concepts are, in words made from the graph's relations: definitions for those that have none.

    asthma HAS_PHENOTYPE wheezing, asthma SUBCLASS_OF lung disease
    ──> asthma:    lung disease which has the phenotype wheezing
        wheezing:  phenotype which occurs in asthma

Source: BioLORD-2023, Figure 2, "simpler template-based descriptions sampled from UMLS relationships": [parent] which
[relation] [concept]. The paper does not print its templates; these are ours, by predicate.
"""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embed.pairs.cache import TASKS, PairCache
from kgbuild.graph import name_key

#: Predicate → what its head is, said of the tail, and what its tail is, said of the head; after the parent's name.
TEMPLATES = {
    "SUBCLASS_OF": ("which is a kind of {}", "of which {} is a kind"),
    "PART_OF": ("which is part of {}", "which has {} as a part"),
    "HAS_PART": ("which has {} as a part", "which is part of {}"),
    "HAS_MEMBER": ("which {} is a member of", "which is a member of {}"),
    "GROUPS": ("which groups {} with others", "which belongs to {}"),
    "HAS_PHENOTYPE": ("which has the phenotype {}", "which occurs in {}"),
    "HAS_MODE_OF_INHERITANCE": ("which has {}", "which is the inheritance of {}"),
    "GENE_ASSOCIATED_WITH_CONDITION": ("which is associated with {}", "which is associated with the gene {}"),
    "ASSOCIATED_WITH": ("which is associated with {}", "which is associated with {}"),
    "CORRELATED_WITH": ("which is correlated with {}", "which is correlated with {}"),
    "POSITIVELY_CORRELATED_WITH": ("which rises with {}", "which rises with {}"),
    "NEGATIVELY_CORRELATED_WITH": ("which falls as {} rises", "which falls as {} rises"),
    "CONTRIBUTES_TO": ("which contributes to {}", "to which {} contributes"),
    "CAUSES": ("which causes {}", "which is caused by {}"),
    "CAUSED_BY": ("which is caused by {}", "which causes {}"),
    "BIOMARKER_FOR": ("which is a biomarker of {}", "which has the biomarker {}"),
    "TREATS": ("which treats {}", "which is treated by {}"),
    "TREATS_OR_APPLIED_OR_STUDIED_TO_TREAT": ("which is used for {}", "for which {} is used"),
    "OFF_LABEL_USE": ("which is used off-label for {}", "for which {} is used off-label"),
    "AMELIORATES_CONDITION": ("which ameliorates {}", "which is ameliorated by {}"),
    "PREVENTATIVE_FOR_CONDITION": ("which prevents {}", "which is prevented by {}"),
    "CONTRAINDICATED_IN": ("which is contraindicated in {}", "in which {} is contraindicated"),
    "HAS_SIDE_EFFECT": ("which has the side effect {}", "which is a side effect of {}"),
    "TARGETS": ("which targets {}", "which is targeted by {}"),
    "INTERACTS_WITH": ("which interacts with {}", "which interacts with {}"),
    "REGULATES": ("which regulates {}", "which is regulated by {}"),
    "AFFECTS": ("which affects {}", "which is affected by {}"),
    "AFFECTS_EXPRESSION_OF": ("which affects the expression of {}", "the expression of which {} affects"),
    "HAS_ACTIVE_INGREDIENT": ("which has the active ingredient {}", "which is the active ingredient of {}"),
    "HAS_CHEMICAL_ROLE": ("which has the role of {}", "which is the role of {}"),
    "CHEMICALLY_SIMILAR_TO": ("which is chemically similar to {}", "which is chemically similar to {}"),
    "PARTICIPATES_IN": ("which participates in {}", "in which {} participates"),
    "HAS_PARTICIPANT": ("in which {} participates", "which participates in {}"),
    "HAS_INPUT": ("which takes in {}", "which is taken in by {}"),
    "HAS_OUTPUT": ("which produces {}", "which is produced by {}"),
    "CAPABLE_OF": ("which is capable of {}", "of which {} is capable"),
    "ENABLES": ("which enables {}", "which is enabled by {}"),
    "ACTIVE_IN": ("which is active in {}", "in which {} is active"),
    "LOCATED_IN": ("which is located in {}", "in which {} is located"),
    "DISEASE_HAS_LOCATION": ("which is located in {}", "in which {} is located"),
    "EXPRESSED_IN": ("which is expressed in {}", "in which {} is expressed"),
    "OCCURS_IN": ("which occurs in {}", "in which {} occurs"),
    "IN_TAXON": ("which is found in {}", "in which {} is found"),
    "OVERLAPS": ("which overlaps {}", "which overlaps {}"),
    "DERIVES_FROM": ("which derives from {}", "from which {} derives"),
    "DEVELOPS_FROM": ("which develops from {}", "from which {} develops"),
}

#: Of predicates without a template of their own.
_RELATED = ("which is related to {}", "which is related to {}")

#: Mappings of one vocabulary onto another say what a concept is called elsewhere, not what it is.
_MAPPINGS = ("CLOSE_MATCH", "RELATED_MATCH", "BROAD_MATCH", "NARROW_MATCH", "MAPPED_TO")


def described(cache: PairCache, train_mask: NDArray[np.bool_], each: int) -> PairCache:
    """Add descriptions made of relations, at most `each` a concept, drawn at random: of the same pairs, the same ones.

    Args:
        cache: The pairs.
        train_mask: bool, one a pair: relations that are held out are not told.
        each: How many a concept.

    Returns:
        The cache with more `strings`, and more `definitions`, which have a column `templated`: bool.
    """
    concept, other, way = _drawn(cache, train_mask, each)
    predicates = _predicates(cache)
    texts, types = cache.strings.to_pylist(), [_words(kind) for kind in cache.concepts["type"].to_pylist()]
    parent = _parents(cache, train_mask)
    new: dict[str, int] = {}
    at = []
    for c, o, w in zip(concept.tolist(), other.tolist(), way.tolist(), strict=True):
        name, phrases = predicates[w // 2], TEMPLATES.get(predicates[w // 2], _RELATED)
        above = parent.get(c, -1)
        what = types[c] if above in (-1, o) or name == "SUBCLASS_OF" else texts[above]
        at.append(new.setdefault(f"{what} {phrases[w % 2].format(texts[o])}", len(new)) + len(texts))
    made = pa.table({"concept": concept.astype(np.int32), "text": np.array(at, np.int32)})
    given = cache.definitions.select(["concept", "text"])
    templated = np.arange(len(given) + len(made)) >= len(given)
    definitions = pa.concat_tables([given, made.cast(given.schema)]).append_column("templated", pa.array(templated))
    strings = pa.concat_arrays([cache.strings, pa.array(list(new), cache.strings.type)])
    return replace(cache, strings=strings, definitions=definitions.combine_chunks())


def _drawn(
    cache: PairCache, train_mask: NDArray[np.bool_], each: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Concepts with the texts that describe them and how: 2·predicate, 1 more where the concept is the tail."""
    row = np.flatnonzero(train_mask & (cache.column("task") == TASKS.index("relation")))
    predicate = cache.pairs["predicate"].combine_chunks().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    told = ~np.isin(_predicates(cache), _MAPPINGS)
    row = row[(predicate[row] >= 0) & np.append(told, False)[predicate[row]]]
    head, tail, head_text, tail_text = (
        cache.column(name)[row].astype(np.int64) for name in ("head", "tail", "head_text", "tail_text")
    )
    other_name = _keys(cache, head_text) != _keys(cache, tail_text)  # what has the same name says nothing of it
    head, tail, head_text, tail_text, row = (a[other_name] for a in (head, tail, head_text, tail_text, row))
    way = 2 * predicate[row].astype(np.int64)
    both = np.array([np.append(head, tail), np.append(tail_text, head_text), np.append(way, way + 1)])
    both = np.unique(both, axis=1)  # what several sources say is told once
    both = both[:, np.random.default_rng(0).permutation(both.shape[1])]
    both = both[:, np.argsort(both[0], kind="stable")]
    place = np.arange(both.shape[1]) - np.searchsorted(both[0], both[0])
    concept, other, way = both[:, place < each]
    return concept, other, way


def _keys(cache: PairCache, text: NDArray[np.int64]) -> NDArray[np.object_]:
    distinct, place = np.unique(text, return_inverse=True)
    keys = [name_key(name) for name in cache.strings.take(pa.array(distinct)).to_pylist()]
    return np.array(keys, object)[place]


def _parents(cache: PairCache, train_mask: NDArray[np.bool_]) -> dict[int, int]:
    """Concept → its parent's text, the first that the pairs name."""
    names = _predicates(cache)
    if "SUBCLASS_OF" not in names:
        return {}
    is_a = cache.pairs["predicate"].combine_chunks().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    row = np.flatnonzero(train_mask & (is_a == names.index("SUBCLASS_OF")))[::-1]
    return dict(zip(cache.column("head")[row].tolist(), cache.column("tail_text")[row].tolist(), strict=True))


def _predicates(cache: PairCache) -> list[str]:
    names: list[str] = cache.pairs["predicate"].combine_chunks().dictionary.to_pylist()
    return names


def _words(kind: str | None) -> str:
    """A type in words.

    >>> _words("BiologicalProcess"), _words(None)
    ('biological process', 'concept')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower() if kind else "concept"
