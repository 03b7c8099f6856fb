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

import numpy as np
from torch import nn

from nc_teach.claims.architecture_design import toy_tasks
from nc_teach.claims.architecture_design.toy_tasks import EPOCHS, TASKS
from nc_teach.claims.check import Check, check, fact
from nc_teach.claims.experiment import Claim
from nc_teach.claims.provenance import measured_now
from nc_teach.claims.result import Result
from nc_teach.claims.running import stopping_as_a_whole, with_bar
from nc_teach.common.spread import percent, share
from nc_teach.table import Table

CHANNELS, GROUPS, DEPTH = 16, 2, 3
GROUPED, SHUFFLED, WHOLE = "groups", "groups and shuffle", "no groups"
TASK = next(iter(TASKS))


@dataclass(frozen=True, kw_only=True)
class ShuffleOrNot(Result):
    """Test accuracy in [0, 1] of each way, one number per seed, and its convolutions' weights."""

    accuracy: dict[str, np.ndarray]
    weights: dict[str, int]
    majority: np.ndarray

    def table(self) -> Table:
        """A row per way."""
        rows = [
            (way, f"{self.weights[way]:,}", percent(values))
            for way, values in self.accuracy.items()
        ]
        guessing = ("always the same answer", "", percent(self.majority))
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
        accuracy={way: np.array(values) for way, values in accuracy.items()},
        weights=weights,
        majority=np.array(guessing),
        provenance=measured_now("shuffle_or_not", time.perf_counter() - started),
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


def _judge(result: ShuffleOrNot) -> tuple[Check, ...]:
    accuracy, (grouped, shuffled) = (
        result.accuracy,
        (result.weights[w] for w in (GROUPED, SHUFFLED)),
    )
    return (
        check("no shuffle", accuracy[GROUPED], most=0.6, say=share, every="network"),
        check("shuffle", accuracy[SHUFFLED], least=0.97, say=share, every="network"),
        fact(
            "with the same weights",
            f"{grouped:,} and {shuffled:,}",
            grouped == shuffled,
            of_paper=True,
        ),
    )


CHANNEL_SHUFFLE = Claim(
    key="channel_shuffle",
    title="Groups that never talk, and what a shuffle does",
    paper="Zhang et al. 2018, arXiv:1707.01083, the section on the channel shuffle",
    says="Stacked group convolutions block the information between groups; a shuffle, which costs "
    "no weights, lets it through.",
    dataset="digits",
    result=ShuffleOrNot,
    experiment=lambda dataset, seeds: shuffle_or_not(seeds),  # the task is random numbers
    judge=_judge,
)
