import numpy as np
import pyarrow as pa
import pytest

from embed.pairs.cache import CONCEPTS, PAIRS, TASKS, VARIANTS, PairCache, groups
from embed.pairs.split import Split, hold_out

#: What one trait is called: its live id, one that it replaced, an exact match, a synonym's concept and a PheCode.
NAMES = ("MONDO:0005148", "EFO:0001360", "DOID:9352", "EFO:9000001", "phecode:250.2")


def planted(order: list[int] | None = None) -> PairCache:
    """One association of 60 sites under five ids of the trait, three tasks and two rsIDs of one position."""
    rng = np.random.default_rng(0)
    ids = [*NAMES, "EFO:0000270"]
    group = groups(ids, [(NAMES[0], other) for other in NAMES[1:]])
    variants = [
        {"id": f"dbSNP:rs{100 * merged + site}", "chromosome": "1", "grch38": 1000 * site, "genes": []}
        for merged in (1, 2)
        for site in range(60)
    ]
    rows = [
        {"task": TASKS.index(task), "head": head, "head_text": head, "tail": site + 60 * merged, "tail_text": -1,
         "weight": 1.0, "effect": float(1 + site), "effect_kind": 0, "publications": str(head), "n_traits": 1,
         "source": source}
        for site in range(60)
        for task, head, merged, source in [
            ("gwas", 0, 0, "gwas_catalog"), ("gwas", 1, 0, "mrinstruments"), ("gwas", 2, 1, "gwas_catalog"),
            ("gwas", 3, 1, "mrinstruments"), ("biobank", 4, 0, "pgrm"), ("gwas", 5, 0, "gwas_catalog"),
        ]
    ]  # fmt: skip
    rows = [rows[i] for i in (rng.permutation(len(rows)) if order is None else order)]
    concepts = [{"id": id, "label": i, "type": "Disease", "group": group[i]} for i, id in enumerate(ids)]
    return PairCache(
        pa.array(ids),
        pa.Table.from_pylist(concepts, CONCEPTS),
        pa.Table.from_pylist(variants, VARIANTS),
        pa.Table.from_pylist(rows, PAIRS),
        {"digest": "0" * 32, "queries": {}},
    )


def units(split: Split, cache: PairCache) -> set[tuple[str, str]]:
    ids, variants = cache.concepts["id"].to_pylist(), cache.variants["id"].to_pylist()
    return {(ids[row["head"]], variants[row["tail"]]) for row in split.held.to_pylist()}


def test_a_grouped_split_leaves_no_copy_of_a_held_out_pair_in_training():
    cache = planted()

    split = hold_out(cache, "grouped", share=0.3)

    group, position = cache.concepts["group"].to_numpy(), cache.variants["grch38"].to_numpy()
    head, tail = cache.column("head"), cache.column("tail")
    trained = {(group[h], position[t]) for h, t in zip(head[split.train_mask], tail[split.train_mask], strict=True)}
    held = {(row["group"], position[row["tail"]]) for row in split.held.to_pylist()}
    assert len(held) > 10
    assert not held & trained


@pytest.mark.parametrize("name", NAMES)
def test_a_leak_under_any_id_is_found_in_the_random_split_and_not_in_the_grouped_one(name: str):
    cache = planted()
    position = cache.variants["grch38"].to_numpy()

    def leaks(kind: str) -> int:
        split = hold_out(cache, kind, share=0.3)  # type: ignore[arg-type]  # both kinds in turn
        rows = np.flatnonzero(split.train_mask & (cache.column("head") == NAMES.index(name)))
        sites = set(position[cache.column("tail")[rows]])
        return sum(position[row["tail"]] in sites for row in split.held.to_pylist() if row["head"] < len(NAMES))

    assert leaks("grouped") == 0
    assert leaks("random") > 0


def test_a_split_depends_on_the_ids_and_the_seed_and_not_on_the_order_of_rows():
    one, other = planted(list(range(360))), planted(list(range(360))[::-1])

    assert units(hold_out(one, "grouped"), one) == units(hold_out(other, "grouped"), other)
    assert units(hold_out(one, "random"), one) == units(hold_out(other, "random"), other)
    assert units(hold_out(one, "random", seed=1), one) != units(hold_out(one, "random", seed=0), one)


def test_a_held_out_unit_stands_once_with_what_its_records_say():
    cache = planted()

    split = hold_out(cache, "grouped", share=1.0)

    rows = [row for row in split.held.to_pylist() if row["head"] < len(NAMES)]
    assert len(rows) == 60
    assert {tuple(row["publications"]) for row in rows} == {("0", "1", "2", "3")}
    assert all(row["odds_ratio"] == 1 + row["tail"] % 60 for row in rows)
    assert not any(row["seen"] for row in rows)


def test_synonyms_and_relations_stay_in_training(tiny_cache):
    split = hold_out(tiny_cache, "grouped", share=0.5)

    assert split.train_mask[tiny_cache.column("task") < TASKS.index("gwas")].all()
    assert not split.train_mask.all()
