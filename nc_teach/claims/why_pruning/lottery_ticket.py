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

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import nn

from nc_teach import pruning
from nc_teach.claims import Check, Claim, Result, check, measured
from nc_teach.claims.why_pruning.networks import (
    EPOCHS,
    Coach,
    by_name,
    counted,
    from_every_seed,
    glorot_lenet,
)
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.pruning import lottery
from nc_teach.pruning.masks import Masks
from nc_teach.table import Table

SHARE, ROUNDS = 0.5, 6
MOMENTS = (0.03, 0.06, 0.1, 0.17, 0.25, 0.5, 0.75, 1.0)
EARLY = 0.1
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

    def table(self) -> Table:
        """A row per density: the accuracy at the end, for every way to start."""
        rows = [("100 %", percent(self.dense[:, -1]), *[""] * (len(self.curves) - 1))]
        for place, density in enumerate(self.densities):
            ends = [percent(curve[:, place, -1]) for curve in self.curves.values()]
            rows.append((f"{100 * density:.1f} %", *ends))
        note = (
            f"Test accuracy of {counted(len(self.dense))}, mean ± standard deviation; the first "
            f"row is the whole network. {self.provenance.line()}"
        )
        return Table(("weights left", *self.curves), tuple(rows), (note,))


@dataclass(frozen=True)
class Run:
    """One seed: its densities, its map, the dense curve, and a curve per density and variant."""

    densities: tuple[float, ...]
    left: np.ndarray
    dense: list[float]
    curves: dict[str, list[list[float]]]


@measured
def race(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    variants: Sequence[str] = VARIANTS,
    executor: Executor | None = None,
) -> Race:
    """Find a ticket from every seed and let it race; ``executor`` as in :func:`.sweep.run`.

    Raises ``ValueError`` for an unknown variant, or for none.
    """
    unknown = set(variants) - set(VARIANTS)
    if unknown or not variants:
        raise ValueError(f"variants must be among {', '.join(VARIANTS)}, got {list(variants)}")
    one = partial(race_once, dataset, rounds, epochs, tuple(variants))
    runs = from_every_seed(one, seeds, executor)
    return Race(
        densities=runs[0].densities,
        moments=MOMENTS,
        dense=np.array([run.dense for run in runs]),
        curves=by_name([run.curves for run in runs], variants),
        left=runs[0].left,
    )


def race_once(
    dataset: Dataset, rounds: int, epochs: int, variants: tuple[str, ...], seed: int
) -> Run:
    """Find the ticket of one seed, and train every variant of it."""
    make, other = (partial(glorot_lenet, dataset, s) for s in (seed, 1000 + seed))
    coach = Coach(dataset, epochs, seed, MOMENTS)
    ticket = lottery.find_ticket(make, coach.train, lottery.prune_share(SHARE), rounds)
    train(coach, lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
    dense, *tickets = coach.curves
    curves = {"ticket": tickets}
    if "re-init" in variants:
        curves["re-init"] = [train(coach, other(), masks) for masks in ticket.path]
    if "random mask" in variants:
        drawn = [lottery.random_like(masks, seed) for masks in ticket.path]
        curves["random mask"] = [train(coach, make(), masks) for masks in drawn]
    if "late" in variants:
        curves["late"] = late_tickets(dataset, rounds, epochs, seed)
    sides = dataset.test.images.shape[-2:]
    left = [masks["fc1.weight"].sum(0).reshape(sides).numpy() for masks in ticket.path]
    densities = tuple(pruning.density(masks) for masks in ticket.path)
    return Run(densities, np.stack(left), dense, curves)


def train(coach: Coach, net: nn.Module, masks: Masks) -> list[float]:
    """Train ``net`` under ``masks``, and its curve."""
    coach.train(pruning.apply_masks(net, masks), pruning.mask_hook(masks))
    return coach.curves[-1]


def late_tickets(dataset: Dataset, rounds: int, epochs: int, seed: int) -> list[list[float]]:
    """As ``ticket``, but rewound to the end of the first epoch; the accuracy at the end alone."""
    first = Coach(dataset, 1, seed)
    rest = Coach(dataset, max(1, epochs - 1), 2000 + seed, moments=(1.0,))
    make = partial(glorot_lenet, dataset, seed)
    ticket = lottery.find_ticket(
        make, rest.train, lottery.prune_share(SHARE), rounds, warm_up=first.train
    )
    train(rest, lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
    return rest.curves[1:]


def judge(race: Race) -> tuple[Check, ...]:
    """The criterion: at an eighth of the weights, and at the last density."""
    early = race.moments.index(EARLY)
    place = int(np.argmin(np.abs(np.array(race.densities) - 0.125)))
    level = f"{100 * race.densities[place]:.0f} % left"
    soon = f"{level}, after a tenth of the training"
    ticket = race.curves["ticket"]
    lead = {name: ticket - race.curves[name] for name in ("re-init", "random mask")}
    behind = ticket - race.dense[:, None]  # networks x densities x moments
    return (
        check(f"{level}: ticket minus dense", behind[:, place, -1], least=-0.002),
        *(
            check(
                f"{level}: ticket ahead of {name}",
                gap[:, place, -1],
                least=0.01,
                every="network",
            )
            for name, gap in lead.items()
        ),
        check(f"{soon}: ticket ahead of re-init", lead["re-init"][:, place, early], least=0.04),
        check(f"{soon}: ticket ahead of dense", behind[:, place, early], least=0.02),
        check(
            f"{100 * race.densities[-1]:.1f} % left: ticket minus dense",
            behind[:, -1, -1],
            below=0,
        ),
    )


LOTTERY_TICKET = Claim("lottery_ticket", Race, race, judge)
