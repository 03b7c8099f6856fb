"""The checks of a claim as a drawing: runs, mean, interval and bound on one line for each.

A check is kept in words ("+0.44 points (runs +0.70, ...; 95 % interval +0.08 to +0.80)"), which
:mod:`nc_teach.claims.criterion` wrote from the numbers. They are read from there again, so nothing
can be drawn that the table does not say. A plain fact has no bound and is not drawn.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nc_teach.claims.criterion import Check
from nc_teach.common.templates import template

NUMBER = r"[-+]?[\d,]*\.?\d+"
WANTED = re.compile(rf": (at least|at most|above|below) ({NUMBER})([^,]*)(?:, every [\w ]+)?$")
MEASURED = re.compile(
    rf"({NUMBER})([^(]*?)(?: \(runs ([^;]+); 95 % interval ({NUMBER}) to ({NUMBER})\))?"
)
LEFT, RIGHT = 40, 600  # of the drawing, within its 640 units


@dataclass(frozen=True)
class Drawn:
    """One check in the drawing's units: places from left to right; ``low`` may be missing."""

    wanted: str
    answer: str
    says: str
    runs: tuple[float, ...]
    mean: float
    low: float | None
    high: float
    bound: float
    side: int  # 1 where more is wanted, -1 where less
    mean_text: str
    bound_text: str

    def anchor(self, place: float) -> str:
        """Which end of a text stands at a place, so that it stays inside the drawing."""
        return "start" if place < 120 else "end" if place > 520 else "middle"


def html(checks: Sequence[Check]) -> str:
    """The drawing as HTML; empty where no check has a bound."""
    found = [one for check in checks if (one := drawn(check))]
    page = template(Path(__file__).with_suffix(".html"))
    return re.sub(r"\n{2,}", "\n", page.render(checks=found)).strip() if found else ""


def drawn(check: Check) -> Drawn | None:
    """A check in the drawing's units; None where it has no bound or no number.

    >>> one = drawn(Check("gap: at least +1.00 points", "+3.00 points", "yes"))
    >>> one.bound, one.mean, one.side
    (40.0, 600.0, 1)
    """
    wanted, measured = WANTED.search(check.wanted), MEASURED.fullmatch(check.measured)
    if not wanted or not measured or "inf" in check.measured or "nan" in check.measured:
        return None
    bound, mean = _number(wanted[2]), _number(measured[1])
    runs = tuple(map(_number, (measured[3] or measured[1]).split(", ")))
    ends = (_number(measured[4]), _number(measured[5])) if measured[4] else ()
    values = (bound, mean, *runs, *ends)
    span = (max(values) - min(values)) or 1.0

    def place(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (value - min(values)) / span, 1)

    return Drawn(
        check.row()[0],
        check.answer,
        f"{check.row()[0]}; measured {check.measured}: {check.answer}",
        tuple(map(place, runs)) if ends else (),
        place(mean),
        place(ends[0]) if ends else None,
        place(ends[1]) if ends else 0.0,
        place(bound),
        1 if wanted[1] in ("at least", "above") else -1,
        f"{measured[1]}{measured[2]}".strip(),
        f"{wanted[1]} {wanted[2]}{wanted[3]}",
    )


def _number(text: str) -> float:
    return float(text.replace(",", ""))
