"""An exercise card: a task, an oracle, inputs to try, and known wrong answers with what to say.

A card is a module: its docstring holds the words, in Markdown, and its functions are the parts.
:func:`nc_teach.classroom.examine.examine` tries a reader's function on it: an answer is recognised
as a known mistake by being *equal to what that wrong function gives* on the same input.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from types import ModuleType
from typing import Any

from nc_teach.common.words import one_line

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


HEAD = re.compile(r"(\S+) (.+) \(difficulty ([123]), (\d+) minutes\)")
FUNCTIONS = ("cases", "oracle", "details", "play", "judge")
CONSTANTS = ("WRONG", "OTHERWISE", "TOLERANCE", "MAY_CHANGE")
SECTIONS = ("Stub", "Hint 1", "Hint 2", "Near miss", "Reasoning")


@dataclass(frozen=True, kw_only=True)
class Card:
    """One exercise.

    - ``key``, ``title``, ``task`` (str): Such as ``"1.1"``, ``"Cut by layer"``, and what to do
      (`code` in backticks).
    - ``difficulty`` (int): 1, 2 or 3.
    - ``minutes`` (int)
    - ``stub`` (str): What the reader starts from: Python source that defines one function.
    - ``hints`` (tuple of two str)
    - ``near_miss`` (str): What passes the first case but not a later one.
    - ``reasoning`` (str): Why the solution looks like this.
    - ``solution`` (function)
    - ``cases`` (function): Gives the inputs to try, easy ones first: pairs of where they are, in
      words, and the arguments. It seeds what it draws.
    - ``oracle`` (function, optional): Gives the right answer by a way of its own, slow and plain;
      the solution without one.
    - ``wrong`` (mapping): Known wrong functions, and the sentence that each of them gets. The
      sentence says what to do next. It may name ``{where}``, ``{answer}``, ``{right}`` and what
      ``details`` gives.
    - ``otherwise`` (str): The sentence for a wrong answer that nobody has foreseen.
    - ``details`` (function, optional): Gives further words for the sentences: from the arguments,
      and the answer as the last one.
    - ``play`` (function, optional): ``play(function, *arguments)``: what is looked at instead of
      the returned value, for a function with a state or a function that makes another one. Played
      with the oracle (or the solution) it gives what is right. It may raise :class:`Refused`.
    - ``judge`` (function, optional): A check of its own, after the cases, for what no oracle can
      know (a network to be trained): takes the reader's function, returns None or what is wrong.
    - ``may_change`` (bool): Whether the function is meant to change what it is given.
    - ``tolerance`` (float): Relative and absolute, for floats.
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

    @classmethod
    def of(cls, module: ModuleType) -> "Card":
        """The card that a module is: its docstring the words, its functions the parts.

        The docstring begins with a line such as "1.1 Cut by layer (difficulty 1, 5 minutes)" and
        the task; then come the sections of :data:`SECTIONS`, each with a heading ("## Hint 1"). The
        solution has the name of the stub's function, the other parts their own: ``cases``,
        ``oracle``, ``details``, ``play``, ``judge``, ``WRONG``, ``OTHERWISE``, ...

        Raises ``ValueError`` for words of another form.
        """
        first, *sections = re.split(r"^## (.+)\n", module.__doc__ or "", flags=re.M)
        line, _, task = first.strip().partition("\n")
        head, names = HEAD.fullmatch(line), tuple(sections[::2])
        if head is None or names != SECTIONS:
            raise ValueError(
                f"the docstring of {module.__name__} must begin with 'key Title (difficulty 1, 5 "
                f"minutes)' and have the sections {', '.join(SECTIONS)}; got {line!r} and "
                f"{', '.join(names)}"
            )
        stub, here = dedent(sections[1]).strip("\n") + "\n", vars(module)
        first_hint, second_hint, near_miss, reasoning = map(_paragraphs, sections[3::2])
        return cls(
            key=head[1],
            title=head[2],
            difficulty=int(head[3]),
            minutes=int(head[4]),
            task=_paragraphs(task),
            stub=stub,
            hints=(first_hint, second_hint),
            near_miss=near_miss,
            reasoning=reasoning,
            solution=here[re.findall(r"^def (\w+)", stub, flags=re.M)[-1]],
            **{name.lower(): here[name] for name in (*FUNCTIONS, *CONSTANTS) if name in here},
        )


def _paragraphs(text: str) -> str:
    """A line for each paragraph: where a line ends in the file means nothing."""
    return "\n".join(one_line(part.splitlines()) for part in text.strip().split("\n\n"))
