"""A training by several processes."""

import os
import subprocess
import sys
from pathlib import Path

from embed.config import TrainConfig
from embed.pairs.cache import PairCache

_TRAIN = """
import sys
from pathlib import Path
from embed import config
from embed.pairs.cache import PairCache
from embed.training.phases import train
folder = Path(sys.argv[1])
given = getattr(config, sys.argv[2]).load(folder / "config.json")
train(given, PairCache.load(folder / "pairs"), folder / "together")
"""


def train_together(config: TrainConfig, cache: PairCache, folder: Path, processes: int) -> str:
    """Train by `torchrun` into `folder`/together; gives what it printed."""
    config.save(folder / "config.json")
    cache.save(folder / "pairs")
    (folder / "run.py").write_text(_TRAIN)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(processes)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    command = [*torchrun, str(folder / "run.py"), str(folder), type(config).__name__]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr
