"""How a reader's own function is examined with a card, and what it is told.

Complaints that every card needs are made here, once: the stub as it was handed out, an error, a
changed input, nothing returned, a wrong type, shape or dtype. What is wrong with the *idea* is
found in the card's table of known wrong functions.
"""

import copy
import inspect
import linecache
import random
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np
import torch

from .card import PLAIN, Answer, Arguments, Card, Function, Refused
from .compare import complaint, same, say

PLAYED: dict[tuple[Function, str], "Tried"] = {}


@dataclass(frozen=True)
class Raised:
    """What a function gives that stops with an error."""

    error: Exception

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Raised) and type(self.error) is type(other.error)

    def __hash__(self) -> int:
        return hash(type(self.error))


@dataclass(frozen=True)
class Tried:
    """A function on one case: where, its arguments before and after, its answer."""

    where: str
    arguments: Arguments
    after: Arguments
    answer: Answer

    def changed(self) -> bool:
        """Whether the function changed what it was given."""
        return not same(self.after, self.arguments, 0.0)


def examine(card: Card, candidate: Any) -> str | None:
    """What is wrong with the reader's function, in words for the reader; None if nothing is.

    Torch's, numpy's and Python's random states are left as they were.
    """
    name = card.solution.__name__
    if not callable(candidate):
        return (
            f"`check` wants your function itself, without brackets: "
            f'`classroom.check("{card.key}", {name})`. It got {type(candidate).__name__}.'
        )
    if _is_stub(candidate, card):
        todo = "The `...` is where your lines go." if "..." in card.stub else "Find what is wrong."
        return f"`{name}` is still as it was handed out. {todo}"
    with own_random_state():
        for where, arguments in card.cases():
            said = _case(card, candidate, where, arguments)
            if said:
                return said
        try:
            return card.judge(candidate) if card.judge else None
        except Exception as error:
            return stopped(candidate, error, "")


def _case(card: Card, candidate: Function, where: str, arguments: Arguments) -> str | None:
    right = known(card, card.oracle or card.solution, where, arguments).answer
    tried = attempt(card, candidate, where, arguments)
    changed = tried.changed() and not card.may_change
    if not changed and same(tried.answer, right, card.tolerance):
        return None
    if isinstance(tried.answer, Raised) and isinstance(tried.answer.error, Refused):
        return str(tried.answer.error)
    recognised = recognise(card, candidate, tried, right)
    if recognised:
        return recognised
    if isinstance(tried.answer, Raised):
        return stopped(candidate, tried.answer.error, f" {where}")
    if changed:
        return f"{where} your function changes what it was given. Work on a copy."
    form = complaint(tried.answer, right)
    return f"{where} {form}" if form else _worded(card, card.otherwise, tried, right)


def recognise(card: Card, candidate: Function, tried: Tried, right: Answer) -> str | None:
    """The sentence of the known wrong function that gives the same answer in this case.

    Where several do, the one that agrees with the reader's in most of the cases.
    """

    def agrees(wrong: Function, tried: Tried) -> bool:
        return _alike(known(card, wrong, tried.where, tried.arguments), tried, card.tolerance)

    found = [wrong for wrong in card.wrong if agrees(wrong, tried)]
    if len(found) > 1:
        mine = [attempt(card, candidate, *case) for case in list(card.cases())]
        found.sort(key=lambda wrong: sum(agrees(wrong, own) for own in mine), reverse=True)
    return _worded(card, card.wrong[found[0]], tried, right) if found else None


def known(card: Card, function: Function, where: str, arguments: Arguments) -> Tried:
    """A card's own function on a case: played once, and remembered for the reader's next try."""
    played = PLAYED.get((function, where))
    if played is None or not same(played.arguments, arguments, 0.0):
        played = PLAYED[function, where] = attempt(card, function, where, arguments)
    return played


def attempt(card: Card, function: Function, where: str, arguments: Arguments) -> Tried:
    """Play a case with a function, on copies of the arguments; an error is an answer too."""
    given = copy.deepcopy(arguments)
    try:
        answer = card.play(function, *given)
    except Exception as error:
        answer = Raised(error)
    return Tried(where, arguments, given, answer)


def _alike(one: Tried, other: Tried, tolerance: float) -> bool:
    if not same(one.answer, other.answer, tolerance):
        return False
    return isinstance(one.answer, Raised) or one.changed() == other.changed()


def _worded(card: Card, sentence: str, tried: Tried, right: Answer) -> str:
    fields: dict[str, Any] = {
        "where": tried.where,
        "answer": say(tried.answer),
        "right": say(right),
    }
    if isinstance(tried.answer, Raised):
        fields["answer"] = f"`{type(tried.answer.error).__name__}: {tried.answer.error}`"
    elif card.details:
        with suppress(Exception):  # a reader may return anything: then a plainer sentence
            fields |= card.details(*copy.deepcopy(tried.arguments), tried.answer)
    for one in (sentence, card.otherwise):
        with suppress(KeyError, IndexError, TypeError, ValueError):
            return one.format(**fields)
    return PLAIN.format(**fields)


def stopped(candidate: Any, error: BaseException, context: str) -> str:
    """What to say of an error in the reader's function: which, and in which of their lines."""
    said = str(error).strip().splitlines()
    what = f"`{type(error).__name__}{': ' + said[0] if said else ''}`"
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
    return f"your function stopped{context} with {what}{where}.{more}"


@contextmanager
def own_random_state() -> Iterator[None]:
    """Leave torch's, numpy's and Python's random numbers as they were."""
    states = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


def _code(candidate: Any) -> CodeType | None:
    return getattr(candidate, "__code__", None)


def _is_stub(candidate: Any, card: Card) -> bool:
    """Whether a function does what the stub does."""
    code, module = _code(candidate), compile(card.stub, "<stub>", "exec")
    stub = next(const for const in module.co_consts if isinstance(const, CodeType))
    return code is not None and _gist(code) == _gist(stub)


def _gist(code: CodeType) -> Arguments:
    """What a function does, whatever its docstring and its line numbers."""
    documented = getattr(inspect, "CO_HAS_DOCSTRING", None)  # from Python 3.14 on
    own = [c for c in code.co_consts if c is not None]
    if documented is None:
        own = [c for c in own if not isinstance(c, str)]
    elif code.co_flags & documented:
        own = own[1:]
    constants = [_gist(c) if isinstance(c, CodeType) else c for c in own]
    return code.co_code, code.co_names, constants
