import dataclasses
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from embed.methods import prepare
from embed.methods.sapbert import SapBert, SapBertBatches
from embed.model.checkpoint import load_encoder
from embed.model.encoder import load_base
from embed.pairs.names import Names
from embed.pairs.tokens import tokenize
from embed.training.train import train
from kgbuild.errors import TrainError

TEXTS = ["type 2 diabetes", "Asthma", "allergic asthma disorder", "gout", "asthma"]


class Killed(BaseException):
    pass


@pytest.fixture
def prepared(tiny_cache, tiny_sapbert):
    return _prepare(tiny_cache, tiny_sapbert)


def _prepare(cache, config):
    transformer, tokenizer = load_base(config.base_model)
    tokens = partial(tokenize, tokenizer=tokenizer, max_length=config.max_length)
    return prepare(config, cache, np.ones(len(cache.pairs), bool), transformer, tokens, Path())


def _rows(out):
    return [json.loads(line) for line in (out / "training/metrics.jsonl").read_text().splitlines()]


def _weights(out):
    return torch.load(out / "training/checkpoint.pt", weights_only=True)["model"]


def test_batches_are_a_pure_function_of_seed_epoch_and_step_and_an_epoch_takes_every_pair(tiny_cache, tiny_sapbert):
    one, other = (_prepare(tiny_cache, tiny_sapbert).batches for _ in range(2))
    later = [other.rows(epoch, step) for epoch in (2, 1, 0) for step in reversed(range(other.steps))][::-1]
    reseeded = _prepare(tiny_cache, dataclasses.replace(tiny_sapbert, seed=1)).batches

    for at, row in enumerate(later):
        assert (one.rows(*divmod(at, one.steps)) == row).all()
    assert not np.array_equal(reseeded.rows(0, 0), one.rows(0, 0))
    assert sorted(np.concatenate(later[: one.steps])) == list(range(len(one.pairs.text_P2)))


def test_every_name_of_a_batch_finds_its_own_tokens(prepared):
    batches, row, batch = prepared.batches, prepared.batches.rows(0, 1), prepared.batches.batch(0, 1)
    tokens = batches.tokens
    texts = [ids[mask.bool()].tolist() for part in batch.chunks for ids, mask in zip(part[0], part[1], strict=True)]
    wanted = [tokens.ids[tokens.start[i] : tokens.start[i + 1]].tolist() for i in batches.pairs.text_P2[row].T.ravel()]

    assert [texts[i] for i in batch.text_R] == wanted
    assert len(texts) == len({tuple(text) for text in texts})
    assert batch.concept_R.tolist() == [*batches.pairs.concept_P[row]] * 2
    assert repr(batches.pairs.texts[batches.pairs.text_P2[row[2], 0]]) in batches.describe(0, 1, 2)


