"""The form of a claim: what the paper says, what came out here, and whether that is the same.

A claim is an experiment with its controls and a criterion that was fixed before the run. Running it
gives an :class:`Outcome`: plain numbers, one check per part of the criterion, and where the numbers
came from. It can be printed, saved as JSON, and read back.
"""

from __future__ import annotations

import json
import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import torch

from nc_teach.common.still import still
from nc_teach.data import Dataset
from nc_teach.storage import write_whole
from nc_teach.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Check:
    """One part of a criterion: what had to hold, what was measured, and whether it held.

    ``late`` when it was set after a first look at such numbers, and not before: weaker evidence,
    and said wherever the check is shown.
    """

    wanted: str
    measured: str
    holds: bool
    post_hoc: bool = False

    def row(self) -> tuple[str, str, str]:
        """As a row of a table: wanted, measured, yes or no.

        >>> Check("at most 3 blocks", "2.9", True, post_hoc=True).row()
        ('at most 3 blocks (set after a first look)', '2.9', 'yes')
        """
        mark = " (set after a first look)" if self.post_hoc else ""
        return f"{self.wanted}{mark}", self.measured, "yes" if self.holds else "no"


@dataclass(frozen=True)
class Provenance:
    """Where numbers came from: measured now, or shipped with the command that made them."""

    command: str
    day: str
    machine: str
    seconds: float
    shipped: bool = False

    def line(self) -> str:
        """The line under a figure. In still mode it names the day and the machine instead of now.

        >>> print(Provenance("nc-teach claims x", "2026-11-23", "Linux", 9.2, shipped=True).line())
        Shipped: nc-teach claims x, 2026-11-23, Linux, 9 s.
        """
        if self.shipped:
            return f"Shipped: {self.command}, {self.day}, {self.machine}, {self.seconds:.0f} s."
        if still():
            return f"Measured on {self.day} ({self.machine}) in {self.seconds:.0f} s."
        return f"Measured just now on this machine in {self.seconds:.0f} s."


def measured_now(command: str, seconds: float) -> Provenance:
    """Provenance of numbers that this process has just measured with ``command``."""
    machine = f"{platform.system()} {platform.machine()}, torch {torch.__version__.split('+')[0]}"
    return Provenance(command, date.today().isoformat(), machine, seconds)


