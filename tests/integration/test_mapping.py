"""Similarity, linking and mapping on a small real graph, whose vectors stand for a model's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fhir.resources.R4B.conceptmap import ConceptMap
from pyhornedowl import open_ontology
from sssom.parsers import parse_sssom_table
from typer.testing import CliRunner

import kgbuild
from embed.enrich import create_indexes
from embed.evaluate.mapping import evaluate
from kgbuild import mapping
from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.export import export_links, export_mapping
from kgbuild.export.mappings import FORMATS, computed_links
from kgbuild.mapping.facts import Around, Facts
from kgbuild.mapping.fates import fates
from kgbuild.mapping.reason import broader, check
from kgbuild.mapping.sssom import read_sssom
from kgbuild.store import Store

#: id → name, other exact names; the vector of a name is made from its letters and digits, so that like names are near.
CONCEPTS = {
    "EFO:0000270": ("asthma", "bronchial asthma"),
    "EFO:0000400": ("diabetes mellitus",),
    "EFO:0001645": ("coronary artery disease",),
    "MONDO:0005148": ("type 2 diabetes mellitus", "non-insulin-dependent diabetes"),
    "MONDO:0005147": ("type 1 diabetes mellitus", "juvenile diabetes"),
    "MONDO:0004784": ("allergic asthma",),
    "HP:0002099": ("Asthma attack",),
    "phecode:250.2": ("Type 2 diabetes",),
    "phecode:250.1": ("Type 1 diabetes",),
    "phecode:495": ("Asthma",),
    "icd10:E11": ("Non-insulin-dependent diabetes mellitus",),
    "drugbank:DB00331": ("Metformin",),
    "hgnc:11641": ("transcription factor 7 like 2",),
}
IN_EFO = ["EFO:0000270", "EFO:0000400", "EFO:0001645", "MONDO:0005148", "MONDO:0005147", "MONDO:0004784"]

GRAPH = """
MATCH (t2d:Concept {id: 'MONDO:0005148'}), (p2:Concept {id: 'phecode:250.2'}), (e11:Concept {id: 'icd10:E11'}),
  (asthma:Concept {id: 'EFO:0000270'}), (drug:Concept {id: 'drugbank:DB00331'}), (gene:Concept {id: 'hgnc:11641'})
