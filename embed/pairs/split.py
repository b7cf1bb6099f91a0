"""Held-out associations, split off before anything is sampled or masked.

A *unit* is one trait with one variant. A unit that is held out leaves every association task, so every source.

Source: DESIGN.md, "No leak".
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from embed.pairs.cache import ASSOCIATIONS, TASKS, PairCache
from kgbuild.errors import InputError
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

#: Kinds of relations of which some are held out: types of both ends, predicates.
RELATED = {
    "pathway–gene": ("Pathway", "Gene", ("PARTICIPATES_IN", "HAS_PARTICIPANT")),
    "drug–gene": ("Drug", "Gene", ("TARGETS",)),
    "indication–drug": ("Disease", "Drug", ("TREATS",)),
}

_NEARLY = 0.6  # character TF-IDF of "type 2 diabetes" and "type 2 diabetes mellitus": 0.8


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
        pool: Traits and variants of the associations that negatives are drawn from; those in training where None.
    """

    kind: str
    share: float
    seed: int
    train_mask: NDArray[np.bool_]
    held: pa.Table
    known: NDArray[np.int64]
    pool: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    @property
    def digest(self) -> str:
        """sha256 of what is trained on: equal for all that is evaluated of one training."""
        return hashlib.sha256(np.packbits(self.train_mask).tobytes()).hexdigest()


def hold_out(
    cache: PairCache,
    kind: Literal["random", "grouped"],
    share: float = 0.1,
    seed: int = 0,
    kept_out: NDArray[np.bool_] | None = None,
) -> Split:
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
        kept_out: bool, one a row of `cache.pairs`: what is not trained on besides.
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
    trained = ~np.isin(unit, candidates[chosen])
    train_mask = trained if kept_out is None else trained & ~kept_out
    seen = np.zeros(len(variants), bool)
    seen[tail[association & train_mask]] = True
    table = _table(cache, published[~trained[published]], unit, group, seen)
    known = np.unique(np.stack([group[head[row]], tail[row]], axis=1), axis=0)
    return Split(kind, share, seed, train_mask, table, known)


