"""Points of a projection: what is shown, where, and in which files."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embed.evaluate import projection
from embed.pairs.cache import PairCache
from kgbuild.errors import InputError


class Model:
    """Three texts and three variants to a corner."""

    dimensions = 3
    trained = np.array([True] * 15 + [False] * 5)

    @property
    def variants(self) -> tuple[list[str], np.ndarray]:
        return [f"dbSNP:rs{i}" for i in range(20)], np.eye(3, dtype=np.float32)[np.arange(20) % 3]

    def encode(self, texts: list[str], precision: str = "fp32") -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[len(text) % 3 for text in texts]]


@pytest.fixture
def points(tiny_cache: PairCache) -> pd.DataFrame:
    return projection.chosen(tiny_cache, Model(), ["Asthma", "no such disease"], each=5)


def test_points_are_a_sample_and_what_is_asked_for(tiny_cache: PairCache, points: pd.DataFrame):
    counts = points[~points["asked"]]["type"].value_counts()
    asked = points[points["asked"]]

    assert counts.max() <= 5
    assert "asthma" in asked["label"].tolist()
    assert set(asked["type"]) == {"Disease", "Variant"}
    assert not {f"dbSNP:rs{i}" for i in range(15, 20)} & set(points["id"])  # their vectors say nothing
    assert points["vocabulary"].isin(["EFO", "dbSNP"]).all()
    pd.testing.assert_frame_equal(points, projection.chosen(tiny_cache, Model(), ["asthma"], each=5))


def test_no_more_than_5000_points_are_shown(monkeypatch: pytest.MonkeyPatch, tiny_cache: PairCache):
    monkeypatch.setattr(projection, "_MOST", 6)

    points = projection.chosen(tiny_cache, Model(), ["asthma"], each=300)

    assert len(points) == 6
    assert points["asked"].any()


def test_like_points_are_near_and_a_seed_gives_one_picture(points: pd.DataFrame):
    placed = projection.project(points, Model())
    again = projection.project(points, Model())
    corner = [len(row.label) % 3 if row.type == "Disease" else int(row.id[8:]) % 3 for row in placed.itertuples()]
    xy = placed[["x", "y"]].to_numpy()
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=2) + np.diag([np.inf] * len(xy))

    np.testing.assert_array_equal(placed["x"], again["x"])
    assert np.mean([corner[i] == corner[j] for i, j in enumerate(distance.argmin(axis=1))]) > 0.8


def test_too_few_points_are_said():
    with pytest.raises(InputError, match="3 points: too few to show"):
        projection.project(pd.DataFrame({"label": ["a", "b", "c"]}), Model())


def test_files_hold_the_points_and_ask_nobody_for_anything(tmp_path: Path, points: pd.DataFrame):
    points.loc[0, "label"] = "</script><b>"
    placed = points.assign(x=np.arange(len(points)), y=0.0)
    projection.draw(placed, tmp_path, "tsne", "vocabulary", "toy")
    projection.write(placed, tmp_path / "tsne.html", "toy & co")

    text = (tmp_path / "tsne.html").read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert data["label"] == placed["label"].tolist()
    assert set(data["styles"]["type"]) == {"Disease", "Variant"}
    assert "toy &amp; co" in text
    assert not re.search(r"(src|href)=.(?!data:|#)|url\(|@import|fetch", text)
    assert (tmp_path / "tsne.png").read_bytes()[:4] == b"\x89PNG"
    assert "<svg" in (tmp_path / "tsne.svg").read_text()


def test_no_two_categories_look_alike():
    found = projection.styles([f"type {i}" for i in range(30)])

    assert len(set(found.values())) == 30
