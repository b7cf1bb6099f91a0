"""What a training is told: one frozen dataclass, saved beside the weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class TrainConfig:
    """A complete description of one GENEREL training.

    Args:
        name: The recipe's name.
        base_model: `minilm` (the packaged all-MiniLM-L6-v2), a folder, or a name on the Hugging Face hub.
        pooling: What of the transformer's output is a text's vector: the [CLS] state (the paper) or the mean over
            tokens (for a base that was trained with it, as MiniLM was).
        dimensions: d, the width of the common space.
        max_length: Tokens of a text, [CLS] and [SEP] included; the rest is cut off.
        variant_encoder: `table` is the paper's (an embedding and a 2-layer MLP); `locus` also knows genes and loci.
        text_head: Whether a residual layer, which learns at the variants' rate, follows the projection of every text.
        quota: Task → pairs of it in a batch; their sum is the batch size. A task without pairs is left out.
        epochs: Passes; one is as many batches as all sampled pairs fill.
        learning_rate: AdamW's, of the language model and the projection.
        variant_learning_rate: Of everything that starts from nothing: the variants' encoder, the head, the temperature.
        weight_decay: AdamW's, of the weight matrices only.
        warmup: Share of the steps with a rising rate; it falls linearly to 0 afterwards.
        temperature: τ at the start.
        symmetric: Both directions of the loss; False is the printed form, each tail among the batch's heads.
        max_traits: Associations whose row names more traits are known positives but not sampled.
        precision: Of the encoders: bf16 or fp32; `auto` is bf16 where the device computes in it.
        chunk: Distinct texts encoded at once.
        seed: Of the weights, the order of the pairs and the dropout.
        log_every, checkpoint_every: In steps.
    """

    name: str
    quota: Mapping[str, int]
    base_model: str = "minilm"
    pooling: Literal["cls", "mean"] = "cls"
    dimensions: int = 768
    max_length: int = 48
    variant_encoder: Literal["table", "locus"] = "table"
    text_head: bool = False
    epochs: int = 25
    learning_rate: float = 2e-5
    variant_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    temperature: float = 0.07
    symmetric: bool = True
    max_traits: int = 5
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    chunk: int = 128
    seed: int = 0
    log_every: int = 20
    checkpoint_every: int = 500

    def resized(self, pairs: int) -> "TrainConfig":
        """The same mix of tasks in batches of about `pairs` pairs; a task that has a quota keeps at least one."""
        whole = sum(self.quota.values())
        quota = {task: max(1, round(n * pairs / whole)) if n else 0 for task, n in self.quota.items()}
        return replace(self, quota=quota)

    def save(self, path: Path) -> None:
        """Write the resolved configuration as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> "TrainConfig":
        """Read what `save` wrote."""
        fields: dict[str, Any] = json.loads(path.read_text())
        return cls(**fields)
