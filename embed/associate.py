"""A start for the association side in closed form: what the training associations say before any step is taken.

A variant of one association sees a handful of gradient steps in a whole training, from which neither its row nor the
bins around it learn much. So the linear layer over the texts starts with a map onto the traits' shared variants (ridge
regression onto a truncated SVD), beside the base model's own cosines, and every row of the variants' table at the mean
of the trait vectors that training reports there. It takes seconds, and the joint training goes on from it.

Legend: T traits with a training association, M variants, H the transformer's width, D the common width, W of the rows.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array
from sklearn.utils.extmath import randomized_svd
from torch import Tensor, nn
from torch.nn import functional as F

from embed.encoder import Generel, pool
from embed.locus import LocusEncoder
from embed.losses import MASKED
from embed.pairs import TASKS, PairCache
from embed.tokens import Tokens

#: Tasks whose heads are traits. Genes with the variants of their expression share too little for an SVD.
_TRAIT_TASKS = ("gwas", "biobank")


def units(cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], csr_array]:
    """The traits with a training association (T, → concepts), and T×M which variants they have, as zeros and ones."""
    row = train_mask & np.isin(cache.column("task"), [TASKS.index(task) for task in _TRAIT_TASKS])
    traits, trait = np.unique(cache.column("head")[row].astype(np.int64), return_inverse=True)
    variant = cache.column("tail")[row].astype(np.int64)
    links = coo_array((np.ones(len(trait), np.float32), (trait, variant)), (len(traits), len(cache.variants))).tocsr()
    links.data[:] = 1  # however many records say so
    return traits, links


@torch.no_grad()
def start(model: Generel, cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens) -> None:
    """Set the linear layer over the texts and the variants' rows, before the first step.

    Args:
        model: With a `LocusEncoder`; changed in place.
        cache, train_mask: The training pairs: nothing held out is read.
        tokens: Of `cache.strings`.
    """
    traits, links_TM = units(cache, train_mask)
    if len(traits) < 2:
        return
    state_TH = _states(model, cache, traits, tokens)
    start_texts(model.text.project, state_TH, links_TM)
    start_variants(_locus(model), _traits(model, state_TH), links_TM)


def finish(model: Generel, cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens, epochs: int = 3) -> None:
    """Train the variants on the texts' final vectors, after the last joint step. Arguments as of `start`."""
    traits, links_TM = units(cache, train_mask)
    if len(traits) < 2:
        return
    with torch.no_grad():
        trait_TD = _traits(model, _states(model, cache, traits, tokens))
        start_variants(_locus(model), trait_TD, links_TM)
    fit_variants(_locus(model), trait_TD, links_TM, epochs)


def _states(model: Generel, cache: PairCache, traits: NDArray[np.int64], tokens: Tokens) -> Tensor:
    """The pooled states of the traits' names, T×H."""
    names = cache.concepts["label"].to_numpy()[traits].astype(np.int64)
    order = np.argsort(tokens.lengths(names), kind="stable")
    text, training = model.text, model.text.training
    text.eval()
    states_TH = torch.cat(
        [
            pool(text.transformer(input_ids=ids_NL, attention_mask=mask_NL).last_hidden_state, mask_NL, text.pooling)
            for ids_NL, mask_NL in tokens.chunks(names[order], 64)
        ]
    )
    text.train(training)
    return states_TH[torch.from_numpy(np.argsort(order))]


def _traits(model: Generel, state_TH: Tensor) -> Tensor:
    text_TD: Tensor = model.text.project(state_TH)
    return F.normalize(text_TD if model.text.head is None else model.text.head(text_TD), dim=-1)


def _locus(model: Generel) -> LocusEncoder:
    assert isinstance(model.variants, LocusEncoder)  # what the recipe asks for
    return model.variants


@torch.no_grad()
def start_texts(
    project: nn.Linear,
    state_TH: Tensor,
    links_TM: csr_array,
    rank: int = 128,
    ridge: float = 0.1,
    strength: float = 0.25,
) -> None:
    """Add to a text's vector what its words say of the variants that it shares with other traits.

    Args:
        project: c = W·state + b, changed in place: centred on the traits, and with `rank` new directions.
        state_TH: Pooled states of the traits' names, not normalised.
        links_TM: From `units`.
        rank: Of the SVD of D⁻½AD⁻½; less where the layer or the traits have no room for it.
        ridge: In units of the mean squared length of the states.
        strength: Length of the new part beside the text's own: more of it serves the variants and costs the mapping.
    """
    free = project.out_features - project.in_features
    rank = min(rank, *links_TM.shape, free if free > 0 else project.in_features)
    trait, variant = (np.maximum(links_TM.sum(axis), 1.0) ** -0.5 for axis in (1, 0))
    U, sigma, _ = randomized_svd(csr_array(diags_array(trait) @ links_TM @ diags_array(variant)), rank, random_state=0)
    target_TR = F.normalize(torch.from_numpy(U * np.sqrt(sigma)).float(), dim=-1)
    mean_H = state_TH.mean(0)
    x_TH = state_TH - mean_H
    weight_T1 = torch.from_numpy(trait**-1).float()[:, None]  # √degree
    weight_T1 = weight_T1 / weight_T1.mean()
    penalty = ridge * x_TH.square().sum(1).mean() * torch.eye(x_TH.shape[1])
    map_HR = torch.linalg.solve(x_TH.T @ (weight_T1 * x_TH) + penalty, x_TH.T @ (weight_T1 * target_TR))
    map_HR = map_HR * (strength * x_TH.norm(dim=1).mean() / (x_TH @ map_HR).norm(dim=1).mean())
    basis = torch.cat([project.weight, torch.randn(project.out_features, rank)], 1)
    new_DR = torch.linalg.qr(basis)[0][:, -rank:] if free > 0 else torch.linalg.qr(basis[:, -rank:])[0]
    project.weight.add_(new_DR @ map_HR.T)
    project.bias.sub_(project.weight @ mean_H)


