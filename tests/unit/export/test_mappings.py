"""A mapping in every format, each read back by its reference library or schema."""

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyhornedowl
import pytest
import rdflib
from biolink_model.datamodel import pydanticmodel_v2 as biolink
from csvw import CSVW
from fhir.resources.R4B.conceptmap import ConceptMap
from hypothesis import given
from hypothesis import strategies as st
from linkml_runtime.utils.schemaview import SchemaView
from pyhornedowl import model
from sssom.constants import SchemaValidationType
from sssom.parsers import parse_alignment_xml, parse_sssom_json, parse_sssom_rdf, parse_sssom_table
from sssom.util import MappingSetDataFrame
from sssom.validators import validate
from sssom_schema import schema

from kgbuild import __version__
from kgbuild.curie import converter
from kgbuild.errors import InputError
from kgbuild.export.mappings import FORMATS, export_mapping
from kgbuild.export.mappings.sssom import SLOTS
from kgbuild.mapping.sssom import read_sssom
from kgbuild.mapping.table import COMPUTED, CURATED

pytestmark = pytest.mark.filterwarnings("ignore")  # sssom-py's and linkml's own

CURATOR = "orcid:0000-0002-1825-0097"
EFO = "http://www.ebi.ac.uk/efo/EFO_"
MONDO = "http://purl.obolibrary.org/obo/MONDO_"
PHECODE = "https://phewascatalog.org/phecodes/"
SKOS = "http://www.w3.org/2004/02/skos/core#"

#: subject, label, object, label, kind, rank, score, confidence, justification, author, comment
ROWS = [
    ("phecode:250.2", "Type 2 diabetes", "MONDO:0005148", "type 2 diabetes mellitus", "exact", 1, 0.98765, 0.93,
     COMPUTED, None, None),
    ("phecode:250.2", "Type 2 diabetes", "MONDO:0005015", "diabetes", "broad", 2, 0.5, 0.2, COMPUTED, None, None),
    ("phecode:495", 'Asthma "x" <&> | \t or', "EFO:0000270", "asthma", "exact", 1, 1.0, 0.8, CURATED,
     f"{CURATOR}|orcid:0000-0001-5109-3700", "said; so"),
    ("phecode:008", "Intestinal infection", "EFO:0005741", "infection", "broad", 1, 0.5, None, CURATED, CURATOR, None),
    ("phecode:240", "Simple goitre", "MONDO:0005364", "toxic goitre", "none", 1, 0.8, None, CURATED, CURATOR,
     "nontoxic is not toxic"),
    ("phecode:999", "Complications", None, None, "none", 1, None, None, CURATED, CURATOR, "a residual class"),
    ("phecode:1010", "Other tests", "EFO:0000001", "experimental factor", "none", 1, 0.1, 0.0, COMPUTED, None, None),
]  # fmt: skip
COLUMNS = (
    "subject_id", "subject_label", "object_id", "object_label", "kind", "rank", "similarity_score", "confidence",
    "mapping_justification", "author_id", "comment",
)  # fmt: skip
ABOUT = {
    "source": "phecode", "target": "EFO", "model": 'minilm: a "model"; <v2>', "model_digest": "0f1e2d", "graph": "a9b8",
    "source_version": "1.2", "source_licence": "CC-BY-4.0", "target_version": "3.62", "target_licence": "Apache-2.0",
}  # fmt: skip


