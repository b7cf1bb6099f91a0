import dataclasses

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from embed.associate import finish, fit_variants, start, start_texts, start_variants, units
from embed.encoder import Generel, load_base
from embed.locus import LocusEncoder
from embed.pairs import TASKS
from embed.split import hold_out
from embed.tokens import tokenize


@pytest.fixture
def locus(tiny_base, tiny_cache, tiny_config):
    """A model that knows loci, and the tokens of its texts."""
    transformer, tokenizer = load_base(tiny_base)
    config = dataclasses.replace(tiny_config, variant_encoder="locus")
    model = Generel(config, transformer, tiny_cache)
    return model, tokenize(tiny_cache.strings.to_pylist(), tokenizer, config.max_length)


def right(encoder: LocusEncoder, trait_TD: torch.Tensor, links) -> float:
    """Mean cosine of the training pairs less that of all pairs."""
    with torch.no_grad():
        cosine_TM = trait_TD @ F.normalize(encoder.eval()(torch.arange(links.shape[1])), dim=-1).T
    return float(cosine_TM[torch.from_numpy(links.toarray() > 0)].mean() - cosine_TM.mean())


def test_units_count_a_pair_once_and_leave_held_out_ones_aside(tiny_cache):
    split = hold_out(tiny_cache, "grouped", share=0.4)

    traits, links = units(tiny_cache, split.train_mask)

    pairs = {(int(traits[t]), int(v)) for t, v in zip(*links.nonzero(), strict=True)}
    held = {(row["head"], row["tail"]) for row in split.held.to_pylist()}
    assert links.data.max() == 1
    assert pairs
    assert not pairs & held


def test_texts_start_nearer_where_traits_share_variants(tiny_cache):
    torch.manual_seed(0)
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    state = torch.randn(links.shape[0], 16)
    project = nn.Linear(16, 32)
    nn.init.orthogonal_(project.weight)
    before = F.normalize(project(state - state.mean(0)), dim=-1)

    start_texts(project, state, links, rank=4, strength=1.0)

    after = F.normalize(project(state), dim=-1)
    shared = torch.from_numpy((links @ links.T).toarray()).fill_diagonal_(0)
    gained = (after @ after.T - before @ before.T)[torch.triu(torch.ones_like(shared), 1) > 0]
    shared = shared[torch.triu(torch.ones_like(shared), 1) > 0]
    assert torch.corrcoef(torch.stack([gained, shared]))[0, 1] > 0.3


def test_variants_start_near_their_traits_and_training_them_brings_them_nearer(tiny_cache):
    torch.manual_seed(0)
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    trait = F.normalize(torch.randn(links.shape[0], 24), dim=-1)
    encoder = LocusEncoder(tiny_cache.variants, 24, width=16)
    at_random = right(encoder, trait, links)

    start_variants(encoder, trait, links)
    at_start = right(encoder, trait, links)
    fit_variants(encoder, trait, links, epochs=30, batch=16, learning_rate=0.02)

    assert abs(at_random) < 0.1 < at_start < right(encoder, trait, links)


def test_a_model_is_started_and_finished_without_its_base_changing(locus, tiny_cache):
    model, tokens = locus
    everything = np.ones(len(tiny_cache.pairs), bool)
    base = {name: weight.clone() for name, weight in model.text.transformer.named_parameters()}

    start(model, tiny_cache, everything, tokens)
    projected = model.text.project.weight.clone()
    finish(model, tiny_cache, everything, tokens, epochs=1)

    assert all(torch.equal(base[name], weight) for name, weight in model.text.transformer.named_parameters())
    assert torch.equal(model.text.project.weight, projected)
    assert torch.isfinite(model.variants(torch.arange(20))).all()


def test_without_associations_nothing_is_changed(locus, tiny_cache):
    model, tokens = locus
    before = {name: weight.clone() for name, weight in model.named_parameters()}

    start(model, tiny_cache, tiny_cache.column("task") < TASKS.index("gwas"), tokens)

    assert all(torch.equal(before[name], weight) for name, weight in model.named_parameters())
