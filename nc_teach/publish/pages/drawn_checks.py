"""The checks of a claim as a drawing: runs, mean, interval and bound on one line for each.

A plain fact has no bound and is not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nc_teach.claims.criterion import Check
from nc_teach.common.spread import interval
from nc_teach.common.templates import template

LEFT, RIGHT = 40, 600  # of the drawing, within its 640 units


@dataclass(frozen=True)
class Drawn:
    """A check in the drawing's units: places from left to right."""

    check: Check
    bound: float
    mean: float
    low: float
    high: float
    runs: tuple[float, ...]
    side: int  # 1 where more is wanted, -1 where less

    def anchor(self, place: float) -> str:
        """Which end of a text stands at a place, so that it stays inside the drawing."""
        return "start" if place < 120 else "end" if place > 520 else "middle"


def html(checks: Sequence[Check]) -> str:
    """The drawing as HTML; empty where no check has a bound."""
    found = [one for check in checks if (one := drawn(check))]
    return template(Path(__file__).with_suffix(".html")).render(checks=found).strip()


def drawn(check: Check) -> Drawn | None:
    """A check in the drawing's units; None where it has no bound, or a run is not finite.

    >>> from nc_teach.claims.criterion import check
    >>> one = drawn(check("gap", 0.03, least=0.01))
    >>> one.bound, one.mean, one.side
    (40.0, 600.0, 1)
    """
    held = check.numbers
    if held is None or not np.isfinite(held.runs).all():
        return None
    values = np.array([held.bound, np.mean(held.runs), *interval(held.runs), *held.runs])
    span = np.ptp(values) or 1.0
    places = (LEFT + (RIGHT - LEFT) * (values - values.min()) / span).round(1).tolist()
    bound, mean, low, high, *runs = places
    return Drawn(check, bound, mean, low, high, tuple(runs), 1 if held.more else -1)
