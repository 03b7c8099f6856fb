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
from torch import nn

from nc_teach import quantization, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    local,
    measured,
    raise_if_interrupted,
    with_bar,
)
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.table import Table
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
    grid has no such bits); ``trained`` and ``control`` networks x trained bits, one scale a layer.
    For a picture: ``weights`` of the first network's first layer, flat, and ``steps[grid][bits]``,
    the values that a grid of one scale a layer offers them.
    """

    bits: tuple[int, ...]
    trained_bits: tuple[int, ...]
    before: np.ndarray
    after: dict[str, np.ndarray]
    trained: np.ndarray
    control: np.ndarray
    weights: np.ndarray | None = local()
    steps: dict[str, dict[int, np.ndarray]] | None = local()

    def table(self) -> Table:
        """A row per number of bits."""
        rows = []
        for i, bits in enumerate(self.bits):
            cells = [_cell(rounded[:, i]) for rounded in self.after.values()]
            with_it = ["", ""]
            if bits in self.trained_bits:
                place = self.trained_bits.index(bits)
                with_it = [_cell(kind[:, place]) for kind in (self.control, self.trained)]
            rows.append((str(bits), *cells, *with_it))
        columns = ("bits", *(f"scale for {grid}" for grid in self.after))
        note = (
            f"Test accuracy of {len(self.before)} networks, mean ± standard deviation; float32 "
            f"{percent(self.before)}. Last columns: one scale a layer, {EPOCHS} more epochs. "
            f"{self.provenance.line()}"
        )
        return Table((*columns, *MORE), tuple(rows), (note,))


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
    trained, control = [], []
    after: dict[str, list[list[float]]] = {grid: [] for grid in GRIDS}
    for seed, net in with_bar(list(networks.items()), "network"):
        for grid in GRIDS:
            after[grid].append([accuracy_at(net, dataset, b, grid) for b in bits])
        longer = train_on(net, dataset, seed, epochs)
        control.append([accuracy_at(longer, dataset, b) for b in trained_bits])
        learned = [train_on(net, dataset, seed, epochs, b) for b in trained_bits]
        pairs = zip(learned, trained_bits, strict=True)
        trained.append([accuracy_at(one, dataset, b) for one, b in pairs])
    before = [training.accuracy(net, dataset.test) for net in networks.values()]
    weights, steps = first_layer(next(iter(networks.values())), bits)
    return FewerBits(
        bits=tuple(bits),
        trained_bits=tuple(trained_bits),
        before=np.array(before),
        after={grid: np.array(rows) for grid, rows in after.items()},
        trained=np.array(trained),
        control=np.array(control),
        weights=weights,
        steps=steps,
    )


def accuracy_at(net: nn.Module, dataset: Dataset, bits: int, grid: str = "a layer") -> float:
    """Test accuracy of a rounded copy; NaN for one symmetric bit, which does not exist."""
    if bits == 1 and GRIDS[grid]["symmetric"]:
        return float("nan")
    rounded = quantization.quantize_weights(copy.deepcopy(net), bits, **GRIDS[grid])
    return training.accuracy(rounded, dataset.test)


def train_on(
    net: nn.Module, dataset: Dataset, seed: int, epochs: int, bits: int | None = None
) -> nn.Module:
    """A copy, trained for ``epochs`` more: with its weights rounded to ``bits``, or without."""
    copied = copy.deepcopy(net)
    loss = training.cross_entropy if bits is None else quantization.quantization_aware_loss(bits)
    raise_if_interrupted(
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
    )
    return copied


def first_layer(
    net: nn.Module, bits: Sequence[int]
) -> tuple[np.ndarray, dict[str, dict[int, np.ndarray]]]:
    """The weights of the first layer, flat, and all values of each grid for a layer."""
    weight = next(iter(quantization.layer_weights(net).values())).detach()
    steps: dict[str, dict[int, np.ndarray]] = {}
    for grid in ("a layer", "a layer, affine"):
        symmetric = GRIDS[grid]["symmetric"]
        there = [b for b in bits if b > 1 or not symmetric]
        grids = {b: quantization.choose_grid(weight, b, symmetric=symmetric) for b in there}
        steps[grid] = {b: quantization.grid_values(*grids[b], b).numpy() for b in there}
    return weight.flatten().numpy(), steps


def _cell(accuracies: np.ndarray) -> str:
    return "no such grid" if np.isnan(accuracies).any() else percent(accuracies)


def judge(result: FewerBits) -> tuple[Check, ...]:
    """Eight bits cost nothing, two a lot, and rounding during the training helps."""
    place = {bits: i for i, bits in enumerate(result.bits)}
    two = result.trained_bits.index(2)
    lost = {grid: rows - result.before[:, None] for grid, rows in result.after.items()}
    finer = (result.after["a neuron"] - result.after["a layer"])[:, place[3]]
    return (
        check(
            "8 bits after training: away from float32",
            np.abs(lost["a layer"][:, place[8]]),
            most=0.001,
            every="network",
        ),
        check(
            "4 bits, a scale for each neuron: against float32",
            lost["a neuron"][:, place[4]],
            least=-0.01,
        ),
        check(
            "3 bits: a scale for each neuron against one for the layer",
            finer,
            above=0,
            every="network",
        ),
        check("2 bits after training: against float32", lost["a layer"][:, place[2]], most=-0.2),
        check(
            "2 bits with training: against float32",
            result.trained[:, two] - result.before,
            least=-0.02,
        ),
        check(
            "2 bits: rounding during the epochs against rounding after them",
            (result.trained - result.control)[:, two],
            least=0.2,
            every="network",
        ),
    )


FEW_BITS = Claim(
    "few_bits",
    FewerBits,
    lambda dataset, seeds: fewer_bits(dense_networks(dataset, seeds), dataset),
    judge,
)
