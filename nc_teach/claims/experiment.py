"""The form of a claim: what the paper says, what came out here, and whether that is the same.

A claim is an experiment with its controls, and a criterion that was fixed before the run. Running
it gives a :class:`~.result.Result`; judging that gives an :class:`Outcome`, one
:class:`~.check.Check` per part of the criterion. Results of experiments that take too long for a
notebook ship with the package, as ``<chapter>/shipped/<key>.json``.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Generic

from nc_teach.claims.criterion import CLOSE, Check
from nc_teach.claims.provenance import Provenance
from nc_teach.claims.result import R, Result
from nc_teach.claims.words import Words, all_words
from nc_teach.course import CHAPTERS
from nc_teach.data import Dataset
from nc_teach.table import Table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Claim(Generic[R]):
    """A paper's claim as something that can be run.

    ``experiment(dataset, seeds)`` measures and returns a ``result``; ``judge(result)`` holds it
    against the criterion. ``dataset`` is the name of the data that it runs on. What the paper says
    stands under ``key`` in the chapter's ``claims.md``.
    """

    key: str
    result: type[R]
    experiment: Callable[[Dataset, Sequence[int]], R]
    judge: Callable[[R], tuple[Check, ...]]
    dataset: str = "mnist"

    @property
    def words(self) -> Words:
        """Title, paper, what it says, and the scope of the verdict."""
        return all_words()[self.key]

    def run(self, dataset: Dataset, seeds: Sequence[int] = (0, 1, 2)) -> R:
        """Measure. Raises ``ValueError`` for no seeds or the same one twice."""
        if not seeds or len(set(seeds)) != len(seeds):
            raise ValueError(f"seeds must be at least one number and none twice, got {list(seeds)}")
        started = time.perf_counter()
        found = self.experiment(dataset, seeds)
        seconds = time.perf_counter() - started  # the experiment's own, and training before it
        return replace(found, provenance=replace(found.provenance, seconds=seconds))

    def outcome(self, result: R) -> Outcome:
        """Judge a result, measured just now or shipped."""
        return Outcome(self, result.provenance, self.judge(result), result.in_words())

    def load(self, path: Path) -> R:
        """Read what :meth:`.Result.save` wrote; from then on its numbers count as shipped."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        provenance = Provenance(**{**raw["provenance"], "shipped": True})
        return self.result.of(raw["numbers"], provenance)


@dataclass(frozen=True)
class Outcome:
    """A claim's verdict on one result: its checks, and where the numbers came from.

    ``seen`` is the result in one sentence, where there is one.
    """

    claim: Claim[Any]
    provenance: Provenance
    checks: tuple[Check, ...]
    seen: str = ""

    @property
    def held(self) -> int:
        """How many checks held."""
        return sum(check.holds for check in self.checks)

    @property
    def counted(self) -> str:
        """That in words: "3 of 4 checks held"."""
        return f"{self.held} of {len(self.checks)} checks held"

    @property
    def verdict(self) -> str:
        """Here, at our scale: "holds", "does not hold", "holds in part", or "too close to call".

        The verdict is on the checks that could be decided, and says how many could not; where most
        of them could not, the claim itself is too close to call. What holds only in part, or can
        hardly be decided, says how many checks held: one of nine is little.
        """
        close, held = sum(check.answer == CLOSE for check in self.checks), self.held
        if close == len(self.checks):
            return CLOSE
        if 2 * close > len(self.checks):
            return f"{CLOSE} ({self.counted})"
        known = len(self.checks) - close
        undecided = f"{close} of {len(self.checks)} checks {CLOSE}"
        if 0 < held < known:
            also = f", {close} {CLOSE}" if close else ""
            return f"holds in part ({self.counted}{also})"
        word = "holds" if held else "does not hold"
        return f"{word} ({undecided})" if close else word

    @property
    def verdict_with_scope(self) -> str:
        """The verdict, with its scope: "holds (counts alone, no accuracy)"."""
        scope = self.claim.words.scope
        return f"{self.verdict} ({scope})" if scope else self.verdict

    def table(self) -> Table:
        """A row per check; what the paper says, the verdict and the provenance below."""
        rows, words = tuple(check.row() for check in self.checks), self.claim.words
        notes = (
            f"Paper: {words.says} ({words.paper})",
            f"Here: {self.verdict_with_scope}. {self.provenance.line()}",
        )
        return Table(("we expected", "whose bound", "we measured", "holds"), rows, notes)


