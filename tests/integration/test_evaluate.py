"""`kg train --keep-out` and `kg evaluate all` on a graph of thirty diseases, with benchmarks of a few rows."""

import json
from pathlib import Path

import pandas as pd
import pytest

from embed import commands
from embed.evaluate import commands as evaluate
from embed.evaluate.everything import everything
from kgbuild.console import Steps
from kgbuild.errors import InputError
from kgbuild.store import Store

GRAPH = """
CREATE (:Meta {name: 'kg', graph_id: $id})
WITH 1 AS one
UNWIND range(0, 29) AS i
CREATE (d:Concept:Disease {id: 'MONDO:' + right('0000000' + i, 7), name: 'disease ' + i, vocabulary: 'MONDO'})
CREATE (g:Concept:Gene {id: 'hgnc:' + i, name: 'gene ' + i, vocabulary: 'hgnc'})
CREATE (v:Variant {id: 'dbSNP:rs' + i, chromosome: '1', grch38: 1000 * i})
CREATE (g)-[:GENE_ASSOCIATED_WITH_CONDITION {source: 'primekg', weight: 1.0}]->(d)
CREATE (v)-[:ASSOCIATED_WITH {source: 'gwas_catalog', weight: 1.5, effect: 1.0 + i, effect_kind: 'odds_ratio',
  n_traits: 1, publications: 'pubmed:1'}]->(d)
WITH i, d, g
UNWIND [[d, 'disease ' + i, 'LABEL'], [d, 'illness number ' + i, 'EXACT'], [g, 'gene ' + i, 'LABEL']] AS name
WITH name, name[0] AS c
MERGE (n:Name {key: name[1]})
CREATE (c)-[:HAS_NAME {text: name[1], scope: name[2], language: 'en', source: 'x'}]->(n)
"""
OTHER_STUDY = """
UNWIND range(0, 29) AS i
MATCH (v:Variant {id: 'dbSNP:rs' + i}), (d:Concept {name: 'disease ' + ((i + 1) % 30)})
CREATE (v)-[:ASSOCIATED_WITH {source: 'gwas_catalog', weight: 1.0, n_traits: 1, publications: 'pubmed:2'}]->(d)
"""


@pytest.fixture
def benchmarks(empty_store: Store, tmp_path: Path) -> Path:
    """The graph is loaded; a folder asks about synonyms that it has, and about genes of its diseases."""
    empty_store.query(GRAPH, id=tmp_path.name)
    empty_store.query(OTHER_STUDY)
    folder = tmp_path / "data"
    (folder / "umnsrs").mkdir(parents=True)
    pd.DataFrame(
        {"Mean": [1500 - 100 * i for i in range(8)], "Stdev": 1.0, "Term1": [f"disease {i}" for i in range(8)],
         "Term2": [f"illness number {i}" for i in range(7)] + ["gene 8"], "CUI1": "C1", "CUI2": "C2"}
    ).to_csv(folder / "umnsrs" / "UMNSRS_similarity.tsv", sep="\t", index=False)  # fmt: skip
    return folder


def trained(at: Path, *keep_out: Path) -> str:
    options = {"max_minutes": 0.01, "batch_size": 16, "keep_out": [str(each) for each in keep_out]}
    commands.train("generel-small", at, options, resume=False)
    return str(at)


@pytest.mark.timeout(300)
def test_a_model_is_measured_on_what_it_was_kept_from_and_refused_where_it_was_not(
    benchmarks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    clean = trained(tmp_path / "clean", benchmarks)
    assert "kept out of training for UMNSRS similarity: 7 by text" in capsys.readouterr().err

    evaluate.everything([clean], benchmarks, False, tmp_path / "out", ("similarity", "association", "linking"))

    said = capsys.readouterr()
    rows = json.loads((tmp_path / "out" / "figures.json").read_text())
    found = {(row["table"], row["method"]) for row in rows}
    assert {
        ("similarity", "clean"),
        ("similarity", "minilm"),
        ("association", "clean"),
        ("association", "SVD"),
    } <= found
    assert all(row["items"] == 8 for row in rows if row["table"] == "similarity")
    assert "absent: COMETA" in said.err
    assert "MedSTS" in (tmp_path / "out" / "index.html").read_text()

    told = trained(tmp_path / "told")
    with pytest.raises(InputError, match=r"told: was trained on pairs that are evaluated: UMNSRS similarity \(7\)"):
        everything([told], benchmarks, Steps())


def test_a_folder_that_is_not_there_and_a_table_that_is_none_are_one_line(tmp_path: Path):
    with pytest.raises(InputError, match="nowhere: no such folder; give the one in which"):
        everything(["minilm"], tmp_path / "nowhere", Steps())
    with pytest.raises(InputError, match="--only sts: no such table; some of similarity"):
        everything(["minilm"], tmp_path, Steps(), ("sts",))
