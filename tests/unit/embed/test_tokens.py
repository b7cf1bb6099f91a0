import numpy as np

from embed.model.encoder import load_base
from embed.pairs import tokens
from embed.pairs.cache import PairCache
from embed.training.train import train


def test_token_ids_are_kept_beside_the_pairs_for_every_model(tiny_cache, tiny_config, tmp_path, monkeypatch):
    tiny_cache.save(tmp_path / "pairs")
    cache = PairCache.load(tmp_path / "pairs")
    train(tiny_config, cache, tmp_path / "first")
    monkeypatch.setattr(tokens, "tokenize", None)
    train(tiny_config, cache, tmp_path / "second")

    [kept] = (tmp_path / "pairs").glob("tokens-*")
    assert not list(tmp_path.glob("*/training/tokens-*"))
    tiny_cache.save(tmp_path / "pairs")
    assert not kept.exists()


def test_other_lengths_and_other_texts_have_token_ids_of_their_own(tiny_cache, tiny_config, tmp_path):
    texts, tokenizer = tiny_cache.strings.to_pylist(), load_base(tiny_config.base_model)[1]
    long, short, fewer, again = (
        tokens.cached(part, tokenizer, length, tmp_path)
        for part, length in ((texts, 16), (texts, 4), (texts[1:], 16), (texts, 16))
    )

    assert np.array_equal(again.ids, long.ids)
    assert short.lengths(np.arange(len(texts))).max() == 4
    assert np.array_equal(fewer.ids, long.ids[long.start[1] :])
    assert long.ids[: long.start[1]].tolist() == tokenizer(texts[0])["input_ids"]
