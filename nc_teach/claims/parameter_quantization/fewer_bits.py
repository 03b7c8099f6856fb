"""Fewer bits a weight, after training and with it: how few are enough?

Every network is rounded to 1 to 8 bits on three kinds of grid. Then, at few bits, rounding takes
part in some more training (straight-through), beside the control: the same network trained on for
as long without rounding, and rounded at the end. The criterion was set before the runs; no trial
went before it.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import quantization, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.parameter_quantization.differences import lost_or_gained
from nc_teach.claims.running import (
    points,
    raise_if_interrupted,
    spread,
    stopping_as_a_whole,
    with_bar,
)
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


@dataclass(frozen=True)
class FewerBits:
    """Test accuracy in [0, 1].

    ``before`` per network; ``after[grid]`` networks x bits, rounded after training (NaN where a
    grid has no such bits); ``trained`` and ``control`` networks x trained bits, one scale a layer.
    For a picture: ``weights`` of the first network's layer, flat, and ``steps[grid][bits]``, the
    values that a grid of one scale a layer offers them.
    """

    bits: tuple[int, ...]
    trained_bits: tuple[int, ...]
    before: np.ndarray
    after: dict[str, np.ndarray]
    trained: np.ndarray
    control: np.ndarray
    weights: np.ndarray
    steps: dict[str, dict[int, np.ndarray]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file (None where a grid has no such bits)."""
        after = {
            grid: [[None if np.isnan(a) else round(a, 4) for a in row] for row in rows.tolist()]
            for grid, rows in self.after.items()
        }
        return {
            "bits": list(self.bits), "trained bits": list(self.trained_bits),
            "before": self.before.round(4).tolist(), "after": after,
            "trained": self.trained.round(4).tolist(), "control": self.control.round(4).tolist(),
        }  # fmt: skip

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
            f"{spread(self.before)}. Last columns: one scale a layer, {EPOCHS} more epochs. "
            f"{self.provenance.line()}"
        )
        return Table((*columns, *MORE), tuple(rows), (note,))


def fewer_bits(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    bits: Sequence[int] = BITS,
    trained_bits: Sequence[int] = TRAINED,
    epochs: int = EPOCHS,
) -> FewerBits:
    """Round every network (seed -> trained network) in every way; they are unchanged."""
    started = time.perf_counter()
    trained, control = [], []
    after: dict[str, list] = {grid: [] for grid in GRIDS}
    with stopping_as_a_whole():
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
        tuple(bits), tuple(trained_bits), np.array(before),
        {grid: np.array(rows) for grid, rows in after.items()},
        np.array(trained), np.array(control), weights, steps,
        measured_now("fewer_bits", time.perf_counter() - started),
    )  # fmt: skip


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
            copied, dataset, epochs=epochs, seed=seed, lr=LR, schedule=cosine, loss=loss,
            progress=False,
        )
    )  # fmt: skip
    return copied


def first_layer(
    net: nn.Module, bits: Sequence[int]
) -> tuple[np.ndarray, dict[str, dict[int, np.ndarray]]]:
    """The weights of the first layer, flat, and all values of each grid for a layer."""
    weight = next(iter(quantization.layer_weights(net).values())).detach()
    steps: dict[str, dict[int, np.ndarray]] = {}
    for grid in ("a layer", "a layer, affine"):
        symmetric = GRIDS[grid]["symmetric"]
        steps[grid] = {
            b: quantization.grid_values(*_grid(weight, b, symmetric), b).numpy()
            for b in bits
            if b > 1 or not symmetric
        }
    return weight.flatten().numpy(), steps


def _grid(weight, bits: int, symmetric: bool):
    return quantization.choose_grid(weight, bits, symmetric=symmetric)


def _cell(accuracies: np.ndarray) -> str:
    return "no such grid" if np.isnan(accuracies).any() else spread(accuracies)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    before = np.array(numbers["before"])
    after = {g: np.array(rows, dtype=float) for g, rows in numbers["after"].items()}
    place = {bits: i for i, bits in enumerate(numbers["bits"])}
    trained, control = np.array(numbers["trained"]), np.array(numbers["control"])
    two = numbers["trained bits"].index(2)
    eight = np.abs(after["a layer"][:, place[8]] - before).max()
    four = (after["a neuron"][:, place[4]] - before).mean()
    lost = (after["a layer"][:, place[2]] - before).mean()
    finer = (after["a neuron"] - after["a layer"])[:, place[3]]
    kept, gain = (trained[:, two] - before).mean(), (trained - control)[:, two].min()
    return (
        Check(
            "8 bits after training: every network within 0.1 points",
            f"at most {100 * eight:.2f} points away",
            bool(eight <= 0.001),
        ),
        Check(
            "4 bits, a scale for each neuron: at most 1 point lost", lost_or_gained(four),
            bool(four >= -0.01),
        ),
        Check(
            "3 bits: a scale for each neuron better than one for the layer, every network",
            f"smallest gain {points(finer.min())}", bool(finer.min() > 0),
        ),
        Check(
            "2 bits after training: at least 20 points lost", lost_or_gained(lost),
            bool(lost <= -0.2),
        ),
        Check(
            "2 bits with training: at most 2 points lost", lost_or_gained(kept),
            bool(kept >= -0.02),
        ),
        Check(
            "2 bits: at least 20 points better with rounding in the epochs than after, every one",
            f"smallest gain {points(gain)}", bool(gain >= 0.2),
        ),
    )  # fmt: skip


FEW_BITS = Claim(
    key="few_bits",
    title="Eight bits are enough after training, fewer with the rounding in it",
    paper="Jacob et al. 2018, arXiv:1712.05877; Krishnamoorthi 2018, arXiv:1806.08342",
    says="8 bits after training cost little; training with the rounding in it goes to 4 bits.",
    dataset="mnist",
    experiment=lambda dataset, seeds: fewer_bits(dense_networks(dataset, seeds), dataset),
    judge=_judge,
)
