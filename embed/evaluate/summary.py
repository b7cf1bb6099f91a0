"""The figures of an evaluation: means with intervals, paired tests, and what a confidence is worth.

Legend: Q concepts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed.evaluate import statistics
from embed.evaluate.baselines import Scored
from embed.evaluate.gold import Gold
from embed.evaluate.statistics import Doubles, hits

OURS = "kg harmonize"
#: Ways of counting: by the gold's id alone, and with the ids that the graph asserts to be the same.
BY = ("id", "equivalent")
PRECISION = 0.95
FIGURES = ("acc1", "acc5", "mrr")
_RESAMPLES = 2_000  # of what is measured of a confidence


class Mapped(NamedTuple):
    """Which mapping was measured: vocabularies or releases, and the graph's model."""

    source: str
    target: str
    model: str


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Args:
        mapped: Of which mapping.
        notes: What was taken out, left out or absent, a line each.
        figures: A row a method and way of counting (`by`): method, by, concepts, acc1, acc5, mrr, each with _low and
            _high (95 % of bootstrap resamples), and best_f1, of the best threshold of its scores, by an oracle.
        tests: `kg harmonize` against each baseline: method, by; acc1, acc5, mrr (differences), each with _low, _high
            and _p (bootstrap); won, lost (concepts that the one or the other alone has right) and p (McNemar, exact).
        thresholds: A row a rule, of the links with at least a confidence: rule, oracle (it looked at the answers),
            by, threshold, precision, recall, f1, coverage, each with _low and _high. Empty without a confidence.
        calibration: A row a way of binning: bins (width or mass), by, error (expected calibration error), low, high.
        reliability: A row a bin: bins and the columns of `statistics.reliability`, by id.
        predictions: A row a concept: concept, gold, predicted, confidence, right, right_equivalent, and labels.
    """

    mapped: Mapped
    notes: Sequence[str]
    figures: pd.DataFrame
    tests: pd.DataFrame
    thresholds: pd.DataFrame
    calibration: pd.DataFrame
    reliability: pd.DataFrame
    predictions: pd.DataFrame


@dataclass
class Tally:
    """Acc@1, Acc@5, reciprocal rank [Q, 3] and the first score [Q] of each method, for both ways of counting.

    Args:
        truth: For each way, the places of each concept's right terms.
    """

    truth: Mapping[str, Sequence[NDArray[np.int64]]]
    hits: dict[tuple[str, str], Doubles] = field(default_factory=dict)
    first: dict[str, Doubles] = field(default_factory=dict)

    def add(self, method: str, scored: Scored) -> None:
        """Count one concept."""
        n, (concept, terms_C, scores_C) = len(self.truth[BY[0]]), scored
        first_Q = self.first.setdefault(method, np.full(n, -np.inf))
        first_Q[concept] = scores_C.max(initial=-np.inf)
        for by in BY:
            right = self.truth[by][concept]
            places = right if terms_C is None else np.isin(terms_C, right)
            self.hits.setdefault((method, by), np.zeros((n, 3)))[concept] = hits(scores_C, places)


def summary(
    tally: Tally,
    frame: pd.DataFrame,
    gold: Gold,
    concepts: Sequence[str],
    ids: Sequence[str],
    notes: Sequence[str],
    mapped: Mapped,
) -> Evaluation:
    """What was counted, in figures.

    Args:
        tally: Every method's.
        frame: The mapping.
        gold: Its right answers.
        concepts: Those that were measured.
        ids: Terms by their place.
        notes: What the figures do not say.
        mapped: What was mapped.
    """
    first = frame[frame["rank"] == 1].set_index("subject_id")
    predictions = _predictions(tally, first, gold, concepts, ids)
    figures, tests = _figures(tally)
    empty = pd.DataFrame()
    if "confidence" not in first:
        no_confidence = "no confidence: the graph has too few curated mappings to calibrate one on"
        return Evaluation(mapped, [*notes, no_confidence], figures, tests, empty, empty, empty, predictions)
    confidence_Q = predictions["confidence"].fillna(0).to_numpy(float)
    right = {
        by: predictions[column].to_numpy(float) for by, column in zip(BY, ("right", "right_equivalent"), strict=True)
    }
    reliability = pd.concat(
        [
            statistics.reliability(confidence_Q, right["id"], bins == "mass").assign(bins=bins)
            for bins in ("width", "mass")
        ],
        ignore_index=True,
    )
    return Evaluation(
        mapped,
        notes,
        figures,
        tests,
        _thresholds(confidence_Q, right, first["confidence"].dropna().to_numpy(float)),
        _calibration(confidence_Q, right),
        reliability[["bins", *reliability.columns.drop("bins")]],
        predictions,
    )


def _figures(tally: Tally) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each method by itself, and `kg harmonize` less each of the others, by one bootstrap."""
    methods = sorted(tally.first, key=lambda method: method == OURS)
    columns = [(method, by) for by, method in product(BY, methods)]
    values_QM = np.concatenate([tally.hits[column] for column in columns], axis=1)
    means_RM = statistics.resampled_means(values_QM)
    figures, tests = [], []
    for at, (method, by) in enumerate(columns):
        own = slice(3 * at, 3 * at + 3)
        ours = slice(3 * columns.index((OURS, by)), 3 * columns.index((OURS, by)) + 3)
        row = {"method": method, "by": by}
        figures.append(
            row
            | {"concepts": len(values_QM)}
            | _with_intervals(FIGURES, values_QM[:, own].mean(axis=0), means_RM[:, own])
            | {"best_f1": statistics.best_f1(tally.first[method], values_QM[:, own][:, 0])}
        )
        if method != OURS:
            difference_R3 = means_RM[:, ours] - means_RM[:, own]
            difference_3 = values_QM[:, ours].mean(axis=0) - values_QM[:, own].mean(axis=0)
            won, lost, p = statistics.mcnemar(values_QM[:, ours][:, 0], values_QM[:, own][:, 0])
            p_values = {f"{name}_p": statistics.two_sided(difference_R3[:, i]) for i, name in enumerate(FIGURES)}
            tests.append(
                row
                | _with_intervals(FIGURES, difference_3, difference_R3)
                | p_values
                | {"won": won, "lost": lost, "p": p}
            )
    return pd.DataFrame(figures), pd.DataFrame(tests)


