"""The board: what every way from one dense network costs, and how much accuracy it loses.

Here is the result alone; :mod:`.board` measures and judges it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from nc_teach.budget.limits import Budget, Limit, lost_or_gained
from nc_teach.claims import Result, Table, rounded
from nc_teach.common.spread import interval, percent
from nc_teach.meter import Speedup
from nc_teach.meter.speedup import COPIES

from . import plans

NOT_KNOWN = "not known"  # faster or slower; "undecided" is a word of limits alone
METHODS = ("fewer neurons", "fewer weights", "shared values")
CHAPTER = {
    "dense": "-",
    "taught on": "control",
    "fewer neurons": "1",
    "fewer weights": "1",
    "lottery ticket": "2",
    "small student": "3",
    "Deep Compression": "4",
    "shared values": "4",
    "separable": "5",
    "early exits": "6",
    "stack": "7",
    "other order": "7",
    "stack by chance": "control",
    "born small": "control",
}


@dataclass(frozen=True, kw_only=True)
class Board(Result):
    """Per way one value per network: test ``accuracy`` in [0, 1], ``stored_bytes``, mean ``ms``.

    ``macs[way]`` and ``params[way]`` are means over the networks; they differ only where images
    leave early.
    """

    accuracy: dict[str, np.ndarray]
    stored_bytes: dict[str, np.ndarray]
    ms: dict[str, np.ndarray] = rounded(5)
    macs: dict[str, int]
    params: dict[str, int]

    def only(self, *ways: str) -> Board:
        """The board with only the dense network and these ways, in this order.

        Raises ``ValueError`` for a way that is not on it.
        """
        kept = dict.fromkeys(("dense", *ways))
        for way in kept:
            if way not in self.accuracy:
                raise ValueError(f"ways must be of {', '.join(self.accuracy)}; got {way!r}")

        ways_of = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "provenance"}
        some: dict[str, Any] = {
            name: {way: part[way] for way in kept} for name, part in ways_of.items()
        }
        return replace(self, **some)

    def losses(self) -> dict[str, np.ndarray]:
        """Points that each method costs alone, their sum, and the stack; one per network."""
        base = 100 * self.accuracy["taught on"]
        lost = {way: base - 100 * self.accuracy[way] for way in METHODS}
        together = base - 100 * self.accuracy["stack"]
        return {**lost, "sum of the three": sum(lost.values(), np.zeros(1)), "the stack": together}

    def table(self) -> Table:
        """A row per way."""
        rows = tuple(
            (
                way,
                CHAPTER[way],
                f"{self.stored_bytes[way].mean():,.0f} B",
                f"{self.macs[way]:,}",
                "-"
                if way == "dense"
                else self.speedup(way).short().replace("undecided", NOT_KNOWN),
                percent(accuracy),
                self.verdict(way),
            )
            for way, accuracy in self.accuracy.items()
        )
        runs = len(self.ms["dense"])
        how = "the mean over the networks and its 95 % interval" if runs > 1 else "give or take 5 %"
        note = (
            f"Test images, {runs} network{'s' * (runs > 1)}. MACs and latency (batch 1, 1 thread, "
            f"in turn) are those of an average image. Times as fast: {how}; {NOT_KNOWN} where "
            "1 lies within. Misses: undecided where the limit lies in the interval."
        )
        columns = ("way", "chapter", "file", "MACs", "times as fast", "accuracy", "misses")
        return self.tabled(columns, rows, note)

    def rows(self) -> list[dict[str, Any]]:
        """A dot of the passport's board for each way, by chapter, without the controls.

        Means of the networks.
        """
        return [
            {
                "technique": way,
                "chapter": CHAPTER[way],
                "macs": self.macs[way],
                "accuracy": float(self.accuracy[way].mean()),
                "stored_bytes": round(self.stored_bytes[way].mean()),
                "latency_ms": float(self.ms[way].mean()),
            }
            for way in sorted(self.accuracy, key=CHAPTER.__getitem__)
            if CHAPTER[way] != "control"
        ]

    def speedup(self, way: str) -> Speedup:
        """How many times as fast as dense: the mean over the networks and its 95 % interval.

        Of a single network no interval is known. Two copies of one network differ by up to
        ``COPIES``, so it has at least that one.
        """
        ratios = self.ms["dense"] / self.ms[way]
        mean = float(ratios.mean())
        ends = interval(ratios) if len(ratios) > 1 else (mean / COPIES, mean * COPIES)
        return Speedup(mean, *ends)

    def limits(self, way: str, budget: Budget = plans.BUDGET) -> tuple[Limit, ...]:
        """The account of a way; the file is the largest one.

        Lost accuracy is the mean of the networks, between the ends of its 95 % interval. Of a
        single network no interval is known.
        """
        before, now = self.accuracy["dense"], self.accuracy[way]
        size = int(self.stored_bytes[way].max())
        *known, lost = budget.limits(size, self.speedup(way), now.mean(), before.mean())
        if len(now) > 1 and budget.points:
            low, high = (max(0.0, 100 * end / budget.points) for end in interval(before - now))
            lost = replace(lost, least=low, most=high)
        return (*known, lost)

    def verdict(self, way: str) -> str:
        """Which limits this way misses, and which are undecided."""
        words = {"missed": "{}", "undecided": "{} undecided"}
        missed = [words[one.verdict].format(one.what) for one in self.limits(way) if not one.met]
        return ", ".join(missed) or "nothing"

    def losses_table(self) -> Table:
        """Do the losses add up? A row per method, then their sum, then the stack."""
        rows = tuple(
            (way, lost_or_gained(lost.mean()), "; ".join(map(lost_or_gained, lost)))
            for way, lost in self.losses().items()
        )
        note = "Against the network that was taught on for as long. Test accuracy."
        return self.tabled(("taken away", "on average", "each network"), rows, note)

    def in_words(self) -> str:
        """What the stack weighs, gains in time and loses; and the sum of the losses beside it."""
        size, losses = self.stored_bytes, self.losses()
        lost = 100 * (self.accuracy["dense"] - self.accuracy["stack"]).mean()
        return (
            f"The stack: {size['stack'].mean():,.0f} of {size['dense'].mean():,.0f} bytes, "
            f"{self.speedup('stack').times:.2f} times as fast, {lost_or_gained(lost)}. Against the "
            f"network that was taught on: {lost_or_gained(losses['the stack'].mean())}, where "
            f"the three methods alone sum to {lost_or_gained(losses['sum of the three'].mean())}."
        )
