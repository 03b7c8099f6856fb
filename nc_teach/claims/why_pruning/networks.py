"""The networks of the chapter, drawn and trained as in the papers."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from nc_teach import sweep, training
from nc_teach.claims import raise_if_interrupted, stopping_as_a_whole
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100, seeded_init

EPOCHS, BATCH, LR = 6, 60, 1.2e-3
Hook = Callable[[nn.Module], object]
T = TypeVar("T")


def glorot_lenet(dataset: Dataset, seed: int) -> LeNet300100:
    """LeNet-300-100 with Gaussian Glorot weights and zero biases, drawn from ``seed``."""
    net = LeNet300100(num_classes=len(dataset.classes))
    with seeded_init(seed):
        for layer in (net.fc1, net.fc2, net.fc3):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


def steps_of(dataset: Dataset, epochs: int) -> int:
    """How many updates a training of that many epochs takes."""
    return epochs * -(-len(dataset.train) // BATCH)


def counted(networks: int) -> str:
    """How many networks, in words for a note.

    >>> counted(1), counted(3)
    ('1 network', '3 networks')
    """
    return f"{networks} network{'' if networks == 1 else 's'}"


class Coach:
    """A training that is the same every time: one order of the images, one budget.

    Its :meth:`train` is what :func:`~nc_teach.pruning.lottery.find_ticket` asks for. With
    ``moments`` (shares of the training, in (0, 1]) it also keeps a curve of the test accuracy at
    those moments for every training, in ``curves``. Nothing is chosen by them.
    """

    def __init__(
        self,
        dataset: Dataset,
        epochs: int,
        seed: int,
        moments: Sequence[float] = (),
        **options: Any,
    ) -> None:
        self.dataset, self.epochs, self.seed, self.options = dataset, epochs, seed, options
        total = steps_of(dataset, epochs)
        self.stops = Counter(max(1, round(moment * total)) for moment in moments)
        self.curves: list[list[float]] = []

    def train(self, model: nn.Module, after_step: Hook) -> training.History:
        """Train ``model`` in place; ``KeyboardInterrupt`` when the reader stops it."""
        curve: list[float] = []
        self.curves.append(curve)
        step = 0

        def hook(model: nn.Module) -> None:
            nonlocal step
            after_step(model)
            step += 1
            if step in self.stops:
                reached = training.accuracy(model, self.dataset.test)
                curve.extend([reached] * self.stops[step])

        options: dict[str, Any] = {"lr": LR, "batch_size": BATCH, **self.options}
        history = training.fit(
            model,
            self.dataset,
            epochs=self.epochs,
            seed=self.seed,
            after_step=hook,
            progress=False,
            **options,
        )
        return raise_if_interrupted(history)


def no_hook(model: nn.Module) -> None:
    """Nothing is done after a step: all weights learn."""


def sgd(lr: float) -> dict[str, Any]:
    """Options for momentum SGD whose learning rate falls from ``lr`` along a cosine."""
    return {"optimizer": partial(torch.optim.SGD, lr=lr, momentum=0.9), "schedule": training.cosine}


def from_every_seed(
    one: Callable[..., T], seeds: Sequence[int], executor: Executor | None
) -> list[T]:
    """``one(seed=...)`` for every seed, stopped as a whole; ``executor`` as in ``sweep.run``."""
    with stopping_as_a_whole():
        return sweep.run(one, {"seed": list(seeds)}, executor)


def by_name(
    runs: Sequence[Mapping[str, Any]], names: Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """What every run holds under each name, stacked; all names of the first run by default.

    >>> by_name([{"a": 1.0}, {"a": 2.0}])
    {'a': array([1., 2.])}
    """
    return {name: np.array([run[name] for run in runs]) for name in names or runs[0]}