class Result(Protocol):
    """What an experiment returns: plain numbers and where they came from."""

    @property
    def provenance(self) -> Provenance: ...

    def numbers(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Claim:
    """A paper's claim as something that can be run.

    ``experiment(dataset, seeds)`` measures; ``judge(numbers)`` holds its numbers against the
    criterion. ``dataset`` is the name of the data that it runs on. ``scope`` says what the verdict
    is about where that is less than the paper's words: "counts alone, no accuracy".
    """

    key: str
    title: str
    paper: str
    says: str
    dataset: str
    experiment: Callable[[Dataset, Sequence[int]], Result]
    judge: Callable[[dict[str, Any]], tuple[Check, ...]]
    scope: str = ""

    def run(self, dataset: Dataset, seeds: Sequence[int] = (0, 1, 2)) -> Outcome:
        """Measure and judge. Raises ``ValueError`` for no seeds or the same one twice."""
        check_seeds(seeds)
        started = time.perf_counter()
        outcome = self.outcome(self.experiment(dataset, seeds))
        seconds = time.perf_counter() - started  # the experiment's own, and training before it
        return replace(outcome, provenance=replace(outcome.provenance, seconds=seconds))

    def outcome(self, result: Result) -> Outcome:
        """Judge a result that has been measured already, for example in a notebook's cell."""
        numbers = result.numbers()
        checks = self.judge(numbers)
        return Outcome(
            self.key, self.paper, self.says, numbers, checks, result.provenance, self.scope
        )


@dataclass(frozen=True)
class Outcome:
    """What a claim's run gave: numbers, checks, provenance; ``scope`` as in :class:`Claim`."""

    key: str
    paper: str
    says: str
    numbers: dict[str, Any]
    checks: tuple[Check, ...]
    provenance: Provenance
    scope: str = ""

    @property
    def verdict(self) -> str:
        """ "holds", "holds in part" or "does not hold" here, at our scale."""
        held = sum(check.holds for check in self.checks)
        if held == len(self.checks):
            return "holds"
        return "holds in part" if held else "does not hold"

    @property
    def verdict_with_scope(self) -> str:
        """The verdict, with its scope: "holds (counts alone, no accuracy)"."""
        return f"{self.verdict} ({self.scope})" if self.scope else self.verdict

    def table(self) -> Table:
        """A row per check; what the paper says, the verdict and the provenance below."""
        rows = tuple(check.row() for check in self.checks)
        notes = (
            f"Paper: {self.says} ({self.paper})",
            f"Here: {self.verdict_with_scope}. {self.provenance.line()}",
        )
        return Table(("we expected", "we measured", "holds"), rows, notes)

    def save(self, path: str | Path) -> int:
        """Write everything to ``path`` as JSON, whole or not at all; return its size in bytes."""
        return write_whole(path, (json.dumps(asdict(self), indent=1) + "\n").encode())


def load_outcome(path: str | Path) -> Outcome:
    """Read what :meth:`Outcome.save` wrote; from then on its numbers count as shipped."""
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    checks = tuple(Check(**check) for check in raw.pop("checks"))
    provenance = Provenance(**{**raw.pop("provenance"), "shipped": True})
    return Outcome(**raw, checks=checks, provenance=provenance)


def shipped(key: str) -> Outcome:
    """The result of a claim that is too dear for a notebook, as it comes with the package.

    Raises ``ValueError`` when none ships under that key; the message names those that do.
    """
    found = {path.stem: path for path in sorted(RESULTS.glob("*.json"))}
    if key not in found:
        raise ValueError(f"key must be one of {', '.join(found)}, got {key!r}")
    return load_outcome(found[key])


def check_seeds(seeds: Sequence[int]) -> None:
    """Raise ``ValueError`` unless there is at least one seed and none twice."""
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be at least one number and none twice, got {list(seeds)}")


def _authors_and_year(paper: str) -> str:
    """The beginning of a reference up to its first year, or all of it without one.

    >>> _authors_and_year("LeCun, Denker, Solla 1990, Optimal Brain Damage, NIPS 2")
    'LeCun, Denker, Solla 1990'
    """
    found = re.match(r".*?\b(?:19|20)\d\d\b", paper)
    return found.group() if found else paper


def overview(outcomes: Sequence[Outcome]) -> Table:
    """A row per claim: the paper's words, how many checks held, and where the numbers are from."""
    rows = tuple(
        (
            outcome.key,
            _authors_and_year(outcome.paper),
            f"{sum(check.holds for check in outcome.checks)} of {len(outcome.checks)}",
            outcome.verdict_with_scope,
            "shipped" if outcome.provenance.shipped else "this notebook",
        )
        for outcome in outcomes
    )
    heads = ("claim", "paper", "checks held", "here", "measured in")
    return Table(heads, rows, (f"{when_set(outcomes)} Each outcome's table() shows its own.",))


def when_set(outcomes: Sequence[Outcome]) -> str:
    """When the checks were fixed: before the runs, and which of them only after a first look.

    >>> looked = Outcome("b", "", "", {}, (Check("x", "1", True, post_hoc=True),) * 2, None)
    >>> when_set([Outcome("a", "", "", {}, (Check("x", "1", True),), None)])
    'Checks were fixed before the runs.'
    >>> when_set([looked])
    'Checks were fixed before the runs, but for 2 of b: set after a first look.'
    """
    counts = {outcome.key: sum(check.post_hoc for check in outcome.checks) for outcome in outcomes}
    late = " and ".join(f"{count} of {key}" for key, count in counts.items() if count)
    but = f", but for {late}: set after a first look" if late else ""
    return f"Checks were fixed before the runs{but}."
