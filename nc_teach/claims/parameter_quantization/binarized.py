"""Courbariaux, Hubara et al. (2016), "Binarized Neural Networks": which gradient for a sign?

One mlp, with binary weights *and* binary activations, trained with each of the three
candidate gradients of the sign; beside it the same with real activations, and with everything real.
Same starts per seed, same images in the same order, same number of steps.

The criteria were set before the runs, from a trial on another machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from torch import nn

from nc_teach import training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.parameter_quantization.binary_connect import LAST_LR, LR, error
from nc_teach.claims.parameter_quantization.differences import more_or_fewer
from nc_teach.claims.running import raise_if_interrupted, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.quantization import binary
from nc_teach.quantization.binarized import binarized_perceptron
from nc_teach.quantization.mlp import mlp, square_hinge_loss
from nc_teach.quantization.sign import sign_ste, sign_ste_unclipped, sign_zero
from nc_teach.table import Table

HIDDEN, EPOCHS = (512, 512), 15
BUILDERS: dict[str, Callable[..., nn.Sequential]] = {
    "real": mlp,
    "binary weights": partial(mlp, layer=binary.BinaryLinear),
    "clipped": partial(binarized_perceptron, through=sign_ste),
    "identity": partial(binarized_perceptron, through=sign_ste_unclipped),
    "zero": partial(binarized_perceptron, through=sign_zero),
}
ROWS = {
    "real": "real weights, ReLU",
    "binary weights": "binary weights, ReLU",
    "clipped": "binary both, gradient passed where |x| <= 1",
    "identity": "binary both, gradient passed everywhere",
    "zero": "binary both, gradient zero",
}


@dataclass(frozen=True)
class Binarized:
    """Test error in [0, 1] per row of :data:`ROWS`, one number a network.

    ``validation`` is the accuracy after each epoch, networks x epochs.
    """

    sizes: tuple[int, ...]
    test: dict[str, np.ndarray]
    validation: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        return {
            "sizes": list(self.sizes),
            "test": {name: errors.round(4).tolist() for name, errors in self.test.items()},
            "validation": {name: v.round(4).tolist() for name, v in self.validation.items()},
        }

    def table(self) -> Table:
        """A row per network."""
        rows = tuple((says, error(self.test[row])) for row, says in ROWS.items())
        note = (
            f"{'-'.join(map(str, self.sizes))}, test error of {len(self.test['real'])} networks, "
            f"mean ± standard deviation. {self.provenance.line()}"
        )
        return Table(("trained with", "test error"), rows, (note,))


def compare_gradients(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
) -> Binarized:
    """Train every row from every seed and measure on the test split."""
    started = time.perf_counter()
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    test: dict[str, list[float]] = {row: [] for row in ROWS}
    path: dict[str, list[list[float]]] = {row: [] for row in ROWS}
    with stopping_as_a_whole():
        for row, seed in with_bar([(r, s) for s in seeds for r in ROWS], "network"):
            net = BUILDERS[row](sizes, seed=seed)
            history = training.fit(
                net, dataset, epochs=epochs, seed=seed, loss=square_hinge_loss, progress=False,
                optimizer=binary.adam(net, LR), schedule=lambda progress: LAST_LR**progress,
                after_step=binary.clip_weights,
            )  # fmt: skip
            path[row].append(raise_if_interrupted(history).validation)
            test[row].append(1 - training.accuracy(net, dataset.test))
    return Binarized(
        sizes, {row: np.array(e) for row, e in test.items()},
        {row: np.array(v) for row, v in path.items()},
        measured_now("compare_gradients", time.perf_counter() - started),
    )  # fmt: skip


def read_binarized(outcome: Outcome) -> Binarized:
    """A shipped outcome's numbers as a result again, for its figure and its table."""
    numbers = outcome.numbers
    test, validation = (
        {row: np.array(values) for row, values in numbers[name].items()}
        for name in ("test", "validation")
    )
    return Binarized(tuple(numbers["sizes"]), test, validation, outcome.provenance)


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> Binarized:
    return compare_gradients(dataset, seeds)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    test = {row: np.array(errors) for row, errors in numbers["test"].items()}
    behind = test["clipped"] - test["real"]
    identity, zero = (test[row] - test["clipped"] for row in ("identity", "zero"))
    return (
        Check(
            "clipped gradient: at most 3 points more errors than the real network, every one",
            f"worst: {more_or_fewer(behind.max())}",
            bool(behind.max() <= 0.03),
        ),
        Check(
            "passed everywhere: at least 3 points worse than clipped, every network",
            f"least: {more_or_fewer(identity.min())}",
            bool(identity.min() >= 0.03),
        ),
        Check(
            "gradient zero: at least 8 points worse than clipped, every network",
            f"least: {more_or_fewer(zero.min())}",
            bool(zero.min() >= 0.08),
        ),
        Check(
            "and yet far better than chance: at most half wrong, every network",
            f"most {100 * test['zero'].max():.1f} %",
            bool(test["zero"].max() <= 0.5),
        ),
    )


BINARIZED = Claim(
    key="binarized",
    title="A sign learns best with the gradient of a clipped line",
    paper="Courbariaux, Hubara et al. 2016, arXiv:1602.02830",
    says="binary weights and activations reach 0.96 % test error on MNIST (3 x 4096 neurons), "
    "trained through the sign with the gradient passed where |x| <= 1.",
    dataset="mnist",
    experiment=_experiment,
    judge=_judge,
)
