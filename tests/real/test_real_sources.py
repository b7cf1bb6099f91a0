"""The real files, as far as CI's time allows: staged with every row accounted for. KG_REAL_DATA is their folder."""

import os
from pathlib import Path

import pytest

from kgbuild.loading import Loaded, load
from loaders import LOADERS

pytestmark = pytest.mark.real
#: Without a licence or a file of one's own they are not there.
ABSENT = {"umls", "biobank", "gtex", "eqtl_catalogue"}


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(tmp_path_factory.mktemp("kg")))
        return load(["all"], Path(os.environ["KG_REAL_DATA"]), LOADERS, dry_run=True)


def test_every_source_whose_files_are_there_is_staged(staged: Loaded) -> None:
    assert set(staged.absent) == ABSENT
    assert {manifest.source for manifest in staged.staged} == set(LOADERS) - ABSENT


def test_every_real_row_is_staged_merged_or_rejected(staged: Loaded) -> None:
    for manifest in staged.staged:
        assert sum(manifest.rows.values()) == sum(manifest.outcomes.values()) > 0, manifest.source


def test_few_real_rows_are_rejected(staged: Loaded) -> None:
    shares = {m.source: m.outcomes["rejected"] / sum(m.rows.values()) for m in staged.staged}

    assert {source for source, share in shares.items() if share > 0.02} == {"biomappings"}  # 6 %: another predicate
