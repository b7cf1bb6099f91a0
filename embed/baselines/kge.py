"""Knowledge-graph embeddings by PyKEEN: TransE, TransH, TransR, DistMult and SimplE on the graph of a training.

    Triples.near() ──> PyKEEN's sLCWA loop ──> model ──> learned(): a vector a trait and a variant ──> Score
                                                └──> ranks(): PyKEEN's filtered MRR and Hits@k

Negatives of a triple have an end that its relation has elsewhere (pseudo-typed), as those of the evaluation do. A
model's score of ASSOCIATED_WITH is always a product or a distance of two vectors, which are all that is kept.

Source: Ali et al., PyKEEN (JMLR 2021); Bordes 2013, Wang 2014, Lin 2015, Yang 2015, Kazemi and Poole 2018.
"""

import logging
import math
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from embed.baselines.graph import ASSOCIATED, Longs, Triples
from embed.baselines.vectors import Learned, Measure
from embed.compute.device import best_device
from embed.pairs.cache import PairCache
from embed.pairs.split import Split

if TYPE_CHECKING:
    from pykeen.models import ERModel


_RANKED = 8  # triples ranked at once: 0.3 GB for 100,000 entities


@dataclass(frozen=True)
class Kge:
    """How a model is trained.

    Args:
        model: PyKEEN's name of it.
        dimensions: Of an entity.
        loss: PyKEEN's name of it, with `margin` where it has one.
        options: Of the model.
        batch, negatives: Triples a batch, negatives of each.
        learning_rate: Of Adam.
        sampler: PyKEEN's name of the negative sampler.
    """

    model: str
    dimensions: int = 64
    loss: str = "nssa"
    margin: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    batch: int = 8192
    negatives: int = 4
    learning_rate: float = 0.03
    sampler: str = "pseudotyped"


