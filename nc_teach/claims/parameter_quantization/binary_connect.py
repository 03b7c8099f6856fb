"""Courbariaux, Bengio, David (2015), "BinaryConnect": can a network live with weights of one bit?

The same mlp with batch normalisation is trained in four ways for the same number of steps:
with real weights, with their signs (deterministic), with signs drawn at random (stochastic), and
with real weights and dropout. What is tested is the paper's choice: signs for the deterministic
one, *real* weights for the stochastic one. The controls are the real network rounded afterwards,
and the stochastic one with the signs of its weights.

The criteria were set before the runs, from a trial on another machine.
"""

import copy
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from nc_teach import training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    fact,
    measured,
    with_bar,
)
from nc_teach.claims.parameter_quantization.sign_training import (
    EPOCHS,
    HIDDEN,
    IMAGES,
    TRAINED,
    share_at_walls,
    train,
)
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.quantization import binary
from nc_teach.table import Table
from nc_teach.training import recalibrate_bn

PAPER = {  # table 2: test error in per cent on MNIST, CIFAR-10, SVHN
    "real": (1.30, 10.64, 2.44),
    "deterministic": (1.29, 9.90, 2.30),
    "stochastic": (1.18, 8.27, 2.15),
    "dropout": (1.01, None, None),
}
ROWS = {
    "real": "real weights",
    "rounded": "the same, rounded afterwards",
    "rounded, norms anew": "the same, batch norms recomputed",
    "deterministic": "BinaryConnect, deterministic (signs at test)",
    "stochastic": "BinaryConnect, stochastic (real weights at test)",
    "stochastic, signs": "the same with its signs, batch norms recomputed",
    "dropout": "real weights, dropout 0.5",
}


@dataclass(frozen=True, kw_only=True)
class BinaryConnectTable(Result):
    """Test error in [0, 1] per row of :data:`ROWS`, one number per network.

    ``train`` is the training error of the four that were trained, ``at_walls`` the share of the
    deterministic networks' real weights with |w| > 0.99, ``sizes`` the layers, and ``bytes`` what
    :func:`bytes_of` says of them.
    """

    sizes: tuple[int, ...]
    epochs: int
    images: int
    test: dict[str, np.ndarray]
    train: dict[str, np.ndarray]
    at_walls: np.ndarray
    bytes: dict[str, int]

    def table(self) -> Table:
        """The lecture's table, marked as the paper's, and the test errors measured here."""
        rows = tuple((says, *_theirs(row), percent(self.test[row])) for row, says in ROWS.items())
        sizes, size = "-".join(map(str, self.sizes)), self.bytes
        whole = (size["float32"] + size["norms"]) / (size["bits"] + size["norms"])
        notes = (
            "Paper: test error, 3 x 1024 neurons, 50,000 images, hundreds of epochs. Only the "
            "MNIST column was run here.",
            f"Here: {sizes}, {self.images:,} images, {self.epochs} epochs, "
            f"{len(self.at_walls)} networks, mean ± standard deviation. {self.provenance.line()}",
            f"As signs the weights take {size['bits']:,} bytes instead of {size['float32']:,}; "
            "with its norms, which stay float32, the deterministic network is "
            f"{whole:.1f} times smaller.",
        )
        heads = ("trained with", "paper: MNIST", "CIFAR-10", "SVHN", "here: MNIST")
        return Table(heads, rows, notes)


def _theirs(row: str) -> list[str]:
    """The paper's three errors of a row, empty where it has none."""
    return ["" if value is None else f"{value:.2f} %" for value in PAPER.get(row, (None,) * 3)]


def with_signs(net: nn.Module) -> nn.Module:
    """A copy that is tested with ±1 for its weights, times their mean |w| where they were real."""
    net = copy.deepcopy(net)
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, nn.Linear):
                scale = 1.0 if isinstance(layer, binary.BinaryLinear) else layer.weight.abs().mean()
                layer.weight.copy_(scale * binary.sign(layer.weight))
    return net


@measured
def measure(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
    images: int = IMAGES,
) -> BinaryConnectTable:
    """Train every way from every seed on the first ``images`` and measure on the test split."""
    some = replace(dataset, train=dataset.train.subset(min(images, len(dataset.train))))
    test: dict[str, list[float]] = {row: [] for row in ROWS}
    trained: dict[str, list[float]] = {how: [] for how in TRAINED}
    walls = []
    for how, seed in with_bar([(h, s) for s in seeds for h in TRAINED], "network"):
        net = train(how, some, seed, hidden, epochs)
        for row, tested in variants(how, net, some).items():
            test[row].append(1 - training.accuracy(tested, dataset.test))
        trained[how].append(1 - training.accuracy(net, some.train))
        if how == "deterministic":
            walls.append(share_at_walls(net))
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    return BinaryConnectTable(
        sizes=sizes,
        epochs=epochs,
        images=len(some.train),
        test={row: np.array(errors) for row, errors in test.items()},
        train={how: np.array(errors) for how, errors in trained.items()},
        at_walls=np.array(walls),
        bytes=bytes_of(sizes),
    )


def variants(how: str, net: nn.Module, dataset: Dataset) -> dict[str, nn.Module]:
    """The rows of the table that one trained network gives."""
    if how == "real":
        rounded = with_signs(net)
        again = recalibrate_bn(copy.deepcopy(rounded), dataset.train.images, 1000)
        return {"real": net, "rounded": rounded, "rounded, norms anew": again}
    if how == "stochastic":
        return {
            how: net,
            f"{how}, signs": recalibrate_bn(with_signs(net), dataset.train.images, 1000),
        }
    return {how: net}


def bytes_of(sizes: Sequence[int]) -> dict[str, int]:
    """Bytes of the weights as float32 and as bits, and of what stays float32 (the norms).

    Each norm keeps four numbers a neuron: scale, shift, mean and variance.

    >>> bytes_of((784, 256, 10))
    {'float32': 813056, 'bits': 25408, 'norms': 4256}
    """
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    bits = sum(-(-a * b // 8) for a, b in itertools.pairwise(sizes))
    return {"float32": 4 * weights, "bits": bits, "norms": 16 * sum(sizes[1:])}


def judge(result: BinaryConnectTable) -> tuple[Check, ...]:
    """Rounding afterwards destroys, training with signs does not, and they are small."""
    test, ratio = result.test, result.bytes["float32"] / result.bytes["bits"]
    return (
        check(
            "rounded after training: errors",
            test["rounded"],
            least=0.2,
            say=share,
            every="network",
        ),
        check(
            "trained with its signs: errors above those with real weights",
            test["deterministic"] - test["real"],
            most=0.01,
            every="network",
        ),
        check("real weights at the walls", result.at_walls, least=0.15, say=share, every="network"),
        fact("the weights take 1/32 of float32", f"{ratio:.2f} times fewer bytes", ratio == 32),
    )


BINARY_CONNECT = Claim("binary_connect", BinaryConnectTable, measure, judge)
BINARY_CONNECT_FULL = replace(
    BINARY_CONNECT,
    key="binary_connect_full",
    experiment=lambda dataset, seeds: measure(
        dataset, seeds, hidden=(1024,) * 3, epochs=100, images=len(dataset.train)
    ),
)
