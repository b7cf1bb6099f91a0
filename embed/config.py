"""What a training is told: a frozen dataclass a method, saved beside the weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, Self


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """What every method is told.

    Args:
        name: The recipe's name.
        base_model: `minilm` (the packaged all-MiniLM-L6-v2), a folder, or a name on the Hugging Face hub.
        pooling: What of the transformer's output is a text's vector: the [CLS] state or the mean over tokens (for a
            base that was trained with it, as MiniLM was).
        lower_case: Whether the tokenizer puts every text in lower case, in training and for who uses the model.
        max_length: Tokens of a text, [CLS] and [SEP] included; the rest is cut off.
        epochs: Passes; one is as many batches as all sampled pairs fill.
        learning_rate: AdamW's, of the language model and the layers over it.
        weight_decay: AdamW's, of the weight matrices only.
        warmup: Share of the steps with a rising rate; it falls linearly to 0 afterwards.
        precision: Of the encoders: bf16 or fp32; `auto` is bf16 where the device computes in it.
        chunk: Distinct texts encoded at once.
        gradient_caching: Compute a chunk's states a second time instead of keeping them: the same gradients, a batch of
            any size in the memory of one chunk, a third more work.
        patience: Stop after so many checkpoints in a row without a lower loss over what is kept for validation; 0 does
            not validate.
        validation: The share that is kept for it.
        seed: Of the weights, the order of the pairs and the dropout.
        log_every, checkpoint_every: In steps.
    """

    name: str
    base_model: str = "minilm"
    pooling: Literal["cls", "mean"] = "cls"
    lower_case: bool = False
    max_length: int = 48
    epochs: int = 25
    learning_rate: float = 2e-5
    weight_decay: float = 0.01
    warmup: float = 0.05
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    chunk: int = 128
    gradient_caching: bool = False
    patience: int = 0
    validation: float = 0.01
    seed: int = 0
    log_every: int = 20
    checkpoint_every: int = 500

    def resized(self, pairs: int) -> Self:
        """The same in batches of about `pairs` pairs."""
        raise NotImplementedError

    def save(self, path: Path) -> None:
        """Write the resolved configuration as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` of the same class wrote."""
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True, kw_only=True)
class GenerelConfig(TrainConfig):
    """GENEREL.

    Args:
        dimensions: d, the width of the common space.
        variant_encoder: `table` is the paper's (an embedding and a 2-layer MLP); `locus` also knows genes and loci.
        relation_part: Whether texts get a part that relations speak of, after the last step (`embed.model.relate`).
        text_head: Whether a residual layer, which learns at the variants' rate, follows the projection of every text.
        quota: Task → pairs of it in a batch; their sum is the batch size. A task without pairs is left out.
        variant_learning_rate: Of everything that starts from nothing: the variants' encoder, the head, the temperature.
        temperature: τ at the start.
        symmetric: Both directions of the loss; False is the printed form, each tail among the batch's heads.
        max_traits: Associations whose row names more traits are known positives but not sampled.
        weights: Weight pairs as the graph does, or all alike.
        negatives: Whether a pair's negatives are all others of the batch, or those of its own task.
        names: Synonym pairs with a concept's label, or of any two of its names; the former measured better
            (docs/results.md).
        hard_negatives: Share of a batch's pairs to whose candidates a hard negative of the head is added
            (`embed.pairs.hard_negatives`).
    """

    quota: Mapping[str, int] = field(default_factory=dict)
    dimensions: int = 768
    variant_encoder: Literal["table", "locus"] = "table"
    text_head: bool = False
    relation_part: bool = False
    variant_learning_rate: float = 2e-3
    temperature: float = 0.07
    symmetric: bool = True
    max_traits: int = 5
    weights: Literal["stated", "one"] = "stated"
    negatives: Literal["batch", "task"] = "batch"
    names: Literal["all", "label"] = "label"
    hard_negatives: float = 0.0

    def resized(self, pairs: int) -> Self:
        """The same mix of tasks; a task that has a quota keeps at least one pair."""
        whole = sum(self.quota.values())
        quota = {task: max(1, round(n * pairs / whole)) if n else 0 for task, n in self.quota.items()}
        return replace(self, quota=quota)


@dataclass(frozen=True, kw_only=True)
class BioLordConfig(TrainConfig):
    """BioLORD-2023: a recipe's config is `whole`, and `embed.training.phases` trains one phase of it after another.

    Args:
        phase: `contrast` (names with definitions), `distil` (the base model learns the contrastive one's targets),
            `translate` (a multilingual model learns an English one's vectors), or `whole`: contrast, then distil once
            for each of `runs`, and the mean of their weights.
        batch_size: Rows of a batch.
        temperature: τ of the contrastive loss, fixed.
        relations: Share of a contrastive batch whose description is made from relations; the rest has definitions.
        descriptions: At most so many are made of a concept.
        teacher: Folder of the model that `distil` or `translate` learns from; `whole` sets it. In `kg train` also a
            recipe's name.
        components: Principal components of the targets, in `distil`.
        distil_epochs: `epochs` of that phase, in `whole`.
        head_learning_rate: Of the linear layer that predicts the targets.
        runs: Self-distilled models of different seeds that are averaged, in `whole`.
    """

    phase: Literal["whole", "contrast", "distil", "translate"] = "whole"
    batch_size: int = 256
    temperature: float = 0.05
    relations: float = 0.8
    descriptions: int = 8
    teacher: str = ""
    components: int = 64
    distil_epochs: int = 3
    head_learning_rate: float = 1e-3
    runs: int = 3

    def resized(self, pairs: int) -> Self:
        """Rows are pairs of a name and a definition, or a text and its target."""
        return replace(self, batch_size=pairs)


@dataclass(frozen=True, kw_only=True)
class SapBertConfig(TrainConfig):
    """SapBERT.

    Args:
        batch_size: Pairs of names in a batch.
        pairs_per_concept: At most so many pairs of a concept's names, or names that a mention is paired with.
        mentions: A table of mentions with their concepts (`embed.pairs.mentions`): they are paired with the concepts'
            names instead of the names with each other. Empty: none.
        margin: λ of the mined triplets, a distance of unit vectors.
        alpha, beta: Scales of the loss for negatives and for positives.
        epsilon: Its offset, a cosine.
    """

    lower_case: bool = True
    max_length: int = 25
    epochs: int = 1
    warmup: float = 0.0
    batch_size: int = 240
    pairs_per_concept: int = 50
    mentions: str = ""
    margin: float = 0.2
    alpha: float = 60.0
    beta: float = 1.0
    epsilon: float = 0.5

    def resized(self, pairs: int) -> Self:
        """The same in batches of so many pairs."""
        return replace(self, batch_size=pairs)
