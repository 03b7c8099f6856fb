"""Card 1.7: the proximal step of the group lasso, which makes whole filters exactly zero."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .shrink_a_group_checks import CHECKS
from .shrink_a_group_wrong import WRONG_ANSWERS


def shrink(weight, step):
    groups = weight.flatten(1)
    norms = groups.norm(dim=1, keepdim=True)
    limit = step * groups.shape[1] ** 0.5
    share = torch.where(norms > limit, 1 - limit / norms, 0.0)
    return (groups * share).view_as(weight)


CARD = Exercise(
    key="1.7",
    title="Shrink a group",
    difficulty=2,
    minutes=6,
    task=(
        "The groups of `weight` are its filters: `weight[0]`, `weight[1]` and so on, whatever the "
        "number of dimensions (two or more). Make every group shorter, in its own direction, by "
        "step · √size, where size is how many numbers a group has and its length is its Euclidean "
        "norm. A group that is no longer than that becomes exactly zero. Return a new tensor of "
        "the same shape. Groups of zeros and `step = 0` occur."
    ),
    stub="""\
def shrink(weight, step):
    groups = weight.flatten(1)
    ...
    return groups.view_as(weight)
""",
    checks=CHECKS,
    hints=(
        "`groups.norm(dim=1, keepdim=True)` gives every length once. What share of its length "
        "does a group keep, and what if that comes out negative?",
        "The share is 1 − limit / norm with `limit = step * groups.shape[1] ** 0.5`, and 0 where "
        "the norm is not larger than the limit. `torch.where(norms > limit, ..., 0.0)` says both, "
        "and takes nothing over from a division 0 / 0.",
    ),
    near_miss=(
        "`groups * (1 - limit / norms).clamp(min=0)`. Right for every group that has a length. "
        "With `step = 0`, a group of zeros gives 0 / 0, and `clamp` lets NaN pass."
    ),
    solution=shrink,
    reasoning=(
        "The group that comes out is the minimum of ‖v − w‖² / 2 + step · √size · ‖v‖. The norm "
        "has a kink at zero that pulls as hard on a short group as on a long one, so a short one "
        "arrives at zero and stays. A squared norm pulls less and less and never gets there. √size "
        "makes large groups as easy to remove as small ones. `where` chooses between two finished "
        "results, so what is divided by zero is never used."
    ),
    wrong_answers=WRONG_ANSWERS,
)
