"""A review without a database: what comes first, what is decided, where it is kept, and what becomes of it."""

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sssom.constants import SchemaValidationType
from sssom.parsers import parse_sssom_table
from sssom.validators import validate
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.mapping.review import Decisions, Signed, apply, beside, orcid, read
from kgbuild.mapping.review.candidates import Candidate, Subject, ordered, uncertainty
from kgbuild.mapping.review.page import page
from kgbuild.mapping.review.signed import abstaining, gather
from kgbuild.mapping.review.terminal import Terminal
from kgbuild.mapping.sssom import NO_TERM, read_sssom

pytestmark = pytest.mark.filterwarnings("ignore")  # sssom-py's own

ME = "orcid:0000-0002-1825-0097"
YOU = "orcid:0000-0001-5109-3700"
MAPPING = """\
# curie_map:
#   EFO: http://www.ebi.ac.uk/efo/EFO_
#   MONDO: http://purl.obolibrary.org/obo/MONDO_
#   phecode: https://phewascatalog.org/phecodes#
#   semapv: https://w3id.org/semapv/vocab/
#   skos: http://www.w3.org/2004/02/skos/core#
# license: "https://creativecommons.org/publicdomain/zero/1.0/"
# mapping_set_id: "https://w3id.org/sssom/mappings/kg_phecode_efo.sssom.tsv"
# mapping_set_title: "phecode to EFO, computed by kg"
# mapping_tool: "kg"
# other: "model=minilm; graph=abc"
subject_id	subject_label	predicate_id	object_id	object_label	mapping_justification	confidence	other
phecode:250.2	Type 2 diabetes	skos:closeMatch	MONDO:0005148	type 2 diabetes	semapv:X	0.97	kind=exact
phecode:250.2	Type 2 diabetes	skos:closeMatch	EFO:0000400	diabetes mellitus	semapv:X	0.02
phecode:495	Asthma	skos:broadMatch	EFO:0000270	asthma	semapv:X	0.5
phecode:495	Asthma	skos:closeMatch	MONDO:0004784	allergic asthma	semapv:X	0.45
phecode:250.1	Type 1 diabetes	skos:closeMatch	MONDO:0005147	type 1 diabetes mellitus	semapv:X	0.9
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "m.sssom.tsv").write_text(MAPPING)
    return tmp_path / "m.sssom.tsv"


@pytest.fixture
def review(mapping: Path) -> Callable[..., str]:
    """Type some lines into a review of the mapping; gives what it showed."""

    def run(*typed: str, author: str = ME) -> str:
        shown, answers = io.StringIO(), iter(typed)

        def ask(_: str) -> str:
            for line in answers:
                return line
            raise EOFError

        proposal = read(mapping)
        decisions = Decisions(beside(mapping), proposal)
        Terminal(proposal, decisions, author, None, ask, Console(file=shown, width=120)).run()
        return shown.getvalue()

    return run


def decided(mapping: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Pair → kind and note, as the file has them."""
    return {pair: (each.kind, each.comment) for pair, each in Decisions(beside(mapping), read(mapping)).made.items()}


def candidates(*confidences: float | None) -> list[Candidate]:
    return [Candidate(f"EFO:{i}", "", "exact", None, share, "") for i, share in enumerate(confidences)]


# --- order ---


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (candidates(0.5), candidates(0.95)),
        (candidates(0.5), candidates(0.05)),
        (candidates(0.45, 0.44), candidates(0.45, 0.01)),
        (candidates(0.6), candidates(1.0)),
    ],
)
def test_a_subject_that_the_mapping_knows_less_of_is_more_uncertain(
    more: list[Candidate], less: list[Candidate]
) -> None:
    assert uncertainty(more) > uncertainty(less)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1))))
def test_uncertainty_is_between_none_and_all_equally_likely(shares: list[float | None]) -> None:
    assert 0 <= uncertainty(candidates(*shares)) <= len(shares).bit_length() + 1


