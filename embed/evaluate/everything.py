"""`kg evaluate all`: every table of the three papers, for one or several models side by side.

    leak check ──> similarity, relatedness, linking, associations, mappings ──> Figures ──> terminal, JSON, CSV, page

Each table gives the same items and negatives to every model and baseline. What a folder lacks is named; nothing fails
for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from embed.commands import model_folder, read_pairs
from embed.evaluate import held_out, linking, mapping, report
from embed.evaluate.measured import Model, Results, methods
from embed.evaluate.relatedness import relatedness
from embed.evaluate.sets import Benchmark, registry
from embed.evaluate.sets.mapping import MappingGold
from embed.evaluate.sets.relatedness import PairTable
from embed.evaluate.sets.similarity import SimilaritySet
from embed.evaluate.similarity import similarity
from embed.model.checkpoint import load_encoder
from embed.pairs import leaks
from embed.pairs.cache import CONCEPTS, PAIRS, VARIANTS, PairCache
from kgbuild.console import Steps
from kgbuild.errors import InputError
from kgbuild.store import Store, connect

#: What `--only` names.
TABLES = ("similarity", "relatedness", "linking", "association", "mapping")

Found = Sequence[tuple[Benchmark, list[Path]]]


def everything(
    names: Sequence[str], data: Path, steps: Steps, only: Collection[str] = TABLES, preprocessed: bool = False
) -> Results:
    """Measure models on all that a folder and the graph have.

    Args:
        names: Recipes' names, folders of models as transformers or sentence-transformers write them, names on the
            Hugging Face hub, or `minilm`.
        data: Folder of benchmarks, each as its publishers distribute it (`kg evaluate all --help` names them).
        steps: Told how far it is.
        only: Which of `TABLES`.
        preprocessed: Link mentions as published besides: lower case, abbreviations and composite mentions resolved.

    Raises:
        InputError: No such folder, model or table; a benchmark that cannot be read; a model that was trained on what is
            evaluated.
    """
    if not data.is_dir():
        raise InputError(f"{data}: no such folder; give the one in which the benchmarks' own folders or files lie")
    if unknown := set(only) - set(TABLES):
        raise InputError(f"--only {', '.join(sorted(unknown))}: no such table; some of {', '.join(TABLES)}")
    models = [Model(load_encoder(path), Path(path)) for path in map(model_folder, names)]
    found, results = [(each, files) for each, files in registry.present(data) if each.table in only], Results()
    results.absent += [
        _absent(each) for each in registry.absent(data) if each.table in only and each.table != "linking"
    ]
    with connect() as store:
        cache = _pairs(store, results)
        with steps.step("leak check"):
            results.leaks = check(models, cache, found).counts
        results.notes += [
            f"{model.name}: says nothing of its training pairs, so nothing was checked"
            for model in models
            if not (model.encoder.folder / leaks.TAUGHT).exists()
        ]
        if "similarity" in only:
            with steps.step("similarity"):
                for each, files in found:
                    if isinstance(each, SimilaritySet):
                        pairs = each.read(files)
                        results.figures += similarity(pairs, methods(models), each.name, each.measure)
        if "relatedness" in only:
            with steps.step("relatedness"):
                mask = held_out.trained_on(models, cache)
                for each, files in found:
                    if isinstance(each, PairTable):
                        pairs = each.read(files)
                        results.figures += relatedness(
                            pairs, methods(models), each.name, sides=each.sides, cache=cache, train_mask=mask
                        )
                held_out.relations(models, cache, results)
        if "linking" in only:
            with steps.step("entity linking"):
                tasks, missing = linking.read(data, cache)
                results.absent += missing
                results.figures += linking.evaluate(tasks, methods(models))
                if preprocessed:
                    cleaned = linking.evaluate(tasks, methods(models), (), as_published=True)
                    results.figures += [replace(row, set=f"{row.set}, preprocessed") for row in cleaned]
        if "association" in only:
            with steps.step("associations"):
                held_out.associations(models, cache, results)
        for each, files in found:
            if isinstance(each, MappingGold):
                _mapping(store, each, files[0], models, results, steps)
    return replace(results, seconds=dict(steps.seconds))


def check(models: Sequence[Model], cache: PairCache, found: Found) -> leaks.Leaks:
    """Refuse models that were trained on what is evaluated.

    Returns:
        What of the graph's pairs tells of each benchmark.

    Raises:
        InputError: A model's record of its training holds evaluated pairs.
    """
    told = leaks.find(cache, {each.name: each.pairs(files) for each, files in found})
    for model in models:
        away = leaks.told_away(model.encoder.folder, told)
        if away:
            counts = ", ".join(f"{name} ({count:,})" for name, count in away.items())
            raise InputError(
                f"{model.path}: was trained on pairs that are evaluated: {counts}; "
                "train it with --keep-out DIR, the folder that is given as --data"
            )
    return told


def _pairs(store: Store, results: Results) -> PairCache:
    """The graph's pairs; none of a graph that is empty."""
    try:
        return read_pairs(store)
    except InputError as error:
        results.notes.append(f"no associations, no held-out relations and no mappings: {error}")
        concepts, variants, pairs = (schema.empty_table() for schema in (CONCEPTS, VARIANTS, PAIRS))
        return PairCache(pa.array([], pa.string()), concepts, variants, pairs, {"digest": ""})


def _mapping(
    store: Store, gold: MappingGold, path: Path, models: Sequence[Model], results: Results, steps: Steps
) -> None:
    """One gold mapping: by `kg harmonize` with the graph's vectors, by each model alone, by baselines."""
    try:
        known = {mapping.enriched_digest(store), load_encoder("minilm").digest}  # these are in the table anyway
        also = [str(model.path) for model in models if model.encoder.digest not in known]
        steps.tell(f"{gold.name}:")
        found = mapping.evaluate(store, *gold.maps, path, gold.own_list, steps, also)
    except InputError as error:
        results.absent.append(f"{gold.name}: {error}")
    else:
        results.figures += report.figures(gold.name, found)
        results.notes += [f"{gold.name}: {note}" for note in found.notes]
        if len(found.reliability):
            results.reliability[gold.name] = found.reliability[found.reliability["bins"] == "width"]


def _absent(benchmark: Benchmark) -> str:
    return f"{benchmark.name}: not there; from {benchmark.source}" + (
        f" ({benchmark.licence})" if benchmark.licence else ""
    )
