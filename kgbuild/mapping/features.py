"""What speaks for a term as the counterpart of a concept: names, meaning, the codes that it groups, graph, and use.

    queries ── candidates by vectors, n-grams and graph ──> (query, term) pairs ── describe ──> features

Legend: B queries of a block, R their names, N terms, K distinct names, A texts of all queries, D embedding width,
P pairs of a query and a candidate, T pairs of their names, F features.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kgbuild.mapping.lexical import Floats, Ngrams, Words, contents, rows_dot
from kgbuild.mapping.search import Bound, Ints, Peaks, first_best, largest, nearest_by_bounds, products

#: Columns of `Target.priors_NP`: properties of a term alone.
PRIORS = ("use", "disease", "phenotype", "measurement", "depth", "descendants", "names", "home")
#: What the graph says of a pair; `Query.evidence` has those that are not 0.
EVIDENCE = ("bridge", "bridge_back", "bridge_below", "chains", "variants", "genes", "phenotypes")
#: The features of a candidate, in order; `both` is the baseline by itself.
FEATURES = (
    "both", "tfidf", "tfidf_label", "encoder", "encoder_label", "content_tfidf", "content_tfidf_label", "same_key",
    "same_label", "same_words", "covered", "covering", "overlap", "missing", "extra", "label_covered",
    "label_covering", "parent", "child", "above", "below", "context_mean", "context_max", "context_tfidf",
    *EVIDENCE, *PRIORS,
)  # fmt: skip

#: Of the preferred labels' own score, in the plain sum of likenesses.
LABEL = 0.2
_BLOCK = 64  # queries compared with all names at once: matrices of 26 MB, which memory is used again for
_CANDIDATES = 30
_STRONGEST = 8  # of each measure by itself
_CONTEXT = 60  # texts of one query that are compared
_THREADS = 2


class Query(NamedTuple):
    """A concept to be mapped.

    Args:
        keys: Its name keys, the label's first.
        context: Keys of what it groups, such as a PheCode's ICD codes.
        evidence: Of EVIDENCE: term → how much.
        above, below: Labels' keys of its parents and of its children.
    """

    keys: Sequence[str]
    context: Sequence[str] = ()
    evidence: Mapping[str, Mapping[int, float]] = {}
    above: Sequence[str] = ()
    below: Sequence[str] = ()


class Vectors:
    """Unit vectors [D] of name keys, in one or several tables.

    Args:
        tables: The keys and the vectors [K, D] of each.
    """

    def __init__(self, *tables: tuple[Sequence[str], Floats]) -> None:
        self._tables = [(keys, matrix_KD) for keys, matrix_KD in tables if len(keys)]

    def __bool__(self) -> bool:
        return bool(self._tables)

    def __add__(self, other: "Vectors") -> "Vectors":
        return Vectors(*self._tables, *other._tables)

    @cached_property
    def _rows(self) -> list[dict[str, int]]:
        return [{key: row for row, key in enumerate(keys)} for keys, _ in self._tables]

    def of(self, keys: Sequence[str]) -> Floats:
        """[len(keys), D]; zeros for a name without a vector."""
        width = self._tables[0][1].shape[1] if self._tables else 0
        out: Floats = np.zeros((len(keys), width), np.float32)
        for rows, (_, matrix_KD) in zip(self._rows, self._tables, strict=True):
            at = np.array([rows.get(key, -1) for key in keys], np.int64)
            out[at >= 0] = matrix_KD[at[at >= 0]]
        return out

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those of some names that have no vector, each once, in order."""
        return [key for key in dict.fromkeys(keys) if not any(key in rows for rows in self._rows)]


class Lists:
    """A list of integers for each row, one behind the other: `values[first[i] : first[i + 1]]` is the i-th."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self.values: Ints = np.fromiter((value for each in lists for value in each), np.int64)
        self.first: Ints = np.cumsum([0, *map(len, lists)])

    @cached_property
    def length(self) -> Ints:
        """Of each list."""
        return np.diff(self.first)

    def of(self, rows_P: Ints) -> tuple[Ints, Ints]:
        """The values of some rows' lists, one behind the other, and for each value which of `rows_P` it belongs to."""
        length = self.length[rows_P]
        owner: Ints = np.repeat(np.arange(len(rows_P)), length)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
        return self.values[self.first[rows_P][owner] + within], owner


