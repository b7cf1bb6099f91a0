"""Mappings out of mappings, contradictions, and the best assignment as a whole, without a database."""

import itertools
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sssom.parsers import parse_sssom_table
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.mapping.assign import one_to_one
from kgbuild.mapping.compose import CHAINED, INVERTED, compose, invert
from kgbuild.mapping.facts import Facts
from kgbuild.mapping.reason import broader, contradictions
from kgbuild.mapping.table import COMPUTED, CURATED, INVERSE, KINDS


def mapping(*links: tuple, **columns) -> pd.DataFrame:
    """Links (subject, object, kind, confidence); labels are the ids in words."""
    frame = pd.DataFrame(links, columns=["subject_id", "object_id", "kind", "confidence"])
    frame["similarity_score"] = frame["confidence"].fillna(0.5)
    for end in ("subject", "object"):
        frame[f"{end}_label"] = [f"the {identifier}" for identifier in frame[f"{end}_id"]]
    return frame.assign(**columns)


def links(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row.subject_id, row.object_id): row.kind for row in frame.itertuples()}


def test_an_inverse_turns_broad_into_narrow_and_says_that_it_is_one_unless_a_curator_signed_it():
    frame = mapping(
        ("a:1", "b:1", "broad", 0.9), ("a:2", "b:1", "exact", 0.8),
        author_id=["orcid:1", None], mapping_justification=[CURATED, COMPUTED],
    )  # fmt: skip
    frame.attrs = {"source": "A", "target": "B", "model": "m", "source_version": "1"}
    inverse = invert(frame)

    assert links(inverse) == {("b:1", "a:1"): "narrow", ("b:1", "a:2"): "exact"}
    assert inverse["rank"].tolist() == [1, 2]
    assert inverse["mapping_justification"].tolist() == [CURATED, INVERTED]
    assert inverse["author_id"][0] == "orcid:1"
    assert inverse.attrs == {"source": "B", "target": "A", "model": "m", "target_version": "1"}
    assert inverse["subject_label"][0] == "the b:1"


def test_a_chain_is_as_sure_as_all_its_links_together_and_says_how_it_goes():
    chain = compose(mapping(("a:1", "b:1", "exact", 0.9)), mapping(("b:1", "c:1", "broad", 0.8)))
    (row,) = chain.to_dict("records")

    assert (row["subject_id"], row["object_id"], row["kind"]) == ("a:1", "c:1", "broad")
    assert row["confidence"] == pytest.approx(0.72)
    assert row["mapping_justification"] == CHAINED
    assert row["comment"] == "exact to b:1 (the b:1), broad from there"


def test_chains_through_different_concepts_are_independent_witnesses():
    first = mapping(("a:1", "b:1", "exact", 0.9), ("a:1", "b:2", "exact", 0.5))
    second = mapping(("b:1", "c:1", "exact", 0.8), ("b:2", "c:1", "exact", 0.6))
    (row,) = compose(first, second).to_dict("records")

    assert row["confidence"] == pytest.approx(1 - (1 - 0.72) * (1 - 0.30))
    assert "b:1" in row["comment"]
    assert "b:2" in row["comment"]


@pytest.mark.parametrize(
    ("one", "other", "chain"),
    [
        ("exact", "exact", "exact"), ("exact", "close", "close"), ("close", "exact", "close"),
        ("exact", "broad", "broad"), ("narrow", "exact", "narrow"), ("broad", "broad", "broad"),
        ("narrow", "narrow", "narrow"), ("exact", "none", "none"),
        ("broad", "narrow", None), ("narrow", "broad", None), ("close", "close", None), ("close", "broad", None),
        ("broad", "none", None), ("none", "none", None),
    ],
)  # fmt: skip
def test_the_kind_of_a_chain_follows_from_its_links_or_there_is_none(one, other, chain):
    found = compose(mapping(("a:1", "b:1", one, 0.9)), mapping(("b:1", "c:1", other, 0.9)))

    assert found["kind"].tolist() == ([chain] if chain else [])


