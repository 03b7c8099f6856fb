"""Teerapittayanon et al. (2016), "BranchyNet": do easy images leave early, and what does it save?

A chain of four blocks with four exits, trained jointly. Thresholds and budgets are chosen on the
validation split; what is reported is the test split. Controls: the same shares of images at each
exit, but random ones; and networks that are as short as each exit, trained alone, for all images.
Thresholds chosen on the training data are reported too, to show what that costs.

The criteria were set before the runs, from a trial on another machine; the one about static
networks is ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from nc_teach import dynamic
from nc_teach.claims import Check, Claim, Result, check, local, measured, with_bar
from nc_teach.claims.dynamic_computation.exit_measures import (
    AT_BUDGET,
    BUDGET,
    CURVES,
    THRESHOLDS,
    measure,
)
from nc_teach.claims.dynamic_computation.networks import early_exit_networks, half_size
from nc_teach.claims.dynamic_computation.static_depth import static_networks
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.table import Table

SHOWN = 40  # images in the gallery


@dataclass(frozen=True)
class Gallery:
    """Some test images with everything one network says about them."""

    images: np.ndarray  # n x H x W
    labels: np.ndarray  # n
    confidence: np.ndarray  # n x exits
    predicted: np.ndarray  # n x exits


@dataclass(frozen=True, kw_only=True)
class EarlyExits(Result):
    """What leaving early costs and saves; all accuracies are shares of the test split.

    ``accuracy``, ``cost`` and ``random`` are seeds x thresholds; cost is a share of the MACs of the
    last exit. ``exits`` is the accuracy of each exit alone, seeds x exits, at ``exit_costs``, MACs.
    ``at_budget`` holds what a threshold chosen for :data:`BUDGET` gives: by name, one number per
    seed. ``static`` is the accuracy of networks as short as each exit, seeds x exits, with their
    ``static_costs``, and ``dynamic`` that of the network with exits at the same mean cost; empty
    when they were not trained.
    """

    thresholds: tuple[float, ...]
    accuracy: np.ndarray
    cost: np.ndarray
    random: np.ndarray
    exits: np.ndarray
    exit_costs: tuple[int, ...]
    at_budget: dict[str, np.ndarray]
    static: np.ndarray
    dynamic: np.ndarray
    static_costs: tuple[int, ...]
    names: tuple[str, ...]
    gallery: Gallery | None = local()

    @property
    def chosen(self) -> float:
        """The threshold that the first network's validation data gave for the budget."""
        return float(self.at_budget["threshold"][0])

    def table(self) -> Table:
        """A row per threshold: accuracy, MACs, and random exits of the same budget."""
        rows = tuple(
            (f"{bar:.2f}", percent(a), f"{100 * c.mean():.0f} %", percent(r))
            for bar, a, c, r in zip(
                self.thresholds, self.accuracy.T, self.cost.T, self.random.T, strict=True
            )
        )
        heads = ("threshold", "accuracy", "MACs of the whole", "random exits, same budget")
        return Table(heads, rows, (f"{len(self.exits)} networks. {self.provenance.line()}",))

    def exits_table(self) -> Table:
        """A row per exit: its MACs, its accuracy when everybody leaves there, static networks."""
        rows: list[tuple[str, ...]] = []
        for k, cost in enumerate(self.exit_costs):
            row = [f"exit {k + 1}", f"{cost:,}", percent(self.exits[:, k])]
            rows.append((*row, percent(self.static[:, k])) if self.static.size else tuple(row))
        heads: tuple[str, ...] = ("everybody leaves at", "MACs", "accuracy")
        heads = (*heads, "trained for it alone") if self.static.size else heads
        return Table(heads, tuple(rows), (self.provenance.line(),))

    def static_table(self) -> Table:
        """The network with exits against static networks of the same mean cost."""
        rows = tuple(
            (
                f"{k + 1} blocks",
                f"{cost:,}",
                percent(self.static[:, k]),
                percent(self.dynamic[:, k]),
            )
            for k, cost in enumerate(self.static_costs)
        )
        heads = ("static network", "MACs", "accuracy", "with exits, same mean MACs")
        return Table(heads, rows, (self.provenance.line(),))


@measured
def leave_early(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    networks: Mapping[int, dynamic.EarlyExitNet] | None = None,
    static: bool = False,
) -> EarlyExits:
    """Measure networks with exits (trained here unless given) on the halved images.

    ``static=True`` trains the networks as short as each exit too.
    """
    half = half_size(dataset)
    trained = networks or early_exit_networks(half, seeds)
    runs = [measure(trained[seed], half, seed) for seed in with_bar(seeds, "network")]
    costs = dynamic.exit_costs(trained[seeds[0]], half.test.images.shape[1:])
    fixed, same_cost, prices = static_networks(half, seeds, trained) if static else ([], [], [])
    curves: dict[str, Any] = {name: np.array([run[name] for run in runs]) for name in CURVES}
    return EarlyExits(
        thresholds=THRESHOLDS,
        **curves,
        exit_costs=tuple(costs),
        at_budget={name: np.array([run[name] for run in runs]) for name in AT_BUDGET},
        static=np.array(fixed),
        dynamic=np.array(same_cost),
        static_costs=tuple(prices),
        names=dataset.classes,
        gallery=_gallery(trained[seeds[0]], dataset.test),
    )


def _gallery(net: dynamic.EarlyExitNet, test: Split) -> Gallery:
    """The first test images in their full size; the network sees them halved."""
    some = test.subset(min(SHOWN, len(test)))
    small = Split(torch.nn.functional.avg_pool2d(some.images, 2), some.labels)
    logits = dynamic.exit_logits(net, small).transpose(0, 1)
    return Gallery(
        some.images[:, 0].numpy(),
        some.labels.numpy(),
        dynamic.max_softmax(logits).numpy(),
        logits.argmax(dim=2).numpy(),
    )


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> EarlyExits:
    return leave_early(dataset, seeds, static=True)


def _judge(result: EarlyExits) -> tuple[Check, ...]:
    at, last = result.at_budget, result.exits[:, -1]
    chosen = f"a threshold chosen on validation data for {100 * BUDGET:.0f} % of the MACs"
    checks = (
        check(
            f"{chosen}: share used on the test data",
            at["share"],
            most=0.6,
            say=share,
            every="network",
        ),
        check(
            f"{chosen}: accuracy against the last exit's",
            at["right"] - last,
            least=-0.007,
            every="network",
        ),
        check(
            f"{chosen}: ahead of random exits of the same budget",
            at["right"] - at["at random"],
            least=0.03,
            every="network",
        ),
        check(
            "overthinking: images that the last exit gets wrong and an earlier one right",
            at["overthinking"],
            least=0.02,
            say=share,
            every="network",
        ),
    )
    if not result.static.size:
        return checks
    ahead = (result.dynamic - result.static)[:, 1:-1].min(axis=1)
    middle = "at the cost of static networks of 2 and of 3 blocks, exits ahead of both by"
    return (*checks, check(middle, ahead, above=0))


EARLY_EXIT = Claim("early_exit", EarlyExits, _experiment, _judge, dataset="fashion")
