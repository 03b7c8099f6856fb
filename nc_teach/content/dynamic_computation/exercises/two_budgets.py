"""6.0 Two budgets (difficulty 1, 6 minutes)

Each of `options` is a tuple: MACs, milliseconds, accuracy on the validation split. Return the place
(from 0) of the most accurate that costs at most `macs` **and** at most `milliseconds`. Between
equally accurate ones take fewer MACs. What will you return when nothing fits? `None`.

## Stub
    def pick(options, macs, milliseconds):
        place = ...
        return place

## Hint 1
First which places fit: `[i for i, (m, ms, a) in enumerate(options) if ...]`. Two conditions, joined
by `and`. And if that list is empty?

## Hint 2
`max(fits, key=lambda i: (options[i][2], -options[i][0]))`: the accuracy first, and where that is
equal the one with fewer MACs.

## Near miss
sorting the options that fit and returning a place in **that** list. With a budget that pays for
everything both lists have the same places, and one never notices.

## Reasoning
An option must fit both budgets, because fewer MACs do not always take less time. The accuracy must
be the validation split's: whoever chooses by the test images has used them up. `dynamic.battery`
does the same with names.
"""

import random


def pick(options, macs, milliseconds):
    best = None
    for place, (cost, time, accuracy) in enumerate(options):
        if cost <= macs and time <= milliseconds:
            rank = (-accuracy, cost)
            if best is None or rank < best[0]:
                best = rank, place
    return None if best is None else best[1]


def oracle(options, macs, milliseconds):
    """Every option against every other."""
    fits = [i for i, (m, ms, _) in enumerate(options) if m <= macs and ms <= milliseconds]
    ranks = {i: (options[i][2], -options[i][0]) for i in fits}
    return next((i for i in fits if all(ranks[i] >= rank for rank in ranks.values())), None)


def cases():
    """Random options, some equally accurate, budgets from generous to poor; then the edges."""
    draw = random.Random(6)
    for macs, time in ((200, 9.0), (60, 1.5), (95, 0.9), (45, 1.1)) * 8:
        rows = [(draw.randrange(10, 100), draw.randrange(1, 20) / 10) for _ in range(8)]
        yield _case([(*row, draw.randrange(70, 80) / 100) for row in rows], macs, time)
    exact = [(10, 0.5, 0.70), (50, 0.4, 0.80), (20, 1.5, 0.75)]
    yield _case(exact, 50, 0.4)
    yield _case(exact, 20, 1.5)
    yield _case([(90, 0.3, 0.80), (10, 0.1, 0.60), (40, 0.9, 0.80)], 100, 1.0)
    yield _case([(90, 0.1, 0.80), (10, 0.9, 0.70)], 50, 0.5)
    yield _case([], 50, 0.5)


def _case(options, macs, time):
    return f"for {macs} MACs and {time} ms", (options, macs, time)


def details(options, macs, milliseconds, answer):
    """The options, and the place that is right."""
    right = oracle(options, macs, milliseconds)
    return {
        "options": options,
        "named": "`None`" if right is None else f"{right}, {options[right]}",
    }


def cheap(option):
    return -option[0]


def best(fits, rank=lambda option: (option[2], -option[0])):
    """A function that takes the best by ``rank`` of those that ``fits`` lets through."""

    def rule(options, macs, time):
        places = [i for i, (m, ms, _) in enumerate(options) if fits(m <= macs, ms <= time)]
        return max(places, key=lambda i: rank(options[i]), default=None)

    return rule


def both(m, ms):
    return m and ms


def in_the_short_list(options, macs, time):
    return pick([o for o in options if o[0] <= macs and o[1] <= time], macs, time)


def cheapest_anyway(options, macs, time):
    found = pick(options, macs, time)
    return best(lambda m, ms: True, cheap)(options, macs, time) if found is None else found


WRONG = {
    cheapest_anyway: "nothing fits, and yours takes the cheapest all the same. Return `None`.",
    best(lambda m, ms: m): "yours looks at the MACs alone. An option must fit **both** budgets.",
    best(lambda m, ms: ms): "yours looks at the time alone. An option must fit **both** budgets.",
    best(lambda m, ms: m or ms): "one budget is enough in yours. An option must fit both: `and`, "
    "not `or`.",
    lambda options, macs, time: pick(options, macs - 1e-9, time - 1e-9): "an option that costs "
    "exactly the budget fits: **at most** is `<=`.",
    best(both, lambda o: o[2]): "between equally accurate options yours takes the first. Take the "
    "one with **fewer MACs**.",
    in_the_short_list: "your place is one in the list of those that fit. Return the place in "
    "**`options`**.",
    best(both, cheap): "yours takes the **cheapest** that fits. Take the most accurate.",
    best(both, lambda o: o[0]): "yours takes the **most costly** that fits. More MACs are not "
    "always more accurate.",
}

OTHERWISE = "{where} of {options} yours is {answer}; it should be {named}."
