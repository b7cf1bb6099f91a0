"""What speaks for a term as the counterpart of a concept: names, meaning, the codes that it groups, and use.

Legend: Q queries, R their names, N terms, K distinct names, A texts of all queries, G n-grams,
D embedding width, C candidates of one query, F features.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Columns of `Target.priors_NP`: properties of a term alone.
PRIORS = ("use", "disease", "phenotype", "measurement", "depth", "descendants", "names")
#: The features of a candidate, in order; `both` is the baseline by itself.
FEATURES = (
    "both", "tfidf", "tfidf_label", "encoder", "encoder_label", "content_tfidf", "content_tfidf_label", "same_key",
    "same_label", "same_words", "covered", "covering", "overlap", "missing", "extra", "label_covered",
    "label_covering", "parent", "context_mean", "context_max", "context_tfidf", "bridge", *PRIORS,
)  # fmt: skip

_LABEL = 0.2  # of the preferred label's own score, in the plain sum
_BLOCK = 64  # queries compared with all names at once: a few matrices of 50 MB on 100,000 names
_CANDIDATES = 50
_STRONGEST = 8  # of each measure by itself
_CONTEXT = 60  # texts of one query that are compared
_FUNCTION_WORDS = frozenset(
    "a an and as at by classified due elsewhere for from in nec nos not of on or other the to unspecified with".split()  # noqa: SIM905 - read as text
)
_BRITISH = (
    ("aem", "em"),
    ("oed", "ed"),
    ("oesoph", "esoph"),
    ("rrhoea", "rrhea"),
    ("tumour", "tumor"),
    ("paed", "ped"),
)


class Query(NamedTuple):
    """A concept to be mapped.

    Args:
        keys: Its name keys, the label's first.
        context: Keys of what it groups, such as a PheCode's ICD codes.
        bridge: Term → share of the grouped codes that curators tied to it.
    """

    keys: Sequence[str]
    context: Sequence[str] = ()
    bridge: Mapping[int, float] = {}


@dataclass
class Vectors:
    """Unit vectors [K, D] of name keys."""

    keys: Sequence[str]
    matrix_KD: Floats

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    def of(self, keys: Sequence[str]) -> Floats:
        """[len(keys), D]; zeros for a name without a vector."""
        rows = np.array([self._rows.get(key, -1) for key in keys], dtype=np.int64)
        out: Floats = self.matrix_KD[rows]
        out[rows < 0] = 0
        return out


class Target:
    """The terms of a vocabulary or release as they are compared with.

    Args:
        ids: CURIEs [N].
        names: Name keys of each term, its label's first.
        vectors: Of all names, those of queries too.
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
        self.ids, self.vectors, self.priors_NP, self.parents = ids, vectors, priors_NP, parents
        self.keys = sorted({key for each in names for key in each})
        row = {key: i for i, key in enumerate(self.keys)}
        self.names: Ints = np.array([row[key] for each in names for key in each])
        self.first: Ints = np.cumsum([0, *(len(each) for each in names)])
        self.labels: Ints = self.names[self.first[:-1]]
        self.vectors_KD = vectors.of(self.keys)
        self.tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        self.tfidf_KG = csr_array(self.tfidf.fit_transform(self.keys))
        self.words = [words(key) for key in self.keys]
        self.content_KG = csr_array(self.tfidf.transform(map(_content, self.keys)))
        frequency = Counter(word for each in self.words for word in each)
        self._rarity = {word: float(np.log(len(self.keys) / count)) for word, count in frequency.items()}
        self.weigh(())

    def weigh(self, labels: Iterable[str]) -> None:
        """Weigh words by how rare they are among the terms' names and among the labels to be mapped."""
        asked = [words(label) for label in labels]
        count = Counter(word for each in asked for word in each)
        self._unseen = unseen = float(np.log(len(self.keys)))
        self._weights = {
            word: min(
                self._rarity.get(word, unseen), float(np.log(len(asked) / count[word])) if count[word] else unseen
            )
            for word in self._rarity.keys() | count.keys()
        }
        self.weight_K = [self.weight(each) for each in self.words]

    def weight(self, some: frozenset[str]) -> float:
        """Sum of the weights of words."""
        return sum(self._weights.get(word, self._unseen) for word in some)

    def best(self, scores_KR: Floats) -> Floats:
        """Scores of names → of terms: the best of a term's names, [N, R]."""
        best_NR: Floats = np.maximum.reduceat(scores_KR[self.names], self.first[:-1], axis=0)
        return best_NR

    def names_of(self, terms_C: Ints) -> tuple[Ints, Ints]:
        """The keys of all names of some terms, and where each term's begin."""
        spans = [self.names[self.first[term] : self.first[term + 1]] for term in terms_C]
        return np.concatenate(spans), np.cumsum([0, *(len(span) for span in spans[:-1])])


