"""Card 1.4: the chapter's design task, a network in a fifth of the bytes."""

from __future__ import annotations

from copy import deepcopy

from nc_teach import pruning, training
from nc_teach.classroom.old_card import Exercise

from .a_fifth_of_the_bytes_checks import CHECKS
from .a_fifth_of_the_bytes_wrong import WRONG_ANSWERS


def compress(net, digits):
    small = deepcopy(net)
    masks = pruning.select(pruning.magnitude(small), sparsity=0.85)
    pruning.apply_masks(small, masks)
    hold = pruning.mask_hook(masks)
    training.fit(small, digits, epochs=3, seed=0, after_step=hold)
    return small


CARD = Exercise(
    key="1.4",
    title="A fifth of the bytes",
    difficulty=3,
    minutes=20,
    task=(
        "Now you are the designer. `compress` gets a trained LeNet-300-100 and the digits, and "
        "returns a network for 1 × 28 × 28 images, of any make. Its file, "
        "`meter.stored_bytes(small)`, has at most 20 % of the bytes of the given network's dense "
        'file, `meter.stored_bytes(net, "dense")`. On the validation split it loses at most one '
        "point of accuracy. The given network stays as it was. The check trains a network first, "
        "which takes some seconds, and its `digits` have no test split: you are still choosing."
    ),
    stub="""\
from copy import deepcopy


def compress(net, digits):
    small = deepcopy(net)
    ...
    return small
""",
    checks=CHECKS,
    hints=(
        "Everything you need is in sections 1.1 and 1.2: a criterion, `pruning.select`, "
        "`pruning.apply_masks`, and `training.fit` to heal. How many weights may stay, if each "
        "takes 4 bytes and some bits for its place?",
        "Cut about 85 % by magnitude, then train for two or three epochs with "
        "`training.fit(small, digits, epochs=3, after_step=pruning.mask_hook(masks))`. A zero that "
        "training brings back takes its 4 bytes again.",
    ),
    near_miss=(
        "cutting exactly 80 % of the weights. A fifth of the numbers is not a fifth of the bytes: "
        "the file also has to say where they belong."
    ),
    solution=compress,
    reasoning=(
        "At 85 % one weight in seven is left: 4 bytes for its value and about 5 bits for its "
        "place, less than 20 % in all. Without training the cut costs several points; three epochs "
        "with the masks held bring them back. There is room to go further: cut deeper, cut in "
        "rounds, or take whole neurons out and gain speed as well."
    ),
    wrong_answers=WRONG_ANSWERS,
)
