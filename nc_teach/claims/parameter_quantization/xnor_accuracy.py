"""Rastegari et al. (2016), "XNOR-Net": what do binary weights cost, and what binary inputs?

One small convolutional network on 8 x 8 digits, whose inner convolutions are real, or have binary
weights (times alpha), or binary inputs as well, without the paper's input scale K and with it. Same
starts per seed, same images in the same order, same number of steps.

The criteria were set before the first run: from the paper, in which binary weights cost nothing and
binary inputs 12 points, and far milder, since digits are far easier than ImageNet.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import nn

from nc_teach import training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.parameter_quantization.differences import lost_or_gained
from nc_teach.claims.running import raise_if_interrupted, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.quantization.xnor_net import XnorNet, centre_and_clip
from nc_teach.table import Table

EPOCHS, LR = 30, 3e-3
BLOCKS: dict[str, dict[str, Any]] = {
    "real": {"conv": nn.Conv2d, "activation": F.relu},
    "binary weights": {"activation": F.relu},
    "binary weights and inputs": {},
    "the same, with K": {"scale_inputs": True},
}
PAPER = {"real": 56.6, "binary weights": 56.8, "the same, with K": 44.2}  # AlexNet, ImageNet, top-1


@dataclass(frozen=True)
class XnorAccuracy:
    """Test accuracy in [0, 1] per network of :data:`BLOCKS`, one number a seed."""

    epochs: int
    test: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        test = {name: accuracy.round(4).tolist() for name, accuracy in self.test.items()}
        return {"epochs": self.epochs, "test": test}

    def table(self) -> Table:
        """A row per network, the paper's number beside ours."""
        rows = tuple(
            (name, f"{PAPER[name]:.1f} %" if name in PAPER else "", spread(accuracy))
            for name, accuracy in self.test.items()
        )
        seeds = len(self.test["real"])
        note = f"Here: 8 x 8 digits, {self.epochs} epochs, {seeds} networks each, test accuracy."
        heads = ("inner convolutions", "paper: AlexNet", "here: digits")
        return Table(heads, rows, (note, self.provenance.line()))


def cost_of_bits(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> XnorAccuracy:
    """Train every network from every seed and measure on the test split."""
    started = time.perf_counter()
    test: dict[str, list[float]] = {name: [] for name in BLOCKS}
    with stopping_as_a_whole():
        for seed, name in with_bar([(s, n) for s in seeds for n in BLOCKS], "network"):
            net = XnorNet(len(dataset.classes), seed=seed, **BLOCKS[name])
            history = training.fit(
                net, dataset, epochs=epochs, seed=seed, lr=LR, schedule=training.cosine,
                after_step=centre_and_clip, progress=False,
            )  # fmt: skip
            raise_if_interrupted(history)
            test[name].append(training.accuracy(net, dataset.test))
    accuracies = {name: np.array(values) for name, values in test.items()}
    return XnorAccuracy(
        epochs, accuracies, measured_now("cost_of_bits", time.perf_counter() - started)
    )


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    mean = {name: np.mean(values) for name, values in numbers["test"].items()}
    weights = mean["binary weights"] - mean["real"]
    inputs = mean["binary weights and inputs"] - mean["binary weights"]
    return (
        Check(
            "binary weights: at most 2 points below the real network",
            lost_or_gained(weights),
            bool(weights >= -0.02),
        ),
        Check(
            "binary inputs as well: at least 1 point worse than binary weights alone",
            lost_or_gained(inputs),
            bool(inputs <= -0.01),
        ),
    )


XNOR_ACCURACY = Claim(
    key="xnor_accuracy",
    title="Binary weights cost little; binary inputs are what costs",
    paper="Rastegari et al. 2016, arXiv:1603.05279, abstract and results on ImageNet",
    says="AlexNet's top-1 accuracy is 56.6 % real, 56.8 % with binary weights and 44.2 % with "
    "binary inputs as well.",
    dataset="digits",
    experiment=cost_of_bits,
    judge=_judge,
)
