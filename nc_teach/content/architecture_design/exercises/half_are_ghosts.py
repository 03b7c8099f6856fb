"""Card 5.5: what a Ghost module puts out."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .half_are_ghosts_checks import CHECKS
from .half_are_ghosts_wrong import WRONG_ANSWERS


def ghost(maps, primary, cheap, out_channels):
    computed = primary(maps)
    return torch.cat([computed, cheap(computed)], dim=1)[:, :out_channels]


CARD = Exercise(
    key="5.5",
    title="Half are ghosts",
    difficulty=1,
    minutes=5,
    task=(
        "`primary` and `cheap` are two layers of a Ghost module: `primary` computes some maps of "
        "`maps` (N × C × H × W), `cheap` makes a ghost, or several, of each map that `primary` "
        "has computed. Return the computed maps followed by their ghosts, as one tensor of exactly "
        "`out_channels` channels; where there is one too many, the last ghost is left out. Both "
        "halves are trained, and run once. "
        "Why can there be one too many?"
    ),
    stub="""\
import torch


def ghost(maps, primary, cheap, out_channels):
    computed = ...
    return computed
""",
    checks=CHECKS,
    hints=(
        "Ghosts of what? `cheap` takes as many channels as `primary` puts out. And `torch.cat` "
        "wants to know along which dimension.",
        "`torch.cat([computed, cheap(computed)], dim=1)`, and of that the first `out_channels` "
        "channels: `[:, :out_channels]`.",
    ),
    near_miss=(
        "leaving out the cut. For 16 channels there are 8 computed and 8 ghosts; for 17 it takes 9 "
        "of each, and one must go."
    ),
    solution=ghost,
    reasoning=(
        "Half of 17 is no whole number, so ceil(17 / 2) = 9 maps are computed, which gives 18 with "
        "their ghosts. It is a ghost that is left out, since it is the cheaper kind. The computed "
        "maps are part of the output: that is what sets a Ghost module apart from a separable "
        "convolution, and what lets the cheap half be so cheap."
    ),
    wrong_answers=WRONG_ANSWERS,
)
