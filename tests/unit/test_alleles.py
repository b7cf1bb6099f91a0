"""One sign for the effects of a variant, by the merge's own SQL on edges as they are staged."""

import math
from typing import Any

import duckdb
import pytest

from kgbuild.alleles import ALIGNED_EFFECT, COUNTED


def aligned(*edges: tuple[str | None, str | None, str, float]) -> tuple[list[Any], str | None]:
    """The aligned effects of one variant's (effect allele, other allele, kind, effect), and its counted allele."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE edge (id INTEGER, subject VARCHAR, effect_allele VARCHAR, other_allele VARCHAR, "
            "effect_kind VARCHAR, effect DOUBLE)"
        )
        con.executemany(
            "INSERT INTO edge VALUES (?, 'dbSNP:rs1', ?, ?, ?, ?)", [(i, *edge) for i, edge in enumerate(edges)]
        )
        con.execute("CREATE VIEW variant AS SELECT 'dbSNP:rs1' AS id")
        con.execute(COUNTED)
        rows = con.execute(
            f"SELECT {ALIGNED_EFFECT}, counted FROM edge LEFT JOIN alleles ON alleles.id = subject ORDER BY edge.id"
        ).fetchall()
    return [None if value is None else round(value, 9) for value, _ in rows], rows[0][1]


def test_two_studies_that_report_either_allele_agree_in_sign() -> None:
    effects, counted = aligned(("A", "G", "beta", 0.2), ("G", "A", "beta", -0.3))

    assert (effects, counted) == ([0.2, 0.3], "A")


def test_an_odds_ratio_is_aligned_as_its_logarithm() -> None:
    effects, _ = aligned(("A", "G", "odds_ratio", 2.0), ("G", "A", "odds_ratio", 0.5))

    assert effects == [round(math.log(2), 9)] * 2


def test_the_other_strands_alleles_are_recognised() -> None:
    effects, counted = aligned(("A", "G", "beta", 1.0), ("A", "G", "beta", 1.0), ("T", "C", "beta", 2.0))

    assert (effects, counted) == ([1.0, 1.0, 2.0], "A")


def test_a_risk_allele_alone_is_aligned_by_what_other_studies_state() -> None:
    effects, _ = aligned(("A", "G", "beta", 1.0), ("G", None, "beta", 1.0), ("C", None, "beta", 1.0))

    assert effects == [1.0, -1.0, -1.0]  # C is G on the other strand


def test_risk_alleles_alone_are_aligned_where_there_are_two() -> None:
    assert aligned(("A", None, "beta", 1.0), ("G", None, "beta", 1.0)) == ([1.0, -1.0], "A")


@pytest.mark.parametrize(
    "edge",
    [
        (None, None, "beta", 1.0),  # no allele is stated
        ("C", "T", "beta", 1.0),  # a pair of its own, on neither strand of A/C
        ("G", "A", "beta", 1.0),  # a third allele
        ("A", "A", "beta", 1.0),
    ],
)
def test_alleles_that_are_not_the_variants_give_no_aligned_effect(edge: tuple[Any, ...]) -> None:
    effects, counted = aligned(("A", "C", "beta", 1.0), ("A", "C", "beta", 1.0), edge)

    assert (effects, counted) == ([1.0, 1.0, None], "A")


def test_a_pair_that_is_its_own_complement_is_taken_as_stated() -> None:
    effects, counted = aligned(("T", "A", "beta", 1.0), ("A", "T", "beta", 1.0))

    assert (effects, counted) == ([-1.0, 1.0], "A")


def test_two_lone_alleles_that_are_each_others_complement_tell_nothing() -> None:
    effects, counted = aligned(("A", None, "beta", 1.0), ("T", None, "beta", 1.0))

    assert (effects, counted) == ([None, None], None)