def table(rows: list[tuple[Any, ...]] = ROWS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs |= ABOUT
    return frame


def signed(subject: str, object_: str, kind: str = "exact") -> tuple[Any, ...]:
    return (subject, "a", object_, "b", kind, 1, 1.0, None, CURATED, CURATOR, None)


#: What every format that knows all predicates is to say: subject, predicate, modifier, object, authors.
SAID = {
    ("phecode:250.2", "skos:closeMatch", "", "MONDO:0005148", ""),
    ("phecode:250.2", "skos:broadMatch", "", "MONDO:0005015", ""),
    ("phecode:495", "skos:exactMatch", "", "EFO:0000270", f"{CURATOR}|orcid:0000-0001-5109-3700"),
    ("phecode:008", "skos:broadMatch", "", "EFO:0005741", CURATOR),
    ("phecode:240", "skos:exactMatch", "Not", "MONDO:0005364", CURATOR),
    ("phecode:999", "skos:exactMatch", "", "sssom:NoTermFound", CURATOR),
}

SSSOM = {".sssom.tsv": parse_sssom_table, ".sssom.json": parse_sssom_json, ".ttl": parse_sssom_rdf}


def parsed(end: str, folder: Path, frame: pd.DataFrame | None = None) -> MappingSetDataFrame:
    export_mapping(table() if frame is None else frame, folder / f"m{end}")
    return SSSOM[end](folder / f"m{end}")


@pytest.mark.parametrize("end", SSSOM)
def test_sssom_py_reads_every_link_with_who_signed_it(end: str, tmp_path: Path) -> None:
    found = parsed(end, tmp_path).df.fillna("")
    columns = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "author_id")
    links = {tuple(row) for row in found[list(columns)].itertuples(index=False)}

    assert {(*link[:4], "|".join(sorted(link[4].split("|")))) for link in links} == {
        (*link[:4], "|".join(sorted(link[4].split("|")))) for link in SAID
    }
    by_object = found.set_index("object_id")
    assert float(by_object["confidence"]["MONDO:0005148"]) == 0.93
    assert by_object["other"]["MONDO:0005148"] == "kind=exact"
    assert by_object["subject_label"]["EFO:0000270"] == ROWS[2][1]
    assert by_object["comment"]["EFO:0000270"] == "said; so"


@pytest.mark.parametrize("end", SSSOM)
def test_every_form_of_sssom_is_valid_by_sssom_pys_schema(end: str, tmp_path: Path) -> None:
    reports = validate(parsed(end, tmp_path), [SchemaValidationType.JsonSchema])

    assert [result.message for report in reports.values() for result in report.results] == []


@pytest.mark.parametrize("end", SSSOM)
def test_the_set_says_where_it_comes_from(end: str, tmp_path: Path) -> None:
    stated = parsed(end, tmp_path).metadata

    assert (stated["mapping_tool"], stated["mapping_tool_version"]) == ("kg", __version__)
    assert "model_digest=0f1e2d; graph=a9b8; source=phecode; source_licence=CC-BY-4.0" in stated["other"]


@pytest.mark.parametrize("end", FORMATS)
def test_every_file_carries_tool_model_graph_licences_and_date(end: str, tmp_path: Path) -> None:
    written = export_mapping(table(), tmp_path / f"m{end}")
    text = "".join(path.read_text() for path in written.files)

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for value in ("kg", __version__, "minilm", "0f1e2d", "a9b8", "CC-BY-4.0", "Apache-2.0", "3.62", today):
        assert value in text
    assert sorted(tmp_path.iterdir()) == sorted(written.files)


def test_sssoms_slots_are_those_of_its_schema() -> None:
    view = SchemaView(str(Path(schema.__path__[0]) / "sssom_schema.yaml"))
    slots = {name: view.induced_slot(name, "mapping") for name in view.class_slots("mapping")}
    kinds = {"EntityReference": "curie", "NonRelativeURI": "iri", "date": "date", "double": "number"}
    expected = {name: kinds.get(slot.range, "text") + ("*" if slot.multivalued else "") for name, slot in slots.items()}

    assert expected == SLOTS | {"predicate_modifier": "text"}


def test_a_signed_mapping_survives_being_read_and_written_again(tmp_path: Path) -> None:
    frame = table().assign(reviewer_id=CURATOR, mapping_date="2025-01-31", other="a remark")
    export_mapping(frame, tmp_path / "a.sssom.tsv")
    read = read_sssom(tmp_path / "a.sssom.tsv")
    export_mapping(read, tmp_path / "b.sssom.tsv")

    assert (tmp_path / "b.sssom.tsv").read_text() == (tmp_path / "a.sssom.tsv").read_text()
    assert read["kind"].tolist() == ["exact", "broad", "exact", "broad", "none", "none"]
    assert read["rank"].tolist() == [1, 2, 1, 1, 1, 1]
    assert set(read["reviewer_id"]) == {CURATOR}
    assert {key: read.attrs[key] for key in ABOUT} == ABOUT


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


