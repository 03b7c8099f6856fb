"""Watch filters fade: LeNet-5 with and without group lasso, recorded moment by moment.

Three trainings from one start, on the same images in the same order: with the penalty's proximal
step ("group lasso"), with the same penalty as a part of the loss ("its gradient alone"), and
without it ("no penalty"). The optimizer is plain SGD: momentum would make the gradient of the
penalty count ten times, but not its proximal step, and the two could not be compared.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Result, Table, measured, together, with_bar
from nc_teach.common.spread import points, share
from nc_teach.data import Dataset
from nc_teach.models import LeNet5Caffe
from nc_teach.pruning.group_lasso import Groups
from nc_teach.training import Loss, cross_entropy

from .sentences import paragraph

LAYERS = ("conv1", "conv2")
GROUPS: Groups = {f"{layer}.weight": "filters" for layer in LAYERS}
VARIANTS = ("group lasso", "its gradient alone", "no penalty")
LR, BATCH = 0.2, 50


@dataclass(frozen=True, kw_only=True)
class Fading(Result):
    """What each variant looked like at each moment.

    ``epochs`` are the moments, the start among them. ``filters[variant]`` is moments x filters x
    height x width, of the first convolution; ``norms[variant][layer]`` moments x filters; ``test``
    the accuracy at the end, in [0, 1].
    """

    epochs: np.ndarray
    filters: dict[str, np.ndarray]
    norms: dict[str, dict[str, np.ndarray]]
    test: dict[str, float]

    def meaning(self) -> str:
        """How many filters are exactly zero with each variant, and what that costs."""
        parts = []
        for variant, layers in self.norms.items():
            gone, of = (sum(f(n[-1]) for n in layers.values()) for f in (_zeros, len))
            parts.append(f"{variant}: {gone} of {of} filters are exactly zero")
        lasso, free = self.test["group lasso"], self.test["no penalty"]
        return paragraph(
            f"After {self.epochs[-1]:g} epochs, with {'; with '.join(parts)}.",
            f"The network with the penalty reads {share(lasso)} of the test digits, the one "
            f"without {share(free)} ({points(lasso - free)}).",
        )

    def table(self) -> Table:
        """A row per variant at the end: filters that are not zero, smallest norm, accuracy."""
        rows = tuple(
            (variant, *(_left(n[-1]) for n in layers.values()), f"{100 * self.test[variant]:.2f} %")
            for variant, layers in self.norms.items()
        )
        header = ("trained with", *(f"{layer}, not zero" for layer in LAYERS), "test accuracy")
        return self.tabled(header, rows, "One network each.")


@measured
def watch_filters_fade(
    dataset: Dataset,
    seed: int = 0,
    *,
    epochs: int = 4,
    strength: float = 0.003,
    images: int = 3000,
    moments: int = 13,
) -> Fading:
    """Train LeNet-5 once per variant and record its convolutions, about 20 s on one core.

    Raises ``ValueError`` when moments are not 2 to (steps + 1).

    - ``dataset``: Images of 28 x 28. Only the first ``images`` of its training split are used, for
      time.
    - ``strength``: Factor of the penalty beside the loss; every group counts sqrt(size) times. On
      MNIST 0.003 was the largest of 0.002, 0.003 and 0.004 that lost less than 2 points on
      validation data.
    - ``moments``: How often to look, the start included: evenly over all steps, at least 2.
    """
    few = replace(
        dataset,
        train=dataset.train.subset(min(images, len(dataset.train))),
        validation=dataset.validation.subset(min(100, len(dataset.validation))),  # for no choice
    )
    steps = epochs * math.ceil(len(few.train) / BATCH)
    if not 2 <= moments <= steps + 1:
        raise ValueError(f"moments must be 2 to {steps + 1} for {steps} steps, got {moments!r}")
    at = np.linspace(0, steps, moments).round().astype(int)
    films = {v: _film(few, seed, epochs, strength, v, at) for v in with_bar(VARIANTS, "net")}
    return Fading(
        epochs=at * epochs / steps,
        filters={v: film["filters"] for v, film in films.items()},
        norms={v: film["norms"] for v, film in films.items()},
        test={v: film["test"] for v, film in films.items()},
    )


def _film(
    dataset: Dataset, seed: int, epochs: int, strength: float, variant: str, at: np.ndarray
) -> dict[str, Any]:
    """Train in one variant, and look at the convolutions after the steps ``at``."""
    net = LeNet5Caffe(num_classes=len(dataset.classes), seed=seed)
    loss, shrink = _ways(strength)[variant]
    steps, looks = itertools.count(), []

    def look(model: nn.Module) -> None:
        if next(steps) in at:
            weights = {name: model.get_parameter(f"{name}.weight").detach() for name in LAYERS}
            norms = {name: pruning.group_norms(weight).numpy() for name, weight in weights.items()}
            looks.append({"filters": weights["conv1"][:, 0].numpy().copy(), "norms": norms})

    def after_step(model: nn.Module) -> None:
        shrink(model)
        look(model)

    look(net)
    how: dict[str, Any] = {"epochs": epochs, "seed": seed, "batch_size": BATCH, "progress": False}
    how["optimizer"] = partial(torch.optim.SGD, lr=LR)
    training.fit(net, dataset, loss=loss, after_step=after_step, **how)
    return {**together(looks), "test": training.accuracy(net, dataset.test)}


def _ways(strength: float) -> dict[str, tuple[Loss, Callable[[nn.Module], object]]]:
    """Variant -> the loss that it follows, and what it does to the network after each step."""

    def with_penalty(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        penalty = pruning.group_lasso(model, GROUPS)
        return cross_entropy(model, images, labels) + strength * penalty

    def nothing(model: nn.Module) -> None:
        pass

    return {
        "group lasso": (cross_entropy, pruning.proximal_step(GROUPS, LR, strength)),
        "its gradient alone": (with_penalty, nothing),
        "no penalty": (cross_entropy, nothing),
    }


def _zeros(norms: np.ndarray) -> int:
    return int((norms == 0).sum())


def _left(norms: np.ndarray) -> str:
    """How many of the groups are not zero, and the smallest of all norms.

    >>> _left(np.array([0.0, 0.5, 2.0]))
    '2 of 3 (smallest norm 0.0000)'
    """
    return f"{(norms > 0).sum()} of {len(norms)} (smallest norm {norms.min():.4f})"
