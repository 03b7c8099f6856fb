"""Courbariaux, Hubara et al. (2016), "Binarized Neural Networks": which gradient for a sign?

One mlp, with binary weights *and* binary activations, trained with each of the three candidate
gradients of the sign; the controls are the same network with real activations, and with everything
real. Same starts per seed, same images in the same order, same number of steps.

The criteria were set before the runs, from a trial on another machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import nn

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.quantization import binary
from nc_teach.quantization.binarized import binarized_perceptron
from nc_teach.quantization.mlp import mlp
from nc_teach.quantization.sign import sign_ste, sign_ste_unclipped, sign_zero

from .binary_connect import fit

HIDDEN, EPOCHS = (512, 512), 15
ROWS: dict[str, tuple[str, Callable[..., nn.Sequential]]] = {  # what is trained, and its network
    "real": ("real weights, ReLU", mlp),
    "binary weights": ("binary weights, ReLU", partial(mlp, layer=binary.BinaryLinear)),
    "clipped": (
        "binary both, gradient passed where |x| <= 1",
        partial(binarized_perceptron, through=sign_ste),
    ),
    "identity": (
        "binary both, gradient passed everywhere",
        partial(binarized_perceptron, through=sign_ste_unclipped),
    ),
    "zero": ("binary both, gradient zero", partial(binarized_perceptron, through=sign_zero)),
}


@dataclass(frozen=True, kw_only=True)
class Binarized(Result):
    """Test error in [0, 1] per row of :data:`ROWS`, one number per network.

    ``validation`` is the accuracy after each epoch, networks x epochs.
    """

    sizes: tuple[int, ...]
    test: dict[str, np.ndarray]
    validation: dict[str, np.ndarray]

    def in_words(self) -> str:
        """The errors with real numbers, and with each of the three gradients of the sign."""
        real, clipped, identity, zero = (
            f"{100 * self.test[row].mean():.1f} %"
            for row in ("real", "clipped", "identity", "zero")
        )
        return (
            f"Everything real errs on {real} of the digits; with signs it is {clipped} if the "
            f"gradient is clipped, {identity} if it passes everywhere, {zero} if it is zero."
        )

    def table(self) -> Table:
        """A row per network."""
        rows = tuple((says, percent(self.test[row])) for row, (says, _) in ROWS.items())
        note = (
            f"{'-'.join(map(str, self.sizes))}, test error of {len(self.test['real'])} networks, "
            f"mean ± standard deviation."
        )
        return self.tabled(("trained with", "test error"), rows, note)


@measured
def compare_gradients(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
) -> Binarized:
    """Train every row from every seed and measure on the test split."""
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))

    def one_seed(seed: int) -> dict[str, object]:
        nets = {row: build(sizes, seed=seed) for row, (_, build) in ROWS.items()}
        path = {row: fit(net, dataset, epochs, seed).validation for row, net in nets.items()}
        errors = {row: 1 - training.accuracy(net, dataset.test) for row, net in nets.items()}
        return {"test": errors, "validation": path}

    return Binarized(sizes=sizes, **each_seed(one_seed, seeds))


def judge(result: Binarized) -> tuple[Check, ...]:
    """The clipped gradient is nearly as good as real numbers; the two others are far behind."""
    test, each = result.test, "network"
    above = {row: test[row] - test["clipped"] for row in ("identity", "zero")}
    lost = test["clipped"] - test["real"]
    return (
        check(
            "errors with the clipped gradient, above those of the real network",
            lost,
            most=0.03,
            every=each,
        ),
        check("passed everywhere: errors above clipped", above["identity"], least=0.03, every=each),
        check("gradient zero: errors above clipped", above["zero"], least=0.08, every=each),
        check(
            "and yet far better than chance: errors", test["zero"], most=0.5, say=share, every=each
        ),
    )


BINARIZED = Claim("binarized", Binarized, compare_gradients, judge)