@given(label=_TEXT, comment=_TEXT, other=_TEXT, remark=_TEXT)
def test_any_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, label: str, comment: str, other: str, remark: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "m.sssom.tsv"
    frame = table([("phecode:1", label, "EFO:0000001", other, "close", 1, 1.0, None, CURATED, CURATOR, comment)])
    frame.attrs["model"] = remark
    export_mapping(frame, path)
    read = read_sssom(path)

    given_back = [read[name][0] if name in read else "" for name in ("subject_label", "object_label", "comment")]
    assert given_back == [label, other, comment]
    assert read.attrs["model"] == remark


def test_the_alignment_is_read_by_sssom_py_and_as_rdf(tmp_path: Path) -> None:
    written = export_mapping(table(), tmp_path / "m.rdf")
    found = parse_alignment_xml(tmp_path / "m.rdf", prefix_map=converter()).df
    cells = {(row.subject_id, row.predicate_id, row.object_id, float(row.confidence)) for row in found.itertuples()}

    assert (written.links, written.left_out) == (4, 2)
    assert {(predicate, measure) for _, predicate, _, measure in cells} == {
        ("skos:exactMatch", 0.93), ("skos:broadMatch", 0.2), ("skos:exactMatch", 0.8), ("skos:broadMatch", 1.0),
    }  # fmt: skip
    graph = rdflib.Graph().parse(tmp_path / "m.rdf", format="xml")
    align = rdflib.Namespace("http://knowledgeweb.semanticweb.org/heterogeneity/alignment#")
    (cell,) = graph.subjects(align.entity2, rdflib.URIRef(f"{MONDO}0005148"))
    assert str(graph.value(cell, align.relation)) == "="
    assert str(graph.value(cell, rdflib.URIRef("urn:kg:predicate"))) == f"{SKOS}closeMatch"
    assert len(list(graph.objects(None, align.map))) == 4


def test_the_concept_map_is_fhirs_and_says_equivalent_only_of_what_was_signed(tmp_path: Path) -> None:
    export_mapping(table(), tmp_path / "m.fhir.json")
    found = ConceptMap.model_validate_json((tmp_path / "m.fhir.json").read_text())
    targets = {
        (group.source, element.code, target.code, target.equivalence)
        for group in found.group
        for element in group.element
        for target in element.target
    }

    assert targets == {
        (PHECODE.rstrip("/"), *rest)
        for rest in (
            ("250.2", "MONDO:0005148", "inexact"), ("250.2", "MONDO:0005015", "wider"),
            ("495", "EFO:0000270", "equivalent"), ("008", "EFO:0005741", "wider"),
            ("240", "MONDO:0005364", "disjoint"), ("999", None, "unmatched"),
        )
    }  # fmt: skip
    assert found.status == "draft"
    assert {tag.system: tag.code for tag in found.meta.tag}["urn:kg:model_digest"] == "0f1e2d"
    assert all(
        t.comment for g in found.group for e in g.element for t in e.target
    )  # R4 wants one for inexact and narrower


def test_a_concept_map_names_code_systems_as_hl7_does(tmp_path: Path) -> None:
    export_mapping(table([signed("icd10cm:E11.9", "snomedct:44054006")]), tmp_path / "m.fhir.json")
    (group,) = ConceptMap.model_validate_json((tmp_path / "m.fhir.json").read_text()).group

    assert (group.source, group.target) == ("http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct")
    assert (group.element[0].code, group.element[0].target[0].code) == ("E11.9", "44054006")


