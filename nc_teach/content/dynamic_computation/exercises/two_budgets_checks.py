"""The checks of card 6.0, against an oracle that looks at every option.

What to say to a wrong answer is found by rules that are known to be wrong: the one that agrees with
the reader's function everywhere is probably what it does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Options = list[tuple[int, float, float]]
Case = tuple[Options, float, float]


def some_options(seed: int, count: int = 8) -> Options:
    """Random options; some accuracies are equal."""
    draw = random.Random(seed)
    return [
        (draw.randrange(10, 100), draw.randrange(1, 20) / 10, draw.randrange(70, 80) / 100)
        for _ in range(count)
    ]


def oracle(options: Options, macs: float, milliseconds: float) -> int | None:
    """Every option against every other."""
    fits = [i for i, (m, ms, _) in enumerate(options) if m <= macs and ms <= milliseconds]
    for i in fits:
        cost, _, accuracy = options[i]
        if all((accuracy, -cost) >= (options[j][2], -options[j][0]) for j in fits):
            return i
    return None


def random_options(candidate: Candidate) -> str | None:
    """Random options, budgets from generous to poor."""
    budgets = ((200, 9.0), (60, 1.5), (95, 0.9), (45, 1.1))
    return _judged(candidate, [(some_options(s), *pair) for s in range(12) for pair in budgets])


def edges(candidate: Candidate) -> str | None:
    """Budgets spent to the last, equal accuracies, nothing that fits, and no options at all."""
    exact = [(10, 0.5, 0.70), (50, 0.4, 0.80), (20, 1.5, 0.75)]
    equal = [(90, 0.3, 0.80), (10, 0.1, 0.60), (40, 0.9, 0.80)]
    apart = [(90, 0.1, 0.80), (10, 0.9, 0.70)]
    return _judged(
        candidate,
        [(exact, 50, 0.4), (exact, 20, 1.5), (equal, 100, 1.0), (apart, 50, 0.5), ([], 50, 0.5)],
    )


def _judged(candidate: Candidate, cases: Sequence[Case]) -> str | None:
    answers = []
    for options, macs, time in cases:
        given = list(options)
        answers.append(ask(candidate, f"on {len(options)} options", given, macs, time))
        if given != options:
            return "your function changes the list that it was given. Work on a copy."
        if answers[-1] is not None and type(answers[-1]) is not int:
            return (
                "your function should return a place, a whole number, or `None`; yours is "
                f"{type(answers[-1]).__name__}."
            )
    right = [oracle(*case) for case in cases]
    if answers == right:
        return None
    for says, rule in RIVALS.items():
        if answers == [rule(*case) for case in cases]:
            return says
    (options, macs, time), found, wanted = next(
        case for case in zip(cases, answers, right, strict=True) if case[1] != case[2]
    )
    named = "`None`" if wanted is None else f"{wanted}, {options[wanted]}"
    return f"for {macs} MACs and {time} ms of {options} yours is {found}; it should be {named}."


def _best(options: Options, places: Sequence[int]) -> int | None:
    return max(places, key=lambda i: (options[i][2], -options[i][0]), default=None)


def _places(options: Options, fits: Callable[[int, float], bool]) -> list[int]:
    return [i for i, (cost, time, _) in enumerate(options) if fits(cost, time)]


def _both(options: Options, macs: float, time: float) -> list[int]:
    return _places(options, lambda m, ms: m <= macs and ms <= time)


def _or_cheapest(options: Options, macs: float, time: float) -> int | None:
    found = _best(options, _both(options, macs, time))
    places = range(len(options))
    return min(places, key=lambda i: options[i][0], default=None) if found is None else found


def _short_list(options: Options, macs: float, time: float) -> int | None:
    fits = _both(options, macs, time)
    return fits.index(_best(options, fits)) if fits else None


RIVALS: dict[str, Callable[[Options, float, float], int | None]] = {
    "your function returns `None` for everything. Let it end with `return place`.": (
        lambda o, m, t: None
    ),
    "nothing fits, and yours takes the cheapest all the same. Return `None`.": _or_cheapest,
    "yours looks at the MACs alone. An option must fit **both** budgets.": (
        lambda o, m, t: _best(o, _places(o, lambda cost, _: cost <= m))
    ),
    "yours looks at the time alone. An option must fit **both** budgets.": (
        lambda o, m, t: _best(o, _places(o, lambda _, ms: ms <= t))
    ),
    "one budget is enough in yours. An option must fit both: `and`, not `or`.": (
        lambda o, m, t: _best(o, _places(o, lambda cost, ms: cost <= m or ms <= t))
    ),
    "an option that costs exactly the budget fits: **at most** is `<=`.": (
        lambda o, m, t: _best(o, _places(o, lambda cost, ms: cost < m and ms < t))
    ),
    "between equally accurate options yours takes the first. Take the one with **fewer MACs**.": (
        lambda o, m, t: max(_both(o, m, t), key=lambda i: o[i][2], default=None)
    ),
    "your place is one in the list of those that fit. Return the place in **`options`**.": (
        _short_list
    ),
    "yours takes the **cheapest** that fits. Take the most accurate.": (
        lambda o, m, t: min(_both(o, m, t), key=lambda i: o[i][0], default=None)
    ),
    "yours takes the **dearest** that fits. More MACs are not always more accurate.": (
        lambda o, m, t: max(_both(o, m, t), key=lambda i: o[i][0], default=None)
    ),
}
CHECKS = (random_options, edges)
