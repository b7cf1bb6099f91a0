import dataclasses

import numpy as np
import pytest
import torch

from embed.model import checkpoint
from embed.model.checkpoint import load_encoder
from embed.training.train import train
from kgbuild.errors import InputError

TEXTS = ["type 2 diabetes", "asthma", "allergic asthma disorder", "gout", "asthma"]


@pytest.mark.parametrize(
    ("pooling", "head", "variants"), [("cls", False, "table"), ("mean", True, "table"), ("mean", True, "locus")]
)
@pytest.mark.filterwarnings("ignore")  # sentence-transformers' and huggingface_hub's own
def test_sentence_transformers_gives_the_same_vectors(tiny_cache, tiny_config, out, pooling, head, variants):
    from sentence_transformers import SentenceTransformer

    config = dataclasses.replace(tiny_config, epochs=1, pooling=pooling, text_head=head, variant_encoder=variants)
    train(config, tiny_cache, out)
    theirs = SentenceTransformer(str(out), device="cpu").encode(TEXTS)

    np.testing.assert_allclose(load_encoder(out).encode(TEXTS), theirs, atol=1e-6)


def test_a_saved_model_has_variants_recipe_and_card(tiny_cache, tiny_config, out):
    mask = np.ones(len(tiny_cache.pairs), bool)
    mask[(tiny_cache.column("tail") == 3) & (tiny_cache.column("task") >= 2)] = False
    train(dataclasses.replace(tiny_config, epochs=1), tiny_cache, out, mask)
    encoder = load_encoder(out)
    ids, vectors = encoder.variants

    assert ids == tiny_cache.variants["id"].to_pylist()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert not encoder.trained[3]
    assert encoder.name == "model"
    assert "0" * 32 in (out / "README.md").read_text()
    assert type(tiny_config).load(out / "recipe.json") == dataclasses.replace(tiny_config, epochs=1)


def test_texts_are_given_back_in_their_order_and_equal_texts_equal(tiny_base):
    encoder = load_encoder(tiny_base)
    vectors = encoder.encode(TEXTS)

    assert (vectors[1] == vectors[4]).all()
    np.testing.assert_allclose(vectors[3], encoder.encode(["gout"])[0], atol=1e-6)
    assert encoder.encode([]).shape == (0, 32)
    assert encoder.variants[0] == []


def test_several_threads_encode_what_one_does(tiny_base, monkeypatch):
    monkeypatch.setitem(checkpoint._CHUNK, "cpu", 4)
    encoder, texts = load_encoder(tiny_base), [f"gout {'abc'[i % 3] * (i % 7)}" for i in range(50)]
    alone_ND = encoder.encode(texts)
    torch.set_num_threads(3)
    try:
        together_ND = encoder.encode(texts)
        left = torch.get_num_threads()
    finally:
        torch.set_num_threads(1)

    assert left == 3
    np.testing.assert_allclose(together_ND, alone_ND, atol=1e-6)


def test_the_digest_tells_models_apart(tiny_base, tiny_cache, tiny_config, out):
    train(dataclasses.replace(tiny_config, epochs=1), tiny_cache, out)

    assert load_encoder(out).digest == load_encoder(out).digest != load_encoder(tiny_base).digest


def test_the_packaged_base_keeps_its_cosines_under_the_new_projection():
    from embed.model.encoder import TextEncoder, load_base

    minilm = load_encoder("minilm")
    transformer, _ = load_base("minilm")
    project = TextEncoder(transformer, "mean", 768).project
    vectors = minilm.encode(TEXTS)
    projected = vectors @ project.weight.detach().numpy().T

    np.testing.assert_allclose(projected @ projected.T, vectors @ vectors.T, atol=1e-5)


def test_a_folder_without_a_model_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no model here"):
        load_encoder(tmp_path)
