"""Pairs of texts that people judged, each set in the layouts that it is distributed in; correlations with them."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr

from embed.evaluate.sets.similarity import BENCHMARKS, SimilaritySet
from embed.evaluate.similarity import similarity
from kgbuild.errors import InputError

NAMED = {each.name: each for each in BENCHMARKS}
HEART = "Heart failure"


def read(folder: Path, name: str, file: str, text: str) -> list[list[object]]:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return _rows(NAMED[name], folder)


def _rows(benchmark: SimilaritySet, folder: Path) -> list[list[object]]:
    frame = benchmark.read(benchmark.files(folder))
    return frame[["one_text", "other_text", "score"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("MedSTS", "clinicalSTS2019.train.txt", 'Take 1 "tablet".\tTake 2 tablets.\t2.5\n'),
        (
            "MedNLI-S",
            "mli_test_v1.jsonl",
            '{"gold_label": "entailment", "sentence1": "Take 1 \\"tablet\\".", "sentence2": "Take 2 tablets."}\n',
        ),
        (
            "BIOSSES",
            "annotation_pairs_scores.tsv",
            "sentence_id\tsentence_1\tsentence_2\tannotator_a\tannotator_b\tannotator_c\tannotator_d\tannotator_e\n"
            '1\tTake 1 "tablet".\tTake 2 tablets.\t2\t2\t2\t3\t3.5\n',
        ),
        (
            "BIOSSES",
            "BIOSSES/test.tsv",
            "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
            '0\tx\tx\tx\t0\tx\tx\tTake 1 "tablet".\tTake 2 tablets.\t2.5\n',
        ),
        (
            "SICK",
            "SICK.txt",
            "pair_ID\tsentence_A\tsentence_B\tentailment_label\trelatedness_score\n"
            '1\tTake 1 "tablet".\tTake 2 tablets.\tNEUTRAL\t2.5\n',
        ),
        ("STS-B dev", "sts-dev.csv", 'main\tMSRvid\t2012\t0001\t2.5\tTake 1 "tablet".\tTake 2 tablets.\n'),
        (
            "STS-B dev",
            "stsb/dev.tsv",
            'genre\tfile\tid\tscore\ts1\ts2\na\tb\t1\t2.5\tTake 1 "tablet".\tTake 2 tablets.\n',
        ),
        ("Bio-SimLex", "Bio-SimLex.txt", 'Take 1 "tablet".\tTake 2 tablets.\t2.5\n'),
        ("Bio-SimVerb", "Bio-SimVerb.txt", 'Take 1 "tablet".\tTake 2 tablets.\t2.5\n'),
    ],
)
def test_a_set_of_texts_is_read_in_its_own_format(tmp_path: Path, name: str, file: str, text: str):
    (pair,) = read(tmp_path, name, file, text)

    assert pair == ['Take 1 "tablet".', "Take 2 tablets.", 2.5 if name != "MedNLI-S" else 2.0]


@pytest.mark.parametrize(
    ("name", "file", "text", "ids"),
    [
        (
            "UMNSRS similarity",
            "UMNSRS_similarity.csv",
            f"Mean,Stdev,Term1,Term2,CUI1,CUI2\n279,178.9,{HEART},Dyspnea,C0018801,C0013404\n",
            ("umls:C0018801", "umls:C0013404"),
        ),
        (
            "UMNSRS relatedness",
            "UMNSRS_relatedness.tsv",
            f"Mean\tStdev\tTerm1\tTerm2\tCUI1\tCUI2\n279\t178.9\t{HEART}\tDyspnea\tC0018801\tC0013404\n",
            ("umls:C0018801", "umls:C0013404"),
        ),
        (
            "MayoSRS",
            "MayoSRS.csv",
            f"Mean,CUI1,CUI2,TERM1,TERM2\n279,C0018801,C0013404,{HEART},Dyspnea\n",
            ("umls:C0018801", "umls:C0013404"),
        ),
        (
            "EHR-RelB",
            "EHR-RelB.tsv",
            "snomed_id_1\tsnomed_label_1\tsnomed_id_2\tsnomed_label_2\trater_A\tmean_rating\tCUI_1\tCUI_2\n"
            f"84114007\t{HEART}\t267036007\tDyspnea\t2.0\t279\tC0018801\tC0013404\n",
            ("snomedct:84114007", "snomedct:267036007"),
        ),
    ],
)
def test_a_set_of_concepts_has_identifiers_too(tmp_path: Path, name: str, file: str, text: str, ids: tuple[str, str]):
    assert read(tmp_path, name, file, text) == [[HEART, "Dyspnea", 279.0]]

    (pair,) = NAMED[name].pairs(NAMED[name].files(tmp_path))
    assert ((pair.one, pair.other), pair.one_texts) == (ids, (HEART,))


def test_scores_of_medsts_test_stand_in_their_own_file(tmp_path: Path):
    (tmp_path / "clinicalSTS2019.train.txt").write_text("x\ty\t1\n")
    (tmp_path / "clinicalSTS2019.test.txt").write_text("a\tb\nc\td\n")
    (tmp_path / "clinicalSTS2019.test.gs.sim.txt").write_text("1.5\n4\n")

    assert _rows(NAMED["MedSTS"], tmp_path) == [["a", "b", 1.5], ["c", "d", 4.0]]

    (tmp_path / "clinicalSTS2019.test.gs.sim.txt").write_text("1.5\n")
    with pytest.raises(InputError, match=r"1 scores; expected one for each of 2 pairs of .*test.txt"):
        _rows(NAMED["MedSTS"], tmp_path)


def test_sentences_of_stsb_may_be_followed_by_their_sources(tmp_path: Path):
    rows = "main\tx\t2012\t1\t5.0\ta\tb\nmain\tx\t2015\t2\t1.0\tc\td\thttp://one\thttp://other\n"

    assert read(tmp_path, "STS-B test", "sts-test.csv", rows) == [["a", "b", 5.0], ["c", "d", 1.0]]


def test_a_row_with_more_cells_than_the_header_is_said(tmp_path: Path):
    with pytest.raises(InputError, match=r"SICK.txt: line 2: 4 cells; expected 3, as the header has"):
        read(tmp_path, "SICK", "SICK.txt", "sentence_A\tsentence_B\trelatedness_score\na\tb\t1\tc\n")


def test_a_compressed_file_is_read_too(tmp_path: Path):
    with gzip.open(tmp_path / "Bio-SimLex.txt.gz", "wt") as file:
        file.write("therapy\ttreatment\t9.32\n")

    assert _rows(NAMED["Bio-SimLex"], tmp_path) == [["therapy", "treatment", 9.32]]


@pytest.mark.parametrize(
    ("name", "file", "text", "message"),
    [
        ("Bio-SimLex", "Bio-SimLex.txt", "a\tb\t1\nc\td\thigh\n", "line 2: score 'high'; expected a number"),
        ("MayoSRS", "MayoSRS.csv", "a,b\n1,2\n", "columns a, b; expected TERM1, TERM2, Mean, CUI1, CUI2 or Term1"),
        ("MedNLI-S", "mli_test_v1.jsonl", '{"sentence1": "a"}\n', "line 1: 'sentence2'; expected sentence1, sentence2"),
    ],
)
def test_a_file_of_another_kind_is_said_in_one_line(tmp_path: Path, name: str, file: str, text: str, message: str):
    with pytest.raises(InputError, match=message):
        read(tmp_path, name, file, text)


def test_correlations_are_scipys_and_a_pair_without_a_text_is_counted():
    rng = np.random.default_rng(0)
    vectors = {f"text {i}": vector / np.linalg.norm(vector) for i, vector in enumerate(rng.normal(size=(80, 4)))}
    texts = list(vectors)
    score = np.array([vectors[a] @ vectors[b] for a, b in zip(texts[:40], texts[40:], strict=True)]) ** 3
    pairs = pd.DataFrame({"one_text": [*texts[:40], ""], "other_text": [*texts[40:], "x"], "score": [*score, 1.0]})

    def encode(asked):
        return np.array([vectors[text] for text in asked], np.float32)

    for measure, expected in (("Pearson", pearsonr), ("Spearman", spearmanr)):
        figures = similarity(pairs, {"minilm": lambda asked: encode(asked)[:, :2], "knows": encode}, "toy", measure)
        minilm, knows, tfidf = figures

        assert knows.value == pytest.approx(expected(np.cbrt(score), score).statistic, abs=1e-6)
        assert knows.high >= knows.value >= knows.low > minilm.value > tfidf.value
        assert (knows.p < 0.05, knows.against, minilm.p) == (True, "minilm", None)
        assert (knows.items, knows.note) == (40, "1 without a text or a score")
