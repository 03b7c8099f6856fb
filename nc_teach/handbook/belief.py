"""What people commonly believe, what to answer, and the measurement that says so."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec


@dataclass(frozen=True)
class Belief:
    """One misconception.

    `says` can be read to a room, which raises its hands for or against. `section` is the tag of
    the part of the chapter that shows it. `claim` is the key of the claim that measured it (nothing
    where the section itself or an exercise shows it), `check` how that claim's check begins
    (nothing: all of them).
    """

    says: str
    answer: str
    section: str
    claim: str = ""
    check: str = ""


def beliefs(chapter: str) -> tuple[Belief, ...]:
    """Those of a chapter; none for a chapter without a list.

    Examples
    --------
    >>> beliefs("1")[0].section, beliefs("99")
    ('magnitude', ())
    """
    name = f"{__package__}.beliefs.chapter_{chapter}"
    return import_module(name).BELIEFS if find_spec(name) else ()
