"""The associations, fitted on all traits at once: before the first step in closed form, after the last by steps.

A variant of one association sees a handful of gradient steps in a whole training, from which neither its row nor the
bins around it learn much. So the linear layer over the texts starts with a map onto the traits' shared variants (ridge
regression onto a truncated SVD), beside the base model's own cosines, and every row of the variants' table at the mean
of the trait vectors that training reports there. It takes seconds, and the joint training goes on from it.

After it, the transformer stays, and each text gets a part that only associations speak of: features of its vector, in
the directions in which texts vary least, so that mappings between vocabularies lose little by it. These and the
variants are trained against all traits at once.

Legend: T traits with a training association, M variants, H the transformer's width, D the common width, W of the rows.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from torch import Tensor, nn
from torch.nn import functional as F

from embed.model.association_part import AssociationPart, map_to_shared
from embed.model.encoder import pooled
from embed.model.locus import LocusEncoder
from embed.model.losses import MASKED
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.tokens import Tokens

if TYPE_CHECKING:
    from embed.methods.generel import Generel

#: Tasks whose heads are traits. Genes with the variants of their expression share too little for an SVD.
_TRAIT_TASKS = ("gwas", "biobank")

#: The part is a small share of a text's length, so its cosines are small: a temperature of e⁻⁶ at the least.
MAX_FIT_LOG_SCALE = 6.0


def units(cache: PairCache, train_mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], csr_array]:
    """The traits with a training association (T, → concepts), and T×M the mean weights of the records."""
    row = train_mask & np.isin(cache.column("task"), [TASKS.index(task) for task in _TRAIT_TASKS])
    traits, trait = np.unique(cache.column("head")[row].astype(np.int64), return_inverse=True)
    ends = trait, cache.column("tail")[row].astype(np.int64)
    shape = len(traits), len(cache.variants)
    sums, counts = (
        coo_array((values, ends), shape).tocsr()
        for values in (cache.column("weight")[row], np.ones(len(trait), np.float32))
    )
    sums.data /= counts.data
    return traits, sums


@torch.no_grad()
def start(model: "Generel", cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens) -> None:
    """Set the linear layer over the texts and the variants' rows, before the first step.

    Args:
        model: With a `LocusEncoder`; changed in place.
        cache, train_mask: The training pairs: nothing held out is read.
        tokens: Of `cache.strings`.
    """
    traits, links_TM = units(cache, train_mask)
    if len(traits) < 2:
        return
    state_TH = states(model, _labels(cache, traits), tokens)
    assert isinstance(model.text.project, nn.Linear)  # GENEREL has one
    start_texts(model.text.project, state_TH, links_TM)
    start_variants(_locus(model), F.normalize(model.text.project(state_TH), dim=-1), links_TM)


def finish(model: "Generel", cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens, epochs: int = 4) -> None:
    """Fit the association part of the texts, and the variants with it, after the last joint step.

    Args:
        model, cache, train_mask, tokens: As of `start`; two layers are added behind the texts.
        epochs: Passes over the training associations, some 40 seconds each on one core.
    """
    traits, links_TM = units(cache, train_mask)
    if len(traits) < 2:
        return
    name_X, trait_X = named(cache, train_mask, traits)
    with torch.no_grad():
        part = AssociationPart(vectors(model, name_X, tokens), links_TM, trait_X)
        start_variants(_locus(model), part.balanced(), links_TM)
    fit(_locus(model), part, links_TM, epochs)
    _locus(model).prior.copy_(part.prior())
    model.text.layers.extend(part.layers())


def _labels(cache: PairCache, traits: NDArray[np.int64]) -> NDArray[np.int64]:
    labels: NDArray[np.int64] = cache.concepts["label"].to_numpy()[traits].astype(np.int64)
    return labels


def named(
    cache: PairCache, train_mask: NDArray[np.bool_], traits: NDArray[np.int64], most: int = 8, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The names by which training knows traits: of each its label, then some that a synonym pair of training gives it.

    Args:
        cache, train_mask: The training pairs: a name that is held out is no name here.
        traits: T, → concepts.
        most: Names of a trait beside its label, drawn by `seed`.

    Returns:
        X names (→ strings), the T labels first, and whose they are (→ T).
    """
    label, index = _labels(cache, traits), np.full(len(cache.concepts), -1)
    index[traits] = np.arange(len(traits))
    row = np.flatnonzero(train_mask & (cache.column("task") == TASKS.index("synonym")))
    head, tail, head_text, tail_text = (
        cache.column(name)[row].astype(np.int64) for name in ("head", "tail", "head_text", "tail_text")
    )
    trait, text = np.concatenate([index[head], index[tail]]), np.concatenate([tail_text, head_text])
    other = (trait >= 0) & (text != label[trait])
    trait, text = np.unique(np.stack([trait[other], text[other]]), axis=1)
    order = np.lexsort((np.random.default_rng(seed).random(len(trait)), trait))
    trait, text = trait[order], text[order]
    nth = np.arange(len(trait)) - np.searchsorted(trait, trait)
    chosen = nth < most
    return np.concatenate([label, text[chosen]]), np.concatenate([np.arange(len(traits)), trait[chosen]])


@torch.no_grad()
def states(model: "Generel", texts: NDArray[np.int64], tokens: Tokens) -> Tensor:
    """The pooled states of texts (rows of `tokens`), N×H; on the CPU."""
    order = np.argsort(tokens.lengths(texts), kind="stable")
    text, training = model.text, model.text.training
    text.eval()
    chunks = tokens.chunks(texts[order], 64)
    states_NH = torch.cat([pooled(text.transformer, *chunk, text.pooling) for chunk in chunks])
    text.train(training)
    return states_NH[torch.from_numpy(np.argsort(order))]


