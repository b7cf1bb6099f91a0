"""Boosted trees that are asked column by column: scikit-learn's own answers, some ten times as fast.

scikit-learn walks down every tree for every row, a branch that nobody foresees at each step. Here each split of a tree
is one comparison of a whole column. Where a row fails it, the leaves on the split's left are out for that row; the
first of those that are not out is where it ends.

Legend: P rows, F features, L leaves of a tree.
Source: Lucchese et al., QuickScorer, SIGIR 2015 (https://doi.org/10.1145/2766462.2767733).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Leaves of a tree at most: a bit each.
LEAVES = 8
_ROWS = 8_192  # at once: 32 kB of a column


class _Tree(NamedTuple):
    """Splits: feature, threshold, bits of the leaves that a larger value rules out; and bits ruled out → value."""

    splits: list[tuple[int, np.float32, np.uint8]]
    value_by_out: NDArray[np.float64]


class Trees:
    """The log odds that a fitted model gives rows, bit for bit.

    Args:
        model: A `HistGradientBoostingClassifier` of two classes, with LEAVES leaves at most, no categories, and fitted
            on rows where nothing is missing.
    """

    def __init__(self, model: Any) -> None:
        self._start = float(model._baseline_prediction.item())
        self._trees = [_tree(predictor.nodes) for (predictor,) in model._predictors]

    def __call__(self, table_PF: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log odds [P]."""
        odds_P = np.full(len(table_PF), self._start)
        for at in range(0, len(table_PF), _ROWS):
            self._add(odds_P[at : at + _ROWS], np.ascontiguousarray(table_PF[at : at + _ROWS].T))
        return odds_P

    def _add(self, odds_P: NDArray[np.float64], columns_FP: NDArray[np.float32]) -> None:
        out_P, some_P, above_P = (np.empty(len(odds_P), kind) for kind in (np.uint8, np.uint8, np.bool_))
        for splits, value_by_out in self._trees:
            out_P[:] = 0
            for feature, threshold, left in splits:
                np.greater(columns_FP[feature], threshold, out=above_P)
                np.multiply(above_P.view(np.uint8), left, out=some_P)
                np.bitwise_or(out_P, some_P, out=out_P)
            odds_P += value_by_out[out_P]


def _tree(nodes: NDArray[Any]) -> _Tree:
    splits: list[tuple[int, np.float32, np.uint8]] = []
    values: list[float] = []

    def walk(place: int) -> list[int]:
        """The leaves below a node, from left to right."""
        node = nodes[place]
        if node["is_leaf"]:
            values.append(float(node["value"]))
            return [len(values) - 1]
        left = walk(int(node["left"]))
        bits = np.uint8(sum(1 << leaf for leaf in left))
        splits.append((int(node["feature_idx"]), _down(float(node["num_threshold"])), bits))
        return left + walk(int(node["right"]))

    leaves = walk(0)
    assert len(leaves) <= LEAVES
    first = [next((leaf for leaf in leaves if not out >> leaf & 1), 0) for out in range(1 << LEAVES)]
    return _Tree(splits, np.array(values)[first])


def _down(threshold: float) -> np.float32:
    """The largest 32-bit float that is not above it: 32-bit values compare with it as with the threshold itself."""
    with np.errstate(over="ignore"):
        near = np.float32(threshold)
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))
