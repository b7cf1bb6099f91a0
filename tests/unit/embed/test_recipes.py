import pytest

from embed.commands import recipe, train
from embed.pairs.cache import TASKS
from embed.recipes import RECIPES, generel, sapbert, sapbert_finetune
from kgbuild.errors import InputError


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_its_functions_name_and_a_quota_for_every_task(name):
    config = RECIPES[name]()

    assert config.name == name
    assert set(getattr(config, "quota", TASKS)) == set(TASKS)


def test_sapbert_is_the_papers_training():
    config, tuned = sapbert(), sapbert_finetune()

    assert (config.epochs, config.learning_rate, config.weight_decay, config.warmup) == (1, 2e-5, 1e-2, 0)
    assert (config.pooling, config.max_length, config.pairs_per_concept) == ("cls", 25, 50)
    assert (config.margin, config.alpha, config.beta, config.epsilon) == (0.2, 60, 1, 0.5)
    assert (2 * config.batch_size, 2 * tuned.batch_size, tuned.epochs) == (480, 256, 3)
    assert config.resized(7).batch_size == 7


def test_generel_is_the_papers_training():
    config = generel()

    assert sum(config.quota.values()) == 512
    assert (config.epochs, config.learning_rate, config.variant_learning_rate) == (25, 2e-5, 2e-3)
    assert (config.pooling, config.dimensions, config.variant_encoder, config.text_head) == ("cls", 768, "table", False)


def test_a_variant_leaves_tasks_out_in_batches_as_large_as_before():
    config = recipe("generel:without-synonyms")

    assert config.name == "generel_without_synonyms"
    assert config.quota["synonym"] == 0
    assert abs(sum(config.quota.values()) - 512) < 3
    assert {task for task, pairs in recipe("generel-cpu:biobank").quota.items() if pairs} == {"biobank"}


@pytest.mark.parametrize("name", ["generel:without_sense", "generell"])
def test_an_unknown_recipe_or_variant_is_one_line_that_names_the_others(name):
    with pytest.raises(InputError, match=r"no such .*(gwas_eqtl|generel_locus)"):
        recipe(name)


def test_another_batch_size_keeps_the_mix():
    assert generel().resized(256).quota == {"synonym": 54, "relation": 71, "gwas": 20, "eqtl": 10, "biobank": 102}


def test_a_teacher_for_a_recipe_that_has_none_is_one_line():
    with pytest.raises(InputError, match="--teacher: generel learns from no other model"):
        train("generel", None, {"teacher": "minilm"}, False)


def test_another_batch_size_holds_in_every_phase_of_biolord():
    assert RECIPES["biolord"]().resized(64).batch_size == 64


def test_mentions_are_for_sapbert_and_its_fine_tuning_wants_them():
    with pytest.raises(InputError, match="--mentions: generel-cpu does not train on mentions"):
        train("generel-cpu", None, {"mentions": "mentions.tsv"}, resume=False)
    with pytest.raises(InputError, match="sapbert-finetune: nothing to fine-tune on; give --mentions FILE"):
        train("sapbert-finetune", None, {}, resume=False)
