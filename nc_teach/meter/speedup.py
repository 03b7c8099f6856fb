"""Is one network faster than another, or does it only look so?

The two are timed in pairs, one right after the other in a drawn order, so whatever else the machine
does meets both alike. Of n pairs let r_1 <= r_2 <= ... <= r_n be the ratios of the two times, in
order. If neither were faster, each ratio would lie above 1 or below it like a tossed coin. So with

    k = the largest number for which 2 P(fewer than k heads in n tosses) <= α

the interval from r_k to r_(n+1-k) holds the true median ratio but for a share α of all trials,
however the times are distributed (the interval of the sign test; Thompson 1936, "On Confidence
Ranges for the Median"). With n = 100 and α = 1/10,000, k = 31: the 31st smallest and the 31st
largest ratio are its ends. Fewer than 15 pairs have no such interval, and decide nothing.

One thing does not meet both alike: where their numbers lie in memory. Two copies of one network
differ by up to 4 % for that alone (640 comparisons of four networks, idle and busy processor). So
both ends are moved outwards by 5 %, and a smaller difference is never called one.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

LEVEL = 1e-4
COPIES = 1.05  # two copies of one network differ by less than this factor


@dataclass(frozen=True)
class Speedup:
    """How many times as fast as another a network is, and the interval that holds the truth.

    >>> print(Speedup(1.5, 1.42, 1.58), "|", Speedup(1.02, 0.97, 1.07))
    1.50 times as fast (1.42 to 1.58) | undecided (0.97 to 1.07 times as fast)
    """

    times: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["faster", "slower", "undecided"]:
        """On which side of 1 the whole interval lies, if on one."""
        return "faster" if self.low > 1 else "slower" if self.high < 1 else "undecided"

    @property
    def ends(self) -> str:
        """The interval, for people."""
        return f"{self.low:.2f} to {self.high:.2f}"

    def short(self) -> str:
        """For a table's cell: ``1.50 (1.42 to 1.58)``, or undecided."""
        number = "undecided" if self.verdict == "undecided" else f"{self.times:.2f}"
        return f"{number} ({self.ends})"

    def __str__(self) -> str:
        if self.verdict == "undecided":
            return f"undecided ({self.ends} times as fast)"
        return f"{self.times:.2f} times as fast ({self.ends})"


def paired_speedup(before: np.ndarray, after: np.ndarray) -> Speedup:
    """How much faster ``after`` is than ``before``: two times of each of n pairs, n numbers each.

    >>> print(paired_speedup(np.full(20, 3.0), np.full(20, 2.0)))
    1.50 times as fast (1.43 to 1.58)
    >>> print(paired_speedup(np.full(5, 3.0), np.full(5, 2.0)))
    undecided (0.00 to inf times as fast)
    """
    ratios = np.sort(before / after)
    k = rank_of_the_end(len(ratios))
    low, high = (ratios[k - 1], ratios[-k]) if k else (0.0, math.inf)
    return Speedup(float(np.median(ratios)), float(low / COPIES), float(high * COPIES))


def rank_of_the_end(pairs: int, level: float = LEVEL) -> int:
    """k above: which smallest and which largest ratio are the ends; 0 where none can be.

    >>> [rank_of_the_end(n) for n in (14, 15, 20, 100)]
    [0, 1, 2, 31]
    """
    outside, k = 0.0, 0  # P(at most k heads)
    while 2 * (outside := outside + math.comb(pairs, k) / 2**pairs) <= level:
        k += 1
    return k
