"""Prune and then share, or share and then prune: the same numbers, the same epochs, two orders.

LeNet-300-100 with its neurons removed already, every sparsity with every number of shared values,
both ways round. Whatever comes second has to live with what came first: once values are shared, a
weight cannot heal by itself, and once a weight is gone, no value has to stand for it. Pruning what
is shared has to choose among many equal weights; chance decides (in a first run the place in the
layer did, which took whole neurons and made this order look worse than it is).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from nc_teach import training
from nc_teach.budget import FineTuning, State
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.claims.network_pruning.dense import on_dense
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression

from . import plans

SPARSITIES = (0.4, 0.6, 0.8, 0.9)
VALUES = (4, 8, 16)
ORDERS = ("prune, share", "share, prune")


@dataclass(frozen=True, kw_only=True)
class Orders(Result):
    """Test ``accuracy[order]`` in [0, 1] and ``stored_bytes[order]``: networks x sparsities x
    values. ``dense`` accuracy per network."""

    sparsities: tuple[float, ...]
    values: tuple[int, ...]
    dense: np.ndarray
    accuracy: dict[str, np.ndarray]
    stored_bytes: dict[str, np.ndarray]

    def ahead(self) -> np.ndarray:
        """By how much pruning first is better: networks x sparsities x values, in [-1, 1]."""
        return self.accuracy[ORDERS[0]] - self.accuracy[ORDERS[1]]

    def gap(self) -> np.ndarray:
        """Points by which pruning first is better: sparsities x values, mean of the networks."""
        return 100 * self.ahead().mean(axis=0)

    def in_words(self) -> str:
        """Both orders' accuracy at the lightest and at the heaviest numbers."""
        ends = ((0, -1), (-1, 0))
        said = [
            f"{100 * self.sparsities[i]:.0f} % pruned and {self.values[j]} values: "
            + ", ".join(f"{o} {percent(self.accuracy[o][:, i, j])}" for o in ORDERS)
            for i, j in ends
        ]
        return f"{'; '.join(said)} right."

    def table(self) -> Table:
        """A row per sparsity and number of values."""
        rows = tuple(
            (
                f"{100 * s:.0f} % pruned, {v} values",
                *(percent(self.accuracy[order][:, i, j]) for order in ORDERS),
                points(self.gap()[i, j] / 100),
                *(f"{self.stored_bytes[order][:, i, j].mean():,.0f} B" for order in ORDERS),
            )
            for i, s in enumerate(self.sparsities)
            for j, v in enumerate(self.values)
        )
        columns = ("numbers", *ORDERS, "pruning first", "file", "file, other order")
        many = f"{len(self.dense)} network{'s' * (len(self.dense) > 1)}"
        note = f"Test accuracy of {many}, dense {percent(self.dense)}."
        return self.tabled(columns, rows, note)


@measured
def compare_orders(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    sparsities: Sequence[float] = SPARSITIES,
    values: Sequence[int] = VALUES,
) -> Orders:
    """Both orders of every network (seed -> trained network) at every sparsity and values."""
    found = each_seed(
        lambda seed: one_network(networks[seed], dataset, seed, sparsities, values), list(networks)
    )
    return Orders(
        sparsities=tuple(sparsities),
        values=tuple(values),
        dense=np.array([training.accuracy(net, dataset.test) for net in networks.values()]),
        accuracy={order: found[order][..., 0] for order in ORDERS},
        stored_bytes={order: found[order][..., 1].astype(int) for order in ORDERS},
    )


def one_network(
    net: nn.Module, dataset: Dataset, seed: int, sparsities: Sequence[float], values: Sequence[int]
) -> dict[str, np.ndarray]:
    """Accuracy and bytes per order: sparsities x values x 2. What both share is done once."""
    tuning = FineTuning(dataset, training.predictions(net, dataset.train), seed)
    cut = plans.CUT(State(net), tuning)
    prunes = [replace(plans.PRUNE, sparsity=s) for s in sparsities]
    shares = [replace(plans.SHARE, values=v) for v in values]
    pruned, shared = ([step(cut, tuning) for step in steps] for steps in (prunes, shares))
    return {
        ORDERS[0]: np.array([[seen(sh(p, tuning), dataset) for sh in shares] for p in pruned]),
        ORDERS[1]: np.array([[seen(pr(s, tuning), dataset) for s in shared] for pr in prunes]),
    }


def seen(state: State, dataset: Dataset) -> tuple[float, int]:
    """Test accuracy, and bytes of the file."""
    size = len(deep_compression.encode(state.model.state_dict()))
    return training.accuracy(state.model, dataset.test), size


def judge(orders: Orders) -> tuple[Check, ...]:
    """What was fixed before the runs."""
    ahead, sizes = orders.ahead(), orders.stored_bytes
    i, j = orders.sparsities.index(plans.SPARSITY), orders.values.index(plans.VALUES)
    steps = np.diff(ahead.mean(axis=2), axis=1).min(axis=1)
    smaller = 1 - (sizes[ORDERS[1]] / sizes[ORDERS[0]]).mean(axis=(1, 2))
    return (
        check("at the stack's own numbers: pruning first better by", ahead[:, i, j], least=0.005),
        check(
            "at the highest sparsity, mean of all values: better by",
            ahead[:, -1].mean(axis=1),
            least=0.02,
        ),
        check("the lead grows from each sparsity to the next, at least by", steps, above=0),
        check(
            "and the order that is worse has a file that is smaller by", smaller, above=0, say=share
        ),
    )


ORDER_OF_STEPS = Claim("order_of_steps", Orders, on_dense(compare_orders), judge)
