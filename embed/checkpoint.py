"""A trained model on disk: sentence-transformers' layout for the texts, safetensors for the variants beside it.

modules.json  1_Pooling/  2_Dense/  3_Normalize/     SentenceTransformer(folder).encode gives the same vectors
config.json  model.safetensors  tokenizer.json …     the transformer
variants.safetensors  variants.json                  unit vectors M×D in fp32; ids, and which have a training pair
recipe.json  README.md  training/                    what it was trained with and on, the model card, the curves
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from embed.batches import FIRST_ASSOCIATION
from embed.card import card
from embed.device import autocast, best_device
from embed.encoder import Generel, base_folder, load_base, pool
from embed.pairs import PairCache
from embed.tokens import tokenize
from kgbuild.errors import InputError

_MODULE = "sentence_transformers.models."
_CHUNK = {"cpu": 64, "cuda": 1024}


def save_model(
    out: Path,
    model: Generel,
    tokenizer: Any,
    cache: PairCache,
    train_mask: NDArray[np.bool_],
    steps: dict[str, int],
) -> None:
    """Write the model, its recipe and its card into `out`; each file is written beside and renamed."""
    new = out.parent / f".{out.name}.part"
    shutil.rmtree(new, ignore_errors=True)
    for folder in ("1_Pooling", "2_Dense", "3_Normalize"):
        (new / folder).mkdir(parents=True)
    config, text = model.config, model.text
    text.transformer.save_pretrained(new)  # type: ignore[operator]  # an HF model
    tokenizer.save_pretrained(new)
    width, dimensions = text.project.in_features, text.project.out_features
    layers = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"), ("3_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": _MODULE + kind} for i, (path, kind) in enumerate(layers)
    ]
    _json(new / "modules.json", modules)
    _json(new / "sentence_bert_config.json", {"max_seq_length": config.max_length, "do_lower_case": False})
    modes = {f"pooling_mode_{mode}": mode.startswith(config.pooling) for mode in ("cls_token", "mean_tokens")}
    _json(new / "1_Pooling" / "config.json", {"word_embedding_dimension": width} | modes)
    identity = {"in_features": width, "out_features": dimensions, "bias": True}
    _json(new / "2_Dense" / "config.json", identity | {"activation_function": "torch.nn.modules.linear.Identity"})
    weights = {f"linear.{name}": weight.detach().cpu().contiguous() for name, weight in text.project.named_parameters()}
    save_file(weights, new / "2_Dense" / "model.safetensors")
    _save_variants(new, model, cache, train_mask)
    config.save(new / "recipe.json")
    (new / "README.md").write_text(card(config, cache, train_mask, steps))
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(new.rglob("*")):
        if path.is_file():
            target = out / path.relative_to(new)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    (out / "3_Normalize").mkdir(exist_ok=True)
    shutil.rmtree(new)


@torch.no_grad()
def _save_variants(folder: Path, model: Generel, cache: PairCache, train_mask: NDArray[np.bool_]) -> None:
    model.eval()
    device = model.log_scale.device
    parts = torch.arange(len(cache.variants)).split(10_000)
    vectors_MD = [F.normalize(model.variants(part.to(device)).float(), dim=-1).cpu().numpy() for part in parts]
    shape = (0, model.config.dimensions)
    save_arrays(
        {"vectors": np.concatenate([np.zeros(shape, np.float32), *vectors_MD])}, folder / "variants.safetensors"
    )
    trained = np.zeros(len(cache.variants), bool)
    trained[cache.column("tail")[train_mask & (cache.column("task") >= FIRST_ASSOCIATION)]] = True
    known = trained | (model.config.variant_encoder == "locus")
    _json(folder / "variants.json", {"ids": cache.variants["id"].to_pylist(), "trained": known.tolist()})


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=None if path.name == "variants.json" else 1))


@dataclass(frozen=True)
class Encoder:
    """A model that turns texts into vectors, with the variants' vectors where it has any.

    Args:
        name: As recorded in the graph.
        folder: Where it was loaded from.
        transformer, tokenizer: Of Hugging Face.
        pooling: `cls` or `mean`.
        project: The Dense layers after pooling; empty for a plain base model.
        max_length: Tokens of a text.
    """

    name: str
    folder: Path
    transformer: nn.Module
    tokenizer: Any
    pooling: str
    project: nn.Module
    max_length: int

    @property
    def dimensions(self) -> int:
        """D, the width of the vectors."""
        last = self.project[-1].out_features if len(self.project) else self.transformer.config.hidden_size  # type: ignore
        return int(last)

    @cached_property
    def digest(self) -> str:
        """sha256 over every file that makes the vectors."""
        digest = hashlib.sha256()
        for path in sorted(
            [*self.folder.rglob("*.safetensors"), *self.folder.rglob("*.json"), *self.folder.rglob("*.bin")]
        ):
            if "training" not in path.parts:
                digest.update(path.relative_to(self.folder).as_posix().encode() + path.read_bytes())
        return digest.hexdigest()

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], normalize: bool = True, precision: str = "fp32") -> NDArray[np.float32]:
        """Encode texts, each distinct one once, in chunks of like length.

        Args:
            texts: N texts.
            normalize: To unit length.
            precision: `auto` computes in bf16 where the hardware does: faster, cosines to three digits.

        Returns:
            N×D in the texts' order.
        """
        if not len(texts):
            return np.zeros((0, self.dimensions), np.float32)
        distinct = list(dict.fromkeys(texts))
        place = {text: i for i, text in enumerate(distinct)}
        tokens = tokenize(distinct, self.tokenizer, self.max_length)
        order = np.argsort(tokens.lengths(np.arange(len(distinct))), kind="stable")
        vectors_ND = np.empty((len(distinct), self.dimensions), np.float32)
        device = next(self.transformer.parameters()).device
        size = _CHUNK[device.type]
        for at in range(0, len(order), size):
            ids_NL, mask_NL = (tensor.to(device) for tensor in tokens.padded(order[at : at + size]))
            with autocast(precision, device):
                states_NLH = self.transformer(input_ids=ids_NL, attention_mask=mask_NL).last_hidden_state
                part_ND: Tensor = self.project(pool(states_NLH, mask_NL, self.pooling)).float()
            vectors_ND[order[at : at + size]] = (F.normalize(part_ND, dim=-1) if normalize else part_ND).cpu().numpy()
        return vectors_ND[[place[text] for text in texts]]

    @cached_property
    def variants(self) -> tuple[list[str], NDArray[np.float32]]:
        """Ids and unit vectors M×D, those without a training pair too; none for a model of texts alone."""
        if not (self.folder / "variants.json").exists():
            return [], np.zeros((0, self.dimensions), np.float32)
        with safe_open(self.folder / "variants.safetensors", "numpy") as file:
            return json.loads((self.folder / "variants.json").read_text())["ids"], file.get_tensor("vectors")

    @cached_property
    def trained(self) -> NDArray[np.bool_]:
        """bool M: which variants' vectors were learned; an untrained row of a table says nothing."""
        path = self.folder / "variants.json"
        return np.array(json.loads(path.read_text())["trained"] if path.exists() else [], bool)


