"""A loader is complete: listed, documented, tested on rows in its source's own format."""

from pathlib import Path

import pytest
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

import loaders
from kgbuild.archive import is_packed
from kgbuild.inputs import assign
from kgbuild.licence import OPEN, SHARE_ALIKE, terms
from kgbuild.model import Source
from loaders import DOORS, LOADERS

FOLDER = Path(loaders.__file__).parent
TESTS = Path(__file__).parents[2]
ALL = LOADERS | DOORS

#: Sources of one's own files, whose licence nobody but their owner knows.
OWN = {"biobank", "eqtl", *DOORS}


def is_spdx(licence: str) -> bool:
    try:
        return canonicalize_license_expression(licence) == licence
    except InvalidLicenseExpression:
        return False


def test_every_module_is_a_listed_loader() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}

    assert {module.__name__.removeprefix("loaders.") for module in ALL.values()} == modules


@pytest.mark.parametrize("name", ALL)
def test_a_loader_says_where_its_data_come_from_and_under_which_licence(name: str) -> None:
    module = ALL[name]
    source: Source = module.SOURCE

    assert source.name == name
    assert source.files
    assert source.licence
    assert source.url.startswith("https://") or name in ("biobank", *DOORS)  # what is one's own has no publisher
    for part in ("Source:", "Licence:", "Yields:", "Skips:"):
        assert part in str(module.__doc__), f"{name}'s docstring lacks {part}"


@pytest.mark.parametrize("name", ALL)
def test_a_loader_is_tested_on_rows_of_its_own(name: str) -> None:
    text = "\n".join(path.read_text() for path in (TESTS / "unit/loaders").glob("test_*.py"))

    assert f"{name}," in text or f"import {name}" in text or f" {name}\n" in text, f"no test imports {name}"


@pytest.mark.parametrize("name", ALL)
def test_a_licence_is_an_spdx_identifier_or_the_address_of_its_text(name: str) -> None:
    licence = ALL[name].SOURCE.licence

    assert is_spdx(licence) or licence.startswith("https://") or name in OWN, licence


def test_every_licence_that_kg_knows_the_terms_of_is_in_spdx() -> None:
    assert [licence for licence in OPEN | SHARE_ALIKE if not is_spdx(licence)] == []
    assert not OPEN & SHARE_ALIKE
    assert terms("CC-BY-NC-4.0") == "restricted"


@pytest.mark.parametrize("name", ALL)
def test_what_is_declared_for_fetching_can_be_fetched_and_is_what_the_loader_reads(name: str) -> None:
    source: Source = ALL[name].SOURCE
    files = []
    for download in source.downloads:
        assert download.url.startswith(("https://", "http://")), download.url
        assert "{version}" not in download.url or download.latest, f"{download.url}: no latest"
        file = (download.file or download.url.partition("?")[0].rpartition("/")[2]).replace(
            "{version}", download.latest
        )
        assert file, f"{download.url}: names no file"
        files.append(Path("/data", name, file))
    assert len(set(files)) == len(files)
    found = assign(source, Path("/data"), files)
    packed = [file for file in files if is_packed(source, file)]
    assert {path for paths in found.values() for path in paths} == set(files) - set(packed), "not what the loader reads"
    if files and not packed:
        needed = [key for key in found if not found[key] and key not in source.optional]
        assert not needed or source.access, f"not fetched: {needed}; `access` says how a person gets them"
