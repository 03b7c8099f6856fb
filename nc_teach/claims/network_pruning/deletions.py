"""What does deleting cost when nothing is retrained? Four orders and a control, on 8 x 8 digits.

Unlike :mod:`.curve` the networks are small and at a minimum, as second derivatives want it, and the
training loss is measured, which is what they foretell.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims import Result, Table, each_seed, local, measured, rounded
from nc_teach.common.spread import share, spread
from nc_teach.data import Dataset, Split
from nc_teach.pruning.selection import count_to_remove

from .granularity import single_weights
from .minimum import L2, digits_net
from .sentences import paragraph, which
from .xor import ORDERS as XOR_ORDERS, delete_one_from_xor

SPARSITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
ORDERS = ("random", "magnitude", "OBD", "penalised OBD", "OBS")
SHOWN = (0.3, 0.5, 0.7)  # in the table


@dataclass(frozen=True, kw_only=True)
class Deletions(Result):
    """What deleting costs, per order: arrays of networks x sparsities.

    ``rise[order]`` is the rise of the training loss in nats, ``test[order]`` the test accuracy in
    [0, 1], ``predicted`` the rise that OBD's scores add up to, ``slope`` what the loss's slope adds
    to it (2 * L2 * w^2 a weight: the penalty holds the weights where the loss alone is not at its
    minimum). ``dense`` is the test accuracy
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
    slope: np.ndarray | None = local()

    def at_half(self, order: str) -> np.ndarray:
        """The rise of the loss with half of the weights deleted in that order, per network."""
        return self.rise[order][:, self.sparsities.index(0.5)]

    def in_words(self) -> str:
        """What deleting half of the weights costs in every order, and what one deletion does."""
        rises = ", ".join(f"{self.at_half(order).mean():.4f} ({order})" for order in self.rise)
        text = f"Half of the weights deleted, the training loss rises by {rises} nats"
        if self.xor:
            counts = ", ".join(f"{order} {self.xor[order]}" for order in XOR_ORDERS)
            text += (
                f"; of {self.xor['nets']} XOR networks, still right without one weight: {counts}"
            )
        return f"{text}."

    def meaning(self) -> str:
        """OBD against magnitude and chance; the forecast against what came."""
        ours, magnitude, random = (self.at_half(o) for o in ("OBD", "magnitude", "random"))
        verdict = which(
            magnitude - ours,
            "so here curvature did help.",
            "so here curvature did not help; magnitude, which needs no derivative, did better.",
            "a difference that these runs cannot tell from zero.",
        )
        return paragraph(
            f"With half of the weights deleted the loss rises by {ours.mean():.4f} nats in OBD's "
            f"order and by {magnitude.mean():.4f} in the order of magnitude: {verdict}",
            f"Deleting at random costs {random.mean():.2f} nats, {random.mean() / ours.mean():.0f} "
            f"times as much as in OBD's order. The two orders are nearly the same one: the rank "
            f"correlation of |w| and saliency is {self.agreement.mean():.2f} (1 would be the same "
            "order).",
            f"With 30 % deleted OBD's own forecast, the sum of the deleted saliencies, covers "
            f"{self._foreseen(self.predicted)} of the true rise.",
            ""
            if self.slope is None
            else f"With the slope term that is explained below it covers "
            f"{self._foreseen(self.predicted + self.slope)}.",
        )

    def _foreseen(self, forecast: np.ndarray) -> str:
        place = self.sparsities.index(0.3)
        return share(np.mean(forecast[:, place] / self.rise["OBD"][:, place]))

    def table(self) -> Table:
        """A row per order: the rise of the training loss, mean and deviation over the networks."""
        columns = [self.sparsities.index(sparsity) for sparsity in SHOWN]
        rises = {**self.rise, "OBD's own forecast": self.predicted}
        if self.slope is not None:
            rises["the same, with the slope"] = self.predicted + self.slope
        rows = tuple(
            (order, *(spread(rise[:, column], 5, 1) for column in columns))
            for order, rise in rises.items()
        )
        notes = [
            f"Rise of the training loss in nats, {len(self.dense)} networks, nothing retrained. "
            f"Rank correlation of |w| and OBD: {self.agreement.mean():.2f}. "
            f"{self.provenance.line()}"
        ]
        if self.xor:
            counts = ", ".join(f"{order} {self.xor[order]}" for order in XOR_ORDERS)
            notes.append(
                f"XOR: {self.xor['nets']} networks, {self.xor['solutions']} different up to mirror "
                f"images. Number that still solve it without one weight: {counts}."
            )
        heads = tuple(f"{100 * sparsity:.0f} % deleted" for sparsity in SHOWN)
        return Table(("order", *heads), rows, tuple(notes))


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

    The networks are at a minimum of loss + L2 * sum w^2, and not of the loss itself. "OBD" scores
    the loss, "penalised OBD" the whole objective, whose Hessian has 2 * L2 more on its diagonal.
    """

    def measure(seed: int) -> dict[str, Any]:
        net = digits_net(dataset, seed)
        before = training_loss(net, dataset.train)
        obd = pruning.obd(net, dataset.train, hessian="gauss_newton")
        scores = {
            "random": pruning.random(net, seed),
            "magnitude": pruning.magnitude(net),
            "OBD": obd,
            "penalised OBD": {n: obd[n] + L2 * net.get_parameter(n).detach() ** 2 for n in obd},
        }
        cuts = {
            order: surgery(net, dataset.train, sparsities)
            if order == "OBS"
            else [single_weights(net, scores[order], sparsity) for sparsity in sparsities]
            for order in orders
        }
        return {
            "dense": training.accuracy(net, dataset.test),
            "rise": {
                o: [training_loss(cut, dataset.train) - before for cut in cuts[o]] for o in orders
            },
            "predicted": predicted_rise(obd, sparsities),
            "slope": forgotten_slope(net, obd, sparsities),
            "agreement": rank_correlation(pruning.magnitude(net), obd),
            "test": {o: [training.accuracy(cut, dataset.test) for cut in cuts[o]] for o in orders},
        }

    found = each_seed(measure, seeds)
    starts = [1000 * seed + start for seed in seeds for start in range(xor_starts)]
    xor = delete_one_from_xor(starts) if starts else {}
    return Deletions(sparsities=tuple(sparsities), **found, xor=xor)


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


def forgotten_slope(
    net: nn.Module, scores: dict[str, torch.Tensor], sparsities: Sequence[float]
) -> list[float]:
    """What OBD leaves out when a penalty was trained with: the slope, times the way to zero.

    At a minimum of loss + L2 * sum w^2 the loss alone has the slope -2 L2 w, and the way is -w.
    """
    order = torch.cat([score.flatten() for score in scores.values()]).argsort(stable=True)
    weights = torch.cat([net.get_parameter(name).detach().flatten() for name in scores])
    parts = 2 * L2 * weights[order].square()
    return [parts[: count_to_remove(s, len(order))].sum().item() for s in sparsities]


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