def load_encoder(path: str | Path) -> Encoder:
    """Load a model of `kg train`, a folder of sentence-transformers or transformers, or `minilm`, the packaged base.

    Raises:
        InputError: There is no model.
    """
    folder = Path(base_folder(str(path)))
    if not (folder / "config.json").exists():
        raise InputError(f"{path}: no model here; give a folder that `kg train` wrote, or minilm")
    modules = (
        [m["path"] for m in json.loads((folder / "modules.json").read_text())]
        if (folder / "modules.json").exists()
        else []
    )
    pooling, layers, max_length = "mean", [], 512
    for name in modules:
        if name.endswith("Pooling"):
            given = json.loads((folder / name / "config.json").read_text())
            pooling = "cls" if given.get("pooling_mode_cls_token") or given.get("pooling_mode") == "cls" else "mean"
        elif name.endswith("Dense"):
            weights = load_file(folder / name / "model.safetensors")
            layer = nn.Linear(weights["linear.weight"].shape[1], weights["linear.weight"].shape[0])
            layer.load_state_dict({key.removeprefix("linear."): value for key, value in weights.items()})
            layers.append(layer)
    if (folder / "sentence_bert_config.json").exists():
        max_length = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"] or max_length
    transformer, tokenizer = load_base(str(folder))
    device = best_device()
    name = "minilm" if str(path) == "minilm" else folder.resolve().name
    return Encoder(
        name,
        folder,
        transformer.to(device).eval(),
        tokenizer,
        pooling,
        nn.Sequential(*layers).to(device).eval(),
        max_length,
    )
