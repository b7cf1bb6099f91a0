"""A mapping after a new release: what is kept, what moves, what goes, and what a curator is told."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.errors import InputError
from kgbuild.mapping.fates import Fate
from kgbuild.mapping.sssom import NO_TERM, read_sssom
from kgbuild.mapping.table import COMPUTED, CURATED
from kgbuild.mapping.update import CHANGES, Updated, update

ANNA, BEN = "orcid:0000-0001", "orcid:0000-0002"
LABELS = {"EFO:1": "asthma", "EFO:2": "diabetes", "EFO:3": "gout", "p:1": "Asthma", "p:2": "Diabetes", "p:3": "Gout"}
#: EFO:8 is replaced by EFO:1, EFO:9 is gone; p:8 is replaced by p:1, p:9 is gone; EFO:7 has left the release.
FATES = {each: Fate(each, label) for each, label in LABELS.items()} | {
    "EFO:7": Fate("EFO:7", "left", "is not in EFO", member=False),
    "EFO:8": Fate("EFO:1", "asthma", "is replaced by EFO:1"),
    "EFO:9": Fate(None, "old", "is obsolete, nothing replaces it"),
    "p:8": Fate("p:1", "Asthma", "is replaced by p:1"),
    "p:9": Fate(None, None, "is not in the graph"),
}


def computed(subject: str, term: str, confidence: float | None = 0.5, rank: int = 1, label: str | None = None) -> dict:
    return {
        "subject_id": subject, "subject_label": LABELS.get(subject), "object_id": term,
        "object_label": label or LABELS.get(term), "kind": "close", "rank": rank, "similarity_score": 0.5,
        "confidence": confidence, "mapping_justification": COMPUTED,
    }  # fmt: skip


def signed(subject: str, term: str, kind: str = "exact", author: str | None = ANNA, **more: object) -> dict:
    by = {"kind": kind, "mapping_justification": CURATED, "author_id": author, "similarity_score": None}
    return computed(subject, term, None) | by | more


def updated(old: list[dict], new: list[dict], top: int = 1) -> Updated:
    return update(pd.DataFrame(old), pd.DataFrame(new), FATES, FATES, top)


def links(result: Updated) -> list[tuple[str, str]]:
    return list(zip(result.table["subject_id"], result.table["object_id"], strict=True))


def told(result: Updated) -> list[tuple[str, str, str | None, str]]:
    columns = result.changes[["change", "subject_id", "object_id", "why"]].astype(object)
    return [tuple(row) for row in columns.where(columns.notna(), None).itertuples(index=False)]


def test_what_a_curator_signed_is_kept_whatever_is_computed_now():
    result = updated([signed("p:1", "EFO:3", comment="sure")], [computed("p:1", "EFO:1", 0.9)])
    (row,) = result.table.to_dict("records")

    assert (row["object_id"], row["kind"], row["author_id"], row["comment"]) == ("EFO:3", "exact", ANNA, "sure")
    assert row["mapping_justification"] == CURATED
    assert told(result) == [("kept", "p:1", "EFO:3", "")]


def test_an_author_signs_by_name_alone():
    row = computed("p:1", "EFO:3") | {"author_id": ANNA}

    assert links(updated([row], [computed("p:1", "EFO:1")])) == [("p:1", "EFO:3")]


def test_a_signed_link_follows_replaced_terms_on_both_sides_and_says_so():
    result = updated([signed("p:8", "EFO:8", object_label="wheezing")], [computed("p:1", "EFO:2")])
    (row,) = result.table.to_dict("records")

    assert (row["subject_id"], row["subject_label"], row["object_id"], row["object_label"]) == (
        "p:1", "Asthma", "EFO:1", "asthma",
    )  # fmt: skip
    why = "p:8 is replaced by p:1; EFO:8 is replaced by EFO:1"
    assert row["comment"] == why
    assert told(result) == [("moved", "p:1", "EFO:1", why)]
    assert result.changes[["old_subject_id", "old_object_id"]].values.tolist() == [["p:8", "EFO:8"]]


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (signed("p:1", "EFO:9", comment="sure"), "EFO:9 is obsolete, nothing replaces it"),
        (signed("p:9", "EFO:1", comment="sure"), "p:9 is not in the graph"),
    ],
)
def test_a_signed_link_to_a_vanished_term_stays_and_asks_for_review(link, why):
    result = updated([link], [])
    (row,) = result.table.to_dict("records")

    assert (row["subject_id"], row["object_id"]) == (link["subject_id"], link["object_id"])
    assert row["comment"] == f"needs review: {why} | sure"
    assert told(result) == [("needs review", link["subject_id"], link["object_id"], why)]


def test_a_subject_whose_signed_term_is_gone_gets_candidates_again():
    result = updated([signed("p:1", "EFO:9")], [computed("p:1", "EFO:1")])

    assert sorted(links(result)) == [("p:1", "EFO:1"), ("p:1", "EFO:9")]


def test_a_term_merged_into_one_that_has_another_link_is_said():
    result = updated([signed("p:1", "EFO:1"), signed("p:2", "EFO:8")], [])

    assert links(result) == [("p:1", "EFO:1"), ("p:2", "EFO:1")]
    assert told(result)[0] == ("merged", "p:2", "EFO:1", "EFO:8 is replaced by EFO:1; there is p:1 → EFO:1 too")


def test_two_signed_links_that_become_the_same_are_one_with_both_authors():
    result = updated([signed("p:1", "EFO:8", author=BEN), signed("p:1", "EFO:1")], [])

    assert links(result) == [("p:1", "EFO:1")]
    assert result.table["author_id"].tolist() == [f"{ANNA}|{BEN}"]
    assert [change for change, *_ in told(result)] == ["merged", "kept"]


def test_verdicts_that_contradict_after_a_merge_are_both_kept_for_review():
    result = updated([signed("p:1", "EFO:1"), signed("p:1", "EFO:8", kind="none", author=BEN)], [])

    assert result.table["kind"].tolist() == ["exact", "none"]
    assert result.table["comment"].str.startswith("needs review: ").all()
    assert "signed as exact and as none" in told(result)[0][3]


def test_a_refused_pair_is_not_proposed_again():
    old = [signed("p:1", "EFO:8", kind="none")]
    result = updated(old, [computed("p:1", "EFO:1", 0.9), computed("p:1", "EFO:2", 0.3, 2)])

    assert [(*link, kind) for link, kind in zip(links(result), result.table["kind"], strict=True)] == [
        ("p:1", "EFO:1", "none"), ("p:1", "EFO:2", "close"),
    ]  # fmt: skip
    assert result.table["rank"].tolist() == [1, 1]


def test_a_subject_said_to_have_no_counterpart_gets_none():
    result = updated([signed("p:1", NO_TERM, kind="none")], [computed("p:1", "EFO:1")])

    assert links(result) == [("p:1", NO_TERM)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([computed("p:1", "EFO:1")], [computed("p:1", "EFO:1", 0.7)], ("kept", "p:1", "EFO:1", "")),
        (
            [computed("p:1", "EFO:2", 0.62)],
            [computed("p:1", "EFO:1", 0.81)],
            ("new candidate", "p:1", "EFO:1", "confidence 0.62 → 0.81"),
        ),
        (
            [computed("p:1", "EFO:2", None)],
            [computed("p:1", "EFO:1", 0.81)],
            ("new candidate", "p:1", "EFO:1", "ranks before diabetes now"),
        ),
        (
            [computed("p:1", "EFO:8")],
            [computed("p:1", "EFO:1")],
            ("moved", "p:1", "EFO:1", "EFO:8 is replaced by EFO:1"),
        ),
        (
            [computed("p:1", "EFO:9")],
            [computed("p:1", "EFO:1")],
            ("gone", "p:1", "EFO:1", "EFO:9 is obsolete, nothing replaces it"),
        ),
        ([computed("p:1", "EFO:7")], [computed("p:1", "EFO:1")], ("gone", "p:1", "EFO:1", "EFO:7 is not in EFO")),
        ([computed("p:9", "EFO:1")], [], ("gone", "p:9", None, "p:9 is not in the graph")),
        ([computed("p:1", "EFO:1")], [], ("gone", "p:1", None, "no candidate any more")),
        (
            [computed("p:1", "EFO:1", label="bronchial asthma")],
            [computed("p:1", "EFO:1")],
            ("label changed", "p:1", "EFO:1", "'bronchial asthma' → 'asthma'"),
        ),
        ([], [computed("p:1", "EFO:1")], ("new subject", "p:1", "EFO:1", "")),
        (
            [signed("p:1", "EFO:2"), computed("p:8", "EFO:1")],
            [],
            ("settled", "p:8", None, "a curator signed another link of the subject"),
        ),
    ],
)
def test_what_changed_among_computed_links_has_one_line_and_its_reason(old, new, expected):
    frame = pd.DataFrame(old, columns=[*computed("p:1", "EFO:1"), "author_id"])

    assert told(update(frame, pd.DataFrame(new, columns=frame.columns), FATES, FATES))[0] == expected


def test_changes_are_counted_saved_in_full_and_shown_without_what_is_kept(tmp_path: Path):
    old = [signed("p:1", "EFO:1"), computed("p:2", "EFO:2"), computed("p:3", "EFO:9")]
    result = updated(old, [computed("p:2", "EFO:2"), computed("p:3", "EFO:3")])
    result.save(tmp_path / "changes.tsv")
    saved = pd.read_csv(tmp_path / "changes.tsv", sep="\t")

    assert str(result) == "2 kept, 1 gone"
    assert tuple(saved.columns) == CHANGES
    assert saved["change"].tolist() == ["gone", "kept", "kept"]
    assert result.news["change"].tolist() == ["gone"]


@st.composite
def mappings(draw) -> list[dict]:
    subjects = st.sampled_from(["p:1", "p:2", "p:8", "p:9"])
    terms = st.sampled_from(["EFO:1", "EFO:2", "EFO:7", "EFO:8", "EFO:9"])
    pairs = draw(st.lists(st.tuples(subjects, terms), min_size=1, max_size=8, unique=True))
    return [
        signed(subject, term, draw(st.sampled_from(["exact", "broad", "none"])), draw(st.sampled_from([ANNA, BEN])))
        if draw(st.booleans())
        else computed(subject, term, rank=rank)
        for rank, (subject, term) in enumerate(pairs, 1)
    ]


@given(mappings())
def test_no_verdict_is_lost_and_every_subject_is_accounted_for(old):
    new = [computed("p:1", "EFO:1"), computed("p:2", "EFO:2"), computed("p:3", "EFO:3")]
    result = updated(old, new)
    verdicts = {
        (FATES[row["subject_id"]].id, FATES[row["object_id"]].id, row["kind"])
        if FATES[row["subject_id"]].id and FATES[row["object_id"]].id
        else (row["subject_id"], row["object_id"], row["kind"])
        for row in old
        if "author_id" in row
    }
    there = set(result.table[["subject_id", "object_id", "kind"]].itertuples(index=False, name=None))

    assert verdicts <= there
    assert {row["subject_id"] for row in old} <= set(result.changes["old_subject_id"])


@given(mappings())
def test_updating_twice_changes_nothing_more(old):
    new = [computed("p:1", "EFO:1"), computed("p:2", "EFO:2"), computed("p:3", "EFO:3")]
    once = updated(old, new).table
    twice = update(once, pd.DataFrame(new), FATES, FATES).table

    pd.testing.assert_frame_equal(once, twice)


SSSOM = """\
# curie_map:
#   MSH: http://identifiers.org/mesh/
#   disease: http://purl.obolibrary.org/obo/MONDO_
# mapping_set_id: https://example.org/a.sssom.tsv
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_id\tconfidence\tother
MSH:D1\tAsthma\tskos:exactMatch\t\tdisease:5148\tsemapv:ManualMappingCuration\torcid:0000-0001\t1\t
MSH:D1\tAsthma\tskos:closeMatch\t\thttp://www.ebi.ac.uk/efo/EFO_0000270\tsemapv:LexicalMatching\t\t0.5\tkind=exact
MSH:D2\t\tskos:exactMatch\tNot\tEFO:270\tsemapv:ManualMappingCuration\torcid:0000-0001\t\t
MSH:D3\t\tskos:relatedMatch\t\tEFO:270\tsemapv:ManualMappingCuration\t\t\t
MSH:D4\t\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t\t
"""


def test_sssom_of_anybody_is_read_in_the_graphs_spelling(tmp_path: Path):
    (tmp_path / "a.sssom.tsv").write_text(SSSOM)
    frame = read_sssom(tmp_path / "a.sssom.tsv")

    assert frame["subject_id"].tolist() == ["mesh:D1", "mesh:D1", "mesh:D2", "mesh:D3", "mesh:D4"]
    assert frame["object_id"].tolist() == ["MONDO:0005148", "EFO:0000270", "EFO:0000270", "EFO:0000270", NO_TERM]
    assert frame["kind"].dropna().to_dict() == {0: "exact", 1: "exact", 2: "none", 4: "none"}
    assert frame["predicate_id"][3] == "skos:relatedMatch"
    assert frame["similarity_score"].isna().all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SSSOM.replace("MSH:D2", "D2"), ", line 8, column subject_id: 'D2' is no CURIE"),
        (SSSOM.replace("EFO:270", "EFO:270|EFO:271", 1), "line 8, column object_id: 'EFO:270|EFO:271' is no CURIE"),
        (SSSOM.replace("kind=exact", '"kind'), "unexpected end of data; close the quotes"),
    ],
)
def test_what_is_no_sssom_is_one_line_that_says_where(tmp_path: Path, text: str, message: str):
    (tmp_path / "a.sssom.tsv").write_text(text)

    with pytest.raises(InputError) as raised:
        read_sssom(tmp_path / "a.sssom.tsv")

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
