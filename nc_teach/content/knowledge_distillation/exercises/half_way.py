"""Card 3.4: the network half-way between two, after their units have been matched."""

from __future__ import annotations

import copy

import torch

from nc_teach.classroom.old_card import Exercise

from .half_way_checks import CHECKS
from .half_way_wrong import WRONG_ANSWERS


def half_way(a, b, order):
    mean = copy.deepcopy(a)
    with torch.no_grad():
        mean[0].weight.add_(b[0].weight[order]).div_(2)
        mean[0].bias.add_(b[0].bias[order]).div_(2)
        mean[2].weight.add_(b[2].weight[:, order]).div_(2)
        mean[2].bias.add_(b[2].bias).div_(2)
    return mean


CARD = Exercise(
    key="3.4",
    title="Half-way between two networks",
    difficulty=2,
    minutes=10,
    task=(
        "`a` and `b` are two networks `nn.Sequential(nn.Linear, nn.ReLU, nn.Linear)` of one shape. "
        "`order` says who matches whom: unit i of `a` and unit `order[i]` of `b` do the same job. "
        "Return a **new** network half-way between them: every parameter the mean of `a`'s and of "
        "`b`'s, after `b`'s hidden units have been put in the order of `a`'s. Where in a network "
        "does a hidden unit live? There are three places."
    ),
    stub="""\
def half_way(a, b, order):
    mean = copy.deepcopy(a)
    ...
    return mean
""",
    checks=CHECKS,
    hints=(
        "A hidden unit is a row of the first weight, a number of the first bias, and a column of "
        "the second weight. The second bias belongs to the outputs, which stay where they are.",
        "`b[0].weight[order]` has the rows in `a`'s order, `b[0].bias[order]` the biases, and "
        "`b[2].weight[:, order]` the columns. Write each mean under `with torch.no_grad():`.",
    ),
    near_miss=(
        "the rows in order, bias and columns as they were. With one hidden unit there is only one "
        "order, and it is right. With two, the units' inputs have changed places and their outputs "
        "have not."
    ),
    solution=half_way,
    reasoning=(
        "If `b` is `a` in another order, the answer must compute what `a` computes: a good test of "
        "any such code, and one of the checks. It fails as soon as one of the three places is "
        "forgotten, or the order is used backwards. Nothing crashes then, since all shapes fit. "
        "The mean of *outputs* needs no order at all, but it needs both networks for every image."
    ),
    wrong_answers=WRONG_ANSWERS,
)
