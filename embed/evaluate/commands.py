"""What `kg evaluate` does: a mapping or a model beside baselines."""

import importlib.util
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from embed.commands import model_folder, read_pairs, train
from embed.commands import recipe as recipe_of
from embed.evaluate import held_out, page, papers, plots, projection, report, tables, verdicts
from embed.evaluate.everything import TABLES
from embed.evaluate.everything import everything as measure
from embed.evaluate.gold import read_labelled
from embed.evaluate.mapping import evaluate as figures
from embed.evaluate.measured import Model, Results
from embed.evaluate.page import Picture
from embed.model.checkpoint import load_encoder
from embed.pairs.held import HoldOut
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
    names: Sequence[str],
    data: Path,
    as_json: bool,
    out: Path | None,
    only: Collection[str] = TABLES,
    preprocessed: bool = False,
) -> None:
    """Print every table of one or several models, and write the figures and a page into `out`."""
    steps = Steps()
    found = measure(names, data, steps, only, preprocessed)
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


def association(name: str | None, as_json: bool) -> None:
    """Print AUC of the associations that a model's training held out, beside baselines; odds ratios' order behind them.

    Raises:
        InputError: Not a model of this graph's training, one that held nothing out, or one of texts alone.
    """
    path = Path(model_folder(name))
    model, results = Model(load_encoder(path), path), Results()
    if not (path / "variants.json").exists():
        raise InputError(f"{path}: a model of texts alone; evaluate a recipe of GENEREL's, which has variants")
    with connect() as store:
        cache = read_pairs(store)
    HoldOut.read(path, cache)
    held_out.associations([model], cache, results)
    if as_json:
        print(tables.as_json(results.figures))
        return
    tables.show(results.figures)
    for note in results.notes:
        Steps().tell(note)
