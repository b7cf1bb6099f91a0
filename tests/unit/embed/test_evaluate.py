"""How a mapping is measured: gold tables of all kinds, tests against references, thresholds, calibration, baselines."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from embed.evaluate import statistics, verdicts
from embed.evaluate.baselines import Bm25, Names, encoded, text2term
from embed.evaluate.gold import Gold, read_labelled
from kgbuild.errors import InputError
from kgbuild.mapping.features import Vectors
from kgbuild.mapping.terms import Terms

WIDE = "phecodeX_code\tphecodeX_label\thpo_code\thpo_label\tStrongEvidenceSpecific\tAnyEvidence\n"
ALIGNMENT = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns="http://knowledgeweb.semanticweb.org/heterogeneity/alignment"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Alignment>
<map><Cell><entity1 rdf:resource="http://www.orpha.net/ORDO/Orphanet_46724"/>
  <entity2 rdf:resource="http://purl.obolibrary.org/obo/HP_0002408"/><relation>=</relation></Cell></map>
<map><Cell><entity1 rdf:resource="http://www.orpha.net/ORDO/Orphanet_1"/>
  <entity2 rdf:resource="http://purl.obolibrary.org/obo/HP_0000001"/><relation>&lt;</relation></Cell></map>
</Alignment></rdf:RDF>"""


def read(folder: Path, text: str, source: str = "phecode") -> Gold:
    (folder / "gold").write_text(text)
    return Gold.read(folder / "gold", source)


def test_gold_is_read_from_bare_codes_and_from_sssom(tmp_path: Path):
    bare = read(tmp_path, "phecode\ttarget_id\n008\tMONDO:43424\n250.2\tEFO:0001360\n250.2\tMONDO:0005148\n")
    sssom = read(
        tmp_path,
        "# curie_map:\n#   EFO: x\nsubject_id\tpredicate_id\tpredicate_modifier\tobject_id\n"
        "phecode:008\tskos:exactMatch\t\tMONDO:0043424\nphecode:250.2\tskos:exactMatch\tNot\tEFO:1\n"
        "phecode:9\tskos:broadMatch\t\tEFO:1\n",
    )

    assert bare.answers == {"phecode:008": {"MONDO:0043424"}, "phecode:250.2": {"EFO:0001360", "MONDO:0005148"}}
    assert sssom.answers == {"phecode:008": {"MONDO:0043424"}}


def test_gold_is_read_from_a_table_of_two_sides_with_labels(tmp_path: Path):
    gold = read(tmp_path, 'id_a\tlabel_a\tid_b\tlabel_b\nNCIT:C9\tGoiter #2, "toxic"\tDOID:4\tdisease\n', "NCIT")

    assert gold.answers == {"NCIT:C9": {"DOID:4"}}
    assert gold.labels == {"NCIT:C9": 'Goiter #2, "toxic"'}


def test_of_a_wide_table_the_rows_with_strong_evidence_are_answers(tmp_path: Path):
    gold = read(
        tmp_path,
        f"{WIDE}015.2\tClostridium\tHP_0032168\tcolitis\tTrue\tTrue\n015.3\tX\tHP_0000001\tall\t\tTrue\n",
        "phecodex",
    )

    assert gold.answers == {"phecodex:015.2": {"HP:0032168"}}
    assert gold.met(["phecodex:ID_015.2", "phecodex:GI_016"], ["HP:0032168"]).answers == {
        "phecodex:ID_015.2": {"HP:0032168"}
    }


def test_a_number_that_two_chapters_have_is_no_concept(tmp_path: Path):
    gold = read(tmp_path, f"{WIDE}015\tClostridium\tHP_0032168\tcolitis\tTrue\tTrue\n", "phecodex")

    assert not gold.met(["phecodex:ID_015", "phecodex:GI_015"], ["HP:0032168"]).answers


def test_equivalent_cells_of_an_alignment_are_answers(tmp_path: Path):
    assert read(tmp_path, ALIGNMENT, "ORPHA").answers == {"ORPHA:46724": {"HP:0002408"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x\ty\n1\t2\n", "columns x, y; a gold table has subject_id and object_id"),
        ("", "cannot be read"),
        ("<rdf:RDF", "cannot be read"),
        ("<a/>", "XML without a Cell of an alignment"),
        ("subject_id\tobject_id\n", "no right answer in it"),
    ],
)
def test_another_table_is_refused_in_one_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(InputError, match=message) as raised:
        read(tmp_path, text)

    assert "\n" not in str(raised.value)


