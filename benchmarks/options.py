"""What GENEREL's options and ablations do: each trained alike for a few steps, and measured on what it never saw.

    python benchmarks/options.py [--pairs FOLDER] [--steps 80] [--threads 2] [RECIPE[:VARIANT] ...]

FOLDER is a pair cache that `kg train` has read, the newest of KG_HOME unless given. Held out are the associations that
`kg train` holds out, and all synonym pairs of some of the trait groups. Prints a row a model, the untrained MiniLM
first:

- synonyms: a name of a held-out concept among the names of all of them and 15,000 others: how often its pair is first,
  and the mean reciprocal rank; the concept's other names are left out;
- associations: AUC of the held-out pairs, anchored at the trait, against negatives of equal degree; of variants that
  have a training association, and of those that have none.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from start import newest

from embed.commands import recipe, split_of
from embed.evaluate.association import evaluate
from embed.evaluate.held_out import cosine, traits
from embed.evaluate.measured import Model
from embed.model.checkpoint import Encoder, load_encoder
from embed.pairs.cache import TASKS, PairCache
from embed.recipes.generel import VARIANTS
from embed.training import train

QUERIES, OTHERS = 4_000, 15_000


class Synonyms:
    """Held-out pairs of names, one a trait group."""

    def __init__(self, cache: PairCache):
        random = np.random.default_rng(7)
        group = cache.concepts["group"].to_numpy()
        one, other = (cache.column(name).astype(np.int64) for name in ("head_text", "tail_text"))
        synonym = cache.column("task") == TASKS.index("synonym")
        of_pair = group[cache.column("head")]
        groups = np.unique(of_pair[synonym & (one != other)])
        held = np.isin(of_pair, random.choice(groups, min(QUERIES, len(groups) // 10), replace=False)) & synonym
        #: bool P: what may be trained on.
        self.mask = ~held
        row = random.permutation(np.flatnonzero(held & (one != other)))
        row = row[np.unique(of_pair[row], return_index=True)[1]]
        texts = np.unique(np.concatenate([one[held], other[held], random.choice(len(cache.strings), OTHERS)]))
        self.texts = cache.strings.take(texts).to_pylist()
        self.query_Q, self.answer_Q = np.searchsorted(texts, one[row]), np.searchsorted(texts, other[row])
        names = {int(g): [] for g in of_pair[row]}
        for name, g in zip(np.concatenate([one[held], other[held]]), np.tile(of_pair[held], 2), strict=True):
            if int(g) in names:
                names[int(g)].append(int(name))
        self.own_Q = [np.searchsorted(texts, names[int(g)]) for g in of_pair[row]]

    def figures(self, encoder: Encoder) -> tuple[float, float]:
        """The share of first ranks, and the mean reciprocal rank."""
        vectors_ND = torch.from_numpy(encoder.encode(self.texts, precision="auto"))
        ranks: list[int] = []
        for at in range(0, len(self.query_Q), 500):
            score_QN = vectors_ND[self.query_Q[at : at + 500]] @ vectors_ND.T
            for score_N, answer, own in zip(score_QN, self.answer_Q[at:], self.own_Q[at:], strict=False):
                found = score_N[answer].item()
                score_N[own] = -2.0
                ranks.append(1 + int((score_N >= found).sum()))
        rank_Q = np.array(ranks)
        return float((rank_Q == 1).mean()), float((1 / rank_Q).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipes", nargs="*", default=["generel_locus", *(f"generel_locus:{v}" for v in VARIANTS)])
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cache = PairCache.load(options.pairs or newest())
    synonyms, split = Synonyms(cache), split_of(cache, "grouped", 0)
    assert split is not None  # grouped holds out
    texts = traits(cache)
    print(f"{len(cache.pairs):,} pairs, {len(synonyms.query_Q):,} held-out synonyms, {options.steps} steps")
    print("| recipe | synonyms: first | MRR | associations: seen | unseen | minutes |\n|---|---|---|---|---|---|")
    print("| untrained | {:.3f} | {:.3f} | | | |".format(*synonyms.figures(load_encoder("minilm"))), flush=True)
    train.plan = lambda *given: options.steps  # type: ignore[assignment]  # as many steps for each
    for name in options.recipes:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            mask: NDArray[np.bool_] = split.train_mask & synonyms.mask
            encoder = load_encoder(train.train(recipe(name), cache, Path(folder), mask))
            minutes = (time.monotonic() - started) / 60
            found = evaluate(split, cache, cosine(Model(encoder, encoder.folder), cache, texts), range(1))
            auc = {
                figure.subset: figure.mean
                for figure in found
                if (figure.anchor, figure.negatives, figure.without) == ("trait", "degree", False)
            }
            row = (*synonyms.figures(encoder), auc["seen"], auc["unseen"])
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in row) + f" | {minutes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