class Target:
    """The terms of a vocabulary or release as they are compared with.

    Names stand in columns K: all terms' labels in the order of the terms, then all second names, and so on; a name of
    two terms has two.

    Args:
        ids: CURIEs [N].
        names: Name keys of each term, its label's first.
        vectors: Of all names.
        priors_NP: The columns of PRIORS.
        parents: Indices of the terms above each term.
    """

    def __init__(
        self,
        ids: Sequence[str],
        names: Sequence[Sequence[str]],
        vectors: Vectors,
        priors_NP: Floats,
        parents: Sequence[Sequence[int]],
    ) -> None:
        self.ids, self.priors_NP = ids, priors_NP
        ranks = range(max(map(len, names)))
        self._having: list[Ints] = [np.array([i for i, each in enumerate(names) if len(each) > r]) for r in ranks]
        at = iter(range(sum(map(len, names))))
        columns: list[list[int]] = [[] for _ in names]
        for having in self._having:
            for term in having:
                columns[term].append(next(at))
        self.names = Lists(columns)
        self.keys = [names[term][r] for r in ranks for term in self._having[r]]
        self.row = {key: i for i, key in reversed([*enumerate(self.keys)])}
        self.same_K: Ints = np.array([self.row[key] for key in self.keys])
        self.parents = Lists(parents)
        self.children = Lists(inverted(parents))
        self.ancestors = Lists([sorted(each) for each in ancestors(parents)])
        self.vectors_KD = vectors.of(self.keys)
        self.ngrams = Ngrams(self.keys)
        self.content_KG = self.ngrams(contents(self.keys))
        self.words = Words(self.keys)
        self.bound = Bound(self.vectors_KD)

    @property
    def vectors(self) -> Vectors:
        """Of all names."""
        return Vectors((self.keys, self.vectors_KD))

    def tfidf(self, asked_RG: csr_array) -> Floats:
        """Similarity [K, R] of all names by n-grams."""
        out: Floats = (self.ngrams.matrix_KG @ asked_RG.T.tocsr()).toarray()
        return out

    def best(self, scores_KR: Floats) -> Floats:
        """Scores of names → of terms: the best of a term's names, [N, R]."""
        best_NR = scores_KR[: len(self.ids)].copy()
        start = len(self.ids)
        for having in self._having[1:]:
            best_NR[having] = np.maximum(best_NR[having], scores_KR[start : start + len(having)])
            start += len(having)
        return best_NR


def inverted(parents: Sequence[Sequence[int]]) -> list[list[int]]:
    """The children of each from the parents of each."""
    children: list[list[int]] = [[] for _ in parents]
    for child, direct in enumerate(parents):
        for parent in direct:
            children[parent].append(child)
    return children


def ancestors(parents: Sequence[Sequence[int]]) -> list[set[int]]:
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


@dataclass
class Asked:
    """The texts of all queries as they are compared, A of them, S of these names: weighed once, not for each query.

    `spoken` says for a name's row in A where it is in S.
    """

    target: Target
    queries: Sequence[Query]
    vectors: Vectors
    row: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        queries = self.queries
        texts = sorted({key for each in queries for key in (*each.keys, *each.context, *each.above, *each.below)})
        self.row = {text: row for row, text in enumerate(texts)}
        self.tfidf_AG = self.target.ngrams(texts)
        own = sorted({key for each in queries for key in each.keys})
        self.spoken: Ints = np.searchsorted(own, texts) if own else np.zeros(0, np.int64)
        self.content_SG = self.target.ngrams(contents(own))
        self.key_A: Ints = np.array([self.target.row.get(text, -1) for text in texts])
        self.words = self.target.words.asked(own, [query.keys[0] for query in queries])
        self.vectors_AD = self.vectors.of(texts)

    def rows(self, keys: Sequence[str]) -> Ints:
        """The rows of some texts."""
        return np.array([self.row[key] for key in keys], np.int64)


