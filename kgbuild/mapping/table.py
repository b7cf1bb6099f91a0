"""A mapping as a table: one row a link of a subject to an object, its columns named as SSSOM names its slots.

Everything that makes, checks, reviews or writes a mapping takes and gives such a table. Its `attrs` say what it is
about: `source` and `target` (vocabulary or release, as users know them), `model` (the encoder), and where known
`model_digest`, `graph` (digest of the graph).

Source: SSSOM 1.0 (https://mapping-commons.github.io/sssom/spec-model/); SKOS for what a kind means.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

#: Kind of match → predicate. The object is *broader* than the subject for `broad`, as in SKOS.
KINDS = {
    "exact": "skos:exactMatch",
    "close": "skos:closeMatch",
    "broad": "skos:broadMatch",
    "narrow": "skos:narrowMatch",
}
#: A pair that looks alike and is not the same (toxic and nontoxic goitre), or a subject without a counterpart.
NONE = "none"
INVERSE = {"exact": "exact", "close": "close", "broad": "narrow", "narrow": "broad", NONE: NONE}

#: Who says it.
COMPUTED = "semapv:SemanticSimilarityThresholdMatching"
CURATED = "semapv:ManualMappingCuration"

#: The columns in order; one that nothing is known for is left out, the first four and similarity_score never.
COLUMNS = (
    "subject_id",  # CURIE
    "subject_label",
    "object_id",  # CURIE
    "object_label",
    "kind",  # of KINDS, or NONE
    "rank",  # among the subject's candidates, from 1
    "similarity_score",  # in [0, 1]; ranks, means nothing by itself
    "confidence",  # in [0, 1]: the share of links like it that are right; null where nothing curated calibrates it
    "mapping_justification",  # COMPUTED or CURATED
    "author_id",  # ORCIDs of who signed it, orcid:0000-0000-0000-0000, parted by |
    "comment",  # reasons in words
)


def ranked(links: Iterable[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """The table of some links, without the columns that are empty throughout."""
    return pd.DataFrame(list(links), columns=list(columns)).dropna(axis="columns", how="all")
