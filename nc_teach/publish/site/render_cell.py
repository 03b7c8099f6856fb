"""A cell as it reads on a page where nothing can be run."""

import copy
import re
from collections.abc import Iterable

from nbformat import NotebookNode

from nc_teach.claims.network_pruning.sentences import WIDTH

from .. import poll
from ..chapters import role, tags
from ..pages.glossary import linked
from ..parts import part, stored_picture, unbroken

NOTEBOOK = re.compile(r"\]\((\d\d_\w+)\.ipynb\)")
TALKS = ("classroom.check(", "classroom.quiz(", "classroom.predict(")
PARAGRAPHS = ("paragraph(", ".meaning(")  # what prints them
TELLS = ("measure", "play", "meaning")  # roles that show or explain what came out
NOT_HERE = re.compile(
    r" You made no guess, and that is fine\.|\s*(?:<br>)?\s*Run this cell to make it(?: move)?\."
)


def told(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The cells; those that tell what came out have ``told`` in their metadata: the guesses before.

    They begin with the cell that measures after a guess, and go on while cells measure, play or
    explain; in what goes deeper, up to the next heading.
    """
    guesses, telling, found = "", False, []
    for cell in cells:
        measures = cell.cell_type == "code" and (role(cell) == "measure" or poll.scored(cell))
        if questions := poll.asked(cell):
            guesses, telling = " ".join(question.name for question in questions), False
        elif telling or (guesses and measures):
            deeper = role(cell) == "deeper" and not cell.source.startswith("#")
            telling = role(cell) in TELLS or deeper
            guesses = guesses if telling else ""
        if telling:
            cell = copy.deepcopy(cell)
            cell.metadata["told"] = guesses
        found.append(cell)
    return found


def render_cell(cell: NotebookNode) -> NotebookNode:
    """The cell with outputs for a page: pictures with their words, no talk of running it."""
    cell = copy.deepcopy(cell)
    if cell.cell_type != "code":
        cell.source = NOTEBOOK.sub(r"](../\1/index.ipynb)", cell.source)
        if role(cell) == "glossary":
            cell.source = linked(cell.source)
        return cell
    if "exercise" in tags(cell) or any(call in cell.source for call in TALKS):
        cell.metadata["tags"] = [*tags(cell), "remove-input"]
    if "classroom.check(" in cell.source:
        cell.outputs = []
    _mark_guesses(cell)
    for output in cell.outputs:
        if output.output_type != "stream" and "data" in output:
            output.data = _data(output)
        elif output.output_type == "stream" and any(call in cell.source for call in PARAGRAPHS):
            output.text = unwrapped(output.text)
    return cell


def unwrapped(text: str) -> str:
    """Printed paragraphs without the line ends that a width gave them: a page has its own.

    >>> unwrapped(72 * "x" + "\\nremarkable.\\nAnd so on.")[70:]
    'xx remarkable.\\nAnd so on.'
    """
    found, before = "", WIDTH
    for line in text.splitlines(keepends=True):
        word = re.split(r"[\s-]", line)[0]
        ended = found.endswith(".\n") and word.islower()  # what follows is no sentence
        if found and word and before + 1 + len(word) > WIDTH and not ended:
            found = found.removesuffix("\n") + ("" if found.endswith("-\n") else " ")
        found, before = found + line, len(line.rstrip("\n"))
    return found


def _mark_guesses(cell: NotebookNode) -> None:
    """Mark where a guess is made and where it is repeated, for the page's script to fill."""
    questions, results = iter(poll.asked(cell)), iter(poll.scored(cell))
    for output in cell.outputs:
        data = output.get("data", {})
        words, place = data.get("text/plain", ""), ""
        if words.startswith(poll.ASKED) and (question := next(questions, None)):
            place = part("guess", question=question)
        elif poll.MEASURED.match(words) and (measured := next(results, None)):
            place = part("guess_again", name=measured.name)
        if place and "text/html" in data:
            box = data["text/html"].removesuffix("</div>")
            data["text/html"] = box + place + data["text/html"][len(box) :]


def _data(output: NotebookNode) -> dict[str, str]:
    data = dict(output.data)
    if "image/png" in data and "text/html" not in data:
        png, alt, width, height = stored_picture(output)
        shown = part("picture", png=png, alt=alt, width=width, height=height)
        return {"text/html": shown, "text/plain": data.get("text/plain", "")}
    for kind in ("text/html", "text/markdown", "text/plain"):
        if kind in data and "nc-live" not in data[kind]:
            data[kind] = NOT_HERE.sub("", data[kind])
    if "text/html" in data:  # a number stays on one line, on a telephone too
        data["text/html"] = unbroken(data["text/html"])
    return data
