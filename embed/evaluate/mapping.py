"""How good a mapping is against a gold table, beside baselines, in one run on exactly the same concepts.

Candidates are the live terms of the target, and concepts without a right answer among them are left out. Strictly, a
term is right if the gold names its id; beside it, terms that the graph asserts to be the same (EXACT_MATCH,
REPLACED_BY) count as one. Ties count by their expected value: of n terms with one score, each is first with
probability 1/n. A confidence is measured on the first link as it is given; its thresholds are chosen from the
confidences of all links of the mapping, no right answer being looked at.

What the graph asserts of the concepts that are mapped (their mappings and cross-references, what curators signed) is
not read, nor is any mapping of their vocabulary learned from: they are mapped as if nobody had mapped them.

Source: the figures of DESIGN.md and of shared task practice: Acc@k, mean reciprocal rank.
"""

import dataclasses
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from embed.baselines.icd_bridge import icd_bridge
from embed.evaluate.baselines import TEXT2TERM, Names, Scored, encoded, has_text2term, text2term
from embed.evaluate.gold import Gold
from embed.evaluate.summary import OURS, Evaluation, Mapped, Tally, summary
from embed.model.checkpoint import load_encoder
from kgbuild.console import Steps
from kgbuild.errors import InputError
from kgbuild.mapping import enriched_with, harmonize, read_list, scope
from kgbuild.mapping.features import Vectors
from kgbuild.mapping.terms import Terms, read_terms, read_vectors
from kgbuild.store import Store

BRIDGE = "ICD bridge"
_DEEPEST = 50  # candidates of `kg harmonize` that the mean reciprocal rank looks at
_PAIRS = 500  # a query


def evaluate(
    store: Store,
    source: str,
    target_name: str,
    path: Path,
    own_list: bool = False,
    steps: Steps | None = None,
    also: Sequence[str] = (),
) -> Evaluation:
    """Measure `kg harmonize` and the baselines.

    Args:
        store: The graph, enriched.
        source, target_name: Vocabularies or releases.
        path: The gold table.
        own_list: Map the gold table's own concepts and labels, as a list that is not in the graph.
        steps: Told how far it is.
        also: Further models whose vectors of names are compared, trained or not: what `load_encoder` takes.

    Raises:
        InputError: No concept of the gold has a right answer in the target; a list without labels; no such model.
    """
    steps = steps or Steps()
    folder = enriched_with(store)
    model = "minilm" if load_encoder("minilm").digest == enriched_digest(store) else Path(folder).name
    to = scope(store, target_name)
    objects = read_terms(store, to)
    name = source if own_list else _known(store, source)
    whole = Gold.read(path, name)
    given: Any = _list(whole, path, folder) if own_list else name
    subjects: Terms = given.terms if own_list else read_terms(store, scope(store, source))
    gold = whole.met(subjects.ids, objects.ids)
    if not gold.answers:
        hint = "" if own_list or not whole.labels else ", or map the table's own labels with --own-list"
        raise InputError(f"{path}: no concept of {name} with a right answer in {to.name}; see `kg stats`{hint}")
    notes = []
    if left := len(whole.answers) - len(gold.answers):
        notes.append(
            f"{left:,} of {len(whole.answers):,} concepts of the gold left out: they or their answers are absent"
        )
    names = {i: keys for i, keys in zip(subjects.ids, subjects.names, strict=True) if i in gold.answers}
    tally = Tally(_truth(store, [gold.answers[concept] for concept in names], objects.ids))
    with steps.step("baselines"):
        asked_keys = {key for keys in names.values() for key in keys}
        vectors = read_vectors(store, asked_keys.union(*objects.names))
        if own_list:
            vectors += given.subjects(store).vectors
        notes += _measure_baselines(tally, objects, list(names.values()), model, vectors, also)
        bridge = [] if own_list else [*icd_bridge(store, scope(store, source), to, objects, list(names))]
        if not bridge:
            notes.append(f"{BRIDGE}: no ICD codes of these concepts, so it is not in the table")
        for each in bridge:
            tally.add(BRIDGE, each)
    with steps.step(OURS):
        frame = harmonize(store, given, target_name, top=_DEEPEST, asserted=False)
    _measure_frame(tally, frame, list(names), objects.ids)
    mapped = Mapped(name, to.name, model)
    return summary(tally, frame, gold, list(names), objects.ids, notes, mapped)


def _known(store: Store, source: str) -> str:
    """A vocabulary's name as users know it."""
    try:
        return scope(store, source).name
    except InputError as error:
        raise InputError(f"{error}; --own-list maps the gold table's own labels instead") from error


def enriched_digest(store: Store) -> str:
    """Of the model whose vectors the graph has."""
    (row,) = store.query("enrich/recorded")
    return str(row["encoded"]["digest"])


def _list(gold: Gold, path: Path, model: str) -> Any:
    """The gold's own concepts as a list of one's own, `kgbuild.mapping.lists.OwnList`.

    Raises:
        InputError: They have no labels.
    """
    if missing := sorted(gold.answers.keys() - gold.labels.keys()):
        raise InputError(f"{path}: {missing[0]} has no label; a list of one's own is mapped by its labels")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "list.tsv")
        pd.DataFrame({"code": gold.labels.keys(), "label": gold.labels.values()}).to_csv(table, sep="\t", index=False)
        own = read_list(table)
    encoder = load_encoder(model)
    return dataclasses.replace(own, encode=lambda keys: encoder.encode(list(keys)))


def _truth(store: Store, answers: Sequence[frozenset[str]], ids: Sequence[str]) -> dict[str, list[Any]]:
    """Places of each concept's right terms, by way of counting."""
    place = {identifier: i for i, identifier in enumerate(ids)}
    rows = store.query("similar/equivalents", ids=sorted(frozenset().union(*answers)))
    same = {row["id"]: row["same"] for row in rows}

    def places(terms: Iterable[str]) -> Any:
        return np.array(sorted({place[term] for term in terms if term in place}), np.int64)

    equivalent = [[other for term in terms for other in same[term]] for terms in answers]
    return {"id": [places(terms) for terms in answers], "equivalent": [places(terms) for terms in equivalent]}


def _measure_baselines(
    tally: Tally,
    objects: Terms,
    asked: Sequence[Sequence[str]],
    model: str,
    vectors: Vectors,
    also: Sequence[str],
) -> list[str]:
    """Score by every baseline over names; what is absent, in words."""
    target_keys, asked_keys = ({key for keys in names for key in keys} for names in (objects.names, asked))
    models = {"minilm": encoded("minilm", target_keys, asked_keys)}
    if model != "minilm":
        models[model] = vectors
    for name in also:
        short = Path(name).name
        models[name if short in models else short] = encoded(name, target_keys, asked_keys)
    for scored in Names(objects).compared(asked, models):
        for method, each in scored.items():
            tally.add(method, each)
    if not has_text2term():
        return [f"{TEXT2TERM}: not installed, so it is not in the table; pip install 'kg[eval]'"]
    for each in text2term(objects, asked):
        tally.add(TEXT2TERM, each)
    return []


def _measure_frame(tally: Tally, frame: pd.DataFrame, concepts: Sequence[str], ids: Sequence[str]) -> None:
    place = {identifier: i for i, identifier in enumerate(ids)}
    found = dict(iter(frame.groupby("subject_id")))
    for concept, subject in enumerate(concepts):
        part = found.get(subject, frame[:0])
        places = part["object_id"].map(lambda term: place.get(term, -1)).to_numpy(np.int64)
        tally.add(OURS, Scored(concept, places, part["similarity_score"].to_numpy(float)))
