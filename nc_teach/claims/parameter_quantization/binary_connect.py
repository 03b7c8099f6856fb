"""Courbariaux, Bengio, David (2015), "BinaryConnect": can a network live with weights of one bit?

The same mlp with batch normalisation is trained in four ways for the same number of steps:
with real weights, with their signs (deterministic), with signs drawn at random (stochastic), and
with real weights and dropout. What is tested is the paper's choice: signs for the deterministic
one, *real* weights for the stochastic one. Beside them stand the controls: the real network rounded
afterwards, and the stochastic one with the signs of its weights.

The criteria were set before the runs, from a trial on another machine.
"""

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.parameter_quantization.differences import more_or_fewer
from nc_teach.claims.running import raise_if_interrupted, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset, Split
from nc_teach.quantization import binary
from nc_teach.quantization.mlp import (
    linear,
    mlp,
    square_hinge_loss,
)
from nc_teach.table import Table
from nc_teach.training import recalibrate_bn

HIDDEN, EPOCHS, IMAGES = (256, 256), 60, 5000
LR, LAST_LR = 3e-3, 0.003  # of Adam, and what factor is left of it at the end
TRAINED = {  # how to train -> (layer, dropout)
    "real": (linear, 0.0),
    "deterministic": (binary.BinaryLinear, 0.0),
    "stochastic": (partial(binary.BinaryLinear, rule=binary.STOCHASTIC), 0.0),
    "dropout": (linear, 0.5),
}
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


@dataclass(frozen=True)
class BinaryConnectTable:
    """Test error in [0, 1] per row of :data:`ROWS`, one number a network.

    ``train`` is the training error of the four that were trained, ``at_walls`` the share of the
    deterministic networks' real weights with |w| > 0.99, ``sizes`` the layers.
    """

    sizes: tuple[int, ...]
    epochs: int
    images: int
    test: dict[str, np.ndarray]
    train: dict[str, np.ndarray]
    at_walls: np.ndarray
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        return {
            "sizes": list(self.sizes), "epochs": self.epochs, "images": self.images,
            "test": {name: errors.round(4).tolist() for name, errors in self.test.items()},
            "train": {name: errors.round(4).tolist() for name, errors in self.train.items()},
            "at_walls": self.at_walls.round(4).tolist(), "bytes": bytes_of(self.sizes),
        }  # fmt: skip

    def table(self) -> Table:
        """The paper's table beside what came out here."""
        return paper_beside_here(self.numbers(), self.provenance)


def paper_beside_here(numbers: dict[str, Any], provenance: Provenance) -> Table:
    """The lecture's table, marked as the paper's, and the test errors measured here."""

    def theirs(row: str, column: int) -> str:
        value = PAPER.get(row, (None,) * 3)[column]
        return "" if value is None else f"{value:.2f} %"

    rows = tuple(
        (says, *(theirs(row, column) for column in range(3)), error(numbers["test"][row]))
        for row, says in ROWS.items()
    )
    sizes, size = "-".join(map(str, numbers["sizes"])), numbers["bytes"]
    whole = (size["float32"] + size["norms"]) / (size["bits"] + size["norms"])
    notes = (
        "Paper: test error, 3 x 1024 neurons, 50,000 images, hundreds of epochs. Nothing but the "
        "MNIST column was run here.",
        f"Here: {sizes}, {numbers['images']:,} images, {numbers['epochs']} epochs, "
        f"{len(numbers['test']['real'])} networks, mean ± standard deviation. {provenance.line()}",
        f"As signs the weights take {size['bits']:,} bytes instead of {size['float32']:,}; with "
        f"its norms, which stay float32, the deterministic network is {whole:.1f} times smaller.",
    )
    heads = ("trained with", "paper: MNIST", "CIFAR-10", "SVHN", "here: MNIST")
    return Table(heads, rows, notes)


def error(errors: Sequence[float]) -> str:
    """Mean and sample standard deviation of errors in [0, 1], in per cent.

    >>> error([0.05, 0.06, 0.07]), error([0.5])
    ('6.00 ± 1.00 %', '50.00 %')
    """
    deviation = f" ± {100 * np.std(errors, ddof=1):.2f}" if len(errors) > 1 else ""
    return f"{100 * np.mean(errors):.2f}{deviation} %"


def train(
    how: str,
    dataset: Dataset,
    seed: int,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
    measure: Callable[[nn.Module, Split], float] = training.accuracy,
) -> nn.Sequential:
    """One network: square hinge, Adam whose learning rate falls exponentially, clipped weights."""
    layer, dropout = TRAINED[how]
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    net = mlp(sizes, layer, dropout=dropout, seed=seed)
    history = training.fit(
        net, dataset, epochs=epochs, seed=seed, loss=square_hinge_loss, progress=False,
        optimizer=binary.adam(net, LR), schedule=lambda progress: LAST_LR**progress,
        after_step=binary.clip_weights, measure=measure,
    )  # fmt: skip
    raise_if_interrupted(history)
    return net