def test_where_chains_disagree_a_refusal_wins_and_else_the_surer_kind():
    second = mapping(("b:1", "c:1", "exact", 0.6), ("b:2", "c:1", "broad", 0.9), ("b:1", "c:2", "exact", 0.9),
                     ("b:2", "c:2", "none", 0.3))  # fmt: skip
    found = compose(mapping(("a:1", "b:1", "exact", 1.0), ("a:1", "b:2", "exact", 1.0)), second)

    assert links(found) == {("a:1", "c:1"): "broad", ("a:1", "c:2"): "none"}


def test_a_curated_link_without_confidence_is_sure_and_a_computed_one_leaves_none():
    signed = mapping(("a:1", "b:1", "exact", None), mapping_justification=CURATED)
    computed = mapping(("a:1", "b:1", "exact", None))
    then = mapping(("b:1", "c:1", "exact", 0.8))

    assert compose(signed, then)["confidence"].tolist() == [pytest.approx(0.8)]
    assert "confidence" not in compose(computed, then)


def test_nothing_is_mapped_to_itself_by_a_chain_there_and_back():
    there = mapping(("a:1", "b:1", "exact", 0.9), ("a:2", "b:1", "exact", 0.9))

    assert set(links(compose(there, invert(there)))) == {("a:1", "a:2"), ("a:2", "a:1")}


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("cde"), st.sampled_from([*KINDS]), st.floats(0, 1)),
        unique_by=lambda link: link[:2],
    ),
    st.lists(
        st.tuples(st.sampled_from("cde"), st.sampled_from("xy"), st.sampled_from([*KINDS]), st.floats(0, 1)),
        unique_by=lambda link: link[:2],
    ),
)
def test_the_inverse_of_a_chain_is_the_chain_of_inverses(first, second):
    one, two = mapping(*first), mapping(*second)
    back = compose(invert(two), invert(one))
    kinds = {(there, here): kind for (here, there), kind in links(compose(one, two)).items()}

    assert {pair: INVERSE[kind] for pair, kind in kinds.items()}.keys() == links(back).keys()
    assert all(0 <= c <= 1 for c in back.get("confidence", []))


SSSOM = "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tconfidence\n"


