"""What a cell puts on its slide, piece by piece, each with the height that it will need."""

import re
import textwrap
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from nc_teach.classroom import cards
from nc_teach.course import keys

from .. import markdown, poll
from ..parts import part as shown, stored_picture, unbroken
from .cell_roles import Part
from .code_blocks import listing, pieces, short_docstrings
from .prose import HEADING, pieces as pieces_of_prose

LETTERS, PRINTED = 92, 100  # of prose in a line, and of what a cell has printed
LINE, ROW, TEXT = 50, 46, 38  # CSS pixels of a line of prose, a row of a table, a line of output
PICTURE = (1480, 600)  # CSS pixels: as large as the slide has room for
SOURCE = re.compile(r"(nc_teach/\S+, line \d+)\n\n(.*)", re.S)

Polls = dict[str, poll.Poll]
"""The questions put to the room so far, by the name of their variable."""


@dataclass(frozen=True)
class Block:
    """A piece of a slide. `kind` is text, code, output, wide (a figure, alone) or poll."""

    kind: str
    html: str
    height: int
    fragment: bool = False


def heading(cell: NotebookNode) -> str:
    """The first heading of a Markdown cell as HTML, or nothing."""
    found = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
    return markdown.inline(found[1]) if found else ""


def blocks(part: Part, asked: Polls) -> list[Block]:
    """What a cell puts on its slide; the questions that it asks are added to `asked`."""
    if part.cell.cell_type == "markdown":
        return _prose(part)
    if part.role == "exercise":
        return [_exercise(key) for key in keys(part.cell.source, "exercise")]
    if part.role == "predict":
        new = poll.asked(part.cell)
        asked.update({one.name: one for one in new})
        return [_poll(one) for one in new]
    code = _code(_own(part.cell.source)) if part.rule.code else []
    return [*code, *_outputs(part, asked)]


def _prose(part: Part) -> list[Block]:
    waits = part.mark == "fragment"
    return [
        _formula(text) if formula else _text(text, part.role, waits)
        for text, formula in pieces_of_prose(part.cell.source)
    ]


def _formula(latex: str) -> Block:
    drawn = markdown.mathml(latex, block=True)
    return Block("text", f'<p class="nc-formula">{drawn}</p>', 110)


def _text(text: str, role: str, waits: bool) -> Block:
    words = markdown.render(text)
    if role == "summary":
        words = words.replace("<li>", '<li class="fragment">')
    lines = sum(1 + len(line) // LETTERS for line in text.splitlines() if line.strip())
    return Block("text", words, LINE * lines + 20, waits)


def _exercise(key: str) -> Block:
    card = cards.find(key)
    lines = 1 + len(card.task) // LETTERS
    html = shown("exercise", card=card, task=markdown.render(card.task))
    return Block("text", html, LINE * lines + 120)


def _poll(one: poll.Poll) -> Block:
    return Block("poll", shown("poll", question=one), 130 + 84 * len(one.answers()))


def _code(source: str, place: str = "") -> list[Block]:
    found = []
    for piece in pieces(source):
        found.append(Block("code", *listing(piece, place)))
        place = place and f"{place.removesuffix(', continued')}, continued"
    return found


def _own(source: str) -> str:
    """A cell's code without its calls of `classroom.show`: the slide has what they show."""
    lines = source.splitlines()
    return "\n".join(line for line in lines if not line.startswith("classroom.show("))


def _outputs(part: Part, asked: Polls) -> list[Block]:
    measured = iter(poll.scored(part.cell))
    waits = part.rule.waits or part.mark == "fragment"
    found: list[Block] = []
    for output in part.cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if output.get("name") == "stderr":
            continue
        if poll.MEASURED.match(text):
            found += _result(next(measured, None), asked)
        elif source := SOURCE.match(text):
            found += _code(short_docstrings(source[2]), source[1])
        elif found and set(output.get("data", {})) == {"text/markdown", "text/plain"}:
            found[-1] = _with_words(found[-1], output)  # those of the picture above
        else:
            found.append(_output(output, text, waits))
    return found


def _result(measured: poll.Measured | None, asked: Polls) -> list[Block]:
    if measured is None or measured.name not in asked:
        return []
    question = asked[measured.name]
    html = shown("poll_result", question=question, measured=measured)
    return [Block("output", html, 100 + 50 * len(question.answers()), fragment=True)]


def _with_words(picture: Block, output: NotebookNode) -> Block:
    words = f'<div class="nc-says">{markdown.render(output.data["text/markdown"])}</div>'
    return replace(picture, html=picture.html + words, height=picture.height + 60)


def _output(output: NotebookNode, text: str, waits: bool) -> Block:
    data = output.get("data", {})
    html = data.get("text/html", "")
    if "image/png" in data:
        picture = _picture(output)
        return _with_words(picture, output) if "text/markdown" in data else picture
    if "nc-live" in html:
        return Block("wide", html, 800)
    if html:
        height = ROW * html.count("<tr") + LINE * html.count("<p")
        table = f'<div class="nc-output nc-fit">{unbroken(html, "[^<]{1,24}")}</div>'
        return Block("output", table, height or TEXT * (2 + len(text) // LETTERS), waits)
    lines = [short for line in text.splitlines() for short in textwrap.wrap(line, PRINTED) or [""]]
    return Block("output", shown("printed", text="\n".join(lines)), TEXT * len(lines) + 30, waits)


def _picture(output: NotebookNode) -> Block:
    png, alt, width, height = stored_picture(output)
    wide = round(width * min(2, PICTURE[0] / width, PICTURE[1] / height))
    html = shown("picture", png=png, alt=alt, width=wide)
    return Block("output", html, min(620, round(1.3 * height)))
