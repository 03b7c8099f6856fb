"""What a slide shows for what it says: the cell's own figure, table, code, print or question."""

import re
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from nc_teach.classroom import questions
from nc_teach.classroom.output import inline

from .. import poll
from ..parts import part, stored_picture
from .assertions import Assertion
from .code_blocks import excerpt, listing

SOURCE = re.compile(r"nc_teach/\S+, line \d+\n\n(.*)", re.S)
LIVE = "nc-live"  # the class of what moves
NUMBER = re.compile(r"[-+−×x~<>≈±(]? ?\d|-$|$")  # how a cell begins that is set to the right
TIMED = '<p class="nc-timed">Times were measured when this deck was built.</p>'
Polls = dict[str, poll.Poll]
"""The questions put to the room so far, by the name of their variable."""


@dataclass(frozen=True)
class Evidence:
    """A piece of a slide; `kind` is one of ``SHOWN``, but a figure is still, live or network."""

    kind: str
    html: str


class Shown:
    """A chapter's cells with what has been asked; `live` has the outputs that move, by cell id."""

    def __init__(self, chapter: str, live: dict[str, NotebookNode] | None = None) -> None:
        self.chapter, self.live = chapter, live or {}
        self.asked: Polls = {}

    def evidence(self, one: Assertion, cell: NotebookNode) -> list[Evidence]:
        """All that a slide shows. ``ValueError`` names the cell that does not have it."""
        return [self._one(kind, one, cell) for kind in one.show]

    def _one(self, kind: str, one: Assertion, cell: NotebookNode) -> Evidence:
        found: Evidence | None = getattr(self, f"_{kind}")(one, cell)
        if found is None:
            raise ValueError(f"{cell.id}: it has no {kind} that the slide could show")
        return found

    def _figure(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        moving = _data(self.live.get(cell.id, cell), "text/html")
        moving = [output for output in moving if LIVE in output.data["text/html"]]
        if len(moving) >= one.nth:
            html = moving[one.nth - 1].data["text/html"] + (TIMED if one.timed else "")
            return Evidence("network" if "data-nc-network" in html else "live", html)
        return picture(_data(cell, "image/png"), one.nth)

    def _table(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        outputs = _data(cell, "text/html")
        tables = [
            t for o in outputs for t in BeautifulSoup(o.data["text/html"], "html.parser")("table")
        ]
        return (
            Evidence("table", _part_of(tables[one.nth - 1], one))
            if len(tables) >= one.nth
            else None
        )

    def _printed(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        texts = [o.text for o in cell.get("outputs", []) if o.get("name") == "stdout"]
        lines = "".join(texts).splitlines()
        if one.rows:
            lines = [line for line in lines if _matches(line, one.rows)]
        return Evidence("printed", part("printed", text="\n".join(lines))) if lines else None

    def _code(self, one: Assertion, cell: NotebookNode) -> Evidence:
        texts = (o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", []))
        shown = [m[1] for m in map(SOURCE.match, texts) if m][one.nth - 1 : one.nth]
        source = shown[0] if shown else cell.source
        return Evidence("code", listing(excerpt(source, one.first, one.last, str(cell.id))))

    def _hands(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        new = [replace(q, ends=tuple(one.edges), counts=one.counts) for q in poll.asked(cell)]
        if len(new) < one.nth:
            return None
        question = new[one.nth - 1]
        self.asked[question.name] = question
        return Evidence("hands", part("poll", question=question))

    def _result(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        measured = [m for m in poll.scored(cell) if m.name in self.asked]
        if len(measured) < one.nth:
            return None
        value = measured[one.nth - 1]
        html = part("poll_result", question=self.asked[value.name], measured=value)
        return Evidence("result", html)

    def _question(self, one: Assertion, cell: NotebookNode) -> Evidence | None:
        asked = questions.find(self.chapter)
        if not 1 <= one.question <= len(asked):
            return None
        return Evidence("question", part("quiz", question=asked[one.question - 1], inline=inline))


def picture(outputs: list[NotebookNode], nth: int = 1) -> Evidence | None:
    """A stored picture, as large as the slide has room for."""
    if len(outputs) < nth:
        return None
    png, alt, width, _ = stored_picture(outputs[nth - 1])
    return Evidence("still", part("picture", png=png, alt=alt, width=width))


def _data(cell: NotebookNode, kind: str) -> list[NotebookNode]:
    return [o for o in cell.get("outputs", []) if kind in o.get("data", {})]


def _matches(text: str, patterns: list[str]) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def _part_of(table: Tag, one: Assertion) -> str:
    """The table's rows and columns that the assertion wants, with no style of its own."""
    head = [row for row in table("tr") if row("th") and not row("td")]
    rows = [r for r in table("tr") if r in head or not one.rows or _matches(_cell(r), one.rows)]
    lines = []
    for row in rows:
        cells = row(["th", "td"])
        kept = [cells[k - 1] for k in one.columns if k <= len(cells)] if one.columns else cells
        lines.append([(cell.name, _cell(cell)) for cell in kept])
    numeric = [
        all(NUMBER.match(text) for _, text in column[len(head) :])
        for column in zip(*lines, strict=False)
    ]
    return part("table", rows=lines, numeric=numeric)


def _cell(cell: Tag) -> str:
    return " ".join(cell.get_text(" ").split())
