"""Token ids of every distinct text, computed once and kept as two flat arrays."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import normalizers
from torch import Tensor

_BATCH = 10_000
_IDS_ALONE = {"return_attention_mask": False, "return_token_type_ids": False}


@dataclass(frozen=True)
class Tokens:
    """Ragged rows: text i is `ids[start[i]:start[i + 1]]`, [CLS] and [SEP] included."""

    ids: NDArray[np.int32]
    start: NDArray[np.int64]
    pad: int

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of tokens of some texts."""
        lengths: NDArray[np.int64] = self.start[rows + 1] - self.start[rows]
        return lengths

    def padded(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Token ids and attention mask, both int64 N×L, padded to the longest of these texts."""
        length_N = self.lengths(rows)
        mask_NL = np.arange(length_N.max()) < length_N[:, None]
        place_NL = np.minimum(self.start[rows][:, None] + np.arange(length_N.max()), len(self.ids) - 1)
        ids_NL = np.where(mask_NL, self.ids[place_NL], self.pad).astype(np.int64)
        return torch.from_numpy(ids_NL), torch.from_numpy(mask_NL.astype(np.int64))

    def chunks(self, rows: NDArray[np.int64], size: int) -> list[tuple[Tensor, Tensor]]:
        """Padded chunks of at most `size` texts in the order given: sort them by length beforehand."""
        return [self.padded(rows[at : at + size]) for at in range(0, len(rows), size)]


def tokenize(texts: Sequence[str], tokenizer: Any, max_length: int) -> Tokens:
    """Tokenise texts, cut off at `max_length` tokens."""
    parts: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    for at in range(0, len(texts), _BATCH):
        part = list(texts[at : at + _BATCH])
        rows = tokenizer(part, truncation=True, max_length=max_length, **_IDS_ALONE)["input_ids"]
        lengths += map(len, rows)
        parts.append(np.fromiter(itertools.chain.from_iterable(rows), np.int32))
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Tokens(np.concatenate(parts) if parts else np.zeros(0, np.int32), start, tokenizer.pad_token_id)


def lower_case(tokenizer: Any) -> None:
    """Let a tokenizer put texts in lower case; one that does so anyway is left as it is.

    BERT's says so where it is saved. Others forget it: a model's `sentence_bert_config.json` reminds its readers.
    """
    own = tokenizer.backend_tokenizer.normalizer
    if not isinstance(own, normalizers.BertNormalizer):
        behind = [] if own is None else [own]
        tokenizer.backend_tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), *behind])
    elif not own.lowercase:
        own.strip_accents = tokenizer.strip_accents = bool(own.strip_accents)  # else they go with the capitals
        own.lowercase = tokenizer.do_lower_case = True


def cached(texts: Sequence[str], tokenizer: Any, max_length: int, folder: Path) -> Tokens:
    """`tokenize`, kept in `folder` under a hash of the texts, the vocabulary and the length."""
    digest = hashlib.sha256("\0".join(texts).encode())
    digest.update(f"{max_length}{sorted(tokenizer.get_vocab().items())}".encode())
    path = folder / f"tokens-{digest.hexdigest()[:16]}.npz"
    if path.exists():
        with np.load(path) as kept:
            return Tokens(kept["ids"], kept["start"], int(kept["pad"]))
    tokens = tokenize(texts, tokenizer, max_length)
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.npz")  # several processes of a training may write it
    np.savez(beside, ids=tokens.ids, start=tokens.start, pad=tokens.pad)
    beside.replace(path)
    return tokens
