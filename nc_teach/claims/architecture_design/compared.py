"""Several networks on the same images for as many epochs: what each costs and gets right.

Every network begins from every seed, sees the same images in the same order, and is trained with
Adam and a cosine schedule. Its learning rate is the one of :data:`RATES` that gets more validation
images right after one epoch from a seed of its own; the test split is looked at once, at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import meter, training
from nc_teach.claims import Result, Table, measured, with_bar
from nc_teach.common.spread import percent
from nc_teach.data import Dataset

from .networks import Make

N = TypeVar("N", bound=nn.Module)
RATES = (3e-3, 1e-2, 3e-2)
EPOCHS = 4  # for every experiment of the chapter that compares networks
TRIAL_SEED = 1000  # for the choice of the learning rate only
BATCHES = {"batch 1": (1, 100), "batch 32": (32, 20)}  # images, repeats


@dataclass(frozen=True, kw_only=True)
class Compared(Result):
    """What each of ``names`` costs, and its test accuracy in [0, 1], seeds x networks.

    ``latency[batch]`` is networks x 3, the lower quartile, the median and the upper quartile of one
    forward pass on one thread in ms, for each batch of :data:`BATCHES`; ``rates`` are the learning
    rates that were chosen.
    """

    names: tuple[str, ...]
    epochs: int
    rates: tuple[float, ...]
    params: np.ndarray
    macs: np.ndarray
    accuracy: np.ndarray
    latency: dict[str, np.ndarray]

    def gains(self, name: str, other: str) -> np.ndarray:
        """Accuracy of one network less that of another, one number per seed."""
        one, two = (self.accuracy[:, self.names.index(n)] for n in (name, other))
        return one - two

    def in_words(self) -> str:
        """The test accuracy of every network, the best first."""
        mean = 100 * self.accuracy.mean(axis=0)
        order = np.argsort(-mean, kind="stable")
        seeds, epochs = len(self.accuracy), self.epochs
        read = ", ".join(f"{self.names[k]} {mean[k]:.1f} %" for k in order)
        return f"Test accuracy after {epochs} epochs, mean of {seeds} networks each: {read}."

    def table(self) -> Table:
        """A row per network; times, with quartiles, only where they were measured just now."""
        latency = {} if self.provenance.shipped else self.latency
        rows = tuple(
            (
                name,
                f"{self.params[place]:,}",
                f"{self.macs[place]:,}",
                *("{1:.2f} ms ({0:.2f}-{2:.2f})".format(*ms[place]) for ms in latency.values()),
                f"{self.rates[place]:g}",
                percent(self.accuracy[:, place]),
            )
            for place, name in enumerate(self.names)
        )
        seeds = len(self.accuracy)
        note = (
            f"{seeds} network{'s' * (seeds > 1)} each, {self.epochs} "
            f"epoch{'s' * (self.epochs > 1)}, test accuracy."
        )
        heads = ("network", "parameters", "MACs", *latency, "learning rate", "accuracy")
        return self.tabled(heads, rows, note)


@measured
def compare(
    networks: Mapping[str, Make],
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    epochs: int,
    rates: Sequence[float] = RATES,
) -> Compared:
    """Train every network (name -> what makes it) from every seed, count it and time it."""
    accuracy, chosen, trained = [], [], {}
    for name, make in with_bar(list(networks.items()), "network"):
        chosen.append(choose_rate(make, dataset, rates))
        nets = [train(make, dataset, seed, epochs, chosen[-1]) for seed in seeds]
        accuracy.append([training.accuracy(net, dataset.test) for net in nets])
        trained[name] = nets[0]
    images = dataset.test.images
    shape = tuple(images.shape[1:])
    return Compared(
        names=tuple(trained),
        epochs=epochs,
        rates=tuple(chosen),
        params=np.array([meter.count_params(net) for net in trained.values()]),
        macs=np.array([meter.count_macs(net, shape) for net in trained.values()]),
        accuracy=np.array(accuracy).T,
        latency={
            batch: quartiles(trained, images[:size], repeats=repeats)
            for batch, (size, repeats) in BATCHES.items()
        },
    )


def choose_rate(make: Make, dataset: Dataset, rates: Sequence[float]) -> float:
    """The rate that gets most validation images right after one epoch (of one rate, that one)."""
    if len(rates) == 1:
        return rates[0]

    def reads(rate: float) -> float:
        return training.accuracy(train(make, dataset, TRIAL_SEED, 1, rate), dataset.validation)

    return max(rates, key=reads)


def train(make: Callable[..., N], dataset: Dataset, seed: int, epochs: int, rate: float) -> N:
    """A network from ``seed``, trained for ``epochs``.

    Weights lie channels last meanwhile: depthwise convolutions then train in half of the time.
    """
    net = lay_out(make(num_classes=len(dataset.classes), seed=seed), torch.channels_last)
    training.fit(
        net, dataset, epochs=epochs, seed=seed, lr=rate, schedule=training.cosine, progress=False
    )
    return lay_out(net, torch.contiguous_format)


def lay_out(net: N, order: torch.memory_format) -> N:
    """The network itself, with the weights of its convolutions in this order of memory."""
    for weight in net.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.to(weight.dtype, memory_format=order)
    return net


def quartiles(networks: Mapping[str, nn.Module], images: Tensor, **options: int) -> np.ndarray:
    """Latencies in ms, all in turn: networks x (lower quartile, median, upper quartile)."""
    found = meter.latencies(networks, images, **options).values()
    return np.array([(ms.lower, ms.median, ms.upper) for ms in found])
