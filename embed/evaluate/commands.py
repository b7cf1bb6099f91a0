"""What `kg evaluate` does: a mapping or a model beside baselines."""

import importlib.util
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from embed.baselines.degree import degree
from embed.baselines.locus_neighbour import locus_neighbour
from embed.baselines.svd import svd
from embed.checkpoint import Encoder, load_encoder
from embed.commands import model_folder, read_pairs, split_of, train
from embed.commands import recipe as recipe_of
from embed.evaluate import page, papers, plots, projection, report, tables, verdicts
from embed.evaluate.association import CROSSED_STUDY, Score, evaluate, rank_by_odds
from embed.evaluate.everything import TABLES
from embed.evaluate.everything import everything as measure
from embed.evaluate.gold import read_labelled
from embed.evaluate.mapping import evaluate as figures
from embed.evaluate.measured import Results
from embed.evaluate.page import Picture
from embed.pairs import ASSOCIATIONS, TASKS, PairCache
from kgbuild.console import Steps
from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.files import made
from kgbuild.home import folder
from kgbuild.mapping import enriched_with
from kgbuild.store import connect


def mapping(source: str, target: str, gold: Path, own_list: bool, as_json: bool, out: Path | None) -> None:
    """Print, and write into `out`, what `kg harmonize` and baselines are worth against a gold table."""
    steps = Steps()
    with connect() as store:
        found = figures(store, source, target, gold, own_list, steps)
    if as_json:
        print(report.as_json(found))
    else:
        report.show(found)
    if out is not None:
        report.write(found, out)
        steps.tell(f"Written to {out}")


def everything(
    names: Sequence[str], data: Path, as_json: bool, out: Path | None, only: Collection[str] = TABLES
) -> None:
    """Print every table of one or several models, and write the figures and a page into `out`."""
    steps = Steps()
    found = measure(names, data, steps, only)
    if as_json:
        print(tables.as_json(found.figures))
    else:
        tables.show(found.figures)
        for note in found.remarks():
            steps.tell(note)
    if out is not None:
        made(out)
        tables.write(found.figures, out)
        page.write(
            out / "index.html",
            found.figures,
            papers.beside(found.figures),
            [*training(names), *reliable(found)],
            found.remarks(),
            {"models": ", ".join(names), "data": str(data), "time": f"{sum(found.seconds.values()) / 60:.1f} minutes"},
            "Evaluation of " + ", ".join(Path(name).name for name in names),
        )
        steps.tell(f"Written to {out}: figures.json, figures.csv, index.html")


def ablations(
    recipe: str, variants: Sequence[str], data: Path, minutes: float | None, as_json: bool, out: Path | None
) -> None:
    """Train a recipe and variants of it, each as long, and compare them (GENEREL, table 4).

    A model that is there already, trained on this graph with this hold-out, is not trained again.
    """
    names = [recipe, *(f"{recipe}:{variant}" for variant in variants)]
    folders = []
    for name in names:
        folders.append(str(folder("models") / "ablations" / recipe_of(name).name))
        if not (Path(folders[-1]) / "modules.json").exists():
            limit = {} if minutes is None else {"max_minutes": minutes}
            train(name, Path(folders[-1]), {"keep_out": [str(data)], **limit}, resume=False)
    everything(folders, data, as_json, out, ("relatedness", "association", "linking"))


def projections(name: str | None, concepts: Sequence[str], out: Path) -> None:
    """Draw a model's space in two dimensions (GENEREL, figure 1): pictures by type and by vocabulary, and a page."""
    steps, encoder = Steps(), load_encoder(model_folder(name))
    with connect() as store:
        cache = read_pairs(store)
    made(out)
    with steps.step("t-SNE"):
        points = projection.project(projection.chosen(cache, encoder, concepts or projection.AUTOIMMUNE), encoder)
    for by in ("type", "vocabulary"):
        projection.draw(points, out, f"tsne-{by}", by, f"{encoder.name}, by {by}")
    projection.write(points, out / "tsne.html", f"{encoder.name}: concepts and variants")
    steps.tell(f"Written to {out}: {len(points):,} points in tsne.html, tsne-type and tsne-vocabulary (.png, .svg)")


