"""Several networks on the same images for the same number of epochs: what each costs and reads.

Every network begins from every seed, sees the same images in the same order, and is trained with
Adam and a cosine schedule. Its learning rate is the one of :data:`RATES` that reads more validation
images after one epoch from a seed of its own; the test split is looked at once, at the end.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import meter, training
from nc_teach.claims.architecture_design.networks import Make
from nc_teach.claims.claim import Provenance, measured_now
from nc_teach.claims.running import raise_if_interrupted, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.meter import Latency
from nc_teach.table import Table

RATES = (1e-3, 3e-3, 1e-2)
TRIAL_SEED = 1000  # for the choice of the learning rate only
BATCHES = {"batch 1": (1, 100), "batch 32": (32, 20)}  # images, repeats


@dataclass(frozen=True)
class Compared:
    """What each of ``names`` costs, and its test accuracy in [0, 1], seeds x networks.

    ``latency[batch]`` is a :class:`.meter.Latency` a network, of one forward pass on one thread,
    for each batch of :data:`BATCHES`; ``rates`` are the learning rates that were chosen.
    """

    names: tuple[str, ...]
    epochs: int
    rates: tuple[float, ...]
    params: np.ndarray
    macs: np.ndarray
    accuracy: np.ndarray
    latency: dict[str, list[Latency]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file; a latency as (lower, median, upper) in ms."""
        return {
            "names": list(self.names), "epochs": self.epochs, "rates": list(self.rates),
            "params": self.params.tolist(), "macs": self.macs.tolist(),
            "accuracy": self.accuracy.round(4).tolist(),
            "latency": {
                batch: [[round(ms, 4) for ms in (t.lower, t.median, t.upper)] for t in times]
                for batch, times in self.latency.items()
            },
        }  # fmt: skip

    def table(self) -> Table:
        """A row per network. Times only where they were measured just now, on this machine."""
        latency = {} if self.provenance.shipped else self.latency
        rows = tuple(
            (
                name, f"{self.params[place]:,}", f"{self.macs[place]:,}",
                *(f"{times[place].median:.2f} ms" for times in latency.values()),
                f"{self.rates[place]:g}", spread(self.accuracy[:, place]),
            )
            for place, name in enumerate(self.names)
        )  # fmt: skip
        seeds = len(self.accuracy)
        note = (
            f"{seeds} network{'s' * (seeds > 1)} each, {self.epochs} "
            f"epoch{'s' * (self.epochs > 1)}, test accuracy. {self.provenance.line()}"
        )
        heads = ("network", "parameters", "MACs", *latency, "learning rate", "accuracy")
        return Table(heads, rows, (note,))


def read_compared(numbers: Mapping[str, Any], provenance: Provenance) -> Compared:
    """The numbers of a file as the result that they were, for tables and figures."""
    latency = {
        batch: [
            Latency(median, lower, upper, BATCHES[batch][0], 1, BATCHES[batch][1])
            for lower, median, upper in times
        ]
        for batch, times in numbers["latency"].items()
    }
    params, macs, accuracy = (np.array(numbers[kind]) for kind in ("params", "macs", "accuracy"))
    names, rates = tuple(numbers["names"]), tuple(numbers["rates"])
    return Compared(names, numbers["epochs"], rates, params, macs, accuracy, latency, provenance)


def compare(
    networks: Mapping[str, Make],
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    epochs: int,
    rates: Sequence[float] = RATES,
) -> Compared:
    """Train every network (name -> what makes it) from every seed, count it and time it."""
    started = time.perf_counter()
    accuracy, chosen, trained = [], [], {}
    with stopping_as_a_whole():
        for name, make in with_bar(list(networks.items()), "network"):
            chosen.append(choose_rate(make, dataset, rates))
            nets = [train(make, dataset, seed, epochs, chosen[-1]) for seed in seeds]
            accuracy.append([training.accuracy(net, dataset.test) for net in nets])
            trained[name] = nets[0]
    shape = tuple(dataset.test.images.shape[1:])
    return Compared(
        tuple(trained), epochs, tuple(chosen),
        np.array([meter.count_params(net) for net in trained.values()]),
        np.array([meter.count_macs(net, shape) for net in trained.values()]),
        np.array(accuracy).T, time_them(trained, dataset),
        measured_now("compare", time.perf_counter() - started),
    )  # fmt: skip


def choose_rate(make: Make, dataset: Dataset, rates: Sequence[float]) -> float:
    """The rate that reads most validation images after one epoch (of one rate, that one)."""
    if len(rates) == 1:
        return rates[0]

    def reads(rate: float) -> float:
        return training.accuracy(train(make, dataset, TRIAL_SEED, 1, rate), dataset.validation)

    return max(rates, key=reads)


def train(make: Make, dataset: Dataset, seed: int, epochs: int, rate: float) -> nn.Module:
    """A network from ``seed``, trained for ``epochs``."""
    net = make(num_classes=len(dataset.classes), seed=seed)
    history = training.fit(
        net, dataset, epochs=epochs, seed=seed, lr=rate, schedule=training.cosine, progress=False
    )
    raise_if_interrupted(history)
    return net


def time_them(networks: Mapping[str, nn.Module], dataset: Dataset) -> dict[str, list[Latency]]:
    """The latency of every network, all in turn, for every batch."""
    return {
        batch: [*meter.latencies(networks, dataset.test.images[:size], repeats=repeats).values()]
        for batch, (size, repeats) in BATCHES.items()
    }
