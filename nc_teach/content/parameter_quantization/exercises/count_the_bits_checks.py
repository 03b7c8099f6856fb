"""The checks of card 4.5, against an oracle that multiplies one sign after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]


def signs_of(n: int, share: float, seed: int) -> tuple[list[int], list[int]]:
    """Two random vectors of signs that agree in about ``share`` of their places."""
    random = np.random.default_rng(seed)
    a = np.where(random.random(n) < 0.5, 1, -1)
    return a.tolist(), np.where(random.random(n) < share, a, -a).tolist()


def words_of(signs: list[int]) -> np.ndarray:
    """The signs as words, one bit after the other, the lowest first."""
    words = [0] * -(-len(signs) // 64)
    for place, sign in enumerate(signs):
        words[place // 64] |= (sign > 0) << (place % 64)
    return np.array(words, dtype=np.uint64)


def multiplies_whole_words(candidate: Candidate) -> str | None:
    """n is a multiple of 64: the form of the answer, and the number."""
    return _all(candidate, ((64, 0.5), (128, 0.8), (640, 0.3)))


def leaves_the_padding_out(candidate: Candidate) -> str | None:
    """n is no multiple of 64."""
    return _all(candidate, ((10, 0.5), (100, 0.7), (65, 0.0), (1, 1.0)))


def counts_far(candidate: Candidate) -> str | None:
    """So many signs that a byte cannot count them, and products below zero."""
    return _all(candidate, ((6400, 0.1), (64_000, 0.02)))


def _all(candidate: Candidate, cases: tuple[tuple[int, float], ...]) -> str | None:
    for seed, (n, share) in enumerate(cases):
        message = _one(candidate, n, *signs_of(n, share, seed))
        if message:
            return message
    return None


def _one(candidate: Candidate, n: int, first: list[int], second: list[int]) -> str | None:
    a, b = words_of(first), words_of(second)
    given = a.copy(), b.copy()
    answer = ask(candidate, f"on {n} signs", *given, n)
    if not (np.array_equal(a, given[0]) and np.array_equal(b, given[1])):
        return "your function changes the words that it was given. `a ^ b` makes new ones."
    return _form(answer) or _compared(answer, n, first, second)


def _form(answer: Any) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the product."
    if isinstance(answer, np.ndarray) and answer.ndim:
        many = "one number" if answer.size == 1 else f"{answer.size} numbers"
        return (
            f"you return an array of {many}. The product of two vectors is one "
            "number: sum over the words."
        )
    if isinstance(answer, float | np.floating):
        return "you return a float. The product of signs is a whole number, exactly."
    if not isinstance(answer, int | np.integer | np.ndarray):
        return f"you return a {type(answer).__name__}; return a whole number."
    return None


def _compared(answer: Any, n: int, first: list[int], second: list[int]) -> str | None:
    right = sum(x * y for x, y in zip(first, second, strict=True))
    answer = int(answer)
    if answer == right:
        return None
    for says, rival in _rivals(n, right, first, second):
        if answer == rival:
            return says
    differing = (n - right) // 2
    return (
        f"for {n} signs of which {differing} differ you return {answer}; it should be "
        f"{n - differing} − {differing} = {right}.".replace("-", "−")
    )


def _rivals(n: int, right: int, first: list[int], second: list[int]) -> Iterator[tuple[str, int]]:
    """Wrong countings, and what to say to each."""
    differing, words = (n - right) // 2, -(-n // 64)
    both = sum(x > 0 < y for x, y in zip(first, second, strict=True))
    yield "you return how many places differ. Each takes 2 from n.", differing
    yield "you return how many places agree. Those that differ count −1, not 0.", n - differing
    yield (
        "your answer has the wrong sign: places that agree are +1, those that differ −1.",
        -right,
    )
    yield (
        f"you count the bits left over: 64 · {words} = {64 * words} bits, but only {n} signs. "
        "Zero agrees with zero, and padding must not count.",
        2 * (64 * words - differing) - n,
    )
    yield (
        f"you start from all {64 * words} bits of the words. Only {n} of them are signs.",
        64 * words - 2 * differing,
    )
    yield (
        "you count where **both** are +1 (`a & b`). Two −1 also give +1.",
        both,
    )
    yield (
        "you count where both are +1 (`a & b`) as the places that agree. Two −1 agree as well.",
        2 * both - n,
    )
    yield (
        "your subtraction went below zero in **unsigned** numbers, which start again at 2 to the "
        "64. Make the count an `int` first.",
        right % 2**64,
    )
    yield (
        f"your subtraction went below zero in **unsigned** numbers of one byte: {right % 256} is "
        f"−{256 - right % 256} + 256. Make the count an `int` first.",
        right % 256,
    )
    yield (
        "your count ran over: a byte holds at most 255. Let the sum be of a wider type.",
        n - 2 * (differing % 256),
    )
    unequal = int((words_of(first) != words_of(second)).sum())
    for rival in (unequal, n - 2 * unequal):
        yield "you count **words** that differ, not bits: `a != b` compares whole words.", rival


CHECKS = (multiplies_whole_words, leaves_the_padding_out, counts_far)
