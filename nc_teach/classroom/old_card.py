"""An exercise card, and how a reader's own function is examined with it."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

Check = Callable[[Callable[..., Any]], "str | None"]


@dataclass(frozen=True)
class WrongAnswer:
    """A known wrong answer, and a piece of the message that it must get."""

    function: Callable[..., Any]
    fragment: str


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    key, title, task : str
        Such as ``"1.1"``, ``"Cut by layer"``, and what to do (`code` in backticks).
    difficulty : int
        1, 2 or 3.
    minutes : int
    stub : str
        What the reader starts from: Python source that defines one function.
    checks : tuple of functions
        Each takes the reader's function and returns None or what is wrong, in order.
    hints : tuple of two str
    near_miss : str
        What passes the first check but not the second.
    solution : function
    reasoning : str
        Why the solution looks like this.
    wrong_answers : mapping
        Known wrong answers by name; a test proves that each gets its own message.
    """

    key: str
    title: str
    difficulty: int
    minutes: int
    task: str
    stub: str
    checks: tuple[Check, ...]
    hints: tuple[str, str]
    near_miss: str
    solution: Callable[..., Any]
    reasoning: str
    wrong_answers: Mapping[str, WrongAnswer]


class StoppedError(Exception):
    """The reader's function raised; the message says on which input, `__cause__` is the error."""


def examine(card: Exercise, candidate: Any) -> str | None:
    """Run a card's checks on the reader's function.

    Returns
    -------
    str or None
        None when all checks pass, else what is wrong, in words for the reader.
    """
    name = card.solution.__name__
    if not callable(candidate):
        return (
            f"`check` wants your function itself, without brackets: "
            f'`classroom.check("{card.key}", {name})`. It got {type(candidate).__name__}.'
        )
    if _same_code(_code(candidate), _stub_code(card)):
        todo = (
            "The `...` is where your lines go."
            if "..." in card.stub
            else "Something in it is wrong: find it and mend it."
        )
        return f"`{name}` is still as it was handed out. {todo}"
    for check in card.checks:
        try:
            message = check(candidate)
        except StoppedError as stopped:
            return _stopped(candidate, stopped.__cause__ or stopped, f" {stopped}")
        except Exception as error:
            return _stopped(candidate, error, "")
        if message:
            return message
    return None


def ask(candidate: Callable[..., Any], context: str, *arguments: Any) -> Any:
    """Call the reader's function; an error in it is passed on with the input that it came from."""
    try:
        return candidate(*arguments)
    except Exception as error:
        raise StoppedError(context) from error


def _stopped(candidate: Any, error: BaseException, context: str) -> str:
    what = f"`{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}`"
    code = _code(candidate)
    file = code.co_filename if code else None
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    where = ""
    if frames:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
        where = f", in line {frames[-1].lineno}" + (f": `{line}`" if line else "")
    more = ""
    if "leaf" in str(error) and "in-place" in str(error):
        more = " Changing weights is no part of the gradient: put it under `with torch.no_grad():`."
    return f"your function stopped{context} with {what.replace(': `', '`')}{where}.{more}"


def _code(candidate: Any) -> CodeType | None:
    return getattr(candidate, "__code__", None)


def _stub_code(card: Exercise) -> CodeType:
    module = compile(card.stub, "<stub>", "exec")
    return next(const for const in module.co_consts if isinstance(const, CodeType))


def _same_code(one: CodeType | None, other: CodeType) -> bool:
    """Whether two functions do the same, whatever their docstrings and line numbers."""
    if one is None or (one.co_code, one.co_names) != (other.co_code, other.co_names):
        return False
    left, right = _constants(one), _constants(other)
    return len(left) == len(right) and all(
        _same_code(a, b) if isinstance(b, CodeType) and isinstance(a, CodeType) else a == b
        for a, b in zip(left, right, strict=True)
    )


def _constants(code: CodeType) -> list[Any]:
    return [c for c in code.co_consts if not isinstance(c, str) and c is not None]
