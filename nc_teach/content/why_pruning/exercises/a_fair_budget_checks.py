"""The checks of card 2.3: four pairs of networks, and the answers of known wrong countings."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Sizes = list[int]
WHOLE = (10, [8, 4, 2], [8, 2, 2])  # 40 and 20 multiplications an image: a ratio of 2
FIRST = (8, [784, 256, 256, 10], [784, 64, 64, 10])
OTHERS = ((7, [30, 20, 5], [30, 9, 5]), (10, [12, 40, 40, 3], [12, 11, 7, 3]), (6, [9, 8], [9, 5]))


def macs(sizes: Sizes) -> int:
    """Multiplications for one image."""
    return sum(inputs * outputs for inputs, outputs in pairwise(sizes))


def right(epochs: int, large: Sizes, small: Sizes) -> int:
    """The oracle: add epochs until the next one would cost too much."""
    count, budget = 0, epochs * macs(large)
    while (count + 1) * macs(small) <= budget:
        count += 1
    return count


def counts_where_the_ratio_is_whole(candidate: Candidate) -> str | None:
    """Twice the work an epoch: twice the epochs."""
    return _examined(candidate, (WHOLE,))


def counts_anywhere(candidate: Candidate) -> str | None:
    """Networks of two to four layers, ratios that are not whole."""
    return _examined(candidate, (FIRST, *OTHERS))


def leaves_the_lists_alone(candidate: Candidate) -> str | None:
    """The lists are read only; tuples will do as well."""
    epochs, large, small = FIRST
    one, two = list(large), list(small)
    ask(candidate, "on two lists", epochs, one, two)
    if (one, two) != (large, small):
        return "your function changes the lists of sizes that it was given."
    return None


def _examined(candidate: Candidate, cases: tuple) -> str | None:
    answers = []
    for epochs, large, small in cases:
        where = f"for {epochs} epochs of {large} and the small {small}"
        answer = ask(candidate, where, epochs, list(large), list(small))
        if told := _form(answer, where):
            return told
        answers.append(answer)
    wanted = [right(*case) for case in cases]
    if answers == wanted:
        return None
    for says, rival in RIVALS:
        if answers == [rival(*case) for case in cases]:
            return says
    place = next(k for k, (a, w) in enumerate(zip(answers, wanted, strict=True)) if a != w)
    epochs, large, small = cases[place]
    return (
        f"for {epochs} epochs of {large} and the small {small} you give {answers[place]}. One "
        f"image costs {macs(large):,} and {macs(small):,} multiplications, so {wanted[place]} "
        "epochs are paid for."
    )


def _form(answer: Any, where: str) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and a number."
    if isinstance(answer, float) and math.isfinite(answer):
        return f"{where} you return {answer:.4g}, a float. Epochs are whole: round down with `//`."
    if isinstance(answer, bool) or not isinstance(answer, int):
        return f"you return a {type(answer).__name__}; return a whole number."
    return None


def _ratio(count: Callable[[Sizes], int]) -> Callable[[int, Sizes, Sizes], int]:
    return lambda epochs, large, small: epochs * count(large) // count(small)


def _with_biases(sizes: Sizes) -> int:
    return macs(sizes) + sum(sizes[1:])


RIVALS: tuple[tuple[str, Callable[[int, Sizes, Sizes], int]], ...] = (
    ("you give the small network as many epochs as the large one. That is scratch-E.",
     lambda epochs, large, small: epochs),
    ("your ratio is upside down: the small network should get more epochs, not fewer.",
     lambda epochs, large, small: epochs * macs(small) // macs(large)),
    ("you count neurons. The work is in the weights: inputs × outputs of every layer.",
     _ratio(sum)),
    ("you count only the hidden neurons. The work is in the weights, inputs × outputs.",
     lambda epochs, large, small: epochs * (sum(large[1:-1]) or 1) // (sum(small[1:-1]) or 1)),
    ("you count the biases as well. They are added, not multiplied.", _ratio(_with_biases)),
    ("you leave out the first layer, which is often the largest.",
     lambda epochs, large, small: epochs * (macs(large[1:]) or 1) // (macs(small[1:]) or 1)),
    ("you count only the first layer. All of them work.", _ratio(lambda s: s[0] * s[1])),
    ("you multiply all sizes with each other. Each layer connects only two of them.",
     _ratio(math.prod)),
    ("you round up, so the small network works more than the large one did. Round down.",
     lambda epochs, large, small: -(-epochs * macs(large) // macs(small))),
    ("you round to the nearest. Half of the time that is more work than allowed. Round down.",
     lambda epochs, large, small: round(epochs * macs(large) / macs(small))),
    ("you round the ratio first and multiply then. Round once, at the end.",
     lambda epochs, large, small: epochs * (macs(large) // macs(small))),
    ("you stop at twice the epochs. The paper does so on ImageNet only; here nothing is capped.",
     lambda epochs, large, small: min(2 * epochs, epochs * macs(large) // macs(small))),
)  # fmt: skip
CHECKS = (counts_where_the_ratio_is_whole, counts_anywhere, leaves_the_lists_alone)
