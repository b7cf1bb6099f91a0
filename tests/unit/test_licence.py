"""Which sources a graph may be made of, and what is said of those that it is made of."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kgbuild.cli import app
from kgbuild.errors import InputError
from kgbuild.home import folder
from kgbuild.jobs import jobs_of_folder
from kgbuild.loading import load, load_files
from kgbuild.staging import stage
from loaders import DOORS, LOADERS

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Rows of an open, a share-alike and a restricted source."""
    data = tmp_path / "files"
    for source in ("hgnc", "pgrm", "hp"):
        (data / source).mkdir(parents=True)
        for path in (DATA / source).iterdir():
            (data / source / path.name).write_bytes(path.read_bytes())
    return data


def staged(data: Path, *names: str) -> None:
    """Stage sources as an earlier load did."""
    for job in jobs_of_folder(names, data, LOADERS):
        stage(job.loader, job.root, job.files, folder("staged") / job.source.name)


@pytest.mark.parametrize(
    ("licence", "left_out"),
    [
        ("all", {}),
        ("share-alike", {"hp": "https://hpo.jax.org/license"}),
        ("open", {"hp": "https://hpo.jax.org/license", "pgrm": "GPL-2.0-only"}),
    ],
)
def test_sources_on_other_terms_are_left_out(three: Path, licence: str, left_out: dict[str, str]) -> None:
    loaded = load(["all"], three, LOADERS, dry_run=True, licence=licence)

    assert loaded.left_out == left_out
    assert {manifest.source for manifest in loaded.staged} == {"hgnc", "pgrm", "hp"} - set(left_out)


def test_what_was_staged_earlier_on_other_terms_stays_staged_and_is_left_out(three: Path, home: Path) -> None:
    staged(three, "hp", "pgrm")

    loaded = load(["hgnc"], three, LOADERS, dry_run=True, licence="share-alike")

    assert (loaded.kept, set(loaded.left_out)) == (["pgrm"], {"hp"})
    assert (home / "staged/hp/manifest.json").exists()
    assert load(["hgnc"], three, LOADERS, dry_run=True).kept == ["hp", "pgrm"]


def test_a_file_of_ones_own_is_open_only_where_its_licence_is_stated(home: Path) -> None:
    file = DATA / "doid" / "doid.obo"

    with pytest.raises(
        InputError, match=r"--licence open: leaves nothing to load; it leaves out doid_x \(not stated\)"
    ):
        load_files(DOORS["ontology"], [file], LOADERS, "doid_x", dry_run=True, licence="open")
    stated = {"licence": "CC0-1.0"}
    loaded = load_files(DOORS["ontology"], [file], LOADERS, "doid_x", parameters=stated, dry_run=True, licence="open")
    assert not loaded.left_out


def test_unknown_terms_are_one_line(three: Path) -> None:
    with pytest.raises(InputError, match="--licence free: no such terms; one of all, share-alike, open"):
        load(["all"], three, LOADERS, dry_run=True, licence="free")


def test_what_is_left_out_is_said_in_one_line(three: Path) -> None:
    result = CliRunner().invoke(app, ["load", "all", "--data", str(three), "--dry-run", "--licence", "open"])

    assert (
        "left out for their licence: hp (https://hpo.jax.org/license, restricted), pgrm (GPL-2.0-only, share-alike)\n"
    ) in result.output


def test_citing_gives_licences_citations_and_what_they_ask(three: Path) -> None:
    staged(three, "hgnc", "hp", "pgrm")

    text = CliRunner().invoke(app, ["cite"]).output
    assert "Human Phenotype Ontology (hp), " in text
    assert "  cite     Bastarache L et al. The Phenotype-Genotype Reference Map. AJHG 2023;110:1522.\n" in text
    assert (
        "Share-alike: what is made from these and passed on stands under their licence: pgrm (GPL-2.0-only)\n" in text
    )
    assert "pass on what is made from these: hp (https://hpo.jax.org/license)\n" in text

    found = json.loads(CliRunner().invoke(app, ["cite", "hgnc", "--json"]).output)
    assert [(source["name"], source["terms"]) for source in found["sources"]] == [("hgnc", "open")]
    assert found["notice"] == []


def test_citing_what_is_not_staged_is_one_line() -> None:
    result = CliRunner().invoke(app, ["cite", "hp"])

    assert isinstance(result.exception, InputError)
    assert str(result.exception) == "hp: not staged; staged are none: see `kg load`"


def test_the_list_of_sources_is_readable_and_one_source_is_said_whole(three: Path) -> None:
    staged(three, "hp")

    listed = CliRunner().invoke(app, ["sources"]).output.splitlines()
    assert max(len(line.rstrip()) for line in listed) <= 120
    assert len([line for line in listed if line.split(" ")[0] in LOADERS]) == len(LOADERS)
    (hp,) = [line for line in listed if line.startswith("hp ")]
    assert "restricted" in hp
    assert "rows" in hp
    one = CliRunner().invoke(app, ["sources", "umls"]).output
    for said in ("MRCONSO.RRF (atoms)", "--set umls.languages=ENG", "(restricted)", "Bodenreider", "owns umls"):
        assert said in one
    assert isinstance(CliRunner().invoke(app, ["sources", "nope"]).exception, InputError)


def test_loading_looks_where_fetching_puts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_DATA", raising=False)
    result = CliRunner().invoke(app, ["load", "all", "--dry-run"])
    assert str(result.exception).startswith(f"{home}/downloads: no file of any source; `kg fetch` gets them")

    (home / "downloads/hgnc").mkdir()
    (home / "downloads/hgnc/hgnc_complete_set.txt").write_bytes((DATA / "hgnc/hgnc_complete_set.txt").read_bytes())
    assert "hgnc" in CliRunner().invoke(app, ["load", "all", "--dry-run"]).output
