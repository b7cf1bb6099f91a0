"""Tables of what training held out of the graph: associations, whole biobanks, relations.

Source: GENEREL, tables 2, 3 and 5 and figure 2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from embed.baselines.commands import saved, title
from embed.baselines.degree import degree
from embed.baselines.locus_neighbour import locus_neighbour
from embed.baselines.svd import svd
from embed.commands import split_of
from embed.evaluate import association
from embed.evaluate.association import Score
from embed.evaluate.measured import Model, Results, methods
from embed.evaluate.relatedness import relatedness
from embed.evaluate.renamed import renamed
from embed.model.checkpoint import load_encoder
from embed.pairs.cache import ASSOCIATIONS, TASKS, PairCache
from embed.pairs.held import HoldOut
from embed.pairs.split import RELATED, Split, hold_out_relations, of_source, related
from kgbuild.errors import InputError

#: Pairs of concepts, [2, P].
Ends = NDArray[np.int64]


def associations(models: Sequence[Model], cache: PairCache, results: Results) -> None:
    """Held-out studies and biobanks (GENEREL, tables 3 and 5, figure 2), for models with variants.

    Models that held out something else are measured apart: their pairs differ.
    """
    for held, mask, group in _by_hold_out(models, cache, results):
        split = split_of(cache, held.kind, held.seed, ~mask)
        assert split is not None  # `HoldOut.read` refuses a model that held nothing out
        _measure(split, cache, group, f"GWAS Catalog, {held.kind} hold-out", results)
        for source in held.keep_out:
            if not Path(source).is_dir():
                _measure(of_source(cache, source, mask), cache, group, source.upper(), results)


def _measure(split: Split, cache: PairCache, models: Sequence[Model], name: str, results: Results) -> None:
    texts = traits(cache)
    text_CD = load_encoder("minilm").encode(texts, precision="auto")
    kept = saved(cache, split, tell=results.notes.append)
    own = {model.name: cosine(model, cache, texts) for model in models}
    baselines: dict[str, Score] = {
        "popularity": degree(split, cache),
        "popularity of the trait": degree(split, cache, variants=False),
        "SVD": svd(split, cache),
        "neighbour, own": locus_neighbour(split, cache, text_CD, 0),
        "neighbour, 500 kb": locus_neighbour(split, cache, text_CD),
        **{title(each): score for each, score in kept.items() if each != "svd"},  # it is there already
    }
    results.figures += association.figures(split, cache, own | baselines, own.keys(), name)
    part, other = renamed(split, cache, texts)
    if not len(part.held):
        return
    for how, names in (("label", texts), ("synonym", other)):
        scores = {model.name: cosine(model, cache, names) for model in models}
        rows = association.figures(part, cache, scores, scores.keys(), f"{name}, by {how}")
        results.figures += [
            replace(row, table="other names") for row in rows if row.subset == "all" and row.table == "association"
        ]


def _by_hold_out(
    models: Sequence[Model], cache: PairCache, results: Results
) -> Iterator[tuple[HoldOut, NDArray[np.bool_], list[Model]]]:
    groups: dict[bytes, tuple[HoldOut, NDArray[np.bool_], list[Model]]] = {}
    for model in models:
        if not (model.encoder.folder / "variants.json").exists():
            results.notes.append(f"{model.name}: no variants, so not in the tables of associations")
            continue
        try:
            held, mask = HoldOut.read(model.encoder.folder, cache)
        except InputError as error:
            results.notes.append(f"not in the tables of associations: {error}")
            continue
        groups.setdefault(mask.tobytes(), (held, mask, []))[2].append(model)
    yield from groups.values()


def relations(models: Sequence[Model], cache: PairCache, results: Results) -> None:
    """Relations of the graph that training held out, beside relations that nobody states."""
    mask = trained_on(models, cache)
    texts = np.array(cache.strings.to_pylist(), object)[cache.concepts["label"].to_numpy()]
    ids = np.array(cache.concepts["id"].to_pylist(), object)
    for name, asked_2P, known_2P in asked_relations(cache, mask):
        if not asked_2P.size:
            continue
        one_P, other_P = asked_2P
        pairs = pd.DataFrame(
            {"one": ids[one_P], "one_text": texts[one_P], "other": ids[other_P], "other_text": texts[other_P]}
        )
        one, _, other = name.partition("–")
        results.figures += relatedness(
            pairs,
            methods(models),
            f"{name}, held out of the graph",
            sides=(one, other),
            known=list(zip(*ids[known_2P].tolist(), strict=True)),
            cache=cache,
            train_mask=mask,
        )


def asked_relations(cache: PairCache, mask: NDArray[np.bool_]) -> Iterator[tuple[str, Ends, Ends]]:
    """Relations that training held out, by kind: what is asked and all that is known, as pairs of concepts [2, P].

    The genes of an indication are the targets of the drugs for it, as in DrugBank. One is asked about where an
    indication or a target was held out on every way to it, and training relates the two in no other way.

    Args:
        cache: The pairs.
        mask: bool, one a row: what was trained on.
    """
    types = np.array(cache.concepts["type"].to_pylist(), object)
    held, ends = hold_out_relations(cache), {}
    rows = related(cache)
    for name, row in rows.items():
        both = np.stack([cache.column("head")[row], cache.column("tail")[row]]).astype(np.int64)
        ends[name] = np.where(types[both[0]] == RELATED[name][0], both, both[::-1])
        yield name, np.unique(ends[name][:, held[row]], axis=1), ends[name]

    group = cache.concepts["group"].to_numpy().astype(np.int64)
    treats, targets = ("indication–drug", ends["indication–drug"]), ("drug–gene", ends["drug–gene"][::-1])

    def ways(trained: bool) -> csr_array:
        """How many drugs join a concept with another; of training, or of all that is known."""
        sides = []
        for name, (concept, drug) in (treats, targets):
            at = mask[rows[name]] if trained else np.ones(len(rows[name]), bool)
            place = concept[at], group[drug[at]]
            sides.append(coo_array((np.ones(at.sum()), place), (len(group), group.max(initial=0) + 1)).tocsr())
        return csr_array(sides[0] @ sides[1].T)

    known_2P = np.stack(ways(trained=False).nonzero())
    told_2P = np.stack(ways(trained=True).nonzero())
    row = np.flatnonzero(mask & (cache.column("task") == TASKS.index("relation")))
    direct_2P = np.stack([cache.column("head")[row], cache.column("tail")[row]]).astype(np.int64)
    known, told, direct = (  # as one number each, whichever end stands first
        np.sort(group[pairs], axis=0).T @ [len(group), 1] for pairs in (known_2P, told_2P, direct_2P)
    )
    unsaid = ~np.isin(known, np.concatenate([told, direct]))
    yield "indication–gene", known_2P[:, unsaid], known_2P


def trained_on(models: Sequence[Model], cache: PairCache) -> NDArray[np.bool_]:
    """The pairs of the first model that says what it held out; else what `kg train` trains on."""
    for model in models:
        try:
            return HoldOut.read(model.encoder.folder, cache)[1]
        except InputError:
            continue
    return ~hold_out_relations(cache)


def traits(cache: PairCache) -> list[str]:
    """The concepts' texts, those of concepts without any association left empty: nothing asks for their vectors."""
    texts = np.array(cache.strings.to_pylist(), object)[cache.concepts["label"].to_numpy()]
    associated = np.isin(cache.column("task"), [TASKS.index(task) for task in ASSOCIATIONS])
    asked = np.zeros(len(texts), bool)
    asked[cache.column("head")[associated]] = True
    return list(np.where(asked, texts, ""))


def cosine(model: Model, cache: PairCache, texts: list[str]) -> Score:
    """A model's score: the cosine of a trait's text and a variant."""
    text_CD = model.encode(texts)
    ids, vector_ND = model.encoder.variants
    row = {identifier: i for i, identifier in enumerate(ids)}
    place = np.array([row[identifier] for identifier in cache.variants["id"].to_pylist()])
    return lambda head, tail: np.einsum("nd,nd->n", text_CD[head], vector_ND[place[tail]])
