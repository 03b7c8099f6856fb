"""A budget: what a network may weigh, how long it may take, and what it may lose.

A time in milliseconds means nothing on another machine. So the limit is a share of the time that
the network one began with takes, measured in turn with it on the same machine. Such a ratio has an
interval (:mod:`nc_teach.meter.speedup`); a limit that lies inside it is neither met nor missed.
"""

import math
from dataclasses import dataclass
from typing import Literal

from nc_teach.common.kinds import Natural, NotNegative, Share
from nc_teach.meter import Speedup

KIB = 1024
Verdict = Literal["met", "missed", "undecided"]


def verdict(least: float, most: float) -> Verdict:
    """Whether a limit is kept, when between ``least`` and ``most`` parts of it are used.

    1 part is all that is allowed. What is known exactly has ``least`` and ``most`` alike; a time
    never has, so there is a third answer.

    >>> verdict(0.8, 0.8), verdict(1.2, 1.3), verdict(0.95, 1.05)
    ('met', 'missed', 'undecided')
    """
    if most <= 1:  # even at its worst it is within the limit
        return "met"
    if least > 1:  # even at its best it is beyond
        return "missed"
    return "undecided"  # the limit lies inside what the clock cannot tell apart


def lost_or_gained(lost: float) -> str:
    """A difference of accuracy in points, in words; a loss below zero is a gain.

    >>> lost_or_gained(0.3), lost_or_gained(-0.1), lost_or_gained(-0.001)
    ('0.30 points lost', '0.10 points gained', '0.00 points lost')
    """
    lost = round(lost, 2)
    return f"{lost + 0.0:.2f} points lost" if lost >= 0 else f"{-lost:.2f} points gained"


@dataclass(frozen=True)
class Limit:
    """One line of the account: what was allowed, what was measured, and how much of it is used.

    ``used`` is a part of what is allowed: 1 is just met. What is not known exactly lies between
    ``least`` and ``most`` such parts; both are ``used`` where it is.
    """

    what: str
    allowed: str
    measured: str
    used: float
    least: float
    most: float

    @property
    def verdict(self) -> Verdict:
        """Whether the limit is kept; undecided when 1 lies between ``least`` and ``most``."""
        return verdict(self.least, self.most)

    @property
    def met(self) -> bool:
        """Whether the limit is kept for sure."""
        return self.verdict == "met"


@dataclass(frozen=True)
class Budget:
    """What a network may cost.

    - ``stored_bytes`` (int): Of its file, everything included.
    - ``times_faster`` (float): How often its median latency must go into that of the network one
      began with. 0: as slow as it likes.
    - ``points`` (float): How many percentage points of held-out accuracy it may lose.

    Raises ``ValueError`` for a limit that nothing or everything would meet.

    >>> account = Budget(times_faster=2).limits(18_000, Speedup(2.1, 1.9, 2.3), 0.955, 0.96)
    >>> [(limit.what, limit.verdict) for limit in account]
    [('file', 'met'), ('latency', 'undecided'), ('accuracy', 'met')]
    >>> round(account[0].used, 2), account[0].measured
    (0.88, '18,000 B')
    """

    stored_bytes: Natural = 20 * KIB
    times_faster: NotNegative = 2.0
    points: NotNegative = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.stored_bytes, int) or self.stored_bytes < 1:
            raise ValueError(f"stored_bytes must be at least 1, got {self.stored_bytes!r}")
        for name in ("times_faster", "points"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
                raise ValueError(f"{name} must be a finite number from 0, got {value!r}")

    def limits(
        self, stored_bytes: Natural, speedup: Speedup, accuracy: Share, before: Share
    ) -> tuple[Limit, ...]:
        """The account: bytes, how much faster than before, accuracy in [0, 1] now and before."""
        lost = round(100 * (before - accuracy), 6) + 0.0
        size, unit = stored_bytes / self.stored_bytes, "point" if self.points == 1 else "points"
        part = max(lost, 0.0) / self.points if self.points else math.inf if lost > 0 else 0.0
        time = [
            self.times_faster / times if times else math.inf
            for times in (speedup.times, speedup.high, speedup.low)
        ]
        return (
            Limit("file", f"{self.stored_bytes:,} B", f"{stored_bytes:,} B", size, size, size),
            Limit(
                "latency",
                f"{self.times_faster:g} times as fast",
                f"{speedup.times:.2f} times as fast ({speedup.ends})",
                *time,
            ),
            Limit(
                "accuracy",
                f"at most {self.points:g} {unit} lost",
                f"{lost_or_gained(lost)} ({100 * accuracy:.2f} of {100 * before:.2f} %)",
                *(part, part, part),
            ),
        )
