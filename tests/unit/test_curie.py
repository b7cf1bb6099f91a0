import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.curie import PREFIXES, from_iri, standardize, standardize_column

SPELLINGS = sorted({*PREFIXES, *(other for _, others in PREFIXES.values() for other in others.split()), "unknown"})
CURIES = st.tuples(st.sampled_from(SPELLINGS), st.from_regex(r"[A-Za-z0-9_.]{1,9}", fullmatch=True)).map(":".join)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MSH:D003924", "mesh:D003924"),
        ("MONDO:5148", "MONDO:0005148"),
        ("HGNC:HGNC:5", "hgnc:5"),
        ("Orphanet:558", "ORPHA:558"),
        ("SNOMEDCT_US_2015_03_01:301990003", "snomedct:301990003"),
        ("efo:0000249", "EFO:0000249"),
        ("made_up:1", "made_up:1"),
        ("no colon", "no colon"),
    ],
)
def test_every_spelling_of_a_prefix_becomes_the_preferred_one(written: str, expected: str) -> None:
    assert standardize(written) == expected


@given(CURIES)
def test_standardizing_twice_changes_nothing(curie: str) -> None:
    once = standardize(curie)

    assert standardize(once) == once


@given(st.lists(CURIES, min_size=1, max_size=20))
def test_a_table_column_is_standardized_as_single_curies_are(curies: list[str]) -> None:
    table = ibis.memtable(pa.table({"curie": curies}))

    got = table.mutate(out=standardize_column(table.curie)).out.to_pyarrow().to_pylist()

    assert sorted(got) == sorted(map(standardize, curies))


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://www.ebi.ac.uk/efo/EFO_0000249", "EFO:0000249"),
        ("http://purl.obolibrary.org/obo/MONDO_0005148", "MONDO:0005148"),
        ("http://www.orpha.net/ORDO/Orphanet_139039", "ORPHA:139039"),
        ("http://example.org/thing", None),
    ],
)
def test_a_mapped_traits_iri_becomes_its_curie(iri: str, expected: str | None) -> None:
    assert from_iri(iri) == expected