def test_frequent_subjects_come_before_rare_ones_that_are_as_uncertain() -> None:
    subjects = [Subject(f"phecode:{i}", "", tuple(candidates(0.5))) for i in range(3)]

    assert [each.id for each in ordered(subjects, {"phecode:1": 30, "phecode:2": 4})] == [
        "phecode:1", "phecode:2", "phecode:0",
    ]  # fmt: skip


def test_without_confidences_scores_order_and_without_both_the_mapping_does() -> None:
    near, far = (
        Subject(name, "", tuple(Candidate(f"EFO:{i}", "", "exact", score, None, "") for i, score in enumerate(scores)))
        for name, scores in (("a:near", (0.5, 0.5)), ("a:far", (0.98, 0.02)))
    )
    nothing = [Subject(f"a:{i}", "", tuple(candidates(None))) for i in range(3)]

    assert ordered([far, near], {}) == [near, far]
    assert ordered(nothing, {}) == nothing


# --- what is read ---


def test_the_kind_is_what_the_mapping_says_and_exact_where_a_computed_link_does_not_say(mapping: Path) -> None:
    kinds = {each.id: each.kind for subject in read(mapping).subjects for each in subject.candidates}

    assert kinds["MONDO:0005148"] == "exact"
    assert kinds["EFO:0000270"] == "broad"
    assert kinds["MONDO:0005147"] == "exact"


def test_a_close_match_of_kg_itself_is_close(mapping: Path) -> None:
    """It says in `other` what it found to be exact."""
    table = MAPPING.replace("confidence\tother", "confidence\tother\tmapping_tool").replace(
        "\tkind=exact", "\tkind=exact\tkg"
    )
    mapping.write_text(table.replace("diabetes mellitus\tsemapv:X\t0.9\n", "diabetes mellitus\tsemapv:X\t0.9\t\tkg\n"))
    kinds = {each.id: each.kind for subject in read(mapping).subjects for each in subject.candidates}

    assert (kinds["MONDO:0005148"], kinds["MONDO:0005147"]) == ("exact", "close")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("phecode:495\tAsthma\tskos:b", "495\tAsthma\tskos:b", r"line 15: subject_id '495'; expected a CURIE"),
        ("0.97", "high", r"line 13: confidence 'high'; expected a number in \[0, 1\]"),
        ("kind=exact", "kind=exact\tmore\tyet more", r"line 13: 10 cells under 8 columns"),
        ("predicate_id", "how", r"line 12: no column predicate_id; SSSOM requires"),
        ("# curie_map:", "# curie_map: [", r"metadata block is not YAML"),
    ],
)
def test_a_mapping_that_cannot_be_read_says_where(mapping: Path, old: str, new: str, message: str) -> None:
    mapping.write_text(MAPPING.replace(old, new, 1))

    with pytest.raises(InputError, match=message):
        read(mapping)


def test_a_file_that_is_not_there_and_one_without_mappings_are_one_line(mapping: Path, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="No such file or directory; give an SSSOM file, as `kg harmonize FROM TO --out"
    ):
        read(tmp_path / "none.sssom.tsv")
    mapping.write_text(MAPPING[: MAPPING.index("phecode:250.2\t")])
    with pytest.raises(InputError, match="no mappings in it"):
        read(mapping)


# --- decisions ---


