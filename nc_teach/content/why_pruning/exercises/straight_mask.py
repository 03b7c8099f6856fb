"""Card 2.4: a mask of zeros and ones that can be learned all the same. Straight-through."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .straight_mask_checks import CHECKS
from .straight_mask_wrong import WRONG_ANSWERS


def straight_mask(scores, k):
    hard = torch.zeros_like(scores)
    hard.view(-1)[scores.flatten().topk(k).indices] = 1.0
    return hard + (scores - scores.detach())


CARD = Exercise(
    key="2.4",
    title="Straight through",
    difficulty=2,
    minutes=10,
    task=(
        "Edge-popup keeps the `k` weights of a layer with the largest scores. Write its mask: a "
        "float tensor in the shape of `scores`, 1 at the `k` largest of **all** scores and 0 "
        "elsewhere. The gradient must reach every score as if the mask were the scores "
        "themselves: backward through `(mask * c).sum()` gives `scores.grad == c`. Why for those "
        "that are out as well?"
    ),
    stub="""\
def straight_mask(scores, k):
    ...
""",
    checks=CHECKS,
    hints=(
        "Make the zeros and ones first: `torch.zeros_like(scores)`, and a 1 at "
        "`scores.flatten().topk(k).indices`. That mask has no gradient at all yet.",
        "Add something that is 0 and has the gradient of the scores: `scores - scores.detach()`.",
    ),
    near_miss=(
        "`hard * (1 + scores - scores.detach())`. The mask is right, and gradients flow, but only "
        "to the scores that are in. A weight that is out can never come back."
    ),
    solution=straight_mask,
    reasoning=(
        "Which scores are largest changes in jumps: the true gradient is zero almost everywhere, "
        "and nothing could be learned from it. The sum adds exactly 0, so the forward pass does "
        "not notice it, and autograd sees the scores. A score that is out gets the gradient that "
        "its weight would have if it were in; that is how an edge pops up again. The brackets "
        "matter: `hard + scores` first would round."
    ),
    wrong_answers=WRONG_ANSWERS,
)
