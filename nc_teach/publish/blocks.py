"""What stands on a slide, piece by piece, each with the height that it will need."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from nc_teach.classroom import cards

from . import hands, markdown
from .listing import listing, pieces, short
from .marks import Part

LETTERS = 92  # of prose in a line
LINE, ROW, TEXT = 50, 46, 38  # CSS pixels of a line of prose, a row of a table, a line of output
PICTURE = (1480, 600)  # CSS pixels: as large as the slide has room for
SOURCE = re.compile(r"(nc_teach/\S+, line \d+)\n\n(.*)", re.S)
HEADING = re.compile(r"^#+ +(.*)$", re.M)


@dataclass(frozen=True)
class Block:
    """A piece of a slide. `kind` is text, code, output, wide (a figure, alone) or hands."""

    kind: str
    html: str
    height: int
    fragment: bool = False


def heading(cell: NotebookNode) -> str:
    """The first heading of a Markdown cell as HTML, or nothing."""
    found = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
    return markdown.inline(found[1]) if found else ""


def blocks(part: Part, asked: dict[str, hands.Hands]) -> list[Block]:
    """What a cell puts on its slide.

    `asked` holds the questions that were put to the room so far, by the name of their variable;
    the cell's own are added to it.
    """
    if part.cell.cell_type == "markdown":
        return _prose(part)
    if part.role == "exercise":
        return [
            _card(key) for key in re.findall(r'classroom\.exercise\("(.+?)"\)', part.cell.source)
        ]
    if part.role == "predict":
        new = hands.asked(part.cell)
        asked.update({h.name: h for h in new})
        return [Block("hands", hands.question_html(h), 130 + 84 * len(h.answers())) for h in new]
    code = _code(_own(part.cell.source)) if part.rule.code else []
    return [*code, *_outputs(part, asked)]


def _prose(part: Part) -> list[Block]:
    text = HEADING.sub("", part.cell.source, count=1).strip()
    formula = part.cell.metadata.get("nc_teach", {}).get("formula", "")
    shown = markdown.render(text) if text else ""
    if part.role == "summary":
        shown = shown.replace("<li>", '<li class="fragment">')
    lines = sum(1 + len(line) // LETTERS for line in text.splitlines() if line.strip())
    found = [Block("text", shown, LINE * lines + 20, part.mark == "fragment")] if text else []
    if formula:
        drawn = f'<p class="nc-formula">{markdown.mathml(formula, block=True)}</p>'
        found.append(Block("text", drawn, 110))
    return found


def _code(source: str, place: str = "") -> list[Block]:
    found = []
    for piece in pieces(source):
        found.append(Block("code", *listing(piece, place)))
        place = place and f"{place.removesuffix(', continued')}, continued"
    return found


def _own(source: str) -> str:
    """A cell's code without its calls of `classroom.show`: what they show stands there itself."""
    lines = source.splitlines()
    return "\n".join(line for line in lines if not line.startswith("classroom.show("))


def _card(key: str) -> Block:
    card = cards.find(key)
    stars = "●" * card.difficulty + "○" * (3 - card.difficulty)
    text = markdown.render(card.task)
    title = f"Exercise {card.key}: {html.escape(card.title)} · {stars} · {card.minutes} minutes"
    lines = 1 + len(card.task) // LETTERS
    return Block("text", f"<div class=nc-card><h3>{title}</h3>{text}</div>", LINE * lines + 120)


def _outputs(part: Part, asked: dict[str, hands.Hands]) -> list[Block]:
    measured = iter(hands.scored(part.cell) if "classroom.score(" in part.cell.source else ())
    found = []
    for output in part.cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if output.get("name") == "stderr":
            continue
        if hands.MEASURED.match(text):
            found += _told(next(measured, None), asked)
        elif source := SOURCE.match(text):
            found += _code(short(source[2]), source[1])
        elif found and "text/markdown" in output.get("data", {}):
            found[-1] = _captioned(found[-1], output.data["text/markdown"])
        else:
            found.append(_output(output, text, part.rule.waits or part.mark == "fragment"))
    return found


def _told(measured: tuple[str, str, float] | None, asked: dict[str, hands.Hands]) -> list[Block]:
    if measured is None or measured[0] not in asked:
        return []
    question = asked[measured[0]]
    shown = hands.answer_html(question, measured[1], measured[2])
    return [Block("output", shown, 100 + 50 * len(question.answers()), fragment=True)]


def _output(output: NotebookNode, text: str, waits: bool) -> Block:
    data = output.get("data", {})
    if "nc-live" in data.get("text/html", ""):
        return Block("wide", data["text/html"], 800)
    if "image/png" in data:
        return _picture(output, text)
    if "text/html" in data:
        height = ROW * data["text/html"].count("<tr") + LINE * data["text/html"].count("<p")
        shown = f'<div class="nc-output nc-fit">{_unbroken(data["text/html"])}</div>'
        return Block("output", shown, height or TEXT * (2 + len(text) // LETTERS), waits)
    height = TEXT * len(text.splitlines()) + 30
    return Block("output", f'<pre class="nc-text nc-fit">{html.escape(text)}</pre>', height, waits)


def _unbroken(table: str) -> str:
    """Short cells of a table stay on one line."""
    return re.sub(
        r"<td style=\"([^\"]*)\">(?=[^<]{1,24}</td>)", r'<td style="white-space:nowrap;\1">', table
    )


def _picture(output: NotebookNode, text: str) -> Block:
    size = output.get("metadata", {}).get("image/png", {})
    alt = html.escape(size.get("alt", "") or " ".join(text.split()))
    png = "".join(output.data["image/png"].split())
    width, height = size.get("width", 800), size.get("height", 400)
    wide = round(width * min(2, PICTURE[0] / width, PICTURE[1] / height))
    image = f'<img class="nc-picture" width="{wide}" alt="{alt}" src="data:image/png;base64,{png}">'
    return Block("output", image, min(620, round(1.3 * height)))


def _captioned(block: Block, caption: str) -> Block:
    """A picture with the words that stand below it in the notebook."""
    words = f'<div class="nc-says">{markdown.render(caption)}</div>'
    return replace(block, html=block.html + words, height=block.height + 60)
