"""A battery runs down: depth, width or blocks? All three as trained networks under two budgets.

Three networks for the same images (Fashion-MNIST, 28 x 28): a chain with exits, a slimmable network
with switchable normalisation, and a residual network with gates (straight through, a price on every
block). Every way to run them is an option with its MACs, its time, and its accuracy on the
validation split, by which it is chosen; what is reported is the test split.

The criteria were set before the first run.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import dynamic, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    fact,
    measured,
    with_bar,
)
from nc_teach.claims.dynamic_computation.networks import train_exits, train_plain
from nc_teach.claims.dynamic_computation.saved_time import time_in_turn
from nc_teach.common.spread import count, percent
from nc_teach.data import Dataset, Split
from nc_teach.dynamic import skipnet
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.slimmable import WIDTHS
from nc_teach.table import Table

IMAGES = 5000  # training images
BUDGETS = (0.2, 0.35, 0.5, 0.65, 0.8)  # of the last exit's MACs
PRICES = (0.01, 0.03, 0.1)  # what a block costs in the loss, in nats
BLOCKS, TIMED = 6, 60
CHARGES = tuple(range(10, 101, 10))  # per cent of the most costly option


@dataclass(frozen=True)
class Configuration:
    """One way to run a trained network.

    ``parts`` says for every layer or block how much of it is computed, in [0, 1] (of the first
    network); ``macs`` and ``latency_ms`` are means for one image, alone; accuracies are one number
    a seed.
    """

    method: str
    name: str
    parts: list[float]
    macs: float
    latency_ms: float
    validation: list[float]
    test: list[float]

    @property
    def option(self) -> dynamic.Option:
        """What :func:`nc_teach.dynamic.battery` chooses among."""
        mean = float(np.mean(self.validation))
        return dynamic.Option(self.method, self.name, self.macs, self.latency_ms, mean)


@dataclass(frozen=True, kw_only=True)
class BatteryResult(Result):
    """All options, of all methods."""

    options: tuple[Configuration, ...]

    def table(self) -> Table:
        """A row per option."""
        rows = tuple(
            (o.method, o.name, f"{o.macs:,.0f}", f"{o.latency_ms:.3f} ms", percent(o.test))
            for o in self.options
        )
        note = f"{len(self.options[0].test)} networks of each kind. {self.provenance.line()}"
        return Table(("saves by", "option", "MACs", "time, alone", "test accuracy"), rows, (note,))

    def picked(self, charge: float, kind: str = "macs") -> Configuration | None:
        """What ``charge`` per cent of the highest MACs (or "latency_ms") can pay for, or None."""
        highest = max(getattr(option, kind) for option in self.options)
        options = [configuration.option for configuration in self.options]
        found = dynamic.battery(options, **{kind: charge / 100 * highest})
        return None if found is None else self.options[options.index(found)]


@dataclass(frozen=True)
class Way:
    """A trained network in one of its ways, as an ordinary classifier, and what it computes."""

    method: str
    name: str
    model: nn.Module
    parts: Callable[[Tensor], list[float]]


@measured
def iterative_pruning_run(dataset: Dataset, seeds: Sequence[int]) -> BatteryResult:
    """Train the three networks from every seed, and measure every way to run them."""
    some = replace(dataset, train=dataset.train.subset(min(IMAGES, len(dataset.train))))
    runs = []
    for seed in with_bar(seeds, "seed"):
        runs.append([*depth_ways(some, seed), *width_ways(some, seed), *block_ways(some, seed)])
    shown = some.test.images[:1000]
    clock = _times([way.model for way in runs[0]], shown[:TIMED])
    options = tuple(
        _configuration(ways, milliseconds, some, shown)
        for ways, milliseconds in zip(zip(*runs, strict=True), clock, strict=True)
    )
    return BatteryResult(
        options=options,
    )


def _configuration(
    ways: Sequence[Way], milliseconds: float, dataset: Dataset, shown: Tensor
) -> Configuration:
    """One way of all seeds' networks: means of the costs, accuracies side by side."""
    macs = np.mean([dynamic.mean_macs(way.model, shown) for way in ways])
    return Configuration(
        method=ways[0].method,
        name=ways[0].name,
        parts=ways[0].parts(shown),
        macs=round(float(macs)),
        latency_ms=milliseconds,
        validation=_accuracies(ways, dataset.validation),
        test=_accuracies(ways, dataset.test),
    )


