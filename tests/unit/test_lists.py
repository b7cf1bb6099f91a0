"""A list of one's own: what its labels say, what its files may look like, and what becomes of each row."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.graph import name_key
from kgbuild.mapping.labels import read_label
from kgbuild.mapping.lists import OwnList, icd_codes, is_list, read_list

TRAITS = Path(__file__).parents[1] / "data" / "trait_list" / "biobank_traits.csv"


def read(folder: Path, text: str, name: str = "my.csv", **options) -> OwnList:
    path = folder / name
    path.write_text(text)
    return read_list(path, **options)


@pytest.mark.parametrize(
    ("label", "first", "others", "codes"),
    [
        ("Type 2 diabetes", "type 2 diabetes", [], []),
        ("Non-cancer illness code, self-reported: asthma", "asthma", [], []),
        ("20002_1111: asthma", "asthma", [], []),
        ("Cancer code, self-reported: breast cancer", "breast cancer", [], []),
        ("Vascular/heart problems diagnosed by doctor: Heart attack", "heart attack", [], []),
        ("Date E11 first reported (type 2 diabetes)", "type 2 diabetes", [], ["E11"]),
        ("Diagnoses - main ICD10: I20.0 Unstable angina", "unstable angina", [], ["I20.0"]),
        ("Underlying (primary) cause of death: ICD10: C34.9 Lung cancer", "lung cancer", [], ["C34.9"]),
        ("E11.9 Type 2 diabetes", "type 2 diabetes", [], ["E11.9"]),
        ("Diabetes mellitus (E10-E14)", "diabetes mellitus", [], ["E10-E14"]),
        ("Glaucoma (self-reported) [H40, H42]", "glaucoma", [], ["H40", "H42"]),
        ("Diabetes, type 2 (self-reported)", "diabetes, type 2", ["type 2 diabetes"], []),
        ("Self-reported migraine", "migraine", [], []),
        ("Asthma (more controls excluded)", "asthma", [], []),
        ("Alzheimer disease, strict definition", "alzheimer disease", [], []),
        ("T2D_adj_BMI", "type 2 diabetes adj body mass index", ["t2d adj bmi", "type 2 diabetes", "t2d"], []),
        ("I9_CHD", "coronary heart disease", ["chd"], []),
        ("Body mass index (BMI)", "body mass index (bmi)", ["body mass index"], []),
    ],
)
def test_a_label_is_the_name_of_its_trait_without_how_it_was_asked(label, first, others, codes):
    keys, found = read_label(label)

    assert (keys, found) == ([first, *others], codes)


@pytest.mark.parametrize(
    "label",
    [
        "Illnesses of father: Stroke",
        "Family history of stroke",
        "Age asthma diagnosed by doctor",
        "Number of self-reported cancers",
        "Vitamin B12 deficiency",
        "B12 deficiency anaemia",
        "Diabetes mellitus without complication",
        "Diseases of veins, lymphatic vessels and lymph nodes",
    ],
)
def test_what_changes_the_meaning_of_a_label_stays(label):
    assert read_label(label) == ([name_key(label)], [])


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip))
def test_any_label_has_names_that_are_keys(label):
    keys = read_label(label).keys

    assert keys
    assert [name_key(key) for key in keys] == keys


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("E11", ["icd10:E11"]),
        ("E119", ["icd10:E11.9"]),
        ("e11.9", ["icd10:E11.9"]),
        ("J45*", ["icd10:J45"]),
        ("K58.X", ["icd10:K58"]),
        ("C18-C20", ["icd10:C18", "icd10:C19", "icd10:C20"]),
        ("250.00", ["icd9:250.00"]),
        ("ICD10CM:E11.9", ["icd10:E11.9"]),
        ("lumbago", []),
        ("MONDO:5148", []),
    ],
)
def test_icd_codes_are_read_in_the_ways_they_are_written(written, codes):
    assert icd_codes(written) == codes


def test_every_row_of_a_biobanks_list_has_one_outcome():
    own = read_list(TRAITS)

    assert len(own.terms.ids) + own.merged + own.left_out == own.rows == 60
    assert (own.merged, own.left_out) == (1, 4)
    assert [(remark.line, remark.what) for remark in own.remarks] == [
        (55, "code J10_ASTHMA has another label, 'Asthma (more controls excluded)', in line 38"),
        (58, "no code"),
        (59, "no label"),
        (60, "'lumbago' is no ICD code; the row goes without it"),
        (60, "its parent M13_DORSO is no other code of the list"),
        (61, 'a quote (") that is not closed, or not doubled inside quotes'),
    ]


def test_concepts_have_names_labels_parents_and_codes():
    own = read_list(TRAITS)
    at = own.terms.index

    assert own.scope.name == "biobank_traits"
    assert own.terms.labels[at["biobank_traits:T2D"]] == "Type 2 diabetes, wide definition"
    assert own.terms.names[at["biobank_traits:T2D"]] == ["type 2 diabetes", "type 2 diabetes mellitus", "t2dm"]
    assert own.groups["biobank_traits:T2D"] == ["icd10:E11", "icd10:E11.9"]
    assert own.terms.parents[at["biobank_traits:20002_1462"]] == ["biobank_traits:20002_1461"]
    assert own.groups["biobank_traits:H7_GLAUCOMA"] == ["icd10:H40", "icd10:H42"]


@pytest.mark.parametrize(
    "text",
    [
        "code,label\nT2D,Type 2 diabetes\n",
        "\ufeffCode;Name\r\nT2D;Type 2 diabetes\r\n",
        "sep=;\r\nphenocode;phenostring\r\nT2D;Type 2 diabetes\r\n",
        '#ID\tTrait\nT2D\t"Type 2 diabetes"\n\n\t\n',
        "Description,CURIE\nType 2 diabetes,my:T2D\n",
    ],
)
def test_a_list_may_be_written_as_programs_write_it(tmp_path: Path, text: str):
    own = read(tmp_path, text)

    assert (own.rows, own.terms.ids, own.terms.labels) == (1, ["my:T2D"], ["Type 2 diabetes"])


def test_a_compressed_list_is_read_as_it_is(tmp_path: Path):
    path = tmp_path / "my.tsv.gz"
    path.write_bytes(gzip.compress(b"code\tlabel\nT2D\tType 2 diabetes\n"))

    assert read_list(path).terms.ids == ["my:T2D"]


def test_codes_that_are_curies_stay_and_others_get_the_prefix(tmp_path: Path):
    own = read(tmp_path, "code,label\nMSH:D003924,T2D\n250.2,Type 2 diabetes\n20002_1111 a,Asthma\n", prefix="ukb")

    assert own.terms.ids == ["mesh:D003924", "ukb:20002_1111_a", "ukb:250.2"]
    assert read(tmp_path, "label\nX\n", "2024 traits (v2).txt").scope.name == "list_2024_traits_v2"


def test_a_list_of_labels_alone_takes_its_codes_from_them(tmp_path: Path):
    own = read(tmp_path, "label\nType 2 diabetes\n", "my.txt")

    assert (own.terms.ids, own.terms.labels) == (["my:type_2_diabetes"], ["Type 2 diabetes"])


def test_a_row_goes_on_behind_one_that_cannot_be_read(tmp_path: Path):
    path = tmp_path / "my.csv"
    path.write_bytes(b'code,label\na,"Asthma\nb,M\xe9ni\xe8re\nc,x,y\nd,"Gout, ""acute"""\ne,"two\nlines"\nf,Stroke\n')
    own = read_list(path)

    assert own.terms.labels == ['Gout, "acute"', "two\nlines", "Stroke"]
    assert [(remark.line, remark.what.partition(";")[0]) for remark in own.remarks] == [
        (2, 'a quote (") that is not closed, or not doubled inside quotes'),
        (3, "is not UTF-8"),
        (4, "3 fields, the header has 2"),
    ]


