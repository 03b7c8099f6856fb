"""Liu, Sun, Zhou, Huang, Darrell (2019), "Rethinking the Value of Network Pruning": learning rates.

Does the ticket's own start matter? With Adam's small steps it did. Here the same race is run twice,
with momentum SGD at a small and at a large learning rate, the latter being what one would choose.

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
from nc_teach.claims.why_pruning.lottery_ticket import SHARE, train
from nc_teach.claims.why_pruning.networks import EPOCHS, Coach, counted, glorot_lenet, sgd
from nc_teach.data import Dataset
from nc_teach.pruning import lottery
from nc_teach.table import Table

RATES, ROUNDS = (0.01, 0.1), 4
JUDGED = (0.25, 0.0625)  # densities, the nearest that was reached


@dataclass(frozen=True)
class Rates:
    """Test accuracy in [0, 1] per learning rate: ``dense[rate]`` one number a network,
    ``ticket[rate]`` and ``reinit[rate]`` networks x densities."""

    rates: tuple[float, ...]
    densities: tuple[float, ...]
    dense: dict[float, np.ndarray]
    ticket: dict[float, np.ndarray]
    reinit: dict[float, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file; learning rates are keys of text."""
        found = {"rates": list(self.rates), "densities": [round(d, 4) for d in self.densities]}
        for name in ("dense", "ticket", "reinit"):
            found[name] = {f"{r:g}": a.round(4).tolist() for r, a in getattr(self, name).items()}
        return found

    @classmethod
    def from_numbers(cls, numbers: dict[str, Any], provenance: Provenance) -> Rates:
        """The result that :meth:`numbers` came from, for a figure of a shipped one."""
        arrays = (
            {float(rate): np.array(values) for rate, values in numbers[name].items()}
            for name in ("dense", "ticket", "reinit")
        )
        return cls(tuple(numbers["rates"]), tuple(numbers["densities"]), *arrays, provenance)

    def table(self) -> Table:
        """A row per learning rate and density."""
        rows = []
        for rate in self.rates:
            rows.append((f"{rate:g}", "100 %", spread(self.dense[rate]), "", ""))
            for place, density in enumerate(self.densities):
                ticket, other = self.ticket[rate][:, place], self.reinit[rate][:, place]
                gap = points((ticket - other).mean())
                rows.append(("", f"{100 * density:.1f} %", spread(ticket), spread(other), gap))
        note = (
            f"Momentum SGD, cosine schedule, test accuracy of "
            f"{counted(len(self.dense[self.rates[0]]))}; the rows with 100 % are the whole "
            f"network. {self.provenance.line()}"
        )
        heads = ("learning rate", "weights left", "ticket", "re-init", "ticket ahead by")
        return Table(heads, tuple(rows), (note,))


def race_at_rates(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    executor: Executor | None = None,
) -> Rates:
    """Tickets and re-initialised tickets at every rate; ``executor`` as in :func:`sweep.run`."""
    started = time.perf_counter()
    grid = {"rate": list(rates), "seed": list(seeds)}
    with stopping_as_a_whole():
        runs = sweep.run(partial(race_at_rate, dataset, rounds, epochs), grid, executor)
    found = {
        name: {
            rate: np.array([run[name] for run in runs[k * len(seeds) : (k + 1) * len(seeds)]])
            for k, rate in enumerate(rates)
        }
        for name in ("dense", "ticket", "reinit")
    }
    provenance = measured_now("race_at_rates", time.perf_counter() - started)
    return Rates(tuple(rates), runs[0]["densities"], **found, provenance=provenance)


def race_at_rate(
    dataset: Dataset, rounds: int, epochs: int, rate: float, seed: int
) -> dict[str, Any]:
    """One seed at one rate: accuracy at the end, dense, and per density ticket and re-init."""
    make = partial(glorot_lenet, dataset, seed)
    coach = Coach(dataset, epochs, seed, moments=(1.0,), **sgd(rate))
    ticket = lottery.find_ticket(make, coach.train, lottery.prune_share(SHARE), rounds)
    train(coach, lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
    dense, *tickets = (curve[-1] for curve in coach.curves)
    return {
        "densities": tuple(pruning.density(masks) for masks in ticket.path),
        "dense": dense,
        "ticket": tickets,
        "reinit": [train(coach, glorot_lenet(dataset, 1000 + seed), m)[-1] for m in ticket.path],
    }


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    small, large = (f"{rate:g}" for rate in (min(numbers["rates"]), max(numbers["rates"])))
    gain = np.mean(numbers["dense"][large]) - np.mean(numbers["dense"][small])
    checks = []
    for wanted in JUDGED:
        place = int(np.argmin(np.abs(np.array(numbers["densities"]) - wanted)))
        gap = {
            rate: np.mean(np.array(numbers["ticket"][rate]) - np.array(numbers["reinit"][rate]), 0)
            for rate in (small, large)
        }
        one, two = gap[small][place], gap[large][place]
        checks.append(
            Check(
                f"{100 * numbers['densities'][place]:.0f} % left: the ticket's lead at {small} at "
                f"least 4 times that at {large}",
                f"{points(one)} and {points(two)}",
                bool(one >= 4 * two and one > 0),
            )
        )
    return (
        *checks,
        Check(
            f"the whole network at least 2 points better at {large} than at {small}",
            points(gain),
            bool(gain >= 0.02),
        ),
    )


TICKET_LEARNING_RATE = Claim(
    key="ticket_learning_rate",
    title="With a large learning rate the ticket's own start hardly matters",
    paper="Liu et al. 2019, arXiv:1810.05270, section on the lottery ticket hypothesis",
    says="the winning ticket only brings improvement for unstructured pruning with a small "
    "initial learning rate, and that small rate gives inferior accuracy.",
    dataset="mnist",
    experiment=race_at_rates,
    judge=_judge,
)
