"""A BERT over texts without their padding, on the CPU.

All that is not attention works token by token, so it gets the real tokens of all texts as one row; attention gets the
texts of each length apart, which need no mask. The same states as with padding, for less work: the names of biomedical
concepts are short, with a few long ones among them. (Zeng et al. 2022, Boosting Distributed Training Performance of the
Unpadded BERT Model; a GPU would start too many small kernels this way.)

Legend: N texts, L tokens of the longest, T real tokens of all, A attention heads, K width of a head, H the
transformer's width.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AttentionInterface

from embed.compute.dropout import dropout as own_dropout

_NAME = "packed_by_length"

#: Neighbouring texts of one length: how many, and how long.
Runs = list[tuple[int, int]]


def packs(transformer: nn.Module) -> bool:
    """Whether a transformer can be run so: a BERT, whose positions count from 0, on the CPU."""
    config: Any = transformer.config
    able = config.model_type == "bert" and getattr(transformer, "_supports_attention_backend", False)
    return able and next(transformer.parameters()).device.type == "cpu"


def packed(transformer: nn.Module, ids_NL: Tensor, mask_NL: Tensor) -> tuple[Tensor, Runs]:
    """The last states of all texts' tokens one after another, T×H, and their runs, best few: sort by length."""
    real_NL = mask_NL.bool()
    lengths, counts = torch.unique_consecutive(mask_NL.sum(1), return_counts=True)
    runs = list(zip(counts.tolist(), lengths.tolist(), strict=True))
    place_NL = torch.arange(mask_NL.shape[1]).expand_as(mask_NL)
    with attention(transformer):
        found = transformer(input_ids=ids_NL[real_NL][None], position_ids=place_NL[real_NL][None], runs=runs)
    return found.last_hidden_state[0], runs


def pool_packed(states_TH: Tensor, runs: Runs, pooling: str) -> Tensor:
    """The [CLS] state or the mean over tokens: N×H."""
    parts = zip(_split(states_TH, runs, 0), runs, strict=True)
    texts = [part.view(*run, -1) for part, run in parts]
    return torch.cat([states[:, 0] if pooling == "cls" else states.mean(1) for states in texts])


def _attend(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: None, *, runs: Runs, scaling: float,
    dropout: float = 0.0, **unused: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """Attention within each text: 1×A×T×K each → 1×T×A×K."""
    parts = zip(*(_split(x[0], runs, 1) for x in (query, key, value)), runs, strict=True)
    found = []
    for *qkv, run in parts:
        q, k, v = (x.unflatten(1, run).transpose(0, 1) for x in qkv)
        if dropout:
            share = own_dropout((q @ k.mT * scaling).softmax(-1), dropout)
            texts = share.to(v.dtype) @ v
        else:
            texts = F.scaled_dot_product_attention(q, k, v, scale=scaling)
        found.append(texts.transpose(1, 2).flatten(0, 1))
    return torch.cat(found)[None], None


def _split(x: Tensor, runs: Runs, axis: int) -> tuple[Tensor, ...]:
    parts: tuple[Tensor, ...] = x.split([count * length for count, length in runs], axis)  # type: ignore[no-untyped-call]  # torch's own
    return parts


@contextmanager
def attention(transformer: nn.Module) -> Iterator[None]:
    """Let a transformer attend by `_attend`, and as before afterwards: others may call it with padding.

    Who calls `packed` on several threads holds this around them.
    """
    config: Any = transformer.config
    before = config._attn_implementation
    config._attn_implementation = _NAME
    try:
        yield
    finally:
        config._attn_implementation = before


AttentionInterface.register(_NAME, _attend)
