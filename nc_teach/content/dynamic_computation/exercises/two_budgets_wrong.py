"""Known wrong answers to card 6.0. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

from nc_teach.classroom.old_card import WrongAnswer


def _best(options: Any, places: Any) -> int | None:
    return max(places, key=lambda i: (options[i][2], -options[i][0]), default=None)


def _fits(options: Any, macs: float, time: float) -> list[int]:
    return [i for i, (m, ms, _) in enumerate(options) if m <= macs and ms <= time]


def macs_alone(options: Any, macs: float, milliseconds: float) -> int | None:
    return _best(options, [i for i, o in enumerate(options) if o[0] <= macs])


def time_alone(options: Any, macs: float, milliseconds: float) -> int | None:
    return _best(options, [i for i, o in enumerate(options) if o[1] <= milliseconds])


def less_than(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = [i for i, o in enumerate(options) if o[0] < macs and o[1] < milliseconds]
    return _best(options, fits)


def first_of_equals(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = _fits(options, macs, milliseconds)
    return max(fits, key=lambda i: options[i][2], default=None)


def in_the_short_list(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = _fits(options, macs, milliseconds)
    return fits.index(_best(options, fits)) if fits else None


def cheapest(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = _fits(options, macs, milliseconds)
    return min(fits, key=lambda i: options[i][0], default=None)


def dearest(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = _fits(options, macs, milliseconds)
    return max(fits, key=lambda i: options[i][0], default=None)


def cheapest_anyway(options: Any, macs: float, milliseconds: float) -> int | None:
    found = _best(options, _fits(options, macs, milliseconds))
    if found is None and options:
        return min(range(len(options)), key=lambda i: options[i][0])
    return found


def either(options: Any, macs: float, milliseconds: float) -> int | None:
    fits = [i for i, o in enumerate(options) if o[0] <= macs or o[1] <= milliseconds]
    return _best(options, fits)


def the_option(options: Any, macs: float, milliseconds: float) -> Any:
    found = _best(options, _fits(options, macs, milliseconds))
    return None if found is None else options[found]


def sorts_them(options: Any, macs: float, milliseconds: float) -> int | None:
    options.sort()
    return _best(options, _fits(options, macs, milliseconds))


def forgets_to_return(options: Any, macs: float, milliseconds: float) -> None:
    _best(options, _fits(options, macs, milliseconds))


WRONG_ANSWERS = {
    "forgets to return": WrongAnswer(forgets_to_return, "`None` for everything"),
    "MACs alone": WrongAnswer(macs_alone, "MACs alone"),
    "time alone": WrongAnswer(time_alone, "time alone"),
    "less than": WrongAnswer(less_than, "exactly the budget"),
    "the first of equals": WrongAnswer(first_of_equals, "**fewer MACs**"),
    "a place in the short list": WrongAnswer(in_the_short_list, "**`options`**"),
    "the cheapest": WrongAnswer(cheapest, "**cheapest** that fits"),
    "the dearest": WrongAnswer(dearest, "**dearest**"),
    "the cheapest when nothing fits": WrongAnswer(cheapest_anyway, "Return `None`"),
    "one budget is enough": WrongAnswer(either, "`and`, not `or`"),
    "the option itself": WrongAnswer(the_option, "a whole number"),
    "sorts the list": WrongAnswer(sorts_them, "changes the list"),
}
