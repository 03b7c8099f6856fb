"""Howard et al. (2017), "MobileNets": what can each half of a separable convolution see?

Two layers of one kind, each with batch normalisation and ReLU, on the two tasks of
:mod:`.toy_tasks`: full 3 x 3 convolutions, separable ones, depthwise ones alone, pointwise ones
alone. The tasks are built so that each half must fail at one of them; the run shows that it does,
and that nothing else does. The criteria were set before the run, from a trial with other code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor, nn

from nc_teach import architecture
from nc_teach.claims.architecture_design import toy_tasks
from nc_teach.claims.architecture_design.toy_tasks import EPOCHS, TASKS
from nc_teach.claims.check import Check, check
from nc_teach.claims.experiment import Claim
from nc_teach.claims.provenance import measured_now
from nc_teach.claims.result import Result, local
from nc_teach.claims.running import stopping_as_a_whole, with_bar
from nc_teach.common.spread import percent, share, times
from nc_teach.table import Table

CHANNELS = 16
LAYERS: dict[str, Callable[[int, int], nn.Module]] = {
    "full 3 x 3": lambda i, o: nn.Conv2d(i, o, 3, padding=1, bias=False),
    "separable": architecture.separable_conv,
    "depthwise only": lambda i, o: architecture.depthwise(i, multiplier=o // i),
    "pointwise only": architecture.pointwise,
}
PLACE, WAY = TASKS


@dataclass(frozen=True, kw_only=True)
class BlindHalves(Result):
    """Test accuracy in [0, 1]: ``accuracy[task][layer]``, one number per seed.

    ``majority[task]`` is what guessing gets right; ``weights[layer]`` those of both convolutions;
    ``examples[task]`` four images (4 x 2 x 10 x 10) and their labels, for a picture.
    """

    accuracy: dict[str, dict[str, np.ndarray]]
    majority: dict[str, np.ndarray]
    weights: dict[str, int]
    examples: dict[str, tuple[Tensor, Tensor]] | None = local()

    def table(self) -> Table:
        """A row per kind of layer, a column per task."""
        rows = [
            (layer, f"{count:,}", *(percent(layers[layer]) for layers in self.accuracy.values()))
            for layer, count in self.weights.items()
        ]
        guessing = ("always the same answer", "", *map(percent, self.majority.values()))
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
        accuracy={t: {n: np.array(a) for n, a in of.items()} for t, of in accuracy.items()},
        majority={task: np.array(values) for task, values in guessing.items()},
        weights=weights,
        examples={task: toy_tasks.examples(task) for task in TASKS},
        provenance=measured_now("classify_halves", time.perf_counter() - started),
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


def _judge(result: BlindHalves) -> tuple[Check, ...]:
    blind = (("depthwise only", PLACE), ("pointwise only", WAY))
    seeing = [(name, task) for task in TASKS for name in LAYERS if (name, task) not in blind]
    saving = result.weights["full 3 x 3"] / result.weights["separable"]

    reads = partial(check, say=share, every="network")
    return (
        *(reads(f"{n} on '{task}'", result.accuracy[task][n], most=0.6) for n, task in blind),
        *(reads(f"{n} on '{task}'", result.accuracy[task][n], least=0.97) for n, task in seeing),
        check("separable: fewer weights than full convolutions", saving, least=4, say=times),
    )


BLIND_HALVES = Claim(
    key="blind_halves",
    title="What the halves of a separable convolution cannot see",
    paper="Howard et al. 2017, arXiv:1704.04861; Chollet 2017, arXiv:1610.02357",
    says="A depthwise convolution filters each channel and a pointwise one combines them; "
    "together they do the work of a full convolution.",
    dataset="digits",
    result=BlindHalves,
    experiment=lambda dataset, seeds: classify_halves(seeds),  # the tasks are random numbers
    judge=_judge,
)
