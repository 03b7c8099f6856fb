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
from functools import partial
from typing import Any

import numpy as np
import torch

from nc_teach import dynamic
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split

from .exit_measures import BUDGET, THRESHOLDS, against_static, measure
from .networks import early_exit_networks, half_size

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
    static_costs: np.ndarray
    names: tuple[str, ...]
    gallery: Gallery | None = local()

    @property
    def chosen(self) -> float:
        """The threshold that the first network's validation data gave for the budget."""
        return float(self.at_budget["threshold"][0])

    def in_words(self) -> str:
        """What a threshold chosen on validation data costs and gives, beside the controls."""
        at = {name: 100 * values.mean() for name, values in self.at_budget.items()}
        words = (
            f"With {at['share']:.0f} % of the MACs the exits get {at['right']:.1f} % right. For "
            f"comparison: all images at the last exit {100 * self.exits[:, -1].mean():.1f} %, "
            f"random exits of the same cost {at['at random']:.1f} %"
        )
        if self.static.size:
            alone, ours = (100 * runs[:, -2].mean() for runs in (self.static, self.dynamic))
            blocks = self.static.shape[1] - 1
            words += (
                f", a network of {blocks} blocks trained alone {alone:.1f} % (the exits at the "
                f"same cost: {ours:.1f} %)"
            )
        return f"{words}."

    def table(self) -> Table:
        """A row per threshold: accuracy, MACs, and random exits of the same budget."""
        rows = tuple(
            (f"{bar:.2f}", percent(a), f"{100 * c.mean():.0f} %", percent(r))
            for bar, a, c, r in zip(
                self.thresholds, self.accuracy.T, self.cost.T, self.random.T, strict=True
            )
        )
        heads = ("threshold", "accuracy", "MACs of the whole", "random exits, same budget")
        return self.tabled(heads, rows, f"{len(self.exits)} networks.")

    def exits_table(self) -> Table:
        """A row per exit: its MACs, its accuracy when everybody leaves there, static networks."""
        columns = {
            "everybody leaves at": [f"exit {k + 1}" for k in range(len(self.exit_costs))],
            "MACs": [f"{cost:,}" for cost in self.exit_costs],
            "accuracy": [percent(runs) for runs in self.exits.T],
        }
        if self.static.size:
            columns["trained for it alone"] = [percent(runs) for runs in self.static.T]
        rows = tuple(zip(*columns.values(), strict=True))
        return self.tabled(tuple(columns), rows)

    def static_table(self) -> Table:
        """The network with exits against static networks of the same mean cost."""
        rows = tuple(
            (f"{depth} block{'s' * (depth > 1)}", f"{cost:,}", percent(alone), percent(ours))
            for depth, (cost, alone, ours) in enumerate(
                zip(self.static_costs, self.static.T, self.dynamic.T, strict=True), 1
            )
        )
        heads = ("static network", "MACs", "accuracy", "with exits, same mean MACs")
        return self.tabled(heads, rows)


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

    def one(seed: int) -> dict[str, Any]:
        found = measure(trained[seed], half, seed)
        return {**found, **against_static(trained[seed], half, seed)} if static else found

    runs: dict[str, Any] = dict.fromkeys(("static", "dynamic", "static_costs"), np.array([]))
    runs |= each_seed(one, seeds)
    runs["static_costs"] = runs["static_costs"][:1].ravel()  # the same for every seed
    first = trained[seeds[0]]
    return EarlyExits(
        thresholds=THRESHOLDS,
        exit_costs=tuple(dynamic.exit_costs(first, half.test.images.shape[1:])),
        names=dataset.classes,
        gallery=_gallery(first, dataset.test),
        **runs,
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


def _judge(result: EarlyExits) -> tuple[Check, ...]:
    at, last = result.at_budget, result.exits[:, -1]
    budget = f"a threshold chosen on validation data for {100 * BUDGET:.0f} % of the MACs"
    each = partial(check, every="network")
    ahead = at["right"] - at["at random"]
    wrong_now = "overthinking: images that the last exit gets wrong and an earlier one right"
    checks = (
        each(f"{budget}: share used on the test data", at["share"], most=0.6, say=share),
        each(f"{budget}: accuracy against the last exit's", at["right"] - last, least=-0.007),
        each(f"{budget}: ahead of random exits of the same budget", ahead, least=0.03),
        each(wrong_now, at["overthinking"], least=0.02, say=share),
    )
    if not result.static.size:
        return checks
    ahead = (result.dynamic - result.static)[:, 1:-1].min(axis=1)
    middle = "at the cost of static networks of 2 and of 3 blocks, exits ahead of both by"
    return (*checks, check(middle, ahead, above=0))


EARLY_EXIT = Claim(
    "early_exit", EarlyExits, partial(leave_early, static=True), _judge, dataset="fashion"
)
