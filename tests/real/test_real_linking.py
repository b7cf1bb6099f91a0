"""NCBI-Disease's development set with MEDIC of 2012; KG_REAL_EVAL is the folder of benchmarks."""

import os
from pathlib import Path

import pytest

from embed.evaluate.linking import BM25, TFIDF, evaluate, read

pytestmark = pytest.mark.real


def test_ncbi_disease_is_read_whole_and_linked_by_its_characters() -> None:
    tasks, absent = read(Path(os.environ["KG_REAL_EVAL"]))
    (task,) = (task for task in tasks if task.name == "NCBI-Disease dev")
    figures = {(f.method, f.subset, f.measure): f for f in evaluate([task], {})}

    assert len(task.mentions) == 787  # Doğan et al. 2014
    assert (len(task.dictionary.concepts), len(task.dictionary.names)) == (11_915, 76_052)
    assert 0.70 < figures[TFIDF, "all", "Acc@1"].value < 0.74
    assert figures[TFIDF, "unseen", "Acc@1"].value < figures[TFIDF, "seen", "Acc@1"].value
    assert figures[BM25, "all", "Acc@1"].against == TFIDF
    assert any(line.startswith("COMETA: not in") for line in absent)
