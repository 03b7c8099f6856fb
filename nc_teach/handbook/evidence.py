"""The measurement behind an answer, in a sentence, from the claim's own shipped result."""

from __future__ import annotations

from nc_teach.claims import Check
from nc_teach.classroom.misconceptions import Misconception as Belief

from .results import anchor, shipped
from .tables import text


def evidence(belief: Belief) -> str:
    """What was expected and what was measured; a link alone where no result ships."""
    if not belief.claim:
        return ""
    link = f"[{belief.claim}](results.md#{anchor(belief.claim)})"
    found = checks(belief)
    if not found:
        return f"*Measured: {link}.*"
    told = "; ".join(
        f"expected: {text(c.row()[0])}; measured: {text(c.measured)} "
        f"({'holds' if c.holds else 'does not hold'})"
        for c in found
    )
    return f"*{link}, {told}.*"


def checks(belief: Belief) -> tuple[Check, ...]:
    """The checks that a belief names, from the shipped result; all of them if it names none."""
    outcome = shipped().get(belief.claim)
    every = outcome.checks if outcome else ()
    return tuple(check for check in every if check.wanted.startswith(belief.check))
