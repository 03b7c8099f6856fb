"""Fewer bits a weight, after training and with it: how few are enough?

Every network is rounded to 1 to 8 bits on three kinds of grid. Then, at few bits, rounding takes
part in some more training (straight-through), beside the control: the same network trained for
just as long without rounding, and rounded at the end. The criterion was set before the runs,
without any trial.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from nc_teach import quantization, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.claims.network_pruning.dense import on_dense
from nc_teach.claims.why_pruning.networks import counted
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset
from nc_teach.training.loop import cosine

BITS = tuple(range(1, 9))
TRAINED = (2, 3, 4)  # bits at which rounding takes part in the training
EPOCHS = 3
MORE = ("more epochs, then rounded", "more epochs, rounding in it")
LR = 1.2e-3
GRIDS = {
    "a layer": {"symmetric": True, "per_channel": False},
    "a neuron": {"symmetric": True, "per_channel": True},
    "a layer, affine": {"symmetric": False, "per_channel": False},
}


@dataclass(frozen=True, kw_only=True)
class FewerBits(Result):
    """Test accuracy in [0, 1].

    ``before`` per network; ``after[grid]`` networks x bits, rounded after training (NaN where a
    grid has no such bits); ``trained`` and ``control`` networks x trained bits, one scale a layer,
    after ``epochs`` more of training.
    For a picture: ``weights`` of the first network's first layer, flat, and ``steps[grid][bits]``,
    the values that a grid of one scale a layer offers them.
    """

    bits: tuple[int, ...]
    trained_bits: tuple[int, ...]
    epochs: int
    before: np.ndarray
    after: dict[str, np.ndarray]
    trained: np.ndarray
    control: np.ndarray
    weights: np.ndarray | None = local()
    steps: dict[str, dict[int, np.ndarray]] | None = local()

    def lost(self, bits: int, grid: str = "a layer") -> float:
        """Points in [0, 1] that rounding to so many bits costs on average, without training."""
        return float((self.before - self.after[grid][:, self.bits.index(bits)]).mean())

    def in_words(self) -> str:
        """What 8, 4 and 2 bits change, and 2 bits when rounding takes part in the training."""
        some = [bits for bits in (8, 4, 2) if bits in self.bits]
        after = ", ".join(f"{points(-self.lost(bits))} at {bits} bits" for bits in some)
        learned = self.trained[:, self.trained_bits.index(2)] - self.before
        return (
            f"{counted(len(self.before))}, one scale a layer: rounding changes the accuracy by "
            f"{after}; 2 bits with the rounding in the training by {points(learned.mean())}."
        )

    def table(self) -> Table:
        """A row per number of bits."""
        columns = {
            f"scale for {grid}": dict(zip(self.bits, of.T, strict=True))
            for grid, of in self.after.items()
        }
        for name, of in zip(MORE, (self.control, self.trained), strict=True):
            columns[name] = dict(zip(self.trained_bits, of.T, strict=True))
        rows = tuple(
            (str(b), *(_cell(column[b]) if b in column else "" for column in columns.values()))
            for b in self.bits
        )
        note = (
            f"Test accuracy of {counted(len(self.before))}; float32 {percent(self.before)}. Last "
            f"columns: one scale a layer, {self.epochs} more epochs."
        )
        return self.tabled(("bits", *columns), rows, note)


@measured
def fewer_bits(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    bits: Sequence[int] = BITS,
    trained_bits: Sequence[int] = TRAINED,
    epochs: int = EPOCHS,
) -> FewerBits:
    """Round every network (seed -> trained network) in every way; they are unchanged."""

    def one_seed(seed: int) -> dict[str, object]:
        net = networks[seed]
        longer = train_on(net, dataset, seed, epochs)
        learned = {b: train_on(net, dataset, seed, epochs, b) for b in trained_bits}
        return {
            "before": training.accuracy(net, dataset.test),
            "after": {grid: [accuracy_at(net, dataset, b, grid) for b in bits] for grid in GRIDS},
            "control": [accuracy_at(longer, dataset, b) for b in trained_bits],
            "trained": [accuracy_at(one, dataset, b) for b, one in learned.items()],
        }

    first = next(iter(networks.values()))
    weight = next(iter(quantization.layer_weights(first).values())).detach()
    return FewerBits(
        bits=tuple(bits),
        trained_bits=tuple(trained_bits),
        epochs=epochs,
        weights=weight.flatten().numpy(),
        steps={
            grid: {b: values_of(weight, grid, b) for b in bits if exists(grid, b)}
            for grid in ("a layer", "a layer, affine")
        },
        **each_seed(one_seed, list(networks)),
    )


def exists(grid: str, bits: int) -> bool:
    """Whether a grid has a form with so many bits: there is no symmetric one of a single bit."""
    return bits > 1 or not GRIDS[grid]["symmetric"]


def values_of(weight: Tensor, grid: str, bits: int) -> np.ndarray:
    """All values that a grid of one scale offers the weights of a layer."""
    scale, zero = quantization.choose_grid(weight, bits, symmetric=GRIDS[grid]["symmetric"])
    return quantization.grid_values(scale, zero, bits).numpy()


def accuracy_at(net: nn.Module, dataset: Dataset, bits: int, grid: str = "a layer") -> float:
    """Test accuracy of a rounded copy; NaN where no such grid exists."""
    if not exists(grid, bits):
        return float("nan")
    rounded = quantization.quantize_weights(copy.deepcopy(net), bits, **GRIDS[grid])
    return training.accuracy(rounded, dataset.test)


def train_on(
    net: nn.Module, dataset: Dataset, seed: int, epochs: int, bits: int | None = None
) -> nn.Module:
    """A copy, trained for ``epochs`` more: with its weights rounded to ``bits``, or without."""
    copied = copy.deepcopy(net)
    loss = training.cross_entropy if bits is None else quantization.quantization_aware_loss(bits)
    training.fit(
        copied,
        dataset,
        epochs=epochs,
        seed=seed,
        lr=LR,
        schedule=cosine,
        loss=loss,
        progress=False,
    )
    return copied


def _cell(accuracies: np.ndarray) -> str:
    return "no such grid" if np.isnan(accuracies).any() else percent(accuracies)


def judge(result: FewerBits) -> tuple[Check, ...]:
    """Eight bits cost nothing, two a lot, and rounding during the training helps."""
    lost = {
        grid: dict(zip(result.bits, (rows - result.before[:, None]).T, strict=True))
        for grid, rows in result.after.items()
    }
    layer, neuron, each = lost["a layer"], lost["a neuron"], "network"
    two = result.trained_bits.index(2)
    with_training = result.trained[:, two] - result.before
    during = (result.trained - result.control)[:, two]
    finer = neuron[3] - layer[3]
    return (
        check("8 bits after training: away from float32", abs(layer[8]), most=0.001, every=each),
        check("4 bits, a scale for each neuron: against float32", neuron[4], least=-0.01),
        check(
            "3 bits: a scale for each neuron against one for the layer", finer, above=0, every=each
        ),
        check("2 bits after training: against float32", layer[2], most=-0.2),
        check("2 bits with training: against float32", with_training, least=-0.02),
        check(
            "2 bits: rounding during the epochs against rounding after them",
            during,
            least=0.2,
            every=each,
        ),
    )


FEW_BITS = Claim("few_bits", FewerBits, on_dense(fewer_bits), judge)