def training(names: Sequence[str]) -> list[Picture]:
    """The loss of each model's training against the pairs that it had seen, where it kept its curve."""
    series = {}
    for name in names:
        path = Path(model_folder(name)) / "training" / "metrics.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        if len(rows) > 1:
            config = json.loads((path.parents[1] / "recipe.json").read_text())
            size = sum(config["quota"].values()) if "quota" in config else config["batch_size"]
            series[path.parents[1].name] = [(row["step"] * size, row["loss"]) for row in rows if "loss" in row]
    if not series:
        return []
    picture = plots.curves(series, "pairs seen", "loss", "Training", log=True)
    return [Picture("Training", picture, "Losses of different recipes are not comparable; their slope is.")]


def reliable(found: Results) -> list[Picture]:
    """What the confidence of the mappings is worth."""
    if not found.reliability:
        return []
    picture = plots.reliability(found.reliability, "Share of links that are right, by their confidence")
    return [
        Picture("Reliability", picture, "On the diagonal, nine in ten links of confidence 0.9 are right.", "mapping")
    ]


def pairs(files: Sequence[Path]) -> pd.DataFrame:
    """AUC of likeness of labels, and of kg's score of any pair, on curated positive and negative pairs."""
    frame = read_labelled(files)
    if not importlib.util.find_spec("kgbuild.mapping.pairs"):
        return verdicts.evaluate(frame, {})
    scorer = importlib.import_module("kgbuild.mapping.pairs").PairScorer
    try:
        with connect() as store:
            encode = load_encoder(enriched_with(store)).encode

            def learned_elsewhere(part: pd.DataFrame) -> Any:
                """By a model that saw no pair of the part's vocabularies."""
                ids = {side: part[side].map(standardize) for side in ("subject_id", "object_id")}
                prefixes = (each.str.partition(":")[0] for each in ids.values())
                without = {f"{one}|{other}" for one, other in zip(*prefixes, strict=True)}
                return scorer.fit(store, encode, without).score_pairs(part.assign(**ids), encode)

            return verdicts.evaluate(frame, {"kg": learned_elsewhere})
    except InputError as error:
        Steps().tell(f"kg's own score of a pair is left out: {error}")
        return verdicts.evaluate(frame, {})


def association(name: str | None) -> pd.DataFrame:
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
    split = split_of(cache, held["kind"], held["seed"])
    if split is None or held["graph"] != cache.manifest["digest"]:
        raise InputError(f"{at}: held nothing out of this graph; train again on the graph as it is now")
    if not (at / "variants.json").exists():
        raise InputError(f"{at}: a model of texts alone; evaluate a recipe of GENEREL's, which has variants")
    encoder, texts = load_encoder(at), traits(cache)
    scores: dict[str, Score] = {
        encoder.name: cosine(encoder, cache, texts),
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
        found = evaluate(split, cache, score)
        order = {ranking.gap: ranking.share for ranking in rank_by_odds(split, score)}
        for subset in dict.fromkeys(figure.subset for figure in found):
            for without in (False, True):
                chosen = [f for f in found if f.subset == subset and f.without == without]
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


def traits(cache: PairCache) -> list[str]:
    """The concepts' texts, those of concepts without any association left empty: nothing asks for their vectors."""
    texts = np.array(cache.strings.to_pylist(), object)[cache.concepts["label"].to_numpy()]
    associated = np.isin(cache.column("task"), [TASKS.index(task) for task in ASSOCIATIONS])
    asked = np.zeros(len(texts), bool)
    asked[cache.column("head")[associated]] = True
    return list(np.where(asked, texts, ""))


def cosine(encoder: Encoder, cache: PairCache, texts: list[str]) -> Score:
    """A model's score: the cosine of a trait's text and a variant."""
    text_CD = encoder.encode(texts)
    ids, vector_ND = encoder.variants
    row = {identifier: i for i, identifier in enumerate(ids)}
    place = np.array([row[identifier] for identifier in cache.variants["id"].to_pylist()])
    return lambda head, tail: np.einsum("nd,nd->n", text_CD[head], vector_ND[place[tail]])
