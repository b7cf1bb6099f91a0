"""A confidence for any two labelled concepts, without a database: what it learns, and what it must not know."""

import numpy as np
import pandas as pd
import pytest

from kgbuild.errors import InputError
from kgbuild.mapping.curve import Curve
from kgbuild.mapping.pair_features import Rates
from kgbuild.mapping.pairs import PairScorer, components

WORDS = ("liver", "lung", "heart", "kidney", "skin", "brain", "bone", "spleen", "colon", "nerve")
THINGS = {"Disease": ("inflammation", "tumour", "failure"), "Cell": ("macrophage", "cell line", "fibroblast")}
TYPED = pd.DataFrame(
    {
        "vocabulary": ["MONDO", "CL"],
        "type": list(THINGS),
        "count": [30, 30],
        "names": [[f"{word} {thing}" for word in WORDS for thing in things] for things in THINGS.values()],
    }
)
NAMES = sorted({name for names in TYPED["names"] for name in names} | {f"name {i}" for i in range(50)})


def encode(texts):
    counts = [[1.0 + text.casefold().count(letter) ** 2 for letter in "abcdefghijklmnopqrstuvwxyz12"] for text in texts]
    vectors = np.array(counts, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def curated() -> pd.DataFrame:
    """Two names of one vocabulary each are the same thing, whatever their case, unless type 1 meets type 2."""
    rows = []
    for i, name in enumerate(f"{w} {t}" for w in WORDS for t in (*THINGS["Disease"], *THINGS["Cell"])):
        for kind in "12":
            other = "12".replace(kind, "")
            subject = (f"mine:{i}{kind}", f"{name} type {kind}")
            rows.append((*subject, f"MONDO:{i}{kind}", f"{name.title()} {kind}", True))
            rows.append((*subject, f"MONDO:{i}{other}", f"{name} {other}", False))
    return pd.DataFrame(rows, columns=["subject_id", "subject_label", "object_id", "object_label", "right"])


@pytest.fixture(scope="module")
def scorer() -> PairScorer:
    return PairScorer.learn(curated(), TYPED, NAMES, encode)


def pairs(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subject_id", "subject_label", "object_id", "object_label"])


TABLE = pairs(
    ("new:1", "Stomach failure type 1", "DOID:1", "stomach failure, type 1"),
    ("new:2", "Stomach failure type 1", "DOID:2", "stomach failure, type 2"),
    ("new:3", "ovary tumour type 2", "other:3", "ovary tumour 2"),
)


def test_what_curators_accept_and_deny_elsewhere_tells_pairs_of_vocabularies_never_seen(scorer):
    confidence = scorer.score_pairs(TABLE, encode)

    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert min(confidence[0], confidence[2]) > 0.5 > confidence[1]


def test_a_pair_is_as_sure_the_other_way_round_and_in_any_row(scorer):
    names = ["subject_id", "subject_label", "object_id", "object_label"]
    turned = TABLE[names].set_axis([*names[2:], *names[:2]], axis=1)

    np.testing.assert_allclose(scorer.score_pairs(turned, encode), scorer.score_pairs(TABLE, encode), atol=1e-6)
    np.testing.assert_allclose(
        scorer.score_pairs(TABLE[::-1], encode)[::-1], scorer.score_pairs(TABLE, encode), atol=1e-6
    )
    assert len(scorer.score_pairs(TABLE[:0], encode)) == 0


def test_the_rate_of_a_pair_that_is_learned_from_does_not_know_its_own_verdict():
    table = pairs(("a:1", "x", "b:1", "x"), ("c:1", "x", "d:1", "x"))
    right = np.array([True, False])
    rates = Rates.of(table.assign(right=right))

    assert np.allclose(rates(table, right), 0.5)
    assert rates(table)["rate_pair"].tolist() == pytest.approx([3.5 / 6, 2.5 / 6])
    assert np.allclose(rates(pairs(("e:1", "x", "f:1", "x"))), 0.5)


def test_a_graph_with_names_of_one_type_alone_teaches_too():
    confidence = PairScorer.learn(curated(), TYPED[:1], NAMES, encode).score_pairs(TABLE, encode)

    assert confidence[0] > confidence[1]


def test_too_few_denied_pairs_are_said_in_one_line():
    table = curated()

    with pytest.raises(InputError, match="120 curated matches and 3 denied ones") as raised:
        PairScorer.learn(pd.concat([table[table["right"]], table[~table["right"]][:3]]), TYPED, NAMES, encode)

    assert "\n" not in str(raised.value)


def test_pairs_that_share_a_concept_belong_together():
    table = pairs(("a:1", "", "b:1", ""), ("b:1", "", "c:1", ""), ("d:1", "", "e:1", ""))

    assert len(set(components(table))) == 2


def test_confidence_is_the_share_that_is_right_and_grows_with_the_odds():
    random = np.random.default_rng(0)
    odds = random.normal(size=4000)
    right = random.random(4000) < 1 / (1 + np.exp(-2 * odds))
    confidence = Curve.of(odds, right)(np.sort(odds))

    assert (np.diff(confidence) >= 0).all()
    for part, sure in zip(np.split(right[np.argsort(odds)], 10), np.split(confidence, 10), strict=True):
        assert part.mean() == pytest.approx(sure.mean(), abs=0.05)


def test_a_near_miss_is_another_term_that_looks_like_the_match_and_means_something_else(scorer):
    table = pairs(
        ("a:1", "toxic goitre", "b:1", "goitre, toxic"),
        ("a:2", "nontoxic goitre", "b:2", "nontoxic goitre"),
        ("a:3", "asthma", "b:3", "Asthma"),
        ("a:4", "goitre toxic", "b:4", "toxic goitres"),
    ).assign(right=True)
    near = scorer.describe.near_misses(table, most=10, least=0.5)

    found = set(near[["subject_id", "object_id"]].itertuples(index=False, name=None))
    assert found >= {("a:1", "b:2"), ("a:4", "b:2")}
    assert not found & {("a:1", "b:4"), ("a:4", "b:1")}  # the same words
    assert "a:3" not in set(near["subject_id"])