def describe(target: Target, queries: Sequence[Query], vectors: Vectors) -> Iterator[tuple[Ints, Floats]]:
    """For each query its candidate terms [C] and their features [C, F]; 0 where the query has no context.

    Candidates are the nearest terms by n-grams and encoder, together and each by itself, and those that the graph
    leads to. All names are compared, in blocks on all cores; what a bound rules out is not compared to the end, which
    changes nothing (`kgbuild.mapping.search`).
    """
    if not queries:  # a graph without ICD has no curated examples
        return
    asked = Asked(target, queries, vectors)
    blocks = [queries[start : start + _BLOCK] for start in range(0, len(queries), _BLOCK)]
    with ThreadPoolExecutor(_THREADS) as threads:
        waiting = iter(blocks)
        running = [threads.submit(_describe, target, asked, block) for block in islice(waiting, _THREADS + 1)]
        while running:
            done = running.pop(0).result()
            running += [threads.submit(_describe, target, asked, block) for block in islice(waiting, 1)]
            yield from done


def _describe(target: Target, asked: Asked, queries: Sequence[Query]) -> list[tuple[Ints, Floats]]:
    block = Block(target, asked, queries)
    chosen = block.candidates()
    counts = [len(each) for each in chosen]
    query_P, term_P = np.repeat(np.arange(len(queries)), counts), np.concatenate(chosen)
    columns = _names(block, query_P, term_P)
    columns |= _hierarchy(block, query_P, term_P)
    columns |= _context(target, asked, queries, chosen)
    for name in EVIDENCE:
        found = [query.evidence.get(name) for query in queries]
        parts = [
            [of.get(t, 0.0) for t in terms.tolist()] if of else np.zeros(len(terms))
            for of, terms in zip(found, chosen, strict=True)
        ]
        columns[name] = np.concatenate(parts)
    columns |= dict(zip(PRIORS, target.priors_NP[term_P].T, strict=True))
    features_PF = np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)
    return list(zip(chosen, np.split(features_PF, np.cumsum(counts)[:-1]), strict=True))


class Meetings(NamedTuple):
    """Pairs of a query's name (row in the block) and a term's name (column), those of a pair together, labels first."""

    row_T: Ints
    key_T: Ints
    begin_P: Ints


class Block:
    """Some queries beside all names: how alike they are as text, and what their likeness in meaning is at most."""

    def __init__(self, target: Target, asked: Asked, queries: Sequence[Query]) -> None:
        self.target, self.asked, self.queries = target, asked, queries
        self.names = Lists([[asked.row[key] for key in query.keys] for query in queries])
        self.vectors_RD = asked.vectors_AD[self.names.values]
        self.bound_KR = target.bound(self.vectors_RD)
        self.tfidf_KR = target.tfidf(asked.tfidf_AG[self.names.values])
        self.label_B = self.names.first[:-1]

    def candidates(self) -> list[Ints]:
        """The terms that are looked at closely, of each query in the target's order."""
        near_NB, like_NB = self._terms(self.bound_KR), self._terms(self.tfidf_KR)
        both_NB = self._labels(self.bound_KR) + self._labels(self.tfidf_KR)
        both_NB *= LABEL
        both_NB += near_NB
        both_NB += like_NB

        def near(query_P: Ints, term_P: Ints) -> Floats:
            return self.encoder(self.meetings(query_P, term_P))[0]

        def both(query_P: Ints, term_P: Ints) -> Floats:
            near_P, label_P = self.encoder(self.meetings(query_P, term_P))
            label_P += self.tfidf_KR[term_P, self.label_B[query_P]]
            return near_P + like_NB[term_P, query_P] + LABEL * label_P

        nearest = [
            nearest_by_bounds(both_NB, _CANDIDATES, both),
            nearest_by_bounds(near_NB, _STRONGEST, near),
            Peaks(like_NB).tops(_STRONGEST),
        ]
        out = []
        for at, query in enumerate(self.queries):
            led = [term for of in query.evidence.values() for term in _strongest(of)]
            out.append(np.unique(np.concatenate([*(terms[at] for terms in nearest), np.array(led, np.int64)])))
        return out

    def meetings(self, query_P: Ints, term_P: Ints) -> Meetings:
        """Each name of the query with each name of the term, of some pairs."""
        key_S, pair_S = self.target.names.of(term_P)
        _, triple_S = self.names.of(query_P[pair_S])
        at = np.arange(len(triple_S)) - np.searchsorted(triple_S, triple_S)  # which of the query's names
        key_T, pair_T = key_S[triple_S], pair_S[triple_S]
        begin_P = np.searchsorted(pair_T, np.arange(len(term_P)))
        return Meetings(self.names.first[query_P[pair_T]] + at, key_T, begin_P)

    def encoder(self, met: Meetings) -> tuple[Floats, Floats]:
        """Likeness in meaning of the two nearest names of each pair, and of the two labels."""
        row_T, key_T, begin_P = met

        def exact(at: Ints) -> Floats:
            return self.products(row_T[at], key_T[at])

        return largest(self.bound_KR[key_T, row_T], begin_P, exact), exact(begin_P)

    def products(self, row_S: Ints, key_S: Ints) -> Floats:
        """Likeness in meaning of names."""
        return products(self.vectors_RD, row_S, self.target.vectors_KD, key_S)

    def _terms(self, scores_KR: Floats) -> Floats:
        """Scores of names → of queries and terms: the best of all couples of their names, [N, B]."""
        best_NR = self.target.best(scores_KR)
        if best_NR.shape[1] == len(self.queries):  # a name each
            return best_NR
        best_NB: Floats = np.maximum.reduceat(best_NR, self.label_B, axis=1)
        return best_NB

    def _labels(self, scores_KR: Floats) -> Floats:
        """Scores of names → of labels, [N, B]."""
        labels_NR = scores_KR[: len(self.target.ids)]
        return labels_NR if labels_NR.shape[1] == len(self.queries) else labels_NR[:, self.label_B]


