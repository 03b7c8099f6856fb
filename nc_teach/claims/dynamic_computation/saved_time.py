"""MACs saved and time saved: are they the same?

Every dynamic network is timed against the static one that it replaces, in turn, on one thread, on
the same test images: one image at a time, and 100 at a time. Exits are really left; what is
skipped is not computed. What is reported is 1 - time / time of the static network, a run a
seed; of each batch the lower quartile of its repeats (what else the machine does only adds time).

Nothing is trained: a network is as fast before training as after it. How many images leave by which
exit is set by thresholds on their own confidences, so that the mean cost is the budget.

Large is four times as wide as small. The criteria were set after a first look at small networks and
before the large ones had run; the first layer of the large chain was made coarser after that, since
one input channel at full size took as long as all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import dynamic, meter
from nc_teach.claims import Check, Claim, Result, Table, check, measured, together, with_bar
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.exit_network import SMALL as EXIT_LAYERS

from .networks import Called

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

    def in_words(self) -> str:
        """MACs and time that each network saves with one image at a time."""
        alone = {n: np.mean(t) for n, t in self.time_saved[min(self.time_saved)].items()}
        parts = [
            f"{name}: {round(100 * self.macs_saved[name])} % and {round(100 * alone[name])} %"
            for name in self.names
        ]
        return f"MACs and time saved, one image at a time: {'; '.join(parts)}."

    def table(self) -> Table:
        """A row per network: what it saves on paper, and on the clock."""
        columns = {"MACs saved": {n: f"{100 * m:.0f} %" for n, m in self.macs_saved.items()}}
        for size, times in self.time_saved.items():
            columns[f"time saved, batch {size}"] = {n: _share(runs) for n, runs in times.items()}
        for size, clock in self.milliseconds.items():
            spent = {name: " -> ".join(f"{ms:.3f}" for ms in both) for name, both in clock.items()}
            columns[f"ms per image, batch {size} (median)"] = spent
        rows = tuple((name, *(cells[name] for cells in columns.values())) for name in self.names)
        note = "One thread; each against its static network in turn."
        return self.tabled(("network", *columns), rows, note)


def _share(runs: np.ndarray) -> str:
    return f"{100 * np.mean(runs):.0f} % ({100 * min(runs):.0f} to {100 * max(runs):.0f})"


@dataclass(frozen=True)
class Pair:
    """A dynamic network, the static one it is held against, and images for both."""

    static: nn.Module
    dynamic: nn.Module
    images: Tensor


@measured
def time_pairs(
    runs: Sequence[Mapping[str, Pair]],
    *,
    batches: Sequence[int] = BATCHES,
    repeats: int = REPEATS,
) -> SavedTime:
    """Count and time every pair of every run; all runs have the same names."""

    def measure(pair: Pair) -> dict[str, Any]:
        """The share of MACs saved; milliseconds of one image, static and dynamic, by batch size."""
        models = {"static": pair.static, "dynamic": pair.dynamic}
        before, after = (dynamic.mean_macs(net, pair.images) for net in models.values())
        clock = {size: time_in_turn(models, pair.images, size, repeats) for size in batches}
        return {"macs": 1 - after / before, "clock": clock}

    found = [{name: measure(pair) for name, pair in run.items()} for run in with_bar(runs, "run")]
    by_name = together(found).items()
    clock = {size: {name: one["clock"][size] for name, one in by_name} for size in batches}
    return SavedTime(
        names=tuple(runs[0]),
        macs_saved={name: float(one["macs"].mean()) for name, one in by_name},
        time_saved={
            size: {name: 1 - ms["dynamic"] / ms["static"] for name, ms in times.items()}
            for size, times in clock.items()
        },
        milliseconds={
            size: {name: _medians(**ms) for name, ms in times.items()}
            for size, times in clock.items()
        },
    )


def _medians(static: np.ndarray, dynamic: np.ndarray) -> tuple[float, float]:
    return float(np.median(static)), float(np.median(dynamic))


def time_in_turn(
    models: Mapping[str, nn.Module], images: Tensor, size: int, repeats: int
) -> dict[str, float]:
    """Milliseconds of one image: the models take turns on each batch of ``size``.

    Of every batch the lower quartile of its repeats, then the mean over the batches: a short run
    is seldom disturbed more than once or twice.
    """
    found = meter.mean_latencies(models, images, batch_size=size, repeats=repeats)
    return {name: one.lower / size for name, one in found.items()}


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
        dynamic.SlimmableNet(channels=(channels,) * 3, strides=(2, 2, 1), seed=seed)
        for _ in range(2)
    )
    return Pair(full, half.set_width(0.5), images)


def blocks_pair(width: int, images: Tensor, seed: int) -> Pair:
    """Three of six residual blocks, others for each place in a batch, against all; no gates."""
    net = image_blocks(width=width, seed=seed)
    lots = torch.rand(len(images), len(net.blocks), generator=torch.Generator().manual_seed(seed))
    policy = lots.argsort(dim=1).argsort(dim=1) < 3  # images x blocks, drawn once and for all
    return Pair(net, Called(net, lambda net, images: net(images, policy[: len(images)])), images)


def time_networks(dataset: Dataset, seeds: Sequence[int], *, images: int = TIMED) -> SavedTime:
    """Every method in two sizes, a run of so many test images for every seed."""
    shown, runs = dataset.test.images[:images], []
    for seed in seeds:
        run = {}
        for size, (layers, channels, width) in SIZES.items():
            run[f"exits, {size}"] = exits_pair(layers, shown, seed)
            run[f"half width, {size}"] = width_pair(channels, shown, seed)
            run[f"3 of 6 blocks, {size}"] = blocks_pair(width, shown, seed)
        runs.append(run)
    return time_pairs(runs)


def _judge(result: SavedTime) -> tuple[Check, ...]:
    skip = "3 of 6 blocks, large"
    checks = (
        half_of_it(result, "exits, small", "below"),
        half_of_it(result, "exits, large", "least"),
        half_of_it(result, skip, "least"),
        in_batches(result, "half width, small", "above"),
        in_batches(result, skip, "below"),
    )  # all bounds were set after a first look: see the head of this module
    return tuple(replace(one, post_hoc=True) for one in checks)


def half_of_it(result: SavedTime, name: str, bound: Literal["least", "below"]) -> Check:
    """One image at a time: is at least half as much of the time saved as of the MACs, or less?"""
    macs, runs = result.macs_saved[name], result.time_saved[1][name]
    half = f"against half of the MACs saved ({share(macs)})"
    what = f"one image at a time, {name}: time saved, {half}"
    if bound == "least":
        return check(what, runs, least=0.5 * macs, say=share)
    return check(what, runs, below=0.5 * macs, say=share)


def in_batches(result: SavedTime, name: str, bound: Literal["above", "below"]) -> Check:
    """Batches of 100: is more of the time saved than one image at a time, or less?"""
    more = result.time_saved[100][name] - result.time_saved[1][name]
    what = f"{name}: time saved in batches, compared with one image at a time"
    return check(what, more, above=0) if bound == "above" else check(what, more, below=0)


SAVED_TIME = Claim("saved_time", SavedTime, time_networks, _judge, dataset="fashion")