def test_curated_pairs_need_both_verdicts(tmp_path: Path):
    head = "subject_id\tsubject_label\tpredicate_modifier\tobject_id\tobject_label\n"
    (tmp_path / "right.tsv").write_text(f"{head}a:1\tone\t\tb:1\teins\n")
    (tmp_path / "wrong.tsv").write_text(f"{head}a:1\tone\tNot\tb:2\tzwei\n")

    assert read_labelled([tmp_path / "right.tsv", tmp_path / "wrong.tsv"])["right"].tolist() == [True, False]
    with pytest.raises(InputError, match="all pairs are right; an AUC needs both"):
        read_labelled([tmp_path / "right.tsv"])


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_exact_binomial_test_of_the_discordant(won: int, lost: int):
    one = np.array([1.0] * won + [0.0] * lost + [1.0, 0.0])
    other = np.array([0.0] * won + [1.0] * lost + [1.0, 0.0])
    expected = binomtest(won, won + lost).pvalue if won + lost else 1.0

    assert statistics.mcnemar(one, other) == (won, lost, pytest.approx(expected))


def test_a_tie_counts_in_mcnemars_test_by_its_fraction():
    won, lost, p = statistics.mcnemar(np.array([1.0, 1.0, 0.5]), np.array([0.5, 0.5, 0.5]))

    assert (won, lost) == (1, 0)
    assert p == 1


def test_the_bootstrap_of_a_difference_is_paired():
    random = np.random.default_rng(0)
    hard = random.random(400)
    values = np.stack([hard + 0.02, hard], axis=1)
    means = statistics.resampled_means(values)

    assert np.ptp(means[:, 0] - means[:, 1]) < 1e-9
    assert statistics.two_sided(means[:, 0] - means[:, 1]) < 0.001
    assert np.quantile(means[:, 1], [0.025, 0.975]) == pytest.approx(
        hard.mean() + np.array([-1.96, 1.96]) * hard.std() / 20, abs=0.003
    )


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=12))
def test_the_threshold_has_the_highest_expected_f1_of_all_and_is_above_half_of_it(confidence: list[float]):
    values = np.array(confidence)
    threshold, best = statistics.expected_f1_threshold(values)
    expected = [2 * values[values >= t].sum() / ((values >= t).sum() + values.sum()) for t in values]

    assert best == pytest.approx(max(expected))
    assert threshold >= best / 2 - 1e-9
    assert all(values[values < threshold] <= best / 2 + 1e-9)


def test_a_blind_threshold_is_near_the_oracles_where_the_confidence_is_calibrated():
    random = np.random.default_rng(0)
    confidence = random.beta(2, 1, 20_000)
    right = (random.random(len(confidence)) < confidence).astype(float)
    threshold, expected = statistics.expected_f1_threshold(confidence)
    sure = statistics.threshold_at(confidence, confidence, 0.9)

    def f1(at: float) -> float:
        return f1_score(right, confidence >= at)

    assert f1(threshold) == pytest.approx(max(map(f1, np.linspace(0, 1, 101))), abs=0.005)
    assert f1(threshold) == pytest.approx(expected, abs=0.01)
    assert right[confidence >= sure].mean() == pytest.approx(0.9, abs=0.01)
    assert sure == pytest.approx(statistics.threshold_at(confidence, right, 0.9), abs=0.02)


def test_no_threshold_reaches_a_precision_that_nothing_has():
    assert statistics.threshold_at(np.array([0.3, 0.2]), np.array([0.3, 0.2]), 0.95) == np.inf


def test_equal_confidences_are_taken_together():
    assert statistics.threshold_at(np.array([0.9, 0.9, 0.5]), np.array([1.0, 0.0, 1.0]), 0.95) == np.inf


def test_precision_recall_and_f1_are_scikit_learns():
    random = np.random.default_rng(1)
    confidence, right = random.random(300), random.random(300) < 0.6
    precision, recall, f1, coverage = statistics.precision_recall_f1(confidence, right.astype(float), 0.4)[0]
    taken = confidence >= 0.4
    # every concept has a right answer: one that was missed, and one whose link is wrong, lack it alike
    truth, said = np.append(right, np.ones((~right).sum())), np.append(taken, np.zeros((~right).sum()))

    assert (precision, recall, f1) == pytest.approx(precision_recall_fscore_support(truth, said, average="binary")[:3])
    assert coverage == pytest.approx(taken.mean())
    assert f1 <= statistics.best_f1(confidence, right.astype(float))


def test_the_calibration_error_of_a_hand_counted_case():
    confidence, right = np.array([0.91, 0.93, 0.12, 0.18]), np.array([1.0, 0.0, 0.0, 0.0])

    assert statistics.calibration_error(confidence, right, equal_mass=False)[0] == pytest.approx(
        (abs(1 - 1.84) + abs(0 - 0.30)) / 4
    )
    assert statistics.calibration_error(np.full(10, 0.3), np.eye(10)[0], equal_mass=True)[0] == pytest.approx(0.2)