def _strongest(evidence: Mapping[int, float]) -> list[int]:
    return sorted(evidence, key=lambda term: (-evidence[term], term))[:_CANDIDATES]


def _names(block: Block, query_P: Ints, term_P: Ints) -> dict[str, NDArray[np.floating]]:
    """What the names have in common: of the two that are nearest, of the two that share most words, of the labels."""
    target, asked, names = block.target, block.asked, block.names
    met = block.meetings(query_P, term_P)
    row_T, key_T, begin_P = met

    def best(scores_T: NDArray[Any]) -> NDArray[Any]:
        out: NDArray[Any] = np.maximum.reduceat(scores_T, begin_P)
        return out

    words = asked.words
    same_T = asked.key_A[names.values[row_T]] == target.same_K[key_T]
    encoder_P, encoder_label_P = block.encoder(met)
    tfidf_T = block.tfidf_KR[key_T, row_T]
    spoken = asked.spoken[names.values]
    content_T = rows_dot(asked.content_SG[spoken].toarray(), row_T, target.content_KG, key_T)
    shared_T = rows_dot(words.weighed_SV[spoken].toarray(), row_T, target.words.matrix_KV, key_T)
    asked_T, name_T = words.weight_S[spoken][row_T] + 1e-6, words.weight_K[key_T] + 1e-6
    overlap_T = shared_T / np.maximum(asked_T + name_T - shared_T, 1e-6)
    most_P = first_best(overlap_T, begin_P)
    return {
        "both": best(tfidf_T) + encoder_P + LABEL * (tfidf_T[begin_P] + encoder_label_P),
        "tfidf": best(tfidf_T), "tfidf_label": tfidf_T[begin_P],
        "encoder": encoder_P, "encoder_label": encoder_label_P,
        "content_tfidf": best(content_T), "content_tfidf_label": content_T[begin_P],
        "same_key": best(same_T), "same_label": same_T[begin_P],
        "same_words": best((shared_T > asked_T - 1e-3) & (shared_T > name_T - 1e-3)),
        "covered": (shared_T / asked_T)[most_P], "covering": (shared_T / name_T)[most_P],
        "overlap": overlap_T[most_P], "missing": (asked_T - shared_T)[most_P], "extra": (name_T - shared_T)[most_P],
        "label_covered": (shared_T / asked_T)[begin_P], "label_covering": (shared_T / name_T)[begin_P],
    }  # fmt: skip