def test_the_parents_of_a_coding_of_uk_biobank_are_its_nodes(tmp_path: Path):
    own = read(
        tmp_path,
        "coding\tmeaning\tnode_id\tparent_id\tselectable\n"
        "-1\tendocrine/diabetes\t1\t0\tN\n1220\tdiabetes\t2\t1\tY\n1223\ttype 2 diabetes\t1220\t2\tY\n",
        "coding6.tsv",
    )

    assert dict(zip(own.terms.ids, own.terms.parents, strict=True)) == {
        "coding6:-1": [], "coding6:1220": ["coding6:-1"], "coding6:1223": ["coding6:1220"],
    }  # fmt: skip
    assert not own.remarks


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,x\n1,2\n", "no column for the label among code, x; name it: --column label=COLUMN"),
        ("code,trait,description\n1,2,3\n", "trait and description could each be the label (columns: code, trait"),
        ("", "an empty file"),
        ("code,label\n", "no row that can be used (it has only a header)"),
        ("code,label\n1,\n", "no row that can be used (line 2: no label)"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_excels_unicode_text_is_named(tmp_path: Path):
    (tmp_path / "my.txt").write_bytes("code\tlabel\n1\tX\n".encode("utf-16"))

    with pytest.raises(InputError, match=r"is UTF-16 .Excel's Unicode text.; save it as CSV UTF-8"):
        read_list(tmp_path / "my.txt")


def test_columns_are_named_where_they_are_not_the_usual_ones(tmp_path: Path):
    text = "field,trait,description\n1,a,Asthma\n"
    own = read(tmp_path, text, columns={"label": "Description", "code": "field"})

    assert (own.terms.ids, own.terms.labels) == (["my:1"], ["Asthma"])
    with pytest.raises(InputError, match="no column x; there are field, trait, description"):
        read(tmp_path, text, columns={"label": "x"})
    with pytest.raises(InputError, match="no such thing to read; one of code, label, synonyms, parent, codes"):
        read(tmp_path, text, columns={"text": "trait"})


def test_a_file_is_told_from_a_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "traits").write_text("label\nX\n")

    assert [is_list(name) for name in ("traits", "my.csv", "my.TSV.gz", "EFO", "phecode")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["phecode", "EFO", "--prefix", "p"],
            "phecode: no list of one's own; --column and --prefix are for a CSV",
        ),
        (["my.csv", "EFO"], "my.csv: no such file; give a CSV or TSV with the columns code and label"),
        (["my.csv", "EFO", "--column", "label"], "--column label: no column named; write it as --column label=COLUMN"),
        (["phecode", "EFO", "--changes", "c.tsv"], "--changes: nothing to compare with; give the earlier mapping"),
        (["phecode", "EFO", "--update", "o.tsv", "--write"], "--write: SIMILAR_TO holds what is computed"),
        (["phecode", "EFO", "--update", "o.tsv"], "o.tsv: No such file or directory; give an SSSOM file"),
    ],
)
def test_options_that_do_not_go_together_are_one_line_before_the_database_is_asked(options, message):
    raised = CliRunner().invoke(app, ["harmonize", *options]).exception

    assert isinstance(raised, InputError)
    assert message in str(raised)
