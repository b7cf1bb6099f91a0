"""Pairs of related concepts in the formats of databases, and AUCs against negatives of the same types."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from embed.evaluate.held_out import asked_relations
from embed.evaluate.lexical import bm25, character_tfidf
from embed.evaluate.relatedness import Negatives, influence, relatedness, training_degree
from embed.evaluate.sets.relatedness import BENCHMARKS, Columns, PairTable
from embed.pairs.cache import CONCEPTS, PAIRS, TASKS, VARIANTS, PairCache
from embed.pairs.split import hold_out_relations
from kgbuild.errors import InputError

NAMED = {each.name: each for each in BENCHMARKS}
DISGENET = NAMED["DisGeNET disease–gene"]


def frame(couples: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame([(a, a, b, b) for a, b in couples], columns=["one", "one_text", "other", "other_text"])


def test_disgenet_is_read_with_its_old_header(tmp_path: Path):
    (tmp_path / "curated_gene_disease_associations_dev.tsv").write_text(
        "geneId\tgeneSymbol\tgeneName\tdiseaseId\tdiseaseName\tscore\n"
        "540\tATP7B\tATPase, Cu++ transporting\tumls:C0019202\tHepatolenticular Degeneration\t0.97\n"
        "540\tATP7B\tATPase, Cu++ transporting\tumls:C0019202\tHepatolenticular Degeneration\t0.20\n"
    )

    (pair,) = DISGENET.pairs(DISGENET.files(tmp_path))

    assert (pair.one, pair.other) == ("NCBIGene:540", "umls:C0019202")
    assert pair.one_texts == ("ATP7B", "ATPase, Cu++ transporting")
    assert DISGENET.read(DISGENET.files(tmp_path))["one_text"].tolist() == ["ATP7B, ATPase, Cu++ transporting"]


def test_disgenet_is_read_with_its_newer_headers(tmp_path: Path):
    with gzip.open(tmp_path / "curated_gene_disease_associations.tsv.gz", "wt") as file:
        file.write(
            "geneId\tgeneSymbol\tDSI\tDPI\tdiseaseId\tdiseaseName\tdiseaseType\tscore\n"
            "1\tA1BG\t0.7\t0.5\tC0001418\tAdenocarcinoma\tgroup\t0.01\n"
        )
    old = DISGENET.read(DISGENET.files(tmp_path)).iloc[0]
    (tmp_path / "curated_gene_disease_associations.tsv.gz").unlink()
    (tmp_path / "disgenet_gda.tsv").write_text(
        "gene_symbol\tgeneid\tdisease_name\tdiseaseUMLSCUI\tscore\nA1BG\t1\tAdenocarcinoma\tC0001418\t0.3\n"
    )
    new = DISGENET.read(DISGENET.files(tmp_path)).iloc[0]

    assert (old["one"], old["other"]) == (new["one"], new["other"]) == ("NCBIGene:1", "umls:C0001418")
    assert old["other_type"] == "group"


def test_of_repodb_approved_drugs_are_pairs(tmp_path: Path):
    (tmp_path / "repodb.csv").write_text(
        "drug_name,drugbank_id,ind_name,ind_id,NCT,status,phase,DetailedStatus\n"
        'Lepirudin,DB00001,"Thrombocytopenia, heparin-induced",C0272285,NA,Approved,NA,NA\n'
        "Lepirudin,DB00001,Angina,C0002962,NCT1,Terminated,Phase 2,NA\n"
    )
    (pair,) = NAMED["repoDB indication–drug"].pairs([tmp_path / "repodb.csv"])

    assert (pair.one, pair.other) == ("drugbank:DB00001", "umls:C0272285")
    assert pair.other_texts == ("Thrombocytopenia, heparin-induced",)


def test_ctds_header_stands_in_a_comment(tmp_path: Path):
    (tmp_path / "CTD_genes_pathways.tsv").write_text(
        "# Copyright\n#\n# Fields:\n# GeneSymbol\tGeneID\tPathwayName\tPathwayID\n#\n"
        "A1BG\t1\tHemostasis\tREACT:R-HSA-109582\n"
    )
    (pair,) = NAMED["CTD pathway–gene"].pairs([tmp_path / "CTD_genes_pathways.tsv"])

    assert (pair.one, pair.other) == ("NCBIGene:1", "reactome:R-HSA-109582")


def test_any_table_is_read_by_its_columns(tmp_path: Path):
    (tmp_path / "mine.csv").write_text("drug,disease\nAspirin,Headache\naspirin,Headache\n,Gout\n")
    mine = PairTable("mine", ("mine.csv",), (Columns("drug", "disease"),))

    pairs = mine.read(mine.files(tmp_path))

    assert pairs[["one", "other_text"]].to_numpy().tolist() == [["aspirin", "Headache"]]
    assert not next(mine.pairs(mine.files(tmp_path))).one  # a name is no identifier


def test_columns_that_are_missing_are_named(tmp_path: Path):
    (tmp_path / "disgenet_gda.tsv").write_text("gene\tdisease\nA\tB\n")

    with pytest.raises(InputError, match=r"disgenet_gda.tsv: columns gene, disease; expected geneSymbol, .* or gene_"):
        DISGENET.read(DISGENET.files(tmp_path))


def test_a_benchmark_that_is_not_there_has_no_files(tmp_path: Path):
    assert [each.files(tmp_path) for each in BENCHMARKS] == [[]] * len(BENCHMARKS)


@given(
    st.integers(2, 30).flatmap(
        lambda n: st.tuples(*[arrays(float, n, elements=st.integers(-5, 5).map(float)) for _ in range(2)])
    )
)
def test_the_mean_influence_is_the_auc(scores: tuple[np.ndarray, np.ndarray]):
    right = np.repeat([1, 0], len(scores[0]))

    assert influence(*scores).mean() == pytest.approx(roc_auc_score(right, np.concatenate(scores)))


def test_intervals_are_those_of_a_bootstrap_of_pairs():
    rng = np.random.default_rng(0)
    one, other = rng.normal(0.5, 1, 400), rng.normal(0, 1, 400)
    drawn = rng.integers(0, 400, (2000, 400))
    right = np.repeat([1, 0], 400)

    whole = np.std([roc_auc_score(right, np.concatenate([one[d], other[d]])) for d in drawn[:500]])

    assert influence(one, other)[drawn].mean(axis=1).std() == pytest.approx(whole, rel=0.1)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=20), st.sampled_from([None, 0, 1])
)
def test_no_negative_is_known_and_the_kept_end_stays(couples: list[tuple[int, int]], kept: int | None):
    one, other = (np.array(end) for end in zip(*couples, strict=True))
    type_of = one % 2
    drawn_one, drawn_other, had = Negatives(one, other, type_of, 7, [(0, 0)])("uniform", kept, 0)

    drawn = list(zip(drawn_one[had].tolist(), drawn_other[had].tolist(), strict=True))
    assert not {*couples, (0, 0)} & set(drawn)
    assert (drawn_one[had] % 2 == type_of[had]).all()
    if kept is not None:
        assert ((drawn_one, drawn_other)[kept] == (one, other)[kept]).all()


def test_negatives_by_degree_are_as_popular_as_pairs():
    one, other = np.arange(3000) % 50, np.where(np.arange(3000) % 50 < 20, 1000, np.arange(3000) % 700)
    draw = Negatives(one, other, np.zeros(3000, int), 2000)

    uniform, degree = (np.mean(draw(kind, 0, 0)[1] == 1000) for kind in ("uniform", "degree"))

    assert uniform < 0.01
    assert 0.2 < degree < 0.28  # 40 % of the 60 % whose end does not have it already


def test_a_model_that_knows_the_pairs_is_better_than_one_that_does_not():
    couples = [(f"gene {i}", f"disease {i // 2}") for i in range(60)]
    rng = np.random.default_rng(0)
    vectors = {text: rng.normal(size=16) for text in dict.fromkeys(text for couple in couples for text in couple)}

    def knows(texts):
        return np.array([vectors[f"disease {int(text.split()[1]) // 2}" if "gene" in text else text] for text in texts])

    figures = relatedness(
        frame(couples), {"minilm": lambda texts: np.array([vectors[text] for text in texts]), "knows": knows}, "toy",
        sides=("gene", "disease"), seeds=range(2), scores={"by id": lambda a, b: np.zeros(len(a))},
    )  # fmt: skip
    value = {(each.method, each.measure): each for each in figures}

    best = value["knows", "AUC, uniform"]
    assert best.low > 0.9 > value["minilm", "AUC, uniform"].high
    assert (best.items, best.against, best.p < 0.01) == (60, "minilm", True)
    assert value["by id", "AUC, degree, gene kept"].value == 0.5
    assert "over 2 seeds" in best.note
    assert len({each.method for each in figures}) == 5


def test_pairs_that_have_no_negative_are_said():
    figures = relatedness(frame([("a", "x"), ("a", "y"), ("b", "x"), ("c", "y")]), {}, "toy", seeds=[0])
    kept = {each.measure: each for each in figures if each.method == "BM25"}["AUC, uniform, one kept"]

    assert (kept.items, kept.note.partition("; ")[2]) == (2, "2 without any pair that is unknown")


def test_degrees_are_found_by_id_and_by_name(tiny_cache: PairCache):
    degree = training_degree(tiny_cache)

    assert degree("EFO:0000000", "") == 2
    assert degree("umls:C1", "Asthma (disease)") == degree("", "Asthma, severe") == 2
    assert degree("", "unheard of") == 0
    assert training_degree(tiny_cache, np.zeros(len(tiny_cache.pairs), bool))("EFO:0000000", "") == 0


def test_letters_and_words_score_names():
    one, other = ["type 2 diabetes", "gout"], ["Diabetes, type 2", "gouty arthritis"]
    places = np.array([0, 1, 0]), np.array([0, 1, 1])

    letters, words = character_tfidf(one, other)(*places), bm25(one, other)(*places)

    assert letters[0] > letters[1] > letters[2]
    assert words[0] > 0 == words[1] == words[2]


def test_genes_of_an_indication_are_asked_about_where_training_has_no_way_to_them():
    of = {"d": "Disease", "r": "Drug", "g": "Gene"}
    ids = [f"{kind}:{i}" for kind in of for i in range(8)]
    place = {each: i for i, each in enumerate(ids)}
    edges = [(f"d:{i}", "TREATS", f"r:{(i + k) % 8}") for i in range(8) for k in (0, 1)]
    edges += [(f"r:{i}", "TARGETS", f"g:{i}") for i in range(8)]
    edges += [(f"d:{i}", "ASSOCIATED_WITH", f"g:{i}") for i in range(3)]
    rows = [
        {
            "task": TASKS.index("relation"),
            "head": place[one],
            "tail": place[other],
            "predicate": predicate,
            "weight": 1.0,
        }
        for one, predicate, other in edges
    ]
    concepts = [{"id": each, "label": i, "type": of[each[0]], "group": i} for i, each in enumerate(ids)]
    cache = PairCache(
        pa.array(ids),
        pa.Table.from_pylist(concepts, CONCEPTS),
        VARIANTS.empty_table(),
        pa.Table.from_pylist(rows, PAIRS),
        {},
    )
    held = {edge for edge, out in zip(edges, hold_out_relations(cache), strict=True) if out}

    found = {name: (asked, known) for name, asked, known in asked_relations(cache, ~hold_out_relations(cache))}

    asked, known = ({tuple(ids[i] for i in pair) for pair in ends.T} for ends in found["indication–gene"])
    ways = {
        (d, g): [(d, "TREATS", r) in held or (r, "TARGETS", g) in held for _, _, r in edges if (d, "TREATS", r) in edges
                 and (r, "TARGETS", g) in edges]
        for d in ids[:8] for g in ids[16:]
    }  # fmt: skip
    assert known == {pair for pair, some in ways.items() if some}
    related = {(one, other) for one, predicate, other in edges if predicate == "ASSOCIATED_WITH"}
    assert asked == {pair for pair, some in ways.items() if some and all(some)} - related
    assert 0 < len(asked) < len(known)
    assert {tuple(ids[i] for i in pair) for pair in found["drug–gene"][0].T} == {
        (one, other) for one, predicate, other in held if predicate == "TARGETS"
    }