def all_claims() -> dict[str, Claim[Any]]:
    """Every claim of every chapter by its key, in the order of the course."""
    chapters = [import_module(f"nc_teach.claims.{name}") for name in CHAPTERS.values()]
    return {claim.key: claim for chapter in chapters for claim in chapter.CLAIMS}


def files() -> dict[str, Path]:
    """The file of every shipped result by its claim's key."""
    folders = (HERE / name / "shipped" for name in CHAPTERS.values())
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.json"))}


def find(key: str) -> Claim[Any]:
    """The claim with that key, whose result ships.

    Raises ``ValueError`` when none ships under that key; the message names those that do.
    """
    known = files()
    if key not in known:
        raise ValueError(f"key must be one of {', '.join(known)}, got {key!r}")
    chapter = import_module(f"nc_teach.claims.{known[key].parents[1].name}")
    return next(claim for claim in chapter.CLAIMS if claim.key == key)


def shipped(key: str) -> Result:
    """The result of a claim that takes too long for a notebook, as it ships with the package.

    It has the same ``table()`` and the same figure as a result that was just measured. Raises
    ``ValueError`` as :func:`find` does.
    """
    return find(key).load(files()[key])


def judged(key: str) -> Outcome:
    """The outcome of a shipped result: its claim's checks, by today's criterion."""
    return find(key).outcome(shipped(key))


@dataclass(frozen=True)
class Overview:
    """A row per claim: what it says, whose it is, what we saw, the outcome; margins folded."""

    outcomes: tuple[Outcome, ...]

    def table(self) -> Table:
        """The claims as a table."""
        rows = tuple(
            (
                one.claim.words.title,
                _authors_and_year(one.claim.words.paper),
                one.seen or one.counted,
                one.verdict_with_scope,
            )
            for one in self.outcomes
        )
        notes = (f"{when_set(self.outcomes)} Every margin: `claims.judged(key).table()`.",)
        return Table(("claim", "paper", "what we saw", "outcome"), rows, notes)

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        folded = "".join(
            f"<details><summary>The margins of “{html.escape(one.claim.words.title)}” "
            f"({one.claim.key})</summary>{one.table()._repr_html_()}</details>"
            for one in self.outcomes
        )
        return f'<div class="nc-claims">{self.table()._repr_html_()}{folded}</div>'


def overview(outcomes: Sequence[Outcome]) -> Overview:
    """The verdicts on several claims, as one table with the margins behind it."""
    return Overview(tuple(outcomes))


def when_set(outcomes: Sequence[Outcome]) -> str:
    """When the bounds were fixed: before the runs, and which of them only after a first look."""
    counts = {one.claim.key: sum(check.post_hoc for check in one.checks) for one in outcomes}
    late = " and ".join(f"{count} of {key}" for key, count in counts.items() if count)
    but = f", except {late}: set after a first look" if late else ""
    return f"Checks were fixed before the runs{but}."


def _authors_and_year(paper: str) -> str:
    """The beginning of a reference up to its first year, or all of it without one.

    >>> _authors_and_year("LeCun, Denker, Solla 1990, Optimal Brain Damage, NIPS 2")
    'LeCun, Denker, Solla 1990'
    """
    found = re.match(r".*?\b(?:19|20)\d\d\b", paper)
    return found.group() if found else paper
