"""Zhang et al. (2018), "ShuffleNet": can groups talk to each other without the shuffle?

Three 3 x 3 convolutions in two groups on the question whether two blobs are at the same place,
one in each channel, and so one in each group (:func:`.toy_tasks.same_place`). With and without the
shuffle in between the network has the same weights; without groups it has more. The task is built
so that groups must talk. The criteria were set before the run, from a trial with other code.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach.claims.architecture_design import toy_tasks
from nc_teach.claims.architecture_design.toy_tasks import EPOCHS, TASKS
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.table import Table

CHANNELS, GROUPS, DEPTH = 16, 2, 3
GROUPED, SHUFFLED, WHOLE = "groups", "groups and shuffle", "no groups"
TASK = next(iter(TASKS))


@dataclass(frozen=True)
class ShuffleOrNot:
    """Test accuracy in [0, 1] per way, a number a seed, and the weights of its convolutions."""

    accuracy: dict[str, np.ndarray]
    weights: dict[str, int]
    majority: np.ndarray
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain values, for a file."""
        accuracy = {way: values.round(4).tolist() for way, values in self.accuracy.items()}
        majority = self.majority.round(4).tolist()
        return {"accuracy": accuracy, "weights": self.weights, "majority": majority}

    def table(self) -> Table:
        """A row per way."""
        rows = [
            (way, f"{self.weights[way]:,}", spread(values)) for way, values in self.accuracy.items()
        ]
        guessing = ("always the same answer", "", spread(self.majority))
        note = f"Test accuracy, {len(self.majority)} networks each. {self.provenance.line()}"
        return Table(("three convolutions", "weights", TASK), (*rows, guessing), (note,))


def shuffle_or_not(seeds: Sequence[int], *, epochs: int = EPOCHS) -> ShuffleOrNot:
    """Train a network of each way from every seed."""
    started = time.perf_counter()
    accuracy: dict[str, list[float]] = {way: [] for way in (GROUPED, SHUFFLED, WHOLE)}
    weights, guessing = {}, []
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "seed"):
            dataset = toy_tasks.toy_dataset(TASK, seed)
            guessing.append(toy_tasks.majority(dataset))
            for way, found in accuracy.items():
                net = network(way, seed)
                weights[way] = toy_tasks.weights_of(net)
                found.append(toy_tasks.learn(net, dataset, seed, epochs))
    return ShuffleOrNot(
        {way: np.array(values) for way, values in accuracy.items()},
        weights,
        np.array(guessing),
        measured_now("shuffle_or_not", time.perf_counter() - started),
    )


def network(way: str, seed: int) -> nn.Module:
    """Three convolutions; with "groups and shuffle" the channels are dealt out after each."""
    groups = 1 if way == WHOLE else GROUPS

    def layers() -> list[nn.Module]:
        parts = []
        for before in (2, *(CHANNELS,) * (DEPTH - 1)):
            conv = nn.Conv2d(before, CHANNELS, 3, padding=1, groups=groups, bias=False)
            parts += [conv, nn.BatchNorm2d(CHANNELS), nn.ReLU()]
            parts += [nn.ChannelShuffle(GROUPS)] if way == SHUFFLED else []
        return parts

    return toy_tasks.toy_network(layers, CHANNELS, seed)


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> ShuffleOrNot:
    """The data set is not looked at: the task is made of random numbers."""
    return shuffle_or_not(seeds)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    accuracy, weights = numbers["accuracy"], numbers["weights"]
    worst, best = min(accuracy[SHUFFLED]), max(accuracy[GROUPED])
    return (
        Check("no shuffle: every network at most 60 %", f"most {100 * best:.1f} %", best <= 0.6),
        Check("shuffle: every network at least 97 %", f"least {100 * worst:.1f} %", worst >= 0.97),
        Check(
            "with the same weights",
            f"{weights[GROUPED]:,} and {weights[SHUFFLED]:,}",
            weights[GROUPED] == weights[SHUFFLED],
        ),
    )


CHANNEL_SHUFFLE = Claim(
    key="channel_shuffle",
    title="Groups that never talk, and what a shuffle does",
    paper="Zhang et al. 2018, arXiv:1707.01083, the section on the channel shuffle",
    says="Stacked group convolutions block the information between groups; a shuffle, which costs "
    "no weights, lets it through.",
    dataset="digits",
    experiment=_experiment,
    judge=_judge,
)
