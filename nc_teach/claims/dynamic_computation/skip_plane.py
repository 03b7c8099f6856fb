"""Do gates spend their blocks on the hard inputs? Points of a plane, spirals among half planes.

A residual network of six small blocks learns the plane with all of them; then gates learn with it,
straight through, and every block used costs ``lambda``. (REINFORCE is in ``skipnet``; here is
the easier lesson.) The controls, with as many blocks:

- ``random``: every block is kept with the same probability;
- ``another's``: every point gets the path of another point;
- ``static``: a network of the same number of blocks, rounded up, trained as long from its start.

The first four criteria are those of a trial on another machine, fixed before the runs; the last
two were set after a trial with seed 0.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured, rounded
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.dynamic.backbones import point_blocks
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.skipnet import SkipNet, counting_loss, paths, whole_network_loss

from . import routing
from .points import COUNTS, TOP, coordinates, is_hard, points

LAMBDAS, JUDGED = (0.01, 0.03, 0.06), 0.03
BLOCKS, WIDTH, WARM_UP, GATED = 6, 32, 25, 40
SIDE, SHOWN = 61, 400  # places along a side of the map, points drawn on it
NUMBERS = ("accuracy", "random", "others", "static", "easy", "hard", "deviation", "distinct")


@dataclass(frozen=True, kw_only=True)
class PlaneGates(Result):
    """What the gates do, for every lambda, one number per seed: ``name[lambda]``.

    ``accuracy``, ``random``, ``others`` and ``static`` are test accuracies in [0, 1]; ``easy`` and
    ``hard`` mean blocks used; ``deviation`` the standard deviation of the gates; ``distinct`` the
    number of paths. ``whole`` is the accuracy with all blocks, before the gates, one per seed.
    ``count[lambda]`` is the map of the first seed: blocks used, row 0 at the bottom, over
    ``extent`` (x0, x1, y0, y1), and ``points``, ``labels`` some of its test data.
    """

    lambdas: tuple[float, ...]
    blocks: int
    whole: np.ndarray
    accuracy: dict[float, np.ndarray]
    random: dict[float, np.ndarray]
    others: dict[float, np.ndarray]
    static: dict[float, np.ndarray]
    easy: dict[float, np.ndarray]
    hard: dict[float, np.ndarray]
    deviation: dict[float, np.ndarray]
    distinct: dict[float, np.ndarray]
    count: dict[float, np.ndarray]
    extent: tuple[float, float, float, float]
    points: np.ndarray = rounded(2)
    labels: np.ndarray

    @property
    def used(self) -> dict[float, np.ndarray]:
        """Mean blocks used: half of the points are hard, half are easy."""
        return {value: (self.easy[value] + self.hard[value]) / 2 for value in self.lambdas}

    def in_words(self) -> str:
        """The judged price: blocks for easy and hard points, and the controls."""
        at = {name: getattr(self, name)[JUDGED].mean() for name in NUMBERS}
        return (
            f"An easy point takes {at['easy']:.1f} of {self.blocks} blocks and a hard one "
            f"{at['hard']:.1f}; {100 * at['accuracy']:.1f} % right, random gates of the same cost "
            f"{100 * at['random']:.1f} %, a static network of the same cost "
            f"{100 * at['static']:.1f} %."
        )

    def table(self) -> Table:
        """A row per lambda: accuracy, blocks for easy and hard points, and the controls."""
        rows = tuple(
            (
                f"{value:g}",
                percent(self.accuracy[value]),
                f"{self.easy[value].mean():.2f} / {self.hard[value].mean():.2f}",
                percent(self.random[value]),
                percent(self.others[value]),
                percent(self.static[value]),
            )
            for value in self.lambdas
        )
        note = (
            f"Test accuracy, mean ± standard deviation of {len(self.whole)} runs; all "
            f"{self.blocks} blocks: {percent(self.whole)}. Random, another's and static cost as "
            f"many blocks (static: rounded up)."
        )
        head = ("lambda", "gates", "blocks, easy / hard", "random", "another's", "static")
        return self.tabled(head, rows, note)


@measured
def gate_the_plane(
    seeds: Sequence[int],
    *,
    lambdas: Sequence[float] = LAMBDAS,
    warm_up: int = WARM_UP,
    epochs: int = GATED,
    counts: tuple[int, int, int] = COUNTS,
) -> PlaneGates:
    """Train a network for every seed, and gates for every seed and lambda; measure on test points.

    Raises ``ValueError`` for no lambda, or one below 0.
    """
    if not lambdas or min(lambdas) < 0:
        raise ValueError(f"lambdas must be one or more numbers of at least 0, got {list(lambdas)}")

    def one(seed: int) -> dict[str, Any]:
        data = points(seed, counts)
        gates = FeedForwardGates(BLOCKS, WIDTH, seed=seed)
        start = SkipNet(point_blocks(blocks=BLOCKS, width=WIDTH, seed=seed), gates)
        routing.train(start, data, seed, warm_up, loss=whole_network_loss)
        found = {}
        for value in lambdas:
            net = copy.deepcopy(start)
            routing.train(net, data, 1000 + seed, epochs, loss=counting_loss(value))
            found[value] = _measure(net, data, seed, warm_up + epochs)
        by_name = {name: {v: found[v][name] for v in lambdas} for name in (*NUMBERS, "count")}
        return {"whole": training.accuracy(start.backbone, data.test), **by_name}

    runs, test = each_seed(one, seeds), points(seeds[0], counts).test
    shown = test.subset(routing.evenly(len(test), SHOWN))
    return PlaneGates(
        lambdas=tuple(lambdas),
        blocks=BLOCKS,
        count={value: maps[0] for value, maps in runs.pop("count").items()},
        extent=(-TOP, TOP, -TOP, TOP),
        points=coordinates(shown).numpy(),
        labels=shown.labels.numpy(),
        **runs,
    )


def _measure(net: SkipNet, data: Dataset, seed: int, epochs: int) -> dict[str, Any]:
    """The numbers of one network, and of its controls."""
    policy, among = paths(net, data.test.images), is_hard(data.test)
    used = policy.double().sum(dim=1)
    static = point_blocks(blocks=routing.depth_of(policy), width=WIDTH, seed=seed)
    routing.train(static, data, seed, epochs)
    return {
        **routing.controls(net.backbone, data.test, policy),
        "accuracy": training.accuracy(net, data.test),
        "static": training.accuracy(static, data.test),
        "easy": used[~among].mean().item(),
        "hard": used[among].mean().item(),
        "count": count_map(net),
    }


def count_map(net: SkipNet) -> np.ndarray:
    """How many blocks each place of the plane uses: places x places, row 0 at the bottom."""
    axis = torch.linspace(0, 1, SIDE)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    grid = torch.stack([x, y], dim=-1).reshape(-1, 1, 1, 2)
    return paths(net, grid).sum(dim=1).reshape(SIDE, SIDE).numpy()


def _judge(result: PlaneGates) -> tuple[Check, ...]:
    at = {name: getattr(result, name)[JUDGED] for name in NUMBERS}
    more, random = at["hard"] - at["easy"], at["accuracy"] - at["random"]
    number, late = "{:.2f}".format, partial(check, post_hoc=True)
    differ = "dynamic, not static: the gates' standard deviation"
    static = "against a static network of as many blocks, rounded up"
    return (
        check("accuracy", at["accuracy"], least=0.99, say=share),
        check("used in the mean, of 6 blocks", result.used[JUDGED], most=3, say=blocks),
        check("more for hard points than for easy ones", more, least=0.8, say=blocks),
        check("ahead of random gates of the same budget by", random, least=0.05),
        late(differ, at["deviation"], least=0.1, say=number),
        late(static, at["accuracy"] - at["static"], least=0),
    )


def blocks(count: float) -> str:
    """A mean number of blocks."""
    return f"{count:.2f} blocks"


# The images are not looked at: the points are made from the seeds.
SKIP_PLANE = Claim("skip_plane", PlaneGates, lambda dataset, seeds: gate_the_plane(seeds), _judge)
