"""What a baseline learned, reduced to a vector for each trait and variant: kept, and scored, without what trained it.

A folder NAME holds `vectors.npz` (ids and vectors of traits and variants) and `manifest.json`: the graph's digest, the
split, parameters, seconds and library; a folder with a manifest is whole.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embed.baselines.graph import Triples
from embed.evaluate.association import Score
from embed.pairs.cache import PairCache
from kgbuild.errors import InputError
from kgbuild.files import made, replacing

#: How a score is read off two vectors: their product, or how near they are by one of two norms.
Measure = Literal["product", "l1", "l2"]
_PART = 100_000  # pairs scored at once


@dataclass(frozen=True)
class Learned:
    """A baseline's vectors.

    Args:
        trait_ids, variant_ids: CURIEs.
        trait_TD, variant_VD: A vector each.
        measure: How the two make a score.
        parameters: What it was trained with and how that went, for the manifest.
    """

    trait_ids: NDArray[np.str_]
    variant_ids: NDArray[np.str_]
    trait_TD: NDArray[np.float32]
    variant_VD: NDArray[np.float32]
    measure: Measure
    parameters: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        cache: PairCache,
        graph: Triples,
        trait_ND: NDArray[np.float32],
        variant_ND: NDArray[np.float32],
        measure: Measure,
        parameters: Mapping[str, Any],
    ) -> "Learned":
        """From a vector for each node of a graph, as a trait and as a variant."""
        variant = graph.node >= graph.concepts
        concepts, variants = (np.array(table["id"].to_pylist()) for table in (cache.concepts, cache.variants))
        ids = concepts[graph.node[~variant]], variants[graph.node[variant] - graph.concepts]
        return cls(*ids, trait_ND[~variant], variant_ND[variant], measure, parameters)

    def score(self, cache: PairCache) -> Score:
        """The score of traits and variants by their numbers in a cache.

        An end that training never saw gets the vector of one that it saw, drawn by chance and always the same: what is
        not known is neither near nor far, and no constant lends it the place of a mean.
        """
        trait_C = _rows(self.trait_ids, cache.concepts["id"].to_pylist())
        variant_M = _rows(self.variant_ids, cache.variants["id"].to_pylist())

        def score(head: NDArray[np.int64], tail: NDArray[np.int64]) -> NDArray[np.floating]:
            parts = [slice(at, at + _PART) for at in range(0, len(head), _PART)]
            found = [self._measured(trait_C[head[part]], variant_M[tail[part]]) for part in parts]
            return np.concatenate([np.zeros(0, np.float32), *found])

        return score

    def _measured(self, trait_N: NDArray[np.int64], variant_N: NDArray[np.int64]) -> NDArray[np.floating]:
        one_ND, other_ND = self.trait_TD[trait_N], self.variant_VD[variant_N]
        near_N: NDArray[np.floating] = (
            np.einsum("nd,nd->n", one_ND, other_ND)
            if self.measure == "product"
            else -np.linalg.norm(one_ND - other_ND, ord=int(self.measure[1]), axis=1)
        )
        return near_N

    def save(self, folder: Path, about: Mapping[str, Any]) -> None:
        """Write it, with what else the manifest says; both files take their places together."""
        made(folder)
        with replacing(folder / "vectors.npz", folder / "manifest.json") as (vectors, manifest):
            with vectors.open("wb") as file:
                np.savez(
                    file, trait_ids=self.trait_ids, variant_ids=self.variant_ids, trait_TD=self.trait_TD,
                    variant_VD=self.variant_VD,
                )  # fmt: skip
            says = {"measure": self.measure, **about, "parameters": dict(self.parameters)}
            manifest.write_text(json.dumps(says, indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Learned":
        """Read what `save` wrote.

        Raises:
            InputError: It is no baseline's folder.
        """
        about = manifest(folder)
        with np.load(folder / "vectors.npz") as arrays:
            return cls(**arrays, measure=about["measure"], parameters=about["parameters"])


def manifest(folder: Path) -> dict[str, Any]:
    """What a baseline's manifest says.

    Raises:
        InputError: There is none that is whole.
    """
    try:
        about: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        return about
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no baseline here; train one with `kg baseline NAME`") from error


def _rows(known: NDArray[np.str_], ids: list[str]) -> NDArray[np.int64]:
    """The row of each id; of one that is not known, another's."""
    row = {id: i for i, id in enumerate(known.tolist())}
    drawn = np.random.default_rng(0).integers(0, len(known), len(ids))
    return np.array([row.get(id, other) for id, other in zip(ids, drawn.tolist(), strict=True)], np.int64)
