"""A guess where nothing can be run: a field below the question, repeated beside the measurement.

Unlike :mod:`~nc_teach.publish.hands`, which counts a room's hands, this is for one reader alone.
The field itself is made by the page's script: without it there is none that would do nothing.
"""

from __future__ import annotations

import html

from nbformat import NotebookNode

from . import hands

ASKED = "Your guess: "  # how the output of `classroom.predict` begins


def marked(cell: NotebookNode) -> None:
    """Mark the places of guesses in a cell's own outputs, for the page's script to fill."""
    questions = iter(hands.asked(cell) if "classroom.predict(" in cell.source else ())
    told = iter(hands.scored(cell) if "classroom.score(" in cell.source else ())
    for output in cell.outputs:
        data = output.get("data", {})
        text = data.get("text/plain", "")
        if "text/html" not in data:
            continue
        if text.startswith(ASKED) and (question := next(questions, None)):
            data["text/html"] = _inside(data["text/html"], field(question))
        elif hands.MEASURED.match(text) and (measured := next(told, None)):
            data["text/html"] = _inside(data["text/html"], answer(measured[0]))


def field(question: hands.Hands) -> str:
    """Where the reader's number goes.

    >>> field(hands.Hands("g", "share", 0, 100, "%"))[:57]
    '<span class="nc-guess" data-name="g" data-question="share'
    """
    known = {
        "name": question.name,
        "question": question.question,
        "low": question.low,
        "high": question.high,
        "step": question.step,
        "unit": question.unit,
    }
    attributes = "".join(f' data-{k}="{html.escape(str(v))}"' for k, v in known.items())
    return f'<span class="nc-guess"{attributes}></span>'


def answer(name: str) -> str:
    """Where the guess is repeated, below what was measured."""
    return f'<span class="nc-guessed" data-name="{html.escape(name)}" role="status"></span>'


def _inside(box: str, new: str) -> str:
    return f"{box.removesuffix('</div>')}{new}</div>" if box.endswith("</div>") else box + new