def sssom(path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
    """Rows (subject, predicate, modifier, object, confidence), signed."""
    lines = (f"{s}\tthe {s}\tskos:{p}\t{modifier}\t{o}\t{CURATED}\t{c}\n" for s, p, modifier, o, c in rows)
    path.write_text(SSSOM + "".join(lines))
    return path


def test_files_are_chained_and_turned_round_by_the_command_line(tmp_path: Path):
    first = sssom(
        tmp_path / "a.sssom.tsv",
        ("EFO:1", "exactMatch", "", "HP:1", "0.9"), ("EFO:2", "relatedMatch", "", "HP:1", "0.9"),
        ("EFO:3", "exactMatch", "", "sssom:NoTermFound", ""), ("EFO:4", "exactMatch", "Not", "HP:1", ""),
    )  # fmt: skip
    second = sssom(tmp_path / "b.sssom.tsv", ("HP:1", "broadMatch", "", "DOID:1", ""))
    out, back = tmp_path / "c.sssom.tsv", tmp_path / "d.sssom.tsv"
    run = CliRunner().invoke(app, ["compose", str(first), str(second), "--out", str(out)])
    CliRunner().invoke(app, ["invert", str(out), "--out", str(back)])

    assert run.exception is None
    (row,) = parse_sssom_table(out).df.to_dict("records")
    assert (row["subject_id"], row["predicate_id"], row["object_id"]) == ("EFO:0000001", "skos:broadMatch", "DOID:1")
    assert (row["mapping_justification"], float(row["confidence"])) == (CHAINED, 0.9)
    (row,) = parse_sssom_table(back).df.to_dict("records")
    assert (row["subject_id"], row["predicate_id"], row["object_id"]) == ("DOID:1", "skos:narrowMatch", "EFO:0000001")
    assert row["mapping_justification"] == INVERTED


def test_files_that_do_not_meet_are_one_line(tmp_path: Path):
    first = sssom(tmp_path / "a.sssom.tsv", ("EFO:1", "exactMatch", "", "HP:1", "0.9"))

    twice = CliRunner().invoke(app, ["compose", str(first), str(first)])
    alone = CliRunner().invoke(app, ["compose", str(first)])

    assert isinstance(twice.exception, InputError)
    assert "none of its subjects is an object of" in str(twice.exception)
    assert "is one mapping; give two or more" in str(alone.exception)


# --- contradictions

#: t:3 is below t:2 below t:1; s:3 below s:2 below s:1; t:8 and t:9 are disjoint, t:81 and t:91 below them.
PARENTS = {
    "t:3": ["t:2"], "t:2": ["t:1"], "s:3": ["s:2"], "s:2": ["s:1"], "t:81": ["t:8"], "t:91": ["t:9"],
}  # fmt: skip


def found(facts: Facts, *given: tuple, **columns) -> tuple[dict, list[tuple]]:
    kept, conflicts = contradictions(mapping(*given, **columns), facts)
    return links(kept), [(row.subject_id, row.object_id, row.what, row.done) for row in conflicts.itertuples()]


def test_what_does_not_contradict_stays_as_it_is():
    frame = mapping(("s:3", "t:3", "exact", 0.9), ("s:2", "t:2", "exact", 0.8), ("s:9", "t:1", "none", 0.1))
    kept, conflicts = contradictions(frame, Facts(PARENTS))

    pd.testing.assert_frame_equal(kept[list(frame.columns)], frame)
    assert conflicts.empty


def test_a_refuted_pair_is_dropped_with_the_one_who_says_so_and_may_still_be_broad():
    facts = Facts(refuted={("s:1", "t:1"): "biomappings has s:1 and t:1 as not the same"})
    kept, conflicts = contradictions(mapping(("s:1", "t:1", "exact", 0.9)), facts)

    assert kept.empty
    assert conflicts["why"].tolist() == ["biomappings has s:1 and t:1 as not the same"]
    assert conflicts["done"].tolist() == ["dropped"]
    assert conflicts["kind"].tolist() == ["exact"]
    assert found(facts, ("s:1", "t:1", "broad", 0.9))[0] == {("s:1", "t:1"): "broad"}


@pytest.mark.parametrize("kind", ["exact", "close", "broad", "narrow"])
def test_a_link_across_disjoint_classes_is_dropped_whatever_its_kind(kind):
    disjoint = {"t:8": {"t:9": "mondo"}, "t:9": {"t:8": "mondo"}}
    facts = Facts(PARENTS, same={"s:1": {"t:81": ["doid"]}}, disjoint=disjoint, names={"t:8": "eight"})
    kept, conflicts = contradictions(mapping(("s:1", "t:91", kind, 0.9)), facts)

    assert kept.empty
    assert conflicts["what"].tolist() == ["disjoint classes"]
    assert "mondo says that t:8 (eight) and t:9 have nothing in common" in conflicts["why"][0]


def test_of_a_list_of_traits_several_may_mean_one_term():
    frame = mapping(("s:1", "t:1", "exact", 0.9), ("s:9", "t:1", "exact", 0.8))

    assert contradictions(frame, Facts())[0]["kind"].tolist() == ["exact", "close"]
    assert contradictions(frame, Facts(), distinct=False)[0]["kind"].tolist() == ["exact", "exact"]


def test_an_asserted_exact_match_makes_another_link_broad_narrow_or_impossible():
    facts = Facts(PARENTS, same={"s:1": {"t:2": ["mondo_mappings"]}})

    assert found(facts, ("s:1", "t:1", "exact", 0.9))[0] == {("s:1", "t:1"): "broad"}
    assert found(facts, ("s:1", "t:3", "close", 0.9))[0] == {("s:1", "t:3"): "narrow"}
    assert found(facts, ("s:1", "t:9", "exact", 0.9)) == (
        {}, [("s:1", "t:9", "another exact match asserted", "dropped")],
    )  # fmt: skip
    assert found(facts, ("s:1", "t:9", "close", 0.9)) == ({("s:1", "t:9"): "close"}, [])
    assert found(facts, ("s:1", "t:2", "exact", 0.9)) == ({("s:1", "t:2"): "exact"}, [])
    assert found(facts, ("s:1", "u:9", "exact", 0.9)) == ({("s:1", "u:9"): "exact"}, [])


def test_of_two_exact_matches_of_one_concept_the_surer_stays_and_the_hierarchy_says_what_the_other_is():
    facts = Facts(PARENTS)

    assert found(facts, ("s:1", "t:2", "exact", 0.9), ("s:1", "t:1", "exact", 0.8))[0] == {
        ("s:1", "t:2"): "exact", ("s:1", "t:1"): "broad",
    }  # fmt: skip
    assert found(facts, ("s:1", "t:2", "exact", 0.7), ("s:1", "t:9", "exact", 0.8)) == (
        {("s:1", "t:9"): "exact"}, [("s:1", "t:2", "two exact matches of one concept", "dropped")],
    )  # fmt: skip
    assert found(facts, ("s:1", "t:2", "exact", 0.7), ("s:1", "u:2", "exact", 0.8))[1] == []
    same = Facts(PARENTS, same={"t:2": {"t:9": ["mondo"]}})
    assert found(same, ("s:1", "t:2", "exact", 0.7), ("s:1", "t:9", "exact", 0.8))[1] == []


def test_of_two_concepts_exact_to_one_term_the_weaker_is_what_the_hierarchy_says_or_close():
    facts = Facts(PARENTS)

    assert found(facts, ("s:1", "t:1", "exact", 0.9), ("s:2", "t:1", "exact", 0.8))[0][("s:2", "t:1")] == "broad"
    assert found(facts, ("s:1", "t:1", "exact", 0.8), ("s:2", "t:1", "exact", 0.9))[0][("s:1", "t:1")] == "narrow"
    assert found(facts, ("s:1", "t:1", "exact", 0.9), ("s:9", "t:1", "exact", 0.8))[0][("s:9", "t:1")] == "close"


def test_hierarchies_that_cross_are_found_and_the_weaker_link_gives_way():
    facts = Facts(PARENTS)

    assert found(facts, ("s:2", "t:3", "exact", 0.9), ("s:3", "t:1", "exact", 0.8)) == (
        {("s:2", "t:3"): "exact", ("s:3", "t:1"): "broad"}, [("s:3", "t:1", "crossing hierarchies", "now broad")],
    )  # fmt: skip
    assert found(facts, ("s:2", "t:3", "exact", 0.8), ("s:3", "t:1", "exact", 0.9))[0] == {
        ("s:2", "t:3"): "narrow", ("s:3", "t:1"): "exact",
    }  # fmt: skip


def test_what_a_curator_signed_is_reported_and_never_changed():
    facts = Facts(PARENTS, refuted={("s:1", "t:1"): "biomappings"})
    signed = {"mapping_justification": [CURATED, None]}

    assert found(facts, ("s:1", "t:1", "exact", 0.1), ("s:1", "t:3", "exact", 0.9), **signed) == (
        {("s:1", "t:1"): "exact", ("s:1", "t:3"): "narrow"},
        [
            ("s:1", "t:1", "refuted by a curator", "kept: signed by its curator"),
            ("s:1", "t:3", "hierarchy", "now narrow"),
        ],
    )


def test_reasons_are_added_to_the_comment_of_a_link_that_changed():
    frame = mapping(("s:1", "t:2", "exact", 0.9), ("s:1", "t:1", "exact", 0.8), comment=["same name", "same words"])
    kept, _ = contradictions(frame, Facts(PARENTS))

    assert kept["comment"].tolist() == ["same name", "same words; s:1 is rather t:2, and t:1 is above that"]


def test_a_cycle_in_a_hierarchy_is_walked_once_and_says_nothing():
    facts = Facts({"t:1": ["t:2"], "t:2": ["t:1"]})

    assert found(facts, ("s:1", "t:2", "exact", 0.9), ("s:1", "t:1", "exact", 0.8))[0] == {("s:1", "t:2"): "exact"}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["s:1", "s:2", "s:3"]), st.sampled_from(["t:1", "t:2", "t:3", "t:91"]),
            st.just("exact"), st.integers(1, 99).map(lambda n: n / 100),
        ),
        unique_by=(lambda link: link[:2], lambda link: link[3]), min_size=1,
    )
)  # fmt: skip
def test_what_is_kept_contradicts_itself_no_more_whatever_the_order_of_rows(given_links):
    facts = Facts(PARENTS)
    kept, _ = contradictions(mapping(*given_links), facts)
    again, conflicts = contradictions(kept, facts)
    turned, _ = contradictions(mapping(*reversed(given_links)), facts)

    assert conflicts.empty
    assert links(again) == links(kept) == links(turned)
    exact = [pair for pair, kind in links(kept).items() if kind == "exact"]
    assert len({subject for subject, _ in exact}) == len({object_ for _, object_ in exact}) == len(exact)
    assert exact


