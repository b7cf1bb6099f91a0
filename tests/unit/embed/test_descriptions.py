import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from embed.pairs.cache import PAIRS
from embed.pairs.descriptions import TEMPLATES, described


def everything(cache):
    return np.ones(len(cache.pairs), bool)


def made(cache, concept):
    rows = cache.definitions.filter(
        pc.and_(cache.definitions["templated"], pc.equal(cache.definitions["concept"], concept))
    )
    return sorted(cache.strings.take(rows["text"]).to_pylist())


def test_a_relation_describes_both_its_ends_by_parent_and_predicate(worded_cache):
    cache = described(worded_cache, everything(worded_cache), 8)

    # asthma HAS_PHENOTYPE allergic asthma SUBCLASS_OF type 2 diabetes HAS_PHENOTYPE type 1 diabetes
    assert made(cache, 1) == ["disease which is a kind of type 2 diabetes", "type 2 diabetes which occurs in asthma"]
    assert made(cache, 2) == [
        "disease of which allergic asthma is a kind",
        "disease which has the phenotype type 1 diabetes",
    ]


def test_descriptions_are_few_a_concept_always_the_same_and_never_of_held_out_pairs(worded_cache):
    few = described(worded_cache, everything(worded_cache), 1)
    again = described(worded_cache, everything(worded_cache), 1)
    none = described(worded_cache, worded_cache.column("task") != 1, 8)

    assert [len(made(few, concept)) for concept in range(8)] == [1] * 8
    assert few.definitions.equals(again.definitions)
    assert few.strings.equals(again.strings)
    assert none.strings.equals(worded_cache.strings)
    assert not none.definitions["templated"].to_numpy().any()


def test_a_mapping_describes_nothing_and_an_unknown_predicate_says_related(worded_cache):
    def renamed(predicate):
        column = PAIRS.get_field_index("predicate")
        values = pc.if_else(pc.is_valid(worded_cache.pairs["predicate"]), predicate, None).cast(
            PAIRS.field(column).type
        )
        return replace(worded_cache, pairs=worded_cache.pairs.set_column(column, PAIRS.field(column), values))

    mapped, unknown = (
        described(renamed(predicate), everything(worded_cache), 8) for predicate in ("BROAD_MATCH", "GIVES_SHADE_TO")
    )

    assert made(mapped, 1) == []
    assert made(unknown, 1) == ["disease which is related to asthma", "disease which is related to type 2 diabetes"]


def test_a_concept_is_not_described_by_one_of_the_same_name(worded_cache):
    texts = worded_cache.strings.to_pylist()
    texts[1] = "Asthma"
    cache = described(replace(worded_cache, strings=pa.array(texts)), everything(worded_cache), 8)

    assert made(cache, 1) == ["disease which is a kind of type 2 diabetes"]


@pytest.mark.parametrize("predicate", TEMPLATES)
def test_a_template_has_one_place_for_the_other_concept_and_a_predicate_that_a_loader_gives(predicate):
    loaders = Path(__file__).parents[3] / "loaders"

    assert [phrase.count("{}") for phrase in TEMPLATES[predicate]] == [1, 1]
    assert any(re.search(rf"\b{predicate}\b", path.read_text()) for path in loaders.rglob("*.py"))