@torch.no_grad()
def vectors(model: "Generel", texts: NDArray[np.int64], tokens: Tokens) -> Tensor:
    """The texts' vectors by all layers that there are, N×D, not normalised; on the CPU."""
    text_ND: Tensor = model.text.layers(model.text.project(states(model, texts, tokens)))
    return text_ND


def _locus(model: "Generel") -> LocusEncoder:
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
    x_TH = state_TH - state_TH.mean(0)
    map_HR = map_to_shared(x_TH, links_TM, rank, ridge)
    map_HR = map_HR * (strength * x_TH.norm(dim=1).mean() / (x_TH @ map_HR).norm(dim=1).mean())
    basis = torch.cat([project.weight, torch.randn(project.out_features, rank)], 1)
    new_DR = torch.linalg.qr(basis)[0][:, -rank:] if free > 0 else torch.linalg.qr(basis[:, -rank:])[0]
    project.weight.add_(new_DR @ map_HR.T)
    project.bias.sub_(project.weight @ state_TH.mean(0))


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
    nn.init.zeros_(encoder.mlp[2].weight)  # type: ignore[arg-type]  # a Linear's weight is a tensor
    nn.init.zeros_(encoder.mlp[2].bias)  # type: ignore[arg-type]
    variant = np.repeat(np.arange(count), np.diff(encoder.start.numpy()))
    shape = (len(encoder.table.weight), count)
    rows_RM = coo_array((np.ones(len(variant), np.float32), (encoder.rows.numpy(), variant)), shape).tocsr()
    sum_RW = rows_RM @ (links_TM.T @ (trait_TD @ axes_WD.T).numpy())
    pairs_R = rows_RM @ np.asarray(links_TM.sum(0))
    encoder.table.weight.zero_()
    encoder.table.weight[:, : len(axes_WD)] = torch.from_numpy(sum_RW / (pairs_R + 1.0)[:, None]).float()
    encoder.table.weight *= 2.0
    encoder.table.weight[:count] *= 1.5  # what is reported of the variant itself says more than what is nearby


def fit(
    encoder: LocusEncoder,
    part: AssociationPart,
    links_TM: csr_array,
    epochs: int = 4,
    batch: int = 2048,
    fewest: int = 200,
    learning_rate: float = 2e-3,
    temperature: float = 0.08,
    seed: int = 0,
) -> None:
    """Train the variants' encoder and the traits' association part: all traits are each variant's negatives.

    In each step a trait goes by one of its names, half of the time by its label: an association is of what names mean.
    Both directions of the objective: a variant's trait among all traits, a trait's variant among the batch's. Other
    training associations of a row or column are no negatives.

    Args:
        encoder, part: Changed in place.
        links_TM: From `units`: the loss of a pair counts by its weight.
        fewest: Steps: where all pairs give less, there are more epochs, in batches of a tenth of the pairs.
        temperature: At the start, in units of the part's strength, which bounds its cosines.
        epochs, batch, learning_rate, seed: As in `TrainConfig`.
    """
    trait, variant = links_TM.nonzero()
    of_variant, random = links_TM.T.tocsr(), np.random.default_rng(seed)
    log_scale = nn.Parameter(torch.tensor(1 / (temperature * part.strength)).log())
    others = [weight for name, weight in encoder.named_parameters() if name != "table.weight"]
    groups = [
        {"params": others, "lr": learning_rate / 4},
        {"params": [part.A_RK], "lr": learning_rate / 2},
        {"params": [log_scale], "lr": learning_rate},
    ]
    optimizers = [
        torch.optim.AdamW(groups, weight_decay=0.0),
        torch.optim.SparseAdam([encoder.table.weight], lr=learning_rate),
    ]
    batch = max(1, min(batch, len(trait) // 10))
    an_epoch = math.ceil(len(trait) / batch)
    epochs = max(epochs, math.ceil(fewest / an_epoch))
    steps = epochs * an_epoch
    fall = [torch.optim.lr_scheduler.LinearLR(each, 1.0, 0.02, steps) for each in optimizers]
    encoder.train()
    for _ in range(epochs):
        order = random.permutation(len(trait))
        for at in range(0, len(order), batch):
            pair = order[at : at + batch]
            own_B = torch.from_numpy(trait[pair].astype(np.int64))
            variant_BD = F.normalize(encoder(torch.from_numpy(variant[pair].astype(np.int64))), dim=-1)
            weight_B = torch.from_numpy(links_TM.data[pair])
            known_BT = torch.from_numpy(of_variant[variant[pair]].toarray() > 0)
            loss_B = _loss(log_scale.exp() * (variant_BD @ part.traits(random).T), own_B, known_BT)
            loss = (weight_B * loss_B).sum() / weight_B.sum()
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            for step in (*optimizers, *fall):
                step.step()
            part.rescale()
            with torch.no_grad():
                log_scale.clamp_(0, MAX_FIT_LOG_SCALE)
    encoder.eval()


def _loss(logits_BT: Tensor, own_B: Tensor, known_BT: Tensor) -> Tensor:
    row_B = torch.arange(len(own_B))
    among_traits_BT = known_BT.clone()
    among_traits_BT[row_B, own_B] = False
    among_variants_BB = known_BT[:, own_B].T.clone()
    among_variants_BB[row_B, row_B] = False
    forward_B = F.cross_entropy(logits_BT.masked_fill(among_traits_BT, MASKED), own_B, reduction="none")
    backward_BB = logits_BT[:, own_B].T.masked_fill(among_variants_BB, MASKED)
    return forward_B + F.cross_entropy(backward_BB, row_B, reduction="none")