def test_the_most_uncertain_comes_first_and_what_is_decided_is_signed_sssom(review, mapping: Path) -> None:
    shown = review("2 narrow", "n only the allergic form", "1", "x")
    parsed = parse_sssom_table(beside(mapping))
    rows = {(row.subject_id, row.object_id): row for row in parsed.df.itertuples()}

    assert shown.index("Asthma") < shown.index("Type 1 diabetes") < shown.index("Type 2 diabetes")
    assert "Every subject is decided." in shown
    narrow = rows["phecode:495", "MONDO:0004784"]
    assert (narrow.predicate_id, narrow.comment) == ("skos:narrowMatch", "only the allergic form")
    assert (narrow.mapping_justification, narrow.author_id) == ("semapv:ManualMappingCuration", ME)
    assert rows["phecode:250.1", "MONDO:0005147"].predicate_id == "skos:exactMatch"
    for target in ("MONDO:0005148", "EFO:0000400"):
        refuted = rows["phecode:250.2", target]
        assert (refuted.predicate_id, refuted.predicate_modifier) == ("skos:exactMatch", "Not")
    reports = validate(parsed, [SchemaValidationType.JsonSchema, SchemaValidationType.PrefixMapCompleteness])
    assert [result.message for report in reports.values() for result in report.results] == []


def test_a_review_that_was_closed_goes_on_where_it_was_and_skipped_ones_come_last(review, mapping: Path) -> None:
    review("s", "1")
    again = review("1 broad")

    assert decided(mapping) == {
        ("phecode:250.1", "MONDO:0005147"): ("exact", ""),
        ("phecode:250.2", "MONDO:0005148"): ("broad", ""),
    }
    assert again.index("Type 2 diabetes") < again.index("Asthma")
    assert parse_sssom_table(beside(mapping)).metadata["other"] == "model=minilm; graph=abc; skipped=phecode:495"
    assert "1 of 3 decided" in again


def test_every_decision_is_in_the_file_before_the_next_line_is_asked_for(mapping: Path) -> None:
    kept: list[int] = []
    proposal = read(mapping)
    path = beside(mapping)

    def ask(_: str) -> str:
        kept.append(len(path.read_text().split("\nphecode:")) - 1 if path.exists() else 0)
        return "1" if len(kept) < 3 else "q"

    Terminal(proposal, Decisions(path, proposal), ME, None, ask, Console(file=io.StringIO())).run()
    assert kept == [0, 1, 2]


def test_what_was_done_is_undone_step_by_step(review, mapping: Path) -> None:
    review("r 1", "2", "n wrong", "u", "u")
    assert decided(mapping) == {("phecode:495", "EFO:0000270"): ("none", "")}

    shown = review("u")
    assert "nothing to undo in this session" in shown


