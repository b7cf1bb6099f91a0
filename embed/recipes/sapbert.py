"""SapBERT: synonyms drawn together by metric learning.

Source: Liu et al., Self-Alignment Pretraining for Biomedical Entity Representations, NAACL 2021.
"""

from dataclasses import replace

from embed.config import SapBertConfig


def sapbert() -> SapBertConfig:
    """The paper's pre-training: [CLS], batches of 480 names (240 pairs), one epoch, rate 2e-5."""
    return SapBertConfig(name="sapbert", chunk=512)


def sapbert_finetune() -> SapBertConfig:
    """The paper's fine-tuning on a task's mentions (`--mentions`): batches of 256 names, three epochs.

    For social media the paper trains 15 epochs (AskAPatient) and 10 (COMETA).
    """
    return replace(sapbert(), name="sapbert_finetune", batch_size=128, epochs=3)


def sapbert_cpu() -> SapBertConfig:
    """The default without a GPU: mean pooling as MiniLM was trained."""
    return replace(sapbert(), name="sapbert_cpu", pooling="mean", chunk=64, checkpoint_every=200)


def sapbert_small() -> SapBertConfig:
    """About a minute on the starter data on a CPU."""
    return replace(sapbert_cpu(), name="sapbert_small", batch_size=64, pairs_per_concept=5, log_every=5)
