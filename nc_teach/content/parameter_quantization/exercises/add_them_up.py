"""Card 4.2: the gradient of a value that many weights share."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .add_them_up_checks import CHECKS
from .add_them_up_wrong import WRONG_ANSWERS


def centroid_gradients(gradient, index, k):
    place = index.flatten() + 1
    sums = torch.bincount(place, gradient.flatten(), minlength=k + 1)
    return sums[1:]


CARD = Exercise(
    key="4.2",
    title="Add them up",
    difficulty=2,
    minutes=6,
    task=(
        "Weights share k values. You get the `gradient` of the loss for every weight, and `index`, "
        "of the same shape, which says for each weight which value it has: 0 to k − 1, or −1 for a "
        "weight that was pruned and stays zero. Return the gradient of the loss for each of the k "
        "values: a float tensor of length k. A value moves, and all its weights move with it. "
        "What does the loss feel?"
    ),
    stub="""\
def centroid_gradients(gradient, index, k):
    ...
""",
    checks=CHECKS,
    hints=(
        "If C moves by a little, every weight with that index moves by as much, and the loss "
        "changes by the sum of what each of them does. So: for each index, add up the gradients.",
        "`torch.bincount(places, weights, minlength)` adds up in one pass, but takes no −1: shift "
        "all indices by one, count k + 1 places, and leave the first one out.",
    ),
    near_miss=(
        "`torch.stack([gradient[index == c].mean() for c in range(k)])`. The mean points the right "
        "way, but a value that a thousand weights share then moves no faster than one that two do, "
        "and a value that nobody has becomes NaN."
    ),
    solution=centroid_gradients,
    reasoning=(
        "It is the chain rule: the weight W at a place is C of its index, so dW / dC is 1 where "
        "the index is that one and 0 elsewhere, and the gradients of all its weights add up. "
        "Pruned weights do not move with any value, so theirs are left out, and a value that "
        "nobody has gets 0."
    ),
    wrong_answers=WRONG_ANSWERS,
)
