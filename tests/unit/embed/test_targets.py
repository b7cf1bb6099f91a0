import dataclasses

import numpy as np
import pytest

from embed.methods import targets
from embed.model.checkpoint import load_encoder
from embed.pairs.cache import NAMES
from embed.pairs.descriptions import described
from kgbuild.errors import TrainError


@pytest.fixture
def cache(worded_cache):
    return described(worded_cache, np.ones(len(worded_cache.pairs), bool), 2)


def test_principal_components_are_those_of_the_singular_value_decomposition():
    x_TD = np.random.default_rng(0).normal(size=(50, 12)).astype(np.float32) * np.arange(1, 13, dtype=np.float32)
    centred = x_TD - x_TD.mean(0)
    u, s, v = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    steepest = v[np.arange(12), np.abs(v).argmax(1)]

    np.testing.assert_allclose(targets.principal(x_TD, 5), (u * s * np.sign(steepest))[:, :5], rtol=1e-4, atol=1e-4)


def test_a_target_is_the_mean_of_name_and_definition_in_principal_components(
    cache, biolord_config, tiny_base, tmp_path
):
    config = dataclasses.replace(biolord_config, phase="distil", teacher=tiny_base)
    learned = targets.of_concepts(config, cache, tmp_path)
    encoder, texts = load_encoder(tiny_base), np.array(cache.strings.to_pylist(), object)
    definition = {}
    for concept, text in zip(*(cache.definitions[c].to_pylist() for c in ("concept", "text")), strict=True):
        definition.setdefault(concept, texts[text])
    pairs = [
        encoder.encode([texts[label], definition[c]]) for c, label in enumerate(cache.concepts["label"].to_pylist())
    ]
    mean = np.stack([pair.mean(0) for pair in pairs])

    assert definition[0] == "an illness of sort 0"
    assert "which" in definition[7]
    np.testing.assert_allclose(learned.vector_TK, targets.principal(mean, 6), atol=1e-5)


def test_every_english_name_and_the_definition_learn_their_concepts_target(cache, biolord_config, tiny_base, tmp_path):
    config = dataclasses.replace(biolord_config, phase="distil", teacher=tiny_base)
    learned = targets.of_concepts(config, cache, tmp_path)
    texts = np.array(cache.strings.to_pylist(), object)[learned.text_R]

    assert sorted(texts[learned.target_R == 0]) == ["an illness of sort 0", "asthma", "asthma disorder"]
    assert not any("maladie" in text for text in texts)
    assert (learned.concept_R == learned.target_R).all()


def test_a_translation_learns_the_teachers_vector_of_the_english_label(cache, biolord_config, tiny_base, tmp_path):
    config = dataclasses.replace(biolord_config, phase="translate", teacher=tiny_base)
    learned = targets.of_translations(config, cache, tmp_path)
    texts = np.array(cache.strings.to_pylist(), object)[learned.text_R]

    assert sorted(texts[learned.target_R == 4]) == ["gout", "maladie 4 gou"]
    np.testing.assert_allclose(learned.vector_TK[4], load_encoder(tiny_base).encode(["gout"])[0], atol=1e-6)


def test_targets_are_computed_once_for_all_runs(cache, biolord_config, tiny_base, tmp_path, monkeypatch):
    config = dataclasses.replace(biolord_config, phase="distil", teacher=tiny_base)
    first = targets.of_concepts(config, cache, tmp_path)
    monkeypatch.setattr(targets, "principal", None)
    again = targets.of_concepts(dataclasses.replace(config, seed=7), cache, tmp_path)

    assert (first.vector_TK == again.vector_TK).all()


def test_a_graph_in_one_language_has_nothing_to_translate_and_says_what_to_load(
    cache, biolord_config, tiny_base, tmp_path
):
    config = dataclasses.replace(biolord_config, phase="translate", teacher=tiny_base)
    with pytest.raises(TrainError, match=r"none in another language.*load a source"):
        targets.of_translations(config, dataclasses.replace(cache, names=NAMES.empty_table()), tmp_path)
