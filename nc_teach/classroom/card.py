"""An exercise card: a task, an oracle, inputs to try, and known wrong answers with what to say.

A card is data. :func:`nc_teach.classroom.examine.examine` tries a reader's function on it: an
answer is recognised as a known mistake by being *equal to what that wrong function gives* on the
same input.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = Any  # what a reader's function returns: a tensor, a number, a network, a dictionary, ...
Function = Callable[..., Answer]
Arguments = tuple[Any, ...]
Case = tuple[str, Arguments]  # where it is, in words: "for sparsity 0.5"; and the arguments


PLAIN = "{where} you return {answer}; it should be {right}."


class Refused(Exception):  # noqa: N818 (it is no fault of the program)
    """Raised in a card's ``play`` where an answer's form leaves nothing to compare.

    Its text is what the reader is shown.
    """


def call(function: Function, *arguments: Any) -> Answer:
    """The usual way to play a case: call the function, and look at what it returns."""
    return function(*arguments)


@dataclass(frozen=True, kw_only=True)
class Card:
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
    hints : tuple of two str
    near_miss : str
        What passes the first case but not a later one.
    reasoning : str
        Why the solution looks like this.
    solution : function
    cases : function
        Gives the inputs to try, easy ones first: pairs of where they are, in words, and the
        arguments. It seeds what it draws.
    oracle : function, optional
        Gives the right answer by a way of its own, slow and plain; the solution without one.
    wrong : mapping
        Known wrong functions, and the sentence that each of them gets. The sentence says what to
        do next. It may name ``{where}``, ``{answer}``, ``{right}`` and what ``details`` gives.
    otherwise : str
        The sentence for a wrong answer that nobody has foreseen.
    details : function, optional
        Gives further words for the sentences: from the arguments, and the answer as the last one.
    play : function, optional
        ``play(function, *arguments)``: what is looked at instead of the returned value, for a
        function with a state or a function that makes another one. Played with the oracle (or the
        solution) it gives what is right. It may raise :class:`Refused`.
    judge : function, optional
        A check of its own, after the cases, for what no oracle can know (a network to be
        trained): takes the reader's function, returns None or what is wrong.
    may_change : bool
        Whether the function is meant to change what it is given.
    tolerance : float
        Relative and absolute, for floats.
    """

    key: str
    title: str
    difficulty: int
    minutes: int
    task: str
    stub: str
    hints: tuple[str, str]
    near_miss: str
    reasoning: str
    solution: Function
    cases: Callable[[], Iterable[Case]]
    wrong: Mapping[Function, str] = field(default_factory=dict)
    oracle: Function | None = None
    otherwise: str = PLAIN
    details: Callable[..., dict[str, Any]] | None = None
    play: Callable[..., Answer] = call
    judge: Callable[[Function], str | None] | None = None
    may_change: bool = False
    tolerance: float = 1e-4
