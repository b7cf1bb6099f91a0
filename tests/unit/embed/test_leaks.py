from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from embed.evaluate.sets import Evaluated
from embed.methods.targets import names
from embed.pairs import leaks
from embed.pairs.cache import CONCEPTS, NAMES, PAIRS, TASKS, VARIANTS, PairCache
from embed.pairs.names import Names
from embed.pairs.split import RELATED, hold_out, hold_out_relations, hold_out_source, of_source
from kgbuild.errors import InputError

STRINGS = ["asthma", "bronchial asthma", "Asthma, bronchial", "ATP7B", "wheezing", "lung", "a wheeze"]
CONCEPT_IDS = ["MONDO:0000001", "EFO:0000001", "hgnc:870", "HP:0000001", "UBERON:0000001"]


def told() -> PairCache:
    """Asthma under two ids that a source matches, a gene, a phenotype with two names, an organ."""
    labels, groups = [0, 1, 3, 4, 5], [0, 0, 1, 2, 3]
    types = ["Disease", "Disease", "Gene", "Phenotype", "Anatomy"]
    concepts = [
        {"id": id, "label": label, "type": type_, "group": group}
        for id, label, type_, group in zip(CONCEPT_IDS, labels, types, groups, strict=True)
    ]
    rows = [
        ("synonym", 0, 0, 0, 2),  # asthma – Asthma, bronchial
        ("synonym", 0, 0, 1, 1),  # the match of MONDO:1 and EFO:1
        ("synonym", 3, 4, 3, 6),  # wheezing – a wheeze
        ("relation", 2, 3, 0, 0),  # ATP7B – asthma
        ("relation", 1, 1, 2, 3),  # the same from another source, the other way round and of the other id
        ("relation", 0, 0, 3, 4),  # asthma – wheezing
        ("relation", 0, 0, 4, 5),  # asthma – lung
    ]
    pairs = [
        {"task": TASKS.index(task), "head": head, "head_text": one, "tail": tail, "tail_text": other, "weight": 1.0}
        for task, head, one, tail, other in rows
    ]
    named = [(0, 0), (0, 2), (1, 1), (2, 3), (3, 4), (3, 6), (4, 5)]
    return PairCache(
        pa.array(STRINGS),
        pa.Table.from_pylist(concepts, CONCEPTS),
        VARIANTS.empty_table(),
        pa.Table.from_pylist(pairs, PAIRS),
        {"digest": "0" * 32, "queries": {}},
        pa.Table.from_pylist([{"concept": c, "text": t, "language": "en"} for c, t in named], NAMES),
    )


def rows_told(pair: Evaluated) -> list[int]:
    return np.flatnonzero(leaks.find(told(), {"it": [pair]}).mask_P).tolist()


def test_a_pair_of_names_is_found_however_it_is_spelled_and_whichever_comes_first():
    assert rows_told(Evaluated(one_texts=("A  WHEEZE",), other_texts=("Wheezing",))) == [2]


def test_an_edge_is_found_under_every_id_and_name_of_both_ends():
    assert rows_told(Evaluated("NCBIGene:540", "UMLS:C1", ("ATP7B",), ("bronchial asthma",))) == [3, 4]
    assert rows_told(Evaluated("hgnc:870", "EFO:0000001")) == [3, 4]


def test_a_mapping_of_what_is_evaluated_is_found_by_its_ids_alone():
    assert rows_told(Evaluated("MONDO:0000001", "EFO:0000001")) == [1]


def test_what_no_pair_speaks_of_leaves_training_as_it_is():
    found = leaks.find(told(), {"it": [Evaluated("X:1", "Y:1", ("gout",), ("uric acid",))]})

    assert not found.mask_P.any()
    assert found.counts.to_dict("records") == [{"benchmark": "it", "asked": 1, "text": 0, "concept": 0, "edge": 0}]


def test_a_model_that_was_told_an_answer_is_known_by_its_record(tmp_path):
    cache = told()
    found = leaks.find(cache, {"wheeze": [Evaluated(one_texts=("a wheeze",), other_texts=("wheezing",))],
                               "gene": [Evaluated("hgnc:870", "EFO:0000001")]})  # fmt: skip
    for name, rows in {"all": np.ones(7, bool), "clean": ~found.mask_P}.items():
        (tmp_path / name).mkdir()
        leaks.record(tmp_path / name / leaks.TAUGHT, cache, rows, np.zeros(0, np.uint64))

    assert leaks.told_away(tmp_path / "all", found) == {"wheeze": 1, "gene": 2}
    assert leaks.told_away(tmp_path / "clean", found) == {}
    assert leaks.told_away(tmp_path, found) is None