def _hierarchy(block: Block, query_P: Ints, term_P: Ints) -> dict[str, NDArray[np.floating]]:
    """How near the label is to those above and below the term; those above the query to those above the term."""
    target, asked = block.target, block.asked
    columns: dict[str, NDArray[np.floating]] = {}
    for name, around in (("parent", target.parents), ("child", target.children)):
        term_S, pair_S = around.of(term_P)
        columns[name] = _nearest_label(block, block.label_B[query_P[pair_S]], term_S, pair_S, len(term_P))
    labels_ND = target.vectors_KD[: len(target.ids)]
    above_BD = _mean(asked, [query.above for query in block.queries])
    some, place_P = np.unique(term_P, return_inverse=True)
    term_S, pair_S = target.ancestors.of(term_P)
    higher, place_S = np.unique(term_S, return_inverse=True)
    columns["above"] = _largest((above_BD @ labels_ND[higher].T)[query_P[pair_S], place_S], pair_S, len(term_P))
    columns["below"] = (_mean(asked, [query.below for query in block.queries]) @ labels_ND[some].T)[query_P, place_P]
    return columns


def _nearest_label(block: Block, row_S: Ints, term_S: Ints, pair_S: Ints, pairs: int) -> Floats:
    """How near the nearest of the labels that each pair has is; 0 for a pair that has none."""
    out = np.zeros(pairs, np.float32)
    begin = np.flatnonzero(np.diff(pair_S, prepend=-1))
    bound_S = block.bound_KR[term_S, row_S]
    out[pair_S[begin]] = largest(bound_S, begin, lambda at: block.products(row_S[at], term_S[at]))
    return out


def _largest(values_S: Floats, pair_S: Ints, pairs: int) -> NDArray[np.floating]:
    """The largest value of each pair, whose values stand together; 0 for one that has none."""
    out = np.zeros(pairs, np.float32)
    if len(pair_S):
        begin = np.flatnonzero(np.diff(pair_S, prepend=-1))
        out[pair_S[begin]] = np.maximum.reduceat(values_S, begin)
    return out


def _mean(asked: Asked, texts: Sequence[Sequence[str]]) -> Floats:
    """Mean vectors of each query's texts; zeros for one that has none."""
    out: Floats = np.zeros((len(texts), asked.vectors_AD.shape[1]), np.float32)
    for row, some in enumerate(texts):
        if some:
            out[row] = asked.vectors_AD[asked.rows(some)].mean(axis=0)
    return out


def _context(
    target: Target, asked: Asked, block: Sequence[Query], chosen: Sequence[Ints]
) -> dict[str, NDArray[np.floating]]:
    """How near what a query groups is to each candidate's best name."""
    contexts = [asked.rows(query.context[:_CONTEXT]) for query in block]
    query_P = np.repeat(np.arange(len(block)), [len(each) for each in chosen])
    key_S, pair_S = target.names.of(np.concatenate(chosen))
    begin_P = np.searchsorted(pair_S, np.arange(len(query_P)))
    share = [np.full(len(each), 1 / max(len(each), 1), np.float32) for each in contexts]
    rows = np.repeat(np.arange(len(block)), [len(each) for each in contexts])
    shape = len(block), len(asked.row)
    mean_BG = (csr_array((np.concatenate(share), (rows, np.concatenate(contexts))), shape) @ asked.tfidf_AG).toarray()
    tfidf_S = rows_dot(mean_BG, query_P[pair_S], target.ngrams.matrix_KG, key_S)
    found: list[NDArray[np.floating]] = []
    first = np.searchsorted(query_P[pair_S], np.arange(len(block) + 1))
    for at, context in enumerate(contexts):
        terms = len(chosen[at])
        if not len(context):
            found.append(np.zeros((2, terms), np.float32))
            continue
        span = slice(first[at], first[at + 1])
        encoder_RS = asked.vectors_AD[context] @ target.vectors_KD[key_S[span]].T
        encoder_RC = np.maximum.reduceat(encoder_RS, begin_P[query_P == at] - first[at], axis=1)
        found.append(np.stack([encoder_RC.mean(0), encoder_RC.max(0)]))
    mean_P, max_P = np.concatenate(found, axis=1)
    return {"context_mean": mean_P, "context_max": max_P, "context_tfidf": np.maximum.reduceat(tfidf_S, begin_P)}
