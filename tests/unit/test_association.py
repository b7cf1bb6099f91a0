"""The shared expressions over columns of text, each run by DuckDB on a handful of values."""

import math

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild import association


def column(expression, values):
    table = ibis.memtable({"value": values}, schema={"value": "string"})
    return ibis.duckdb.connect().to_pyarrow(table.select(out=expression(table.value)))["out"].to_pylist()


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 9.9), st.integers(1, 1000))
def test_p_values_below_the_smallest_float_keep_their_logarithm(mantissa, exponent):
    (found,) = column(association.neg_log10_p, [f"{mantissa:.3f}E-{exponent}"])
    assert found == pytest.approx(exponent - math.log10(round(mantissa, 3)), abs=1e-5)


def test_p_values_of_0_above_1_or_no_number_are_null():
    assert column(association.neg_log10_p, ["0", "0.0", "5E12", "NR", "", "1", "0.01"]) == [*[None] * 5, 0.0, 2.0]


def test_a_sample_is_the_sum_of_its_groups_and_not_of_the_numbers_in_names():
    texts = ["Up to 1,489 European cases, 12 controls", "300 type 2 diabetes cases", "815 in 263 families", "NR"]

    assert column(association.sample_size, texts) == [1501, 300, 815, None]


def test_ancestries_are_named_in_one_order():
    texts = ["5 Han Chinese individuals, 7 British individuals", "9 individuals", "3 African American cases"]
    assert column(association.ancestry, texts) == ["European, East Asian", None, "African"]


def test_entities_of_html_become_characters():
    assert column(association.unescape, ["&beta;2 &amp;lt; &lt; x"]) == ["β2 &lt; < x"]


@pytest.mark.parametrize(
    ("chromosome", "expected"),
    [("1", "spdi:NC_000001.11:9:C:T"), ("22", "spdi:NC_000022.11:9:C:T"), ("Y", "spdi:NC_000024.10:9:C:T"),
     ("MT", "spdi:NC_012920.1:9:C:T"), ("KI270", None)],
)  # fmt: skip
def test_an_spdi_names_the_sequence_of_grch38_and_counts_from_0(chromosome, expected):
    def spdi(name):
        return association.spdi(name, ibis.literal(10), ibis.literal("C"), ibis.literal("T"))

    assert column(spdi, [chromosome]) == [expected]
