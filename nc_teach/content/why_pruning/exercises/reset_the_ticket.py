"""Card 2.1: put a trained network back to its start, without what has been pruned."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .reset_the_ticket_checks import CHECKS
from .reset_the_ticket_wrong import WRONG_ANSWERS


def rewind(model, start, masks):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(start[name])
            if name in masks:
                parameter.mul_(masks[name])


CARD = Exercise(
    key="2.1",
    title="Reset the ticket",
    difficulty=1,
    minutes=5,
    task=(
        "`model` has been trained, and `masks` says which weights are worth keeping (True = kept; "
        "biases have no mask). `start` holds a copy of every parameter from before the training, "
        "under its name in `model.named_parameters()`. Write `rewind(model, start, masks)`: turn "
        "`model`, in place, into the winning ticket, so that it can be trained again. `start` "
        "will be needed for the next round."
    ),
    stub="""\
def rewind(model, start, masks):
    for name, parameter in model.named_parameters():
        ...
""",
    checks=CHECKS,
    hints=(
        "The ticket is mask times start, not mask times what was learned. What about a parameter "
        "that has no mask?",
        "Under `with torch.no_grad():` copy the numbers, `parameter.copy_(start[name])`, and then "
        "multiply by the mask where there is one. `parameter.data = start[name]` copies nothing.",
    ),
    near_miss=(
        "`parameter.data = start[name] * masks[name]` for the weights and `parameter.data = "
        "start[name]` for the rest. It is the ticket; but its biases now *are* those of `start`, "
        "and the next training moves both."
    ).replace("*are*", "**are**"),
    solution=rewind,
    reasoning=(
        "A ticket is a mask and a starting point. All parameters go back, the biases too, since "
        "they have been trained as well. The numbers are copied into the parameters that are "
        "there: the optimiser holds those, and `start` must not move with them."
    ),
    wrong_answers=WRONG_ANSWERS,
)