def words(key: str) -> frozenset[str]:
    """Words that carry meaning, without plural endings and in American spelling.

    >>> sorted(words("other diseases of the oesophagus"))
    ['disease', 'esophagus']
    """
    return frozenset(map(_stem, re.findall(r"[^\W_]+", key))) - _FUNCTION_WORDS


def _stem(word: str) -> str:
    for british, american in _BRITISH:
        word = word.replace(british, american)
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")):
        return word[:-1]
    return word


def _content(key: str) -> str:
    """The key without what stands in brackets and without function words."""
    found = re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", key))
    return " ".join(word for word in found if word not in _FUNCTION_WORDS) or key


def describe(target: Target, queries: Sequence[Query]) -> Iterator[tuple[Ints, Floats]]:
    """For each query its candidate terms [C] and their features [C, F]; 0 where the query has no context.

    Candidates are the nearest terms by character TF-IDF and encoder, together and each by itself, and those that the
    query's codes lead to. All names are compared, in blocks: nothing is approximate.
    """
    if not queries:  # a graph without ICD has no curated examples
        return
    target.weigh(query.keys[0] for query in queries)
    asked = Asked.of(target, queries)
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        rows = [asked.row[key] for query in block for key in query.keys]
        begin = np.cumsum([0, *(len(query.keys) for query in block[:-1])])
        tfidf_KR: Floats = target.tfidf_KG @ asked.tfidf_AG[rows].toarray().T.copy()
        encoder_KR: Floats = target.vectors_KD @ asked.vectors_AD[rows].T
        scores_4NQ = (
            np.maximum.reduceat(target.best(tfidf_KR), begin, axis=1),
            np.maximum.reduceat(target.best(encoder_KR), begin, axis=1),
            tfidf_KR[target.labels][:, begin],
            encoder_KR[target.labels][:, begin],
        )
        scores_Q4N = np.ascontiguousarray(np.stack(scores_4NQ).transpose(2, 0, 1))
        for query, scores_4N in zip(block, scores_Q4N, strict=True):
            yield _candidate_features(target, asked, query, scores_4N)


@dataclass
class Asked:
    """The texts of all queries as they are compared, A of them: weighed once, not for each query."""

    row: dict[str, int]
    tfidf_AG: csr_array
    content_AG: csr_array
    vectors_AD: Floats

    @classmethod
    def of(cls, target: "Target", queries: Sequence[Query]) -> "Asked":
        """The texts of some queries and of what they group."""
        texts = sorted({key for query in queries for key in (*query.keys, *query.context)})
        return cls(
            {text: row for row, text in enumerate(texts)},
            csr_array(target.tfidf.transform(texts)),
            csr_array(target.tfidf.transform(map(_content, texts))),
            target.vectors.of(texts),
        )

    def rows(self, keys: Sequence[str]) -> list[int]:
        """The rows of some texts."""
        return [self.row[key] for key in keys]


