"""Held-out associations, split off before anything is sampled or masked.

A *unit* is one trait with one variant. A unit that is held out leaves every association task, so every source.

Source: DESIGN.md, "No leak".
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embed.pairs import ASSOCIATIONS, TASKS, PairCache
from kgbuild.model import EFFECT_KINDS

HELD = pa.schema(
    {
        "head": pa.int32(),
        "group": pa.int32(),
        "tail": pa.int32(),
        "odds_ratio": pa.float32(),
        "publications": pa.list_(pa.string()),
        "n_traits": pa.int32(),
        "seen": pa.bool_(),
    }.items()
)


@dataclass(frozen=True)
class Split:
    """What is trained on and what is kept for evaluation.

    Args:
        kind, share, seed: What `hold_out` was asked for.
        train_mask: bool, one a row of `cache.pairs`: False is held out.
        held: One row a unit: `head` (trait → concepts), its `group`, `tail` (→ variants), `odds_ratio` (median of the
            published ones, or null), `publications` (sorted), `n_traits` (of the record that names fewest), `seen` (the
            variant has a training association).
        known: Every unit of every association task, held out or not, as rows (group of the trait, variant): what is no
            negative.
    """

    kind: str
    share: float
    seed: int
    train_mask: NDArray[np.bool_]
    held: pa.Table
    known: NDArray[np.int64]


def hold_out(cache: PairCache, kind: Literal["random", "grouped"], share: float = 0.1, seed: int = 0) -> Split:
    """Hold out a share of the units that published studies (the task `gwas`) associate.

    `random`: a unit is a trait's id with a variant's id, the easy split. `grouped`: a unit is a trait group (every id
    and name of one trait) with a site (variants at one position: a merged rsID and its successor are one), so nothing
    that is evaluated reaches training under another name.

    Args:
        cache: The pairs.
        kind: See above.
        share: Of the units, chosen by a hash of their ids and the seed: the same cache gives the same split, in
            whatever order its rows are.
        seed: Of the choice.
    """
    task, head, tail = (cache.column(name).astype(np.int64) for name in ("task", "head", "tail"))
    ids, variants = cache.concepts["id"].to_pylist(), cache.variants["id"].to_pylist()
    group = cache.concepts["group"].to_numpy().astype(np.int64)
    trait = group if kind == "grouped" else np.arange(len(ids))
    site = _sites(cache) if kind == "grouped" else np.arange(len(variants))
    association = np.isin(task, [TASKS.index(name) for name in ASSOCIATIONS])
    row = np.flatnonzero(association)
    unit = np.full(len(task), -1, np.int64)
    unit[row] = trait[head[row]] * (len(variants) + 1) + site[tail[row]]

    published = np.flatnonzero(task == TASKS.index("gwas"))
    first_id, first_variant = _first(trait, ids), _first(site, variants)
    candidates = np.unique(unit[published])
    traits, sites = np.divmod(candidates, len(variants) + 1)
    chosen = [
        _hash(seed, first_id[t], first_variant[s]) < share for t, s in zip(traits.tolist(), sites.tolist(), strict=True)
    ]
    train_mask = ~np.isin(unit, candidates[chosen])
    seen = np.zeros(len(variants), bool)
    seen[tail[association & train_mask]] = True
    held = _table(cache, published[~train_mask[published]], unit, group, seen)
    known = np.unique(np.stack([group[head[row]], tail[row]], axis=1), axis=0)
    return Split(kind, share, seed, train_mask, held, known)


def _table(
    cache: PairCache, row: NDArray[np.int64], unit: NDArray[np.int64], group: NDArray[np.int64], seen: NDArray[np.bool_]
) -> pa.Table:
    """One row a held-out unit, in the order of ids; a unit with several ids stands under its first."""
    trait_rank, variant_rank = (
        np.argsort(np.argsort(np.array(t["id"].to_pylist()))) for t in (cache.concepts, cache.variants)
    )
    pairs = cache.pairs.take(row)
    head, tail = (pairs[name].to_numpy().astype(np.int64) for name in ("head", "tail"))
    odds = np.array(pairs["effect_kind"].to_pylist(), object) == EFFECT_KINDS.index("odds_ratio")
    effect = np.where(odds, pairs["effect"].to_numpy().astype(float), np.nan)
    publications, n_traits = (pairs[name].to_pylist() for name in ("publications", "n_traits"))
    order = np.lexsort((variant_rank[tail], trait_rank[head]))
    units: dict[int, list[int]] = {}
    for i in order.tolist():
        units.setdefault(int(unit[row[i]]), []).append(i)
    rows = []
    for members in units.values():
        ratios = effect[members][np.isfinite(effect[members])]
        rows.append(
            {
                "head": head[members[0]],
                "group": group[head[members[0]]],
                "tail": tail[members[0]],
                "odds_ratio": float(np.median(ratios)) if len(ratios) else None,
                "publications": sorted({publications[i] for i in members if publications[i]}),
                "n_traits": min((n_traits[i] for i in members if n_traits[i]), default=1),
                "seen": bool(seen[tail[members[0]]]),
            }
        )
    return pa.Table.from_pylist(rows, HELD)


def _sites(cache: PairCache) -> NDArray[np.int64]:
    """A number a variant, equal for those at one position of one chromosome."""
    numbers: dict[tuple[str, object], int] = {}
    columns = (cache.variants[name].to_pylist() for name in ("id", "chromosome", "grch38"))
    return np.array(
        [
            numbers.setdefault((id, None) if position is None else (chromosome, position), len(numbers))
            for id, chromosome, position in zip(*columns, strict=True)
        ],
        np.int64,
    )


def _first(number: NDArray[np.int64], ids: list[str]) -> dict[int, str]:
    """The smallest id behind each number."""
    first: dict[int, str] = {}
    for n, id in zip(number.tolist(), ids, strict=True):
        first[n] = min(first.get(n, id), id)
    return first


def _hash(seed: int, *names: str) -> float:
    """A number in [0, 1) that depends on the names alone."""
    digest = hashlib.blake2b("\x1f".join([str(seed), *names]).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
