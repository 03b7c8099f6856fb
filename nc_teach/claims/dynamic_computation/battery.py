"""A battery runs down: depth, width or blocks? All three as trained networks under two budgets.

Three networks for the same images (Fashion-MNIST, 28 x 28): a chain with exits, a slimmable network
with switchable normalisation, and a residual network with gates (straight through, a price on every
block). Every way to run them is an option with its MACs, its time, and its accuracy on the
validation split, by which it is chosen; what is reported is the test split.

The criteria were set before the first run.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import dynamic, training
from nc_teach.claims import Check, Claim, Result, Table, check, fact, measured, together, with_bar
from nc_teach.common.spread import between, count, percent
from nc_teach.data import Dataset
from nc_teach.dynamic import skipnet
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.slimmable import WIDTHS

from .networks import fewer, train, train_exits
from .saved_time import time_in_turn

IMAGES = 5000  # training images
BUDGETS = (0.2, 0.35, 0.5, 0.65, 0.8)  # of the last exit's MACs
PRICES = (0.01, 0.03, 0.1)  # what a block costs in the loss, in nats
BLOCKS, TIMED = 6, 60
CHARGES = tuple(range(10, 101, 10))  # per cent of the most costly option


@dataclass(frozen=True)
class Configuration:
    """One way to run a trained network.

    ``parts`` says for every layer or block how much of it is computed, in [0, 1] (of the first
    network); ``macs`` is the mean for one image, and ``ms`` what one takes alone. Times and
    accuracies are one number a seed.
    """

    method: str
    name: str
    parts: list[float]
    macs: float
    ms: list[float]
    validation: list[float]
    test: list[float]

    @property
    def latency_ms(self) -> float:
        """The mean time of one image."""
        return float(np.mean(self.ms))

    @property
    def option(self) -> dynamic.Option:
        """What :func:`nc_teach.dynamic.battery` chooses among."""
        mean = float(np.mean(self.validation))
        return dynamic.Option(self.method, self.name, self.macs, self.latency_ms, mean)


@dataclass(frozen=True, kw_only=True)
class BatteryResult(Result):
    """All options, of all methods."""

    options: tuple[Configuration, ...]

    def in_words(self) -> str:
        """What all of the most costly option's MACs buy, half of them, and a tenth."""
        bought = [(charge, self.picked(charge)) for charge in (100, 50, 10)]
        parts = [
            f"{100 * np.mean(one.test):.1f} % with {charge} % of the highest MACs ({one.name})"
            for charge, one in bought
            if one
        ]
        return f"Test images right: {'; '.join(parts)}."

    def table(self) -> Table:
        """A row per option."""
        rows = tuple(
            (o.method, o.name, f"{o.macs:,.0f}", between(o.ms), percent(o.test))
            for o in self.options
        )
        note = f"{len(self.options[0].test)} networks of each kind; times with 95 % intervals."
        return self.tabled(("saves by", "option", "MACs", "ms, alone", "test accuracy"), rows, note)

    def picked(self, charge: float, kind: str = "macs", method: str = "") -> Configuration | None:
        """What ``charge`` per cent of the highest MACs (or "latency_ms") can pay for, or None.

        Of all options, or those of a ``method``.
        """
        highest = max(getattr(one, kind) for one in self.options)
        known = {one.option: one for one in self.options if method in ("", one.method)}
        found = dynamic.battery(list(known), **{kind: charge * highest / 100})
        return None if found is None else known[found]


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
    some = fewer(dataset, IMAGES)
    runs = [
        [*depth_ways(some, seed), *width_ways(some, seed), *block_ways(some, seed)]
        for seed in with_bar(seeds, "seed")
    ]
    shown = some.test.images[:1000]
    models = [{way.name: way.model for way in ways} for ways in runs]
    clock = together([time_in_turn(nets, shown[:TIMED], size=1, repeats=9) for nets in models])
    return BatteryResult(
        options=tuple(
            Configuration(
                method=ways[0].method,
                name=ways[0].name,
                parts=ways[0].parts(shown),
                macs=round(float(np.mean([dynamic.mean_macs(way.model, shown) for way in ways]))),
                ms=[round(ms, 5) for ms in clock[ways[0].name].tolist()],
                validation=[training.accuracy(way.model, some.validation) for way in ways],
                test=[training.accuracy(way.model, some.test) for way in ways],
            )
            for ways in zip(*runs, strict=True)
        )
    )


def depth_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A chain with four exits: everybody leaves at the first, or as a budget allows, or nobody."""
    net = train_exits(dynamic.EarlyExitNet.small(len(dataset.classes), seed=seed), dataset, seed)
    costs = dynamic.exit_costs(net, dataset.test.images.shape[1:])
    sure = dynamic.max_softmax(dynamic.exit_logits(net, dataset.validation))
    ways = [("leave at the first exit", [0.0] * 3)]
    for share in BUDGETS:
        bars = dynamic.exit_thresholds(sure, costs, share * costs[-1])
        ways.append((f"exits, for {100 * share:.0f} % of the chain", bars))
    ways.append(("go to the last exit", [float("inf")] * 3))

    return [
        Way("depth", name, dynamic.Leaving(net, bars), partial(_reached, net, bars))
        for name, bars in ways
    ]


def _reached(net: dynamic.EarlyExitNet, bars: Sequence[float], images: Tensor) -> list[float]:
    """Which share of the images computes each block."""
    with torch.no_grad():
        leaving = dynamic.early_exit(net.eval(), images, bars).exit
    return [(leaving >= k).double().mean().item() for k in range(net.exits)]


def width_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A slimmable network at each of its widths."""
    net = dynamic.SlimmableNet(len(dataset.classes), strides=(2, 2, 1), seed=seed)
    train(net, dataset, seed, loss=dynamic.sum_of_widths)
    return [
        Way("width", f"width {w:g}", copy.deepcopy(net).set_width(w), partial(_always, [w] * 3))
        for w in WIDTHS
    ]


def _always(parts: list[float], images: Tensor) -> list[float]:
    return parts


def block_ways(dataset: Dataset, seed: int) -> list[Way]:
    """A residual network, whole, and with gates that learned at each price of a block."""
    classes = len(dataset.classes)
    backbone = image_blocks(classes, BLOCKS, seed=seed)
    whole = skipnet.SkipNet(backbone, FeedForwardGates(BLOCKS, 16, seed=seed))
    train(whole, dataset, seed, 4, loss=skipnet.whole_network_loss)
    ways = []
    for price in reversed(PRICES):
        net = train(copy.deepcopy(whole), dataset, seed, 4, loss=skipnet.counting_loss(price))
        ways.append(Way("blocks", f"gates, price {price:g}", net, partial(_used, net)))
    train(whole, dataset, seed, 2, loss=skipnet.whole_network_loss)
    return [*ways, Way("blocks", "all blocks", whole.backbone, partial(_always, [1.0] * BLOCKS))]


def _used(net: skipnet.SkipNet, images: Tensor) -> list[float]:
    return skipnet.paths(net, images).double().mean(dim=0).tolist()


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
