"""The checks of card 4.3, against an oracle that looks for the next free code."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
TEXTBOOK = [1, 3, 3, 3, 4, 4]
MIXED = [3, 0, 2, 3, 2, 0, 3, 4, 4]


def first_free(lengths: list[int]) -> dict[int, str]:
    """The oracle: for each symbol the first code that begins like no earlier one."""
    codes: dict[int, str] = {}
    for length, symbol in sorted((n, s) for s, n in enumerate(lengths) if n):
        words = map("".join, product("01", repeat=length))
        codes[symbol] = next(w for w in words if not any(w.startswith(c) for c in codes.values()))
    return codes


def codes_of_one_length(candidate: Candidate) -> str | None:
    """All codes are equally long: counting is enough. Who gets which is looked at later."""
    answer = ask(candidate, "for the lengths [2, 2, 2, 2]", [2, 2, 2, 2])
    if isinstance(answer, dict) and sorted(map(str, answer.values())) == ["00", "01", "10", "11"]:
        return None
    return _compare(candidate, [2, 2, 2, 2])


def codes_of_several_lengths(candidate: Candidate) -> str | None:
    """The longer ones come after the shorter ones."""
    return _compare(candidate, TEXTBOOK)


def symbols_without_a_code(candidate: Candidate) -> str | None:
    """Lengths that are not sorted, and zeros among them."""
    return _compare(candidate, MIXED)


def a_single_symbol(candidate: Candidate) -> str | None:
    """One symbol, one bit; and none at all."""
    return _compare(candidate, [0, 0, 1]) or _compare(candidate, [])


def _compare(candidate: Candidate, lengths: list[int]) -> str | None:
    given = list(lengths)
    answer = ask(candidate, f"for the lengths {lengths}", given)
    right = first_free(lengths)
    if answer is None:
        return "your function returns `None`. Does its last line say `return codes`?"
    if not isinstance(answer, dict):
        return f"you return a {type(answer).__name__}; return a dict from symbol to code."
    if given != lengths:
        return "your function changes the list of lengths that it was given. Work on a copy."
    if answer == right:
        return None
    return f"for the lengths {lengths} {_why(answer, right, lengths)}"


def _why(answer: dict, right: dict[int, str], lengths: list[int]) -> str:
    if answer and all(isinstance(key, str) for key in answer):
        return "keys are symbols and values their codes; yours are turned round."
    silent = sorted(set(answer) - set(right))
    if silent:
        return f"symbol {silent[0]} has a code, but its length is 0: it never occurs."
    if set(answer) != set(right):
        return f"symbol {min(set(right) - set(answer))} has no code; it should be {right}."
    if not all(isinstance(code, str) for code in answer.values()):
        kind = type(next(iter(answer.values()))).__name__
        return f"your codes are of the type {kind}; write them as text, such as '0101'."
    if list(answer.values()) == list(right.values()) or sorted(answer.values()) == sorted(
        right.values()
    ):
        return (
            "the codes are the right ones, but not with the right symbols. Where lengths are "
            "equal, the smaller number comes first."
        )
    long = next((s for s in right if len(answer[s]) > lengths[s]), None)
    if long is not None:
        return (
            f"the code of symbol {long} is {answer[long]!r}, longer than {lengths[long]} bits. Do "
            "you go through the symbols in the order of length?"
        )
    short = next((s for s in right if len(answer[s]) < lengths[s]), None)
    if short is not None:
        return (
            f"the code of symbol {short} is {answer[short]!r}, which does not have "
            f"{lengths[short]} bits. Are zeros on the left missing?"
        )
    for a, b in ((a, b) for a in right for b in right if a != b):
        if answer[b].startswith(answer[a]):
            return (
                f"the code of {b}, {answer[b]}, begins with that of {a}, {answer[a]}. Add one "
                "first, then as many zeros on the right as the code has grown."
            )
    if all(set(answer[s]) <= {"0", "1"} and answer[s] == _turned(right[s]) for s in right):
        return "zeros and ones are turned round: the first code is all zeros."
    return f"your codes are {answer}; they should be {right}."


def _turned(code: str) -> str:
    return code.translate(str.maketrans("01", "10"))


CHECKS = (
    codes_of_one_length, codes_of_several_lengths, symbols_without_a_code, a_single_symbol
)  # fmt: skip
