"""Huang et al. (2018), "MSDNet": is it the better network with exits, at every budget?

MSDNet and a plain chain of nearly its cost, both with all exits trained together. *Anytime*: all
images leave at the last exit that a budget reaches; between two exits a share of the images, drawn
at random, goes one further, so that both can be read at any budget. *Budgeted batch*: thresholds
chosen on the validation split for a mean number of MACs.

The criteria were set before the first run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nc_teach import dynamic
from nc_teach.claims import Check, Claim, Provenance, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset

from .exit_measures import right_at
from .exits_hurt import NETS
from .networks import EPOCHS, half_size, train_exits

BUDGETS = (100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 600_000)  # mean MACs per image


@dataclass(frozen=True, kw_only=True)
class MultiScale(Result):
    """Test accuracy in [0, 1] by network, seeds x exits or seeds x budgets.

    ``exits`` at ``costs`` (MACs of each exit); ``anytime``, ``batch`` and ``at_random`` (as many
    images at each exit as in ``batch``, but random ones) at each of ``budgets``.
    """

    budgets: tuple[int, ...]
    costs: dict[str, tuple[int, ...]]
    exits: dict[str, np.ndarray]
    anytime: dict[str, np.ndarray]
    batch: dict[str, np.ndarray]
    at_random: dict[str, np.ndarray]

    def in_words(self) -> str:
        """Both networks at the smallest budget and at the largest."""
        parts = [
            f"with {self.budgets[place]:,} MACs an image "
            + " and ".join(
                f"{'the ' if name.islower() else ''}{name} gets {100 * runs[:, place].mean():.1f} %"
                for name, runs in self.anytime.items()
            )
            for place in (0, -1)
        ]
        return f"Anytime, {'; '.join(parts)} right."

    def table(self) -> Table:
        """A row per budget: anytime and budgeted batch, both networks."""
        columns = {
            f"{setting}: {name}": curve[name].T
            for setting, curve in (("anytime", self.anytime), ("batch", self.batch))
            for name in self.costs
        }
        rows = tuple(
            (f"{budget:,}", *(percent(runs[row]) for runs in columns.values()))
            for row, budget in enumerate(self.budgets)
        )
        note = f"{len(self.exits['MSDNet'])} networks."
        return self.tabled(("MACs per image", *columns), rows, note)


@dataclass(frozen=True)
class Grid:
    """What is computed where in an MSDNet, and what its exits know.

    ``layers`` and ``scales`` are counts, ``exits`` the layers with one (from 1), ``first`` the
    finest scale (from 0) that each layer computes; ``accuracy`` is seeds x exits, ``cost`` a share
    of the last exit's MACs.
    """

    layers: int
    scales: int
    exits: tuple[int, ...]
    first: tuple[int, ...]
    accuracy: np.ndarray
    cost: tuple[float, ...]
    provenance: Provenance


def grid(result: MultiScale) -> Grid:
    """The grid of the small MSDNet with the numbers of ``result``."""
    net = dynamic.MSDNet.small()
    depth, scales = net.exits_at[-1], len(net.factors)
    first = tuple(
        max(net.finest(layer), scales - 1 - (depth - layer)) for layer in range(1, depth + 1)
    )
    costs = result.costs["MSDNet"]
    return Grid(
        layers=depth,
        scales=scales,
        exits=net.exits_at,
        first=first,
        accuracy=result.exits["MSDNet"],
        cost=tuple(cost / costs[-1] for cost in costs),
        provenance=result.provenance,
    )


@measured
def compare_networks(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> MultiScale:
    """Train both networks from every seed and read them at every budget."""
    half = half_size(dataset)
    classes, shape = len(half.classes), half.test.images.shape[1:]
    costs = {
        name: tuple(dynamic.exit_costs(make(classes, 0), shape)) for name, make in NETS.items()
    }

    def one(seed: int) -> dict[str, dict[str, list[float]]]:
        found = {}
        for name, make in NETS.items():
            net = train_exits(make(classes, seed), half, seed, epochs=epochs)
            found[name] = _curves(net, half, costs[name], seed)
        parts = ("exits", "anytime", "batch", "at_random")
        return {part: {name: found[name][part] for name in NETS} for part in parts}

    return MultiScale(budgets=BUDGETS, costs=costs, **each_seed(one, seeds))


def _curves(
    net: dynamic.EarlyExitNet | dynamic.MSDNet, half: Dataset, costs: Sequence[int], seed: int
) -> dict[str, list[float]]:
    """Accuracy of every exit, and at every budget in both settings."""
    validation, test = (dynamic.exit_logits(net, s) for s in (half.validation, half.test))
    sure, labels = dynamic.max_softmax(test), half.test.labels
    exits, before = dynamic.exit_accuracies(test, labels), dynamic.max_softmax(validation)
    bars = [dynamic.exit_thresholds(before, costs, budget) for budget in BUDGETS]
    leaving = [dynamic.leaves_at(sure, one) for one in bars]
    return {
        "exits": exits,
        "anytime": np.interp(BUDGETS, costs, exits).tolist(),
        "batch": [right_at(way, test, labels) for way in leaving],
        "at_random": [right_at(dynamic.random_exits(w, seed), test, labels) for w in leaving],
    }


def _judge(result: MultiScale) -> tuple[Check, ...]:
    anytime, batch = (
        curves["MSDNet"] - curves["plain chain"] for curves in (result.anytime, result.batch)
    )
    chosen = (result.batch["MSDNet"] - result.at_random["MSDNet"])[:, BUDGETS.index(300_000)]
    thresholds = "MSDNet's thresholds at 300,000 MACs, ahead of random exits of the same shares by"
    worst, ahead = partial(check, above=0, of_paper=True), "MSDNet ahead of the chain by"
    return (
        check(f"anytime, {BUDGETS[0]:,} MACs: {ahead}", anytime[:, 0], least=0.02),
        worst(f"anytime, the worst budget: {ahead}", anytime.min(axis=1)),
        worst(f"budgeted batch, the worst budget: {ahead}", batch.min(axis=1)),
        check(thresholds, chosen, above=0),
    )


MSDNET = Claim("msdnet", MultiScale, compare_networks, _judge, dataset="fashion")