def _candidate_features(target: Target, asked: Asked, query: Query, scores_4N: Floats) -> tuple[Ints, Floats]:
    tfidf_N, encoder_N, tfidf_label_N, encoder_label_N = scores_4N
    both_N = tfidf_N + encoder_N + _LABEL * (tfidf_label_N + encoder_label_N)
    nearest = [_top(both_N, _CANDIDATES), _top(tfidf_N, _STRONGEST), _top(encoder_N, _STRONGEST)]
    bridged = np.fromiter(query.bridge, np.int64, len(query.bridge))
    terms_C: Ints = np.unique(np.concatenate([*nearest, bridged]))
    measures = {
        "both": both_N, "tfidf": tfidf_N, "tfidf_label": tfidf_label_N, "encoder": encoder_N,
        "encoder_label": encoder_label_N,
    }  # fmt: skip
    columns: dict[str, NDArray[np.floating]] = {name: values_N[terms_C] for name, values_N in measures.items()}
    columns["parent"] = np.array([max((encoder_label_N[p] for p in target.parents[t]), default=0.0) for t in terms_C])
    columns |= _shared_words(target, query, terms_C) | _content_tfidf(target, asked, query, terms_C)
    columns |= _context(target, asked, query, terms_C)
    columns |= dict(zip(PRIORS, target.priors_NP[terms_C].T, strict=True))
    return terms_C, np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


def _top(scores_N: Floats, k: int) -> Ints:
    top: Ints = np.argpartition(-scores_N, min(k, len(scores_N)) - 1)[:k]
    return top


def _shared_words(target: Target, query: Query, terms_C: Ints) -> dict[str, NDArray[np.floating]]:
    """Words in common by their weights: of the two names that share most, and of the labels."""
    names = ("same_key", "same_label", "same_words", "covered", "covering", "overlap", "missing", "extra",
             "label_covered", "label_covering")  # fmt: skip
    asked = [words(key) for key in query.keys]
    weights = [target.weight(each) + 1e-6 for each in asked]
    out = np.zeros((len(terms_C), len(names)))
    for row, term in enumerate(terms_C):
        keys = target.names[target.first[term] : target.first[term + 1]]
        shared = {(i, k): target.weight(some & target.words[k]) for i, some in enumerate(asked) for k in keys}
        overlap = {(i, k): both / (weights[i] + target.weight_K[k] - both) for (i, k), both in shared.items()}
        i, k = max(overlap, key=overlap.__getitem__)
        label, both = keys[0], shared[i, k]
        out[row] = (
            any(target.keys[k] in query.keys for k in keys),
            target.keys[label] == query.keys[0],
            any(target.words[k] in asked for k in keys),
            both / weights[i],
            both / (target.weight_K[k] + 1e-6),
            overlap[i, k],
            weights[i] - both,
            target.weight_K[k] - both,
            shared[0, label] / weights[0],
            shared[0, label] / (target.weight_K[label] + 1e-6),
        )
    return dict(zip(names, out.T, strict=True))


def _content_tfidf(target: Target, asked: Asked, query: Query, terms_C: Ints) -> dict[str, NDArray[np.floating]]:
    keys, begin = target.names_of(terms_C)
    scores_RK = (asked.content_AG[asked.rows(query.keys)] @ target.content_KG[keys].T).toarray()
    best = np.maximum.reduceat(scores_RK.max(axis=0), begin)
    return {"content_tfidf": best, "content_tfidf_label": scores_RK[0, begin]}


def _context(target: Target, asked: Asked, query: Query, terms_C: Ints) -> dict[str, NDArray[np.floating]]:
    """How near what a query groups is to each candidate's best name, and what share of it curators tied to the term."""
    names = ("context_mean", "context_max", "context_tfidf", "bridge")
    context = asked.rows(query.context[:_CONTEXT])
    if not context:
        return {name: np.zeros(len(terms_C)) for name in names}
    keys, begin = target.names_of(terms_C)
    encoder_RK = asked.vectors_AD[context] @ target.vectors_KD[keys].T
    tfidf_RK = (asked.tfidf_AG[context] @ target.tfidf_KG[keys].T).toarray()
    encoder_RC, tfidf_RC = (np.maximum.reduceat(scores, begin, axis=1) for scores in (encoder_RK, tfidf_RK))
    bridge = np.array([query.bridge.get(int(term), 0.0) for term in terms_C])
    return dict(zip(names, (encoder_RC.mean(0), encoder_RC.max(0), tfidf_RC.mean(0), bridge), strict=True))
