"""Entity linking: how often the right concept is the first, or among the first five, of a dictionary's.

    mentions, dictionary ──> texts and names ──> scores of every mention with every name ──> Acc@1, Acc@5

A concept has the best score of its names. Ties count by expected value over concepts. All methods link the same
mentions to the same names.

Subsets of the mentions, by their text as the measured methods see it, letters folded:

    all
    seen            a training mention or a name of the dictionary, as it is
    unseen          neither: it has to be understood
    not in training no training mention, though it may be a name of the dictionary

Source: SapBERT, section 4 and tables 1–3; BioSyn's evaluation, in which a composite mention is right where each of its
single ones is, and any of the ids of an annotation is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from embed.evaluate import statistics
from embed.evaluate.figure import Encode, Figure
from embed.evaluate.nearest import Nearest, Score, Vectors, Weights, nearest
from embed.evaluate.preprocess import published, simple
from embed.evaluate.sets.dictionaries import KINDS, Dictionary
from embed.evaluate.sets.linking import BENCHMARKS, Task
from embed.evaluate.statistics import Doubles
from embed.pairs.cache import PairCache
from kgbuild.graph import name_key

TFIDF, BM25 = "character TF-IDF", "BM25"
MEASURES = ("Acc@1", "Acc@5")
_RESAMPLES = 2_000
_K1, _B = 1.2, 0.75  # of BM25, as Lucene has them
_LEAST = 0.5  # share of mentions whose concept a dictionary has, for it to be the right one


def read(data: Path, cache: PairCache | None = None) -> tuple[list[Task], list[str]]:
    """Every corpus that lies in a folder, with its dictionary; the others by name, with the reason.

    Args:
        data: The folder.
        cache: The graph's names, for vocabularies that lie in no file.

    Raises:
        InputError: A file that cannot be read, with its line.
    """
    tasks, absent = [], []
    for benchmark in BENCHMARKS:
        files = benchmark.files(data)
        if not files:
            absent.append(f"{benchmark.name}: not in {data}; from {benchmark.source}")
            continue
        found = benchmark.tasks(files, cache)
        if not found:
            kind = KINDS[benchmark.dictionary]
            absent.append(f"{benchmark.name}: no dictionary to link to; put {kind.files} beside it or into ../sources")
        for task in found:
            known = sum(bool(mention.right & task.dictionary.place.keys()) for mention in task.mentions)
            if known < _LEAST * len(task.mentions):
                absent.append(
                    f"{task.name}: {task.dictionary.source} has the concept of {known:,} of {len(task.mentions):,} "
                    "mentions; another dictionary is needed"
                )
            else:
                tasks.append(task)
    return tasks, absent


def evaluate(
    tasks: Sequence[Task],
    encoders: Mapping[str, Encode],
    summed: Sequence[str] = ("minilm",),
    as_published: bool = False,
) -> list[Figure]:
    """Acc@1 and Acc@5 of each method on each corpus, by subset; each method against character TF-IDF.

    Args:
        tasks: Of `read`; those with one dictionary together, so that its names are encoded once.
        encoders: Models by name.
        summed: Those of them whose scores are added to character TF-IDF's too.
        as_published: Mentions and names in lower case and without punctuation, abbreviations written out, composite
            mentions as single ones.
    """
    figures: list[Figure] = []
    names: Names | None = None
    for task in tasks:
        dictionary = task.dictionary.mapped(simple) if as_published else task.dictionary
        if names is None or names.texts != dictionary.names:
            names = Names(dictionary.names, encoders, summed)
        figures += _Linked(task, dictionary, as_published).figures(names)
    return figures


class Names:
    """The names of a dictionary, as each method compares them.

    Args:
        texts: Distinct names.
        encoders, summed: As `evaluate` has them.
    """

    def __init__(self, texts: Sequence[str], encoders: Mapping[str, Encode], summed: Sequence[str] = ()) -> None:
        self.texts, self._encoders, self._summed = texts, encoders, summed
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        self._tfidf_KG = csr_array(self._tfidf.fit_transform(texts))
        self._words = CountVectorizer(token_pattern=r"\w+", dtype=np.float32)
        self._bm25_KG = _bm25(csr_array(self._words.fit_transform(texts)))

    def scores(self, mentions: Sequence[str]) -> Iterator[tuple[str, list[Score]]]:
        """Each method with its scores of mentions, which add up."""
        tfidf = Weights(csr_array(self._tfidf.transform(mentions)), self._tfidf_KG)
        yield TFIDF, [tfidf]
        yield BM25, [Weights(csr_array(self._words.transform(mentions)), self._bm25_KG)]
        for name, encode in self._encoders.items():
            if name not in self._vectors:
                self._vectors[name] = encode(self.texts)
            vectors = Vectors(encode(mentions), self._vectors[name])
            yield name, [vectors]
            if name in self._summed:
                yield f"TF-IDF + {name}", [vectors, tfidf]


def _bm25(count_KG: csr_array) -> csr_array:
    """What each word of a name adds to the score of a mention that has it.

    Source: Robertson and Zaragoza 2009, equation 3.15; the inverse frequency is Lucene's, which is never negative.
    """
    length_K = np.asarray(count_KG.sum(axis=1)).ravel()
    name, of = count_KG.nonzero()
    frequency_G = np.bincount(of, minlength=count_KG.shape[1])
    rarity_G = np.log1p((count_KG.shape[0] - frequency_G + 0.5) / (frequency_G + 0.5))
    count = count_KG.data
    damped = count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length_K[name] / max(length_K.mean(), 1e-9)))
    return csr_array(((damped * rarity_G[of]).astype(np.float32), (name, of)), shape=count_KG.shape)


class _Linked:
    """The mentions of one corpus, with what is right for each."""

    def __init__(self, task: Task, dictionary: Dictionary, as_published: bool) -> None:
        self._task, self._dictionary = task, dictionary
        parts = [published(each) if as_published else (each.text,) for each in task.mentions]
        self._name = f"{task.name}, as published" if as_published else task.name
        text: dict[str, int] = {}
        #: Each mention's single ones, → texts; and the places of its right concepts.
        self._parts = [[text.setdefault(part, len(text)) for part in each] for each in parts]
        self._right = [
            np.array(sorted({place for curie in each.right for place in dictionary.place.get(curie, ())}), np.int64)
            for each in task.mentions
        ]
        self.texts = list(text)
        known = {name_key(name) for name in dictionary.names}
        trained = np.array(task.trained, bool)
        seen = trained | np.array([all(name_key(part) in known for part in each) for each in parts], bool)
        self._subsets = {"all": seen | True, "seen": seen, "unseen": ~seen}
        if trained.any():
            self._subsets["not in training"] = ~trained
        absent = sum(not len(right) for right in self._right)
        notes = [task.note, f"{absent:,} of them name concepts that {dictionary.source} lacks" if absent else ""]
        if as_published and not any(each.context for each in task.mentions):
            notes.append("abbreviations as they are: the corpus came without its texts")
        self._note = "; ".join(filter(None, notes))

    def figures(self, names: Names) -> list[Figure]:
        """Of every method."""
        values = {
            method: self._values(nearest(scores, len(self.texts), self._dictionary.name_N, self._dictionary.concept_N))
            for method, scores in names.scores(self.texts)
        }
        return [figure for subset, mask in self._subsets.items() if mask.any()
                for figure in self._of(subset, {method: each[mask] for method, each in values.items()})]  # fmt: skip

    def _values(self, found: Nearest) -> Doubles:
        """Acc@1 and Acc@5 of each mention: the product over its single ones."""
        cached: dict[tuple[int, bytes], Doubles] = {}
        values = np.ones((len(self._parts), 2))
        for mention, (parts, right) in enumerate(zip(self._parts, self._right, strict=True)):
            for part in parts:
                key = part, right.tobytes()
                if key not in cached:
                    concept_C, score_C = found.of(part)
                    cached[key] = np.array(statistics.hits(score_C, np.isin(concept_C, right))[:2])
                values[mention] *= cached[key]
        return values

    def _of(self, subset: str, values: Mapping[str, Doubles]) -> Iterator[Figure]:
        """One draw of mentions serves all methods."""
        values_QM = np.concatenate(list(values.values()), axis=1)
        low_M, high_M = np.quantile(statistics.resampled_means(values_QM, _RESAMPLES), [0.025, 0.975], axis=0)
        for column, (method, i) in enumerate(product(values, range(len(MEASURES)))):
            value_Q = values_QM[:, column]
            p = None if method == TFIDF else statistics.mcnemar(value_Q, values[TFIDF][:, i])[2]
            yield Figure(
                table="linking", set=self._name, subset=subset, measure=MEASURES[i], method=method,
                value=float(value_Q.mean()), low=float(low_M[column]), high=float(high_M[column]),
                items=len(value_Q), against="" if p is None else TFIDF, p=p, note=self._note,
            )  # fmt: skip
