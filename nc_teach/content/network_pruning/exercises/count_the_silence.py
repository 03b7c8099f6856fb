"""Card 1.5: how often is each unit silent? The average percentage of zeros."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .count_the_silence_checks import CHECKS
from .count_the_silence_wrong import WRONG_ANSWERS


def silence(outputs):
    silent = outputs.relu() == 0
    return silent.transpose(0, 1).flatten(1).float().mean(dim=1)


CARD = Exercise(
    key="1.5",
    title="Count the silence",
    difficulty=1,
    minutes=5,
    task=(
        "You get the `outputs` of a layer for N images, **before** ReLU: N × units from a linear "
        "layer, N × channels × height × width from a convolution. Return for each unit or channel "
        "the share of its outputs that are zero **after** ReLU: a float tensor with one number "
        "from 0 to 1 for each. In a convolution every position counts as an output. "
        "What does a 1 mean? And a 0?"
    ),
    stub="""\
def silence(outputs):
    ...
""",
    checks=CHECKS,
    hints=(
        "`outputs.relu() == 0` says yes or no for every output. The mean of yes and no, as "
        "floats, is a share. Over which dimensions, if the second one is to stay?",
        "Bring the units to the front with `transpose(0, 1)`, put all that follows into one "
        "dimension with `flatten(1)`, and take `float().mean(dim=1)`. It serves both shapes.",
    ),
    near_miss=(
        "`(outputs <= 0).float().mean(dim=0)`. Right for the neurons of a linear layer. Of a "
        "convolution it gives a map for each channel: a share for every position by itself."
    ),
    solution=silence,
    reasoning=(
        "ReLU makes every output that is not positive a zero, so zeros are counted behind it. A "
        "unit is what lies along the second dimension; images and positions are only occasions "
        "to speak. A 1 is a unit that never speaks: it can go and nothing changes. A 0 is one that "
        "always speaks: on these images its ReLU does nothing and the unit is linear. It is not "
        "thereby important."
    ),
    wrong_answers=WRONG_ANSWERS,
)
