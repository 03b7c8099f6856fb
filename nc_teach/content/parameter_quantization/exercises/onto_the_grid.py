"""Card 4.1: round a tensor to an affine grid on which zero stays zero."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .onto_the_grid_checks import CHECKS
from .onto_the_grid_wrong import WRONG_ANSWERS


def onto_the_grid(x, bits):
    steps = 2**bits - 1
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale)
    q = ((x / scale).round() + zero).clamp(0, steps)
    return q, scale, zero


CARD = Exercise(
    key="4.1",
    title="Onto the grid",
    difficulty=1,
    minutes=8,
    task=(
        "Round the float tensor `x` to an affine grid of 2^bits values, and return what a file "
        "would store: the whole numbers q, the scale and the zero point, in this order. The grid "
        "reaches from the smallest number of x to the largest; where 0 lies outside, it is widened "
        "to 0 first. scale = (high − low) / (2^bits − 1); the whole number that stands for 0 is "
        "the zero point, −low / scale rounded; q = round(x / scale) + zero point, cut to "
        "0 … 2^bits − 1. Whoever reads the file takes (q − zero point) · scale. "
        "Why must 0 be on the grid?"
    ),
    stub="""\
def onto_the_grid(x, bits):
    ...
""",
    checks=CHECKS,
    hints=(
        "Five lines: `low` and `high` with 0 among them, `scale`, `zero` (a whole number: "
        "`round`), `q` with `round` and `clamp(0, steps)`, and `return q, scale, zero`.",
        "`low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)`. If every number of x "
        "is 0, so is the scale, and nothing can be divided by it: take 1 instead.",
    ),
    near_miss=(
        "`low = x.min()`, without the 0. Right wherever weights have both signs. Of a layer whose "
        "weights are all positive 0 is not on the grid, and a pruned weight comes back as another."
    ),
    solution=onto_the_grid,
    reasoning=(
        "A zero in a network is not just a small number: it is a pruned weight, a padded border, "
        "a silent neuron. If it came back as 0.013 it would be all of them a little wrong, in the "
        "same direction. So 0 gets a whole number of its own, and everything else may move by "
        "half a step. The zero point is stored beside q: without it the same whole numbers are "
        "other floats."
    ),
    wrong_answers=WRONG_ANSWERS,
)
