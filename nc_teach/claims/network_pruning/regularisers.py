"""Does it matter how the network was trained? No penalty, L1 or L2, before and after retraining.

Per layer, as in the paper: the same share of every layer is removed. The penalty is used in the
first training only; every network is retrained for the same number of epochs without one.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Result, Table, each_seed, measured, rounded
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.training import cross_entropy

from .dense import train_dense
from .healing import LR, repair

EPOCHS = 3  # of retraining
KEPT = (0.5, 1 / 3, 0.2, 0.1)
REGULARISERS = {"none": (0.0, 0.0), "L1": (2e-5, 0.0), "L2": (0.0, 1e-4)}


@dataclass(frozen=True, kw_only=True)
class Regularisers(Result):
    """Test accuracy in [0, 1] per regulariser: arrays of networks x shares kept."""

    kept: tuple[float, ...] = rounded(16)
    dense: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]

    def in_words(self) -> str:
        """Half kept: each penalty before and after retraining."""
        place = self.kept.index(0.5)
        means = {
            name: [share(test[name][:, place].mean()) for test in (self.before, self.after)]
            for name in self.before
        }
        read = ", ".join(f"{name} {early} and {late}" for name, (early, late) in means.items())
        return f"Half of the weights kept, test accuracy before and after retraining: {read}."

    def table(self) -> Table:
        """A row per penalty and share kept: accuracy before and after retraining."""
        rows = tuple(
            (name, f"{100 * share:.0f} %", percent(before[:, place]), percent(after[:, place]))
            for (name, before), after in zip(self.before.items(), self.after.values(), strict=True)
            for place, share in enumerate(self.kept)
        )
        dense = ", ".join(f"{name} {percent(accuracy)}" for name, accuracy in self.dense.items())
        notes = (f"Test accuracy; dense: {dense}. {self.provenance.line()}",)
        return Table(("penalty", "kept", "before retraining", "after it"), rows, notes)


def penalised(l1: float, l2: float) -> training.Loss:
    """Cross-entropy plus l1 * sum |w| + l2 * sum w^2 over all prunable weights."""

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        weights = torch.cat([w.flatten() for w in pruning.prunable_weights(model).values()])
        return (
            cross_entropy(model, images, labels)
            + l1 * weights.abs().sum()
            + l2 * weights.square().sum()
        )

    return loss


@measured
def compare_regularisers(dataset: Dataset, seeds: Sequence[int]) -> Regularisers:
    """Train with each penalty, prune one-shot by magnitude per layer, retrain."""

    def measure(seed: int) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {"dense": {}, "before": {}, "after": {}}
        for name, strengths in REGULARISERS.items():
            net = train_dense(dataset, seed, loss=penalised(*strengths))
            masks = [pruning.select(pruning.magnitude(net), 1 - share, "layer") for share in KEPT]
            cuts = [pruning.apply_masks(copy.deepcopy(net), mask) for mask in masks]
            found["dense"][name] = training.accuracy(net, dataset.test)
            found["before"][name] = [training.accuracy(cut, dataset.test) for cut in cuts]
            for cut, mask in zip(cuts, masks, strict=True):
                repair(dataset, EPOCHS, LR, seed)(cut, pruning.mask_hook(mask))
            found["after"][name] = [training.accuracy(cut, dataset.test) for cut in cuts]
        return found

    return Regularisers(kept=KEPT, **each_seed(measure, seeds))
