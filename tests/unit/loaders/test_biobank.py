"""Rows of tests/data/biobank: each kind of effect in a tab-separated table, each reason to refuse one, and a CSV."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import biobank


@pytest.fixture(scope="module")
def tables(staged):
    return staged(biobank, "biobank", min_correlation="0.03")


def test_every_row_has_one_outcome_and_its_reason(tables):
    assert tables.manifest.outcomes == {"staged": 5 - 1, "merged": 1, "rejected": 10}
    assert {r["row"]: r["reason"] for r in tables.rejects} == {
        4: "below the threshold |r| ≥ 0.03",
        5: "below the threshold |r| ≥ 0.03",
        6: "a correlation lies between -1 and 1",
        7: "an odds ratio must be above 0",
        8: "kind is none of odds_ratio, beta, correlation",
        9: "effect is no number",
        10: "variant is no rsID",
        11: "no trait",
        12: "p is no number between 0 and 1",
        13: "effect is no number",
    }


def test_without_a_threshold_no_correlation_is_refused_for_its_size(staged):
    tables = staged(biobank, "biobank")
    assert {e["effect"] for e in tables.edges if e["subject"] == "dbSNP:rs5"} == {0.02, -0.02}


def test_traits_are_curies_or_codes_named_by_their_text(tables):
    assert tables.triples() == {
        ("dbSNP:rs7903146", "ASSOCIATED_WITH", "phecode:250.2"),
        ("dbSNP:rs7903146", "ASSOCIATED_WITH", "mesh:D003924"),
        ("dbSNP:rs7903146", "ASSOCIATED_WITH", "biobank:E11 diabetes"),
        ("dbSNP:rs9", "ASSOCIATED_WITH", "phecode:411.1"),
    }
    node = tables.node("biobank:E11 diabetes")
    assert (node["type"], node["name"]) == ("Code", "E11 diabetes")


def test_effects_are_kept_as_given_with_p_values_beyond_a_float(tables):
    by_trait = {e["object"]: e for e in tables.edges}
    ratio, beta = by_trait["phecode:250.2"], by_trait["mesh:D003924"]

    assert (ratio["effect"], ratio["effect_kind"], ratio["neg_log10_p"]) == (1.35, "odds_ratio", 400.0)
    assert (beta["effect"], beta["effect_kind"], beta["sample_size"]) == (-0.12, "beta", 400000)
    assert "neg_log10_p" not in beta


@settings(max_examples=3, deadline=None)
@given(numbers=st.lists(st.floats(-1, 1), min_size=1, max_size=8, unique=True), least=st.floats(0, 1))
def test_correlations_are_taken_by_their_absolute_size(staged, tmp_path_factory, numbers, least):
    folder = tmp_path_factory.mktemp("biobank")
    rows = [f"phecode:250.2\trs{i}\t{r!r}\tcorrelation" for i, r in enumerate(numbers, 1)]
    (folder / "associations.tsv").write_text("\n".join(["trait\tvariant\teffect\tkind", *rows]) + "\n")
    tables = staged(biobank, folder, min_correlation=repr(least))

    assert sorted(e["effect"] for e in tables.edges) == sorted(r for r in numbers if abs(r) >= least)
    assert sum(tables.manifest.outcomes.values()) == len(numbers)
