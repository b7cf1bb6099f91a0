"""The pairs of a training as a graph of numbered nodes: what the graph alone says, without texts and positions.

    PairCache, train_mask ──> triples() ──> KGE by PyKEEN; walks of Node2Vec

Edges keep the graph's direction: a variant is ASSOCIATED_WITH a trait, AFFECTS_EXPRESSION_OF a gene and is MAPPED_TO
one. What is held out is in none of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.pairs.cache import ASSOCIATIONS, TASKS, PairCache

Longs = NDArray[np.int64]

ASSOCIATED = "ASSOCIATED_WITH"
_EXPRESSION, _MAPPED, _SAME = "AFFECTS_EXPRESSION_OF", "MAPPED_TO", "EXACT_MATCH"


@dataclass(frozen=True)
class Triples:
    """Distinct edges between numbered nodes.

    Args:
        hrt_T3: Head, relation, tail, sorted.
        relations: Names by number.
        node: For each node its concept, or the number of concepts + its variant.
        concepts: How many concepts the cache has.
    """

    hrt_T3: Longs
    relations: tuple[str, ...]
    node: Longs
    concepts: int

    @property
    def variants(self) -> Longs:
        """The nodes that are variants."""
        return np.flatnonzero(self.node >= self.concepts)

    def near(self) -> "Triples":
        """The edges of variants and those that touch a trait or gene which has one; nodes are numbered anew.

        An end with no other edge says nothing of any other node, and is left out.
        """
        variant = self.node >= self.concepts
        head, tail = self.hrt_T3[:, 0], self.hrt_T3[:, 2]
        of_variant = variant[head]
        anchor = np.zeros(len(self.node), bool)
        anchor[head[of_variant]] = anchor[tail[of_variant]] = True
        kept = anchor[head] | anchor[tail]
        linked = anchor | (np.bincount(self.hrt_T3[kept][:, [0, 2]].ravel(), minlength=len(self.node)) > 1)
        return self._of(self.hrt_T3[kept & linked[head] & linked[tail]])

    def _of(self, hrt_T3: Longs) -> "Triples":
        nodes, ends = np.unique(hrt_T3[:, [0, 2]], return_inverse=True)
        ends = ends.reshape(-1, 2)
        names, relation = np.unique(hrt_T3[:, 1], return_inverse=True)
        hrt_T3 = np.stack([ends[:, 0], relation.ravel(), ends[:, 1]], axis=1)
        return Triples(hrt_T3, tuple(self.relations[i] for i in names), self.node[nodes], self.concepts)


def triples(cache: PairCache, mask: NDArray[np.bool_]) -> Triples:
    """The edges of the pairs that a training may see.

    Args:
        cache: The pairs; relations by their predicate, asserted exact matches, associations of every source, and the
            genes that a variant with an association is mapped to.
        mask: bool, one a row of `cache.pairs`: `split.train_mask`.
    """
    task, head, tail = (cache.column(name).astype(np.int64) for name in ("task", "head", "tail"))
    concepts = len(cache.concepts)
    predicate = cache.pairs["predicate"].combine_chunks()
    names = [str(name) for name in predicate.dictionary.to_pylist()]
    code = predicate.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    parts: list[tuple[str, Longs, Longs]] = []
    of = {name: mask & (task == TASKS.index(name)) for name in TASKS}
    for number, name in enumerate(names):
        rows = of["relation"] & (code == number)
        parts.append((name, head[rows], tail[rows]))
    rows = of["synonym"] & (head != tail)
    parts.append((_SAME, head[rows], tail[rows]))
    for task_name, name in (("gwas", ASSOCIATED), ("biobank", ASSOCIATED), ("eqtl", _EXPRESSION)):
        parts.append((name, concepts + tail[of[task_name]], head[of[task_name]]))
    genes = cache.variants["genes"].combine_chunks()
    count = genes.value_lengths().fill_null(0).to_numpy().astype(np.int64)
    mapped = np.repeat(np.arange(len(cache.variants)), count)
    associated = np.isin(mapped, tail[np.isin(task, [TASKS.index(name) for name in ASSOCIATIONS])])
    parts.append((_MAPPED, concepts + mapped[associated], genes.flatten().to_numpy().astype(np.int64)[associated]))

    relations = tuple(sorted({name for name, one, _ in parts if len(one)}))
    hrt = [
        np.stack([one, np.full(len(one), relations.index(name)), other], 1) for name, one, other in parts if len(one)
    ]
    hrt_T3 = np.unique(np.concatenate(hrt), axis=0)
    return Triples(hrt_T3, relations, np.arange(concepts + len(cache.variants)), concepts)._of(hrt_T3)
