"""What a mapping is measured against: names compared by characters, by words, by a model's vectors, and by text2term.

These stay as they are while `kg harmonize` changes. Each takes the best of all couples of a concept's and a term's
names, every one compared; the sum of characters and vectors adds a fifth of what the two labels have by themselves.
What reads no name is in `embed.baselines.icd_bridge`.

Legend: Q concepts, N terms, K distinct names of the terms, R names of concepts, D embedding width, G n-grams.
"""

import contextlib
import hashlib
import importlib.util
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from embed.model.checkpoint import load_encoder
from kgbuild.curie import converter
from kgbuild.files import replacing
from kgbuild.home import folder
from kgbuild.mapping.features import Floats, Ints, Vectors
from kgbuild.mapping.terms import Terms

_LABEL = 0.2  # what the sum adds of the labels' own score
TEXT2TERM = "text2term"
_BLOCK = 64  # concepts compared with all names at once
_MOST = 50  # text2term looks at the 50 nearest names


class Scored(NamedTuple):
    """What a method says of one concept: scores of terms, and their places; None where all terms are scored."""

    concept: int
    terms_C: Ints | None
    scores_C: NDArray[np.floating]


def encoded(model: str, *parts: Iterable[str]) -> Vectors:
    """Unit vectors of names by a model; those of each part are kept in KG_HOME/encoded, by digests of model and names.

    Args:
        model: A folder, or `minilm`: all-MiniLM-L6-v2, not trained on the graph.
        parts: Names; those of a target by themselves, so that they are encoded once for all that is mapped onto it.
    """
    encoder = load_encoder(model)
    keys: list[str] = []
    matrices = []
    for part in parts:
        distinct = sorted(set(part))
        digest = hashlib.sha256("\0".join([encoder.digest, *distinct]).encode()).hexdigest()[:32]
        path = folder("encoded") / f"{digest}.npy"
        if not path.exists():
            with replacing(path) as (new,), new.open("wb") as file:
                np.save(file, encoder.encode(distinct))
        keys += distinct
        matrices.append(np.load(path))
    return Vectors((keys, np.concatenate(matrices)))


class Bm25:
    """Okapi BM25 of short texts by their words, as a product of two sparse matrices.

    Source: Robertson and Zaragoza 2009, equation 3.15, with k₁ and b as given; rarity as in Lucene, never below 0.

    Args:
        texts: What is searched, K.
    """

    def __init__(self, texts: Sequence[str], k1: float = 1.5, b: float = 0.75) -> None:
        self._words = CountVectorizer(token_pattern=r"\w+", dtype=np.float32)
        table_KG = csr_array(self._words.fit_transform(texts))
        count, (rows, words) = table_KG.data, table_KG.nonzero()
        length_K = table_KG.sum(axis=1)
        texts_G = np.bincount(words, minlength=table_KG.shape[1])
        rarity_G = np.log1p((len(texts) - texts_G + 0.5) / (texts_G + 0.5))
        saturated = count * (k1 + 1) / (count + k1 * (1 - b + b * length_K[rows] / length_K.mean()))
        self._weight_KG = csr_array(((rarity_G[words] * saturated).astype(np.float32), (rows, words)), table_KG.shape)

    def scores(self, queries: Sequence[str]) -> Floats:
        """Of each text for each query, [K, R]."""
        scores_KR: Floats = self._weight_KG @ self._words.transform(queries).toarray().T
        return scores_KR