def test_bins_of_equal_mass_keep_equal_confidences_together():
    confidence = np.array([0.0] * 10 + [0.5] * 50 + list(np.linspace(0.6, 1, 40)))
    found = statistics.reliability(confidence, np.ones(100), equal_mass=True)

    assert found["links"].sum() == 100
    assert found["links"].tolist() == [10, 50, 10, 10, 10, 10]
    assert found["low"].between(0, 1).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_the_auc_is_scikit_learns_with_ties(rows: list[tuple[int, bool]]):
    score, right = (np.array(column) for column in zip(*rows, strict=True))
    if 0 < right.sum() < len(right):
        assert statistics.auc(score.astype(float), right)[0] == pytest.approx(roc_auc_score(right, score))


def test_a_resampled_auc_is_that_of_the_repeated_pairs():
    score, right, drawn = np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, True, False, True]), np.array([[2, 1, 3, 2]])
    repeated = np.repeat(np.arange(4), drawn[0])

    assert statistics.auc(score, right, drawn.astype(float))[0] == pytest.approx(
        roc_auc_score(right[repeated], score[repeated])
    )


NAMES = [["type 2 diabetes mellitus", "niddm"], ["type 1 diabetes mellitus"], ["asthma", "bronchial asthma"]]
TERMS = Terms(["MONDO:0005148", "MONDO:0005147", "own:3"], [names[0] for names in NAMES], NAMES, [], [])


def test_every_baseline_finds_a_synonym_and_takes_the_best_of_a_concepts_names():
    asked = [["bronchial asthma"], ["no such thing", "niddm"]]
    keys = sorted({key for names in [*NAMES, *asked] for key in names})
    vectors = Vectors((keys, np.eye(len(keys), dtype=np.float32)))

    for scored in zip(*(each.values() for each in Names(TERMS).compared(asked, {"eye": vectors})), strict=True):
        assert [each.scores_C.argmax() for each in scored] == [2, 0]
    (first, second) = text2term(TERMS, asked)
    assert [first.terms_C[first.scores_C.argmax()], second.terms_C[second.scores_C.argmax()]] == [2, 0]


def test_bm25_is_the_formula_of_its_source():
    texts = ["gout gout", "acute gout of toe", "asthma", "toe"]
    k1, b, mean = 1.5, 0.75, 2.0

    def rarity(n: int) -> float:
        return np.log(1 + (len(texts) - n + 0.5) / (n + 0.5))

    def term(count: int, length: int) -> float:
        return count * (k1 + 1) / (count + k1 * (1 - b + b * length / mean))

    scores = Bm25(texts, k1, b).scores(["gout toe", "unknown word"])

    gout, toe = rarity(2), rarity(2)
    expected = [gout * term(2, 2), gout * term(1, 4) + toe * term(1, 4), 0, toe * term(1, 1)]
    assert scores[:, 0] == pytest.approx(expected, rel=1e-5)
    assert not scores[:, 1].any()


def test_vectors_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    first = encoded("minilm", ["asthma", "diabetes"], ["goitre"])
    monkeypatch.setattr("embed.model.checkpoint.Encoder.encode", None)
    again = encoded("minilm", ["diabetes", "asthma"], ["goitre"])

    np.testing.assert_array_equal(first.of(["goitre", "asthma"]), again.of(["goitre", "asthma"]))
    assert len(list((tmp_path / "encoded").iterdir())) == 2


def test_a_score_of_pairs_stands_beside_likeness_of_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    rows = [(f"a:{i}", f"thing {i}", f"b:{i}", f"thing {i}", True) for i in range(20)]
    rows += [(f"a:{i}", f"thing {i}", f"c:{i}", f"thing {i}", False) for i in range(20)]
    frame = pd.DataFrame(rows, columns=["subject_id", "subject_label", "object_id", "object_label", "right"])
    found = verdicts.evaluate(frame, {"by vocabulary": lambda asked: asked["object_id"].str.startswith("b:")})
    by = found.set_index("score")

    assert by["auc"]["character TF-IDF"] == pytest.approx(0.5)
    assert by["auc"]["by vocabulary"] == 1
    assert by["above_low"]["by vocabulary"] > 0
    assert by["within"].isna().all()  # no two vocabularies have pairs of both verdicts


def test_a_score_is_asked_for_whole_pairs_of_vocabularies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    rows = [(f"{v}:{i}", f"thing {i}", f"X:{i}", f"ding {v} {i}", i % 2 == 0) for v in "abcdefgh" for i in range(4)]
    frame = pd.DataFrame(rows, columns=["subject_id", "subject_label", "object_id", "object_label", "right"])
    asked: list[set[str]] = []

    def score(part: pd.DataFrame) -> np.ndarray:
        asked.append({identifier[0] for identifier in part["subject_id"]})
        return part["subject_id"].str[2:].astype(int) % 2 == 0

    found = verdicts.evaluate(frame, {"even": score}).set_index("score")

    assert found["auc"]["even"] == 1
    assert sorted(letter for each in asked for letter in each) == list("abcdefgh")
    assert len(asked) == 5
