"""A prediction by show of hands: five answers to count before the measurement is shown.

Question and scale are read from the cell's own call of `classroom.predict`, the measurement from
what `classroom.score` printed.
"""

from __future__ import annotations

import ast
import html
import re
from dataclasses import dataclass
from itertools import pairwise

from nbformat import NotebookNode

from nc_teach.classroom.output import number

ANSWERS = 5
MEASURED = re.compile(r"^Measured (-?[\d,]+(?:\.\d+)?)(.*?)\. You made no guess", re.M)


@dataclass(frozen=True)
class Hands:
    """One question for the room: `name` is the variable that holds the guess in the notebook."""

    name: str
    question: str
    low: float
    high: float
    unit: str = ""
    step: float = 1

    def edges(self) -> list[float]:
        """The ends of the answers, on the question's own steps.

        >>> Hands("g", "bits", 1, 8).edges()
        [1, 2, 4, 5, 7, 8]
        """
        span = (self.high - self.low) / ANSWERS
        steps = (round(k * span / self.step) for k in range(ANSWERS))
        return sorted({*(self.low + s * self.step for s in steps), self.high})

    def answers(self) -> list[str]:
        """What can be chosen: the first up to its end, each other from where the last ended.

        >>> Hands("g", "accuracy", 0, 100, "%").answers()[:2]
        ['0 to 20 %', 'over 20, up to 40 %']
        """
        ends = [number(edge, 2) for edge in self.edges()]
        texts = [f"{ends[0]} to {ends[1]}"]
        texts += [f"over {a}, up to {b}" for a, b in pairwise(ends[1:])]
        return [f"{text} {self.unit}".strip() for text in texts]

    def right(self, measured: float) -> int:
        """Which answer holds a measurement; those off the scale belong to its ends.

        >>> Hands("g", "accuracy", 0, 100, "%").right(20), Hands("g", "a", 0, 100).right(20.1)
        (0, 1)
        """
        return sum(measured > edge for edge in self.edges()[1:-1])


def asked(cell: NotebookNode) -> list[Hands]:
    """The questions that a cell asks with `classroom.predict`."""
    found = []
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Assign) and _calls(node.value, "predict"):
            values = [ast.literal_eval(a) for a in node.value.args]
            named = {k.arg: ast.literal_eval(k.value) for k in node.value.keywords}
            named.update(zip(("key", "question", "low", "high", "unit", "step"), values))  # noqa: B905
            named.pop("key")
            found.append(Hands(ast.unparse(node.targets[0]), **named))
    return found


def scored(cell: NotebookNode) -> list[tuple[str, str, float]]:
    """What a cell measured with `classroom.score`: variable, value as a text, value."""
    calls = [n for n in ast.walk(ast.parse(cell.source)) if _calls(n, "score")]
    names = [ast.unparse(n.args[0]) for n in sorted(calls, key=lambda n: n.lineno)]
    texts = (o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", []))
    values = [m for m in map(MEASURED.match, texts) if m]
    return [
        (name, m[1] + m[2], float(m[1].replace(",", "")))
        for name, m in zip(names, values, strict=False)
    ]


def question_html(hands: Hands) -> str:
    """The answers with a field each, for the number of hands."""
    rows = "".join(_row(hands, k, text) for k, text in enumerate(hands.answers()))
    return (
        f'<fieldset class="nc-hands" data-name="{html.escape(hands.name)}">'
        f"<legend>{html.escape(hands.question)}</legend>{rows}</fieldset>"
    )


def answer_html(hands: Hands, text: str, measured: float) -> str:
    """The measurement, and which answer had it; the room's hands are drawn beside it."""
    right = hands.right(measured)
    rows = "".join(
        f'<li data-answer="{k}"{" class=nc-right" if k == right else ""}>'
        f"<span>{'✓ ' if k == right else ''}{html.escape(answer)}</span>"
        f'<span class="nc-bar"></span><span class="nc-count"></span></li>'
        for k, answer in enumerate(hands.answers())
    )
    return (
        f'<div class="nc-told" data-name="{html.escape(hands.name)}">'
        f"<p>{html.escape(hands.question)}: <strong>{html.escape(text)}</strong></p>"
        f"<ol>{rows}</ol></div>"
    )


def _row(hands: Hands, k: int, text: str) -> str:
    return (
        f'<label><span>{html.escape(text)}</span><input type="number" min="0" max="999" '
        f'inputmode="numeric" data-answer="{k}" aria-label="Hands for {html.escape(text)}">'
        f'<span class="nc-bar"></span></label>'
    )


def _calls(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "classroom"
    )
