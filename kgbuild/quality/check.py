"""What a check is: a query over the views of `kgbuild.quality.views`, and what a person needs to know about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import duckdb

Severity = Literal["error", "warning", "note"]

#: What a query yields: the input record that takes part in a finding; records of one finding share `finding`.
COLUMNS = ("finding", "source", "file", "row", "subject", "predicate", "object", "detail")

#: The columns of an edge's record, in that order, but for the first and the last.
EDGE = 'edge.source, edge.file, edge."row", edge.subject, edge.predicate, edge.object'


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong in a graph.

    Args:
        name: As in `kg validate --check NAME`.
        severity: `error`: it cannot be right; `warning`: it is hardly right; `note`: it is worth knowing.
        finds: What it finds, in one sentence.
        cure: What to do about it, in one sentence.
        query: SQL that yields `COLUMNS`.
        prepare: Makes the tables that the query needs and SQL cannot make.
    """

    name: str
    severity: Severity
    finds: str
    cure: str
    query: str
    prepare: Callable[[duckdb.DuckDBPyConnection], None] | None = None
