"""One part of a criterion: a bound, the runs that were held against it, and what follows.

The bound is written once, as a number, and put into words from it. What follows is *yes*, *no* or
*too close to call*: with x the runs (one per seed) and [low, high] the 95 % interval of their mean
(:func:`nc_teach.common.spread.interval`),

    yes   the interval lies on the right side of the bound,
    no    it lies on the wrong side,
    too close to call   the bound lies inside.

A bound that must hold for *every* run asks each of them as well: if some runs hold and some do not,
that too is too close to call. A quantity without seeds (a count, a size) is one run and has no
interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nc_teach.common.spread import interval, points

Answer = Literal["yes", "no", "too close to call"]
Runs = Sequence[float] | np.ndarray | float
CLOSE: Answer = "too close to call"
WORDS = {"least": "at least", "most": "at most", "above": "above", "below": "below"}


@dataclass(frozen=True)
class Numbers:
    """The runs and the bound that they were held against; ``say`` writes either with its unit."""

    runs: tuple[float, ...]
    kind: str  # of the bound: a key of WORDS
    bound: float
    say: Callable[[float], str] = field(compare=False)

    @property
    def more(self) -> bool:
        """Whether more is wanted, and not less."""
        return self.kind in ("least", "above")

    def bound_in_words(self) -> str:
        """The bound: "at least +20.00 points"."""
        return f"{WORDS[self.kind]} {self.say(self.bound)}"

    def mean_in_words(self) -> str:
        """The mean of the runs: "+33.00 points"."""
        return self.say(float(np.mean(self.runs)))

    def in_words(self) -> str:
        """The mean; where there are several runs also each of them and the interval.

        The unit is written once: it is what ``say`` writes behind the first space.
        """
        if len(self.runs) == 1:
            return self.mean_in_words()
        bare = [self.say(v).partition(" ")[0] for v in (*self.runs, *interval(self.runs))]
        *single, low, high = bare
        return f"{self.mean_in_words()} (runs {', '.join(single)}; 95 % interval {low} to {high})"


@dataclass(frozen=True)
class Check:
    """What had to hold, what was measured, and whether it held.

    ``numbers`` are those that it was made of; a plain fact has none.
    ``of_paper`` where the paper itself says so; otherwise the bound is a margin of ours.
    ``post_hoc`` where the bound was set after a first look at such numbers, which is weaker
    evidence and is said wherever the check is shown.
    """

    wanted: str
    measured: str
    answer: Answer
    of_paper: bool = False
    post_hoc: bool = False
    numbers: Numbers | None = None

    @property
    def holds(self) -> bool:
        """Whether the answer is yes."""
        return self.answer == "yes"

    def row(self) -> tuple[str, str, str, str]:
        """As a row of a table: wanted, whose bound, measured, answer.

        >>> Check("at most 3 blocks", "2.9", "yes", post_hoc=True).row()
        ('at most 3 blocks (set after a first look)', 'ours', '2.9', 'yes')
        """
        mark = " (set after a first look)" if self.post_hoc else ""
        whose = "the paper" if self.of_paper else "ours"
        return f"{self.wanted}{mark}", whose, self.measured, self.answer


def check(
    what: str,
    runs: Runs,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    say: Callable[[float], str] = points,
    every: str = "",
    of_paper: bool = False,
    post_hoc: bool = False,
) -> Check:
    """Hold ``runs`` against one bound: ``least`` or ``most`` (which may be reached), ``above`` or
    ``below`` (which may not).

    ``say`` writes a number with its unit. ``every`` names what each run is of ("network") where
    each one must hold, and not only their mean.

    Raises ``ValueError`` unless exactly one bound is given and there is at least one run.

    >>> check("half removed: random below magnitude", [0.31, 0.33, 0.35], least=0.2).row()[0]
    'half removed: random below magnitude: at least +20.00 points'
    >>> check("x", [0.31, 0.33, 0.35], least=0.2).measured
    '+33.00 points (runs +31.00, +33.00, +35.00; 95 % interval +28.03 to +37.97)'
    >>> check("in rounds better", [-0.03, 0.56, 1.19], above=0, every="network").answer
    'too close to call'
    """
    given = {"least": least, "most": most, "above": above, "below": below}
    bounds = {name: bound for name, bound in given.items() if bound is not None}
    values = np.atleast_1d(np.asarray(runs, dtype=float))
    if len(bounds) != 1 or values.ndim != 1 or not values.size:
        raise ValueError(
            "check needs one bound of least, most, above and below, and at least one run; "
            f"got {bounds or 'no bound'} and runs of shape {values.shape}"
        )
    ((name, bound),) = bounds.items()
    numbers = Numbers(tuple(values.tolist()), name, bound, say)
    wanted = f"{what}: {numbers.bound_in_words()}{f', every {every}' if every else ''}"
    answer = judge(values, name, bound, bool(every))
    return Check(wanted, numbers.in_words(), answer, of_paper, post_hoc, numbers)


def fact(what: str, measured: object, holds: bool, *, of_paper: bool = False) -> Check:
    """A check of something that either is so or is not, without a bound: "every product is exact".

    >>> fact("every file is read back exactly", "3 of 3", True).answer
    'yes'
    """
    return Check(what, str(measured), "yes" if holds else "no", of_paper)


def judge(runs: np.ndarray, kind: str, bound: float, every: bool) -> Answer:
    """The answer for ``runs``; ``kind`` is the name of the bound, as in :func:`check`.

    >>> judge(np.array([1.0, 2.0, 3.0]), "least", 0.0, False)  # the interval is -0.48 to 4.48
    'too close to call'
    >>> judge(np.array([3.0]), "most", 3.0, False), judge(np.array([3.0]), "below", 3.0, False)
    ('yes', 'no')
    """
    sign = 1 if kind in ("least", "above") else -1
    low, high = sorted(sign * (end - bound) for end in interval(runs))
    reaches = (
        sign * (runs - bound) > 0 if kind in ("above", "below") else sign * (runs - bound) >= 0
    )
    reached = low > 0 or (low == 0 and kind in ("least", "most"))
    if not np.isfinite(runs).all():
        return "no"
    if reached and (reaches.all() or not every):
        return "yes"
    missed = high < 0 or (high == 0 and kind in ("above", "below"))
    return "no" if missed and not (every and reaches.any()) else CLOSE
