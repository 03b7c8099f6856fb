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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, fact, measured
from nc_teach.claims.criterion import CLOSE
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.quantization import binary
from nc_teach.quantization.mlp import Layer, linear, mlp, square_hinge_loss
from nc_teach.training import recalibrate_bn

HIDDEN, EPOCHS, IMAGES = (256, 256), 60, 5000
LR, LAST_LR = 3e-3, 0.003  # of Adam, and what factor is left of it at the end
TRAINED: dict[str, tuple[Layer, float]] = {  # how to train -> (layer, dropout)
    "real": (linear, 0.0),
    "deterministic": (binary.BinaryLinear, 0.0),
    "stochastic": (partial(binary.BinaryLinear, rule=binary.STOCHASTIC), 0.0),
    "dropout": (linear, 0.5),
}
PAPER = {  # table 2: test error on MNIST, CIFAR-10, SVHN
    "real": ("1.30 %", "10.64 %", "2.44 %"),
    "deterministic": ("1.29 %", "9.90 %", "2.30 %"),
    "stochastic": ("1.18 %", "8.27 %", "2.15 %"),
    "dropout": ("1.01 %", "", ""),
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

    def in_words(self) -> str:
        """The test errors of the four ways of training, and those after rounding."""
        told = ", ".join(f"{100 * self.test[how].mean():.2f} % ({how})" for how in TRAINED)
        return f"Test errors {told}; {100 * self.test['rounded'].mean():.2f} % rounded afterwards."

    def not_learned(self) -> str:
        """The errors that each way of training leaves on the training images themselves."""
        return ", ".join(f"{how} {100 * self.train[how].mean():.2f} %" for how in TRAINED)

    def table(self) -> Table:
        """The lecture's table, marked as the paper's, and the test errors measured here."""
        rows = tuple(
            (says, *PAPER.get(row, ("", "", "")), percent(self.test[row]))
            for row, says in ROWS.items()
        )
        sizes, size = "-".join(map(str, self.sizes)), self.bytes
        seeds = len(self.at_walls)
        many = "1 network" if seeds == 1 else f"{seeds} networks, mean ± standard deviation"
        whole = (size["float32"] + size["norms"]) / (size["bits"] + size["norms"])
        notes = (
            "Paper: test error, 3 x 1024 neurons, 50,000 images, hundreds of epochs. Only the "
            "MNIST column was run here.",
            f"Here: {sizes}, {self.images:,} images, {self.epochs} epochs, {many}. "
            f"{self.provenance.line()}",
            f"As signs the weights take {size['bits']:,} bytes instead of {size['float32']:,}; "
            "with its norms, which stay float32, the deterministic network is "
            f"{whole:.1f} times smaller.",
        )
        heads = ("trained with", "paper: MNIST", "CIFAR-10", "SVHN", "here: MNIST")
        return Table(heads, rows, notes)


def with_signs(net: nn.Module) -> nn.Module:
    """A copy that is tested with ±1 for its weights, times their mean |w| where they were real."""
    net = copy.deepcopy(net)
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, nn.Linear):
                scale = 1.0 if isinstance(layer, binary.BinaryLinear) else layer.weight.abs().mean()
                layer.weight.copy_(scale * binary.sign(layer.weight))
    return net


def train(
    how: str,
    dataset: Dataset,
    seed: int,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
    measure: Callable[[nn.Module, Split], float] = training.accuracy,
) -> nn.Sequential:
    """One network, trained in one of the ways of :data:`TRAINED`."""
    layer, dropout = TRAINED[how]
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    net = mlp(sizes, layer, dropout=dropout, seed=seed)
    fit(net, dataset, epochs, seed, measure)
    return net


def fit(
    net: nn.Module,
    dataset: Dataset,
    epochs: int,
    seed: int,
    measure: Callable[[nn.Module, Split], float] = training.accuracy,
) -> training.History:
    """Square hinge loss, Adam whose learning rate falls exponentially, clipped weights."""
    return training.fit(
        net,
        dataset,
        epochs=epochs,
        seed=seed,
        loss=square_hinge_loss,
        progress=False,
        optimizer=binary.adam(net, LR),
        schedule=lambda progress: LAST_LR**progress,
        after_step=binary.clip_weights,
        measure=measure,
    )


def share_at_walls(net: nn.Module) -> float:
    """Share of the real weights behind the signs with |w| > 0.99, in [0, 1]."""
    weights = torch.cat([x.weight.flatten() for x in binary.binary_layers(net).values()])
    return (weights.detach().abs() > 0.99).double().mean().item()


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
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))

    def one_seed(seed: int) -> dict[str, object]:
        nets = {how: train(how, some, seed, hidden, epochs) for how in TRAINED}
        rows = nets | controls(nets, some.train.images)
        return {
            "test": {row: 1 - training.accuracy(rows[row], dataset.test) for row in ROWS},
            "train": {how: 1 - training.accuracy(net, some.train) for how, net in nets.items()},
            "at_walls": share_at_walls(nets["deterministic"]),
        }

    return BinaryConnectTable(
        sizes=sizes,
        epochs=epochs,
        images=len(some.train),
        bytes=bytes_of(sizes),
        **each_seed(one_seed, seeds),
    )


def controls(nets: Mapping[str, nn.Module], images: Tensor) -> dict[str, nn.Module]:
    """Networks that were trained with real weights and are tested with their signs."""
    rounded, signs = (with_signs(nets[how]) for how in ("real", "stochastic"))
    return {
        "rounded": rounded,
        "rounded, norms anew": recalibrate_bn(copy.deepcopy(rounded), images, 1000),
        "stochastic, signs": recalibrate_bn(signs, images, 1000),
    }


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
    test, every = result.test, "network"
    ratio = result.bytes["float32"] / result.bytes["bits"]
    return (
        check("rounded after training: errors", test["rounded"], least=0.2, say=share, every=every),
        check(
            "trained with its signs: errors above those with real weights",
            test["deterministic"] - test["real"],
            most=0.01,
            every=every,
        ),
        check("real weights at the walls", result.at_walls, least=0.15, say=share, every=every),
        fact("the weights take 1/32 of float32", f"{ratio:.2f} times fewer bytes", ratio == 32),
    )


def judge_few(result: BinaryConnectTable) -> tuple[Check, ...]:
    """As :func:`judge`, but with fewer than three networks nothing that was trained is decided."""
    *trained, size = judge(result)
    if len(result.at_walls) < 3:
        trained = [replace(one, answer=CLOSE) for one in trained]
    return (*trained, size)


BINARY_CONNECT = Claim("binary_connect", BinaryConnectTable, measure, judge)
BINARY_CONNECT_FULL = replace(
    BINARY_CONNECT,
    key="binary_connect_full",
    judge=judge_few,
    experiment=lambda dataset, seeds: measure(
        dataset, seeds, hidden=(1024,) * 3, epochs=30, images=len(dataset.train)
    ),
)