def hold_out_relations(cache: PairCache, share: float = 0.1, seed: int = 0) -> NDArray[np.bool_]:
    """The relations held out for `kg evaluate`: of pathways and drugs with genes, and of drugs with what they treat.

    A unit is two trait groups; it leaves every source and both directions. At least 50 of a kind are held out, or half.

    Args:
        cache: The pairs.
        share: Of the units, by a hash of their ids and the seed.
        seed: Of the choice.

    Returns:
        bool, one a row of `cache.pairs`.
    """
    held = np.zeros(len(cache.pairs), bool)
    group = cache.concepts["group"].to_numpy().astype(np.int64)
    first = _first(group, cache.concepts["id"].to_pylist())
    for row in related(cache).values():
        ends = np.sort(np.stack([group[cache.column(name)[row]] for name in ("head", "tail")]), axis=0)
        units, unit = np.unique(ends, axis=1, return_inverse=True)
        chance = np.array([_hash(seed, *sorted((first[a], first[b]))) for a, b in units.T.tolist()])
        few = max(int(share * len(chance)), min(50, len(chance) // 2))
        chosen = np.zeros(len(chance), bool)
        chosen[np.argsort(chance, kind="stable")[:few]] = True
        held[row[chosen[unit.ravel()]]] = True
    return held


def hold_out_source(cache: PairCache, source: str) -> dict[str, NDArray[np.bool_]]:
    """Everything that tells of a source's associations, to evaluate on all of it.

    Args:
        cache: The pairs.
        source: As `kg sources` names it: `pgrm`.

    Returns:
        Why → bool, one a row of `cache.pairs`: `source` (its own rows), `unit` (the same trait group with the same
        site, by any other), `paper` (of a publication that it cites), `label` (the same site with a trait whose label
        is nearly the same: cosine of character TF-IDF at least 0.6).

    Raises:
        InputError: No association is the source's.
    """
    task, head, tail = (cache.column(name).astype(np.int64) for name in ("task", "head", "tail"))
    association = np.isin(task, [TASKS.index(name) for name in ASSOCIATIONS])
    own = association & pc.fill_null(pc.equal(cache.pairs["source"].cast(pa.string()), source), False).to_numpy()
    if not own.any():
        raise InputError(f"{source}: no associations of this source in the graph; see `kg stats`")
    group, site = cache.concepts["group"].to_numpy().astype(np.int64), _sites(cache)
    row = np.flatnonzero(association)
    unit, place = np.full((2, len(task)), -1, np.int64)
    unit[row] = group[head[row]] * (len(cache.variants) + 1) + site[tail[row]]
    place[row] = site[tail[row]]

    names = cache.pairs["publications"].combine_chunks()
    papers = [set((text or "").split("|")) - {""} for text in names.dictionary.to_pylist()]
    number = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    cited: set[str] = set().union(*(papers[i] for i in np.unique(number[own]) if i >= 0))
    of_paper = np.array([bool(each & cited) for each in papers] + [False])[number] & association

    there = np.flatnonzero(association & ~own & np.isin(place, place[own]))
    of_place: dict[int, set[int]] = {}
    for at, trait in zip(place[own].tolist(), head[own].tolist(), strict=True):
        of_place.setdefault(at, set()).add(trait)
    traits, asked = np.unique(np.append(head[own], head[there])), np.unique(head[own])
    labels = cache.strings.take(cache.concepts["label"].combine_chunks().take(pa.array(traits))).to_pylist()
    tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform(labels)
    like = (tfidf @ tfidf[np.searchsorted(traits, asked)].T).toarray() >= _NEARLY
    alike = np.zeros(len(task), bool)
    alike[there] = [
        like[i, np.searchsorted(asked, sorted(of_place[at]))].any()
        for i, at in zip(np.searchsorted(traits, head[there]).tolist(), place[there].tolist(), strict=True)
    ]
    same = association & ~own & np.isin(unit, unit[own])
    return {"source": own, "unit": same, "paper": of_paper & ~own, "label": alike}


def of_source(cache: PairCache, source: str, train_mask: NDArray[np.bool_]) -> Split:
    """All associations of a source that was kept out of a training, as a split; negatives are drawn among its own.

    Args:
        cache: The pairs.
        source: As `kg sources` names it.
        train_mask: bool, one a row of `cache.pairs`: what was trained on.
    """
    task, head, tail = (cache.column(name).astype(np.int64) for name in ("task", "head", "tail"))
    association = np.isin(task, [TASKS.index(name) for name in ASSOCIATIONS])
    own = association & pc.fill_null(pc.equal(cache.pairs["source"].cast(pa.string()), source), False).to_numpy()
    group, site = cache.concepts["group"].to_numpy().astype(np.int64), _sites(cache)
    row = np.flatnonzero(association)
    unit = np.full(len(task), -1, np.int64)
    unit[row] = group[head[row]] * (len(cache.variants) + 1) + site[tail[row]]
    seen = np.zeros(len(cache.variants), bool)
    seen[tail[association & train_mask]] = True
    table = _table(cache, np.flatnonzero(own), unit, group, seen)
    known = np.unique(np.stack([group[head[row]], tail[row]], axis=1), axis=0)
    pool = (table["head"].to_numpy().astype(np.int64), table["tail"].to_numpy().astype(np.int64))
    return Split(source, 1.0, 0, train_mask, table, known, pool)


def related(cache: PairCache) -> dict[str, NDArray[np.int64]]:
    """Rows of the relations of each kind in `RELATED`, by its name."""
    row = np.flatnonzero(cache.column("task") == TASKS.index("relation"))
    types = np.array(cache.concepts["type"].to_pylist(), object)
    one, other = (types[cache.column(name)[row]] for name in ("head", "tail"))
    predicate = np.array(cache.pairs["predicate"].take(pa.array(row)).to_pylist(), object)
    return {
        name: row[np.isin(predicate, predicates) & (((one == a) & (other == b)) | ((one == b) & (other == a)))]
        for name, (a, b, predicates) in RELATED.items()
    }


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


def neighbours(cache: PairCache, within: int) -> csr_array:
    """bool M×M: two variants of one chromosome at most `within` apart; each is its own neighbour."""
    count = len(cache.variants)
    chromosome = np.array(cache.variants["chromosome"].to_pylist(), object)
    position = cache.variants["grch38"].to_numpy(zero_copy_only=False)
    one, other = [np.arange(count)], [np.arange(count)]
    for name in set(chromosome) - {None} if within else ():
        of = np.flatnonzero((chromosome == name) & np.isfinite(position))
        of = of[np.argsort(position[of])]
        low = np.searchsorted(position[of], position[of] - within, "left")
        high = np.searchsorted(position[of], position[of] + within, "right")
        one.append(np.repeat(of, high - low))
        other.append(of[np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)])])
    ends = np.concatenate(one), np.concatenate(other)
    return coo_array((np.ones(len(ends[0]), bool), ends), (count, count)).tocsr()