def _accuracies(ways: Sequence[Way], split: Split) -> list[float]:
    return [training.accuracy(way.model, split) for way in ways]


def _times(models: Sequence[nn.Module], images: Tensor) -> list[float]:
    """Milliseconds of one image, alone, each model in turn on each image."""
    named = {str(i): model for i, model in enumerate(models)}
    return list(time_in_turn(named, images, size=1, repeats=9).values())


def depth_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A chain with four exits: everybody leaves at the first, or as a budget allows, or nobody."""
    net = train_exits(dynamic.EarlyExitNet.small(len(dataset.classes), seed=seed), dataset, seed)
    costs = dynamic.exit_costs(net, dataset.test.images.shape[1:])
    sure = dynamic.max_softmax(dynamic.exit_logits(net, dataset.validation))
    ways = [("leave at the first exit", [0.0] * 3)]
    for share in BUDGETS:
        bars = dynamic.exit_thresholds(sure, costs, share * costs[-1])
        ways.append((f"leave when sure, {100 * share:.0f} % of the MACs", bars))
    ways.append(("go to the last exit", [float("inf")] * 3))

    def reached(bars: Sequence[float]) -> Callable[[Tensor], list[float]]:
        return lambda images: _reached(net, images, bars)

    return [Way("depth", name, dynamic.Leaving(net, bars), reached(bars)) for name, bars in ways]


def _reached(net: dynamic.EarlyExitNet, images: Tensor, bars: Sequence[float]) -> list[float]:
    """Which share of the images computes each block."""
    with torch.no_grad():
        leaving = dynamic.early_exit(net.eval(), images, bars).exit
    return [(leaving >= k).double().mean().item() for k in range(net.exits)]


def width_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A slimmable network at each of its widths."""
    net = dynamic.SlimmableNet(len(dataset.classes), strides=(2, 2, 1), seed=seed)
    train_plain(net, dataset, seed, dynamic.sum_of_widths)

    def same(width: float) -> Callable[[Tensor], list[float]]:
        return lambda images: [width] * 3

    return [Way("width", f"width {w:g}", copy.deepcopy(net).set_width(w), same(w)) for w in WIDTHS]


def block_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A residual network, whole, and with gates that learned at each price of a block."""
    classes = len(dataset.classes)
    backbone = image_blocks(classes, BLOCKS, seed=seed)
    whole = skipnet.SkipNet(backbone, FeedForwardGates(BLOCKS, 16, seed=seed))
    train_plain(whole, dataset, seed, skipnet.whole_network_loss, epochs=4)
    ways = []
    for price in reversed(PRICES):
        net = copy.deepcopy(whole)
        train_plain(net, dataset, seed, skipnet.counting_loss(price), epochs=4)
        ways.append(Way("blocks", f"gates, price {price:g}", net, _used(net)))
    train_plain(whole, dataset, seed, skipnet.whole_network_loss, epochs=2)
    return [*ways, Way("blocks", "all blocks", whole.backbone, lambda _: [1.0] * BLOCKS)]


def _used(net: skipnet.SkipNet) -> Callable[[Tensor], list[float]]:
    return lambda images: skipnet.paths(net, images).double().mean(dim=0).tolist()


def _judge(result: BatteryResult) -> tuple[Check, ...]:
    full, half = result.picked(100), result.picked(50)
    if full is None or half is None:
        raise ValueError("options must include one for half of the most costly one's MACs")
    pairs = [(result.picked(c), result.picked(c, "latency_ms")) for c in CHARGES]
    methods = {option.method for pair in pairs for option in pair if option}
    return (
        check(
            f"half of the MACs ({half.name}) against what all of them buy",
            np.subtract(half.test, full.test),
            least=-0.015,
        ),
        check(
            f"charges, of {len(CHARGES)}, at which counting time picks another option than MACs",
            sum(a is not b for a, b in pairs),
            least=len(CHARGES) / 2,
            say=count,
        ),
        fact(
            "no single way to save is the best at every charge",
            f"picked somewhere: {', '.join(sorted(methods))}",
            len(methods) > 1,
        ),
    )


BATTERY = Claim("battery", BatteryResult, iterative_pruning_run, _judge, dataset="fashion")
