"""What `kg train`, `enrich`, `link` and `evaluate` do: the graph, the pair cache and the models put together."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed import enrich as enrichment
from embed import pairs, processes
from embed.baselines.degree import degree
from embed.baselines.locus_neighbour import locus_neighbour
from embed.baselines.svd import svd
from embed.checkpoint import Encoder, load_encoder
from embed.config import BioLordConfig, GenerelConfig, SapBertConfig, TrainConfig
from embed.evaluate import mapping as mapping_figures
from embed.evaluate.association import CROSSED_STUDY, Score, evaluate, rank_by_odds
from embed.phases import train as run
from embed.recipes import RECIPES
from embed.recipes.generel import VARIANTS
from embed.split import Split, hold_out
from kgbuild import mapping
from kgbuild.console import Steps, err
from kgbuild.errors import InputError
from kgbuild.files import locked, replacing
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
    kind = options.pop("hold_out", "grouped")
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
    split = _split(cache, kind, config.seed)
    mask = np.ones(len(cache.pairs), bool) if split is None else split.train_mask
    with processes.together():
        run(config, cache, out, mask, minutes, resume)
        if processes.rank() > 0:
            return
    held = {"kind": kind, "share": HELD_OUT, "seed": config.seed, "graph": cache.manifest["digest"]}
    with replacing(out / "hold_out.json") as (part,):
        part.write_text(json.dumps(held))
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
    with connect() as store:
        encoder = load_encoder(mapping.enriched_with(store))
        vector_D = encoder.encode([text])[0]
        return mapping.link(store, text, vector_D, to, top)


def evaluate_mapping(source: str, target: str, gold: Path) -> pd.DataFrame:
    """Acc@1, Acc@5 and MRR of `kg harmonize` and of baselines against a gold table."""
    with connect() as store:
        return mapping_figures.evaluate(store, source, target, gold)


def evaluate_association(name: str | None) -> pd.DataFrame:
    """AUC of the associations that a model's training held out, beside baselines; odds ratios' order behind them.

    Returns:
        A row a score, subset and whether the crossed study is in: AUC by anchor and negatives, mean of 5 seeds, and its
        largest deviation. `order_2` is the share of held-out pairs with odds ratios more than 2 apart ranked rightly.

    Raises:
        InputError: Not a model of this graph's training, or one that held nothing out.
    """
    at = Path(model_folder(name))
    if not (at / "hold_out.json").exists():
        raise InputError(f"{at}: no model that `kg train` made with a hold-out; train one without --hold-out none")
    held = json.loads((at / "hold_out.json").read_text())
    with connect() as store:
        cache = read_pairs(store)
    split = _split(cache, held["kind"], held["seed"])
    if split is None or held["graph"] != cache.manifest["digest"]:
        raise InputError(f"{at}: held nothing out of this graph; train again on the graph as it is now")
    if not (at / "variants.json").exists():
        raise InputError(f"{at}: a model of texts alone; evaluate a recipe of GENEREL's, which has variants")
    encoder, labels = load_encoder(at), cache.concepts["label"].to_numpy()
    texts = _traits(cache, np.array(cache.strings.to_pylist(), object)[labels])
    scores: dict[str, Score] = {
        encoder.name: _cosine(encoder, cache, texts),
        "popularity": degree(split, cache),
        "popularity, trait": degree(split, cache, variants=False),
        "svd": svd(split, cache),
    }
    untrained_CD = load_encoder("minilm").encode(texts)
    scores |= {
        "neighbour, own": locus_neighbour(split, cache, untrained_CD, 0),
        "neighbour, 500 kb": locus_neighbour(split, cache, untrained_CD),
    }
    rows: list[dict[str, object]] = []
    for score_name, score in scores.items():
        figures = evaluate(split, cache, score)
        order = {ranking.gap: ranking.share for ranking in rank_by_odds(split, score)}
        for subset in dict.fromkeys(figure.subset for figure in figures):
            for without in (False, True):
                chosen = [f for f in figures if f.subset == subset and f.without == without]
                aucs = {f"{f.anchor}_{f.negatives}": f.mean for f in chosen}
                rows.append(
                    {
                        "score": score_name,
                        "variants": subset,
                        f"without {CROSSED_STUDY.removeprefix('pubmed:')}": without,
                    }
                    | {"pairs": chosen[0].pairs, **aucs, "deviation": max(f.deviation for f in chosen)}
                    | {"order_2": order.get("> 2") if subset == "all" else None}
                )
    return pd.DataFrame(rows)


def _traits(cache: pairs.PairCache, texts: NDArray[np.object_]) -> list[str]:
    """The concepts' texts, those of concepts without any association left empty: nothing asks for their vectors."""
    associated = np.isin(cache.column("task"), [pairs.TASKS.index(task) for task in pairs.ASSOCIATIONS])
    asked = np.zeros(len(texts), bool)
    asked[cache.column("head")[associated]] = True
    return list(np.where(asked, texts, ""))


def _cosine(encoder: Encoder, cache: pairs.PairCache, texts: list[str]) -> Score:
    text_CD = encoder.encode(texts)
    ids, vector_ND = encoder.variants
    row = {identifier: i for i, identifier in enumerate(ids)}
    place = np.array([row[identifier] for identifier in cache.variants["id"].to_pylist()])
    return lambda head, tail: np.einsum("nd,nd->n", text_CD[head], vector_ND[place[tail]])
