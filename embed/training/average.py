"""The mean of several models' weights, as one model.

Source: BioLORD-2023, "Weight-averaging phase"; Wortsman et al. 2022, Model soups.
"""

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from embed.model.encoder import load_base


def average(folders: Sequence[Path]) -> nn.Module:
    """The transformer whose every weight is the mean of the saved models'; they are of one architecture."""
    mean, _ = load_base(str(folders[0]))
    total = {name: weight.double() for name, weight in mean.state_dict().items()}
    for folder in folders[1:]:
        for name, weight in load_base(str(folder))[0].state_dict().items():
            total[name] += weight.double()
    own = mean.state_dict()
    mean.load_state_dict({name: (weight / len(folders)).to(own[name].dtype) for name, weight in total.items()})
    return mean
