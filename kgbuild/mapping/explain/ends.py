"""The two ends of a pair as the graph knows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgbuild.graph import name_key
from kgbuild.mapping.kind import Side
from kgbuild.store import Store

_SCOPES = ("LABEL", "EXACT")


@dataclass(frozen=True)
class End:
    """One of the two: what the graph knows of it. A variant has no name and no names."""

    id: str
    name: str | None
    type: str | None
    definition: str | None
    obsolete: bool
    replaced_by: str | None
    chromosome: str | None
    grch38: int | None
    flags: Sequence[str]
    names: Sequence[Mapping[str, Any]]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    vector: NDArray[np.float32] | None = field(repr=False, default=None)

    @property
    def variant(self) -> bool:
        """Whether it is a variant."""
        return self.type == "Variant"

    @property
    def keys(self) -> dict[str, Mapping[str, Any]]:
        """Key → its English label and exact names, the label first; all names where it has none of these."""
        names = [name for name in self.names if name["scope"] in _SCOPES and name["language"] == "en"] or self.names
        first: dict[str, Mapping[str, Any]] = {}
        for name in names:
            first.setdefault(name["key"], name)
        return first

    @property
    def side(self) -> Side | None:
        """What a kind of match is read from, as `kg harmonize` reads it; None without a name.

        The label of a list's own concept, which may be headings and all, is none of its names.
        """
        if self.name is None:
            return None
        label = [] if self.keys and name_key(self.name) not in self.keys else [self.name]
        return Side([*label, *self.keys], self.above, self.below)


def read_ends(store: Store, ids: Iterable[str]) -> dict[str, End]:
    """Those of some concepts and variants that are in the graph."""
    return {
        row["id"]: End(
            row["id"], row["name"], next((t for t in row["types"] if t != "Concept"), None), row["definition"],
            row["obsolete"], row["replaced_by"], row["chromosome"], row["grch38"], row["flags"], row["names"],
            row["above"], row["below"],
            None if row["embedding"] is None else np.array(row["embedding"], dtype=np.float32),
        )
        for row in store.query("similar/explain_ends", ids=list(ids))
    }  # fmt: skip