CREATE (old:Concept:Disease {id: 'EFO:0001360', name: 'type II diabetes mellitus', vocabulary: 'EFO', obsolete: true})
CREATE (old)-[:REPLACED_BY {source: 'efo'}]->(t2d)
CREATE (doid:Concept:Disease {id: 'DOID:9352', vocabulary: 'DOID', name: 'type 2 diabetes mellitus'})
CREATE (doid)-[:EXACT_MATCH {source: 'mondo_mappings'}]->(t2d)
CREATE (p2)-[:GROUPS {source: 'phecode'}]->(e11), (t2d)-[:XREF {source: 'efo'}]->(e11), (drug)-[:TARGETS]->(gene)
CREATE (v:Variant {id: 'dbSNP:rs7903146', embedding: t2d.embedding})
CREATE (w:Variant {id: 'dbSNP:rs2', embedding: asthma.embedding})
CREATE (v)-[:ASSOCIATED_WITH {source: 'gwas_catalog', neg_log10_p: 40.0}]->(old)
CREATE (v)-[:ASSOCIATED_WITH {source: 'mrinstruments', neg_log10_p: 50.0}]->(t2d)
CREATE (w)-[:ASSOCIATED_WITH {source: 'gwas_catalog', neg_log10_p: 9.0}]->(asthma)
CREATE (:Variant {id: 'dbSNP:rs3'})
CREATE (:Meta {name: 'embeddings', model: 'letters', digest: 'd', dimensions: 26, path: 'letters'})
CREATE (:Source {name: 'efo', version: '3.62', licence: 'Apache-2.0'})
"""


def letters(text: str) -> list[float]:
    counts = [1.0 + text.lower().count(letter) ** 2 for letter in "abcdefghijklmnop1rstuvwxy2"]
    length = sum(count**2 for count in counts) ** 0.5
    return [count / length for count in counts]


@pytest.fixture(scope="module")
def graph(neo4j_home: Path):
    with mapping_store() as store:
        store.query("MATCH (n) DETACH DELETE n")
        for row in store.query("SHOW VECTOR INDEXES YIELD name"):
            store.query(f"DROP INDEX `{row['name']}`")
        for concept, names in CONCEPTS.items():
            vocabulary = concept.partition(":")[0]
            kind = {"HP": "Phenotype", "icd10": "Code", "drugbank": "Drug", "hgnc": "Gene"}.get(vocabulary, "Disease")
            flags = {"in_efo": concept in IN_EFO or None, f"in_{vocabulary.lower()}": True}
            store.query(
                f"CREATE (c:Concept:{kind} {{id: $id, name: $name, vocabulary: $vocabulary, embedding: $vector}}) "
                "SET c += $flags",
                id=concept, name=names[0], vocabulary=vocabulary, vector=letters(names[0]), flags=flags,
            )  # fmt: skip
            for i, name in enumerate(names):
                store.query(
                    "MATCH (c:Concept {id: $id}) MERGE (n:Name {key: $key}) SET n.embedding = $vector "
                    "CREATE (c)-[:HAS_NAME {text: $name, scope: $scope, language: 'en'}]->(n)",
                    id=concept, key=name.lower(), name=name, vector=letters(name), scope="EXACT" if i else "LABEL",
                )  # fmt: skip
        store.query(GRAPH)
        create_indexes(store, 26)
        yield store
        store.query("MATCH (n) DETACH DELETE n")


def mapping_store() -> Store:
    from kgbuild.store import connect

    return connect()


def test_a_notebook_gets_dataframes_of_the_same(graph):
    assert kgbuild.similar("phecode:250.2", to="EFO", top=3).equals(mapping.similar(graph, "phecode:250.2", "EFO", 3))
    assert kgbuild.harmonize("phecode", "EFO").equals(mapping.harmonize(graph, "phecode", "EFO"))
    assert kgbuild.query("MATCH (c:Concept {id: $id}) RETURN c.name AS name", id="phecode:495")["name"].tolist() == [
        "Asthma"
    ]


def test_the_nearest_terms_of_a_release_have_its_flag_whatever_their_prefix(graph):
    found = mapping.similar(graph, "phecode:250.2", "efo", top=3)

    assert found["id"][0] == "MONDO:0005148"
    assert set(found["id"]) <= set(IN_EFO)
    assert found["score"].is_monotonic_decreasing


def test_a_vocabulary_without_a_release_is_meant_by_its_prefix(graph):
    assert mapping.similar(graph, "phecode:250.2", "DrugBank", top=3)["id"].tolist() == ["drugbank:DB00331"]


def test_the_nearest_of_any_vocabulary_leave_the_concept_itself_out(graph):
    found = mapping.similar(graph, "phecode:495", top=2)

    assert len(found) == 2
    assert "phecode:495" not in set(found["id"])


def test_an_obsolete_concept_stands_for_the_one_that_replaces_it(graph):
    assert mapping.similar(graph, "EFO:0001360", "EFO", 3).equals(mapping.similar(graph, "MONDO:0005148", "EFO", 3))


def test_a_disease_has_its_nearest_variants_and_a_variant_its_nearest_diseases(graph):
    variants = mapping.similar(graph, "MONDO:0005148", "variants", top=2)
    diseases = mapping.similar(graph, "dbSNP:rs7903146", top=3)

    assert variants["id"].tolist() == ["dbSNP:rs7903146", "dbSNP:rs2"]
    assert variants["known"].tolist() == [2, 0]
    assert diseases["id"][0] == "MONDO:0005148"
    assert diseases["known"][0] == 2
    assert not set(diseases["id"]) & {"drugbank:DB00331", "hgnc:11641"}
    assert mapping.similar(graph, "dbSNP:rs2", "EFO", top=1)["id"].tolist() == ["EFO:0000270"]


def test_servers_whose_indexes_do_not_filter_give_the_same_terms(graph, monkeypatch):
    expected = mapping.similar(graph, "phecode:250.2", "EFO", 3)
    of_variant = mapping.similar(graph, "dbSNP:rs2", "EFO", 3)
    monkeypatch.setattr(graph, "server", (5, 26))

    assert mapping.similar(graph, "phecode:250.2", "EFO", 3)["id"].tolist() == expected["id"].tolist()
    assert mapping.similar(graph, "dbSNP:rs2", "EFO", 3)["id"].tolist() == of_variant["id"].tolist()


def test_a_drug_has_its_nearest_genes(graph):
    found = graph.query("similar/genes", id="drugbank:DB00331", top=5, fetch=50)

    assert [(row["id"], row["target"]) for row in found] == [("hgnc:11641", True)]


def test_a_text_is_linked_by_the_best_of_a_terms_names(graph):
    found = mapping.link(graph, "Juvenile diabetes", letters("juvenile diabetes"), "EFO", top=2)

    assert (found["id"][0], found["matched"][0]) == ("MONDO:0005147", "juvenile diabetes")
    assert found["score"][0] == pytest.approx(1, abs=1e-3)
    assert mapping.link(graph, "Metformin", letters("metformin"), top=1)["id"].tolist() == ["drugbank:DB00331"]


def test_associations_filed_under_a_replaced_id_are_found_from_the_live_one_and_the_other_way(graph):
    from_live = graph.query("similar/associations", id="MONDO:0005148", top=10)

    assert [(row["variant"], row["trait"]) for row in from_live] == [
        ("dbSNP:rs7903146", "MONDO:0005148"), ("dbSNP:rs7903146", "EFO:0001360"),
    ]  # fmt: skip
    assert graph.query("similar/associations", id="EFO:0001360", top=10) == from_live
    assert graph.query("similar/associations", id="DOID:9352", top=10) == from_live


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: mapping.similar(s, "phecode:1"), "phecode:1: no such concept or variant"),
        (lambda s: mapping.similar(s, "dbSNP:rs3"), "dbSNP:rs3: it has no embedding"),
        (lambda s: mapping.harmonize(s, "phecode", "nope"), "nope: no such vocabulary in the graph; there are DOID"),
        (lambda s: mapping.link(s, " ", letters("a"), "EFO"), "text: it is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line(graph, call, message):
    with pytest.raises(InputError, match=message) as raised:
        call(graph)

    assert "\n" not in str(raised.value)


def test_a_vocabulary_is_mapped_onto_a_release_and_written_once(graph, tmp_path: Path):
    frame = mapping.harmonize(graph, "PHECODE", "efo", top=2, write=True)
    best = frame[frame["rank"] == 1].set_index("subject_id")["object_id"].to_dict()
    mapping.harmonize(graph, "phecode", "EFO", top=2, write=True)
    (row,) = graph.query(
        "MATCH (:Concept)-[l:SIMILAR_TO]->(:Concept) RETURN count(l) AS n, collect(DISTINCT l.model) AS m"
    )

    assert best == {"phecode:250.1": "MONDO:0005147", "phecode:250.2": "MONDO:0005148", "phecode:495": "EFO:0000270"}
    assert frame["similarity_score"].between(0, 1).all()
    assert "confidence" not in frame  # there are too few curated mappings to calibrate one on
    assert row == {"n": 6, "m": ["letters"]}
    assert export_links(graph, tmp_path / "m.sssom.tsv", "phecode", "EFO") == 6
    parsed = parse_sssom_table(tmp_path / "m.sssom.tsv").df
    assert set(zip(parsed["subject_id"], parsed["object_id"], strict=True)) == set(
        zip(frame["subject_id"], frame["object_id"], strict=True)
    )
    assert set(parsed["object_source_version"]) == {"3.62"}


def test_the_graphs_links_go_out_in_every_format_with_its_digest_and_the_models(graph, tmp_path: Path):
    graph.query("MERGE (meta:Meta {name: 'kg'}) SET meta.graph_id = 'g1'")
    mapping.harmonize(graph, "phecode", "EFO", write=True)
    for end in FORMATS:
        written = export_mapping(computed_links(graph, "PheCode"), tmp_path / f"m{end}", graph)
        text = "".join(path.read_text() for path in written.files)
        assert written.links == 3
        for stated in ("letters", "g1", "3.62", "Apache-2.0"):
            assert stated in text, end
        assert "exactMatch" not in text
    nodes = pd.read_csv(tmp_path / "m_nodes.tsv", sep="\t").set_index("id")

    assert nodes["category"]["EFO:0000270"] == "biolink:Disease"  # no prefix says so
    graph.query("MATCH ()-[link:SIMILAR_TO]->() SET link.model = 'older' REMOVE link.model_digest")
    older = export_mapping(computed_links(graph, "PheCode"), tmp_path / "older.sssom.tsv", graph).files[0]
    assert "model=older; graph" in older.read_text()  # the digest is of the vectors that came after
    again = read_sssom(tmp_path / "m.sssom.tsv")
    assert (again.attrs["graph"], again.attrs["model_digest"]) == ("g1", "d")
    graph.query("MATCH (meta:Meta {name: 'kg'}) DELETE meta")


def test_the_command_line_writes_what_the_name_of_the_file_asks_for(graph, tmp_path: Path):
    reviewed, fhir = tmp_path / "r.sssom.tsv", tmp_path / "r.fhir.json"
    said = [
        CliRunner().invoke(app, options, catch_exceptions=False).stdout
        for options in (
            ["harmonize", "phecode", "EFO", "--write", "--out", str(reviewed)],
            ["export", "mapping", str(fhir), "--mapping", str(reviewed)],
            ["export", "mapping", str(tmp_path / "g.owl"), "--from", "phecode", "--to", "EFO"],
        )
    ]

    assert f"Written to {reviewed}" in said[0]
    assert said[1] == f"3 links written to {fhir}\n"
    assert ConceptMap.model_validate_json(fhir.read_text()).title.startswith("phecode to EFO, by kg")
    assert len(open_ontology(str(tmp_path / "g.owl")).get_classes()) == 6


def test_each_concept_and_each_term_is_in_one_link_where_that_is_asked_for(graph):
    frame = mapping.harmonize(graph, "phecode", "EFO", one_to_one=True)

    assert frame["object_id"].is_unique
    assert set(frame["object_id"]) == {"MONDO:0005147", "MONDO:0005148", "EFO:0000270"}
    assert frame.attrs["conflicts"] == []


def test_a_confidence_is_not_asked_for_where_nothing_calibrates_one(graph):
    with pytest.raises(InputError, match="EFO: too few curated mappings onto it to calibrate a confidence"):
        mapping.harmonize(graph, "phecode", "EFO", at_least=0.5)


def test_without_computed_links_there_is_nothing_to_export(graph, tmp_path: Path):
    with pytest.raises(InputError, match="no computed links from doid to any; write them with `kg harmonize"):
        export_links(graph, tmp_path / "m.sssom.tsv", "doid")


AGAINST = """
MATCH (p1:Concept {id: 'phecode:250.1'}), (p2:Concept {id: 'phecode:250.2'}), (p3:Concept {id: 'phecode:495'}),
  (t1:Concept {id: 'MONDO:0005147'}), (t2:Concept {id: 'MONDO:0005148'}), (dm:Concept {id: 'EFO:0000400'}),
  (asthma:Concept {id: 'EFO:0000270'}), (allergic:Concept {id: 'MONDO:0004784'})
