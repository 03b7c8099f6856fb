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
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from nc_teach import dynamic, meter, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    local,
    measured,
    with_bar,
)
from nc_teach.claims.dynamic_computation.networks import EPOCHS, half_size, train_plain
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.dynamic.slimmable import WIDTHS, active
from nc_teach.table import Table

CHANNELS = (32, 32, 32)
IMAGES = 5000
VARIANTS = (
    "naive",
    "recalibrated",
    "switchable",
    "individual",
    "cut",
    "cut, recalibrated",
)
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
    half = half_size(dataset)
    half = replace(half, train=half.train.subset(min(IMAGES, len(half.train))))
    accuracy: dict[str, list[list[float]]] = {}
    means: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for seed in with_bar(seeds, "seed"):
        nets = {way: _joint(way, half, seed, epochs) for way in ("naive", "switchable")}
        found = _shared(nets, half) | (_alone(half, seed, epochs) if controls else {})
        for name, values in found.items():
            accuracy.setdefault(name, []).append(values)
        means = means or {name: _means(net, half) for name, net in nets.items()}
    net = dynamic.SlimmableNet(len(half.classes), CHANNELS)
    shape = half.test.images.shape[1:]
    return Slimmable(
        widths=WIDTHS,
        channels=CHANNELS,
        macs=tuple(meter.count_macs(net.set_width(w), shape) for w in WIDTHS),
        accuracy={name: np.array(accuracy[name]) for name in VARIANTS if name in accuracy},
        running={name: running for name, (running, _) in means.items()},
        true={name: true for name, (_, true) in means.items()},
        networks=nets,
    )


NORMS = {"naive": dynamic.SharedBatchNorm2d, "switchable": dynamic.SwitchableBatchNorm2d}


def _joint(way: str, half: Dataset, seed: int, epochs: int) -> dynamic.SlimmableNet:
    """All widths trained together, with one normalisation for all or one for each."""
    net = dynamic.SlimmableNet(len(half.classes), CHANNELS, norm=NORMS[way], seed=seed)
    return train_plain(net, half, seed, dynamic.sum_of_widths, epochs)


def _shared(nets: dict[str, dynamic.SlimmableNet], half: Dataset) -> dict[str, list[float]]:
    return {
        "naive": at_widths(nets["naive"], half),
        "recalibrated": at_widths(nets["naive"], half, recalibrated=True),
        "switchable": at_widths(nets["switchable"], half),
    }


def _alone(half: Dataset, seed: int, epochs: int) -> dict[str, list[float]]:
    """A network of each width, trained alone; the full one is also cut."""
    individual = []
    for width in WIDTHS:
        net = small_network(width, len(half.classes), seed)
        train_plain(net, half, seed, epochs=epochs)
        individual.append(training.accuracy(net, half.test))
    return {
        "individual": individual,
        "cut": at_widths(net, half),
        "cut, recalibrated": at_widths(net, half, recalibrated=True),
    }


def small_network(width: float, classes: int, seed: int) -> dynamic.SlimmableNet:
    """An ordinary network with ``width`` times the channels."""
    channels = [active(count, width) for count in CHANNELS]
    return dynamic.SlimmableNet(
        classes, channels, widths=(1.0,), norm=dynamic.SharedBatchNorm2d, seed=seed
    )


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
    shown, images = active(CHANNELS[LAYER], min(WIDTHS)), half.test.images[:1000]
    running, true = [], []
    for width in WIDTHS:
        used = copy.deepcopy(net).set_width(width).eval()
        running.append(_running_mean(used.norms[LAYER], width)[:shown].tolist())
        true.append(_inputs_of(used, images).mean(dim=(0, 2, 3))[:shown].tolist())
    return np.array(running), np.array(true)


def _running_mean(norm: nn.Module, width: float) -> torch.Tensor:
    """What a normalisation has kept, for all widths or for this one."""
    if isinstance(norm, dynamic.SwitchableBatchNorm2d):
        return norm.get_buffer(f"norms.{norm.widths.index(width)}.running_mean")
    return norm.get_buffer("running_mean")


def _inputs_of(net: dynamic.SlimmableNet, images: torch.Tensor) -> torch.Tensor:
    """What the normalisation of :data:`LAYER` is given."""
    with torch.no_grad():
        maps = images
        for layer in range(LAYER):
            maps = nn.functional.relu(net.norms[layer](net.convs[layer](maps)))
        return net.convs[LAYER](maps)


def _judge(result: Slimmable) -> tuple[Check, ...]:
    smallest = {name: values[:, 0] for name, values in result.accuracy.items()}
    naive, switchable = smallest["naive"], smallest["switchable"]
    checks = (
        check("width 0.25: switchable ahead of naive by", switchable - naive, least=0.2),
        check(
            "width 0.25: gain of the naive network when it is recalibrated",
            smallest["recalibrated"] - naive,
            least=0.15,
        ),
    )
    if "individual" not in smallest:
        return checks
    cut = result.accuracy["cut"][:, :2].max(axis=1)
    return (
        *checks,
        check(
            "width 0.25: switchable against a network trained for that width alone",
            switchable - smallest["individual"],
            least=-0.04,
        ),
        check(
            "the full network, just cut to a half or a quarter: the better accuracy",
            cut,
            most=0.3,
            say=share,
        ),
    )


SLIMMABLE = Claim("slimmable", Slimmable, train_widths, _judge, dataset="fashion")
