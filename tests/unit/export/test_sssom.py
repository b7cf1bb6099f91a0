"""SSSOM as kg writes it, read by sssom-py."""

from pathlib import Path

import pandas as pd
import pytest
from sssom.constants import SchemaValidationType
from sssom.parsers import parse_sssom_table
from sssom.validators import validate

from kgbuild.errors import InputError
from kgbuild.export import export_sssom

pytestmark = pytest.mark.filterwarnings("ignore")  # sssom-py's own


@pytest.fixture
def mapping() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "subject_id": ["phecode:250.2", "phecode:495"],
            "subject_label": ["Type 2 diabetes", 'Asthma "extrinsic"\tor not'],
            "object_id": ["MONDO:0005148", "EFO:0000270"],
            "object_label": ["type 2 diabetes mellitus", "asthma"],
            "rank": [1, 1],
            "similarity_score": [0.98765, 1.0],
            "confidence": [0.9, 0.8],
        }
    )
    frame.attrs |= {"source": "phecode", "target": "EFO", "model": 'minilm: a "model"'}
    return frame


def test_the_file_is_valid_by_sssom_pys_validator(mapping, tmp_path: Path):
    assert export_sssom(mapping, tmp_path / "m.sssom.tsv") == 2
    parsed = parse_sssom_table(tmp_path / "m.sssom.tsv")
    reports = validate(parsed, [SchemaValidationType.JsonSchema, SchemaValidationType.PrefixMapCompleteness])

    assert [result.message for report in reports.values() for result in report.results] == []


def test_what_is_written_is_read_again(mapping, tmp_path: Path):
    export_sssom(mapping, tmp_path / "m.sssom.tsv")
    parsed = parse_sssom_table(tmp_path / "m.sssom.tsv")
    first = parsed.df.iloc[0]

    assert parsed.df["subject_label"].tolist() == mapping["subject_label"].tolist()
    assert (first.predicate_id, first.mapping_justification) == (
        "skos:closeMatch", "semapv:SemanticSimilarityThresholdMatching",
    )  # fmt: skip
    assert (float(first.similarity_score), float(first.confidence)) == (0.9877, 0.9)
    assert parsed.metadata["mapping_tool"] == "kg"
    assert first.subject_source == "phewascatalog:phecodes"
    assert first.object_source == "bioregistry:efo"
    assert parsed.converter.expand("EFO:0000270") == "http://www.ebi.ac.uk/efo/EFO_0000270"


def test_a_mapping_without_confidence_has_no_such_column(mapping, tmp_path: Path):
    export_sssom(mapping.drop(columns="confidence"), tmp_path / "m.sssom.tsv")

    assert "confidence" not in parse_sssom_table(tmp_path / "m.sssom.tsv").df


def test_a_prefix_that_kg_does_not_know_is_declared_too(mapping, tmp_path: Path):
    mapping["object_id"] = ["foo:1", "foo:2"]
    export_sssom(mapping, tmp_path / "m.sssom.tsv")

    assert parse_sssom_table(tmp_path / "m.sssom.tsv").df["object_id"].tolist() == ["foo:1", "foo:2"]


def test_a_frame_without_scores_is_refused_and_nothing_is_written(mapping, tmp_path: Path):
    with pytest.raises(InputError, match="no column similarity_score; SSSOM needs subject_id, object_id"):
        export_sssom(mapping.drop(columns="similarity_score"), tmp_path / "m.sssom.tsv")

    assert not list(tmp_path.iterdir())


def test_a_folder_that_does_not_exist_is_one_line(mapping, tmp_path: Path):
    with pytest.raises(InputError, match=r"No such file or directory; give a file in a folder"):
        export_sssom(mapping, tmp_path / "none" / "m.sssom.tsv")
