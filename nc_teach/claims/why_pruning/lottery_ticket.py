"""Frankle and Carbin (2019), "The Lottery Ticket Hypothesis": ticket, re-init and random mask race.

LeNet-300-100 on 10,000 digits, drawn, optimised and pruned as in the paper, but with half of the
weights gone in every round instead of a fifth (the output layer loses half as much). Every network
gets the same images in the same order:

- ``ticket``: the weights that are left, rewound to their initial values;
- ``re-init``: the same masks, other initial values from the same distribution;
- ``random mask``: the same initial values and as many weights in each layer, in random places;
- ``late``: a ticket found with rewinding to the end of the first epoch, trained for the rest.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nc_teach import pruning
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.pruning import lottery

from .networks import EPOCHS, Coach, Curve, counted, glorot_lenet, nearest

ROUNDS = 6
MOMENTS = (0.03, 0.06, 0.1, 0.17, 0.25, 0.5, 0.75, 1.0)
EARLY, JUDGED = 0.1, 0.125  # of the training, and of the weights
VARIANTS = ("ticket", "re-init", "random mask", "late")


@dataclass(frozen=True, kw_only=True)
class Race(Result):
    """Test accuracy in [0, 1] on the way, for every way to start.

    ``dense`` is networks x moments (shares of the training), ``curves[variant]`` networks x
    densities x moments. Of "late" only the end was measured: networks x densities x 1. ``left`` is
    densities x 28 x 28: how many weights of each pixel the first network still has.
    """

    densities: tuple[float, ...]
    moments: tuple[float, ...]
    dense: np.ndarray
    curves: dict[str, np.ndarray]
    left: np.ndarray

    def in_words(self) -> str:
        """The ticket against the whole network and both controls, at an eighth of the weights."""
        place = nearest(self.densities, JUDGED)
        ends = {name: curve[:, place, -1].mean() for name, curve in self.curves.items()}
        rivals = {"the whole network": self.dense[:, -1].mean(), **ends}
        del rivals["ticket"]
        told = ", ".join(
            f"{points(ends['ticket'] - rivals[name])} against {name}"
            for name in rivals
            if name != "late"
        )
        left = share(self.densities[place])
        return f"With {left} of the weights left, the ticket's accuracy is {told}."

    def table(self) -> Table:
        """A row per density: the accuracy at the end, for every way to start."""
        rows = [("100 %", percent(self.dense[:, -1]), *[""] * (len(self.curves) - 1))]
        for place, density in enumerate(self.densities):
            ends = [percent(curve[:, place, -1]) for curve in self.curves.values()]
            rows.append((f"{100 * density:.1f} %", *ends))
        note = (
            f"Test accuracy of {counted(len(self.dense))}, mean ± standard deviation; the first "
            f"row is the whole network."
        )
        return self.tabled(("weights left", *self.curves), rows, note)


@measured
def race(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    variants: Sequence[str] = VARIANTS,
) -> Race:
    """Find a ticket from every seed and let it race.

    Raises ``ValueError`` for an unknown variant, or for none.
    """
    unknown = set(variants) - set(VARIANTS)
    if unknown or not variants:
        raise ValueError(f"variants must be among {', '.join(VARIANTS)}, got {list(variants)}")
    runs = each_seed(partial(race_once, dataset, rounds, epochs, variants), seeds)
    return Race(
        densities=tuple(runs["densities"][0].tolist()),
        moments=MOMENTS,
        dense=runs["dense"],
        curves=runs["curves"],
        left=runs["left"][0],
    )


def race_once(
    dataset: Dataset, rounds: int, epochs: int, variants: Sequence[str], seed: int
) -> dict[str, Any]:
    """Of one seed: densities, maps, the dense curve, and by variant a curve per density."""
    make, other = (partial(glorot_lenet, dataset, s) for s in (seed, 1000 + seed))
    coach = Coach(dataset, epochs, seed, MOMENTS)
    dense, tickets, path = coach.find_ticket(make, rounds)

    def late() -> list[Curve]:
        """As ``ticket``, but rewound to the end of the first epoch; the accuracy at the end."""
        rest = Coach(dataset, max(1, epochs - 1), 2000 + seed, moments=(1.0,))
        return rest.find_ticket(make, rounds, warm_up=Coach(dataset, 1, seed))[1]

    curves: dict[str, Callable[[], list[Curve]]] = {
        "ticket": lambda: tickets,
        "re-init": lambda: [coach.train_masked(other(), masks) for masks in path],
        "random mask": lambda: [
            coach.train_masked(make(), lottery.random_like(masks, seed)) for masks in path
        ],
        "late": late,
    }
    sides = dataset.test.images.shape[-2:]
    return {
        "densities": [pruning.density(masks) for masks in path],
        "left": [masks["fc1.weight"].sum(0).reshape(sides).numpy() for masks in path],
        "dense": dense,
        "curves": {name: curves[name]() for name in variants},
    }


def judge(race: Race) -> tuple[Check, ...]:
    """The criterion: at an eighth of the weights, and at the last density."""
    place = nearest(race.densities, JUDGED)
    level = f"{100 * race.densities[place]:.0f} % left"
    early, soon = race.moments.index(EARLY), f"{level}, after a tenth of the training"
    last = f"{100 * race.densities[-1]:.1f} % left"
    ticket = race.curves["ticket"]
    behind = ticket - race.dense[:, None]  # networks x densities x moments
    drawn, masked = (ticket - race.curves[name] for name in ("re-init", "random mask"))
    ahead = partial(check, least=0.01, every="network")
    return (
        check(f"{level}: ticket minus dense", behind[:, place, -1], least=-0.002),
        ahead(f"{level}: ticket ahead of re-init", drawn[:, place, -1]),
        ahead(f"{level}: ticket ahead of random mask", masked[:, place, -1]),
        check(f"{soon}: ticket ahead of re-init", drawn[:, place, early], least=0.04),
        check(f"{soon}: ticket ahead of dense", behind[:, place, early], least=0.02),
        check(f"{last}: ticket minus dense", behind[:, -1, -1], below=0),
    )


LOTTERY_TICKET = Claim("lottery_ticket", Race, race, judge)
