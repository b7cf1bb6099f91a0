"""A trained model on disk: sentence-transformers' layout for the texts, safetensors for the variants beside it.

modules.json  1_Pooling/  2_Dense/  3_Normalize/     SentenceTransformer(folder).encode gives the same vectors
config.json  model.safetensors  tokenizer.json …     the transformer
variants.safetensors  variants.json                  unit vectors M×D in fp32; ids, and which have a training pair
recipe.json  README.md  training/                    what it was trained with, the model card, the curves
taught.npy                                           hashes of the pairs that it was trained on (`embed.pairs.leaks`)
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from embed.compute.device import autocast, best_device
from embed.compute.threads import on_threads
from embed.model.card import card
from embed.model.encoder import Dense, base_folder, load_base, pooled
from embed.pairs.cache import PairCache
from embed.pairs.leaks import TAUGHT, record
from embed.pairs.tokens import lower_case, tokenize
from kgbuild.errors import InputError

if TYPE_CHECKING:  # a method may load a model, as its teacher
    from embed.methods.method import Method

_CHUNK = {"cpu": 256, "cuda": 1024}


def save_model(
    out: Path,
    model: "Method",
    tokenizer: Any,
    cache: PairCache,
    train_mask: NDArray[np.bool_],
    steps: dict[str, int],
) -> None:
    """Write the model, its recipe and its card into `out`; each file is written beside and renamed."""
    new = out.parent / f".{out.name}.part"
    shutil.rmtree(new, ignore_errors=True)
    (new / "1_Pooling").mkdir(parents=True)
    config, text = model.config, model.text
    text.transformer.save_pretrained(new)  # type: ignore[operator]  # an HF model
    tokenizer.save_pretrained(new)
    _json(new / "sentence_bert_config.json", {"max_seq_length": config.max_length, "do_lower_case": config.lower_case})
    modes = {f"pooling_mode_{mode}": mode.startswith(config.pooling) for mode in ("cls_token", "mean_tokens")}
    width = text.transformer.config.hidden_size  # type: ignore[union-attr]  # every HF model has it
    _json(new / "1_Pooling" / "config.json", {"word_embedding_dimension": width} | modes)
    dense = [layer for layer in (text.project, *text.layers) if not isinstance(layer, nn.Identity)]
    for place, layer in enumerate(dense, 2):
        _save_dense(new / f"{place}_Dense", layer)
    (new / f"{2 + len(dense)}_Normalize").mkdir()
    layers = [("", "Transformer"), *((path.name, path.name[2:]) for path in sorted(new.glob("[1-9]_*")))]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(layers)
    ]
    _json(new / "modules.json", modules)
    model.save(new)
    config.save(new / "recipe.json")
    record(new / TAUGHT, cache, *model.taught(cache, train_mask))
    (new / "README.md").write_text(card(model, cache, train_mask, steps))
    for path in sorted(new.rglob("*")):
        target = out / path.relative_to(new)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            path.replace(target)
    shutil.rmtree(new)


def _save_dense(folder: Path, layer: nn.Module) -> None:
    folder.mkdir()
    linear = layer.linear if isinstance(layer, Dense) else layer
    how = {"in_features": linear.in_features, "out_features": linear.out_features, "bias": True} | (
        {"activation_function": "torch.nn.modules.activation.Tanh", "use_residual": True}
        if isinstance(layer, Dense)
        else {"activation_function": "torch.nn.modules.linear.Identity"}
    )
    _json(folder / "config.json", how)
    weights = layer.state_dict(prefix="" if isinstance(layer, Dense) else "linear.")
    save_file({name: weight.cpu().contiguous() for name, weight in weights.items()}, folder / "model.safetensors")


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1))


@dataclass(frozen=True)
class Encoder:
    """A model that turns texts into vectors, with the variants' vectors where it has any.

    Args:
        name: As recorded in the graph.
        folder: Where it was loaded from.
        transformer, tokenizer: Of Hugging Face.
        pooling: `cls` or `mean`.
        project: The Dense layers after pooling; empty for a plain base model.
        dimensions: D, the width of the vectors.
        max_length: Tokens of a text.
    """

    name: str
    folder: Path
    transformer: nn.Module
    tokenizer: Any
    pooling: str
    project: nn.Module
    dimensions: int
    max_length: int

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

    def encode(self, texts: Sequence[str], normalize: bool = True, precision: str = "fp32") -> NDArray[np.float32]:
        """Encode texts, each distinct one once.

        Args:
            texts: N texts.
            normalize: To unit length.
            precision: `auto` computes in bf16 where the hardware does: faster, cosines to two or three digits.

        Returns:
            N×D in the texts' order.
        """
        place = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        vectors_ND = np.empty((len(place), self.dimensions), np.float32)
        for rows, part_ND in self.parts(list(place), precision, normalize):
            vectors_ND[rows] = part_ND
        return vectors_ND[[place[text] for text in texts]]

    def parts(
        self, texts: Sequence[str], precision: str = "fp32", normalize: bool = True
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Encode texts in chunks of like length, the shortest first: rows of `texts` with their vectors."""
        tokens = tokenize(texts, self.tokenizer, self.max_length)
        order = np.argsort(tokens.lengths(np.arange(len(texts))), kind="stable")
        device = next(self.transformer.parameters()).device
        chunks = (order[at : at + _CHUNK[device.type]] for at in range(0, len(order), _CHUNK[device.type]))

        def encoded(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            ids_NL, mask_NL = (tensor.to(device) for tensor in tokens.padded(rows))
            with torch.inference_mode(), autocast(precision, device):
                part_ND: Tensor = self.project(pooled(self.transformer, ids_NL, mask_NL, self.pooling)).float()
                return rows, (F.normalize(part_ND, dim=-1) if normalize else part_ND).cpu().numpy()

        if device.type != "cpu" or len(texts) <= _CHUNK["cpu"]:
            yield from map(encoded, chunks)
            return
        yield from on_threads(encoded, chunks, self.transformer)

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


def load_encoder(model: str | Path) -> Encoder:
    """Load a model of `kg train`, of sentence-transformers or of transformers.

    Args:
        model: Its folder, its name on the Hugging Face hub, or `minilm`, the packaged base.

    Raises:
        InputError: There is no model.
    """
    folder = base_folder(str(model))
    modules = folder / "modules.json"
    paths = [folder / module["path"] for module in json.loads(modules.read_text())] if modules.exists() else []
    given = {path: json.loads((path / "config.json").read_text()) for path in paths if (path / "config.json").exists()}
    transformer, tokenizer = load_base(str(folder))
    pooling, layers, dimensions = "mean", [], int(transformer.config.hidden_size)  # type: ignore[union-attr, arg-type]  # HF's
    for path, settings in given.items():
        if path.name.endswith("Pooling"):
            is_cls = settings.get("pooling_mode_cls_token") or settings.get("pooling_mode") == "cls"
            pooling = "cls" if is_cls else "mean"
        elif path.name.endswith("Dense"):
            layers.append(_load_dense(path, settings))
            dimensions = settings["out_features"]
    length = folder / "sentence_bert_config.json"
    texts = json.loads(length.read_text()) if length.exists() else {}
    max_length = texts.get("max_seq_length") or tokenizer.model_max_length
    if texts.get("do_lower_case"):
        lower_case(tokenizer)
    device = best_device()
    transformer, project = transformer.to(device).eval(), nn.Sequential(*layers).to(device).eval()
    name = (folder.resolve() if Path(model).exists() else Path(model)).name  # a folder in the hub's cache has none
    return Encoder(name, folder, transformer, tokenizer, pooling, project, dimensions, min(max_length, 512))


def _load_dense(folder: Path, settings: dict[str, Any]) -> nn.Module:
    weights, activation = load_file(folder / "model.safetensors"), settings["activation_function"].rsplit(".", 1)[-1]
    if settings.get("use_residual") and activation == "Tanh":
        dense = Dense(settings["in_features"], settings["out_features"])
        dense.load_state_dict(weights)
        return dense
    if activation != "Identity":
        raise InputError(f"{folder}: a Dense layer with {activation}; kg reads Identity, and Tanh with a residual")
    linear = nn.Linear(settings["in_features"], settings["out_features"], settings.get("bias", True))
    linear.load_state_dict({key.removeprefix("linear."): value for key, value in weights.items()})
    return linear