@torch.no_grad()
def start_variants(encoder: LocusEncoder, trait_TD: Tensor, links_TM: csr_array) -> None:
    """Set each row of the table to the mean of its variants' traits, shrunk by one pair.

    Args:
        encoder: Changed in place.
        trait_TD: Unit vectors of the traits.
        links_TM: From `units`.
    """
    count, width = len(encoder.start) - 1, encoder.project.in_features
    axes_WD = torch.linalg.svd(trait_TD, full_matrices=False)[2][:width]
    encoder.project.weight[:, : len(axes_WD)] = axes_WD.T
    encoder.project.bias.zero_()
    variant = np.repeat(np.arange(count), np.diff(encoder.start.numpy()))
    shape = (len(encoder.table.weight), count)
    rows_RM = coo_array((np.ones(len(variant), np.float32), (encoder.rows.numpy(), variant)), shape).tocsr()
    sum_RW = rows_RM @ (links_TM.T @ (trait_TD @ axes_WD.T).numpy())
    pairs_R = rows_RM @ np.asarray(links_TM.sum(0))
    encoder.table.weight.zero_()
    encoder.table.weight[:, : len(axes_WD)] = torch.from_numpy(sum_RW / (pairs_R + 1.0)[:, None]).float()
    encoder.table.weight *= 2.0
    encoder.table.weight[:count] *= 1.5  # what is reported of the variant itself says more than what is nearby


def fit_variants(
    encoder: LocusEncoder,
    trait_TD: Tensor,
    links_TM: csr_array,
    epochs: int = 3,
    batch: int = 2048,
    learning_rate: float = 2e-3,
    temperature: float = 0.07,
    seed: int = 0,
) -> None:
    """Train the variants' encoder alone: the traits' vectors stay, so all of them are each variant's negatives.

    Both directions of the objective: a variant's trait among all traits, a trait's variant among the batch's. Other
    training associations of a row or column are no negatives. Some 30 seconds an epoch on one core.

    Args:
        encoder: Changed in place.
        trait_TD: Unit vectors of the traits.
        links_TM: From `units`, each pair once.
        epochs, batch, learning_rate, temperature, seed: As in `TrainConfig`; the temperature is fixed.
    """
    trait, variant = links_TM.nonzero()
    of_variant, random = links_TM.T.tocsr(), np.random.default_rng(seed)
    others = [weight for name, weight in encoder.named_parameters() if name != "table.weight"]
    optimizers = [
        torch.optim.AdamW(others, lr=learning_rate / 4, weight_decay=0.0),
        torch.optim.SparseAdam([encoder.table.weight], lr=learning_rate),
    ]
    steps = epochs * math.ceil(len(trait) / batch)
    fall = [torch.optim.lr_scheduler.LinearLR(each, 1.0, 0.02, steps) for each in optimizers]
    encoder.train()
    for _ in range(epochs):
        order = random.permutation(len(trait))
        for at in range(0, len(order), batch):
            pair = order[at : at + batch]
            own_B = torch.from_numpy(trait[pair].astype(np.int64))
            variant_BD = F.normalize(encoder(torch.from_numpy(variant[pair].astype(np.int64))), dim=-1)
            known_BT = torch.from_numpy(of_variant[variant[pair]].toarray() > 0)
            loss = _loss(variant_BD @ trait_TD.T / temperature, own_B, known_BT)
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            for step in (*optimizers, *fall):
                step.step()
    encoder.eval()


def _loss(logits_BT: Tensor, own_B: Tensor, known_BT: Tensor) -> Tensor:
    row_B = torch.arange(len(own_B))
    among_traits_BT = known_BT.clone()
    among_traits_BT[row_B, own_B] = False
    among_variants_BB = known_BT[:, own_B].T.clone()
    among_variants_BB[row_B, row_B] = False
    return F.cross_entropy(logits_BT.masked_fill(among_traits_BT, MASKED), own_B) + F.cross_entropy(
        logits_BT[:, own_B].T.masked_fill(among_variants_BB, MASKED), row_B
    )