def test_methods_that_pair_names_themselves_leave_out_what_is_asked():
    cache = told()
    found = leaks.find(cache, {"it": [Evaluated(one_texts=("a wheeze",), other_texts=("wheezing",))]})
    kept = replace(cache, kept_out=found.texts)

    def paired(cache: PairCache) -> set[frozenset[str]]:
        pairs = Names(cache, ~found.mask_P).synonyms(50, 0)
        return {frozenset(pairs.texts[i] for i in pair) for pair in pairs.text_P2.tolist()}

    assert paired(cache) - paired(kept) == {frozenset({"wheezing", "a wheeze"})}
    assert STRINGS.index("a wheeze") in names(cache)[1]
    assert STRINGS.index("a wheeze") not in names(kept)[1]


def test_related_pairs_are_held_out_from_every_source_and_direction():
    n = 40
    concepts = [{"id": f"hgnc:{i}", "label": 0, "type": "Gene", "group": i} for i in range(n)]
    concepts += [{"id": f"wp:{i}", "label": 0, "type": "Pathway", "group": n + i} for i in range(n)]
    rows = [
        {"task": 1, "head": head, "head_text": 0, "tail": tail, "tail_text": 0, "weight": 1.0, "predicate": predicate}
        for i in range(n)
        for head, tail, predicate in [(i, n + i, "PARTICIPATES_IN"), (n + i, i, "HAS_PARTICIPANT"), (i, 0, "RELATED")]
    ]
    cache = PairCache(
        pa.array(["x"]), pa.Table.from_pylist(concepts, CONCEPTS), VARIANTS.empty_table(),
        pa.Table.from_pylist(rows, PAIRS), {"digest": "0", "queries": {}},
    )  # fmt: skip

    held = hold_out_relations(cache)

    assert set(RELATED) >= {"pathway–gene"}
    assert held[0::3].sum() == n // 2  # at least 50, or half
    assert (held[0::3] == held[1::3]).all()
    assert not held[2::3].any()


@pytest.fixture
def biobank() -> PairCache:
    """Two associations of a biobank; the Catalog has one of them, its paper, a trait named alike, and another one."""
    labels = ["Type 2 diabetes", "type 2 diabetes mellitus", "gout", "migraine"]
    concepts = [
        {"id": id, "label": i, "type": "Disease", "group": group}
        for i, (id, group) in enumerate([("phecode:250.2", 0), ("EFO:2", 1), ("EFO:3", 2), ("EFO:4", 3)])
    ]
    variants = [{"id": f"dbSNP:rs{i}", "chromosome": "1", "grch38": 10**6 * i, "genes": []} for i in range(4)]
    given = [
        ("biobank", 0, 0, "pgrm", "pubmed:1"),
        ("gwas", 0, 0, "gwas_catalog", "pubmed:2"),  # the same trait and site
        ("gwas", 2, 3, "gwas_catalog", "pubmed:1"),  # its paper
        ("gwas", 1, 0, "gwas_catalog", "pubmed:3"),  # a trait named alike at its site
        ("gwas", 1, 3, "gwas_catalog", "pubmed:3"),  # elsewhere
        ("gwas", 3, 0, "gwas_catalog", "pubmed:4"),  # another trait at its site
    ]
    rows = [
        {"task": TASKS.index(task), "head": head, "head_text": head, "tail": tail, "tail_text": -1, "weight": 1.0,
         "source": source, "publications": paper, "n_traits": 1}
        for task, head, tail, source, paper in given
    ]  # fmt: skip
    return PairCache(
        pa.array(labels), pa.Table.from_pylist(concepts, CONCEPTS), pa.Table.from_pylist(variants, VARIANTS),
        pa.Table.from_pylist(rows, PAIRS), {"digest": "0", "queries": {}},
    )  # fmt: skip


def test_a_whole_biobank_is_kept_out_with_its_papers_and_traits_named_alike(biobank: PairCache):
    parts = {why: np.flatnonzero(part).tolist() for why, part in hold_out_source(biobank, "pgrm").items()}

    assert parts == {"source": [0], "unit": [1], "paper": [2], "label": [1, 3]}
    with pytest.raises(InputError, match="finngen: no associations of this source"):
        hold_out_source(biobank, "finngen")


def test_a_biobank_is_evaluated_on_all_of_it_and_its_own_ends(biobank: PairCache):
    kept_out = np.logical_or.reduce(list(hold_out_source(biobank, "pgrm").values()))

    split = of_source(biobank, "pgrm", hold_out(biobank, "grouped", 0.0, kept_out=kept_out).train_mask)

    assert split.held["head"].to_pylist() == [0]
    assert split.held["seen"].to_pylist() == [True]  # rs0 has the migraine of another paper in training
    assert split.pool is not None
    assert split.pool[1].tolist() == [0]