def test_what_was_refused_as_one_kind_and_signed_as_another_is_not_disjoint(tmp_path: Path) -> None:
    pair = ("phecode:250", "MONDO:0005015")
    export_mapping(table([signed(*pair, "narrow"), signed(*pair, "none")]), tmp_path / "m.fhir.json")
    found = json.loads((tmp_path / "m.fhir.json").read_text())

    assert [target["equivalence"] for target in found["group"][0]["element"][0]["target"]] == ["narrower"]


def axioms(path: Path, *kinds: type) -> list[model.AnnotatedComponent]:
    return [each for each in pyhornedowl.open_ontology(str(path)).get_axioms() if isinstance(each.component, kinds)]


@pytest.mark.parametrize("end", [".owl", ".ofn"])
def test_only_what_a_curator_signed_becomes_an_axiom_on_classes(end: str, tmp_path: Path) -> None:
    export_mapping(table(), tmp_path / f"m{end}")
    logical = {str(each.component) for each in axioms(tmp_path / f"m{end}", model.SubClassOf, model.EquivalentClasses)}
    (same,) = axioms(tmp_path / f"m{end}", model.EquivalentClasses)
    annotations = [
        (str(each.component.ann.ap.first), str(each.component.ann.av), each)
        for each in axioms(tmp_path / f"m{end}", model.AnnotationAssertion)
    ]

    assert len(logical) == 2
    assert {str(part.first) for part in same.component.first} == {f"{PHECODE}495", f"{EFO}0000270"}
    (close,) = [each for predicate, _, each in annotations if predicate == f"{SKOS}closeMatch"]
    told = {str(each.ap.first).rpartition("/")[2]: str(each.av) for each in close.ann}
    assert told["mapping_justification"].endswith("SemanticSimilarityThresholdMatching")
    assert "0.93" in told["confidence"]
    assert f"{MONDO}0005364" not in {value for _, value, _ in annotations}  # refused


def test_a_term_that_two_others_were_signed_to_equal_is_made_equivalent_to_none(tmp_path: Path) -> None:
    rows = [signed("phecode:1", "EFO:0000001"), signed("phecode:2", "EFO:0000001"), signed("phecode:3", "EFO:0000003")]
    export_mapping(table(rows), tmp_path / "m.ofn")
    (same,) = axioms(tmp_path / "m.ofn", model.EquivalentClasses)

    assert {str(part.first) for part in same.component.first} == {f"{PHECODE}3", f"{EFO}0000003"}


@pytest.mark.parametrize("end", [".kgx.tsv", ".kgx.jsonl"])
def test_nodes_and_edges_are_biolinks(end: str, tmp_path: Path) -> None:
    nodes_path, edges_path, _ = export_mapping(table(), tmp_path / f"m{end}").files
    nodes, edges = ([*_kgx(path)] for path in (nodes_path, edges_path))
    for node in nodes:
        biolink.NamedThing(id=node["id"], category=["biolink:NamedThing"], name=node["name"])
        assert hasattr(biolink, node["category"][0].removeprefix("biolink:"))
    slots = biolink.Association.model_fields
    known = [biolink.Association(**{k: v for k, v in edge.items() if k in slots}) for edge in edges]

    assert {edge["subject"] for edge in edges} | {edge["object"] for edge in edges} == {node["id"] for node in nodes}
    assert {(e.predicate, e.knowledge_level, e.agent_type, bool(e.negated)) for e in known} == {
        ("biolink:close_match", "prediction", "computational_model", False),
        ("biolink:broad_match", "prediction", "computational_model", False),
        ("biolink:broad_match", "knowledge_assertion", "manual_agent", False),
        ("biolink:exact_match", "knowledge_assertion", "manual_agent", False),
        ("biolink:exact_match", "knowledge_assertion", "manual_agent", True),
    }
    assert known[0].has_confidence_score == 0.93


def _kgx(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        {key: value.split("|") if key in ("category", "author_id") else value for key, value in row.items() if value}
        for row in rows
    ]


