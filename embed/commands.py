"""What `kg train`, `enrich` and `link` do: the graph, the pair cache and the models put together."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed import enrich as enrichment
from embed.compute import processes
from embed.config import BioLordConfig, GenerelConfig, SapBertConfig, TrainConfig
from embed.evaluate.sets.registry import present
from embed.model.checkpoint import load_encoder
from embed.pairs import cache as pairs
from embed.pairs import leaks
from embed.pairs.held import HoldOut
from embed.pairs.split import Split, hold_out, hold_out_relations, hold_out_source
from embed.recipes import RECIPES
from embed.recipes.generel import VARIANTS
from embed.training.phases import train as run
from kgbuild.console import Steps, err
from kgbuild.errors import InputError
from kgbuild.files import locked
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
    with (folder("pairs") / "lock").open("w") as file, locked(file, lambda: None):  # `torchrun` starts several at once
        manifest = at / "manifest.json"
        # an older kg's, of other queries, need not have the same tables
        if manifest.exists() and json.loads(manifest.read_text())["queries"] == pairs.query_hashes(store):
            return pairs.PairCache.load(at)
        with Steps().step("reading pairs from the graph"):
            pairs.read(store, rows[0]["id"]).save(at)
        return pairs.PairCache.load(at)


def recipe(name: str) -> TrainConfig:
    """A recipe by its name, spelled with `-` or `_`; `RECIPE:VARIANT` for an ablation of GENEREL."""
    key, _, kind = name.replace("-", "_").partition(":")
    if key not in RECIPES:
        raise InputError(f"{name}: no such recipe; one of {', '.join(sorted(RECIPES))}")
    config = RECIPES[key]()
    if not kind:
        return config
    if kind not in VARIANTS or not isinstance(config, GenerelConfig):
        raise InputError(f"{name}: no such variant; GENEREL's recipes have {', '.join(sorted(VARIANTS))}")
    return replace(VARIANTS[kind](config), name=f"{key}_{kind}")


def train(name: str, out: Path | None, options: dict[str, Any], resume: bool) -> None:
    """Train a recipe on the graph, holding out what `kg evaluate association` asks for."""
    config = recipe(name)
    minutes = options.pop("max_minutes", math.inf)
    kind, keep_out = options.pop("hold_out", "grouped"), options.pop("keep_out", [])
    if "mentions" in options and not isinstance(config, SapBertConfig):
        raise InputError(f"--mentions: {name} does not train on mentions; a recipe of SapBERT does: sapbert-finetune")
    if config.name == "sapbert_finetune" and "mentions" not in options:
        raise InputError(f"{name}: nothing to fine-tune on; give --mentions FILE, or train sapbert on synonyms")
    if "batch_size" in options:
        config = config.resized(options.pop("batch_size"))
    learns = isinstance(config, BioLordConfig) and config.teacher
    if "teacher" in options and not learns:
        raise InputError(f"--teacher: {name} learns from no other model; leave it out, or train biolord-m")
    config = replace(config, **options)
    if isinstance(config, BioLordConfig) and learns:
        config = replace(config, teacher=model_folder(config.teacher))
    out = out or folder("models") / config.name
    with connect() as store:
        cache = read_pairs(store)
    cache, kept_out = kept_out_of(cache, keep_out)
    split = split_of(cache, kind, config.seed, kept_out)
    mask = ~kept_out if split is None else split.train_mask
    with processes.together():
        run(config, cache, out, mask, minutes, resume)
        if processes.rank() > 0:
            return
    HoldOut(kind, config.seed, cache.manifest["digest"], tuple(map(str, keep_out))).write(out, mask)
    err.print(f"The model is in {out}. Next: `kg enrich`")


def split_of(cache: pairs.PairCache, kind: str, seed: int, kept_out: NDArray[np.bool_] | None = None) -> Split | None:
    """What a training of this seed holds out, besides what is kept out; None for nothing."""
    if kind == "none":
        return None
    if kind not in ("grouped", "random"):
        raise InputError(f"--hold-out {kind}: no such split; one of grouped, random, none")
    kept_out = np.zeros(len(cache.pairs), bool) if kept_out is None else kept_out
    related = hold_out_relations(cache, HELD_OUT, seed)
    return hold_out(cache, cast(Literal["grouped", "random"], kind), HELD_OUT, seed, kept_out | related)


def kept_out_of(cache: pairs.PairCache, wanted: Sequence[str]) -> tuple[pairs.PairCache, NDArray[np.bool_]]:
    """Keep evaluated pairs out of training, and tell how many.

    Args:
        cache: The pairs.
        wanted: Folders of benchmarks, as `kg evaluate all --data` reads them, or sources of associations (`pgrm`).

    Returns:
        The cache, whose names are not paired where a benchmark asks about that; and bool, one a pair: kept out.

    Raises:
        InputError: Neither a folder nor such a source; a benchmark that cannot be read.
    """
    kept_out, texts = np.zeros(len(cache.pairs), bool), [cache.kept_out]
    for name in wanted:
        if Path(name).is_dir():
            with Steps().step(f"pairs that {name} asks about"):
                found = leaks.find(cache, {each.name: each.pairs(files) for each, files in present(Path(name))})
            kept_out |= found.mask_P
            texts.append(found.texts)
            for row in found.counts.itertuples():
                _tell(row.benchmark, {how: getattr(row, how) for how in ("text", "concept", "edge")})
        else:
            parts = hold_out_source(cache, name)
            kept_out |= np.logical_or.reduce(list(parts.values()))
            _tell(name, {why: int(part.sum()) for why, part in parts.items()})
    return replace(cache, kept_out=np.unique(np.concatenate(texts))), kept_out


def _tell(benchmark: str, counts: Mapping[str, int]) -> None:
    told = ", ".join(f"{count:,} by {how}" for how, count in counts.items() if count)
    err.print(f"kept out of training for {benchmark}: {told or 'nothing, no pair tells of it'}", highlight=False)


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
    from kgbuild import mapping  # scikit-learn's ensembles, half a second that no training needs

    with connect() as store:
        encoder = load_encoder(mapping.enriched_with(store))
        vector_D = encoder.encode([text])[0]
        return mapping.link(store, text, vector_D, to, top)


def encode(keys: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors [K, D] of names, by the model that the graph was enriched with."""
    from kgbuild import mapping

    with connect() as store:
        return load_encoder(mapping.enriched_with(store)).encode(keys)


def score(table: Path) -> pd.DataFrame:
    """A mapping table with a confidence for each row, by the model that the graph was enriched with."""
    from kgbuild import mapping
    from kgbuild.mapping.score import score_table

    with connect() as store:
        encoder = load_encoder(mapping.enriched_with(store))
        return score_table(store, table, lambda texts: encoder.encode(texts, precision="auto"))
