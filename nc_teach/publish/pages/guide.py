"""The teaching guide: for each chapter a lecture, a lab, hands to count, and beliefs to meet."""

import re

from nbformat import NotebookNode

from nc_teach.classroom import cards
from nc_teach.classroom.misconceptions import misconceptions
from nc_teach.classroom.output import number
from nc_teach.course import Chapter

from .. import poll
from ..chapters import code_cells, read, role, section
from ..markdown import text
from ..slides.lecture import slides
from . import questions
from .fill import fill
from .results import evidence
from .timetable import LAB, LECTURE, Row, lab, lecture

FIGURE = re.compile(r"figures\.(\w+)\(")


def page(chapter: Chapter, *, answers: bool) -> str:
    """A chapter's page in Markdown; without `answers` it is one that students may read."""
    notebook = read(chapter)
    minutes = notebook.metadata.nc_teach.minutes
    polls = _polls(notebook)
    rows = lecture(slides(notebook, chapter.number))
    return fill(
        "guide_chapter",
        answers=answers,
        chapter=chapter,
        minutes=minutes,
        lecture_minutes=LECTURE,
        lecture=[
            (*_short(r), "{}–{}".format(*r.slides), _figures(r.section, notebook)) for r in rows
        ],
        lab_minutes=LAB,
        lab=map(_short, lab(chapter, minutes.run)),
        polls=polls,
        questions=[row[:3] for row in polls],
        beliefs=misconceptions(chapter.number),
        titles={row.section: row.what for row in rows if row.section},
        evidence=evidence,
        cards=map(cards.find, chapter.exercises),
        key=questions.key(chapter) if chapter.quiz else "",
    )


def _short(row: Row) -> tuple[str, str, str]:
    return str(row.at) if row.at >= 0 else "at home", str(row.minutes), row.what


def _figures(of_section: str, notebook: NotebookNode) -> str:
    """The figures of a section that move, by their titles, as their stored pictures say them.

    A figure that has no stored picture goes by its name.
    """
    found: list[str] = []
    for cell in code_cells(notebook):
        if of_section and section(cell) == of_section and role(cell) not in ("see", "deeper"):
            called = FIGURE.findall(cell.source)
            data = [output.get("data", {}) for output in cell.outputs]
            titles = [d["text/plain"].splitlines()[0] for d in data if "image/png" in d]
            if called:
                found += map(text, titles) if titles else [f"`{name}`" for name in called]
    return "; ".join(dict.fromkeys(found))


def _polls(notebook: NotebookNode) -> list[tuple[str, ...]]:
    """The predictions on the main path: what to ask, and what came out in the last run."""
    cells = [cell for cell in code_cells(notebook) if role(cell) != "deeper"]
    results = {measured.name: measured for cell in cells for measured in poll.scored(cell)}
    rows = []
    for asked in (one for cell in cells for one in poll.asked(cell)):
        measured = results.get(asked.name)
        right = asked.answers()[asked.right(measured.value)] if measured else ""
        ends = (f"{number(end, 2)} {asked.unit}".strip() for end in (asked.low, asked.high))
        shown = text(measured.text) if measured else "run it"
        rows.append((text(asked.question), *ends, shown, text(right)))
    return rows
