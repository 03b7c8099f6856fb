"""Prune and then share, or share and then prune: the same numbers, the same epochs, two orders.

LeNet-300-100 with its neurons removed already, every sparsity with every number of shared values,
both ways round. Whatever comes second has to live with what came first: once values are shared, a
weight cannot heal by itself, and once a weight is gone, no value has to stand for it. Pruning what
is shared has to choose among many equal weights; chance decides (in a first run the place in the
layer did, which took whole neurons and made this order look worse than it is).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import nn

from nc_teach import training
from nc_teach.budget import FineTuning, State
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.fit_the_budget import plans
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression
from nc_teach.table import Table

SPARSITIES = (0.4, 0.6, 0.8, 0.9)
VALUES = (4, 8, 16)
ORDERS = ("prune, share", "share, prune")


@dataclass(frozen=True)
class Orders:
    """Test ``accuracy[order]`` in [0, 1] and ``stored_bytes[order]``: networks x sparsities x
    values. ``dense`` accuracy per network."""

    sparsities: tuple[float, ...]
    values: tuple[int, ...]
    dense: np.ndarray
    accuracy: dict[str, np.ndarray]
    stored_bytes: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain numbers, for a file."""
        return {
            "sparsities": list(self.sparsities), "values": list(self.values),
            "dense": self.dense.round(4).tolist(),
            "accuracy": {order: a.round(4).tolist() for order, a in self.accuracy.items()},
            "bytes": {order: b.tolist() for order, b in self.stored_bytes.items()},
        }  # fmt: skip

    def gap(self) -> np.ndarray:
        """Points by which pruning first is better: sparsities x values, mean of the networks."""
        first, second = (self.accuracy[order] for order in ORDERS)
        return 100 * (first - second).mean(axis=0)

    def table(self) -> Table:
        """A row per sparsity and number of values."""
        first, second = (self.accuracy[order] for order in ORDERS)
        sizes = [self.stored_bytes[order].mean(axis=0) for order in ORDERS]
        rows = tuple(
            (
                f"{100 * s:.0f} % pruned, {v} values", spread(first[:, i, j]),
                spread(second[:, i, j]), f"{self.gap()[i, j]:+.2f} points",
                f"{sizes[0][i, j]:,.0f} B", f"{sizes[1][i, j]:,.0f} B",
            )
            for i, s in enumerate(self.sparsities)
            for j, v in enumerate(self.values)
        )  # fmt: skip
        columns = ("numbers", *ORDERS, "pruning first", "file", "file, other order")
        note = (
            f"Test accuracy of {len(self.dense)} networks, dense {spread(self.dense)}. "
            f"{self.provenance.line()}"
        )
        return Table(columns, rows, (note,))


def read_orders(numbers: Mapping[str, Any], provenance: Provenance) -> Orders:
    """The orders that :meth:`Orders.numbers` wrote."""
    arrays = ({o: np.array(v) for o, v in numbers[k].items()} for k in ("accuracy", "bytes"))
    sparsities, values = tuple(numbers["sparsities"]), tuple(numbers["values"])
    return Orders(sparsities, values, np.array(numbers["dense"]), *arrays, provenance)


def compare_orders(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    sparsities: Sequence[float] = SPARSITIES,
    values: Sequence[int] = VALUES,
) -> Orders:
    """Both orders of every network (seed -> trained network) at every sparsity and values."""
    started = time.perf_counter()
    found = []
    with stopping_as_a_whole():
        for seed in with_bar(list(networks), "network"):
            found.append(one_network(networks[seed], dataset, seed, sparsities, values))
    grids = [{o: np.array([one[o][..., i] for one in found]) for o in ORDERS} for i in (0, 1)]
    dense = np.array([training.accuracy(net, dataset.test) for net in networks.values()])
    sizes = {order: grid.astype(int) for order, grid in grids[1].items()}
    return Orders(
        tuple(sparsities), tuple(values), dense, grids[0], sizes,
        measured_now("compare_orders", time.perf_counter() - started),
    )  # fmt: skip


def one_network(
    net: nn.Module,
    dataset: Dataset,
    seed: int,
    sparsities: Sequence[float],
    values: Sequence[int],
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


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    orders = read_orders(numbers, Provenance("", "", "", 0.0))
    gap, sizes = orders.gap(), orders.stored_bytes
    i, j = orders.sparsities.index(plans.SPARSITY), orders.values.index(plans.VALUES)
    smaller = 1 - (sizes[ORDERS[1]] / sizes[ORDERS[0]]).mean()
    most = gap[-1].mean()
    return (
        Check("at the stack's own numbers: pruning first at least 0.5 points better",
              points(gap[i, j] / 100), bool(gap[i, j] >= 0.5)),
        Check("at the highest sparsity, all values: at least 2 points better", points(most / 100),
              bool(most >= 2)),
        Check("the advantage grows with sparsity, on average over the values",
              ", ".join(f"{g:+.2f}" for g in gap.mean(axis=1)),
              bool((np.diff(gap.mean(axis=1)) > 0).all())),
        Check("and the order that is worse has the smaller file, on average",
              f"{100 * smaller:.1f} % smaller", bool(smaller > 0)),
    )  # fmt: skip


ORDER_OF_STEPS = Claim(
    key="order_of_steps",
    title="Prune and then share, or share and then prune?",
    paper="Han et al. 2016, arXiv:1510.00149, figure 1",
    says="first prune, then share values, then code: the accuracy stays.",
    dataset="mnist",
    experiment=lambda dataset, seeds: compare_orders(dense_networks(dataset, seeds), dataset),
    judge=_judge,
)