def test_the_csv_is_a_vocabulary_map_whichever_side_is_phecode(tmp_path: Path) -> None:
    export_mapping(table(), tmp_path / "to.csv")
    export_mapping(table([signed("icd10cm:E11.9", "phecode:250.2", "broad")]), tmp_path / "from.csv")
    to, from_ = (pd.read_csv(tmp_path / f"{name}.csv", dtype=str) for name in ("to", "from"))

    assert to.columns[:3].tolist() == ["vocabulary_id", "code", "phecode"]  # as PheWAS::phecode_map
    assert to["phecode"].tolist() == ["250.2", "250.2", "495", "008"]
    assert to["code"][0] == "MONDO:0005148"
    assert (to["kind"][1], to["predicate"][1]) == ("narrow", "skos:narrowMatch")  # the phecode is the narrower
    assert from_.iloc[0, :3].tolist() == ["ICD10CM", "E11.9", "250.2"]
    assert from_["kind"][0] == "broad"


def test_the_csv_is_read_by_its_metadata(tmp_path: Path) -> None:
    export_mapping(table(), tmp_path / "m.csv")
    found = CSVW(str(tmp_path / "m.csv"), validate=True)
    rows = list(found.tables[0])

    assert rows[0]["phecode"] == "250.2"
    assert rows[0]["confidence"] == 0.93
    assert found.is_valid
    assert found.tables[0].common_props["dc:creator"] == f"kg {__version__}"


def test_what_is_computed_to_be_without_a_match_is_in_no_file(tmp_path: Path) -> None:
    for end in FORMATS:
        for path in export_mapping(table(), tmp_path / f"m{end}").files:
            assert "phecode:1010" not in path.read_text()


def test_a_name_that_says_no_format_gets_the_list_of_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"m\.xml: which format .* end the name in \.sssom\.tsv, \.sssom\.json"
    ) as raised:
        export_mapping(table(), tmp_path / "m.xml")

    assert all(end in str(raised.value) for end in FORMATS)


def test_a_format_that_can_say_nothing_of_it_is_refused_and_no_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="OWL can say none of the 1 links"):
        export_mapping(table([ROWS[4]]), tmp_path / "m.owl")

    assert not list(tmp_path.iterdir())


def test_an_exact_match_of_a_tool_is_not_passed_on_as_exact(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(
        "#curie_map:\n#  mine: https://example.org/mine/\n#mapping_tool: other tool\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
        "mine:1\tskos:exactMatch\tEFO:0000270\tsemapv:LexicalMatching\n"
        "mine:2\toboInOwl:hasDbXref\tEFO:0000270\tsemapv:ManualMappingCuration\n"
    )
    read = read_sssom(path)
    written = export_mapping(read, tmp_path / "m.owl")
    again = parsed(".sssom.tsv", tmp_path, read)

    assert (written.links, written.left_out) == (1, 1)
    assert "https://example.org/mine/1" in (tmp_path / "m.owl").read_text()
    assert again.df["predicate_id"].tolist() == ["skos:closeMatch", "oboInOwl:hasDbXref"]
    assert again.metadata["mapping_tool"] == "other tool"


HEADER = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
GOOD = "phecode:1\tskos:exactMatch\tEFO:1\tsemapv:ManualMappingCuration\t\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column subject_id; SSSOM requires subject_id, predicate_id"),
        ("#a: b\nsubject_id\tobject_id\n", "line 2: no column predicate_id"),
        (HEADER + GOOD + "250.2" + GOOD[9:], "line 3, column subject_id: '250.2' is no CURIE; write it as EFO:0000270"),
        (HEADER + GOOD.strip("\n") + "high\n", "line 2, column confidence: 'high' is no number from 0 to 1"),
        (HEADER + GOOD.strip("\n") + "1.5\n", "line 2, column confidence: '1.5' is no number from 0 to 1"),
        (HEADER + GOOD.strip("\n") + "\tmore\n", "line 2: 6 cells under 5 columns"),
        ("#a: [\n" + HEADER, "its metadata block is not YAML"),
    ],
)
def test_a_file_that_is_no_sssom_is_one_line_that_says_where(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "m.sssom.tsv").write_text(text)
    with pytest.raises(InputError) as raised:
        read_sssom(tmp_path / "m.sssom.tsv")

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