CREATE (lung:Concept {id: 'MONDO:1', name: 'lung disease', test: 1})
CREATE (pump:Concept {id: 'MONDO:2', name: 'heart disease', test: 1})
CREATE (lower:Concept {id: 'phecode:250.21', name: 'Diabetic coma', vocabulary: 'phecode', test: 1})
CREATE (t1)-[:SUBCLASS_OF {test: 1}]->(dm), (t2)-[:SUBCLASS_OF {test: 1}]->(dm), (lower)-[:SUBCLASS_OF {test: 1}]->(p2),
  (asthma)-[:SUBCLASS_OF {test: 1}]->(lung), (allergic)-[:SUBCLASS_OF {test: 1}]->(asthma),
  (lung)-[:DISJOINT_WITH {source: 'mondo', test: 1}]->(pump),
  (cad:Concept {id: 'DOID:3393', name: 'coronary artery disease', test: 1})-[:SUBCLASS_OF {test: 1}]->(pump),
  (p1)-[:EXACT_MATCH {source: 'biomappings', negated: true, test: 1}]->(t2),
  (p2)-[:EXACT_MATCH {source: 'curators', test: 1}]->(t2)
"""


@pytest.fixture
def argued(graph):
    """The graph with hierarchies, disjoint classes, an asserted and a refuted match."""
    graph.query(AGAINST)
    yield graph
    graph.query("MATCH ()-[r {test: 1}]-() DELETE r")
    graph.query("MATCH (n {test: 1}) DETACH DELETE n")


def links(*given: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["subject_id", "object_id", "kind"])
    return frame.assign(subject_label="s", object_label="o", similarity_score=0.9)


def test_a_mapping_is_checked_against_what_the_graph_asserts_refutes_and_keeps_apart(argued):
    kept, conflicts = check(
        argued,
        links(
            ("phecode:250.1", "MONDO:0005148", "exact"), ("phecode:250.2", "EFO:0000400", "exact"),
            ("phecode:250.2", "MONDO:0005147", "exact"), ("DOID:3393", "MONDO:0004784", "close"),
            ("phecode:495", "EFO:0000270", "exact"), ("my:1", "EFO:0000270", "close"),
        ),
    )  # fmt: skip
    found = {(row.subject_id, row.object_id): (row.what, row.why, row.done) for row in conflicts.itertuples()}

    assert list(zip(kept["subject_id"], kept["kind"], strict=True)) == [
        ("phecode:250.2", "broad"), ("phecode:495", "exact"), ("my:1", "close"),
    ]  # fmt: skip
    assert found["phecode:250.1", "MONDO:0005148"] == (
        "refuted by a curator", "biomappings has phecode:250.1 and MONDO:0005148 as not the same", "dropped",
    )  # fmt: skip
    assert found["phecode:250.2", "EFO:0000400"] == (
        "hierarchy",
        "curators: phecode:250.2 (Type 2 diabetes) is MONDO:0005148 (type 2 diabetes mellitus), "
        "and EFO:0000400 (diabetes mellitus) is above that",
        "now broad",
    )
    assert found["phecode:250.2", "MONDO:0005147"][0] == "another exact match asserted"
    assert found["DOID:3393", "MONDO:0004784"][1] == (
        "mondo says that MONDO:2 (heart disease) and MONDO:1 (lung disease) have nothing in common; "
        "DOID:3393 (coronary artery disease) falls under the first, MONDO:0004784 (allergic asthma) under the second"
    )


def test_a_match_refuted_of_an_equivalent_concept_counts(argued):
    kept, conflicts = check(argued, links(("phecode:250.1", "DOID:9352", "exact")))

    assert kept.empty
    assert conflicts["why"].tolist() == ["biomappings has phecode:250.1 and MONDO:0005148 as not the same"]


def test_what_is_kept_around_all_concepts_says_what_is_read_around_some(argued):
    frame = links(
        ("phecode:250.1", "DOID:9352", "exact"),
        ("phecode:250.2", "MONDO:0005147", "exact"),
        ("DOID:3393", "MONDO:0004784", "exact"),
    )
    known = Around.read(argued, [row["id"] for row in argued.query("MATCH (c:Concept) RETURN c.id AS id")])
    read, kept = check(argued, frame), check(argued, frame, around=known)

    assert len(read[1]) == 3
    for one, other in zip(read, kept, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_code_without_a_match_gets_its_parents_as_a_broad_one(argued):
    frame = links(("phecode:250.2", "MONDO:0005148", "exact"))
    facts = Facts.read(argued, [("phecode:250.21", "MONDO:0005148")])
    candidates = broader(frame, facts, {"phecode:250.21": "Diabetic coma"})

    assert candidates[["subject_id", "object_id", "kind"]].values.tolist() == [
        ["phecode:250.21", "MONDO:0005148", "broad"]
    ]
    assert candidates["comment"][0] == "below phecode:250.2 (Type 2 diabetes), which is MONDO:0005148 (o)"


def test_the_evaluation_counts_asserted_equivalents_as_one(graph, tmp_path: Path):
    gold = tmp_path / "gold.tsv"
    gold.write_text("phecode\ttarget_id\n250.2\tMONDO:0005148\n250.1\tEFO:0000400\n495\tEFO:9\n")
    graph.query(
        "MATCH (a:Concept {id: 'MONDO:0005147'}), (b:Concept {id: 'EFO:0000400'}) CREATE (a)-[:EXACT_MATCH]->(b)"
    )
    found = evaluate(graph, "phecode", "EFO", gold)
    graph.query("MATCH (:Concept {id: 'MONDO:0005147'})-[r:EXACT_MATCH]->() DELETE r")
    ours = found.figures[found.figures["method"] == "kg harmonize"].set_index("by")

    assert set(found.figures["concepts"]) == {2}
    assert ours["acc1"].to_dict() == {"id": 0.5, "equivalent": 1.0}
    assert set(found.figures["method"]) == {
        "character TF-IDF", "BM25", "minilm", "TF-IDF + minilm + label", "letters", "TF-IDF + letters + label",
        "text2term", "ICD bridge", "kg harmonize",
    }  # fmt: skip
    bridge = found.figures[(found.figures["method"] == "ICD bridge") & (found.figures["by"] == "id")]
    assert bridge["acc1"].tolist() == [0.5]  # 250.2 groups E11, which the term refers to; 250.1 groups nothing
    assert set(found.tests["method"]) == set(found.figures["method"]) - {"kg harmonize"}
    assert found.predictions[["concept", "predicted", "right", "right_equivalent"]].to_numpy().tolist() == [
        ["phecode:250.1", "MONDO:0005147", False, True], ["phecode:250.2", "MONDO:0005148", True, True],
    ]  # fmt: skip
    assert any("no confidence" in note for note in found.notes)
    assert any("1 of 3 concepts of the gold left out" in note for note in found.notes)


def test_a_measured_mapping_is_printed_and_written(graph, tmp_path: Path, monkeypatch, capsys):
    """With confidences, which the small graph cannot calibrate."""
    gold = tmp_path / "gold.tsv"
    gold.write_text("phecode\ttarget_id\n250.2\tMONDO:0005148\n250.1\tEFO:0000400\n495\tEFO:0000270\n")

    def confident(*arguments, **options):
        return mapping.harmonize(*arguments, **options).assign(confidence=lambda frame: frame["similarity_score"])

    monkeypatch.setattr("embed.evaluate.mapping.harmonize", confident)
    arguments = ["evaluate", "mapping", "phecode", "EFO", "--gold", str(gold)]
    printed = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "out")])
    read = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)

    assert printed.exit_code == 0, printed.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "figures.csv", "tests.csv", "thresholds.csv", "calibration.csv", "reliability.csv", "predictions.csv",
        "reliability.png", "reliability.svg",
    }  # fmt: skip
    assert pd.read_csv(tmp_path / "out" / "predictions.csv")["right"].tolist() == [False, True, True]
    assert {row["method"] for row in read["figures"]} >= {"kg harmonize", "minilm"}
    assert read["thresholds"][0]["rule"] == "highest expected F1"
    assert read["source"] == "phecode"


def test_what_cannot_be_measured_is_one_line(graph, tmp_path: Path):
    gold = tmp_path / "gold.tsv"
    gold.write_text("id_a\tlabel_a\tid_b\nphecode:1\tx\tEFO:1\n")

    with pytest.raises(InputError, match="no concept of phecode with a right answer in EFO; see `kg stats`, or map"):
        evaluate(graph, "phecode", "EFO", gold)


def own_list(folder: Path, text: str) -> mapping.OwnList:
    (folder / "my.csv").write_text(text)
    own = mapping.read_list(folder / "my.csv")
    return replace(own, encode=lambda keys: np.array([letters(key) for key in keys], np.float32))


def test_a_list_of_ones_own_is_mapped_without_being_loaded(graph, tmp_path: Path):
    own = own_list(
        tmp_path,
        "code,phenotype,icd10\n"
        '20002_1111,"Non-cancer illness code, self-reported: asthma",\n'
        "T2D,T2D_adj_BMI,E119|E11\nT1D,Diabetes; type 1,\n",
    )
    nodes = graph.query("MATCH (n) RETURN count(n) AS n")
    frame = mapping.harmonize(graph, own, "EFO")

    assert dict(zip(frame["subject_id"], frame["object_id"], strict=True)) == {
        "my:20002_1111": "EFO:0000270", "my:T2D": "MONDO:0005148", "my:T1D": "MONDO:0005147",
    }  # fmt: skip
    assert frame["subject_label"].tolist()[0] == "Non-cancer illness code, self-reported: asthma"
    assert frame.attrs["source"] == "my"
    assert graph.query("MATCH (n) RETURN count(n) AS n") == nodes


def test_a_link_of_a_list_is_explained_by_its_names_and_its_codes(graph, tmp_path: Path):
    own = own_list(tmp_path, "code,label,icd10\nT2D,T2D_adj_BMI,E11\nX,Asthma,\n")
    best = mapping.explain_link(graph, own, "EFO", "T2D")
    other = mapping.explain_link(graph, own, "EFO", "my:T2D", "MONDO:0005147")

    assert (best.subject.id, best.object.id) == ("my:T2D", "MONDO:0005148")
    assert best.computed[0]["rank"] == 1
    assert "my:T2D “T2D_adj_BMI” ─GROUPS [my]→ icd10:E11" in str(best)
    assert "type 2 diabetes" in {met.subject_name for met in best.names}
    assert any("2 against 1" in each for each in other.against)
    with pytest.raises(InputError, match="T3D: no such code in the list; give one, such as my:T2D"):
        mapping.explain_link(graph, own, "EFO", "T3D")


def test_the_codes_of_a_list_have_their_names_in_the_graph_in_either_edition(graph, tmp_path: Path):
    own = own_list(tmp_path, "code,label,icd10cm\nX,Diabetes of adults,icd10cm:E11\n")

    subjects = replace(own, encode=lambda keys: np.ones((len(keys), 26), np.float32)).subjects(graph)

    assert subjects.keys == {"icd10:E11": ["non-insulin-dependent diabetes mellitus"]}
    assert subjects.vectors.missing(["diabetes of adults", "non-insulin-dependent diabetes mellitus"]) == []


def test_a_list_is_not_written_into_a_graph_that_does_not_have_it(graph, tmp_path: Path):
    with pytest.raises(InputError, match="my: a list that is not in the graph has no links there"):
        mapping.harmonize(graph, own_list(tmp_path, "code,label\n1,Asthma\n"), "EFO", write=True)


OLD = """\
subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tauthor_id
phecode:250.2\tType 2 diabetes\tskos:exactMatch\tEFO:0001360\ttype II diabetes mellitus\tsemapv:ManualMappingCuration\torcid:1
phecode:250.1\tType 1 diabetes\tskos:exactMatch\tEFO:0009999\tgone\tsemapv:ManualMappingCuration\torcid:1
phecode:495\tAsthma\tskos:closeMatch\tHP:0002099\tAsthma attack\tsemapv:SemanticSimilarityThresholdMatching\t
phecode:1\tCholera\tskos:closeMatch\tEFO:0000270\tasthma\tsemapv:SemanticSimilarityThresholdMatching\t
"""  # noqa: E501


def test_a_mapping_is_updated_after_a_release_and_written_with_its_signatures(graph, tmp_path: Path):
    (tmp_path / "old.sssom.tsv").write_text(OLD)
    files = {name: str(tmp_path / name) for name in ("old.sssom.tsv", "new.sssom.tsv", "changes.tsv")}
    result = CliRunner().invoke(
        app, ["harmonize", "phecode", "EFO", "--update", files["old.sssom.tsv"], "--out", files["new.sssom.tsv"],
              "--changes", files["changes.tsv"]],
    )  # fmt: skip
    changes = pd.read_csv(files["changes.tsv"], sep="\t", dtype=str).set_index("subject_id")
    new = mapping.read_sssom(tmp_path / "new.sssom.tsv")

    assert result.exit_code == 0
    assert changes["change"].to_dict() == {
        "phecode:250.1": "needs review", "phecode:495": "gone", "phecode:1": "gone", "phecode:250.2": "moved",
    }  # fmt: skip
    assert changes["why"].to_dict() == {
        "phecode:250.1": "EFO:0009999 is not in the graph", "phecode:495": "HP:0002099 is not in EFO",
        "phecode:1": "phecode:1 is not in the graph", "phecode:250.2": "EFO:0001360 is replaced by MONDO:0005148",
    }  # fmt: skip
    assert set(new[["subject_id", "predicate_id", "object_id"]].itertuples(index=False, name=None)) == {
        ("phecode:250.1", "skos:exactMatch", "EFO:0009999"), ("phecode:250.1", "skos:closeMatch", "MONDO:0005147"),
        ("phecode:250.2", "skos:exactMatch", "MONDO:0005148"), ("phecode:495", "skos:closeMatch", "EFO:0000270"),
    }  # fmt: skip
    assert set(new["author_id"].dropna()) == {"orcid:1"}


def test_what_has_become_of_a_term_is_told_by_the_graph(graph):
    efo = mapping.scope(graph, "EFO")
    graph.query(
        "MATCH (t2d:Concept {id: 'MONDO:0005148'}), (t1d:Concept {id: 'MONDO:0005147'}) "
        "CREATE (a:Test:Concept {id: 'X:1', obsolete: true, name: 'a'})-[:REPLACED_BY]->"
        "(b:Test:Concept {id: 'X:2', obsolete: true, name: 'b'})-[:REPLACED_BY]->(t2d) "
        "CREATE (c:Test:Concept {id: 'X:3', obsolete: true, name: 'c'}) "
        "CREATE (t2d)<-[:REPLACED_BY]-(c)-[:REPLACED_BY]->(t1d) "
        "CREATE (:Test:Concept {id: 'X:4', obsolete: true, name: 'd'}), (:Test:Concept {id: 'X:5'})"
    )
    found = fates(graph, ["X:1", "X:3", "X:4", "X:5", "X:6", "EFO:0000270", "HP:0002099"], efo)
    graph.query("MATCH (n:Test) DETACH DELETE n")

    assert {term: (fate.id, fate.why) for term, fate in found.items() if term != "sssom:NoTermFound"} == {
        "X:1": ("MONDO:0005148", "is replaced by MONDO:0005148"),
        "X:3": (None, "is replaced by one of several: MONDO:0005147, MONDO:0005148"),
        "X:4": (None, "is obsolete, nothing replaces it"),
        "X:5": (None, "is not in the graph"),
        "X:6": (None, "is not in the graph"),
        "EFO:0000270": ("EFO:0000270", ""),
        "HP:0002099": ("HP:0002099", "is not in EFO"),
    }
    assert not found["HP:0002099"].member


def test_the_mapping_of_another_list_is_refused_with_what_to_give(graph, tmp_path: Path):
    (tmp_path / "old.sssom.tsv").write_text(OLD)
    own = own_list(tmp_path, "code,label\n495,Asthma\n")

    with pytest.raises(InputError, match=r"none of its subjects \(phecode:250.2, …\) is in my; .* --prefix phecode"):
        mapping.update_from(graph, mapping.read_sssom(tmp_path / "old.sssom.tsv"), own, "EFO")


@pytest.fixture
def objected(graph):
    """The graph with what a curator, a hierarchy and a mapping say of pairs; gone afterwards."""
    graph.query("""
    MATCH (t1:Concept {id: 'MONDO:0005147'}), (t2:Concept {id: 'MONDO:0005148'}), (dm:Concept {id: 'EFO:0000400'}),
      (p1:Concept {id: 'phecode:250.1'}), (asthma:Concept {id: 'EFO:0000270'}), (attack:Concept {id: 'HP:0002099'}),
      (p2:Concept {id: 'phecode:250.2'}), (drug:Concept {id: 'drugbank:DB00331'}), (v:Variant {id: 'dbSNP:rs7903146'})
    CREATE (p1)-[:EXACT_MATCH {source: 'curators', negated: true, author_id: 'orcid:0000-0001'}]->(t2),
      (t1)-[:SUBCLASS_OF {source: 'efo'}]->(dm), (t2)-[:SUBCLASS_OF {source: 'efo'}]->(dm),
      (attack)-[:XREF {source: 'hp'}]->(asthma), (attack)-[:XREF {source: 'efo'}]->(asthma),
      (t1)-[:DISJOINT_WITH {source: 'efo'}]->(t2), (v)-[:ASSOCIATED_WITH {source: 'pgrm', neg_log10_p: 12.0}]->(p2),
      (p2)-[:SIMILAR_TO {score: 0.9, confidence: 0.8, kind: 'exact', rank: 1, model: 'letters'}]->(t2),
      (m:Concept:Measurement {id: 'OBA:0000001', name: 'asthma measurement', vocabulary: 'OBA', test: true})
    SET v.chromosome = '10', v.grch38 = 1000000
    CREATE (near:Variant {id: 'dbSNP:rs9', chromosome: '10', grch38: 1002000, test: true})
    CREATE (near)-[:ASSOCIATED_WITH {source: 'gwas_catalog', neg_log10_p: 8.0}]->(t2)
    """)
    yield graph
    graph.query("""
    MATCH (n) WHERE n.test DETACH DELETE n
    """)
    graph.query("MATCH ()-[r:SIMILAR_TO|SUBCLASS_OF|DISJOINT_WITH]->() DELETE r")
    graph.query("MATCH ()-[r:EXACT_MATCH {source: 'curators'}]->() DELETE r")
    graph.query("MATCH (:Concept {id: 'HP:0002099'})-[r:XREF]->() DELETE r")
    graph.query("MATCH ()-[r:ASSOCIATED_WITH {source: 'pgrm'}]->() DELETE r")


def test_an_explanation_names_what_met_what_leads_there_and_who_says_so(objected):
    it = kgbuild.explain("PheCode:250.2", "MONDO:5148", to="EFO")

    assert (it.subject.id, it.object.id) == ("phecode:250.2", "MONDO:0005148")
    assert (it.names[0].subject_name, it.names[0].object_name) == ("Type 2 diabetes", "type 2 diabetes mellitus")
    assert it.parts["tfidf"] == pytest.approx(it.names[0].tfidf)
    assert it.parts["bridge"] == 1
    assert (it.computed[0]["confidence"], it.computed[0]["kind"], it.kind.kind) == (0.8, "exact", "exact")
    (way,) = (path for path in it.paths if len(path.edges) == 2)
    assert [identifier for identifier, _ in way.nodes] == ["phecode:250.2", "icd10:E11", "MONDO:0005148"]
    assert way.edges == [("GROUPS", ["phecode"], True), ("XREF", ["efo"], False)]
    shared = it.shared["Variant"]
    assert (shared["count"], shared["examples"][0]["id"]) == (1, "dbSNP:rs7903146")
    assert set(shared["examples"][0]["sources"]) == {"pgrm", "gwas_catalog", "mrinstruments"}
    assert it.against == []
    text = str(it)
    assert "phecode:250.2 “Type 2 diabetes” ─GROUPS [phecode]→ icd10:E11" in text
    assert "nothing that the graph knows" in text
    assert json.loads(json.dumps(it.to_dict()))["paths"][0]["nodes"][0]["id"] == "phecode:250.2"


def test_a_curators_no_other_numbers_and_a_nearer_term_speak_against_a_pair(objected):
    it = mapping.explain(objected, "phecode:250.1", "MONDO:0005148", "EFO")
    against = "\n".join(it.against)

    assert it.kind.kind == "none"
    assert "NOT EXACT_MATCH MONDO:0005148 [curators] orcid:0000-0001" in str(it)
    assert "by names and hierarchy: none (type 1 against 2)" in str(it)
    assert "curators denies that phecode:250.1 is MONDO:0005148 (orcid:0000-0001)" in against
    assert "1 against 2" in against
    assert "MONDO:0005147 “type 1 diabetes mellitus” is nearer by its names" in against


def test_classes_that_are_disjoint_or_above_each_other_are_not_the_same(objected):
    siblings = mapping.explain(objected, "MONDO:0005147", "MONDO:0005148").against
    above = mapping.explain(objected, "EFO:0000400", "MONDO:0005148").against

    assert "MONDO:0005147 and MONDO:0005148, above them, are disjoint (efo)" in siblings
    assert "EFO:0000400 is above MONDO:0005148: MONDO:0005148 ⊂ EFO:0000400" in above


def test_parallel_edges_are_one_path_and_types_and_obsolete_ends_are_told(objected):
    it = mapping.explain(objected, "HP:0002099", "EFO:0000270")
    unlike = mapping.explain(objected, "OBA:0000001", "EFO:0000270").against
    obsolete = mapping.explain(objected, "phecode:250.2", "EFO:0001360").against

    assert [path.edges for path in it.paths] == [[("XREF", ["efo", "hp"], True)]]
    assert "OBA:0000001 is a Measurement, EFO:0000270 a Disease" in unlike
    assert "EFO:0001360 is obsolete; MONDO:0005148 replaces it" in obsolete


def test_a_variant_and_a_trait_are_explained_by_associations_and_what_lies_nearby(objected):
    it = mapping.explain(objected, "MONDO:0005148", "dbSNP:rs7903146")
    untied = mapping.explain(objected, "dbSNP:rs2", "MONDO:0005148")

    assert [(row["object"], row["source"]) for row in it.direct] == [
        ("MONDO:0005148", "mrinstruments"), ("EFO:0001360", "gwas_catalog"),
    ]  # fmt: skip
    assert [(row["id"], row["distance"]) for row in it.loci] == [("dbSNP:rs9", 2000)]
    assert it.nearest[0]["id"] == "MONDO:0005148"
    assert it.parts["encoder_concept"] == pytest.approx(1, abs=1e-3)
    assert (it.against, it.names) == ([], ())
    assert untied.against == ["no source ties the two, and nothing is known that both are tied to"]
    assert "−log10 p 50.0" in str(it)


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        (("phecode:1", "EFO:0000270"), "phecode:1: no such concept or variant"),
        (("EFO:0000270", "EFO:270"), "EFO:0000270: it is both"),
    ],
)
def test_a_pair_that_cannot_be_explained_is_one_line(graph, ends, message):
    with pytest.raises(InputError, match=message):
        mapping.explain(graph, *ends)


def test_a_link_is_explained_from_the_command_line_and_the_best_one_without_its_object(objected):
    link = "phecode:250.2=MONDO:0005148"
    named = CliRunner().invoke(app, ["harmonize", "phecode", "EFO", "--explain", link, "--json"])
    best = CliRunner().invoke(app, ["harmonize", "phecode", "EFO", "--explain", "phecode:250.2"])
    other = CliRunner().invoke(app, ["similar", "phecode:250.2", "--explain", "dbSNP:rs7903146"])

    assert json.loads(named.stdout)["object"]["id"] == "MONDO:0005148"
    assert "MONDO:0005148 “type 2 diabetes mellitus” (Disease)\n  mapped: score" in best.stdout
    assert "What sources state of the two\n  dbSNP:rs7903146 ASSOCIATED_WITH phecode:250.2 [pgrm]" in other.stdout


def test_a_link_that_is_not_written_is_mapped_anew_for_its_score_and_kind(graph):
    it = mapping.explain_link(graph, "phecode", "EFO", "phecode:495", "EFO:0000270")

    assert [(told["kind"], told["rank"]) for told in it.computed] == [("exact", 1)]
    with pytest.raises(InputError, match="phecode:1: it is linked to nothing of EFO; give another concept"):
        mapping.explain_link(graph, "phecode", "EFO", "phecode:1")


def test_a_graph_without_embeddings_says_what_to_run(empty_store: Store):
    with pytest.raises(InputError, match="no embeddings; write them with `kg enrich`"):
        mapping.harmonize(empty_store, "phecode", "EFO")
