import dataclasses
import json
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from embed.methods.biolord import Contrast, DefinitionBatches
from embed.model.checkpoint import load_encoder
from embed.model.encoder import load_base, pool
from embed.pairs.descriptions import described
from embed.pairs.tokens import tokenize
from embed.training import phases, state
from embed.training.average import average
from embed.training.curves import read
from embed.training.train import train
from kgbuild.errors import TrainError
from tests.unit.embed.torchrun import train_together

TEXTS = ["type 2 diabetes", "asthma", "an illness of sort 3", "maladie 4 gou"]


class Killed(BaseException):
    pass


@pytest.fixture
def cache(worded_cache):
    return described(worded_cache, np.ones(len(worded_cache.pairs), bool), 2)


@pytest.fixture
def batches(cache, biolord_config):
    return _batches(cache, biolord_config, np.ones(len(cache.concepts), bool))


def _batches(cache, config, wanted_C):
    tokens = tokenize(cache.strings.to_pylist(), load_base(config.base_model)[1], config.max_length)
    return DefinitionBatches(cache, wanted_C, tokens, config)


def _losses(folder):
    return [row["loss"] for row in read(folder / "training/metrics.jsonl")]


def test_a_pass_takes_each_description_once_with_a_name_of_its_concept(cache, batches):
    row, name = (np.concatenate(parts) for parts in zip(*(batches.rows(*divmod(i, 3)) for i in range(4)), strict=True))
    concept, text = batches.concept[row], batches.name[name]

    assert sorted(row[batches.task[row] == 1]) == list(range(4, len(cache.definitions)))
    assert ((text == concept) | (text == len(cache.concepts) + concept)).all()
    assert len(set(text[concept == 0])) == 2  # asthma, and asthma disorder


def test_batches_are_a_pure_function_of_seed_epoch_and_step(cache, biolord_config, batches):
    again = _batches(cache, biolord_config, np.ones(8, bool))
    other = _batches(cache, dataclasses.replace(biolord_config, seed=1), np.ones(8, bool))

    for epoch, step in ((3, 1), (0, 0), (3, 1)):
        for one, two in zip(batches.rows(epoch, step), again.rows(epoch, step), strict=True):
            assert (one == two).all()
    assert not np.array_equal(batches.rows(0, 0)[0], other.rows(0, 0)[0])


def test_definitions_of_one_group_and_names_and_definitions_that_are_equal_are_no_negatives(cache, biolord_config):
    group = cache.concepts.set_column(3, "group", [np.array([0, 0, 2, 3, 4, 5, 6, 7], np.int32)])
    config = dataclasses.replace(biolord_config, batch_size=64)
    batches = _batches(dataclasses.replace(cache, concepts=group), config, np.ones(8, bool))
    row, _ = batches.rows(0, 0)
    known = batches.batch(0, 0).known_BB.numpy()
    concept = batches.concept[row]

    assert not known.diagonal().any()
    for i in range(len(row)):
        for j in range(len(row)):
            same = batches.group[concept[i]] == batches.group[concept[j]]
            assert known[i, j] == (i != j and (same or batches.definition[row[i]] == batches.definition[row[j]]))
    assert known[np.ix_(concept == 0, concept == 1)].all()


@pytest.mark.filterwarnings("ignore")  # sentence-transformers' own
def test_the_contrastive_loss_is_sentence_transformers_multiple_negatives_ranking(batches, biolord_config):
    from sentence_transformers.losses import MultipleNegativesRankingLoss

    batch = batches.batch(0, 0)
    batch = dataclasses.replace(batch, known_BB=torch.zeros_like(batch.known_BB))
    model = Contrast(biolord_config, load_base(biolord_config.base_model)[0])
    texts = sum(len(ids_NL) for ids_NL, _ in batch.chunks)
    ours = F.normalize(torch.randn(texts, 32, generator=torch.Generator().manual_seed(0)), dim=-1).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    loss_B = model.loss(ours, batch)
    loss_B.mean().backward()
    reference = MultipleNegativesRankingLoss(None, scale=1 / biolord_config.temperature)
    expected = reference.compute_loss_from_embeddings([theirs[batch.name_B], theirs[batch.definition_B]], None)
    expected.backward()

    assert loss_B.mean().item() == pytest.approx(expected.item(), rel=1e-6)
    # theirs normalises again: it has no gradient along the vectors themselves
    along = (ours.grad * ours).sum(-1, keepdim=True)
    torch.testing.assert_close(ours.grad - along * ours.detach(), theirs.grad, atol=1e-5, rtol=1e-4)


