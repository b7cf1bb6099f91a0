"""GENEREL: texts and variants in one space, by multi-task weighted contrastive learning.

Source: Yuan et al., Unified Representation of Genomic and Biomedical Concepts through Multi-Task, Multi-Source
Contrastive Learning, ICML 2025 workshop on multi-modal foundation models for life sciences.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from embed.config import GenerelConfig


def generel() -> GenerelConfig:
    """The paper: [CLS], a table of variants, batches of 512 mixed as its Table 1, 25 epochs, rates 2e-5 and 2e-3."""
    return GenerelConfig(
        name="generel",
        quota={"synonym": 107, "relation": 142, "gwas": 40, "eqtl": 19, "biobank": 204},
        chunk=512,
    )


def generel_cpu() -> GenerelConfig:
    """The default without a GPU: mean pooling as MiniLM was trained, more of the pairs that cost no text."""
    return replace(
        generel(),
        name="generel_cpu",
        pooling="mean",
        max_length=32,
        quota={"synonym": 96, "relation": 128, "gwas": 384, "eqtl": 64, "biobank": 96},
        epochs=5,
        chunk=128,
        checkpoint_every=200,
    )


def generel_locus() -> GenerelConfig:
    """The default: the encoder of variants knows genes and positions, and starts and ends in closed form.

    `embed.model.associate` sets the texts' linear layer and the variants' rows before the first step, and trains the
    variants alone on the final texts after the last: so most of a batch can be texts.
    """
    return replace(
        generel_cpu(),
        name="generel_locus",
        quota={"synonym": 160, "relation": 96, "gwas": 128, "eqtl": 32, "biobank": 32},
        variant_encoder="locus",
        text_head=True,
        relation_part=True,
    )


def generel_small() -> GenerelConfig:
    """About a minute on the starter data on a CPU."""
    return replace(
        generel_locus(),
        name="generel_small",
        quota={"synonym": 48, "relation": 32, "gwas": 48, "eqtl": 16, "biobank": 16},
        epochs=4,
        log_every=5,
    )


Variant = Callable[[GenerelConfig], GenerelConfig]


def _only(*tasks: str) -> Variant:
    def changed(config: GenerelConfig) -> GenerelConfig:
        quota = {task: pairs if task in tasks else 0 for task, pairs in config.quota.items()}
        return replace(config, quota=quota).resized(sum(config.quota.values()))

    return changed


def _but(**changes: Any) -> Variant:
    return lambda config: replace(config, **changes)


#: What `kg train RECIPE:VARIANT` leaves out (GENEREL, section 4.3), in batches as large as before, or does otherwise,
#: where the paper leaves it open.
VARIANTS: dict[str, Variant] = {
    "without_synonyms": _only("relation", "gwas", "eqtl", "biobank"),
    "without_relations": _only("synonym", "gwas", "eqtl", "biobank"),
    "associations": _only("gwas", "eqtl", "biobank"),
    "gwas_eqtl": _only("gwas", "eqtl"),
    "biobank": _only("biobank"),
    "unweighted": _but(weights="one"),
    "task_negatives": _but(negatives="task"),
    "all_names": _but(names="all"),
    "one_direction": _but(symmetric=False),
    "hard_negatives": _but(hard_negatives=0.25),
}
