"""Card 6.1: leave at the first exit that is sure."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .first_to_be_sure_checks import CHECKS
from .first_to_be_sure_wrong import WRONG_ANSWERS


def first_confident(logits, threshold):
    confidence, classes = logits.softmax(dim=2).max(dim=2)
    sure = confidence >= threshold
    sure[-1] = True
    exits = sure.int().argmax(dim=0)
    return classes[exits, torch.arange(len(exits))], exits


CARD = Exercise(
    key="6.1",
    title="The first to be sure",
    difficulty=1,
    minutes=6,
    task=(
        "`logits` has the shape exits x images x classes. An image leaves by the first exit whose "
        "largest probability is at least `threshold`; the last exit takes all that are left. "
        "Return two tensors, one number an image: the class that it gets, and the exit, counted "
        "from 0. What happens to an image that no exit is sure of?"
    ),
    stub="""\
def first_confident(logits, threshold):
    classes, exits = ..., ...
    return classes, exits
""",
    checks=CHECKS,
    hints=(
        "`confidence, classes = logits.softmax(dim=2).max(dim=2)` has what every exit says, exits "
        "x images. Where is `confidence >= threshold`, and which of these is the first?",
        "Say that the last exit is sure of everybody: `sure[-1] = True`. Then "
        "`sure.int().argmax(dim=0)` is the first, and `classes[exits, torch.arange(len(exits))]` "
        "is what it said.",
    ),
    near_miss=(
        "all of it without `sure[-1] = True`. The `argmax` of nothing but zeros is 0: the images "
        "that nobody is sure of leave by the **first** exit, the worst of all. Where somebody is "
        "always sure one never notices."
    ),
    solution=first_confident,
    reasoning=(
        "The exit is chosen from confidences alone, for at test time there are no labels. The "
        "class must come from the same exit: an image that left has not been looked at by the "
        "later ones. Here all logits are known already, which is right for choosing thresholds "
        "and saves nothing; `dynamic.early_exit` really stops."
    ),
    wrong_answers=WRONG_ANSWERS,
)