def _with_intervals(names: Sequence[str], values_M: Doubles, means_RM: Doubles) -> dict[str, float]:
    low_M, high_M = np.quantile(means_RM, [0.025, 0.975], axis=0)
    rows = zip(names, values_M, low_M, high_M, strict=True)
    return {
        key: float(number)
        for name, value, low, high in rows
        for key, number in ((name, value), (f"{name}_low", low), (f"{name}_high", high))
    }


def _predictions(
    tally: Tally, first: pd.DataFrame, gold: Gold, concepts: Sequence[str], ids: Sequence[str]
) -> pd.DataFrame:
    """The first link of each concept, by the mapping's own order, and whether it is right."""
    place = {identifier: i for i, identifier in enumerate(ids)}
    links = first.reindex(concepts)
    rows: dict[str, Any] = {
        "concept": concepts,
        "label": links["subject_label"].to_numpy(),
        "gold": ["|".join(sorted(gold.answers[concept])) for concept in concepts],
        "predicted": links["object_id"].to_numpy(),
        "predicted_label": links["object_label"].to_numpy(),
        "confidence": links["confidence"].to_numpy() if "confidence" in links else np.nan,
    }
    for column, by in (("right", "id"), ("right_equivalent", "equivalent")):
        rows[column] = [
            place.get(term, -1) in right for term, right in zip(links["object_id"], tally.truth[by], strict=True)
        ]
    return pd.DataFrame(rows)


def _thresholds(confidence_Q: Doubles, right: Mapping[str, Doubles], all_N: Doubles) -> pd.DataFrame:
    rows = []
    for by, right_Q in right.items():
        ordered = np.sort(confidence_Q)
        f1 = [statistics.precision_recall_f1(confidence_Q, right_Q, t)[0, 2] for t in ordered]
        rules = {
            ("highest expected F1", False): statistics.expected_f1_threshold(all_N)[0],
            ("0.5", False): 0.5,
            (f"expected precision {PRECISION}", False): statistics.threshold_at(all_N, all_N, PRECISION),
            ("best F1", True): float(ordered[int(np.argmax(f1))]),
            (f"precision {PRECISION}", True): statistics.threshold_at(confidence_Q, right_Q, PRECISION),
        }
        drawn = np.concatenate(list(statistics.resamples(len(right_Q), _RESAMPLES)))
        for (rule, oracle), threshold in rules.items():
            value_4 = statistics.precision_recall_f1(confidence_Q, right_Q, threshold)[0]
            value_R4 = statistics.precision_recall_f1(confidence_Q, right_Q, threshold, drawn)
            row = {"rule": rule, "oracle": oracle, "by": by, "threshold": threshold}
            rows.append(row | _with_intervals(("precision", "recall", "f1", "coverage"), value_4, value_R4))
    return pd.DataFrame(rows)


def _calibration(confidence_Q: Doubles, right: Mapping[str, Doubles]) -> pd.DataFrame:
    rows = []
    for (by, right_Q), bins in product(right.items(), ("width", "mass")):
        drawn = np.concatenate(list(statistics.resamples(len(right_Q), _RESAMPLES)))
        (error,) = statistics.calibration_error(confidence_Q, right_Q, bins == "mass")
        low, high = np.quantile(
            statistics.calibration_error(confidence_Q, right_Q, bins == "mass", drawn), [0.025, 0.975]
        )
        rows.append(
            {"bins": bins, "by": by, "error": float(error), "low": float(low), "high": float(high),
             "confidence": float(confidence_Q.mean()), "right": float(right_Q.mean())}
        )  # fmt: skip
    return pd.DataFrame(rows)
