"""Training and encoding beside sentence-transformers' trainer and encoder, on the names of the graph.

    python benchmarks/train.py [--pairs FOLDER] [--threads 2] [--rounds 3] [--only steps|encode|gpu]

FOLDER is a pair cache that `kg train` has read, the newest of KG_HOME unless given. sentence-transformers' trainer asks
for two packages that kg does without: pip install accelerate datasets

Steps: synonym pairs, one batch size, one base model, one length limit, one precision for both; MultipleNegativesRanking
there, kg's own loop here (gradients, clipping, AdamW). Both make their batches meanwhile. The sides take turns, a first
step of each turn is not counted, and the figure is the median over all steps. `padding` is the tokens that kg computes
with by the real ones: on the CPU it packs texts without padding (`embed.compute.packing`), elsewhere it pads chunks.

On a GPU, in the same way with a BERT of 110 million random weights in bf16: also what share of the time the loop waits
for a batch, the processor launches kernels, the GPU idles; and model FLOP utilisation (6 FLOP a weight and real token,
without embeddings, over the dense bf16 peak of the card).
"""

import argparse
import dataclasses
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from start import newest
from torch import nn

from embed.compute.device import autocast, best_device
from embed.compute.packing import packs
from embed.config import GenerelConfig
from embed.methods.generel import Generel, GenerelBatches
from embed.model.checkpoint import load_encoder
from embed.model.encoder import base_folder, load_base
from embed.pairs.cache import TASKS, PairCache
from embed.pairs.tokens import Tokens, tokenize
from embed.recipes.generel import generel_cpu
from embed.training.step import gradients
from embed.training.train import make_optimizers

#: Dense bf16 FLOP/s by a part of the card's name.
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "T4": 65e12}


Seconds = Any  # an array of two


