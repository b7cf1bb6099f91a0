"""What a training kept for evaluation, written beside the model: hold_out.json, and train_mask.npy for the pairs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.pairs.cache import PairCache
from kgbuild.errors import InputError
from kgbuild.files import replacing

_HELD, _MASK = "hold_out.json", "train_mask.npy"


@dataclass(frozen=True)
class HoldOut:
    """What was held out.

    Args:
        kind: `grouped`, `random` or `none`.
        seed: Of the choice.
        graph: The digest of the graph whose pairs were split.
        keep_out: Folders and sources whose pairs were kept out besides.
    """

    kind: str
    seed: int
    graph: str
    keep_out: tuple[str, ...] = ()

    def write(self, model: Path, train_mask: NDArray[np.bool_]) -> None:
        """Write it beside the model, with the pairs that were trained on: bool, one a pair."""
        with replacing(model / _MASK, model / _HELD) as (mask, held):
            with mask.open("wb") as file:
                np.save(file, np.packbits(train_mask))
            held.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, model: Path, cache: PairCache) -> tuple["HoldOut", NDArray[np.bool_]]:
        """Read it, with the pairs of the cache that were trained on.

        Raises:
            InputError: Not a model of this graph's training, or one that held nothing out.
        """
        if not (model / _HELD).exists() or not (model / _MASK).exists():
            raise InputError(f"{model}: no model that this kg trained with a hold-out; train one: kg train")
        given = json.loads((model / _HELD).read_text())
        held = cls(given["kind"], given["seed"], given["graph"], tuple(given.get("keep_out", ())))
        if held.kind == "none" or held.graph != cache.manifest["digest"]:
            raise InputError(f"{model}: held nothing out of this graph; train again on the graph as it is now")
        return held, np.unpackbits(np.load(model / _MASK), count=len(cache.pairs)).astype(bool)
