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

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nc_teach import pruning, sweep
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import points, spread, stopping_as_a_whole
from nc_teach.claims.why_pruning.networks import EPOCHS, Coach, counted, glorot_lenet
from nc_teach.data import Dataset
from nc_teach.pruning import lottery
from nc_teach.pruning.masks import Masks
from nc_teach.table import Table

SHARE, ROUNDS = 0.5, 6
MOMENTS = (0.03, 0.06, 0.1, 0.17, 0.25, 0.5, 0.75, 1.0)
EARLY = 0.1
VARIANTS = ("ticket", "re-init", "random mask", "late")


@dataclass(frozen=True)
class Race:
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
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file; each map is one line of text."""
        return {
            "densities": [round(d, 4) for d in self.densities],
            "moments": list(self.moments),
            "dense": self.dense.round(4).tolist(),
            "curves": {name: array.round(4).tolist() for name, array in self.curves.items()},
            "left": [" ".join(map(str, m.ravel().tolist())) for m in self.left],
        }

    @classmethod
    def from_numbers(cls, numbers: dict[str, Any], provenance: Provenance) -> Race:
        """The race that :meth:`numbers` came from, for a figure of a shipped result."""
        curves = {name: np.array(values) for name, values in numbers["curves"].items()}
        left = np.array([list(map(int, line.split())) for line in numbers["left"]])
        side = round(left.shape[1] ** 0.5)
        return cls(
            tuple(numbers["densities"]), tuple(numbers["moments"]), np.array(numbers["dense"]),
            curves, left.reshape(-1, side, side), provenance,
        )  # fmt: skip

    def table(self) -> Table:
        """A row per density: the accuracy at the end, for every way to start."""
        rows = [("100 %", spread(self.dense[:, -1]), *[""] * (len(self.curves) - 1))]
        for place, density in enumerate(self.densities):
            ends = [spread(curve[:, place, -1]) for curve in self.curves.values()]
            rows.append((f"{100 * density:.1f} %", *ends))
        note = (
            f"Test accuracy of {counted(len(self.dense))}, mean ± standard deviation; the first "
            f"row is the whole network. {self.provenance.line()}"
        )
        return Table(("weights left", *self.curves), tuple(rows), (note,))


def race(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    variants: Sequence[str] = VARIANTS,
    executor: Executor | None = None,
) -> Race:
    """Find a ticket from every seed and let it race; ``executor`` as in :func:`sweep.run`."""
    unknown = set(variants) - set(VARIANTS)
    if unknown or not variants:
        raise ValueError(f"variants must be among {', '.join(VARIANTS)}, got {list(variants)}")
    started = time.perf_counter()
    one = partial(race_once, dataset, rounds, epochs, tuple(variants))
    with stopping_as_a_whole():
        runs = sweep.run(one, {"seed": list(seeds)}, executor)
    return Race(
        runs[0]["densities"], MOMENTS, np.array([run["dense"] for run in runs]),
        {name: np.array([run[name] for run in runs]) for name in variants},
        runs[0]["left"], measured_now("race", time.perf_counter() - started),
    )  # fmt: skip


def race_once(
    dataset: Dataset, rounds: int, epochs: int, variants: tuple[str, ...], seed: int
) -> dict[str, Any]:
    """One seed: its densities, its map, and a curve per density for every variant."""
    make, other = (partial(glorot_lenet, dataset, s) for s in (seed, 1000 + seed))
    coach = Coach(dataset, epochs, seed, MOMENTS)
    ticket = lottery.find_ticket(make, coach.train, lottery.prune_share(SHARE), rounds)
    train(coach, lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
    dense, *tickets = coach.curves
    curves: dict[str, Any] = {"dense": dense, "ticket": tickets}
    for name, start in (("re-init", other), ("random mask", make)):
        curves[name] = [
            train(coach, start(), lottery.random_like(m, seed) if start is make else m)
            for m in (ticket.path if name in variants else ())
        ]
    if "late" in variants:
        curves["late"] = late_tickets(dataset, rounds, epochs, seed)
    left = [masks["fc1.weight"].sum(0).reshape(dataset.test.images.shape[-2:]) for masks in
            ticket.path]  # fmt: skip
    return {
        **curves,
        "densities": tuple(pruning.density(masks) for masks in ticket.path),
        "left": np.stack([pixels.numpy() for pixels in left]),
    }


def train(coach: Coach, net: Any, masks: Masks) -> list[float]:
    """Train ``net`` under ``masks``, and its curve."""
    coach.train(pruning.apply_masks(net, masks), pruning.mask_hook(masks))
    return coach.curves[-1]


def late_tickets(dataset: Dataset, rounds: int, epochs: int, seed: int) -> list[list[float]]:
    """As ``ticket``, but rewound to the end of the first epoch; the accuracy at the end alone."""
    first, rest = (
        Coach(dataset, 1, seed),
        Coach(dataset, max(1, epochs - 1), 2000 + seed, moments=(1.0,)),
    )
    make = partial(glorot_lenet, dataset, seed)
    ticket = lottery.find_ticket(
        make, rest.train, lottery.prune_share(SHARE), rounds, warm_up=first.train
    )
    train(rest, lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
    return rest.curves[1:]


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    curves = {name: np.array(values) for name, values in numbers["curves"].items()}
    dense, early = np.array(numbers["dense"]), numbers["moments"].index(EARLY)
    place = int(np.argmin(np.abs(np.array(numbers["densities"]) - 0.125)))
    level = f"{100 * numbers['densities'][place]:.0f} % left"
    end = {name: curve[:, place, -1] for name, curve in curves.items()}
    kept = (end["ticket"] - dense[:, -1]).mean()
    init = (end["ticket"] - end["re-init"]).min()
    mask = (end["ticket"] - end["random mask"]).min()
    fast = (curves["ticket"] - curves["re-init"])[:, place, early].mean()
    faster = (curves["ticket"][:, place, early] - dense[:, early]).mean()
    last = (curves["ticket"][:, -1, -1] - dense[:, -1]).mean()
    return (
        Check(
            f"{level}: ticket at most 0.2 points below dense", points(kept), bool(kept >= -0.002)
        ),
        Check(
            f"{level}: re-init at least 1 point worse than the ticket, every network",
            f"smallest gap {points(init)}",
            bool(init >= 0.01),
        ),
        Check(
            f"{level}: random mask at least 1 point worse than the ticket, every network",
            f"smallest gap {points(mask)}",
            bool(mask >= 0.01),
        ),
        Check(
            f"{level}, after a tenth of the training: ticket 4 points ahead of re-init",
            points(fast),
            bool(fast >= 0.04),
        ),
        Check(
            f"{level}, after a tenth of the training: ticket 2 points ahead of dense",
            points(faster),
            bool(faster >= 0.02),
        ),
        Check(
            f"{100 * numbers['densities'][-1]:.1f} % left: ticket below dense",
            points(last),
            bool(last < 0),
        ),
    )


LOTTERY_TICKET = Claim(
    key="lottery_ticket",
    title="A small part of the network, trained alone from its own start, learns as well",
    paper="Frankle and Carbin 2019, arXiv:1803.03635, sections 1 and 2",
    says="LeNet-300-100 holds winning tickets that reach its accuracy at least as fast; at 21.1 % "
    "they learn fastest, at 3.6 % they are back at the whole network's level, and re-initialised "
    "they are far worse.",
    dataset="mnist",
    experiment=race,
    judge=_judge,
)
