"""How often a mapping's first terms are right, against a gold table, with baselines on the same concepts.

Ties count by their expected value: of n terms with one score, each is first with probability 1/n. Strictly, a term is
right if the gold names its id; beside it, terms that the graph asserts to be the same (EXACT_MATCH, REPLACED_BY) count
as one. Candidates are the live terms of the target, and concepts without a right answer among them are left out.

Source: the figures of DESIGN.md and of shared task practice: Acc@k, mean reciprocal rank.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed.checkpoint import load_encoder
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.mapping import enriched_with, harmonize, scope
from kgbuild.mapping.features import Floats, Target, Vectors
from kgbuild.mapping.terms import Terms, read_terms, read_vectors, target
from kgbuild.store import Store

#: What the plain sum adds of the preferred label's own score.
_LABEL = 0.2
_DEEPEST = 50  # candidates of `kg harmonize` that the mean reciprocal rank looks at
_RESAMPLES = 10_000
_BLOCK = 64  # concepts compared with all terms at once


@dataclass(frozen=True)
class Gold:
    """Right answers: concept → terms."""

    answers: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, path: Path, source: str) -> "Gold":
        """Read a TSV with subject_id and object_id (SSSOM), or with a column named as the source and target_id.

        Args:
            path: The file.
            source: The vocabulary whose bare codes the column of its name has.

        Raises:
            InputError: Other columns.
        """
        table = pd.read_csv(path, sep="\t", dtype=str, comment="#")
        for subject, object_ in (("subject_id", "object_id"), (source.lower(), "target_id")):
            if {subject, object_} <= set(table):
                break
        else:
            raise InputError(f"{path}: columns {', '.join(table)}; a gold table has subject_id and object_id")
        if "predicate_modifier" in table:
            table = table[table["predicate_modifier"] != "Not"]
        answers = defaultdict(set)
        for concept, term in table[[subject, object_]].dropna().itertuples(index=False):
            answers[standardize(concept if ":" in concept else f"{source}:{concept}")].add(standardize(term))
        return cls({concept: frozenset(terms) for concept, terms in answers.items()})


def hits(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Acc@1, Acc@5 and reciprocal rank of one concept, ties by expected value.

    Args:
        scores: Of its candidates.
        right: Which of them are right; without any all figures are 0.

    >>> hits(np.array([0.9, 0.9, 0.1]), np.array([True, False, False]))
    (0.5, 1.0, 0.75)
    """
    if not right.any():
        return 0.0, 0.0, 0.0
    best = scores[right].max()
    above, tied = int((scores > best).sum()), scores == best
    n, wrong = int(tied.sum()), int((tied & ~right).sum())
    at = np.zeros(wrong + 1)  # probability that the first right one is the j-th of the tied
    none_before = 1.0
    for j in range(wrong + 1):
        at[j] = none_before * (n - wrong) / (n - j)
        none_before *= (wrong - j) / (n - j)
    ranks = above + 1 + np.arange(wrong + 1)
    return float(at[ranks <= 1].sum()), float(at[ranks <= 5].sum()), float((at / ranks).sum())