def test_the_mean_over_pairs_is_the_authors_loss_of_a_batch(prepared):
    from pytorch_metric_learning.losses import MultiSimilarityLoss
    from pytorch_metric_learning.miners import TripletMarginMiner

    torch.manual_seed(0)
    for step in range(prepared.batches.steps):
        batch = prepared.batches.batch(0, step)
        text_ND = F.normalize(torch.randn(int(batch.text_R.max()) + 1, 16), dim=-1).requires_grad_()
        ours = prepared.model.loss(text_ND, batch)
        (gradient,) = torch.autograd.grad(ours.mean(), text_ND)
        triplets = TripletMarginMiner(margin=0.2, type_of_triplets="all")(text_ND[batch.text_R], batch.concept_R)
        theirs = MultiSimilarityLoss(alpha=1, beta=60, base=0.5)(text_ND[batch.text_R], batch.concept_R, triplets)
        (expected,) = torch.autograd.grad(theirs, text_ND)
        # theirs normalises once more, which takes the part of the gradient along a vector away
        across = gradient - (gradient * text_ND).sum(1, keepdim=True) * text_ND

        assert ours.shape == batch.task_B.shape
        torch.testing.assert_close(ours.mean(), theirs, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(across, expected, rtol=1e-4, atol=1e-6)


def test_concepts_of_one_trait_group_and_equal_names_are_no_negatives(prepared):
    batch = prepared.batches.batch(0, 0)
    text_ND = F.normalize(torch.randn(int(batch.text_R.max()) + 1, 16), dim=-1)
    one_group = dataclasses.replace(batch, group_R=torch.zeros_like(batch.group_R))
    one_text = dataclasses.replace(batch, text_R=torch.zeros_like(batch.text_R))

    assert prepared.model.loss(text_ND, batch).mean() > 0
    assert not prepared.model.loss(text_ND, one_group).any()
    assert not prepared.model.loss(text_ND, one_text).any()


def test_training_lowers_the_loss(tiny_cache, tiny_sapbert, out):
    train(
        dataclasses.replace(tiny_sapbert, epochs=20, pooling="mean", batch_size=12, learning_rate=3e-3), tiny_cache, out
    )
    losses = [row["loss_synonym"] for row in _rows(out)]

    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    assert "| synonym | 24 | 24 |" in (out / "README.md").read_text()


def test_a_killed_training_goes_on_bit_for_bit(tiny_cache, tiny_sapbert, tmp_path, monkeypatch):
    from embed.training import state

    train(tiny_sapbert, tiny_cache, tmp_path / "whole")
    saved = state.save

    def kill_at_8(path, same, at, *rest):
        saved(path, same, at, *rest)
        if at.step == 8:
            raise Killed

    monkeypatch.setattr(state, "save", kill_at_8)
    with pytest.raises(Killed):
        train(tiny_sapbert, tiny_cache, tmp_path / "killed")
    monkeypatch.setattr(state, "save", saved)
    train(tiny_sapbert, tiny_cache, tmp_path / "killed", resume=True)
    whole, killed = _weights(tmp_path / "whole"), _weights(tmp_path / "killed")

    assert len(_rows(tmp_path / "whole")) == len(_rows(tmp_path / "killed")) == 6
    for name, weight in whole.items():
        assert torch.equal(weight, killed[name]), name


def test_early_stopping_keeps_whole_concepts_apart(tiny_cache, tiny_sapbert, out):
    config = dataclasses.replace(tiny_sapbert, epochs=40, patience=2, validation=0.4, checkpoint_every=2)
    prepared = _prepare(tiny_cache, config)
    pairs, kept = prepared.batches.pairs, prepared.validation.pool
    train(config, tiny_cache, out)

    assert not set(pairs.group_P[kept]) & set(pairs.group_P[prepared.batches.pool])
    assert not set(pairs.text_P2[kept].ravel()) & set(pairs.text_P2[prepared.batches.pool].ravel())
    assert len(kept) + len(prepared.batches.pool) == len(pairs.text_P2)
    assert all("loss_validation" in row for row in _rows(out))


def test_fine_tuning_trains_on_mentions_and_refuses_to_go_on_with_others(tiny_cache, tiny_sapbert, tmp_path):
    train(dataclasses.replace(tiny_sapbert, epochs=1), tiny_cache, tmp_path / "base")
    mentions, out = tmp_path / "mentions.tsv", tmp_path / "tuned"
    rows = [f"bad {i}\tEFO:{i % 8:07}" for i in range(16)]
    mentions.write_text("\n".join(["mention\tconcept", *rows]))
    config = dataclasses.replace(tiny_sapbert, base_model=str(tmp_path / "base"), mentions=str(mentions))
    train(config, tiny_cache, out)

    assert all("loss_mention" in row and "loss_synonym" not in row for row in _rows(out))
    assert "| mention | 48 | 48 |" in (out / "README.md").read_text()
    mentions.write_text("\n".join(["mention\tconcept", *rows[1:]]))
    with pytest.raises(TrainError, match="other pairs"):
        train(config, tiny_cache, out, resume=True)


@pytest.mark.filterwarnings("ignore")  # sentence-transformers' and huggingface_hub's own
@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_every_reader_of_a_saved_model_gives_the_same_vectors(tiny_cache, tiny_sapbert, out, pooling):
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModel, AutoTokenizer

    train(dataclasses.replace(tiny_sapbert, epochs=1, pooling=pooling), tiny_cache, out)
    ours = load_encoder(out).encode(TEXTS)
    tokenizer, transformer = AutoTokenizer.from_pretrained(out), AutoModel.from_pretrained(out).eval()
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states_NLH = transformer(**batch).last_hidden_state
    mask_NL1 = batch["attention_mask"].unsqueeze(-1)
    plain = states_NLH[:, 0] if pooling == "cls" else (states_NLH * mask_NL1).sum(1) / mask_NL1.sum(1)
    trained = {
        name.removeprefix("text.transformer."): weight
        for name, weight in _weights(out).items()
        if name.startswith("text.transformer.")
    }
    read = load_file(out / "model.safetensors")

    np.testing.assert_allclose(SentenceTransformer(str(out), device="cpu").encode(TEXTS), ours, atol=1e-6)
    np.testing.assert_allclose(F.normalize(plain, dim=-1), ours, atol=1e-6)
    assert read.keys() == trained.keys()
    assert all(torch.equal(read[name], weight) for name, weight in trained.items())
    assert sorted(path.name for path in out.glob("[0-9]_*")) == ["1_Pooling", "2_Normalize"]
    np.testing.assert_array_equal(ours[1], ours[4])


def _cased_bert(base):
    from transformers import BertTokenizerFast

    return BertTokenizerFast.from_pretrained(base, do_lower_case=False)


def _cased_bpe(base):
    """A tokenizer of single bytes, as RoBERTa's without merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    marks = ("<pad>", "<unk>", "<s>")
    letters = {letter: i for i, letter in enumerate([*marks, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(dict(list(letters.items())[:60]), [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", cls_token="<s>")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [_cased_bert, _cased_bpe])
def test_a_base_model_that_knows_capitals_reads_names_in_lower_case(
    make, tiny_base, tiny_cache, tiny_sapbert, tmp_path
):
    from sentence_transformers import SentenceTransformer
    from transformers import BertModel

    cased, out = tmp_path / "cased", tmp_path / "model"
    make(tiny_base).save_pretrained(cased)
    BertModel.from_pretrained(tiny_base).save_pretrained(cased)
    config = dataclasses.replace(tiny_sapbert, base_model=str(cased), epochs=1, pooling="mean")
    train(config, tiny_cache, out)
    texts = ["AsthMa", "asthma"]
    before, after = (load_encoder(folder).encode(texts) for folder in (cased, out))

    assert np.abs(before[0] - before[1]).max() > 0.01
    np.testing.assert_array_equal(after[0], after[1])
    np.testing.assert_allclose(SentenceTransformer(str(out), device="cpu").encode(texts), after, atol=1e-6)


def test_generel_starts_from_the_weights_of_a_saved_model(tiny_cache, tiny_config, tiny_sapbert, tmp_path):
    sapbert, generel = tmp_path / "sapbert", tmp_path / "generel"
    train(dataclasses.replace(tiny_sapbert, epochs=1), tiny_cache, sapbert)
    train(dataclasses.replace(tiny_config, epochs=1, base_model=str(sapbert)), tiny_cache, generel)
    # and from GENEREL's, whose Dense layer is not the base model's
    for folder in (sapbert, generel):
        weights, saved = load_base(str(folder))[0].state_dict(), load_file(folder / "model.safetensors")
        assert all(torch.equal(weights[name], saved[name]) for name in saved)
    assert load_encoder(generel).dimensions == tiny_config.dimensions
    train(dataclasses.replace(tiny_sapbert, epochs=1, base_model=str(generel)), tiny_cache, tmp_path / "again")
    assert load_encoder(tmp_path / "again").dimensions == 32


def test_nothing_to_train_on_is_one_line(tiny_cache, tiny_sapbert):
    pairs = Names(tiny_cache).synonyms(50, 0)
    with pytest.raises(TrainError, match="no two of one concept"):
        SapBertBatches(pairs, np.zeros(len(pairs.text_P2), bool), None, tiny_sapbert)


def test_the_method_adds_no_weights_to_the_transformer(prepared):
    assert isinstance(prepared.model, SapBert)
    assert all(name.startswith("text.transformer.") for name in prepared.model.state_dict())