def with_signs(net: nn.Module) -> nn.Module:
    """A copy that is tested with ±1 for its weights, times their mean |w| where they were real."""
    net = copy.deepcopy(net)
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, nn.Linear):
                scale = 1.0 if isinstance(layer, binary.BinaryLinear) else layer.weight.abs().mean()
                layer.weight.copy_(scale * binary.sign(layer.weight))
    return net


def measure(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
    images: int = IMAGES,
) -> BinaryConnectTable:
    """Train every way from every seed on the first ``images`` and measure on the test split."""
    started = time.perf_counter()
    some = replace(dataset, train=dataset.train.subset(min(images, len(dataset.train))))
    test: dict[str, list[float]] = {row: [] for row in ROWS}
    trained: dict[str, list[float]] = {how: [] for how in TRAINED}
    walls = []
    with stopping_as_a_whole():
        for how, seed in with_bar([(h, s) for s in seeds for h in TRAINED], "network"):
            net = train(how, some, seed, hidden, epochs)
            for row, tested in variants(how, net, some).items():
                test[row].append(1 - training.accuracy(tested, dataset.test))
            trained[how].append(1 - training.accuracy(net, some.train))
            if how == "deterministic":
                walls.append(share_at_walls(net))
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    seconds = time.perf_counter() - started
    return BinaryConnectTable(
        sizes, epochs, len(some.train), {row: np.array(e) for row, e in test.items()},
        {how: np.array(e) for how, e in trained.items()}, np.array(walls),
        measured_now("measure", seconds),
    )  # fmt: skip


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


def share_at_walls(net: nn.Module) -> float:
    """Share of the real weights behind the signs with |w| > 0.99, in [0, 1]."""
    weights = torch.cat([x.weight.flatten() for x in binary.binary_layers(net).values()])
    return (weights.detach().abs() > 0.99).double().mean().item()


def bytes_of(sizes: Sequence[int]) -> dict[str, int]:
    """Bytes of the weights as float32 and as bits, and of what stays float32 (the norms).

    Each norm keeps four numbers a neuron: scale, shift, mean and variance.

    >>> bytes_of((784, 256, 10))
    {'float32': 813056, 'bits': 25408, 'norms': 4256}
    """
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    bits = sum(-(-a * b // 8) for a, b in itertools.pairwise(sizes))
    return {"float32": 4 * weights, "bits": bits, "norms": 16 * sum(sizes[1:])}


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> BinaryConnectTable:
    return measure(dataset, seeds)


def _at_the_paper_s_size(dataset: Dataset, seeds: Sequence[int]) -> BinaryConnectTable:
    return measure(dataset, seeds, hidden=(1024,) * 3, epochs=100, images=len(dataset.train))


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    test = {row: np.array(errors) for row, errors in numbers["test"].items()}
    behind = test["deterministic"] - test["real"]
    walls, size = min(numbers["at_walls"]), numbers["bytes"]
    ratio = size["float32"] / size["bits"]
    return (
        Check(
            "rounded after training: at least 20 % wrong, every network",
            f"least {100 * test['rounded'].min():.1f} %",
            bool(test["rounded"].min() >= 0.2),
        ),
        Check(
            "trained with its signs: at most 1 point more errors than with real weights, every one",
            f"worst: {more_or_fewer(behind.max())}",
            bool(behind.max() <= 0.01),
        ),
        Check(
            "at least 15 % of the real weights stand at the walls, every network",
            f"least {100 * walls:.1f} %",
            bool(walls >= 0.15),
        ),
        Check(
            "the weights take 1/32 of float32",
            f"{ratio:.2f} times fewer bytes",
            ratio == 32,
        ),
    )


BINARY_CONNECT = Claim(
    key="binary_connect",
    title="A network that lives with its signs needs no other weights",
    paper="Courbariaux et al. 2015, arXiv:1511.00363, table 2",
    says="MNIST test error 1.30 % with real weights, 1.29 % with their signs (deterministic), "
    "1.18 % stochastic, 1.01 % dropout.",
    dataset="mnist",
    experiment=_experiment,
    judge=_judge,
)
BINARY_CONNECT_FULL = replace(
    BINARY_CONNECT,
    key="binary_connect_full",
    title="The MNIST column of BinaryConnect's table with the paper's network (for hours)",
    experiment=_at_the_paper_s_size,
)