def evaluate(store: Store, source: str, target_name: str, path: Path) -> pd.DataFrame:
    """Measure `kg harmonize` and the baselines.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases.
        path: The gold table.

    Returns:
        A row a method and way of counting (`by`: id, equivalent): method, by, concepts, acc1, acc1_low, acc1_high (95 %
        of bootstrap resamples), acc5, acc5_low, acc5_high, mrr.

    Raises:
        InputError: No concept of the gold has a right answer in the target.
    """
    from_, to = scope(store, source), scope(store, target_name)
    subjects, objects = read_terms(store, from_), read_terms(store, to)
    answers = _answerable(Gold.read(path, from_.name), subjects, objects)
    if not answers:
        raise InputError(f"{path}: no concept of {from_.name} with a right answer in {to.name}; see `kg stats`")
    same = {
        row["id"]: set(row["same"])
        for row in store.query("similar/equivalents", ids=sorted(set().union(*answers.values())))
    }
    right = {"id": answers, "equivalent": {c: frozenset().union(*(same[t] for t in ts)) for c, ts in answers.items()}}
    asked = [i for i, concept in enumerate(subjects.ids) if concept in answers]
    figures: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    model = Path(enriched_with(store)).name
    keys = [key for names in (*objects.names, *(subjects.names[i] for i in asked)) for key in names]
    models = {model: read_vectors(store, keys)}
    if model != "minilm":
        models = {"minilm": _encoded("minilm", keys)} | models
    for name, vectors in models.items():
        terms = target(store, to, objects, vectors)
        ids = np.array(terms.ids)
        for i, scores in _baselines(terms, subjects, asked, name, with_tfidf=name == next(iter(models))):
            for by, truth in right.items():
                isin = np.isin(ids, list(truth[subjects.ids[i]]))
                for method, scores_N in scores.items():
                    figures[method, by].append(hits(scores_N, isin))
    for codes in (False, True):
        frame = harmonize(store, source, target_name, top=_DEEPEST, codes=codes)
        method = f"kg harmonize ({model}), {'with' if codes else 'without'} ICD maps"
        found = {concept: part for concept, part in frame.groupby("subject_id") if concept in answers}
        for by, truth in right.items():
            for i in asked:
                part = found[subjects.ids[i]]
                isin = part["object_id"].isin(truth[subjects.ids[i]]).to_numpy()
                figures[method, by].append(hits(part["similarity_score"].to_numpy(), isin))
    return pd.DataFrame([{"method": method, "by": by, **_summary(each)} for (method, by), each in figures.items()])


def _answerable(gold: Gold, subjects: Terms, objects: Terms) -> dict[str, frozenset[str]]:
    there, known = frozenset(objects.ids), set(subjects.ids)
    answers = {concept: terms & there for concept, terms in gold.answers.items() if concept in known}
    return {concept: terms for concept, terms in answers.items() if terms}


def _encoded(model: str, keys: Iterable[str]) -> Vectors:
    """Vectors of names by another model than the graph's."""
    distinct = sorted(set(keys))
    return Vectors(distinct, load_encoder(model).encode(distinct))


def _baselines(
    terms: Target, subjects: Terms, asked: Sequence[int], model: str, with_tfidf: bool
) -> Iterator[tuple[int, dict[str, Floats]]]:
    """For each concept its scores of all terms, by method: best over the terms' names."""
    for start in range(0, len(asked), _BLOCK):
        block = asked[start : start + _BLOCK]
        labels = [subjects.names[i][0] for i in block]
        tfidf_KQ = terms.tfidf_KG @ terms.tfidf.transform(labels).toarray().T
        encoder_KQ = terms.vectors_KD @ terms.vectors.of(labels).T
        tfidf_QN, encoder_QN = terms.best(tfidf_KQ).T, terms.best(encoder_KQ).T
        tfidf_label_QN, encoder_label_QN = (_LABEL * scores_KQ[terms.labels].T for scores_KQ in (tfidf_KQ, encoder_KQ))
        for row, i in enumerate(block):
            scores = {"character TF-IDF": tfidf_QN[row]} if with_tfidf else {}
            scores |= {
                model: encoder_QN[row],
                f"{model} + {_LABEL} label": encoder_QN[row] + encoder_label_QN[row],
                f"TF-IDF + {model}": tfidf_QN[row] + encoder_QN[row],
                f"TF-IDF + {model} + {_LABEL} label": (
                    tfidf_QN[row] + encoder_QN[row] + tfidf_label_QN[row] + encoder_label_QN[row]
                ),
            }
            yield i, scores


def _summary(figures: Sequence[tuple[float, float, float]]) -> dict[str, float]:
    """Means, with the interval of their bootstrap."""
    each_Q3 = np.array(figures)
    drawn = np.random.default_rng(0).multinomial(len(each_Q3), np.full(len(each_Q3), 1 / len(each_Q3)), size=_RESAMPLES)
    low, high = np.quantile(drawn @ each_Q3 / len(each_Q3), [0.025, 0.975], axis=0)
    acc1, acc5, mrr = each_Q3.mean(axis=0)
    return {
        "concepts": len(each_Q3), "acc1": acc1, "acc1_low": low[0], "acc1_high": high[0], "acc5": acc5,
        "acc5_low": low[1], "acc5_high": high[1], "mrr": mrr,
    }  # fmt: skip
