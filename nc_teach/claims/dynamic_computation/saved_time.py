"""MACs saved and time saved: are they the same?

Every dynamic network is timed against the static one that it replaces, in turn, on one thread, on
the same test images: one by one, and 100 at a time. Exits are really left; what is
skipped is not computed. What is reported is 1 - time / time of the static network, a run a
seed; of each batch the lower quartile of its repeats (what else the machine does only adds time).

Nothing is trained: a network is as fast before training as after it. How many images leave by which
exit is set by thresholds on their own confidences, so that the mean cost is the budget.

Large is four times as wide as small. The criteria were set after a first look at small networks and
before the large ones had run; the first layer of the large chain was made coarser after that, since
one input channel at full size took as long as all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import dynamic, meter
from nc_teach.claims import Check, Claim, Result, check, measured, stopping_as_a_whole, with_bar
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.exit_network import SMALL as EXIT_LAYERS
from nc_teach.dynamic.skipping import Blocks
from nc_teach.table import Table

BATCHES = (1, 100)
TIMED, REPEATS = 100, 7  # images a run, and how often
BUDGET = 0.55  # of the last exit's MACs
SIZES = {  # layers of the chain with exits, channels of the slimmable, width of the residual one
    "small": (EXIT_LAYERS, 32, 16),
    "large": (tuple((4 * channels, stride) for channels, stride in EXIT_LAYERS), 128, 64),
}


@dataclass(frozen=True, kw_only=True)
class SavedTime(Result):
    """``macs_saved`` by name, a share; ``time_saved`` by batch size and name, a share for each run.

    ``milliseconds`` is the time of one image as (static, dynamic), by batch size and name, medians
    over the runs.
    """

    names: tuple[str, ...]
    macs_saved: dict[str, float]
    time_saved: dict[int, dict[str, np.ndarray]]
    milliseconds: dict[int, dict[str, tuple[float, float]]]

    def table(self) -> Table:
        """A row per network: what it saves on paper, and on the clock."""
        rows = tuple(
            (
                name,
                f"{100 * self.macs_saved[name]:.0f} %",
                *(_share(self.time_saved[size][name]) for size in self.time_saved),
                *(
                    " -> ".join(f"{ms:.3f}" for ms in self.milliseconds[size][name])
                    for size in self.time_saved
                ),
            )
            for name in self.names
        )
        heads = [f"time saved, batch {size}" for size in self.time_saved]
        clock = [f"ms per image, batch {size}" for size in self.time_saved]
        note = f"One thread; each against its static network in turn. {self.provenance.line()}"
        return Table(("network", "MACs saved", *heads, *clock), rows, (note,))


def _share(runs: np.ndarray) -> str:
    return f"{100 * np.median(runs):.0f} % ({100 * min(runs):.0f} to {100 * max(runs):.0f})"


@dataclass(frozen=True)
class Pair:
    """A dynamic network, the static one it is held against, and images for both."""

    static: nn.Module
    dynamic: nn.Module
    images: Tensor


class WithPolicy(nn.Module):
    """Blocks of which each place in a batch takes ``keep``, drawn at random once and for all."""

    def __init__(self, net: Blocks, keep: int, seed: int) -> None:
        super().__init__()
        lots = torch.rand(TIMED, len(net.blocks), generator=torch.Generator().manual_seed(seed))
        self.net, self.policy = net, lots.argsort(dim=1).argsort(dim=1) < keep

    def forward(self, images: Tensor) -> Tensor:
        return self.net(images, self.policy[: len(images)])


@measured
def time_pairs(
    runs: Sequence[Mapping[str, Pair]],
    *,
    batches: Sequence[int] = BATCHES,
    repeats: int = REPEATS,
) -> SavedTime:
    """Count and time every pair of every run; all runs have the same names."""
    names = tuple(runs[0])
    macs: dict[str, list[float]] = {name: [] for name in names}
    saved: dict[int, dict[str, list[float]]] = {b: {n: [] for n in names} for b in batches}
    clock: dict[int, dict[str, list]] = {b: {n: [] for n in names} for b in batches}
    for run in with_bar(runs, "run"):
        for name, pair in run.items():
            spent = [dynamic.mean_macs(net, pair.images) for net in (pair.static, pair.dynamic)]
            macs[name].append(1 - spent[1] / spent[0])
            for size in batches:
                before, after = _times(pair, size, repeats)
                saved[size][name].append(1 - after / before)
                clock[size][name].append((before, after))
    medians = {size: {n: _medians(pairs) for n, pairs in by.items()} for size, by in clock.items()}
    return SavedTime(
        names=names,
        macs_saved={name: float(np.mean(shares)) for name, shares in macs.items()},
        time_saved={b: {n: np.array(runs) for n, runs in by.items()} for b, by in saved.items()},
        milliseconds=medians,
    )


def _medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    before, after = np.median(pairs, axis=0).tolist()
    return before, after


def _times(pair: Pair, size: int, repeats: int) -> tuple[float, float]:
    """Milliseconds of one image, static and dynamic."""
    models = {"static": pair.static, "dynamic": pair.dynamic}
    found = time_in_turn(models, pair.images, size, repeats)
    return found["static"], found["dynamic"]


def time_in_turn(
    models: Mapping[str, nn.Module], images: Tensor, size: int, repeats: int
) -> dict[str, float]:
    """Milliseconds of one image: the models take turns on each batch of ``size``.

    Of every batch the lower quartile of its repeats, then the mean over the batches: a short run
    is seldom disturbed more than once or twice.
    """
    total = dict.fromkeys(models, 0.0)
    for batch in images.split(size):
        found = meter.latencies(models, batch, repeats=repeats, warm_up=1)
        for name, one in found.items():
            total[name] += one.lower
    return {name: milliseconds / len(images) for name, milliseconds in total.items()}


def exits_pair(layers: Sequence[tuple[int, int]], images: Tensor, seed: int) -> Pair:
    """A chain that is left early, against the same chain without exits."""
    net = dynamic.EarlyExitNet.small(layers=layers, seed=seed).eval()
    with torch.no_grad():
        sure = dynamic.max_softmax(torch.stack(net(images)))
    costs = dynamic.exit_costs(net, images.shape[1:])
    bars = dynamic.exit_thresholds(sure, costs, BUDGET * costs[-1])
    return Pair(nn.Sequential(*net.blocks, net.classifiers[-1]), dynamic.Leaving(net, bars), images)


def width_pair(channels: int, images: Tensor, seed: int) -> Pair:
    """A slimmable network at half its width against the full width."""
    full, half = (
        dynamic.SlimmableNet(channels=(channels,) * 3, strides=(2, 2, 1), seed=seed).set_width(
            width
        )
        for width in (1.0, 0.5)
    )
    return Pair(full, half, images)


def blocks_pair(width: int, images: Tensor, seed: int) -> Pair:
    """Three of six residual blocks, others for each image, against all; no gates."""
    net = image_blocks(width=width, seed=seed)
    return Pair(net, WithPolicy(net, 3, seed), images)


def time_networks(dataset: Dataset, seeds: Sequence[int]) -> SavedTime:
    """Every method in two sizes, a run for every seed."""
    images, runs = dataset.test.images[:TIMED], []
    for seed in seeds:
        run = {}
        for size, (layers, channels, width) in SIZES.items():
            run[f"exits, {size}"] = exits_pair(layers, images, seed)
            run[f"half width, {size}"] = width_pair(channels, images, seed)
            run[f"3 of 6 blocks, {size}"] = blocks_pair(width, images, seed)
        runs.append(run)
    with stopping_as_a_whole():
        return time_pairs(runs)


def _judge(result: SavedTime) -> tuple[Check, ...]:
    skip = "3 of 6 blocks, large"
    return (
        half_of_it(result, "exits, small", "below", post_hoc=True),
        half_of_it(result, "exits, large", "least", post_hoc=True),
        half_of_it(result, skip, "least", post_hoc=True),
        in_batches(result, "half width, small", "above", post_hoc=True),
        in_batches(result, skip, "below", post_hoc=True),
    )  # all bounds were set after a first look: see the head of this module


def half_of_it(
    result: SavedTime, name: str, bound: Literal["least", "below"], *, post_hoc: bool = False
) -> Check:
    """One image at a time: is at least half as much of the time saved as of the MACs, or less?"""
    macs = result.macs_saved[name]
    what = f"one by one, {name}: time saved, against half of the MACs saved ({share(macs)})"
    runs, half = result.time_saved[1][name], 0.5 * macs
    if bound == "least":
        return check(what, runs, least=half, say=share, post_hoc=post_hoc)
    return check(what, runs, below=half, say=share, post_hoc=post_hoc)


def in_batches(
    result: SavedTime, name: str, bound: Literal["above", "below"], *, post_hoc: bool = False
) -> Check:
    """Batches of 100: is more of the time saved than one by one, or less?"""
    more = result.time_saved[100][name] - result.time_saved[1][name]
    what = f"{name}: time saved in batches, compared with one by one"
    if bound == "above":
        return check(what, more, above=0, post_hoc=post_hoc)
    return check(what, more, below=0, post_hoc=post_hoc)


SAVED_TIME = Claim("saved_time", SavedTime, time_networks, _judge, dataset="fashion")
