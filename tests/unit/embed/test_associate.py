import dataclasses

import numpy as np
import pytest
import torch
from scipy.sparse import random_array
from torch import nn
from torch.nn import functional as F

from embed.evaluate.association import auc
from embed.methods.generel import Generel
from embed.model.associate import finish, fit, named, start, start_texts, start_variants, units
from embed.model.association_part import AssociationPart, _left_svd
from embed.model.encoder import load_base
from embed.model.locus import LocusEncoder
from embed.pairs.cache import TASKS
from embed.pairs.split import hold_out
from embed.pairs.tokens import tokenize


@pytest.fixture
def locus(tiny_base, tiny_cache, tiny_config):
    """A model that knows loci, and the tokens of its texts."""
    transformer, tokenizer = load_base(tiny_base)
    config = dataclasses.replace(tiny_config, variant_encoder="locus")
    tokens = tokenize(tiny_cache.strings.to_pylist(), tokenizer, config.max_length)
    return Generel(config, transformer, tiny_cache, np.ones(len(tiny_cache.pairs), bool), tokens), tokens


def right(encoder: LocusEncoder, part: AssociationPart, links) -> float:
    """AUC of the training pairs against all others."""
    with torch.no_grad():
        cosine_TM = part.traits() @ F.normalize(encoder.eval()(torch.arange(links.shape[1])), dim=-1).T
    known = links.toarray() > 0
    return auc(cosine_TM.numpy()[known], cosine_TM.numpy()[~known])


def test_units_count_a_pair_once_and_leave_held_out_ones_aside(tiny_cache):
    split = hold_out(tiny_cache, "grouped", share=0.4)

    traits, links = units(tiny_cache, split.train_mask)

    pairs = {(int(traits[t]), int(v)) for t, v in zip(*links.nonzero(), strict=True)}
    held = {(row["head"], row["tail"]) for row in split.held.to_pylist()}
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


def test_a_pair_that_several_records_report_weighs_their_mean(tiny_cache):
    task, head, tail, weight = (tiny_cache.column(name) for name in ("task", "head", "tail", "weight"))

    traits, links = units(tiny_cache, np.ones(len(task), bool))

    for t, v in zip(*links.nonzero(), strict=True):
        same = (task == TASKS.index("gwas")) | (task == TASKS.index("biobank"))
        same &= (head == traits[t]) & (tail == v)
        assert links[t, v] == pytest.approx(weight[same].mean())


def test_variants_start_near_their_traits_and_training_them_brings_them_nearer(tiny_cache):
    torch.manual_seed(0)
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    with torch.no_grad():
        part = AssociationPart(torch.randn(links.shape[0], 24), links, features=64)
    encoder = LocusEncoder(tiny_cache.variants, 24, width=16)
    at_random = right(encoder, part, links)

    start_variants(encoder, part.balanced().detach(), links)
    at_start = right(encoder, part, links)
    fit(encoder, part, links, epochs=30, batch=16, learning_rate=0.02)

    assert at_random < 0.6 < at_start < right(encoder, part, links)


def test_the_association_part_keeps_its_length_and_leaves_most_of_a_text_alone(tiny_cache):
    torch.manual_seed(0)
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    text = torch.randn(links.shape[0], 12) @ torch.linalg.qr(torch.randn(24, 12))[0].T  # half of the directions free
    with torch.no_grad():
        part = AssociationPart(text, links, features=64, strength=0.25)
    fit(LocusEncoder(tiny_cache.variants, 24, width=16), part, links, epochs=5, batch=16)

    with torch.no_grad():
        after = nn.Sequential(*part.layers())(text)
    torch.testing.assert_close(after @ part.own_DD, text, atol=1e-5, rtol=0)
    added = (after - text) @ part.room_DR
    assert float(added.norm(dim=1).mean() / text.norm(dim=1).mean()) == pytest.approx(0.25, abs=0.01)


def test_traits_have_the_names_that_training_gives_them(tiny_cache):
    everything = np.ones(len(tiny_cache.pairs), bool)
    kept_out = everything & ~((tiny_cache.column("task") == TASKS.index("synonym")) & (tiny_cache.column("head") == 2))
    traits = np.array([1, 2, 5])

    for mask, expected in ((everything, {1: 9, 2: 10, 5: 13}), (kept_out, {1: 9, 5: 13})):
        name, trait = named(tiny_cache, mask, traits)
        assert name[:3].tolist() == [1, 2, 5]
        assert trait[:3].tolist() == [0, 1, 2]
        assert {int(traits[t]): int(n) for n, t in zip(name[3:], trait[3:], strict=True)} == expected


def test_variants_are_near_a_trait_by_any_of_its_names(tiny_cache):
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    count = links.shape[0]

    def auc_by_other_names(trained: bool) -> float:
        torch.manual_seed(0)
        label, other = torch.randn(count, 24), torch.randn(count, 24)
        trait = np.tile(np.arange(count), 2) if trained else np.arange(count)
        with torch.no_grad():
            part = AssociationPart(torch.cat([label, other]) if trained else label, links, trait, features=256)
        encoder = LocusEncoder(tiny_cache.variants, 24, width=16)
        start_variants(encoder, part.balanced().detach(), links)
        fit(encoder, part, links, epochs=60, batch=16, learning_rate=0.02)
        with torch.no_grad():
            by_name = F.normalize(nn.Sequential(*part.layers())(other), dim=-1)
            cosine = (by_name @ F.normalize(encoder.eval()(torch.arange(20)), dim=-1).T).numpy()
        known = links.toarray() > 0
        return auc(cosine[known], cosine[~known])

    assert auc_by_other_names(False) < 0.65
    assert auc_by_other_names(True) > 0.85


def test_popular_traits_are_nearer_to_a_variant_of_which_nothing_is_known(tiny_cache):
    torch.manual_seed(0)
    links = units(tiny_cache, np.ones(len(tiny_cache.pairs), bool))[1]
    text = torch.randn(links.shape[0], 24)
    with torch.no_grad():
        part = AssociationPart(text, links, features=256)
        near = F.normalize(nn.Sequential(*part.layers())(text), dim=-1) @ part.prior()

    assert np.corrcoef(near.numpy(), np.log1p((links > 0).sum(1)))[0, 1] > 0.8


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


def test_the_directions_that_traits_share_are_those_of_a_full_svd():
    links = random_array((60, 200), density=0.1, rng=np.random.default_rng(0), dtype=np.float32).tocsr()
    U, sigma = _left_svd(links, 5)
    expected_U, expected_sigma, _ = np.linalg.svd(links.toarray())

    np.testing.assert_allclose(sigma, expected_sigma[:5], rtol=1e-3)
    assert (np.abs((U * expected_U[:, :5]).sum(0)) > 0.99).all()
