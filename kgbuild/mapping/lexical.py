"""How names are compared as text: character n-grams weighed by TF-IDF, and words weighed by how rare they are.

Legend: K names compared with, A names asked, G n-grams, V words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer

Floats = NDArray[np.float32]

_NGRAMS = (2, 4)
_COMMON = 0.03  # n-grams that a larger share of the names has tell nothing apart, and cost most
_FEW = 50
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


class Ngrams:
    """Names as TF-IDF rows of the character n-grams of their words, 2 to 4 long with the blanks around a word.

    The same numbers as scikit-learn's `TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_df=…)`; each word is
    taken apart once, which is four times as fast.

    Args:
        keys: The names, lower case, that say which n-grams there are and how rare each is.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._counts = CountVectorizer(analyzer="char_wb", ngram_range=_NGRAMS, dtype=np.float32)
        words_KW, words = _incidence(keys)
        counts_KG = words_KW @ csr_array(self._counts.fit_transform(words))
        frequency_G = np.bincount(counts_KG.indices, minlength=counts_KG.shape[1])
        self._rare_G = np.flatnonzero(frequency_G <= max(_COMMON * len(keys), _FEW))
        self._idf_G = (np.log((1 + len(keys)) / (1 + frequency_G[self._rare_G])) + 1).astype(np.float32)
        self.matrix_KG = self._weighed(counts_KG)

    def __call__(self, keys: Sequence[str]) -> csr_array:
        """Other names as rows [A, G] of unit length; an n-gram that no known name has counts for nothing."""
        words_AW, words = _incidence(keys)
        if not words:
            return csr_array((len(keys), len(self._idf_G)), dtype=np.float32)
        return self._weighed(words_AW @ csr_array(self._counts.transform(words)))

    def _weighed(self, counts_AG: csr_array) -> csr_array:
        counts_AG = counts_AG[:, self._rare_G]
        counts_AG.data *= self._idf_G[counts_AG.indices]
        length_A = np.sqrt(np.maximum(counts_AG.multiply(counts_AG).sum(axis=1), 1e-12))
        counts_AG.data /= np.repeat(length_A, np.diff(counts_AG.indptr)).astype(np.float32)
        return counts_AG


def _incidence(keys: Sequence[str]) -> tuple[csr_array, list[str]]:
    """How often each name has each distinct word, and the words."""
    place: dict[str, int] = {}
    words = [place.setdefault(word, len(place)) for key in keys for word in key.split()]
    starts = np.cumsum([0, *(len(key.split()) for key in keys)])
    table = csr_array((np.ones(len(words), np.float32), np.array(words, np.int32), starts), (len(keys), len(place)))
    table.sum_duplicates()
    return table, list(place)


class Words:
    """Names as sets of the words that carry meaning.

    Args:
        keys: The names that are compared with.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        sets = [words(key) for key in keys]
        self._place: dict[str, int] = {}
        for some in sets:
            for word in sorted(some):
                self._place.setdefault(word, len(self._place))
        self.matrix_KV = self._table(sets)
        self._rarity_V = np.log(
            len(keys) / np.maximum(np.bincount(self.matrix_KV.indices, minlength=len(self._place)), 1)
        )
        self._unseen = float(np.log(len(keys)))

    def asked(self, keys: Sequence[str], labels: Sequence[str]) -> "AskedWords":
        """Names that are compared, and all words' weights: how rare each is among the names and among what is asked.

        Args:
            keys: The names.
            labels: Those that say what is common among what is asked (every second label of a list says "cancer").
        """
        sets = [words(key) for key in keys]
        table_SV = self._table(sets)
        common = self._table([words(label) for label in labels])
        count_V = np.bincount(common.indices, minlength=len(self._place))
        among = np.where(count_V > 0, np.log(len(labels) / np.maximum(count_V, 1)), self._unseen)
        weights_V = np.minimum(self._rarity_V, among).astype(np.float32)
        unknown = np.array([sum(word not in self._place for word in some) for some in sets], np.float32)
        weight_S = table_SV @ weights_V + unknown * self._unseen
        weighed_SV = table_SV.copy()
        weighed_SV.data = weights_V[weighed_SV.indices]
        return AskedWords(weight_S, weighed_SV, self.matrix_KV @ weights_V)

    def _table(self, sets: Sequence[frozenset[str]]) -> csr_array:
        # a set has no order, and sums of floats in another order are not the same sums
        rows = [sorted(self._place[word] for word in some if word in self._place) for some in sets]
        starts = np.cumsum([0, *map(len, rows)])
        indices = np.fromiter((place for row in rows for place in row), np.int32, starts[-1])
        return csr_array((np.ones(len(indices), np.float32), indices, starts), (len(rows), len(self._place)))


@dataclass(frozen=True)
class AskedWords:
    """Names asked, as sets of weighed words.

    Args:
        weight_S: What all its words weigh, unknown ones too.
        weighed_SV: The words with their weights.
        weight_K: What the words of the names that are compared with weigh.
    """

    weight_S: Floats
    weighed_SV: csr_array
    weight_K: Floats


def rows_dot(left_RG: Floats, row_T: NDArray[np.int64], right: csr_array, key_T: NDArray[np.int64]) -> Floats:
    """Row row_T[i] of a dense table times row key_T[i] of a sparse one, for each i."""
    some = right[key_T]
    place = np.repeat(row_T * left_RG.shape[1], np.diff(some.indptr)) + some.indices
    products = some.data * np.take(left_RG.ravel(), place)
    sums = np.concatenate([[0.0], np.cumsum(products, dtype=np.float64)])
    out: Floats = (sums[some.indptr[1:]] - sums[some.indptr[:-1]]).astype(np.float32)
    return out


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


def content(key: str) -> str:
    """The key without what stands in brackets and without function words."""
    found = re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", key))
    return " ".join(word for word in found if word not in _FUNCTION_WORDS) or key


def contents(keys: Iterable[str]) -> list[str]:
    """`content` of each."""
    return [content(key) for key in keys]
