"""What does deleting cost when nothing is retrained? Four orders and a control, on 8 x 8 digits.

Unlike :mod:`.curve` the networks are small and at a minimum, as second derivatives want it, and the
training loss is measured, which is what they foretell.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims import Result, measured, rounded
from nc_teach.claims.network_pruning.minimum import L2, digits_net
from nc_teach.claims.network_pruning.xor import ORDERS as XOR_ORDERS
from nc_teach.claims.network_pruning.xor import delete_one_from_xor
from nc_teach.common.spread import spread
from nc_teach.data import Dataset, Split
from nc_teach.pruning.selection import count_to_remove
from nc_teach.table import Table

SPARSITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
ORDERS = ("random", "magnitude", "obd", "penalised obd", "obs")


@dataclass(frozen=True, kw_only=True)
class Deletions(Result):
    """What deleting costs, per order: arrays of networks x sparsities.

    ``rise[order]`` is the rise of the training loss in nats, ``test[order]`` the test accuracy in
    [0, 1], ``predicted`` the rise that OBD's scores add up to. ``dense`` is the test accuracy
    before. ``agreement`` is the rank correlation of OBD's scores with |w|: 1 when they delete in
    the same order. ``xor[order]`` counts, of ``xor["nets"]`` networks that solve XOR, those that
    still do after one deletion; empty when not asked for.
    """

    sparsities: tuple[float, ...]
    dense: np.ndarray
    rise: dict[str, np.ndarray] = rounded(6)
    predicted: np.ndarray = rounded(6)
    agreement: np.ndarray
    test: dict[str, np.ndarray]
    xor: dict[str, int]

    def table(self, sparsities: Sequence[float] = (0.3, 0.5, 0.7)) -> Table:
        """A row per order: the rise of the training loss, mean and deviation over the networks."""
        columns = [self.sparsities.index(sparsity) for sparsity in sparsities]
        rises = {**self.rise, "obd's own forecast": self.predicted}
        rows = tuple(
            (order, *(spread(rise[:, column], 4, 1) for column in columns))
            for order, rise in rises.items()
        )
        note = (
            f"Rise of the training loss in nats, {len(self.dense)} networks, nothing retrained. "
            f"Rank correlation of |w| and obd: {self.agreement.mean():.2f}. "
            f"{self.provenance.line()}"
        )
        heads = tuple(f"{100 * sparsity:.0f} % deleted" for sparsity in sparsities)
        return Table(("order", *heads), rows, (note, *self._xor_note()))

    def _xor_note(self) -> tuple[str, ...]:
        if not self.xor:
            return ()
        counts = ", ".join(f"{o} {self.xor[o]}" for o in XOR_ORDERS)
        nets, solutions = self.xor["nets"], self.xor["solutions"]
        solve = f"Number that still solve it without one weight: {counts}."
        return (f"XOR: {nets} networks, {solutions} different up to mirror images. {solve}",)


@measured
def deletion_curves(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    orders: Sequence[str] = ORDERS,
    sparsities: Sequence[float] = SPARSITIES,
    xor_starts: int = 0,
) -> Deletions:
    """Train a tanh network per seed to a minimum and delete its weights in every order.

    Scores are computed once, on the dense network; OBS computes its Hessian anew at every sparsity.
    Nothing is retrained.

    The networks are at a minimum of loss + L2 * sum w^2, and not of the loss itself. "obd" scores
    the loss, "penalised obd" the whole objective, whose Hessian has 2 * L2 more on its diagonal.
    """
    shape = (len(seeds), len(sparsities))
    rise, test = ({order: np.zeros(shape) for order in orders} for _ in range(2))
    predicted, dense, agreement = np.zeros(shape), np.zeros(len(seeds)), np.zeros(len(seeds))
    for row, seed in enumerate(seeds):
        net = digits_net(dataset, seed)
        before = training_loss(net, dataset.train)
        dense[row] = training.accuracy(net, dataset.test)
        obd = pruning.obd(net, dataset.train, hessian="gauss_newton")
        predicted[row] = predicted_rise(obd, sparsities)
        agreement[row] = rank_correlation(pruning.magnitude(net), obd)
        for order in orders:
            for column, cut in enumerate(deleted(net, order, obd, dataset, sparsities, seed)):
                rise[order][row, column] = training_loss(cut, dataset.train) - before
                test[order][row, column] = training.accuracy(cut, dataset.test)
    starts = [1000 * seed + start for seed in seeds for start in range(xor_starts)]
    return Deletions(
        sparsities=tuple(sparsities),
        dense=dense,
        rise=rise,
        predicted=predicted,
        agreement=agreement,
        test=test,
        xor=delete_one_from_xor(starts) if starts else {},
    )


def deleted(
    net: nn.Module,
    order: str,
    obd: dict[str, torch.Tensor],
    dataset: Dataset,
    sparsities: Sequence[float],
    seed: int,
) -> list[nn.Module]:
    """Copies of ``net`` at every sparsity, with weights deleted in the given order."""
    if order == "obs":
        return surgery(net, dataset.train, sparsities)
    scores = {
        "random": pruning.random(net, seed),
        "magnitude": pruning.magnitude(net),
        "obd": obd,
        "penalised obd": {n: obd[n] + L2 * net.get_parameter(n).detach() ** 2 for n in obd},
    }
    if order not in scores:
        raise ValueError(f"orders must be among {', '.join(ORDERS)}, got {order!r}")
    masks = [pruning.select(scores[order], sparsity) for sparsity in sparsities]
    return [pruning.apply_masks(copy.deepcopy(net), mask) for mask in masks]


def surgery(net: nn.Module, split: Split, sparsities: Sequence[float]) -> list[nn.Module]:
    """Optimal brain surgeon from one sparsity to the next, which must rise."""
    net, found, gone = copy.deepcopy(net), [], 0
    total = sum(weight.numel() for weight in pruning.prunable_weights(net).values())
    for sparsity in sparsities:
        count = count_to_remove(sparsity, total)
        pruning.obs(net, split, count - gone, damping=1e-4)
        gone = count
        found.append(copy.deepcopy(net))
    return found


def predicted_rise(scores: dict[str, torch.Tensor], sparsities: Sequence[float]) -> list[float]:
    """The sum of the lowest scores at every sparsity: OBD's own forecast of the loss."""
    ordered = torch.cat([score.flatten() for score in scores.values()]).sort().values
    return [ordered[: count_to_remove(s, len(ordered))].sum().item() for s in sparsities]


def rank_correlation(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """Spearman's rank correlation of two scores of the same weights, in [-1, 1].

    >>> two = {"w": torch.tensor([1.0, 2.0, 3.0])}
    >>> round(rank_correlation(two, {"w": torch.tensor([1.0, 4.0, 9.0])}), 3)
    1.0
    """
    ranks = [
        torch.cat([scores[name].flatten() for name in one]).argsort(stable=True).argsort()
        for scores in (one, other)
    ]
    return torch.corrcoef(torch.stack(ranks).double())[0, 1].item()


def training_loss(net: nn.Module, split: Split) -> float:
    """Mean cross-entropy over the split, in nats, without the penalty."""
    return F.cross_entropy(training.predictions(net, split), split.labels.cpu()).item()
