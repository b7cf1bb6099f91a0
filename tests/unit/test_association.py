"""The shared expressions over columns of text, each run by DuckDB on a handful of values."""

import math

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild import association
from kgbuild.errors import InputError


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


def test_chromosomes_have_one_name():
    texts = ["chr1", "01", "22", "23", "X", "chrM", "25", "24", "KI270"]
    assert column(association.chromosome, texts) == ["1", "1", "22", "X", "X", "MT", "MT", "Y", "KI270"]


def test_phecodes_have_three_digits_and_no_0_at_their_end():
    texts = ["250.20", "250.2", "8.00", "8", "008.51", "X250.2", "Phe_250_2", "290.00", "1010", "BMI", "250.", ""]

    assert column(association.phecode, texts) == [
        "250.2", "250.2", "008", "008", "008.51", "250.2", "250.2", "290", None, None, None, None
    ]  # fmt: skip


def test_a_variant_has_an_id_for_each_rsid_or_else_the_other_one():
    def ids(text):
        return association.variant_ids(text, ibis.literal("spdi:x"))

    assert column(ids, ["rs1", "rs1,RS2", "10:5_A_T", None]) == [
        ["dbSNP:rs1"], ["dbSNP:rs1", "dbSNP:rs2"], ["spdi:x"], ["spdi:x"]
    ]  # fmt: skip


def test_the_error_of_an_interval_is_that_of_the_logarithm():
    def error(text):
        bounds = text.split(",")
        return association.interval_error(bounds[0].try_cast("float64"), bounds[1].try_cast("float64"))

    found = column(error, ["0.5,2", "2,0.5", "0,2", "NA"])
    assert found == [pytest.approx(2 * math.log(2) / 3.919928), None, None, None]


def test_a_build_goes_by_several_names():
    assert [association.assembly(name) for name in ("hg19", "b37", "GRCh38.p13", "")] == [
        "GRCh37", "GRCh37", "GRCh38", ""
    ]  # fmt: skip
    for name in ("hg18", "NCBI36", "GRCh37 or GRCh38", "T2T-CHM13"):
        with pytest.raises(InputError, match="no build of the human genome"):
            association.assembly(name)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.integers(1, 300))
def test_a_p_value_equal_to_the_threshold_passes_it(mantissa, exponent):
    text = f"{mantissa}e-{exponent}"

    def reason(value):
        return ibis.cases(*association.thresholds({"max_p": text}, association.neg_log10_p(value), value == "0"))

    assert column(reason, [text, f"{mantissa}.01e-{exponent}", "0", "NA"]) == [
        None, f"above the threshold p ≤ {float(text):g}", None, "p is no number between 0 and 1"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["x", "-1", "2", "nan"])
def test_a_threshold_is_a_number_between_0_and_1(text):
    with pytest.raises(InputError, match=f"--set max_p={text}: no such threshold"):
        association.limit({"max_p": text}, "max_p")


def test_the_rarer_allele_s_frequency_counts():
    def reason(value):
        return ibis.cases(*association.thresholds({"min_frequency": "0.1"}, frequency=value.try_cast("float64")))

    below, unknown = "below the threshold frequency ≥ 0.1", "no allele frequency to compare with the threshold"
    assert column(reason, ["0.1", "0.05", "0.95", "0.5", "NA"]) == [None, below, below, None, unknown]


def test_the_strongest_of_rows_alike_is_kept_and_one_whose_p_a_float_cannot_hold_is_strongest():
    rows = [("a", 1.0, "f", 1), ("a", 3.0, "f", 2), ("a", 3.0, "f", 3), ("b", 300.0, "f", 4), ("b", None, "f", 5)]
    table = ibis.memtable(rows, columns=["key", "neg_log10_p", "file", "row"])
    con = ibis.duckdb.connect()
    best, others = (con.to_pyarrow(part)["row"].to_pylist() for part in association.strongest(table, ["key"]))

    assert (sorted(best), sorted(others)) == ([2, 5], [1, 3, 4])