class Names:
    """The names of terms, each distinct one once, and what they are compared by."""

    def __init__(self, terms: Terms) -> None:
        self.keys = sorted({key for names in terms.names for key in names})
        row = {key: i for i, key in enumerate(self.keys)}
        self._names = np.array([row[key] for names in terms.names for key in names])
        self._first = np.cumsum([0, *(len(names) for names in terms.names)])[:-1]
        self._labels = self._names[self._first]
        self._tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        self._tfidf_KG = csr_array(self._tfidf.fit_transform(self.keys))
        self._bm25 = Bm25(self.keys)

    def compared(self, asked: Sequence[Sequence[str]], models: Mapping[str, Vectors]) -> Iterator[dict[str, Scored]]:
        """Scores of all terms for each concept: by characters, words, each model; characters, model and labels summed.

        Args:
            asked: The name keys of each concept, its label's first.
            models: Name of a model → vectors of the terms' and concepts' names; a name without one is near to nothing.
        """
        vectors_KD = {name: vectors.of(self.keys) for name, vectors in models.items()}
        for start in range(0, len(asked), _BLOCK):
            block = asked[start : start + _BLOCK]
            keys = [key for names in block for key in names]
            begin = np.cumsum([0, *(len(names) for names in block)])[:-1]
            tfidf_KR = self._tfidf_KG @ self._tfidf.transform(keys).toarray().T
            tfidf_QN, tfidf_label_QN = self._best(tfidf_KR, begin)
            scores_QN = {"character TF-IDF": tfidf_QN, "BM25": self._best(self._bm25.scores(keys), begin)[0]}
            for name, vectors in models.items():
                model_QN, model_label_QN = self._best(vectors_KD[name] @ vectors.of(keys).T, begin)
                scores_QN[name] = model_QN
                labels_QN = tfidf_label_QN + model_label_QN
                scores_QN[f"TF-IDF + {name} + label"] = tfidf_QN + model_QN + _LABEL * labels_QN
            for row in range(len(block)):
                yield {name: Scored(start + row, None, each_QN[row]) for name, each_QN in scores_QN.items()}

    def _best(self, scores_KR: Floats, begin: Ints) -> tuple[Floats, Floats]:
        """Scores of couples of names → of concepts and terms, and of their labels: [Q, N]."""
        best_NR = np.maximum.reduceat(scores_KR[self._names], self._first, axis=0)
        best_QN = np.ascontiguousarray(np.maximum.reduceat(best_NR, begin, axis=1).T)
        return best_QN, np.ascontiguousarray(scores_KR[self._labels][:, begin].T)


def has_text2term() -> bool:
    """Whether text2term is installed (extra `eval`)."""
    return importlib.util.find_spec(TEXT2TERM) is not None


def text2term(terms: Terms, asked: Sequence[Sequence[str]]) -> Iterator[Scored]:
    """What text2term's TF-IDF mapper finds: its default method, without its default least score of 0.3.

    It is given the same names as the other methods, as terms of its own, so that it reads no ontology and needs no
    network. It has candidates where a trigram is shared.

    Source: Gonçalves et al. 2024, text2term (JAMIA Open).
    """
    silent = io.StringIO()  # it tells of ids that the Bioregistry does not know
    with warnings.catch_warnings(), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
        warnings.simplefilter("ignore")  # of deprecated calls of its own
        from text2term.term import OntologyTerm
        from text2term.tfidf_mapper import TFIDFMapper

        iris = [converter().expand(identifier) or f"urn:{identifier}" for identifier in terms.ids]
        ontology = {
            iri: OntologyTerm(iri, [names[0]], synonyms=names[1:])
            for iri, names in zip(iris, terms.names, strict=True)
        }  # fmt: skip
        keys = sorted({key for names in asked for key in names})
        found = TFIDFMapper(ontology).map(keys, keys, max_mappings=_MOST, min_score=0.0)
    place = {iri: i for i, iri in enumerate(iris)}
    of_key: dict[str, list[tuple[int, float]]] = {key: [] for key in keys}
    rows = zip(found["Source Term ID"], found["Mapped Term IRI"], found["Mapping Score"], strict=True)
    for key, iri, score in rows:
        of_key[key].append((place[iri], float(score)))
    for concept, names in enumerate(asked):
        best: dict[int, float] = {}
        for term, score in (each for key in names for each in of_key[key]):
            best[term] = max(score, best.get(term, 0.0))
        yield Scored(concept, np.array(list(best), np.int64), np.array(list(best.values())))
