"""A measured number, as every table of `kg evaluate` gives it: one form for the terminal, JSON, CSV and the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Texts → unit vectors N×D.
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number.

    Args:
        table: What it belongs to: `relatedness`, `association`, `linking`, `similarity`, `mapping` …
        set: The benchmark, with its split: `NCBI-Disease dev`.
        subset: Of its items: `all`, `seen`, `unseen`, `hard` …
        measure: `Acc@1`, `AUC, uniform`, `Spearman` …
        method: A model's or baseline's name.
        value: The number.
        low, high: Its 95 % interval, by bootstrap over items or ± 1.96 deviations over seeds; None where there is none.
        items: How many it is over.
        against: The method that `p` compares it with; empty where nothing was tested.
        p: Two-sided, of a paired test on the same items.
        note: What was left out, in a few words; empty for nothing.
    """

    table: str
    set: str
    subset: str = "all"
    measure: str
    method: str
    value: float
    low: float | None = None
    high: float | None = None
    items: int
    against: str = ""
    p: float | None = None
    note: str = ""
