"""Howard et al. (2017), "MobileNets": what can each half of a separable convolution see?

Two layers of one kind, each with batch normalisation and ReLU, on the two tasks of
:mod:`.toy_tasks`: full 3 x 3 convolutions, separable ones, depthwise ones alone, pointwise ones
alone. The tasks are built so that each half must fail at one of them; the run shows that it does,
and that nothing else does. The criteria were set before the run, from a trial with other code.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import architecture
from nc_teach.claims.architecture_design import toy_tasks
from nc_teach.claims.architecture_design.toy_tasks import EPOCHS, TASKS
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.table import Table

CHANNELS = 16
LAYERS = {
    "full 3 x 3": lambda i, o: nn.Conv2d(i, o, 3, padding=1, bias=False),
    "separable": architecture.separable_conv,
    "depthwise only": lambda i, o: architecture.depthwise(i, multiplier=o // i),
    "pointwise only": architecture.pointwise,
}
PLACE, WAY = TASKS


@dataclass(frozen=True)
class BlindHalves:
    """Test accuracy in [0, 1]: ``accuracy[task][layer]``, a number a seed.

    ``majority[task]`` is what guessing reads; ``weights[layer]`` those of both convolutions;
    ``examples[task]`` four images (4 x 2 x 10 x 10) and their labels, for a picture.
    """

    accuracy: dict[str, dict[str, np.ndarray]]
    majority: dict[str, np.ndarray]
    weights: dict[str, int]
    examples: dict[str, tuple[np.ndarray, np.ndarray]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Accuracies and weights as plain values, for a file."""
        accuracy = {
            task: {layer: values.round(4).tolist() for layer, values in layers.items()}
            for task, layers in self.accuracy.items()
        }
        majority = {task: values.round(4).tolist() for task, values in self.majority.items()}
        return {"accuracy": accuracy, "majority": majority, "weights": self.weights}

    def table(self) -> Table:
        """A row per kind of layer, a column per task."""
        rows = [
            (layer, f"{count:,}", *(spread(layers[layer]) for layers in self.accuracy.values()))
            for layer, count in self.weights.items()
        ]
        guessing = ("always the same answer", "", *map(spread, self.majority.values()))
        seeds = len(next(iter(self.majority.values())))
        note = f"Test accuracy, {seeds} networks each. {self.provenance.line()}"
        return Table(("layers", "weights", *self.accuracy), (*rows, guessing), (note,))


def classify_halves(seeds: Sequence[int], *, epochs: int = EPOCHS) -> BlindHalves:
    """Train a network of every kind of layer on both tasks from every seed."""
    started = time.perf_counter()
    accuracy: dict[str, dict[str, list[float]]] = {t: {n: [] for n in LAYERS} for t in TASKS}
    guessing: dict[str, list[float]] = {task: [] for task in TASKS}
    weights = {}
    with stopping_as_a_whole():
        for seed, task in with_bar([(s, t) for s in seeds for t in TASKS], "task"):
            dataset = toy_tasks.toy_dataset(task, seed)
            guessing[task].append(toy_tasks.majority(dataset))
            for name in LAYERS:
                net = network(name, seed)
                weights[name] = toy_tasks.weights_of(net)
                accuracy[task][name].append(toy_tasks.learn(net, dataset, seed, epochs))
    return BlindHalves(
        {task: {n: np.array(a) for n, a in found.items()} for task, found in accuracy.items()},
        {task: np.array(values) for task, values in guessing.items()},
        weights,
        {task: tuple(t.numpy() for t in toy_tasks.examples(task)) for task in TASKS},
        measured_now("classify_halves", time.perf_counter() - started),
    )


def network(name: str, seed: int) -> nn.Module:
    """Two layers of the kind, 2 to 16 to 16 channels."""
    make = LAYERS[name]

    def layers() -> list[nn.Module]:
        parts = []
        for before in (2, CHANNELS):
            parts += [make(before, CHANNELS), nn.BatchNorm2d(CHANNELS), nn.ReLU()]
        return parts

    return toy_tasks.toy_network(layers, CHANNELS, seed)


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> BlindHalves:
    """The data set is not looked at: the tasks are made of random numbers."""
    return classify_halves(seeds)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    place, way = (numbers["accuracy"][task] for task in (PLACE, WAY))
    saving = numbers["weights"]["full 3 x 3"] / numbers["weights"]["separable"]
    blind = [
        Check(f"{name}: every network at most 60 % on '{task}'", f"most {100 * max(a):.1f} %",
              max(a) <= 0.6)
        for name, task, a in (
            ("depthwise only", PLACE, place["depthwise only"]),
            ("pointwise only", WAY, way["pointwise only"]),
        )
    ]  # fmt: skip
    seeing = [
        Check(f"{name}: every network at least 97 % on '{task}'", f"least {100 * min(a):.1f} %",
              min(a) >= 0.97)
        for task, found in ((PLACE, place), (WAY, way))
        for name, a in found.items()
        if (name, task) not in (("depthwise only", PLACE), ("pointwise only", WAY))
    ]  # fmt: skip
    return (
        *blind,
        *seeing,
        Check("separable: at most a quarter of the weights", f"1/{saving:.1f}", saving >= 4),
    )


BLIND_HALVES = Claim(
    key="blind_halves",
    title="What the halves of a separable convolution cannot see",
    paper="Howard et al. 2017, arXiv:1704.04861; Chollet 2017, arXiv:1610.02357",
    says="A depthwise convolution filters each channel and a pointwise one combines them; "
    "together they do the work of a full convolution.",
    dataset="digits",
    experiment=_experiment,
    judge=_judge,
)