def test_a_masked_negative_counts_for_nothing(batches, biolord_config):
    batch = batches.batch(0, 0)
    known = torch.zeros_like(batch.known_BB)
    known[0, 1] = True
    model = Contrast(biolord_config, load_base(biolord_config.base_model)[0])
    text_ND = F.normalize(torch.randn(sum(len(ids) for ids, _ in batch.chunks), 32), dim=-1)
    logits = text_ND[batch.name_B] @ text_ND[batch.definition_B].T / biolord_config.temperature
    logits[1, 0] = -torch.inf  # name 1 does not see definition 0
    expected = F.cross_entropy(logits, torch.arange(len(logits)), reduction="none")

    torch.testing.assert_close(model.loss(text_ND, dataclasses.replace(batch, known_BB=known)), expected)


def test_each_phase_lowers_its_loss(worded_cache, biolord_config, tiny_base, tmp_path):
    for phase in ("contrast", "distil", "translate"):
        config = dataclasses.replace(biolord_config, phase=phase, teacher=tiny_base, epochs=25)
        train(config, worded_cache, tmp_path / phase)
        losses = _losses(tmp_path / phase)

        assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:2]), phase


def test_across_languages_a_student_comes_nearer_to_its_teacher(worded_cache, biolord_config, tiny_base, tmp_path):
    contrast = dataclasses.replace(biolord_config, phase="contrast", epochs=10)
    teacher = train(contrast, worded_cache, tmp_path / "teacher")
    config = dataclasses.replace(biolord_config, phase="translate", teacher=str(teacher), epochs=40)
    student = train(config, worded_cache, tmp_path / "student")
    french, label = worded_cache.strings.to_pylist()[16:24], worded_cache.strings.to_pylist()[:8]
    wanted = load_encoder(teacher).encode(label)
    far, near = (np.square(load_encoder(m).encode(french) - wanted).sum(1).mean() for m in (tiny_base, student))

    assert near < far / 2


def test_a_student_narrower_than_its_teacher_is_one_line(worded_cache, biolord_config, tmp_path):
    config = dataclasses.replace(biolord_config, phase="translate", teacher="minilm")
    with pytest.raises(TrainError, match=r"vectors of 32 dimensions, minilm has 384; give a --base-model"):
        train(config, worded_cache, tmp_path)


def test_all_phases_give_the_mean_of_the_distilled_runs_in_the_base_models_width(worded_cache, biolord_config, out):
    phases.train(biolord_config, worded_cache, out)
    runs = [out / "training" / f"distil-{run}" for run in (0, 1)]
    weights = [load_file(folder / "model.safetensors") for folder in (out, *runs)]

    for name, mean in weights[0].items():
        torch.testing.assert_close(mean, (weights[1][name] + weights[2][name]) / 2, msg=name)
    assert any(not torch.equal(weights[1][name], weights[2][name]) for name in weights[1])
    assert load_encoder(out).dimensions == 32
    assert not (out / "2_Dense").exists()
    assert type(biolord_config).load(out / "recipe.json") == biolord_config


def test_averaging_one_model_changes_nothing(tiny_base):
    for name, weight in average([tiny_base]).state_dict().items():
        assert torch.equal(weight, load_base(tiny_base)[0].state_dict()[name])


@pytest.mark.parametrize("phase", ["contrast", "distil-1"])
def test_a_recipe_killed_in_any_phase_goes_on_bit_for_bit(worded_cache, biolord_config, tmp_path, monkeypatch, phase):
    phases.train(biolord_config, worded_cache, tmp_path / "whole")

    def kill(path, same, at, *rest):
        saved(path, same, at, *rest)
        if path.parents[1].name == phase and at.step == 4:
            raise Killed

    saved = state.save
    monkeypatch.setattr(state, "save", kill)
    with pytest.raises(Killed):
        phases.train(biolord_config, worded_cache, tmp_path / "killed")
    monkeypatch.setattr(state, "save", saved)
    done = tmp_path / "killed/training/contrast/model.safetensors"
    before = done.stat().st_mtime_ns if phase != "contrast" else None
    phases.train(biolord_config, worded_cache, tmp_path / "killed", resume=True)

    for name in ("training/contrast", "training/distil-0", "training/distil-1", "."):
        whole, killed = (load_file(tmp_path / at / name / "model.safetensors") for at in ("whole", "killed"))
        assert all(torch.equal(weight, killed[key]) for key, weight in whole.items()), name
    assert before is None or done.stat().st_mtime_ns == before
    assert _losses(tmp_path / "whole/training/distil-1") == _losses(tmp_path / "killed/training/distil-1")


