"""Seconds from the start of `kg train` to the end of its first step, by part, and memory over epochs.

    python benchmarks/start.py [--pairs FOLDER] [--recipe generel_locus] [--epochs 3]

FOLDER is a pair cache that `kg train` has read, the newest of KG_HOME unless given. Each run is a process of its own:
the first one may tokenise, the second has a warm cache. The training itself is not changed, only timed, and stopped
after its first step. Then batches of whole epochs are made, which nothing is trained on, and tiny ones are trained on:
memory after each epoch. Prints wall time and the processors' (a busy machine shows in the difference), and the load.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil


def newest() -> Path:
    from kgbuild.home import folder

    found = sorted(folder("pairs").glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    if not found:
        sys.exit("no pairs yet: run `kg train`, or name their folder with --pairs")
    return found[-1].parent


class Clock:
    """Prints what each part took: seconds since the part before, of the clock and of the processors."""

    def __init__(self) -> None:
        self.wall, self.cpu = psutil.Process().create_time(), 0.0

    def lap(self, what: str) -> None:
        wall, cpu = time.time(), time.process_time()
        print(f"  {what:44} {wall - self.wall:6.2f} s  {cpu - self.cpu:6.2f} s of processor", flush=True)
        self.wall, self.cpu = wall, cpu

    def timed(self, owner: Any, name: str, what: str) -> None:
        """Let `owner.name` print what it takes, and what there was before it."""
        function: Callable[..., Any] = getattr(owner, name)

        def call(*given: Any, **named: Any) -> Any:
            self.lap(f"before: {what}")
            result = function(*given, **named)
            self.lap(what)
            return result

        setattr(owner, name, call)


def start(pairs: Path, recipe: str, out: Path) -> None:
    clock = Clock()
    from embed import commands
    from embed.methods.generel import Generel
    from embed.pairs.cache import PairCache
    from embed.training import state, train

    clock.lap("Python, and importing embed")
    cache = PairCache.load(pairs)
    clock.lap(f"load {len(cache.pairs):,} pairs")
    config = commands.recipe(recipe)
    mask = commands.split_of(cache, "grouped", config.seed).train_mask
    clock.lap("hold out")
    for owner, name, what in (
        (train, "load_base", "base model"),
        (train, "cached", "token ids"),
        (train, "prepare", "model and batches"),
        (Generel, "start", "start in closed form"),
        (train, "plan", "plan"),
        (state, "save", "first checkpoint"),
    ):
        clock.timed(owner, name, what)

    def stop(*given: Any) -> None:
        clock.lap("first step")
        wall = time.time() - psutil.Process().create_time()
        print(f"  {'all':44} {wall:6.2f} s  {time.process_time():6.2f} s of processor; {memory()}", flush=True)
        os._exit(0)

    train.Seen.add = stop
    train.train(config, cache, out, mask)


def epochs(pairs: Path, recipe: str, count: int, out: Path) -> None:
    import numpy as np

    from embed import commands
    from embed.methods.generel import GenerelBatches
    from embed.model.encoder import load_base
    from embed.pairs.cache import PairCache
    from embed.pairs.tokens import cached
    from embed.training import train

    cache, config = PairCache.load(pairs), commands.recipe(recipe)
    tokens = cached(cache.strings.to_pylist(), load_base(config.base_model)[1], config.max_length, pairs)
    batches = GenerelBatches(cache, np.ones(len(cache.pairs), bool), tokens, config)
    for epoch in range(count):
        for step in range(batches.steps):
            batches.batch(epoch, step)
        print(f"  batches of epoch {epoch}: {batches.steps:,} batches, {memory()}", flush=True)
    del batches

    few = np.zeros(len(cache.pairs), bool)
    few[np.random.default_rng(0).choice(len(few), 200, replace=False)] = True
    add = train.Seen.add

    def shown(seen: Any, loss_B: Any, task_B: Any, step: int) -> None:
        add(seen, loss_B, task_B, step)
        if step % 10 == 0:
            print(f"  trained {step} steps: {memory()}", flush=True)

    train.Seen.add = shown
    small = replace(config.resized(16), variant_encoder="table", epochs=count, checkpoint_every=10)
    train.train(small, cache, out, few)


def memory() -> str:
    used = psutil.Process().memory_info()
    return f"memory {used.rss / 2**20:,.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=Path, help="a folder of the pair cache; the newest of KG_HOME unless given")
    parser.add_argument("--recipe", default="generel_locus")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--part", choices=["start", "epochs"], help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    pairs = options.pairs or newest()
    if options.part == "start":
        start(pairs, options.recipe, options.out)
    elif options.part == "epochs":
        epochs(pairs, options.recipe, options.epochs, options.out)
    else:
        given = ["--pairs", str(pairs), "--recipe", options.recipe, "--epochs", str(options.epochs)]
        for part in ("start", "start", "epochs"):
            print(f"{part}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
            with tempfile.TemporaryDirectory() as out:
                subprocess.run([sys.executable, __file__, *given, "--part", part, "--out", out], check=True)


if __name__ == "__main__":
    main()
