"""Card 4.4: a sign that can be trained through, by the clipped straight-through gradient."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .through_the_step_checks import CHECKS
from .through_the_step_wrong import WRONG_ANSWERS


def trainable_sign(x):
    signs = torch.where(x >= 0, 1.0, -1.0)
    inside = x.clamp(-1, 1)
    return inside + (signs - inside).detach()


CARD = Exercise(
    key="4.4",
    title="Through the step",
    difficulty=3,
    minutes=8,
    task=(
        "Return the signs of the tensor `x`, exactly +1 or −1, with sign(0) = +1, and let the "
        "gradient through: where |x| ≤ 1 (at ±1 too) what comes back is handed on unchanged, "
        "elsewhere it is zero. Any shape. `detach()` gives a tensor's values without its gradient: "
        "what happens if the values come from one expression and the gradient from another?"
    ),
    stub="""\
def trainable_sign(x):
    signs = ...
    return signs
""",
    checks=CHECKS,
    hints=(
        "You need two functions of x: one with the right values and no gradient, "
        "`torch.where(x >= 0, 1.0, -1.0)`, and one with the right gradient, whatever its values. "
        "Which function rises with slope 1 from −1 to 1 and is flat elsewhere?",
        "It is `x.clamp(-1, 1)`. Add to it what is missing to the signs, without a gradient: "
        "`inside + (signs - inside).detach()`.",
    ),
    near_miss=(
        "`x + (signs - x).detach()`. The values are right, and so is the gradient up to |x| = 1. "
        "Beyond it the gradient still passes, and numbers that are far out are pushed further."
    ),
    solution=trainable_sign,
    reasoning=(
        "The forward pass sees inside + signs − inside, which is the signs. The backward pass sees "
        "only what was not detached, and that is the clamp, whose gradient is 1 for |x| ≤ 1. "
        "`torch.autograd.Function` says the same in two methods. `torch.sign` will not do, since "
        "it makes 0 of 0, and neither will `hardtanh`, whose gradient at ±1 is 0: weights that "
        "were clipped to ±1 could never leave."
    ),
    wrong_answers=WRONG_ANSWERS,
)
