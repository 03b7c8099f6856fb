"""Rastegari et al. (2016), "XNOR-Net": what do binary weights cost, and what binary inputs?

One small convolutional network on 8 x 8 digits, whose inner convolutions are real, or have binary
weights (times alpha), or binary inputs as well, without the paper's input scale K and with it. Same
starts per seed, same images in the same order, same number of steps.

The criteria were set before the first run: from the paper, in which binary weights cost nothing and
binary inputs 12 points, but far milder, since digits are far easier than ImageNet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import nn

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.quantization.xnor_net import XnorNet, centre_and_clip

EPOCHS, LR = 30, 3e-3
BLOCKS: dict[str, dict[str, Any]] = {
    "real": {"conv": nn.Conv2d, "activation": F.relu},
    "binary weights": {"activation": F.relu},
    "binary weights and inputs": {},
    "the same, with K": {"scale_inputs": True},
}
PAPER = {"real": 56.6, "binary weights": 56.8, "the same, with K": 44.2}  # AlexNet, ImageNet, top-1


@dataclass(frozen=True, kw_only=True)
class XnorAccuracy(Result):
    """Test accuracy in [0, 1] per network of :data:`BLOCKS`, one number per seed."""

    epochs: int
    test: dict[str, np.ndarray]

    def in_words(self) -> str:
        """What binary weights cost, binary inputs beside them, and what K gives back."""
        real, weights, both, scaled = (100 * of.mean() for of in self.test.values())
        return (
            f"Of the digits the real network reads {real:.1f} %; with binary weights it is "
            f"{weights:.1f} %, with binary inputs as well {both:.1f} %, and with K {scaled:.1f} %."
        )

    def table(self) -> Table:
        """A row per network, the paper's number beside ours."""
        rows = tuple(
            (name, f"{PAPER[name]:.1f} %" if name in PAPER else "", percent(accuracy))
            for name, accuracy in self.test.items()
        )
        seeds = len(self.test["real"])
        note = f"Here: 8 x 8 digits, {self.epochs} epochs, {seeds} networks each, test accuracy."
        heads = ("inner convolutions", "paper: AlexNet", "here: digits")
        return Table(heads, rows, (note, self.provenance.line()))


@measured
def cost_of_bits(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> XnorAccuracy:
    """Train every network from every seed and measure on the test split."""

    def one_network(name: str, seed: int) -> float:
        net = XnorNet(len(dataset.classes), seed=seed, **BLOCKS[name])
        training.fit(
            net,
            dataset,
            epochs=epochs,
            seed=seed,
            lr=LR,
            schedule=training.cosine,
            after_step=centre_and_clip,
            progress=False,
        )
        return training.accuracy(net, dataset.test)

    test = each_seed(lambda seed: {name: one_network(name, seed) for name in BLOCKS}, seeds)
    return XnorAccuracy(epochs=epochs, test=test)


def judge(result: XnorAccuracy) -> tuple[Check, ...]:
    """Binary weights cost little, and binary inputs more."""
    real, weights, both = (result.test[name] for name in list(BLOCKS)[:3])
    return (
        check("binary weights against the real network", weights - real, least=-0.02),
        check("binary inputs as well, against binary weights alone", both - weights, most=-0.01),
    )


XNOR_ACCURACY = Claim("xnor_accuracy", XnorAccuracy, cost_of_bits, judge, dataset="digits")
