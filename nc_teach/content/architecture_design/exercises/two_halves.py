"""Card 5.1: a depthwise separable convolution from two ordinary ones."""

from __future__ import annotations

from torch import nn

from nc_teach.classroom.old_card import Exercise

from .two_halves_checks import CHECKS
from .two_halves_wrong import WRONG_ANSWERS


def separable(in_channels, out_channels, kernel_size, stride):
    look = nn.Conv2d(
        in_channels, in_channels, kernel_size, stride, kernel_size // 2,
        groups=in_channels, bias=False,
    )  # fmt: skip
    talk = nn.Conv2d(in_channels, out_channels, 1, bias=False)
    return nn.Sequential(look, talk)


CARD = Exercise(
    key="5.1",
    title="Two halves",
    difficulty=1,
    minutes=6,
    task=(
        "Build a depthwise separable convolution of two `torch.nn.Conv2d`, and return them as "
        "`torch.nn.Sequential(look, talk)`. `look` has one filter of `kernel_size` × "
        "`kernel_size` (odd) for each channel, and each filter sees its own channel alone; the map "
        "keeps its size but for `stride`, which belongs to this half. `talk` is 1 × 1 and mixes "
        "all channels. No biases, and nothing between the two. "
        "How many weights has each half?"
    ),
    stub="""\
def separable(in_channels, out_channels, kernel_size, stride):
    look = ...
    talk = ...
    return nn.Sequential(look, talk)
""",
    checks=CHECKS,
    hints=(
        "`nn.Conv2d(inputs, outputs, kernel_size, stride, padding, groups=..., bias=False)`. With "
        "how many groups does every filter see a single channel?",
        "`groups=in_channels`, and as many outputs as inputs. An odd kernel keeps the map's size "
        "with `kernel_size // 2` zeros on each side.",
    ),
    near_miss=(
        "leaving out `groups`. Every shape is right, and so is every output that you look at; but "
        "`look` is then a standard convolution, and costs more than the one it was to replace."
    ),
    solution=separable,
    reasoning=(
        "`groups` cuts the channels into that many parts which do not see each other; with a group "
        "for every channel there is one filter of k × k for each. The stride stands in the first "
        "half, so that the 1 × 1 half, which does nearly all the multiplications, has a quarter of "
        "the places to do. Weights: k² · I and I · O."
    ),
    wrong_answers=WRONG_ANSWERS,
)