def test_a_concept_without_an_exact_match_gets_that_of_its_nearest_ancestor_as_a_broad_one():
    facts = Facts(PARENTS, names={"s:1": "goitre"})
    frame = mapping(("s:1", "t:1", "exact", 0.9), ("s:2", "t:9", "close", 0.4), ("s:7", "t:7", "exact", 0.9))
    candidates = broader(frame, facts, {"s:3": "toxic goitre", "s:2": "goitre of two", "s:7": "seven", "s:8": "eight"})

    assert links(candidates) == {("s:3", "t:1"): "broad", ("s:2", "t:1"): "broad"}
    assert candidates["comment"][0] == "below s:1 (goitre), which is t:1 (the t:1)"
    assert candidates["confidence"].tolist() == [0.9, 0.9]
    assert broader(frame, Facts(), {"s:3": "x"}).empty


# --- the best assignment


def test_the_best_assignment_is_better_than_taking_the_best_link_first():
    frame = mapping(
        ("a", "x", "exact", 0.95), ("a", "y", "exact", 0.9), ("b", "x", "exact", 0.9), ("b", "y", "exact", 0.05)
    )

    assert set(links(one_to_one(frame))) == {("a", "y"), ("b", "x")}


def test_subjects_without_a_sure_enough_link_go_without():
    frame = mapping(("a", "x", "exact", 0.95), ("b", "y", "exact", 0.3), ("c", "z", "none", 0.99))

    assert set(links(one_to_one(frame))) == {("a", "x"), ("b", "y")}
    assert set(links(one_to_one(frame, floor=0.3))) == {("a", "x")}
    assert one_to_one(frame, floor=0.99).empty


