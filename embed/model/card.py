"""The model card that is written beside a model."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.pairs.cache import PairCache

if TYPE_CHECKING:  # a method may load a model: it imports `embed.model.checkpoint`, which imports this
    from embed.methods.method import Method

_CARD = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [biomedical, knowledge-graph, GWAS, ontology]
---
# {name}

Embeddings of biomedical texts in {dimensions} dimensions, trained as {paper} on pairs sampled from a knowledge graph.
`SentenceTransformer(folder)` encodes texts; `variants.safetensors`, where there is one, has unit vectors of variants in
the same space, their ids in `variants.json`. Cosine ranks; it is no probability.

Not for clinical use. The sources' licences hold for what is derived from them: `kg cite` lists them.

## Data
Graph `{digest}`; {held_out:,} of {pairs:,} pairs were held out.

| task | pairs | trained on |
|---|--:|--:|
{tasks}

{strings:,} distinct texts, {concepts:,} concepts, {variants:,} variants.

## Training
{steps:,} of {planned:,} planned steps. Curves: `training/curves.png`, `training/metrics.jsonl`, TensorBoard in
`training/tensorboard`.

```json
{recipe}
```
"""


def card(model: "Method", cache: PairCache, train_mask: NDArray[np.bool_], steps: dict[str, int]) -> str:
    """The card of a model, as Markdown."""
    counts = model.trained_on(cache, train_mask)
    return _CARD.format(
        name=model.config.name,
        paper=model.paper,
        dimensions=model.text.dimensions,
        digest=cache.manifest.get("digest"),
        held_out=sum(pairs - trained for _, pairs, trained in counts),
        pairs=sum(pairs for _, pairs, _ in counts),
        tasks="\n".join(f"| {name} | {pairs:,} | {trained:,} |" for name, pairs, trained in counts),
        strings=len(cache.strings),
        concepts=len(cache.concepts),
        variants=len(cache.variants),
        recipe=json.dumps(asdict(model.config), indent=1),
        **steps,
    )
