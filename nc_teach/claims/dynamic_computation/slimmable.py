"""Yu et al. (2019), "Slimmable Neural Networks": can one set of weights run at four widths?

Five ways to a network of a quarter, a half, three quarters or all of its channels: *naive* (all
widths trained together, one batch normalisation for all), the same network *recalibrated* (its
statistics measured anew at each width), *switchable* (a normalisation for each width),
*individual* (a network of that width, trained alone: the paper's control), and *cut* (the full
network, simply used at that width, with and without recalibration).

The criteria were set before the runs, from a trial on another machine.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nc_teach import dynamic, meter, training
from nc_teach.claims import Check, Claim, Result, Table, check, local, measured, together, with_bar
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.dynamic.slimmable import WIDTHS, active

from .networks import EPOCHS, fewer, half_size, train

CHANNELS = (32, 32, 32)
IMAGES = 5000
VARIANTS = ("naive", "recalibrated", "switchable", "individual", "cut", "cut, recalibrated")
NORMS = {"naive": dynamic.SharedBatchNorm2d, "switchable": dynamic.SwitchableBatchNorm2d}
LAYER = 1  # the normalisation whose means are shown


@dataclass(frozen=True, kw_only=True)
class Slimmable(Result):
    """Test accuracy in [0, 1] per variant of :data:`VARIANTS`, seeds x widths.

    ``macs`` of each width. ``running`` and ``true`` are, for the first network of a variant, the
    running mean that a normalisation kept and the mean of what it really gets on the test images:
    widths x the channels that all widths use. ``networks`` are the two that were trained at all
    widths, of the last seed.
    """

    widths: tuple[float, ...]
    channels: tuple[int, ...]
    macs: tuple[int, ...]
    accuracy: dict[str, np.ndarray]
    running: dict[str, np.ndarray]
    true: dict[str, np.ndarray]
    networks: dict[str, dynamic.SlimmableNet] | None = local()

    def in_words(self) -> str:
        """All variants at the smallest width."""
        parts = [f"{name} {100 * runs[:, 0].mean():.1f} %" for name, runs in self.accuracy.items()]
        return f"At {100 * self.widths[0]:.0f} % of the width: {', '.join(parts)}."

    def table(self) -> Table:
        """A row per variant, a column per width."""
        rows = tuple((name, *map(percent, a.T)) for name, a in self.accuracy.items())
        macs = ", ".join(f"{count:,}" for count in self.macs)
        seeds = len(next(iter(self.accuracy.values())))
        many = "1 network" if seeds == 1 else f"{seeds} networks"
        notes = (f"MACs: {macs}. {many} of each kind.", self.provenance.line())
        return Table(("network", *(f"width {w:g}" for w in self.widths)), rows, notes)


@measured
def train_widths(
    dataset: Dataset, seeds: Sequence[int], *, controls: bool = True, epochs: int = EPOCHS
) -> Slimmable:
    """Train and test all variants; without ``controls`` only the three that share weights."""
    half = fewer(half_size(dataset), IMAGES)
    runs = []
    for seed in with_bar(seeds, "seed"):
        nets = {way: _joint(way, half, seed, epochs) for way in NORMS}
        found = {
            "naive": at_widths(nets["naive"], half),
            "recalibrated": at_widths(nets["naive"], half, recalibrated=True),
            "switchable": at_widths(nets["switchable"], half),
        }
        runs.append((nets, found | (_alone(half, seed, epochs) if controls else {})))
    nets = runs[-1][0]
    means = {name: _means(net, half) for name, net in runs[0][0].items()}
    full, shape = nets["naive"], half.test.images.shape[1:]
    return Slimmable(
        widths=WIDTHS,
        channels=CHANNELS,
        macs=tuple(meter.count_macs(full.set_width(w), shape) for w in WIDTHS),
        accuracy=together([found for _, found in runs]),
        running={name: running for name, (running, _) in means.items()},
        true={name: true for name, (_, true) in means.items()},
        networks=nets,
    )


def _joint(way: str, half: Dataset, seed: int, epochs: int) -> dynamic.SlimmableNet:
    """All widths trained together, with one normalisation for all or one for each."""
    net = dynamic.SlimmableNet(len(half.classes), CHANNELS, norm=NORMS[way], seed=seed)
    return train(net, half, seed, epochs, loss=dynamic.sum_of_widths)


def _alone(half: Dataset, seed: int, epochs: int) -> dict[str, list[float]]:
    """A network of each width, trained alone; the full one is also cut."""
    nets = [one_width(half, width, seed, epochs) for width in WIDTHS]
    return {
        "individual": [training.accuracy(net, half.test) for net in nets],
        "cut": at_widths(nets[-1], half),
        "cut, recalibrated": at_widths(nets[-1], half, recalibrated=True),
    }


def one_width(half: Dataset, width: float, seed: int, epochs: int) -> dynamic.SlimmableNet:
    """An ordinary network with ``width`` times the channels, trained."""
    channels = [active(count, width) for count in CHANNELS]
    net = dynamic.SlimmableNet(
        len(half.classes), channels, widths=(1.0,), norm=dynamic.SharedBatchNorm2d, seed=seed
    )
    return train(net, half, seed, epochs)


def at_widths(
    net: dynamic.SlimmableNet,
    half: Dataset,
    widths: Sequence[float] = WIDTHS,
    *,
    recalibrated: bool = False,
) -> list[float]:
    """Test accuracy at each width; the network itself is left as it is."""
    found = []
    for width in widths:
        used = copy.deepcopy(net).set_width(width)
        if recalibrated:
            dynamic.recalibrate_bn(used, half.train)
        found.append(training.accuracy(used, half.test))
    return found


def _means(net: dynamic.SlimmableNet, half: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """(running means, true means) before one normalisation, widths x channels that all use."""
    shown, place = active(CHANNELS[LAYER], min(WIDTHS)), 3 * LAYER + 1  # convolution, norm, ReLU
    running, true = [], []
    for width in WIDTHS:
        small = dynamic.slim(copy.deepcopy(net).set_width(width)).eval()
        with torch.no_grad():
            maps = small[:place](half.test.images[:1000])
        running.append(small[place].get_buffer("running_mean")[:shown].numpy())
        true.append(maps.mean(dim=(0, 2, 3))[:shown].numpy())
    return np.stack(running), np.stack(true)


def _judge(result: Slimmable) -> tuple[Check, ...]:
    smallest = {name: values[:, 0] for name, values in result.accuracy.items()}
    naive, switchable = smallest["naive"], smallest["switchable"]
    gain = "width 0.25: gain of the naive network when it is recalibrated"
    checks = (
        check("width 0.25: switchable ahead of naive by", switchable - naive, least=0.2),
        check(gain, smallest["recalibrated"] - naive, least=0.15),
    )
    if "individual" not in smallest:
        return checks
    against = "width 0.25: switchable against a network trained for that width alone"
    cut = "the full network, just cut to a half or a quarter: the better accuracy"
    return (
        *checks,
        check(against, switchable - smallest["individual"], least=-0.04),
        check(cut, result.accuracy["cut"][:, :2].max(axis=1), most=0.3, say=share),
    )


SLIMMABLE = Claim("slimmable", Slimmable, train_widths, _judge, dataset="fashion")
