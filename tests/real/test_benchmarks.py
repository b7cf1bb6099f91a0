"""The real benchmarks: read whole, and what untrained MiniLM is worth on one of them. KG_REAL_EVAL is their folder."""

import os
from pathlib import Path

import pytest

from embed.evaluate.sets import relatedness
from embed.evaluate.sets import similarity as sets
from embed.evaluate.similarity import similarity
from embed.model.checkpoint import load_encoder

pytestmark = pytest.mark.real
#: Pairs of each, as `wc` counts the lines below the headers.
PAIRS = {
    "SICK": 9_927, "STS-B dev": 1_500, "EHR-RelA": 111, "UMNSRS similarity": 566, "UMNSRS relatedness": 587,
    "Bio-SimLex": 988, "DisGeNET disease–gene": 13_568,
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> Path:
    return Path(os.environ["KG_REAL_EVAL"])


def test_every_set_that_is_there_is_read_whole(data: Path) -> None:
    benchmarks = (*sets.BENCHMARKS, *relatedness.BENCHMARKS)

    assert {each.name: len(each.read(each.files(data))) for each in benchmarks if each.files(data)} == PAIRS


def test_untrained_minilm_agrees_with_physicians_somewhat(data: Path) -> None:
    (umnsrs,) = [each for each in sets.BENCHMARKS if each.name == "UMNSRS similarity"]

    minilm, letters = similarity(
        umnsrs.read(umnsrs.files(data)), {"minilm": load_encoder("minilm").encode}, umnsrs.name, umnsrs.measure
    )

    assert minilm.value == pytest.approx(0.414, abs=0.005)
    assert letters.high < minilm.low
    assert letters.p is not None
    assert letters.p < 0.001 + 1e-4
