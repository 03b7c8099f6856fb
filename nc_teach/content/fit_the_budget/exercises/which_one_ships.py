"""Card 7.1: of several compressed networks, which one meets the budget and is shipped?"""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .which_one_ships_checks import CHECKS
from .which_one_ships_wrong import WRONG_ANSWERS


def which_ships(candidates, most_bytes, most_ms):
    fitting = [
        name
        for name, c in candidates.items()
        if c["bytes"] <= most_bytes and c["ms"] <= most_ms
    ]  # fmt: skip
    if not fitting:
        return None
    return max(fitting, key=lambda n: (candidates[n]["validation"], -candidates[n]["bytes"]))


CARD = Exercise(
    key="7.1",
    title="Which one ships?",
    difficulty=1,
    minutes=8,
    task=(
        "`candidates` has for each network's name a dict of what was measured: `bytes` of its "
        "file, `ms` of its latency, and its accuracy on `validation` and `test` images. Return the "
        "name of the one that you would ship: it must keep both limits (`most_bytes` and "
        "`most_ms` are allowed themselves) and be the best of those that do; of equally good ones, "
        "the smaller file. If none fits, return `None`. Before you write: by which of the two "
        "accuracies do you choose?"
    ),
    stub="""\
def which_ships(candidates, most_bytes, most_ms):
    ...
""",
    checks=CHECKS,
    hints=(
        "First collect the names that keep both limits, then take the best of them. Who chooses by "
        "the test images has used them up: their accuracy is then no promise any more.",
        'Choose by `max(names, key=lambda n: (candidates[n]["validation"], '
        '-candidates[n]["bytes"]))`, after asking whether there is any name at all.',
    ),
    near_miss=(
        "`max` over all candidates first, and then asking whether the best one fits. It is right "
        "where the best one happens to fit; elsewhere it ships nothing though something fits."
    ),
    solution=which_ships,
    reasoning=(
        "A limit is a condition, an accuracy is an aim: conditions come first. The test accuracy "
        "is read once, of the one that was chosen, so that it can still surprise. And a budget "
        "that nothing meets is an answer, not an error."
    ),
    wrong_answers=WRONG_ANSWERS,
)
