"""The part of a text's vector that relations speak of, fitted after the last step on all their concepts at once.

In a short training a gene's or a disease's name is met once or not at all, and the transformer learns little of what it
is related to. So, as `embed.model.associate` does for associations, each text gets a part of its own, from features of
its vector: in it, diseases, phenotypes and genes that a relation joins are near. It takes a minute, as no text is
encoded twice. The vectors are centred as well: a direction that all of them share orders nothing.

Legend: N texts, P pairs, B of a batch, D the common width, K features, R directions of the part.
"""

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from torch import Tensor, nn
from torch.nn import functional as F

from embed.model.associate import vectors
from embed.model.losses import MAX_LOG_SCALE, info_nce
from embed.model.random_features import RandomFeatures
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.tokens import Tokens

if TYPE_CHECKING:
    from embed.methods.generel import Generel

#: Relations between these say what a disease is like. With those of pathways and cellular components too, similarity
#: and relatedness of diseases measured worse (docs/results.md).
TYPES = ("Disease", "Gene", "Phenotype")
#: With fewer pairs, features of names predict nothing of other names.
_FEWEST = 1_000
#: A pair of a rare kind (the types of its ends) is drawn so often for one of the commonest, at most.
_REPEATS = 10


class RelationPart(nn.Module):
    """x → x − mean − N·Nᵀ·(x − mean) + N·A·φ(x), φ(x) = tanh(V·(x − mean)) − its mean.

    N are the directions in which texts are shortest, whose own part is given up; V is random and stays, A is learned.

    Args:
        text_ND: Texts' vectors after the joint training, not normalised.
        features: K.
        rank: R.
        strength: Mean length of the part beside that of the text's own. Linking of mentions measured the same up to 1.
        gain: As of `RandomFeatures`.
        seed: Of V and A.
    """

    def __init__(
        self,
        text_ND: Tensor,
        features: int = 2048,
        rank: int = 128,
        strength: float = 0.7,
        gain: float = 2.0,
        seed: int = 0,
    ):
        super().__init__()
        dimensions = text_ND.shape[1]
        random = torch.Generator().manual_seed(seed)
        self.features = RandomFeatures(text_ND, features, random, gain)
        self.strength = strength
        centred_ND = text_ND - self.features.mean_D
        shortest_DD = torch.linalg.eigh(centred_ND.T @ centred_ND)[1]  # in ascending order
        self.room_DR = shortest_DD[:, : min(rank, dimensions // 4)]
        self.own_DD = torch.eye(dimensions) - self.room_DR @ self.room_DR.T
        directions = self.room_DR.shape[1]
        self.A_RK = nn.Parameter(torch.randn(directions, features, generator=random) / features**0.5)

    def forward(self, text_ND: Tensor) -> Tensor:
        """The part as unit vectors, N×R."""
        return F.normalize(self.features(text_ND) @ self.A_RK.T, dim=-1)

    @torch.no_grad()
    def layers(self, text_ND: Tensor) -> list[nn.Module]:
        """x → (x, φ(x)) → the text's vector, as two layers; the lengths are those that these texts have on average."""
        mean_D = self.features.mean_D
        part_NR = torch.cat([self.features(each) @ self.A_RK.T for each in torch.split(text_ND, 4096)])
        own = ((text_ND - mean_D) @ self.own_DD).norm(dim=1).mean()
        share = self.strength * own / (part_NR - part_NR.mean(0)).norm(dim=1).mean()
        bias_D = -self.own_DD @ mean_D - share * self.room_DR @ part_NR.mean(0)
        return self.features.layers(self.own_DD, share * self.room_DR @ self.A_RK, bias_D)


class Relations:
    """The training's relations between concepts of `TYPES`, each pair of concepts once.

    Args:
        cache, train_mask: Nothing held out is read.

    Attributes:
        text_P22: Of each pair, of either end: its text in the relation, and its concept's label (→ strings).
        node_P2: The concepts' groups, → `known`.
        known: Which groups are related.
        drawn: Pairs to draw from, those of rare kinds repeated.
    """

    text_P22: NDArray[np.int64]
    node_P2: NDArray[np.int64]

    def __init__(self, cache: PairCache, train_mask: NDArray[np.bool_]):
        types, label = cache.concepts["type"].to_pandas(), cache.concepts["label"].to_numpy().astype(np.int64)
        code = types.map({kind: i for i, kind in enumerate(TYPES)}).fillna(-1).to_numpy().astype(np.int64)
        group = cache.concepts["group"].to_numpy().astype(np.int64)
        row = np.flatnonzero(train_mask & (cache.column("task") == TASKS.index("relation")))
        end_P2 = np.stack([cache.column(end)[row].astype(np.int64) for end in ("head", "tail")], 1)
        at = (code[end_P2] >= 0).all(1) & (group[end_P2[:, 0]] != group[end_P2[:, 1]])
        row, end_P2 = row[at], end_P2[at]
        first = np.unique(np.sort(group[end_P2], 1), axis=0, return_index=True)[1]
        row, end_P2 = row[first], end_P2[first]
        named_P2 = np.stack([cache.column(end)[row].astype(np.int64) for end in ("head_text", "tail_text")], 1)
        self.text_P22, self.node_P2 = np.stack([named_P2, label[end_P2]], 2), group[end_P2]
        one, other = self.node_P2.T
        size = int(group.max(initial=-1)) + 1
        ends = np.concatenate([one, other]), np.concatenate([other, one])
        self.known: csr_array = coo_array((np.ones(2 * len(row), bool), ends), (size, size)).tocsr()
        kind_P = np.sort(code[end_P2], 1) @ [len(TYPES), 1]
        _, place, counts = np.unique(kind_P, return_inverse=True, return_counts=True)
        repeats = np.rint(np.minimum((counts.max(initial=1) / counts) ** 0.5, _REPEATS)).astype(np.int64)
        self.drawn = np.repeat(np.arange(len(row)), repeats[place])

    def __len__(self) -> int:
        return len(self.node_P2)


def finish(model: "Generel", cache: PairCache, train_mask: NDArray[np.bool_], tokens: Tokens) -> None:
    """Fit the relation part of the texts, after the last joint step and before what associations speak of.

    Args:
        model: Two layers are added behind its texts.
        cache, train_mask: The training pairs: nothing held out is read.
        tokens: Of `cache.strings`.
    """
    relations = Relations(cache, train_mask)
    if len(relations) < _FEWEST:
        return
    texts = np.unique(relations.text_P22)
    text_ND = vectors(model, texts, tokens)
    part = RelationPart(text_ND)
    fit(part, text_ND, np.searchsorted(texts, relations.text_P22), relations)
    model.text.layers.extend(part.layers(text_ND))


def fit(
    part: RelationPart,
    text_ND: Tensor,
    place_P22: NDArray[np.int64],
    relations: Relations,
    steps: int = 250,
    batch: int = 2048,
    learning_rate: float = 2e-3,
    temperature: float = 0.07,
    seed: int = 0,
) -> None:
    """Train the part by InfoNCE in both directions: a pair's other end among those of the batch.

    Ends that training relates, or that are one concept, are no negatives. Either text of a concept stands for it.

    Args:
        part: Changed in place.
        text_ND: The texts' vectors.
        place_P22: `relations.text_P22`, as rows of these.
        relations: What is drawn, and what is known.
        temperature: At the start.
        steps, batch, learning_rate, seed: As in `TrainConfig`.
    """
    log_scale = nn.Parameter(torch.tensor(1 / temperature).log())
    optimizer = torch.optim.AdamW([part.A_RK, log_scale], lr=learning_rate, weight_decay=0.0)
    fall = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    random, every_B = np.random.default_rng(seed), torch.ones(min(batch, len(relations)))
    for step in range(steps):
        pair, order = random.choice(relations.drawn, len(every_B)), (0, 1) if step % 2 else (1, 0)
        node, text_BR = [], []
        for end in order:
            node.append(relations.node_P2[pair, end])
            which = random.integers(0, 2, len(pair))
            text_BR.append(part(text_ND[torch.from_numpy(place_P22[pair, end, which])]))
        known = relations.known[node[0]][:, node[1]].toarray() | (node[0][:, None] == node[1][None, :])
        np.fill_diagonal(known, False)
        head_BR, tail_BR = text_BR
        loss_B = info_nce(head_BR, tail_BR, every_B, log_scale, torch.from_numpy(known), torch.zeros_like(every_B))
        optimizer.zero_grad()
        loss_B.mean().backward()  # type: ignore[no-untyped-call]  # torch's own
        optimizer.step()
        fall.step()
        with torch.no_grad():
            log_scale.clamp_(0, MAX_LOG_SCALE)
