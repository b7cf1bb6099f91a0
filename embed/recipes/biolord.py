"""BioLORD-2023: vectors of names and definitions, by contrast, self-distillation and the mean of several runs.

Source: Remy et al., BioLORD-2023: semantic textual representations fusing large language models and clinical knowledge
graph insights, JAMIA 2024. Its appendix SB, which has the hyperparameters, is not in the article: they are ours.
"""

from dataclasses import replace

from embed.config import BioLordConfig


def biolord() -> BioLordConfig:
    """The paper: all-mpnet-base-v2 (its STAMB2), contrast, self-distillation to 64 components, the mean of 3 runs."""
    return BioLordConfig(
        name="biolord",
        base_model="sentence-transformers/all-mpnet-base-v2",
        pooling="mean",
        max_length=128,
        epochs=3,
        chunk=512,
    )


def biolord_cpu() -> BioLordConfig:
    """Without a GPU: the packaged MiniLM, shorter texts, one pass a phase, two runs."""
    return replace(
        biolord(),
        name="biolord_cpu",
        base_model="minilm",
        max_length=64,
        batch_size=128,
        descriptions=2,
        epochs=1,
        distil_epochs=1,
        runs=2,
        chunk=64,
        checkpoint_every=200,
    )


def biolord_m() -> BioLordConfig:
    """The multilingual student of a trained `biolord`: all names in other languages that the graph has."""
    return replace(
        biolord(),
        name="biolord_m",
        base_model="sentence-transformers/paraphrase-multilingual-mpnet-base-v2",
        phase="translate",
        teacher="biolord",
        epochs=5,
    )
