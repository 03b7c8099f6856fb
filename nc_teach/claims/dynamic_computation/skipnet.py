"""Wang et al. (2018), "SkipNet": can gates learn to skip, and do they need both stages for it?

A small residual network learns Fashion-MNIST with all of its six blocks. Then, each with the same
number of epochs in all:

- ``SP + REINFORCE``: supervised pre-training with noisy gates, then the hybrid loss (the paper's);
- ``straight-through``: the number of blocks is a term of the loss (not in the paper, easier);
- ``REINFORCE alone``: the hybrid loss from an untrained network and untrained gates;
- ``all blocks``: the network without gates, trained for as long.

Controls at the same budget: blocks kept at random, every image on the path of another one, and a
``static`` network of the next whole number of blocks, trained for as long from its start.

The criteria were set before the runs on three seeds. The settings were found with seed 0: in four
trials before, the pre-training had driven all gates so far open that they never closed again.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.dynamic_computation import routing
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.skipnet import SkipNet, counting_loss, hybrid_loss, paths, supervised_loss
from nc_teach.table import Table

BLOCKS, WIDTH, IMAGES, BATCH = 6, 16, 3000, 50
FIRST, PRE_TRAINING, LEARNING = 10, 5, 6  # epochs: all blocks, with noisy gates, with a reward
PRICE = 0.2  # of a block, in nats
RATES = {"all blocks": 2e-3, "network": 1e-3, "noisy gates": 3e-4, "gates": 3e-3}
WAYS = ("SP + REINFORCE", "straight-through", "REINFORCE alone")
SHOWN = 300  # test images whose paths are kept
ARRAYS = ("accuracy", "blocks", "random", "others", "static", "deviation", "distinct")


@dataclass(frozen=True)
class Gates:
    """What each way of learning gave, one number a seed: ``name[way]``.

    ``accuracy``, ``random``, ``others`` (another's path) and ``static`` are test accuracies in
    [0, 1], ``blocks`` the mean number used, ``deviation`` the standard deviation of the gates,
    ``distinct`` the number of paths; ``whole`` is the accuracy of the network with all blocks.
    ``used[way]`` are the paths of some test images in the first seed's network, images x blocks,
    and ``labels`` their classes. ``epochs`` is what every network was trained for.
    """

    accuracy: dict[str, np.ndarray]
    blocks: dict[str, np.ndarray]
    random: dict[str, np.ndarray]
    others: dict[str, np.ndarray]
    static: dict[str, np.ndarray]
    deviation: dict[str, np.ndarray]
    distinct: dict[str, np.ndarray]
    whole: np.ndarray
    used: dict[str, np.ndarray]
    labels: np.ndarray
    epochs: int
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain values, for a file; a path is a word of zeros and ones."""
        arrays = {
            name: {way: values.round(4).tolist() for way, values in getattr(self, name).items()}
            for name in ARRAYS
        }
        return {**arrays, "whole": self.whole.round(4).tolist(), "used": routing.words(self.used),
                "labels": self.labels.tolist(), "epochs": self.epochs}  # fmt: skip

    def table(self) -> Table:
        """A row per way to learn, with its controls."""
        rows = [("all blocks", f"{BLOCKS}", spread(self.whole), *[""] * 5)]
        for way in self.accuracy:
            rows.append(routing.row(self, way))
        note = (
            f"Test accuracy, mean ± standard deviation of {len(self.whole)} runs, everything "
            f"trained for {self.epochs} epochs. {self.provenance.line()}"
        )
        return Table(routing.HEAD, tuple(rows), (note,))


def read_gates(outcome: Outcome) -> Gates:
    """The result that a shipped outcome was made from, for its figures."""
    raw = outcome.numbers
    arrays = {name: {way: np.array(v) for way, v in raw[name].items()} for name in ARRAYS}
    return Gates(
        **arrays, whole=np.array(raw["whole"]), used=routing.unworded(raw["used"]),
        labels=np.array(raw["labels"]), epochs=raw["epochs"], provenance=outcome.provenance,
    )  # fmt: skip


def race_gates(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    ways: Sequence[str] = WAYS,
    epochs: tuple[int, int, int] = (FIRST, PRE_TRAINING, LEARNING),
    images: int = IMAGES,
) -> Gates:
    """Train a network for every seed and way, and its controls; measure on the test split.

    Raises ``ValueError`` for a way that is none of :data:`WAYS`.
    """
    unknown = set(ways) - set(WAYS)
    if unknown or not ways:
        raise ValueError(f"ways must be among {', '.join(WAYS)}, got {list(ways)}")
    started = time.perf_counter()
    dataset = routing.fewer(dataset, images)
    with stopping_as_a_whole():
        runs = [_run(dataset, seed, ways, epochs) for seed in with_bar(seeds, "seed")]
    found = {
        name: {way: np.array([run[way][name] for run in runs]) for way in ways} for name in ARRAYS
    }
    return Gates(
        **found, whole=np.array([run["whole"] for run in runs]),
        used={way: runs[0][way]["policy"][:SHOWN].int().numpy() for way in ways},
        labels=dataset.test.labels[:SHOWN].numpy(), epochs=sum(epochs),
        provenance=measured_now("race_gates", time.perf_counter() - started),
    )  # fmt: skip


def _run(
    dataset: Dataset, seed: int, ways: Sequence[str], epochs: tuple[int, int, int]
) -> dict[str, Any]:
    """One seed: the network with all blocks, and for every way its numbers and its paths."""
    start = all_blocks(dataset, seed, epochs[0])
    whole = _longer(copy.deepcopy(start), dataset, seed, epochs)
    run: dict[str, Any] = {"whole": training.accuracy(whole, dataset.test)}
    same_cost: dict[int, float] = {}
    for way in ways:
        net = learn(way, start, dataset, seed, epochs)
        policy = paths(net, dataset.test.images)
        depth = max(1, math.ceil(policy.double().sum(dim=1).mean().item()))
        if depth not in same_cost:
            static = _longer(all_blocks(dataset, seed, epochs[0], depth), dataset, seed, epochs)
            same_cost[depth] = training.accuracy(static, dataset.test)
        run[way] = {
            **routing.controls(net.backbone, dataset.test, policy),
            "accuracy": training.accuracy(net, dataset.test),
            "static": same_cost[depth],
            "policy": policy,
        }
    return run


def all_blocks(dataset: Dataset, seed: int, epochs: int, blocks: int = BLOCKS) -> nn.Module:
    """A residual network that has learned with all of its blocks."""
    net = image_blocks(len(dataset.classes), blocks, WIDTH, seed)
    return routing.train(net, dataset, epochs, seed, **_plain("all blocks"))


def _longer(net: nn.Module, dataset: Dataset, seed: int, epochs: tuple[int, int, int]) -> nn.Module:
    """The same network, trained for as long again as the gates are."""
    return routing.train(net, dataset, sum(epochs[1:]), 1000 + seed, **_plain("network"))


def learn(
    way: str, start: nn.Module, dataset: Dataset, seed: int, epochs: tuple[int, int, int]
) -> SkipNet:
    """A SkipNet that has learned in one of the :data:`WAYS`."""
    _, pre_training, learning = epochs
    gates = FeedForwardGates(BLOCKS, WIDTH, start=0.5, seed=seed)
    if way == "REINFORCE alone":
        untrained = image_blocks(len(dataset.classes), BLOCKS, WIDTH, seed)
        return _with(hybrid_loss(PRICE), SkipNet(untrained, gates), dataset, sum(epochs), seed)
    net = SkipNet(copy.deepcopy(start), gates)
    if way == "straight-through":
        return _with(counting_loss(PRICE), net, dataset, pre_training + learning, seed)
    _with(supervised_loss, net, dataset, pre_training, seed, "noisy gates")
    return _with(hybrid_loss(PRICE), net, dataset, learning, 1000 + seed)


def _with(
    loss: training.Loss, net: SkipNet, dataset: Dataset, epochs: int, seed: int, rate: str = "gates"
) -> SkipNet:
    options = {**_plain("network"), "loss": loss, "deciders": RATES[rate]}
    return routing.train(net, dataset, epochs, seed, **options)


def _plain(rate: str) -> dict[str, Any]:
    return {"lr": RATES[rate], "batch_size": BATCH}


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    at = {name: {w: np.array(v) for w, v in numbers[name].items()} for name in ARRAYS}
    both, alone = WAYS[0], WAYS[2]
    saved = 1 - at["blocks"][both].mean() / BLOCKS
    accuracy = at["accuracy"][both]
    ahead = {name: (accuracy - at[name][both]).mean() for name in ("random", "others", "static")}
    whole = (accuracy - np.array(numbers["whole"])).mean()
    scratch = (accuracy - at["accuracy"][alone]).mean()
    spread_of = at["deviation"][both].mean()
    return (
        Check(f"{both} saves at least 30 % of the blocks", f"{100 * saved:.0f} %",
              bool(saved >= 0.3)),
        Check("at most 1 point below all blocks", points(whole), bool(whole >= -0.01)),
        Check("random gates of the same budget at least 5 points worse",
              f"gates ahead by {points(ahead['random'])}", bool(ahead["random"] >= 0.05)),
        Check("dynamic, not static: on another image's path at least 1 point worse",
              f"gates ahead by {points(ahead['others'])}; deviation {spread_of:.2f}",
              bool(ahead["others"] >= 0.01)),
        Check("REINFORCE alone at least 1 point worse", f"ahead by {points(scratch)}",
              bool(scratch >= 0.01)),
        Check("not behind a static network of the next whole number of blocks",
              f"gates ahead by {points(ahead['static'])}", bool(ahead["static"] >= 0)),
    )  # fmt: skip


SKIPNET = Claim(
    key="skipnet",
    title="Gates learn to skip: pre-training and REINFORCE, against either alone",
    paper="Wang et al. 2018, arXiv:1711.09485",
    says="30 to 90 % less computation at equal accuracy on four data sets; supervised "
    "pre-training is what lets REINFORCE succeed.",
    dataset="fashion",
    experiment=race_gates,
    judge=_judge,
)
