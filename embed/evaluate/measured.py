"""Models that are measured, and what was measured of them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed.evaluate.figure import Encode, Figure
from embed.model.checkpoint import Encoder, load_encoder
from kgbuild.files import replacing
from kgbuild.home import folder

_KEPT_FROM = 2_000  # texts: fewer are encoded again rather than kept


@dataclass(frozen=True)
class Model:
    """A model to measure.

    Args:
        encoder: Of texts, and of variants where it has them.
        path: Its folder or its name on the hub, as it was asked for; its files are in `encoder.folder`.
    """

    encoder: Encoder
    path: Path

    @property
    def name(self) -> str:
        """As tables show it."""
        return self.encoder.name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts, N×D; those of many are kept in KG_HOME/encoded, by digests of model and texts."""
        distinct = sorted(set(texts))
        if len(distinct) < _KEPT_FROM:
            return self.encoder.encode(texts, precision="auto")
        digest = hashlib.sha256("\0".join([self._digest, *distinct]).encode()).hexdigest()[:32]
        path = folder("encoded") / f"{digest}.npy"
        if not path.exists():
            with replacing(path) as (new,), new.open("wb") as file:
                np.save(file, self.encoder.encode(distinct, precision="auto"))
        place = {text: i for i, text in enumerate(distinct)}
        vectors: NDArray[np.float32] = np.load(path, mmap_mode="r")[[place[text] for text in texts]]
        return vectors

    @cached_property
    def _digest(self) -> str:
        return self.encoder.digest


@dataclass
class Results:
    """What was measured.

    Args:
        figures: All numbers.
        leaks: A row a benchmark: how many training pairs tell of it.
        reliability: Mapping → its bins, of `statistics.reliability`.
        absent: Benchmarks whose files are not there, with why they cannot be had freely.
        notes: What was left out, in words.
        seconds: By step.
    """

    figures: list[Figure] = field(default_factory=list)
    leaks: pd.DataFrame = field(default_factory=pd.DataFrame)
    reliability: dict[str, pd.DataFrame] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def remarks(self) -> list[str]:
        """What the figures do not say, a line each: leaks, what was left out, what is absent."""
        told = [
            f"leak check, {row.benchmark}: of the graph's pairs {row.text:,} tell of it by text, {row.concept:,} by "
            f"concept, {row.edge:,} by edge; no model that is measured here was trained on them"
            for row in self.leaks.itertuples()
            if row.text + row.concept + row.edge
        ]
        return [*told, *self.notes, *(f"absent: {each}" for each in self.absent)]


def methods(models: Sequence[Model]) -> dict[str, Encode]:
    """The models, with untrained MiniLM before them."""
    plain = Model(load_encoder("minilm"), Path("minilm"))
    return {model.name: model.encode for model in (plain, *models)}
