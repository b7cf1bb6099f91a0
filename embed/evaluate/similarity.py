"""How well a cosine agrees with people about how alike two texts are: Pearson's r and Spearman's ρ.

Every method is asked about the same pairs, and intervals and tests come from one bootstrap of them for all methods.

Legend: N pairs, R resamples, M methods.

Source: BioLORD-2023, section on benchmarks; Efron and Tibshirani 1993, section 15.4 (the test).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from embed.evaluate import lexical, statistics
from embed.evaluate.figure import Encode, Figure
from embed.evaluate.statistics import Doubles

_RESAMPLES = 2_000


def similarity(
    pairs: pd.DataFrame, methods: Mapping[str, Encode], name: str, measure: str, against: str = "minilm"
) -> list[Figure]:
    """The correlation of each method, and of character TF-IDF, with the scores that people gave.

    Args:
        pairs: Of `SimilaritySet.read`: one_text, other_text, score.
        methods: Models.
        name: Of the set.
        measure: `Pearson` or `Spearman`.
        against: The method that the others are tested against.

    Returns:
        A figure a method, with the middle 95 % of bootstrap resamples of pairs; a pair of which a text or the score is
        missing is left out, and counted in `note`.
    """
    used = pairs[(pairs["one_text"] != "") & (pairs["other_text"] != "") & pairs["score"].notna()]
    one, other, place_N = used["one_text"].tolist(), used["other_text"].tolist(), np.arange(len(used))
    scores = {}
    for method, encode in methods.items():
        one_ND, other_ND = np.split(encode([*one, *other]), 2)
        scores[method] = np.einsum("nd,nd->n", one_ND, other_ND).astype(float)
    scores["character TF-IDF"] = lexical.character_tfidf(one, other)(place_N, place_N)
    score_NM, truth_N = np.stack(list(scores.values()), axis=1), used["score"].to_numpy(float)
    drawn_RM = _resampled(score_NM, truth_N, measure)
    place = {method: i for i, method in enumerate(scores)}
    figures = []
    for method, value in zip(scores, _correlation(score_NM, truth_N, measure), strict=True):
        drawn_R, tested = drawn_RM[:, place[method]], against in place and method != against
        low, high = np.quantile(drawn_R, [0.025, 0.975])
        figures.append(
            Figure(
                table="similarity",
                set=name,
                measure=measure,
                method=method,
                value=float(value),
                low=float(low),
                high=float(high),
                items=len(used),
                against=against if tested else "",
                p=statistics.two_sided(drawn_R - drawn_RM[:, place[against]]) if tested else None,
                note=f"{len(pairs) - len(used):,} without a text or a score" if len(used) < len(pairs) else "",
            )
        )
    return figures


def _correlation(score_NM: Doubles, truth_N: Doubles, measure: str) -> Doubles:
    """Of each column with the truth [M]; 0 where either does not vary."""
    if measure == "Spearman":
        score_NM, truth_N = rankdata(score_NM, axis=0), rankdata(truth_N)
    score_NM, truth_N = score_NM - score_NM.mean(axis=0), truth_N - truth_N.mean()
    size_M = np.sqrt((score_NM**2).sum(axis=0) * (truth_N**2).sum())
    correlation: Doubles = np.where(size_M > 1e-12, truth_N @ score_NM / np.maximum(size_M, 1e-12), 0.0)
    return correlation


def _resampled(score_NM: Doubles, truth_N: Doubles, measure: str) -> Doubles:
    """Over resamples of pairs [R, M]; ranks are given anew in each."""
    parts = []
    for drawn_RN in statistics.resamples(len(truth_N), _RESAMPLES):
        for drawn_N in drawn_RN.astype(np.int64):
            row = np.repeat(np.arange(len(truth_N)), drawn_N)
            parts.append(_correlation(score_NM[row], truth_N[row], measure))
    return np.stack(parts)
