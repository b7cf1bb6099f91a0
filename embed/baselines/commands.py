"""What `kg baseline` does: baselines trained on a model's split of the graph's pairs, and kept beside the models."""

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from embed.baselines.graph import triples
from embed.baselines.kge import MODELS, held_ranks, kge
from embed.baselines.node2vec import node2vec
from embed.baselines.svd import factors
from embed.baselines.vectors import Learned, manifest
from embed.commands import model_folder, read_pairs, split_of
from embed.evaluate.association import Score
from embed.pairs.cache import PairCache
from embed.pairs.held import HoldOut
from embed.pairs.split import Split
from kgbuild.console import Steps
from kgbuild.errors import InputError, MissingExtra
from kgbuild.home import folder
from kgbuild.store import connect

#: What can be trained, with the package that it needs.
NAMES = {"svd": "sklearn", "node2vec": "gensim"} | dict.fromkeys(MODELS, "pykeen")

_TITLES = {"transe": "TransE", "transh": "TransH", "transr": "TransR", "distmult": "DistMult", "simple": "SimplE",
           "node2vec": "Node2Vec", "svd": "SVD"}  # fmt: skip

#: Told a line.
Tell = Callable[[str], None]


def baseline(
    names: Sequence[str], minutes: float = 5.0, out: Path | None = None, model: str | None = None, seed: int = 0
) -> pd.DataFrame:
    """Train baselines on the graph's pairs and keep them.

    Args:
        names: Of `NAMES`; all by default.
        minutes: Each one's training at most.
        out: Their folder, one below it for each; default `models/baselines` of KG_HOME.
        model: Whose split to train on; default that of `kg train`.
        seed: Of each training.

    Returns:
        A row a baseline: baseline, seconds, passes, loss of the last; for knowledge-graph embeddings PyKEEN's filtered
        ranks of held-out associations.

    Raises:
        InputError: A name that is none; a model that held nothing out of this graph.
        MissingExtra: Its package is not installed.
    """
    names = list(dict.fromkeys(name.lower() for name in names)) or list(NAMES)
    for name in names:
        if name not in NAMES:
            raise InputError(f"{name}: no such baseline; one of {', '.join(NAMES)}")
        if not find_spec(NAMES[name]):
            raise MissingExtra(f"{NAMES[name]}: not installed; {name} needs the extra: pip install 'kg[baselines]'")
    with connect() as store:
        cache = read_pairs(store)
    split = _split(cache, model)
    steps, rows = Steps(), []
    for name in names:
        with steps.step(name):
            rows.append({"baseline": name} | train(name, cache, split, out or kept(), minutes, seed))
    steps.tell(f"Kept in {out or kept()}; `kg evaluate association` shows them beside a model")
    return pd.DataFrame(rows)


def kept() -> Path:
    """Where baselines are kept."""
    return folder("models") / "baselines"


def train(name: str, cache: PairCache, split: Split, out: Path, minutes: float, seed: int) -> dict[str, Any]:
    """Train one and write it into its folder; what there is to say of it, a row."""
    started, figures = time.monotonic(), {}
    if name == "svd":
        learned = factors(split, cache, seed=seed)
    else:
        graph = triples(cache, split.train_mask).near()
        if name == "node2vec":
            learned = node2vec(cache, graph, minutes, seed=seed)
        else:
            learned, trained = kge(cache, graph, name, minutes, seed=seed)
            figures = {key: round(value, 4) for key, value in held_ranks(trained, graph, cache, split).items()}
    about = {
        "baseline": name, "graph": cache.manifest["digest"],
        "split": split.digest, "ranks": figures,
        "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip
    learned.save(out / name, about)
    says = learned.parameters
    row = {"seconds": says["seconds"], "passes": says.get("epochs", says.get("passes"))}
    return row | {"loss": says["losses"][-1] if "losses" in says else None} | figures


def saved(cache: PairCache, split: Split, out: Path | None = None, tell: Tell = lambda line: None) -> dict[str, Score]:
    """The kept baselines that were trained on this split of this graph, by name, as scores.

    Args:
        cache, split: What is evaluated.
        out: Their folder; default that of `kg baseline`.
        tell: Told which others are left out, and why.
    """
    scores: dict[str, Score] = {}
    for path in sorted((out or kept()).glob("*/manifest.json")):
        about = manifest(path.parent)
        if (about["graph"], about["split"]) != (cache.manifest["digest"], split.digest):
            tell(f"{path.parent.name} is left out: of another graph or split; train it with `kg baseline --like MODEL`")
            continue
        scores[path.parent.name] = Learned.load(path.parent).score(cache)
    return scores


def title(name: str) -> str:
    """A baseline's name as its paper spells it."""
    return _TITLES.get(name, name)


def _split(cache: PairCache, model: str | None) -> Split:
    """A model's split, or the one that `kg train` makes."""
    if model is None:
        split = split_of(cache, "grouped", 0)
        assert split is not None
        return split
    held, mask = HoldOut.read(Path(model_folder(model)), cache)
    found = split_of(cache, held.kind, held.seed, ~mask)
    assert found is not None  # `HoldOut.read` refuses a model that held nothing out
    return found
