"""Node2Vec: skip-grams of random walks over the graph, whatever its relations are called.

    Triples ──> Adjacency (CSR) ──> walks [W, L] ──> gensim's Word2Vec ──> a vector a node

A walk from t to v goes on to x in proportion to 1/p where x is t, 1 where t and x are adjacent, 1/q elsewhere; all
walks take a step at once, and a proposed neighbour is accepted with that probability (rejection sampling).

Source: Grover and Leskovec, node2vec (KDD 2016), section 3.2; Yang et al., KnightKing (SOSP 2019) for the rejection.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from embed.baselines.graph import Longs, Triples
from embed.baselines.vectors import Learned
from embed.pairs.cache import PairCache

_WALKERS = 50_000  # that take a step at once


@dataclass(frozen=True)
class Adjacency:
    """An undirected graph without weights in CSR form: node i's neighbours are `of[first[i]:first[i + 1]]`, sorted."""

    first: Longs
    of: Longs

    @classmethod
    def read(cls, graph: Triples) -> "Adjacency":
        """The edges of any relation, each once."""
        head, tail = graph.hrt_T3[:, 0], graph.hrt_T3[:, 2]
        ends = np.concatenate([head, tail]), np.concatenate([tail, head])
        csr = coo_array((np.ones(len(ends[0]), bool), ends), (len(graph.node),) * 2).tocsr()
        csr.sort_indices()
        return cls(csr.indptr.astype(np.int64), csr.indices.astype(np.int64))

    @cached_property
    def _keys(self) -> Longs:
        """A number an edge, ascending."""
        size = len(self.first) - 1
        return np.repeat(np.arange(size), np.diff(self.first)) * size + self.of

    def has(self, one_W: Longs, other_W: Longs) -> NDArray[np.bool_]:
        """Whether two nodes are adjacent."""
        asked = one_W * (len(self.first) - 1) + other_W
        at = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        found_W: NDArray[np.bool_] = self._keys[at] == asked
        return found_W

    def walks(self, start_W: Longs, length: int, p: float, q: float, rng: np.random.Generator) -> Longs:
        """Walks [W, length] from nodes that each have a neighbour."""
        walks_WL = np.empty((len(start_W), length), np.int64)
        walks_WL[:, 0] = start_W
        for step in range(1, length):
            before_W = walks_WL[:, step - 2] if step > 1 and (p, q) != (1, 1) else None
            walks_WL[:, step] = self._step(walks_WL[:, step - 1], before_W, p, q, rng)
        return walks_WL

    def _step(self, at_W: Longs, before_W: Longs | None, p: float, q: float, rng: np.random.Generator) -> Longs:
        next_W = self._neighbour(at_W, rng)
        if before_W is None:
            return next_W
        most = max(1 / p, 1.0, 1 / q)
        open_ = np.arange(len(at_W))
        while True:
            back, near = next_W[open_] == before_W[open_], self.has(before_W[open_], next_W[open_])
            weight = np.where(back, 1 / p, np.where(near, 1.0, 1 / q))
            open_ = open_[rng.random(len(open_)) * most >= weight]
            if not len(open_):
                return next_W
            next_W[open_] = self._neighbour(at_W[open_], rng)

    def _neighbour(self, at_W: Longs, rng: np.random.Generator) -> Longs:
        low = self.first[at_W]
        return self.of[low + (rng.random(len(at_W)) * (self.first[at_W + 1] - low)).astype(np.int64)]


def node2vec(
    cache: PairCache,
    graph: Triples,
    minutes: float = 5.0,
    epochs: int = 10,
    seed: int = 0,
    p: float = 1.0,
    q: float = 1.0,
    dimensions: int = 128,
    length: int = 20,
    window: int = 5,
) -> Learned:
    """Vectors whose cosine says how often two nodes meet on a walk.

    Args:
        cache: Names the nodes.
        graph: What is walked.
        minutes: The pass in which this time is over is the last.
        epochs: Walks from each node, a pass each.
        seed: The same with as many passes gives the same vectors.
        p, q: Above 1, a walk seldom goes back, or stays near where it came from; both 1 is DeepWalk.
        dimensions, length, window: Of the vectors, of a walk, and of the context on either side of a node.

    Raises:
        ModuleNotFoundError: gensim is not installed.
    """
    from gensim.models import Word2Vec

    started, alpha = time.monotonic(), 0.025
    rng, adjacency = np.random.default_rng(seed), Adjacency.read(graph)
    nodes = np.arange(len(graph.node))
    # one worker: several take turns in an order that no seed decides
    model = Word2Vec(vector_size=dimensions, window=window, min_count=0, sample=0, sg=1, seed=seed, workers=1)
    model.build_vocab_from_freq(dict(enumerate(np.diff(adjacency.first).tolist())))
    done = passes = 0.0
    while passes < epochs and done < 1:
        walks = _Walks(adjacency, rng.permutation(nodes), length, p, q, rng)
        after = max((passes + 1) / epochs, (time.monotonic() - started) / (60 * minutes))
        model.train(
            walks, total_examples=len(nodes), epochs=1, start_alpha=alpha * (1 - done), end_alpha=alpha * (1 - after)
        )
        passes += 1
        done = max(passes / epochs, (time.monotonic() - started) / (60 * minutes))
    vector_ND = model.wv.vectors[[model.wv.key_to_index[node] for node in nodes.tolist()]]
    parameters = {
        "p": p, "q": q, "dimensions": dimensions, "length": length, "window": window, "seed": seed, "passes": passes,
        "nodes": len(nodes), "edges": len(adjacency.of) // 2, "seconds": round(time.monotonic() - started, 1),
        "library": f"gensim {version('gensim')}",
    }  # fmt: skip
    unit_ND = vector_ND / np.maximum(np.linalg.norm(vector_ND, axis=1, keepdims=True), 1e-9)
    return Learned.of(cache, graph, unit_ND, unit_ND, "product", parameters)


@dataclass
class _Walks:
    """A pass of walks as gensim reads them, lists of nodes."""

    adjacency: Adjacency
    nodes: Longs
    length: int
    p: float
    q: float
    rng: np.random.Generator

    def __iter__(self) -> Iterator[list[int]]:
        for at in range(0, len(self.nodes), _WALKERS):
            part = self.nodes[at : at + _WALKERS]
            yield from self.adjacency.walks(part, self.length, self.p, self.q, self.rng).tolist()
