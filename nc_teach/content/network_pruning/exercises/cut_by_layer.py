"""Card 1.1: cut the same share in every layer, with an exact count."""

from __future__ import annotations

import torch

from nc_teach.classroom.card import Exercise

from .cut_by_layer_checks import CHECKS
from .cut_by_layer_wrong import WRONG_ANSWERS


def select_per_layer(scores, sparsity):
    masks = {}
    for name, s in scores.items():
        cut = int(sparsity * s.numel())
        order = s.flatten().argsort(stable=True)
        mask = torch.ones(s.numel(), dtype=torch.bool)
        mask[order[:cut]] = False
        masks[name] = mask.view_as(s)
    return masks


CARD = Exercise(
    key="1.1",
    title="Cut by layer",
    difficulty=1,
    minutes=5,
    task=(
        "`select` looked at all layers together. Write the version that cuts the same share *in "
        "every layer*: of a layer with n weights exactly floor(sparsity · n) go, those with the "
        "lowest scores. Return one bool mask for each layer, of the same shape, True = kept. "
        "Before you check: which layer will suffer?"
    ).replace("*in every layer*", "**in every layer**"),
    stub="""\
def select_per_layer(scores, sparsity):
    masks = {}
    for name, s in scores.items():
        ...
    return masks
""",
    checks=CHECKS,
    hints=(
        "Ask for places, not for a threshold: which are the `cut` lowest entries of "
        "`s.flatten()`? `argsort` answers that, also where scores are equal.",
        "Start from a flat mask that is all True, write False at the places "
        "`s.flatten().argsort()[:cut]` with `cut = int(sparsity * s.numel())`, and give the mask "
        "its shape back with `view_as(s)`.",
    ),
    near_miss=(
        "`s > threshold`. It counts right as long as all scores differ. Among equal scores a "
        "comparison keeps all or none."
    ),
    solution=select_per_layer,
    reasoning=(
        "A sorted list of places has exactly as many first entries as we ask for, so the count is "
        "right for any scores; `stable=True` lets the earlier of two equal weights go. `int` cuts "
        "the fraction off: never more than we were asked to. The layer that suffers is the one "
        "with the fewest weights to spare, here the last: a global cut leaves it almost whole."
    ),
    wrong_answers=WRONG_ANSWERS,
)
