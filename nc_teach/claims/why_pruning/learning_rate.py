"""Liu, Sun, Zhou, Huang, Darrell (2019), "Rethinking the Value of Network Pruning": learning rates.

Does the ticket's own start matter? With Adam's small steps it did. Here the same race is run twice,
with momentum SGD at a small and at a large learning rate, the latter being what one would choose.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nc_teach import pruning, sweep
from nc_teach.claims import Check, Claim, Result, Table, check, measured, together
from nc_teach.common.spread import percent, points, times
from nc_teach.data import Dataset

from .networks import EPOCHS, Coach, counted, glorot_lenet, nearest, sgd

RATES, ROUNDS = (0.01, 0.1), 4
JUDGED = (0.25, 0.0625)  # densities, the nearest that was reached


@dataclass(frozen=True, kw_only=True)
class Rates(Result):
    """Test accuracy in [0, 1] per learning rate: ``dense[rate]`` one number per network,
    ``ticket[rate]`` and ``reinit[rate]`` networks x densities."""

    rates: tuple[float, ...]
    densities: tuple[float, ...]
    dense: dict[float, np.ndarray]
    ticket: dict[float, np.ndarray]
    reinit: dict[float, np.ndarray]

    def lead(self, rate: float) -> np.ndarray:
        """How far the ticket is ahead of re-init: networks x densities."""
        return self.ticket[rate] - self.reinit[rate]

    def in_words(self) -> str:
        """The ticket's lead at both rates, with the whole network's accuracy beside it."""
        place = nearest(self.densities, JUDGED[0])
        told = " and ".join(
            f"{points(self.lead(rate)[:, place].mean())} at the learning rate {rate:g} (the whole "
            f"network: {100 * self.dense[rate].mean():.1f} %)"
            for rate in self.rates
        )
        left = f"{100 * self.densities[place]:.0f} % of the weights left"
        return f"With {left} the ticket's lead over re-init is {told}."

    def table(self) -> Table:
        """A row per learning rate and density."""
        rows = []
        for rate in self.rates:
            rows.append((f"{rate:g}", "100 %", percent(self.dense[rate]), "", ""))
            for place, density in enumerate(self.densities):
                ticket, other = self.ticket[rate][:, place], self.reinit[rate][:, place]
                gap = points((ticket - other).mean())
                rows.append(("", f"{100 * density:.1f} %", percent(ticket), percent(other), gap))
        note = (
            "Momentum SGD, cosine schedule, test accuracy of "
            f"{counted(len(self.dense[self.rates[0]]))}; the rows with 100 % are the whole network."
        )
        heads = ("learning rate", "weights left", "ticket", "re-init", "ticket ahead by")
        return self.tabled(heads, rows, note)


@measured
def race_at_rates(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    executor: Executor | None = None,
) -> Rates:
    """Tickets and re-initialised tickets at every rate; ``executor`` as in :func:`.sweep.run`."""
    one = partial(race_at_rate, dataset, rounds, epochs)
    found = sweep.run(one, {"seed": seeds, "rate": rates}, executor)
    runs = {rate: together(found[place :: len(rates)]) for place, rate in enumerate(rates)}
    return Rates(
        rates=tuple(rates),
        densities=tuple(runs[rates[0]]["densities"][0].tolist()),
        dense={rate: found["dense"] for rate, found in runs.items()},
        ticket={rate: found["ticket"] for rate, found in runs.items()},
        reinit={rate: found["reinit"] for rate, found in runs.items()},
    )


def race_at_rate(
    dataset: Dataset, rounds: int, epochs: int, rate: float, seed: int
) -> dict[str, Any]:
    """One seed with momentum SGD: accuracy at the end, dense, and per density both tickets."""
    coach = Coach(dataset, epochs, seed, moments=(1.0,), **sgd(rate))
    (dense,), tickets, path = coach.find_ticket(partial(glorot_lenet, dataset, seed), rounds)
    drawn = [coach.train_masked(glorot_lenet(dataset, 1000 + seed), masks) for masks in path]
    return {
        "densities": [pruning.density(masks) for masks in path],
        "dense": dense,
        "ticket": [end for (end,) in tickets],
        "reinit": [end for (end,) in drawn],
    }


def judge(found: Rates) -> tuple[Check, ...]:
    """The criterion: how much larger the ticket's lead is at the small rate, and at what price."""
    small, large = min(found.rates), max(found.rates)
    some = np.maximum(found.lead(large), 1e-4)  # no lead at all: a hundredth of a point
    ratio = found.lead(small) / some
    ahead = f"the ticket's lead at {small:g} over that at {large:g}"
    places = [nearest(found.densities, wanted) for wanted in JUDGED]
    levels = [(f"{100 * found.densities[place]:.0f} % left", place) for place in places]
    gain = found.dense[large] - found.dense[small]
    return (
        *(check(f"{left}: {ahead}", ratio[:, k], least=4, say=times) for left, k in levels),
        check(f"the whole network at {large:g} better than at {small:g}", gain, least=0.02),
    )


TICKET_LEARNING_RATE = Claim("ticket_learning_rate", Rates, race_at_rates, judge)