#: By the name that `kg baseline` has for it. Of the published forms the unit length of entities is left out for TransE
#: and DistMult, and DistMult's L2 term: in few passes they get nowhere with them.
MODELS = {
    "transe": Kge("TransE", margin=6.0, options={"scoring_fct_norm": 2, "entity_constrainer": None}),
    # entities within the unit ball: a margin that its distances can reach
    "transh": Kge("TransH", margin=1.0, options={"scoring_fct_norm": 2}),
    # a d×d matrix a triple: half the width in half a batch takes as long as the others
    "transr": Kge("TransR", 32, margin=1.0, batch=4096, options={"relation_dim": 32, "scoring_fct_norm": 2}),
    "distmult": Kge(
        "DistMult", loss="softplus", negatives=2,
        options={"entity_constrainer": None, "regularizer": None},
    ),
    "simple": Kge(
        "SimplE", dimensions=32, loss="softplus", negatives=2,
        # of standard normal ones, as is PyKEEN's default, the first products are far too large
        options={"entity_initializer": "xavier_uniform", "relation_initializer": "xavier_normal_norm"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """A model with how its training went."""

    model: "ERModel[Any, Any, Any]"
    losses: list[float]
    seconds: float


def kge(
    cache: PairCache, graph: Triples, name: str, minutes: float = 5.0, epochs: int = 100, seed: int = 0
) -> tuple[Learned, Trained]:
    """Train a model and reduce it to the vectors of its associations.

    Args:
        cache: Names the nodes.
        graph: What it is trained on.
        name: One of `MODELS`.
        minutes: The epoch in which this time is over is the last.
        epochs: At most; the same number of the same seed gives the same vectors.
        seed: Of initial vectors, batches and negatives.

    Raises:
        ModuleNotFoundError: PyKEEN is not installed.
    """
    how = MODELS[name]
    trained = train(how, graph.hrt_T3, len(graph.node), len(graph.relations), minutes, epochs, seed)
    variant_ND, trait_ND, measure = sides(trained.model, graph.relations.index(ASSOCIATED))
    parameters = vars(how) | {
        "epochs": len(trained.losses), "losses": [round(loss, 4) for loss in trained.losses], "seed": seed,
        "triples": len(graph.hrt_T3), "entities": len(graph.node), "relations": len(graph.relations),
        "seconds": round(trained.seconds, 1), "library": f"pykeen {version('pykeen')}",
    }  # fmt: skip
    return Learned.of(cache, graph, trait_ND, variant_ND, measure, parameters), trained


def train(
    how: Kge, hrt_T3: Longs, entities: int, relations: int, minutes: float = math.inf, epochs: int = 100, seed: int = 0
) -> Trained:
    """Train a model on triples by PyKEEN's loop with negative sampling.

    Args:
        how: The model and how it is trained.
        hrt_T3: Numbers of head, relation and tail.
        entities, relations: How many there are, in triples or not.
        minutes, epochs, seed: As for `kge`.
    """
    with _quiet():
        from pykeen.losses import loss_resolver
        from pykeen.models import model_resolver
        from pykeen.stoppers import Stopper
        from pykeen.training import SLCWATrainingLoop
        from pykeen.triples import CoreTriplesFactory

        class Clock(Stopper):  # type: ignore[misc]  # PyKEEN's types are not followed
            """Stops after the epoch in which the time is over."""

            def should_evaluate(self, epoch: int) -> bool:
                return True

            def should_stop(self, epoch: int) -> bool:
                return time.monotonic() > started + 60 * minutes

            def get_summary_dict(self) -> dict[str, Any]:
                return {}

        started = time.monotonic()
        torch.manual_seed(seed)
        factory = CoreTriplesFactory.create(torch.as_tensor(hrt_T3), entities, relations)
        loss = loss_resolver.make(how.loss, {} if how.margin is None else {"margin": how.margin})
        model = cast(
            "ERModel[Any, Any, Any]",
            model_resolver.make(
                how.model, triples_factory=factory, embedding_dim=how.dimensions, random_seed=seed, loss=loss,
                **how.options,
            ).to(best_device()),
        )  # fmt: skip
        loop = SLCWATrainingLoop(
            model=model,
            triples_factory=factory,
            optimizer=torch.optim.Adam(model.get_grad_params(), how.learning_rate),
            negative_sampler=how.sampler,
            negative_sampler_kwargs={"num_negs_per_pos": how.negatives},
            automatic_memory_optimization=False,
        )
        losses = loop.train(
            factory, epochs, how.batch, use_tqdm=False, stopper=Clock(), pin_memory=torch.cuda.is_available()
        )
        model.eval()
        return Trained(model, losses or [], time.monotonic() - started)


def sides(model: "ERModel[Any, Any, Any]", relation: int) -> tuple[NDArray[np.float32], NDArray[np.float32], Measure]:
    """Two vectors a node, as head and as tail of a relation, and what of the two is the model's score.

    Returns:
        [N, D], [N, D], and the measure: minus the distance, or the product.
    """
    at = torch.tensor([relation], device=model.device)
    with torch.inference_mode():
        entity = [representation() for representation in model.entity_representations]
        r = [representation(at)[0] for representation in model.relation_representations]
        kind = type(model).__name__
        if kind in ("DistMult", "SimplE"):
            # PyKEEN's SimplE: ½(h·r·t + h'·r'·t'), with a second vector (') of each
            share = 1 / len(entity)
            head = torch.cat([e * each * share for e, each in zip(entity, r, strict=True)], 1)
            return head.cpu().numpy(), torch.cat(entity, 1).cpu().numpy(), "product"
        norm = model.interaction.p
        projected = entity[0]
        if kind == "TransH":  # PyKEEN takes the first vector for the normal, the second for the translation
            normal, r = r[0], r[1:]
            projected = projected - torch.outer(projected @ normal, normal)
        if kind == "TransR":
            projected = projected @ r[1]
            projected = projected / projected.norm(p=norm, dim=1, keepdim=True).clamp(min=1)
        return (projected + r[0]).cpu().numpy(), projected.cpu().numpy(), cast(Measure, f"l{norm}")


def held_ranks(
    trained: Trained, graph: Triples, cache: PairCache, split: Split, most: int = 500, seed: int = 0
) -> dict[str, float]:
    """Filtered ranks of held-out associations, by PyKEEN's evaluator.

    A variant is ranked among all with an association in training, and so is a trait, without those that any source
    reports with the other end. Not all held-out pairs are: those with both ends in training, of them `most` by chance.

    Returns:
        `pairs`, `variants`, `traits` (candidates), and for either end that is asked for `mrr`, `hits@1`, `hits@10`:
        `trait mrr` is over ranks of traits.
    """
    place = np.full(len(cache.concepts) + len(cache.variants), -1)
    place[graph.node] = np.arange(len(graph.node))
    relation = graph.relations.index(ASSOCIATED)
    seen_V, _, seen_T = (np.unique(column) for column in graph.hrt_T3[graph.hrt_T3[:, 1] == relation].T)
    trait, variant = (split.held[name].to_numpy().astype(np.int64) for name in ("head", "tail"))
    test = np.stack([place[graph.concepts + variant], np.full(len(trait), relation), place[trait]], axis=1)
    test = test[np.isin(test[:, 0], seen_V) & np.isin(test[:, 2], seen_T)]
    rng = np.random.default_rng(seed)
    test = test[np.sort(rng.choice(len(test), min(most, len(test)), replace=False))]
    known = _known(cache, split, place, graph.concepts, relation)
    found = {"pairs": float(len(test)), "variants": float(len(seen_V)), "traits": float(len(seen_T))}
    for end, target, among in (("variant", "head", seen_V), ("trait", "tail", seen_T)):
        figures = ranks(trained, test, known, [target], among.tolist())
        found |= {f"{end} {name}": value for name, value in figures.items()}
    return found


def _known(cache: PairCache, split: Split, place: Longs, concepts: int, relation: int) -> Longs:
    """What any source reports, as triples: every id of a trait's group with the variant."""
    group = cache.concepts["group"].to_numpy().astype(np.int64)
    order = np.argsort(group, kind="stable")
    low, high = (np.searchsorted(group[order], split.known[:, 0], side) for side in ("left", "right"))
    variant = np.repeat(split.known[:, 1], high - low)
    trait = order[np.concatenate([np.zeros(0, np.int64), *map(np.arange, low, high)]).astype(np.int64)]
    hrt = np.stack([place[concepts + variant], np.full(len(trait), relation), place[trait]], axis=1)
    return hrt[(hrt >= 0).all(axis=1)]


def ranks(
    trained: Trained, test_T3: Longs, known_T3: Longs, targets: Sequence[str], among: Sequence[int] | None = None
) -> dict[str, float]:
    """PyKEEN's filtered, realistic ranks (ties by expected value) of triples.

    Args:
        trained: The model.
        test_T3: What is ranked.
        known_T3: What is true too, and no wrong candidate.
        targets: Which ends are asked for, `head` and `tail`.
        among: The entities that are candidates; all by default.

    Returns:
        `mrr`, `hits@1`, `hits@10`.
    """
    with _quiet():
        from pykeen.evaluation import RankBasedEvaluator

        names = {"mrr": "inverse_harmonic_mean_rank", "hits@1": "hits_at_1", "hits@10": "hits_at_10"}
        evaluator = RankBasedEvaluator(
            metrics=["mrr", "hits@k", "hits@k"], metrics_kwargs=[None, {"k": 1}, {"k": 10}], add_defaults=False
        )
        with torch.inference_mode():
            result = evaluator.evaluate(
                trained.model, torch.as_tensor(test_T3), batch_size=_RANKED, use_tqdm=False, targets=list(targets),
                additional_filter_triples=[torch.as_tensor(known_T3)], restrict_entities_to=among,
                do_time_consuming_checks=False,
            )  # fmt: skip
        side = "both" if len(targets) == 2 else targets[0]
        return {name: float(result.get_metric(f"{side}.realistic.{key}")) for name, key in names.items()}


@contextmanager
def _quiet() -> Iterator[None]:
    """PyKEEN advises at length, and its imports warn of what others will drop."""
    loggers = [logging.getLogger(name) for name in ("pykeen", "torch_max_mem")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
