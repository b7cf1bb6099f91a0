"""The best one-to-one mapping as a whole, out of the candidates of all subjects.

Maximised is the sum over links of log(c / (1 − c)) − log(f / (1 − f)) with the confidence c (where there is none, the
similarity score) and the floor f: the most probable set of links, were they independent but for the rule that nobody is
taken twice. Taking the best link first and going on (greedy) can leave two subjects with poor links where a
swap serves both. What a curator signed goes before everything computed.

Source: Jonker and Volgenant's algorithm for sparse matrices, `scipy.sparse.csgraph.min_weight_full_bipartite_matching`.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, identity
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from kgbuild.mapping.table import CURATED, NONE

_SURE = 1e-3  # confidences are taken as at least this far from 0 and 1
_SIGNED = 100.0  # more than any two computed links together: their log-odds differ by 14 at most


def one_to_one(frame: pd.DataFrame, floor: float = 0.0) -> pd.DataFrame:
    """Each subject and each object in one link at most.

    Args:
        frame: A mapping table with several candidates a subject; links of kind none are left out.
        floor: In [0, 1): links that are no surer are left out, so a subject may go without.

    Returns:
        The chosen rows in their order, with the rank that they had among the subject's candidates.
    """
    links = frame[frame["kind"] != NONE] if "kind" in frame else frame
    links = links.sort_values(["subject_id", "object_id"]).drop_duplicates(["subject_id", "object_id"])
    weights = _weights(links, floor)
    links, weights = links[weights > 0], weights[weights > 0]
    if links.empty:
        return links
    subjects, rows = np.unique(links["subject_id"].to_numpy(dtype=str), return_inverse=True)
    objects, columns = np.unique(links["object_id"].to_numpy(dtype=str), return_inverse=True)
    # a full matching is asked for: everybody may also stay alone, which costs what a link of no weight does
    table = csr_array((-1.0 - weights, (rows, columns)), shape=(len(subjects), len(objects)))
    alone = identity(len(subjects), format="csr") * -1.0
    row, column = min_weight_full_bipartite_matching(hstack([table, alone], format="csr"))
    chosen = dict(zip(row.tolist(), column.tolist(), strict=True))
    kept = links[[chosen[r] == c for r, c in zip(rows.tolist(), columns.tolist(), strict=True)]]
    return kept.sort_index()


def _weights(links: pd.DataFrame, floor: float) -> NDArray[np.float64]:
    """Log-odds above the floor's."""
    sure = links["similarity_score"].fillna(0).to_numpy(dtype=float)
    if "confidence" in links:
        confidence = links["confidence"].to_numpy(dtype=float)
        sure = np.where(np.isnan(confidence), sure, confidence)
    weights: NDArray[np.float64] = _log_odds(sure) - _log_odds(np.array(floor))
    weights[sure <= floor] = 0.0
    if "mapping_justification" in links:
        weights[(links["mapping_justification"] == CURATED).to_numpy()] = _SIGNED
    return weights


def _log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(share, _SURE, 1 - _SURE)
    odds: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return odds
