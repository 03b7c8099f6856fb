"""Predictions outside a notebook: a room's poll on a slide, one reader's guess on a page.

Question and scale are read from the cell's own call of `classroom.predict`, the measurement from
what `classroom.score` printed.
"""

import ast
import re
from dataclasses import dataclass
from itertools import pairwise

from nbformat import NotebookNode

from nc_teach.classroom.output import number
from nc_teach.course import calls

ANSWERS = 5
ASKED = "Your guess: "  # how the output of `classroom.predict` begins
MEASURED = re.compile(r"^Measured (-?[\d,]+(?:\.\d+)?)(.*?)\. You made no guess", re.M)
ARGUMENTS = ("key", "question", "low", "high", "unit", "step")


@dataclass(frozen=True)
class Poll:
    """One question for the room: `name` is the variable that holds the guess in the notebook."""

    name: str
    question: str
    low: float
    high: float
    unit: str = ""
    step: float = 1
    ends: tuple[float, ...] = ()
    counts: bool = False  # only integers can be right

    def edges(self) -> list[float]:
        """The ends of the answers: those that were given, else five on the question's own steps.

        >>> Poll("g", "bits", 1, 8).edges(), Poll("g", "bits", 1, 8, ends=(2, 4)).edges()
        ([1, 2, 4, 5, 7, 8], [1, 2, 4, 8])
        """
        if self.ends:
            return sorted({self.low, *self.ends, self.high})
        span = (self.high - self.low) / ANSWERS
        steps = (round(k * span / self.step) for k in range(ANSWERS))
        return sorted({*(self.low + s * self.step for s in steps), self.high})

    def answers(self) -> list[str]:
        """What can be chosen: the first up to its end, each other from where the last ended.

        >>> Poll("g", "accuracy", 0, 100, "%").answers()[:2]
        ['0 to 20 %', 'over 20, up to 40 %']
        >>> Poll("g", "bits", 1, 8, ends=(3, 4), counts=True).answers()
        ['1 to 3', '4', '5 to 8']
        """
        ends = self.edges()
        if self.counts:
            firsts = [ends[0], *(end + 1 for end in ends[1:-1])]
            texts = [_integers(a, b) for a, b in zip(firsts, ends[1:], strict=True)]
        else:
            shown = [number(end, 2) for end in ends]
            texts = [f"{shown[0]} to {shown[1]}"]
            texts += [f"over {a}, up to {b}" for a, b in pairwise(shown[1:])]
        return [f"{text} {self.unit}".strip() for text in texts]

    def right(self, measured: float) -> int:
        """Which answer holds a measurement; those off the scale belong to its ends.

        >>> Poll("g", "accuracy", 0, 100, "%").right(20), Poll("g", "a", 0, 100).right(20.1)
        (0, 1)
        """
        return sum(measured > edge for edge in self.edges()[1:-1])


def _integers(first: float, last: float) -> str:
    between = {0: "{0:g}", 1: "{0:g} or {1:g}"}.get(round(last - first), "{0:g} to {1:g}")
    return between.format(first, last)


@dataclass(frozen=True)
class Measured:
    """What came out: the variable that held the guess, the number as a text, the number."""

    name: str
    text: str
    value: float


def asked(cell: NotebookNode) -> list[Poll]:
    """The questions that a cell asks with `classroom.predict`."""
    found = []
    for name, call in calls(cell.source, "predict"):
        given = dict(zip(ARGUMENTS, map(ast.literal_eval, call.args), strict=False))
        given |= {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        del given["key"]
        found.append(Poll(name, **given))
    return found


def scored(cell: NotebookNode) -> list[Measured]:
    """What a cell measured with `classroom.score`."""
    names = [ast.unparse(call.args[0]) for _, call in calls(cell.source, "score")]
    texts = (o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", []))
    values = [m for m in map(MEASURED.match, texts) if m]
    return [
        Measured(name, m[1] + m[2], float(m[1].replace(",", "")))
        for name, m in zip(names, values, strict=False)
    ]
