"""Card 2.2: forget the sizes of the kept weights, keep their signs."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .only_the_signs_checks import CHECKS
from .only_the_signs_wrong import WRONG_ANSWERS


def only_the_signs(initial, mask):
    size = initial.std()
    return size * initial.sign() * mask


CARD = Exercise(
    key="2.2",
    title="Only the signs",
    difficulty=1,
    minutes=5,
    task=(
        "You get one layer's `initial` weights and its `mask` (True = kept). Return the weights "
        "that the ticket begins with when only the signs survive: a kept weight is +a or -a, with "
        "the sign that it had; a removed one is 0. The size a is the standard deviation of **all** "
        "the layer's initial weights, removed ones included. Both tensors stay as they are. "
        "With everything kept, (0.9, 3.1, -1, 4.3) becomes (a, a, -a, a): what is a?"
    ),
    stub="""\
def only_the_signs(initial, mask):
    ...
""",
    checks=CHECKS,
    hints=(
        "A sign is -1, 0 or 1: `initial.sign()`. What is the sign times a?",
        "`initial.std()` is a; a times the sign times the mask is all there is.",
    ),
    near_miss=(
        "`initial[mask].std() * initial.sign() * mask`. With everything kept it is right. But a "
        "mask keeps weights for what they became, and then the kept ones spread differently."
    ),
    solution=only_the_signs,
    reasoning=(
        "If a ticket still trains well from here, the sizes that it began with were not what "
        "made it win. Taking a from the whole layer keeps the scale of the initialisation, which "
        "knows nothing of the mask. The sign of each weight is all that is left of its history."
    ),
    wrong_answers=WRONG_ANSWERS,
)
