"""Card 5.4: the channel shuffle."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .deal_them_out_checks import CHECKS
from .deal_them_out_wrong import WRONG_ANSWERS


def shuffle(maps, groups):
    batch, channels, *places = maps.shape
    dealt = maps.reshape(batch, groups, channels // groups, *places).transpose(1, 2)
    return dealt.reshape(batch, channels, *places)


CARD = Exercise(
    key="5.4",
    title="Deal them out",
    difficulty=2,
    minutes=6,
    task=(
        "`maps` is a batch of feature maps, N × C × H × W, whose channels stand group after group. "
        "Return them dealt out: the first channel of every group, then the second of every group, "
        "and so on. Six channels in two groups, 1 2 3 | 4 5 6, become 1 4 2 5 3 6. Every image "
        "keeps its own channels, the maps themselves stay as they are, and gradients flow through. "
        "Is dealing out twice the same as doing nothing?"
    ),
    stub="""\
def shuffle(maps, groups):
    ...
""",
    checks=CHECKS,
    hints=(
        "A reshape, a transpose, a reshape. Written as a table with one row for each *group*, in "
        "which direction does one have to read it?",
        "`maps.reshape(N, groups, C // groups, H, W)`, then `transpose(1, 2)`, then `reshape` to "
        "the shape that the maps had.",
    ),
    near_miss=(
        "reshaping to `C // groups` rows of `groups`: the inverse permutation. With as many groups "
        "as channels in each (4 channels, 2 groups) it is the same one, otherwise it sends each "
        "channel back where the shuffle would have taken it from."
    ),
    solution=shuffle,
    reasoning=(
        "With g groups of n channels, a table of g rows and n columns read by columns: channel "
        "i · n + j moves to place j · g + i. Dealing out with n groups undoes it; with g groups "
        "again only if g = n. There is no multiplication in it, but the numbers do move in memory, "
        "and that takes time that no MAC count shows."
    ),
    wrong_answers=WRONG_ANSWERS,
)
