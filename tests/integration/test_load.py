"""The graph is one function of its sources: whatever the order, the writer and the interruptions."""

from importlib.resources import files
from pathlib import Path

import pytest

import kgbuild
from kgbuild import database, stats
from kgbuild.errors import InputError, LoadError
from kgbuild.home import folder
from kgbuild.loading import load
from kgbuild.store import connect
from loaders import LOADERS

STARTER = Path(str(files("loaders"))) / "starter"


def digest() -> str:
    with connect() as store:
        return stats.digest(store)


@pytest.fixture(scope="module")
def imported(neo4j_home: Path) -> str:
    """The digest of the starter graph after a bulk import into the empty database."""
    database.reset()
    loaded = load(["all"], STARTER, LOADERS)
    assert loaded.writer == "bulk"
    return digest()


def test_loading_the_same_again_changes_nothing(imported: str) -> None:
    assert load(["all"], STARTER, LOADERS).writer == "none"
    assert digest() == imported


def test_every_row_of_every_source_has_an_outcome(imported: str) -> None:
    for manifest in load(["all"], STARTER, LOADERS, dry_run=True).staged:
        assert sum(manifest.rows.values()) == sum(manifest.outcomes.values()), manifest.source
        assert manifest.outcomes["rejected"] == 0, manifest.source


def test_a_notebook_gets_the_outcomes_as_a_dataframe(imported: str) -> None:
    frame = kgbuild.load("all", data=STARTER, dry_run=True)

    assert len(frame) == len(load(["all"], STARTER, LOADERS, dry_run=True).staged)
    assert (frame["rows"] == frame["staged"] + frame["merged"] + frame["rejected"]).all()


def test_a_graph_that_came_from_elsewhere_is_left_alone(imported: str) -> None:
    state = folder("graph") / "state.json"
    kept = state.read_text()
    state.write_text('{"between": [], "loads": []}')
    try:
        with pytest.raises(LoadError, match="not loaded from this KG_HOME"):
            load(["all"], STARTER, LOADERS)
    finally:
        state.write_text(kept)
    assert digest() == imported


def test_variants_of_a_trait_are_found_from_the_term_that_replaced_it(imported: str) -> None:
    with connect() as store:
        rows = store.query(
            "MATCH (v:Variant)-[:ASSOCIATED_WITH]->(old:Concept)-[:REPLACED_BY*0..3]->(:Concept {id: $id}) "
            "RETURN DISTINCT v.id AS variant",
            id="MONDO:0005148",
        )
    assert "dbSNP:rs7903146" in {row["variant"] for row in rows}


def test_membership_is_in_the_release_and_not_the_prefix(imported: str) -> None:
    with connect() as store:
        rows = store.query("MATCH (n:Concept {id: 'MONDO:0005148'}) RETURN n.in_efo AS efo, n.vocabulary AS prefix")
    assert rows == [{"efo": True, "prefix": "MONDO"}]


def test_a_load_of_open_sources_takes_the_others_out_and_the_next_of_all_brings_them_back(imported: str) -> None:
    loaded = load(["all"], STARTER, LOADERS, licence="open")

    assert list(loaded.left_out) == ["eqtl"]
    with connect() as store:
        assert store.query("MATCH ()-[r {source: 'eqtl'}]->() RETURN count(r) AS n") == [{"n": 0}]
        assert store.query("MATCH (s:Source {name: 'eqtl'}) RETURN count(s) AS n") == [{"n": 0}]
    load(["all"], STARTER, LOADERS)
    assert digest() == imported


def test_upserting_source_by_source_in_another_order_gives_the_imported_graph(imported: str) -> None:
    database.reset()
    (folder("graph") / "state.json").unlink()
    for name in reversed(LOADERS):
        staged = folder("staged") / name
        if staged.exists():
            staged.rename(staged.with_name(f"_{name}"))
    present = [path.name[1:] for path in sorted(folder("staged").iterdir(), reverse=True) if path.name[0] == "_"]
    for name in present:
        (folder("staged") / f"_{name}").rename(folder("staged") / name)
        assert load([name], STARTER, LOADERS, writer="upsert").writer == "upsert"

    assert digest() == imported


def test_an_unknown_source_and_an_absent_file_are_one_line(neo4j_home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"efoo: no such source; there are .*efo"):
        load(["efoo"], STARTER, LOADERS)
    with pytest.raises(InputError, match=r"hgnc: its files are not below"):
        load(["hgnc"], tmp_path, LOADERS)
    with pytest.raises(InputError, match=r"no file of any source"):
        load(["all"], tmp_path, LOADERS)
    with pytest.raises(InputError, match=r"no such folder"):
        load(["all"], tmp_path / "absent", LOADERS)
