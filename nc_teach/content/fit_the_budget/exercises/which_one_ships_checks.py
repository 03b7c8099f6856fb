"""The checks of card 7.1: tables of candidates, and the answers of known wrong choices."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Table = dict[str, dict[str, float]]


def _row(size: int, ms: float, validation: float, test: float) -> dict[str, float]:
    return {"bytes": size, "ms": ms, "validation": validation, "test": test}


EASY = ({"dense": _row(1_066_571, 0.05, 0.95, 0.95), "small": _row(16_000, 0.03, 0.96, 0.95)},
        20_480, 0.04)  # fmt: skip
HARD = (
    {
        "dense": _row(1_066_571, 0.06, 0.97, 0.97),
        "heavy": _row(20_481, 0.02, 0.968, 0.966),  # one byte too many
        "slow": _row(9_000, 0.041, 0.966, 0.968),
        "lucky": _row(15_000, 0.04, 0.951, 0.96),  # the best of the fitting ones, by the test
        "right": _row(20_480, 0.03, 0.955, 0.95),  # exactly at the limit of bytes
        "near": _row(12_000, 0.03, 0.94, 0.93),
        "tiny": _row(4_000, 0.01, 0.90, 0.91),
    },
    20_480, 0.04,
)  # fmt: skip
TIED = (
    {"large": _row(12_000, 0.04, 0.95, 0.951), "less": _row(11_000, 0.04, 0.95, 0.94),
     "worse": _row(2_000, 0.02, 0.94, 0.94)},
    20_480, 0.04,
)  # fmt: skip
NOTHING = ({"dense": _row(1_066_571, 0.05, 0.96, 0.96), "slow": _row(9_000, 0.9, 0.95, 0.95)},
           20_480, 0.04)  # fmt: skip
EMPTY: tuple[Table, int, float] = ({}, 20_480, 0.04)


def chooses_where_one_fits(candidate: Candidate) -> str | None:
    """Two networks, of which one fits and is the better."""
    return _examined(candidate, EASY, "of two networks, where one fits")


def chooses_among_many(candidate: Candidate) -> str | None:
    """Seven networks; each wrong reason would choose another one."""
    return _examined(candidate, HARD, "of seven networks")


def takes_the_smaller_of_equals(candidate: Candidate) -> str | None:
    """Two equally good ones that both fit."""
    return _examined(candidate, TIED, "of two networks that are equally good")


def says_none_when_nothing_fits(candidate: Candidate) -> str | None:
    """A budget that nobody meets, and nobody at all."""
    for case, what in ((NOTHING, "when none fits"), (EMPTY, "of no networks at all")):
        if told := _examined(candidate, case, what):
            return told
    return None


def leaves_the_table_alone(candidate: Candidate) -> str | None:
    """The table is read only."""
    table, size, ms = copy.deepcopy(HARD)
    ask(candidate, "of seven networks", table, size, ms)
    return None if table == HARD[0] else "your function changes the table that it was given."


def right(table: Table, most_bytes: float, most_ms: float) -> str | None:
    """The oracle: go through all, from the smallest file on, and keep what is really better."""
    best = None
    for name in sorted(table, key=lambda name: table[name]["bytes"]):
        fits = table[name]["bytes"] <= most_bytes and table[name]["ms"] <= most_ms
        if fits and (best is None or table[name]["validation"] > table[best]["validation"]):
            best = name
    return best


SAYS = {
    "dense": "it keeps neither limit.",
    "heavy": "its file has 20,481 bytes, and 20,480 are allowed: it does not fit.",
    "slow": "it takes 0.041 ms, and 0.04 are allowed: it does not fit.",
    "lucky": "it is the best of the fitting ones on the *test* images. Choose by `validation`; "
    "the test is read once, of the one that was chosen.",
    "near": "`right` is better, and 20,480 of 20,480 bytes are allowed.",
    "tiny": "it is the smallest, or the fastest. Fitting is enough: of those that fit, the best.",
    "large": "it is as good as another one that fits, whose file is smaller.",
    "worse": "it is the smallest, but there are better ones that fit.",
}


def _examined(candidate: Candidate, case: tuple, what: str) -> str | None:
    table, size, ms = copy.deepcopy(case)
    answer, wanted = ask(candidate, what, table, size, ms), right(*case)
    if answer == wanted:
        return None
    if answer is not None and not isinstance(answer, str):
        return f"{what} you return a {type(answer).__name__}; return the name, or `None`."
    if answer is None:
        return f"{what} you return `None`, but `{wanted}` fits: both its numbers are allowed."
    if answer not in case[0]:
        return f"{what} you return `{answer}`, which is none of the names."
    if wanted is None:
        return f"{what} you ship `{answer}` all the same. Then the answer is `None`."
    return f"{what} you ship `{answer}`: {SAYS.get(answer, 'another one is better.')}".replace(
        "*test*", "**test**"
    )


CHECKS = (
    chooses_where_one_fits,
    chooses_among_many,
    takes_the_smaller_of_equals,
    says_none_when_nothing_fits,
    leaves_the_table_alone,
)
