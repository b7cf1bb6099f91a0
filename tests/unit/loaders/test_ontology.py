"""Files that somebody names: any ontology."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from kgbuild.loading import Loaded, load_files
from loaders import LOADERS, ontology

TOY = Path(__file__).parents[2] / "data/ontology/toy.obo"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    return tmp_path


def given(*paths: Path, name: str | None = None, **options: str) -> Loaded:
    return load_files(ontology, paths, LOADERS, name, parameters=options, dry_run=True)


def test_terms_have_the_type_that_the_user_states(staged: Callable[..., Any]) -> None:
    tables = staged(ontology, "ontology", type="Disease")

    assert {node["type"] for node in tables.nodes} == {"Disease"}
    assert ("podagra", "EXACT", "en") in tables.names_of("TOY:1")
    assert ("TOY:1", "SUBCLASS_OF", "TOY:2") in tables.triples()


def test_a_file_that_somebody_names_is_a_source_with_what_they_say_of_it(home: Path) -> None:
    loaded = given(TOY, vocabulary="TOY", licence="CC0-1.0", title="Toys")

    (manifest,) = loaded.staged
    assert (manifest.declared.title, manifest.declared.licence) == ("Toys", "CC0-1.0")
    assert manifest.declared.vocabularies == ("TOY",)
    assert manifest.declared.member
    assert manifest.version == "2026-01-01"


@pytest.mark.parametrize(
    ("path", "name", "options", "message"),
    [
        (TOY, "efo", {}, r"efo: kg has a source of this name"),
        (TOY, "1", {}, r"--name 1: not a name"),
        (TOY, None, {"typ": "Disease"}, r"--set typ: no such option of ontology; there are type"),
        (TOY, None, {"type": "Illness"}, r"--set type=Illness: no such type; one of Disease"),
        (TOY.with_name("absent.obo"), None, {}, r"absent\.obo: no such file"),
        (Path(__file__), None, {}, r"not a file that `kg load ontology` reads; it reads \*\.obo"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(
    home: Path, path: Path, name: str | None, options: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        given(path, name=name, **options)
