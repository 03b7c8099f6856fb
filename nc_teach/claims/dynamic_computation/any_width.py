"""Yu and Huang (2019), "Universally Slimmable Networks": what do sandwich and distillation give?

The same network is trained in four ways, all with four widths a step and one normalisation: at the
four fixed widths, at four random widths, by the sandwich rule, and by the sandwich rule with
in-place distillation. All are tested at nine widths after recalibration, and the last also without
it. Beside them stand networks trained for one width alone.

The criteria were set before the first run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from nc_teach import dynamic, training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.dynamic_computation.networks import EPOCHS, half_size, train_plain
from nc_teach.claims.dynamic_computation.slimmable import (
    CHANNELS,
    IMAGES,
    at_widths,
    small_network,
)
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.table import Table

WIDTHS = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0)
ALONE = (0.25, 0.45, 0.65, 1.0)  # where a network of that width is trained
WAYS: dict[str, Callable[..., torch.Tensor]] = {
    "four fixed widths": dynamic.sum_of_widths,
    "four random widths": dynamic.sandwich_loss(distil=False, ends=False),
    "sandwich": dynamic.sandwich_loss(distil=False),
    "sandwich, distilled": dynamic.sandwich_loss(),
}
BEST = "sandwich, distilled"


@dataclass(frozen=True)
class AnyWidth:
    """Test accuracy in [0, 1] by way of training, seeds x :data:`WIDTHS`, recalibrated.

    ``as_trained`` is the distilled network without recalibration; ``alone`` is seeds x
    :data:`ALONE`.
    """

    widths: tuple[float, ...]
    accuracy: dict[str, np.ndarray]
    as_trained: np.ndarray
    alone: np.ndarray
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        return {
            "widths": list(self.widths), "alone_at": list(ALONE),
            "accuracy": {name: a.round(4).tolist() for name, a in self.accuracy.items()},
            "as_trained": self.as_trained.round(4).tolist(), "alone": self.alone.round(4).tolist(),
        }  # fmt: skip

    def table(self) -> Table:
        """A row per width."""
        alone = dict(zip(ALONE, self.alone.T, strict=True))
        rows = tuple(
            (
                f"{width:g}",
                *(spread(a[:, i]) for a in self.accuracy.values()),
                spread(self.as_trained[:, i]),
                spread(alone[width]) if width in alone else "",
            )
            for i, width in enumerate(self.widths)
        )
        heads = ("width", *self.accuracy, "the last, not recalibrated", "that width alone")
        return Table(heads, rows, (f"{len(self.alone)} networks. {self.provenance.line()}",))


def train_any_width(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> AnyWidth:
    """Train every way from every seed, and test at all widths."""
    started, half = time.perf_counter(), half_size(dataset)
    half = replace(half, train=half.train.subset(min(IMAGES, len(half.train))))
    accuracy: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    as_trained, alone = [], []
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "seed"):
            for way, loss in WAYS.items():
                net = _train(half, seed, loss, epochs)
                accuracy[way].append(at_widths(net, half, WIDTHS, recalibrated=True))
            as_trained.append(at_widths(net, half, WIDTHS))
            alone.append([_one_width(half, width, seed, epochs) for width in ALONE])
    return AnyWidth(
        WIDTHS, {way: np.array(a) for way, a in accuracy.items()}, np.array(as_trained),
        np.array(alone), measured_now("train_any_width", time.perf_counter() - started),
    )  # fmt: skip


def _train(half: Dataset, seed: int, loss: Callable, epochs: int) -> dynamic.SlimmableNet:
    make = partial(dynamic.SlimmableNet, len(half.classes), CHANNELS, seed=seed)
    return train_plain(make(norm=dynamic.SharedBatchNorm2d), half, seed, loss, epochs)


def _one_width(half: Dataset, width: float, seed: int, epochs: int) -> float:
    net = small_network(width, len(half.classes), seed)
    return training.accuracy(train_plain(net, half, seed, epochs=epochs), half.test)


def read_any_width(outcome: Outcome) -> AnyWidth:
    """The result that an outcome was saved from."""
    n = outcome.numbers
    return AnyWidth(
        tuple(n["widths"]), {name: np.array(a) for name, a in n["accuracy"].items()},
        np.array(n["as_trained"]), np.array(n["alone"]), outcome.provenance,
    )  # fmt: skip


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    mean = {name: np.mean(a, axis=0) for name, a in numbers["accuracy"].items()}
    places = [numbers["widths"].index(width) for width in numbers["alone_at"]]
    behind = (mean[BEST][places] - np.mean(numbers["alone"], axis=0)).min()
    ends = (mean["sandwich"] - mean["four random widths"])[[0, -1]]
    taught = (mean[BEST] - mean["sandwich"]).mean()
    raw = (np.mean(numbers["as_trained"], axis=0) - mean[BEST])[0]
    return (
        Check(
            "sandwich and distillation: at most 3 points below a network of that width alone",
            f"worst {points(behind)}",
            bool(behind >= -0.03),
        ),
        Check(
            "the sandwich is better at both ends than random widths",
            ", ".join(points(value) for value in ends),
            bool((ends > 0).all()),
        ),
        Check(
            "distillation helps, mean over all widths",
            points(taught),
            bool(taught > 0),
        ),
        Check(
            "not recalibrated, width 0.25 is at least 10 points worse",
            points(raw),
            bool(raw <= -0.1),
        ),
    )


UNIVERSALLY_SLIMMABLE = Claim(
    key="universally_slimmable",
    title="Any width at all, by the sandwich rule and in-place distillation",
    paper="Yu and Huang 2019, arXiv:1903.05134, on the sandwich rule and in-place distillation",
    says="One network runs at any width, as well as slimmable ones at theirs; both rules help, "
    "and statistics are measured after training.",
    dataset="fashion",
    experiment=train_any_width,
    judge=_judge,
)
