"""Known wrong answers to card 7.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from nc_teach.classroom.old_card import WrongAnswer


def _fit(c, most_bytes, most_ms):
    return [n for n in c if c[n]["bytes"] <= most_bytes and c[n]["ms"] <= most_ms]


def _best(c, names, by="validation"):
    return max(names, key=lambda n: (c[n][by], -c[n]["bytes"])) if names else None


def the_best_of_all(candidates, most_bytes, most_ms):
    return max(candidates, key=lambda n: candidates[n]["test"])


def bytes_alone(candidates, most_bytes, most_ms):
    return _best(candidates, [n for n in candidates if candidates[n]["bytes"] <= most_bytes])


def time_alone(candidates, most_bytes, most_ms):
    return _best(candidates, [n for n in candidates if candidates[n]["ms"] <= most_ms])


def by_the_test(candidates, most_bytes, most_ms):
    return _best(candidates, _fit(candidates, most_bytes, most_ms), "test")


def the_smallest(candidates, most_bytes, most_ms):
    names = _fit(candidates, most_bytes, most_ms)
    return min(names, key=lambda n: candidates[n]["bytes"]) if names else None


def strictly_below(candidates, most_bytes, most_ms):
    c = candidates
    return _best(c, [n for n in c if c[n]["bytes"] < most_bytes and c[n]["ms"] < most_ms])


def the_best_if_it_fits(candidates, most_bytes, most_ms):
    best = _best(candidates, list(candidates))
    return best if best in _fit(candidates, most_bytes, most_ms) else None


def the_first_of_equals(candidates, most_bytes, most_ms):
    names = _fit(candidates, most_bytes, most_ms)
    return max(names, key=lambda n: candidates[n]["validation"]) if names else None


def somebody_always(candidates, most_bytes, most_ms):
    names = _fit(candidates, most_bytes, most_ms) or list(candidates)
    return _best(candidates, names)


def nobody_is_an_error(candidates, most_bytes, most_ms):
    names = _fit(candidates, most_bytes, most_ms)
    return max(names, key=lambda n: (candidates[n]["validation"], -candidates[n]["bytes"]))


def the_row(candidates, most_bytes, most_ms):
    return candidates[_best(candidates, _fit(candidates, most_bytes, most_ms))]


def another_name(candidates, most_bytes, most_ms):
    return "the best one"


def throws_the_others_away(candidates, most_bytes, most_ms):
    for name in set(candidates) - set(_fit(candidates, most_bytes, most_ms)):
        del candidates[name]
    return _best(candidates, list(candidates))


WRONG_ANSWERS = {
    "the best of all": WrongAnswer(the_best_of_all, "you ship `dense`"),
    "bytes alone": WrongAnswer(bytes_alone, "takes 0.041 ms"),
    "time alone": WrongAnswer(time_alone, "20,481 bytes"),
    "by the test": WrongAnswer(by_the_test, "best of the fitting ones on the **test**"),
    "the smallest": WrongAnswer(the_smallest, "the smallest, or the fastest"),
    "strictly below": WrongAnswer(strictly_below, "20,480 of 20,480 bytes"),
    "the best if it fits": WrongAnswer(the_best_if_it_fits, "but `right` fits"),
    "the first of equals": WrongAnswer(the_first_of_equals, "whose file is smaller"),
    "somebody always": WrongAnswer(somebody_always, "when none fits you ship"),
    "nobody is an error": WrongAnswer(nobody_is_an_error, "when none fits with `ValueError"),
    "the row": WrongAnswer(the_row, "return the name"),
    "another name": WrongAnswer(another_name, "none of the names"),
    "throws the others away": WrongAnswer(throws_the_others_away, "changes the table"),
}