def test_several_processes_train_all_phases_as_one_does(worded_cache, biolord_config, tmp_path):
    phases.train(biolord_config, worded_cache, tmp_path / "alone")

    printed = train_together(biolord_config, worded_cache, tmp_path, 2)

    assert printed.count("by 2 processes") == 3
    one, several = (load_file(tmp_path / name / "model.safetensors") for name in ("alone", "together"))
    for name, weight in one.items():
        assert torch.allclose(weight, several[name], atol=1e-4), name


def test_a_phase_that_is_done_is_not_taken_for_another_recipes(worded_cache, biolord_config, out):
    phases.train(biolord_config, worded_cache, out)
    with pytest.raises(TrainError, match=r"another recipe \(temperature was 0.05, is 0.1\)"):
        phases.train(dataclasses.replace(biolord_config, temperature=0.1), worded_cache, out, resume=True)


def test_nothing_to_resume_is_one_line(worded_cache, biolord_config, out):
    with pytest.raises(TrainError, match="no checkpoint"):
        phases.train(biolord_config, worded_cache, out, resume=True)


def test_max_minutes_is_shared_by_the_phases(worded_cache, biolord_config, out):
    config = dataclasses.replace(biolord_config, epochs=100_000, distil_epochs=100_000)
    phases.train(config, worded_cache, out, max_minutes=0.05)
    at = [state.read_at(out / "training" / name / "training/checkpoint.pt") for name in ("contrast", "distil-0")]

    assert all(0 < one.step <= one.total < 10_000 for one in at)
    assert load_encoder(out).dimensions == 32


def test_early_stopping_looks_at_concepts_that_no_phase_trained_on(worded_cache, biolord_config, tiny_base, tmp_path):
    from embed.methods import prepare, with_texts

    for phase in ("contrast", "distil", "translate"):
        config = dataclasses.replace(biolord_config, phase=phase, teacher=tiny_base, patience=1, validation=0.5)
        mask = np.ones(len(worded_cache.pairs), bool)
        cache = with_texts(config, worded_cache, mask)
        transformer, tokenizer = load_base(tiny_base)
        tokens = partial(tokenize, tokenizer=tokenizer, max_length=config.max_length)
        prepared = prepare(config, cache, mask, transformer, tokens, tmp_path)

        def concepts(batches):
            if isinstance(batches, DefinitionBatches):
                return set(batches.concept[np.concatenate(list(batches.pools.values()))].tolist())
            return set(batches.targets.concept_R[batches.pool].tolist())

        assert concepts(prepared.batches) | concepts(prepared.validation) == set(range(8))
        assert not concepts(prepared.batches) & concepts(prepared.validation)


@pytest.mark.filterwarnings("ignore")  # sentence-transformers' and huggingface_hub's own
def test_sentence_transformers_transformers_and_plain_safetensors_give_the_same_vectors(
    worded_cache, biolord_config, tiny_base, out
):
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModel, AutoTokenizer

    phases.train(dataclasses.replace(biolord_config, epochs=1, distil_epochs=1), worded_cache, out)
    ours = load_encoder(out).encode(TEXTS)
    tokenizer = AutoTokenizer.from_pretrained(out)
    tokens = tokenizer(TEXTS, padding=True, truncation=True, max_length=24, return_tensors="pt")
    plain = load_base(tiny_base)[0]  # the architecture, then the weights read as they are
    plain.load_state_dict(load_file(out / "model.safetensors"))
    vectors = []
    for model in (AutoModel.from_pretrained(out).eval(), plain.eval()):
        with torch.inference_mode():
            states = model(tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
        vectors.append(F.normalize(pool(states, tokens["attention_mask"], "mean"), dim=-1).numpy())

    np.testing.assert_allclose(SentenceTransformer(str(out), device="cpu").encode(TEXTS), ours, atol=1e-6)
    np.testing.assert_allclose(vectors[0], ours, atol=1e-6)
    np.testing.assert_allclose(vectors[1], ours, atol=1e-6)
    assert json.loads((out / "modules.json").read_text())[-1]["type"].endswith("Normalize")