def test_what_a_curator_signed_goes_before_everything_computed():
    frame = mapping(
        ("a", "x", "exact", 0.01), ("a", "y", "exact", 0.99), ("b", "x", "exact", 0.99),
        mapping_justification=[CURATED, None, None],
    )  # fmt: skip

    assert set(links(one_to_one(frame))) == {("a", "x")}


def test_a_mapping_without_confidence_is_assigned_by_its_scores():
    frame = mapping(("a", "x", "exact", 0.9), ("b", "x", "exact", 0.8)).drop(columns="confidence")

    assert set(links(one_to_one(frame))) == {("a", "x")}


CASES = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from("wxyz"), st.just("exact"), st.integers(1, 99).map(lambda n: n / 100)
    ),
    unique_by=lambda link: link[:2], min_size=1, max_size=9,
)  # fmt: skip


@given(CASES, st.sampled_from([0.0, 0.2, 0.5]))
def test_the_assignment_equals_the_best_of_all_that_are_possible(given_links, floor):
    def gain(confidences) -> float:
        low = max(floor, 1e-3)
        return sum(math.log(c / (1 - c)) - math.log(low / (1 - low)) for c in confidences)

    allowed = [link for link in given_links if link[3] > floor]
    possible = (
        some
        for size in range(5)
        for some in itertools.combinations(allowed, size)
        if len({link[0] for link in some}) == len({link[1] for link in some}) == size
    )
    best = max(gain(link[3] for link in some) for some in possible)
    chosen = one_to_one(mapping(*given_links), floor)

    assert gain(chosen["confidence"]) == pytest.approx(best)
    assert chosen["subject_id"].is_unique
    assert chosen["object_id"].is_unique


@given(CASES, st.randoms())
def test_the_assignment_does_not_depend_on_the_order_of_rows(given_links, random):
    frame = mapping(*given_links)
    order = list(range(len(frame)))
    random.shuffle(order)

    assert links(one_to_one(frame.iloc[order])) == links(one_to_one(frame))
