"""Card 1.2: keep pruned weights at zero while Adam trains on."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .hold_the_mask_checks import CHECKS
from .hold_the_mask_wrong import WRONG_ANSWERS


def make_hook(masks):
    def after_step(model):
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name in masks:
                    weight.mul_(masks[name])

    return after_step


CARD = Exercise(
    key="1.2",
    title="Hold the mask",
    difficulty=2,
    minutes=10,
    task=(
        "A pruned network is trained on, and Adam moves every weight, also those that are gone: "
        "its momentum remembers them. Write `make_hook(masks)`. It returns the function "
        "`after_step(model)`, which training calls after every step, and which puts the pruned "
        "weights (False in their mask) back to zero. All else stays as the optimiser left it. "
        "`masks` goes from the names in `model.named_parameters()` to masks, whatever the model; "
        "biases have none."
    ),
    stub="""\
def make_hook(masks):
    def after_step(model):
        ...

    return after_step
""",
    checks=CHECKS,
    hints=(
        "`model.named_parameters()` gives each parameter under the name that `masks` uses. Which "
        "of them have a mask?",
        "Under `with torch.no_grad():` multiply each parameter that has a mask by it, in place: "
        "`weight.mul_(masks[name])`.",
    ),
    near_miss=(
        "setting the gradients of pruned weights to zero. Plain gradient descent then leaves them "
        "alone; Adam's momentum, left over from before the cut, moves them still."
    ),
    solution=make_hook,
    reasoning=(
        "The weight itself is what must be zero, so the mask works on the weight, after the "
        "optimiser has had its way. In place, since the optimiser holds this very tensor; under "
        "`no_grad`, since it is no part of the loss; by name and from the model that is given, so "
        "that one hook serves any copy of the network."
    ),
    wrong_answers=WRONG_ANSWERS,
)
