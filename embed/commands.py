"""What `kg train`, `enrich`, `link` and `evaluate` do: the graph, the pair cache and the models put together."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from embed import enrich as enrichment
from embed import pairs
from embed.checkpoint import load_encoder
from embed.config import TrainConfig
from embed.recipes import RECIPES
from embed.split import Split, hold_out
from embed.train import train as run
from kgbuild.console import Steps, err
from kgbuild.errors import InputError
from kgbuild.home import folder
from kgbuild.store import Store, connect

#: Share of the variant–trait groups that `kg train` keeps for `kg evaluate association`.
HELD_OUT = 0.1


def read_pairs(store: Store) -> pairs.PairCache:
    """The pairs of the graph, from the cache where this graph's were read before."""
    rows = store.query("MATCH (m:Meta {name: 'kg'}) RETURN m.graph_id AS id")
    if not rows:
        raise InputError("the graph is empty; load it first: kg load all --data DIR")
    at = folder("pairs") / rows[0]["id"]
    if (at / "manifest.json").exists():
        cache = pairs.PairCache.load(at)
        if cache.manifest["queries"] == pairs.query_hashes(store):
            return cache
    with Steps().step("reading pairs from the graph"):
        pairs.read(store, rows[0]["id"]).save(at)
    return pairs.PairCache.load(at)


def recipe(name: str) -> TrainConfig:
    """A recipe by its name, spelled with `-` or `_`."""
    key = name.replace("-", "_")
    if key not in RECIPES:
        raise InputError(f"{name}: no such recipe; one of {', '.join(sorted(RECIPES))}")
    return RECIPES[key]()


def train(name: str, out: Path | None, options: dict[str, Any], resume: bool) -> None:
    """Train a recipe on the graph, holding out what `kg evaluate association` asks for."""
    config = recipe(name)
    minutes = options.pop("max_minutes", math.inf)
    kind = options.pop("hold_out", "grouped")
    if "batch_size" in options:
        config = config.resized(options.pop("batch_size"))
    config = replace(config, **options)
    out = out or folder("models") / name.replace("-", "_")
    with connect() as store:
        cache = read_pairs(store)
    split = _split(cache, kind, config.seed)
    mask = np.ones(len(cache.pairs), bool) if split is None else split.train_mask
    run(config, cache, out, mask, minutes, resume)
    (out / "hold_out.json").write_text(
        json.dumps({"kind": kind, "share": HELD_OUT, "seed": config.seed, "graph": cache.manifest["digest"]})
    )
    err.print(f"The model is in {out}. Next: `kg enrich`")


def _split(cache: pairs.PairCache, kind: str, seed: int) -> Split | None:
    if kind == "none":
        return None
    if kind not in ("grouped", "random"):
        raise InputError(f"--hold-out {kind}: no such split; one of grouped, random, none")
    return hold_out(cache, cast(Literal["grouped", "random"], kind), HELD_OUT, seed)


def model_folder(name: str | None) -> str:
    """A model's folder by the name of its recipe, or the name as it is (`minilm`, a folder, a hub's name).

    None is the model that was trained last.
    """
    if name is None:
        trained = sorted(folder("models").glob("*/modules.json"), key=lambda path: path.stat().st_mtime)
        if not trained:
            raise InputError(
                f"{folder('models')}: no model yet; train one with `kg train`, or name one: kg enrich minilm"
            )
        return str(trained[-1].parent)
    at = folder("models") / name.replace("-", "_")
    return str(at) if at.exists() else name


def enrich(name: str | None) -> None:
    """Write a model's vectors into the graph."""
    encoder = load_encoder(model_folder(name))
    with connect() as store:
        err.print(str(enrichment.enrich(store, encoder)))


def link(text: str, to: str | None, top: int) -> pd.DataFrame:
    """The concepts of a vocabulary that a text names, by the model that the graph was enriched with."""
    from kgbuild import mapping

    with connect() as store:
        encoder = load_encoder(mapping.enriched_with(store))
        vector_D = encoder.encode([text])[0]
        return mapping.link(store, text, vector_D, to, top)
