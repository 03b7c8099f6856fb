"""Hu, Peng, Tai, Tang (2016), "Network Trimming": are neurons that are mostly zero free to remove?

Neurons of the first hidden layer are really removed, not masked. Two questions: the dead ones
(APoZ above 0.99) against as many others, and half of the layer by how often a neuron is not zero
against other rankings, before and after one epoch of the same training for all.

The criteria were set before the runs, from a trial on another machine.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import finished, points, spread
from nc_teach.data import Dataset
from nc_teach.models import initialised_from
from nc_teach.table import Table

LAYER = "1"
DEAD = 0.99
RANKINGS = ("nonzero share", "random", "mean activation", "l2 norm", "std x norm", "taylor")


@dataclass(frozen=True)
class Trimming:
    """Test accuracy in [0, 1], one number a network.

    ``apoz`` is networks x neurons; ``dead`` the number of dead neurons; ``without`` the accuracy
    without them, or without as many "random" or "most active" ones. ``before`` and ``after`` (one
    epoch of training) are those of half a layer, per ranking; "none" has lost nothing.
    """

    apoz: np.ndarray
    dead: np.ndarray
    whole: np.ndarray
    without: dict[str, np.ndarray]
    rule: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict:
        """The accuracies as plain lists, for a file."""
        plain = {
            group: {name: array.round(4).tolist() for name, array in getattr(self, group).items()}
            for group in ("without", "rule", "before", "after")
        }
        return {"dead": self.dead.tolist(), "whole": self.whole.round(4).tolist(), **plain}

    def table(self) -> Table:
        """A row per ranking: half of the first layer removed, before and after an epoch."""
        rows = tuple(
            (name, spread(self.before[name]), spread(self.after[name])) for name in self.before
        )
        note = (
            f"Half of the first layer's neurons removed, test accuracy of {len(self.whole)} "
            f"networks. {self.provenance.line()}"
        )
        return Table(("removed by", "accuracy", "after 1 epoch"), rows, (note,))


def trimming_network(dataset: Dataset, seed: int, *, epochs: int = 12) -> nn.Module:
    """784-500-100-10 with ReLU, trained with Adam (learning rate 1.2e-3) from ``seed``."""
    inputs = dataset.train.images[0].numel()
    with initialised_from(seed):
        net = nn.Sequential(
            nn.Flatten(), nn.Linear(inputs, 500), nn.ReLU(), nn.Linear(500, 100), nn.ReLU(),
            nn.Linear(100, len(dataset.classes)),
        )  # fmt: skip
    finished(training.fit(net, dataset, epochs=epochs, seed=seed, progress=False))
    return net


def trim(dataset: Dataset, seeds: Sequence[int], *, epochs: int = 12) -> Trimming:
    """Train one network per seed, remove neurons in every way, and measure on the test split.

    What the units put out is looked at on the training images.
    """
    started, found = time.perf_counter(), [_one(dataset, seed, epochs) for seed in seeds]
    groups = {
        group: {name: np.array([one[group][name] for one in found]) for name in found[0][group]}
        for group in ("without", "rule", "before", "after")
    }
    single = {n: np.array([one[n] for one in found]) for n in ("apoz", "dead", "whole")}
    return Trimming(**single, **groups, provenance=measured_now(
        "trim", time.perf_counter() - started))  # fmt: skip


def _one(dataset: Dataset, seed: int, epochs: int) -> dict[str, Any]:
    net = trimming_network(dataset, seed, epochs=epochs)
    zeros = pruning.apoz(net, dataset.train)[LAYER]
    scores = _scores(net, dataset, seed)
    dead = int((zeros > DEAD).sum())
    rule = int((zeros > zeros.mean() + zeros.std()).sum())
    measure = partial(training.accuracy, split=dataset.test)
    without = {
        "dead": scores["nonzero share"], "random": scores["random"], "most active": zeros,
    }  # fmt: skip
    half = {"none": None, **scores}
    nets = {name: _without_lowest(net, s, len(zeros) // 2) for name, s in half.items()}
    before = {name: measure(one) for name, one in nets.items()}
    for one in nets.values():
        finished(training.fit(one, dataset, epochs=1, seed=1000 * (seed + 1), progress=False))
    return {
        "apoz": zeros.numpy(), "dead": dead, "whole": measure(net), "before": before,
        "without": {n: measure(_without_lowest(net, s, dead)) for n, s in without.items()},
        "rule": {n: measure(_without_lowest(net, scores[n], rule)) for n in RANKINGS[:2]},
        "after": {name: measure(one) for name, one in nets.items()},
    }  # fmt: skip


def _scores(net: nn.Module, dataset: Dataset, seed: int) -> dict[str, Tensor]:
    criteria = {
        "nonzero share": partial(pruning.nonzero_share, split=dataset.train),
        "random": partial(pruning.random_units, seed=seed),
        "mean activation": partial(pruning.mean_activation, split=dataset.train),
        "l2 norm": pruning.l2_norm,
        "std x norm": partial(pruning.output_std_times_norm, split=dataset.train),
        "taylor": partial(pruning.taylor_neurons, split=dataset.train),
    }
    return {name: criterion(net)[LAYER] for name, criterion in criteria.items()}


def _without_lowest(net: nn.Module, scores: Tensor | None, count: int) -> nn.Module:
    """A copy of ``net`` without the ``count`` neurons of the lowest score (without any if None)."""
    keep = torch.ones(len(net.get_submodule(LAYER).weight), dtype=torch.bool)
    if scores is not None:
        keep[scores.argsort(stable=True)[:count]] = False
    return pruning.remove_neurons(net, LAYER, keep)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    change = np.array(numbers["without"]["dead"]) - np.array(numbers["whole"])
    gaps = {
        when: np.array(numbers[when]["random"]) - np.array(numbers[when]["nonzero share"])
        for when in ("before", "after")
    }
    worst = np.abs(change).max()
    return (
        Check(
            "there are dead neurons (APoZ > 0.99) in every network",
            ", ".join(str(count) for count in numbers["dead"]),
            min(numbers["dead"]) > 0,
        ),
        Check(
            "without them: no network changes by more than 0.05 points",
            f"largest change {100 * worst:.2f} points",
            bool(worst <= 0.0005 + 1e-9),
        ),
        Check(
            "half kept by how often not zero: at least 20 points worse than random, every network",
            f"smallest gap {points(gaps['before'].min())}",
            bool(gaps["before"].min() >= 0.2),
        ),
        Check(
            "after 1 epoch: still at least 2 points worse than random, every network",
            f"smallest gap {points(gaps['after'].min())}",
            bool(gaps["after"].min() >= 0.02),
        ),
    )


NETWORK_TRIMMING = Claim(
    key="network_trimming",
    title="Dead neurons are free to remove; counting non-zero outputs ranks worse than chance",
    paper="Hu et al. 2016, arXiv:1607.03250, abstract and section 3",
    says="neurons whose outputs are mostly zero, whatever the input, can be removed without "
    "affecting the accuracy.",
    dataset="mnist",
    experiment=trim,
    judge=_judge,
)
