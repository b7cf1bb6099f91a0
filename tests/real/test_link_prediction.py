"""Our use of PyKEEN on small published graphs, where a wrong loss, sampler or filter is seen at once."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from embed.baselines import kge

pytestmark = pytest.mark.real


def measured(graph: str, model: str, epochs: int) -> dict[str, float]:
    """Filtered ranks of the test triples, of both ends among all entities."""
    from pykeen.triples import TriplesFactory

    folder = Path(os.environ["KG_REAL_EVAL"]) / "link_prediction" / graph
    train = TriplesFactory.from_path(folder / "train.txt")
    numbers = {"entity_to_id": train.entity_to_id, "relation_to_id": train.relation_to_id}
    valid, test = (
        TriplesFactory.from_path(folder / f"{part}.txt", **numbers).mapped_triples.numpy() for part in ("valid", "test")
    )
    given = train.mapped_triples.numpy()
    # entities of every kind are candidates, so they are negatives too
    how = dataclasses.replace(kge.MODELS[model], batch=256, sampler="basic")
    trained = kge.train(how, given, train.num_entities, train.num_relations, epochs=epochs)
    return kge.ranks(trained, test, np.concatenate([given, valid]), ["head", "tail"])


#: A little below what each had when this was written, not anybody's published figures.
LEAST = {"transe": 0.55, "transh": 0.45, "transr": 0.65, "distmult": 0.6, "simple": 0.6}


@pytest.mark.parametrize("model", list(kge.MODELS))
def test_every_model_ranks_umls_far_above_chance(model: str) -> None:
    """135 entities: chance has an MRR of 0.04."""
    assert measured("umls", model, 40)["mrr"] > LEAST[model]


def test_distmult_ranks_nations_far_above_chance() -> None:
    """14 countries: chance has an MRR of 0.25."""
    assert measured("nations", "distmult", 20)["mrr"] > 0.6
