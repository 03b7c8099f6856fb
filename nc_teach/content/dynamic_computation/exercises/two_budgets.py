"""Card 6.0: the best that two budgets can pay for."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .two_budgets_checks import CHECKS
from .two_budgets_wrong import WRONG_ANSWERS


def pick(options, macs, milliseconds):
    best = None
    for place, (cost, time, accuracy) in enumerate(options):
        if cost <= macs and time <= milliseconds:
            rank = (-accuracy, cost)
            if best is None or rank < best[0]:
                best = rank, place
    return None if best is None else best[1]


CARD = Exercise(
    key="6.0",
    title="Two budgets",
    difficulty=1,
    minutes=6,
    task=(
        "Each of `options` is a tuple: MACs, milliseconds, accuracy on the validation split. "
        "Return the place (from 0) of the most accurate that costs at most `macs` **and** at most "
        "`milliseconds`. Between equally accurate ones take fewer MACs. What will you return when "
        "nothing fits? `None`."
    ),
    stub="""\
def pick(options, macs, milliseconds):
    place = ...
    return place
""",
    checks=CHECKS,
    hints=(
        "First which places fit: `[i for i, (m, ms, a) in enumerate(options) if ...]`. Two "
        "conditions, joined by `and`. And if that list is empty?",
        "`max(fits, key=lambda i: (options[i][2], -options[i][0]))`: the accuracy first, and where "
        "that is equal the one with fewer MACs.",
    ),
    near_miss=(
        "sorting the options that fit and returning a place in **that** list. With a budget that "
        "pays for everything both lists have the same places, and one never notices."
    ),
    solution=pick,
    reasoning=(
        "An option must fit both budgets, because fewer MACs do not always take less time. The "
        "accuracy must be the validation split's: whoever chooses by the test images has used them "
        "up. `dynamic.battery` does the same with names."
    ),
    wrong_answers=WRONG_ANSWERS,
)