class Kg:
    """kg's loop on synonyms, in turns of a few steps."""

    def __init__(
        self, base: str, cache: PairCache, tokens: Tokens, batch: int, precision: Any, length: int, chunk: int
    ):
        config: GenerelConfig = dataclasses.replace(
            generel_cpu(),
            base_model=base,
            quota={"synonym": batch},
            names="all",
            precision=precision,
            max_length=length,
            chunk=chunk,
        )
        everything = np.ones(len(cache.pairs), bool)
        self.device, self.at = best_device(), 0
        self.model = Generel(config, load_base(base)[0], cache, everything, tokens).to(self.device).train()
        self.batches = GenerelBatches(cache, everything, tokens, config)
        self.optimizers = make_optimizers(self.model)
        self.waited = np.zeros(2)

    def turn(self, steps: int) -> list[Seconds]:
        """Seconds of each step but the first."""
        stream, seconds = self.batches.stream(self.at, self.at + steps + 1, self.device), []
        dense = [weight for group in self.optimizers[0].param_groups for weight in group["params"]]
        self.at, self.waited = self.at + steps + 1, np.zeros(2)
        started = clock()
        for i, batch in enumerate(self._timed(stream)):
            gradients(self.model, batch, self.at + i, self.device)
            nn.utils.clip_grad_norm_(dense, 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            self.model.after_step()
            if i in (0, steps):
                synchronize(self.device)
            now = clock()
            seconds.append(now - started)
            started = now
            if i == 0:
                self.waited = np.zeros(2)
        return mean_on_gpu(seconds[1:], self.device)

    def _timed(self, stream: Iterator[Any]) -> Iterator[Any]:
        while True:
            started = clock()
            batch = next(stream, None)
            self.waited += clock() - started
            if batch is None:
                return
            yield batch

    def padding(self) -> float:
        """Tokens computed with by real ones."""
        return 1.0 if packs(self.model.text.transformer) else self.tokens()[0]

    def tokens(self, steps: int = 20) -> tuple[float, float]:
        """Padded tokens by real ones, and real ones of a batch."""
        chunks = [chunk for i in range(steps) for chunk in self.batches.batch(0, i).chunks]
        real = sum(int(mask.sum()) for _, mask in chunks)
        return sum(ids.numel() for ids, _ in chunks) / real, real / steps


class SentenceTransformers:
    """Their trainer on the same pairs."""

    def __init__(self, base: str, texts: list[tuple[str, str]], batch: int, precision: str, length: int, folder: str):
        from datasets import Dataset
        from sentence_transformers import SentenceTransformer, models
        from sentence_transformers.losses import MultipleNegativesRankingLoss

        transformer = models.Transformer(base_folder(base), max_seq_length=length)
        pooling = models.Pooling(transformer.get_word_embedding_dimension())
        self.model = SentenceTransformer(modules=[transformer, pooling], device=best_device().type)
        self.loss = MultipleNegativesRankingLoss(self.model)
        self.data = Dataset.from_dict({"anchor": [a for a, _ in texts], "positive": [b for _, b in texts]})
        self.batch, self.precision, self.folder = batch, precision, folder

    def turn(self, steps: int) -> list[Seconds]:
        from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
        from transformers import PrinterCallback, TrainerCallback

        ends: list[Seconds] = []

        class Clock(TrainerCallback):  # type: ignore[misc]  # theirs is untyped
            def on_step_end(self, *given: Any, **named: Any) -> None:
                if len(ends) in (0, steps):
                    synchronize(best_device())
                ends.append(clock())

        arguments = SentenceTransformerTrainingArguments(
            output_dir=self.folder, max_steps=steps + 1, per_device_train_batch_size=self.batch, learning_rate=2e-5,
            bf16=self.precision == "bf16", use_cpu=best_device().type == "cpu", save_strategy="no", report_to="none",
            logging_strategy="no", disable_tqdm=True, max_grad_norm=1.0,
        )  # fmt: skip
        trainer = SentenceTransformerTrainer(
            self.model, arguments, train_dataset=self.data, loss=self.loss, callbacks=[Clock()]
        )
        trainer.remove_callback(PrinterCallback)  # it is not quiet for `disable_tqdm` alone
        trainer.train()
        return mean_on_gpu(list(np.diff(ends, axis=0)), best_device())


def clock() -> Seconds:
    """Seconds of the clock and of the processors: on a busy machine the second says more."""
    return np.array([time.perf_counter(), time.process_time()])


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def mean_on_gpu(seconds: list[Seconds], device: torch.device) -> list[Seconds]:
    """A GPU is behind the loop: only all steps together say how long one takes."""
    return [sum(seconds) / len(seconds)] if device.type == "cuda" else seconds


def synonyms(folder: Path, most: int = 50_000) -> PairCache:
    """Some of the synonym pairs, with the texts that they use."""
    cache = PairCache.load(folder)
    task = cache.column("task")
    row = np.flatnonzero((task == TASKS.index("synonym")) & (cache.column("head_text") != cache.column("tail_text")))
    row = np.sort(np.random.default_rng(0).permutation(row)[:most])
    pairs = cache.pairs.take(row)
    both = [pairs[name].to_numpy() for name in ("head_text", "tail_text")]
    used, place = np.unique(np.concatenate(both), return_inverse=True)
    for name, part in zip(("head_text", "tail_text"), np.split(place.astype(np.int32), 2), strict=True):
        pairs = pairs.set_column(pairs.schema.get_field_index(name), name, pa.array(part))
    strings = cache.strings.take(pa.array(used))
    return dataclasses.replace(cache, pairs=pairs, strings=strings, variants=cache.variants.slice(0, 1))


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def compare(
    base: str, cache: PairCache, batch: int, precision: str, length: int, chunk: int, rounds: int, steps: int
) -> Kg:
    strings = cache.strings.to_pylist()
    tokens = tokenize(strings, load_base(base)[1], length)
    texts = [
        (strings[a], strings[b]) for a, b in zip(cache.column("head_text"), cache.column("tail_text"), strict=True)
    ]
    kg = Kg(base, cache, tokens, batch, precision, length, chunk)
    with tempfile.TemporaryDirectory() as folder:
        them = peers(SentenceTransformers, base, texts, batch, precision, length, folder)
        seconds: dict[str, list[Seconds]] = {"kg": [], "them": []}
        for _ in range(rounds):
            seconds["kg"] += kg.turn(steps)
            seconds["them"] += them.turn(steps) if them else []
    line = f"batch {batch:5} {precision}: {rates(seconds, batch, 'pairs')}, padding {kg.padding():.2f}"
    print(f"{line}; {load()}", flush=True)
    return kg


def rates(seconds: dict[str, list[Seconds]], count: int, what: str) -> str:
    """Both sides' figures, by the median of the clock; the ratio by the processors' time, too."""
    ours, theirs = (np.median(each, axis=0) if each else None for each in seconds.values())
    if theirs is None:
        return f"kg {count / ours[0]:,.1f} {what}/s"
    return (
        f"kg {count / ours[0]:,.1f} {what}/s, sentence-transformers {count / theirs[0]:,.1f}, "
        f"ratio {theirs[0] / ours[0]:.2f} (by processor time {theirs[1] / ours[1]:.2f})"
    )


def peers(make: Any, *given: Any) -> Any:
    """Theirs, or None with a line that says what is missing."""
    try:
        return make(*given)
    except ImportError as error:
        print(f"sentence-transformers' trainer is left out: {error}".splitlines()[0])
        return None


def encode(cache: PairCache, rounds: int, most: int) -> None:
    """Names a second, each distinct name once for both."""
    from sentence_transformers import SentenceTransformer

    names = cache.strings.to_pylist()
    names = [names[i] for i in np.random.default_rng(1).permutation(len(names))[:most]]
    ours, theirs = load_encoder("minilm"), SentenceTransformer(base_folder("minilm"), device=best_device().type)
    theirs.max_seq_length = ours.max_length
    for precision in ("bf16", "fp32"):
        seconds: dict[str, list[Seconds]] = {"kg": [], "them": []}
        for _ in range(rounds):
            started = clock()
            vectors_ND = ours.encode(names, precision=precision)
            seconds["kg"].append(clock() - started)
            started = clock()
            with autocast(precision, best_device()):
                others_ND = theirs.encode(names, normalize_embeddings=True, show_progress_bar=False)
            seconds["them"].append(clock() - started)
        cosine = np.einsum("nd,nd->n", vectors_ND, others_ND.astype(np.float32))
        print(
            f"encode {len(names):,} names {precision}: {rates(seconds, len(names), 'names')}; "
            f"least cosine between both {cosine.min():.4f}; {load()}",
            flush=True,
        )


def gpu(cache: PairCache, rounds: int) -> None:
    """The same steps on a GPU, and where the time goes."""
    if not torch.cuda.is_available():
        print("no GPU here: the part for GPUs is left out (python benchmarks/train.py --only gpu runs it alone)")
        return
    from transformers import BertConfig, BertModel

    card = torch.cuda.get_device_name()
    peak = next((flops for name, flops in PEAKS.items() if name in card), None)
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        BertModel(BertConfig()).save_pretrained(folder)
        load_base("minilm")[1].save_pretrained(folder)  # BERT's own vocabulary
        print(f"{card}, BERT of 110 million random weights, 32 tokens at most")
        for batch in (512, 4096):
            kg = compare(folder, cache, batch, "bf16", 32, chunk=1024, rounds=rounds, steps=20)
            where(kg, batch, peak)


def where(kg: Kg, batch: int, peak: float | None, steps: int = 20) -> None:
    """Prints shares of the time of a step, and model FLOP utilisation."""
    from torch.profiler import ProfilerActivity, profile

    each = float(kg.turn(steps)[0][0])
    waited = float(kg.waited[0]) / steps / each
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        kg.turn(steps)
    events = profiled.key_averages()
    busy = sum(event.self_device_time_total for event in events) / 1e6 / (steps + 1)
    launch = sum(event.self_cpu_time_total for event in events if "Launch" in event.key) / 1e6 / (steps + 1)
    weights = sum(weight.numel() for name, weight in kg.model.text.named_parameters() if "embeddings" not in name)
    flops = 6 * weights * kg.tokens()[1] / each
    use = f", model FLOP utilisation {flops / peak:.1%}" if peak else ""
    print(
        f"  a step takes {1e3 * each:.1f} ms: waits for its batch {waited:.1%}, launches kernels {launch / each:.1%}, "
        f"leaves the GPU idle {max(0.0, 1 - busy / each):.1%}; {flops / 1e12:.1f} TFLOP/s{use}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=Path, help="a folder of the pair cache; the newest of KG_HOME unless given")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--names", type=int, default=20_000, help="how many are encoded")
    parser.add_argument("--only", choices=["steps", "encode", "gpu"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cache = synonyms(options.pairs or newest())
    print(f"{len(cache.pairs):,} synonym pairs, torch {torch.__version__}, {options.threads} threads, {load()}")
    if options.only in (None, "steps"):
        for batch, steps in ((64, 8), (512, 2)):
            for precision in ("bf16", "fp32"):
                compare("minilm", cache, batch, precision, 32, chunk=128, rounds=options.rounds, steps=steps)
    if options.only in (None, "encode"):
        encode(cache, options.rounds, options.names)
    if options.only in (None, "gpu"):
        gpu(cache, options.rounds)


if __name__ == "__main__":
    main()