def test_another_target_is_a_curie_where_there_is_no_graph_to_search(review, mapping: Path) -> None:
    shown = review("o asthma attack", "o HP:0002099 close")

    assert "there is no graph to search; give a CURIE" in shown
    assert decided(mapping) == {("phecode:495", "HP:0002099"): ("close", "")}
    assert "HP" in parse_sssom_table(beside(mapping)).prefix_map


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7", "7: no such candidate; there are 1 to 2"),
        ("1 same", "same: no kind of match; one of exact, close, broad, narrow"),
        ("what", "'what': not understood"),
        ("", "'': not understood"),
        ("n why", "nothing is decided yet"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_lost(review, mapping: Path, typed: str, said: str) -> None:
    shown = review(typed, "1")

    assert said in shown
    assert decided(mapping) == {("phecode:495", "EFO:0000270"): ("broad", "")}


@given(note=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_note_is_read_back_with_its_white_space_collapsed(tmp_path_factory, note: str) -> None:
    path = tmp_path_factory.mktemp("note") / "m.sssom.tsv"
    path.write_text(MAPPING)
    proposal = read(path)
    made = Decisions(beside(path), proposal)
    subject = proposal.subjects[0]
    from kgbuild.mapping.review.decisions import Decision

    made.decide(Decision(subject.id, subject.label, "EFO:0000400", 'a "b"', "close", ME, "2026-01-02", note))
    again = Decisions(beside(path), proposal).made["phecode:250.2", "EFO:0000400"]

    assert again.comment == " ".join(note.split())
    assert again.object_label == 'a "b"'


def test_a_file_of_something_else_is_not_written_over(mapping: Path) -> None:
    proposal = read(mapping)
    with pytest.raises(InputError, match="is the mapping itself"):
        Decisions(mapping, proposal)
    other = mapping.with_name("other.sssom.tsv")
    other.write_text(MAPPING)
    with pytest.raises(InputError, match="its column confidence is of no review and would be lost"):
        Decisions(other, proposal)
    other.write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\na:1\tskos:exactMatch\tb:1\tsemapv:X\n"
    )
    with pytest.raises(InputError, match=r"line 2: skos:exactMatch by semapv:X is no decision"):
        Decisions(other, proposal)


def test_decisions_of_others_keep_their_authors(review, mapping: Path) -> None:
    review("1", author=YOU)
    review("1")

    authors = {each.author_id for each in Decisions(beside(mapping), read(mapping)).made.values()}
    assert authors == {ME, YOU}


@pytest.mark.parametrize("text", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", f" {ME} "])
def test_an_orcid_is_taken_however_it_is_written(text: str) -> None:
    assert orcid(text) == ME
    assert orcid("0000-0002-1694-233x") == "orcid:0000-0002-1694-233X"


@given(st.integers(0, 14), st.integers(1, 9))
def test_an_orcid_with_a_wrong_digit_is_refused(place: int, more: int) -> None:
    digits = list("000000021825009")
    digits[place] = str((int(digits[place]) + more) % 10)
    text = "".join(digits) + "7"

    with pytest.raises(InputError, match="check digit is wrong"):
        orcid("-".join(text[i : i + 4] for i in range(0, 16, 4)))


def test_the_command_asks_for_an_orcid_once_and_takes_lines_from_a_pipe(mapping: Path, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NEO4J_URI", raising=False)
    typed = "0000-0002-1825-0098\n0000-0002-1825-0097\n1\nq\n"
    result = CliRunner().invoke(app, ["review", str(mapping)], input=typed)

    assert result.exit_code == 0, result.output
    assert "check digit is wrong" in result.output
    assert "kg load mappings" in result.output
    assert "--name m_reviewed" in result.output
    assert len(decided(mapping)) == 1


# --- the page ---


def test_the_page_holds_everything_and_what_a_label_says_cannot_run(mapping: Path) -> None:
    mapping.write_text(MAPPING.replace("\tAsthma\t", "\t</script><b>Asthma {{script}}\t"))
    proposal = read(mapping)
    text = page(proposal, Decisions(beside(mapping), proposal), ME, {})

    assert "</script><b>" not in text
    assert text.count("{{script}}") == 1
    assert "default-src 'none'" in text
    assert 'src="' not in text


# --- what was signed ---


def row(subject: str, target: str, predicate: str = "EXACT_MATCH", **more: object) -> dict[str, object]:
    return {
        "subject_id": subject, "subject_label": "s", "object_id": target, "object_label": "o", "predicate": predicate,
        "inverse": False, "negated": False, "author_id": ME, "comment": None,
    } | more  # fmt: skip


@pytest.fixture
def table() -> pd.DataFrame:
    links = [("a:1", "b:1", 1, 0.9, 0.8), ("a:1", "b:2", 2, 0.1, 0.1), ("a:2", "b:3", 1, 0.7, 0.6)]
    frame = pd.DataFrame(links, columns=["subject_id", "object_id", "rank", "similarity_score", "confidence"])
    frame.attrs = {"source": "a", "target": "b"}
    return frame


def ranked(frame: pd.DataFrame) -> list[tuple[str, str, int]]:
    return list(frame[["subject_id", "object_id", "rank"]].itertuples(index=False, name=None))


def test_an_accepted_link_comes_first_with_its_author_and_rejected_pairs_are_gone(table: pd.DataFrame) -> None:
    rows = [row("a:1", "b:2", "BROAD_MATCH", comment="only some"), row("a:2", "b:3", negated=True), row("a:9", "b:9")]
    out = apply(table, gather(rows))

    assert ranked(out) == [("a:1", "b:2", 1), ("a:1", "b:1", 2), ("a:9", "b:9", 1)]
    first = out.iloc[0]
    assert (first["kind"], first["confidence"], first["similarity_score"]) == ("broad", 1.0, 0.1)
    assert (first["author_id"], first["comment"]) == (ME, "only some")
    assert first["mapping_justification"] == "semapv:ManualMappingCuration"
    assert pd.isna(out.iloc[2]["similarity_score"])
    assert out.attrs == table.attrs


def test_nothing_signed_leaves_a_mapping_as_it_is(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(apply(table, Signed()), table, check_column_type=False)


def test_only_so_many_links_are_kept_but_every_signed_one(table: pd.DataFrame) -> None:
    assert ranked(apply(table, gather([row("a:1", "b:2")]), top=1)) == [("a:1", "b:2", 1), ("a:2", "b:3", 1)]
    both = gather([row("a:1", "b:2"), row("a:1", "b:7")])
    assert len(apply(table, both, top=1)) == 3


def test_curators_who_disagree_settle_nothing(table: pd.DataFrame) -> None:
    signed = gather([row("a:1", "b:2"), row("a:1", "b:2", negated=True, author_id=YOU)])
    out = apply(table, signed)

    assert ranked(out) == ranked(table)
    assert out.iloc[1]["comment"] == f"disputed: accepted by {ME}, rejected by {YOU}"
    assert (signed.accepted, signed.rejected, signed.most_rejected) == ([], {}, 0)


def test_several_curators_sign_one_link_whose_kind_most_of_them_gave_it() -> None:
    kinds = [("EXACT_MATCH", ME, False), ("BROAD_MATCH", YOU, False), ("NARROW_MATCH", "orcid:3", True)]
    (link,) = gather(
        row("a:1", "b:1", predicate, author_id=author, inverse=inverse) for predicate, author, inverse in kinds
    ).accepted

    assert link.kind == "broad"
    assert link.authors == sorted([ME, YOU, "orcid:3"])


def test_as_many_more_candidates_are_needed_as_were_rejected_of_one_subject() -> None:
    rows: Iterable[dict[str, object]] = [row("a:1", f"b:{i}", negated=True) for i in range(3)]

    assert gather([*rows, row("a:2", "b:1", negated=True)]).most_rejected == 3


def test_a_subject_that_curators_found_no_counterpart_for_has_none_unless_another_accepted_one(
    table: pd.DataFrame,
) -> None:
    nothing = {"subject_label": "s", "author_id": ME, "comment": "too broad"}
    signed = gather([row("a:2", "b:3")], [nothing | {"subject_id": subject} for subject in ("a:1", "a:2")])
    out = abstaining(apply(table, signed), signed)

    assert ranked(out) == [("a:2", "b:3", 1), ("a:1", NO_TERM, 1)]
    last = out.iloc[1]
    assert (last["kind"], last["comment"]) == ("none", "a curator found no counterpart; too broad")
    assert (last["author_id"], last["mapping_justification"]) == (ME, "semapv:ManualMappingCuration")


def test_no_counterpart_is_a_decision_that_settles_its_subject(review, mapping: Path) -> None:
    shown = review("0", "n nothing like it", "q")
    again = review("q")
    parsed = parse_sssom_table(beside(mapping))
    (found,) = parsed.df.itertuples()

    assert "phecode:495 Asthma: no counterpart" in shown
    assert "1 of 3 decided" in again
    assert (found.object_id, found.predicate_id, found.comment) == (NO_TERM, "skos:exactMatch", "nothing like it")
    assert read_sssom(beside(mapping))["kind"].tolist() == ["none"]
    reports = validate(parsed, [SchemaValidationType.JsonSchema, SchemaValidationType.PrefixMapCompleteness])
    assert [result.message for report in reports.values() for result in report.results] == []
