"""The real files, as far as CI's time allows: staged with every row accounted for. KG_REAL_DATA is their folder."""

import os
from pathlib import Path

import pytest

from kgbuild.loading import Loaded, load
from loaders import LOADERS

pytestmark = pytest.mark.real
#: Those whose real files are there; the others are tested on rows in their format alone.
PRESENT = {
    "efo", "mondo", "hp", "doid", "gard", "uberon", "wikipathways", "pathbank", "phecode", "phecodex", "hgnc",
    "hp_translations", "mondo_mappings", "biomappings", "hpoa", "primekg", "gwas_catalog", "mrinstruments", "pgrm",
    "eqtl",
}  # fmt: skip


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(tmp_path_factory.mktemp("kg")))
        return load(["all"], Path(os.environ["KG_REAL_DATA"]), LOADERS, dry_run=True)


def test_every_source_whose_files_are_there_is_staged(staged: Loaded) -> None:
    assert {manifest.source for manifest in staged.staged} == PRESENT
    assert set(staged.absent) == set(LOADERS) - PRESENT


def test_every_real_row_is_staged_merged_or_rejected(staged: Loaded) -> None:
    for manifest in staged.staged:
        assert sum(manifest.rows.values()) == sum(manifest.outcomes.values()) > 0, manifest.source


def test_few_real_rows_are_rejected(staged: Loaded) -> None:
    shares = {m.source: m.outcomes["rejected"] / sum(m.rows.values()) for m in staged.staged}

    # predicates outside of SKOS; terms that nobody has translated
    assert {source for source, share in shares.items() if share > 0.02} == {"biomappings", "hp_translations"}


def test_pathbanks_millions_of_participants_are_there(staged: Loaded) -> None:
    (pathbank,) = [manifest for manifest in staged.staged if manifest.source == "pathbank"]

    assert pathbank.records["edges"] == 2_455_537 + 110_242  # participants and matches, as zcat and awk count them
