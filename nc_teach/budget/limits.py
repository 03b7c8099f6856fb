"""A budget: what a network may weigh, how long it may take, and what it may lose.

A time in milliseconds means nothing on another machine. So the limit is a share of the time that
the network one began with takes, measured in turn with it on the same machine.
"""

import math
from dataclasses import dataclass

from nc_teach.common.kinds import Natural, NotNegative, Share

KIB = 1024


@dataclass(frozen=True)
class Limit:
    """One line of the account: what was allowed, what was measured, and how much of it is used.

    ``used`` is a part of what is allowed: 1 is just met.
    """

    what: str
    allowed: str
    measured: str
    used: float

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.used <= 1


@dataclass(frozen=True)
class Budget:
    """What a network may cost.

    - ``stored_bytes`` (int): Of its file, everything included.
    - ``times_faster`` (float): How often its median latency must go into that of the network one
      began with. 0: as slow as it likes.
    - ``points`` (float): How many percentage points of held-out accuracy it may lose.

    Raises ``ValueError`` for a limit that nothing or everything would meet.

    >>> Budget(stored_bytes=20 * KIB).limits(18_000, 0.05, 0.12, 0.955, 0.96)[0]
    Limit(what='file', allowed='20,480 B', measured='18,000 B', used=0.87890625)
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
        self, stored_bytes: Natural, ms: float, ms_before: float, accuracy: Share, before: float
    ) -> tuple[Limit, ...]:
        """The account: bytes, milliseconds (now and before), accuracy in [0, 1] (now and before).

        >>> account = Budget(times_faster=2).limits(100, 0.06, 0.1, 0.955, 0.96)
        >>> [(limit.what, limit.met) for limit in account]
        [('file', True), ('latency', False), ('accuracy', True)]
        """
        lost = round(100 * (before - accuracy), 6) + 0.0
        times, unit = ms_before / ms, "point" if self.points == 1 else "points"
        nothing_allowed = math.inf if lost > 0 else 0.0
        return (
            Limit(
                "file",
                f"{self.stored_bytes:,} B",
                f"{stored_bytes:,} B",
                stored_bytes / self.stored_bytes,
            ),
            Limit(
                "latency",
                f"{self.times_faster:g} times as fast",
                f"{times:.2f} times as fast ({ms:.3f} of {ms_before:.3f} ms)",
                self.times_faster / times,
            ),
            Limit(
                "accuracy",
                f"at most {self.points:g} {unit} lost",
                f"{lost:.2f} points lost ({100 * accuracy:.2f} of {100 * before:.2f} %)",
                max(lost, 0.0) / self.points if self.points else nothing_allowed,
            ),
        )
