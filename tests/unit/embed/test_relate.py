import dataclasses

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from embed.evaluate.association import auc
from embed.methods.generel import Generel
from embed.model.associate import states
from embed.model.encoder import load_base
from embed.model.relate import RelationPart, Relations, finish, fit
from embed.pairs.cache import CONCEPTS, PAIRS, TASKS, PairCache
from embed.pairs.tokens import tokenize

SORTS = ("heart", "kidney", "skin", "eye", "bone", "nerve")


@pytest.fixture
def related() -> PairCache:
    """Diseases and phenotypes of six organs: a disease has the phenotypes of its own. And a pathway, related to all."""
    concepts, strings = [], []
    for kind, count in (("Disease", 12), ("Phenotype", 20)):
        for sort in SORTS:
            for i in range(count):
                concepts.append(
                    {"id": f"x:{len(concepts)}", "label": len(strings), "type": kind, "group": len(concepts)}
                )
                strings.append(f"{sort} {kind} {chr(97 + i)}")
    concepts.append({"id": "x:p", "label": len(strings), "type": "Pathway", "group": len(concepts)})
    strings.append("pathway")
    of_sort = [strings[each["label"]].split()[0] for each in concepts]
    diseases = [i for i, each in enumerate(concepts) if each["type"] == "Disease"]
    phenotypes = [i for i, each in enumerate(concepts) if each["type"] == "Phenotype"]
    pairs = [(one, other) for one in diseases for other in phenotypes if of_sort[one] == of_sort[other]]
    pairs += [(one, len(concepts) - 1) for one in diseases]
    rows = [
        {
            "task": TASKS.index("relation"),
            "head": one,
            "head_text": one,
            "tail": other,
            "tail_text": other,
            "weight": 1.0,
        }
        for one, other in pairs
    ]
    nothing = pa.table({"id": [], "chromosome": [], "grch38": [], "genes": []})
    return PairCache(
        pa.array(strings), pa.Table.from_pylist(concepts, CONCEPTS), nothing, pa.Table.from_pylist(rows, PAIRS), {}
    )  # fmt: skip


def pairs_of(relations: Relations) -> set[tuple[int, int]]:
    return {(min(pair), max(pair)) for pair in relations.node_P2.tolist()}


def test_what_is_related_is_nearer_in_the_part(related: PairCache):
    torch.manual_seed(0)
    relations = Relations(related, np.ones(len(related.pairs), bool))
    text = torch.randn(len(related.strings), 32)
    part = RelationPart(text, features=512, rank=16)
    near = np.array([relations.known[i, j] for i in range(72) for j in range(72, 192)], bool)

    def right() -> float:
        with torch.no_grad():
            return auc(*((part(text[:72]) @ part(text[72:192]).T).numpy().ravel()[at] for at in (near, ~near)))

    before = right()
    fit(part, text, relations.text_P22, relations, steps=150, batch=256, learning_rate=0.02)

    assert before < 0.6
    assert right() > 0.9


def test_texts_are_centred_and_keep_their_own_directions_beside_the_part(related: PairCache):
    torch.manual_seed(0)
    text = torch.randn(200, 16) @ torch.linalg.qr(torch.randn(32, 16))[0].T + 3.0  # half of the directions are free
    part = RelationPart(text, features=64, strength=0.5)

    with torch.no_grad():
        after = nn.Sequential(*part.layers(text))(text)

    torch.testing.assert_close(after.mean(0), torch.zeros(32), atol=1e-4, rtol=0)
    own, added = after @ part.own_DD, after @ part.room_DR
    torch.testing.assert_close(own, (text - text.mean(0)) @ part.own_DD, atol=1e-4, rtol=0)
    assert float(added.norm(dim=1).mean() / own.norm(dim=1).mean()) == pytest.approx(0.5, abs=0.01)


def test_only_relations_of_the_training_and_of_its_types_are_read_each_once(related: PairCache):
    twice = dataclasses.replace(related, pairs=pa.concat_tables([related.pairs, related.pairs]))
    random = np.random.default_rng(0)
    mask = np.tile(random.random(len(related.pairs)) < 0.5, 2)

    relations = Relations(twice, mask)

    head, tail = (twice.column(end).astype(int)[mask] for end in ("head", "tail"))
    pathway = len(related.concepts) - 1
    expected = {(h, t) for h, t in zip(head.tolist(), tail.tolist(), strict=True) if t != pathway}
    assert pairs_of(relations) == expected
    assert len(relations) == len(expected)
    assert relations.known.nnz == 2 * len(expected)


def test_a_model_gets_the_part_where_there_is_enough_to_learn_it_from(related: PairCache, tiny_base, tiny_config):
    transformer, tokenizer = load_base(tiny_base)
    tokens = tokenize(related.strings.to_pylist(), tokenizer, 16)
    everything = np.ones(len(related.pairs), bool)
    model = Generel(tiny_config, transformer, related, everything, tokens).eval()
    texts = np.arange(len(related.strings))

    def vectors() -> torch.Tensor:
        with torch.no_grad():
            return F.normalize(model.text.layers(model.text.project(states(model, texts, tokens))), dim=-1)

    def apart() -> float:
        cosine = (vectors()[:72] @ vectors()[72:192].T).numpy()
        near = np.array([[one.split()[0] == other.split()[0] for other in names[72:192]] for one in names[:72]])
        return float(cosine[near].mean() - cosine[~near].mean())

    names = related.strings.to_pylist()
    few = everything & (np.arange(len(everything)) < 500)
    before, base = vectors(), apart()
    finish(model, related, few, tokens)
    torch.testing.assert_close(vectors(), before)
    finish(model, related, everything, tokens)
    assert apart() > base + 0.1
