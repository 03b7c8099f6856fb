"""Card 4.5: the product of two vectors of signs, from packed bits."""

from __future__ import annotations

import numpy as np

from nc_teach.classroom.old_card import Exercise

from .count_the_bits_checks import CHECKS
from .count_the_bits_wrong import WRONG_ANSWERS


def product_of_signs(a, b, n):
    differing = int(np.bitwise_count(a ^ b).sum())
    return n - 2 * differing


CARD = Exercise(
    key="4.5",
    title="Count the bits",
    difficulty=2,
    minutes=6,
    task=(
        "`a` and `b` are numpy arrays of `uint64` words. Each holds `n` signs as bits, 1 for +1 "
        "and 0 for −1; the bits of the last word that are left over are 0 in both. Return the "
        "product of the two vectors of signs, Σ aᵢ bᵢ, as a whole number; try it without "
        "unpacking. numpy is `np`. Which bits count, and what does each one cost?"
    ),
    stub="""\
def product_of_signs(a, b, n):
    differing = ...
    return differing
""",
    checks=CHECKS,
    hints=(
        "Where two signs differ their product is −1, where they agree it is +1. `a ^ b` has a 1 "
        "wherever the bits differ, and `np.bitwise_count` counts the ones of every word.",
        "If d of the n places differ, n − d agree, and the sum is (n − d) − d. Make d an `int` "
        "before you compute with it: `int(np.bitwise_count(a ^ b).sum())`.",
    ),
    near_miss=(
        "`2 * agreeing − n` with `agreeing` counted from `~(a ^ b)`. Right when n is a multiple of "
        "64. Otherwise the bits left over agree as well, zero with zero, and are counted."
    ),
    solution=product_of_signs,
    reasoning=(
        "Every differing place turns a +1 into a −1, so it takes 2 from n. Padding is zero on both "
        "sides and never differs: xor needs no mask, while xnor does. The sum of a word's counts "
        "is made an `int` because numpy's unsigned numbers cannot go below zero."
    ),
    wrong_answers=WRONG_ANSWERS,
)
