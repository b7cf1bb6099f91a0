"""Names compared by their letters and words alone, pair by pair: what a model has to be better than.

Legend: M and K distinct texts of either side, N pairs, V words or n-grams.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kgbuild.graph import name_key

#: Places in either side's texts, N each → N scores, higher where the two belong together.
Score = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.floating]]

_K1, _B = 1.2, 0.75  # Robertson and Zaragoza's, as search engines ship them


def character_tfidf(one: Sequence[str], other: Sequence[str]) -> Score:
    """The cosine of n-grams of 2 to 4 characters within words, weighed by how few of the texts have them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    one_keys, other_keys = ([name_key(text) for text in texts] for texts in (one, other))
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    vectorizer.fit(sorted({*one_keys, *other_keys}))
    return _products(vectorizer.transform(one_keys), vectorizer.transform(other_keys))


def bm25(one: Sequence[str], other: Sequence[str]) -> Score:
    """Okapi BM25 of a text of one side, as a query, with a text of the other, as a document.

    Source: Robertson and Zaragoza 2009; the inverse document frequency is Lucene's, which is never negative.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(preprocessor=name_key, token_pattern=r"\w+", dtype=np.float32)
    count_KV = vectorizer.fit_transform(other).tocoo()
    query_MV = vectorizer.transform(one)
    length_K = np.asarray(count_KV.sum(axis=1)).ravel()
    documents_V = np.bincount(count_KV.col, minlength=count_KV.shape[1])
    idf_V = np.log1p((len(other) - documents_V + 0.5) / (documents_V + 0.5))
    norm_K = _K1 * (1 - _B + _B * length_K / length_K.mean())
    weight = idf_V[count_KV.col] * count_KV.data * (_K1 + 1) / (count_KV.data + norm_K[count_KV.row])
    return _products(query_MV, csr_array((weight, (count_KV.row, count_KV.col)), count_KV.shape))


def _products(one_MV: Any, other_KV: Any) -> Score:
    one, other = csr_array(one_MV), csr_array(other_KV)

    def score(one_N: NDArray[np.int64], other_N: NDArray[np.int64]) -> NDArray[np.floating]:
        return np.asarray(one[one_N].multiply(other[other_N]).sum(axis=1), np.float64).ravel()

    return score
