"""The teaching guide: for each chapter a lecture, a lab, hands to count, and beliefs to meet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbformat import NotebookNode

from nc_teach.classroom import cards
from nc_teach.classroom.misconceptions import Misconception as Belief
from nc_teach.classroom.misconceptions import misconceptions as beliefs
from nc_teach.classroom.output import number
from nc_teach.course import Chapter
from nc_teach.publish import hands
from nc_teach.publish.chapters import heading, read, role, section
from nc_teach.publish.slides import slides

from . import questions
from .evidence import evidence
from .links import to_chapter, tree
from .tables import table, text, words
from .timetable import LAB, LECTURE, Row, lab, lecture

FIGURE = re.compile(r"figures\.(\w+)\(")
OPENING = f"""# Teaching guide

Each chapter is a lecture of {LECTURE} minutes and a lab of {LAB}. `nc-teach slides N` makes the
slides, with your notes and a clock in the presenter's window (key S). `nc-teach instructor N` makes
your copy of the notebook: each exercise with its solution, and with the wrong answers that are
known and what the check says to them. The students' notebooks hold none of that.

- Make the slides at home: they are one file that needs no network. The first time takes minutes.
- The clicker goes through everything; the key → goes to the next section, and so past what is left.
  Slides of exercises and questions are for the lab and have no time of the lecture.
- Predictions are made by show of hands: write the numbers in before you go on.
- In a figure, ask what will happen before you move anything. Escape gives the keys back.
- In the lab, look at the almost right solutions: each card names one.
- To change what is on a slide, set Slide Type in JupyterLab's Property Inspector. Your own notes
  are cells of the type Notes.
"""


def opening(chapters: Sequence[Chapter]) -> str:
    """The guide's first page, with a list of those below."""
    return f"{OPENING}\n{tree({f'guide_{c.number}': heading(c) for c in chapters})}\n"


def page(chapter: Chapter) -> str:
    """A chapter's page in Markdown."""
    notebook = read(chapter)
    minutes = notebook.metadata.nc_teach.minutes
    rows = lecture(slides(notebook, chapter.number))
    titles = {row.section: row.what for row in rows if row.section}
    parts = [
        f"# Teaching {heading(chapter)}",
        f"Before: {to_chapter(chapter.number, 'the chapter')}, {minutes.read} minutes to read, "
        "at home or instead of the lecture.",
        f"## The lecture: {LECTURE} minutes",
        table(
            ("from minute", "minutes", "what", "column of slides", "figures that move"),
            [_row(r, notebook) for r in rows],
        ),
        f"## The lab: {LAB} minutes",
        table(("from minute", "minutes", "what"), [_short(r) for r in lab(chapter, minutes.run)]),
        "## By show of hands",
        table(("ask", "from", "to", "measured", "right is"), _hands(notebook)),
        "## What people commonly believe",
        "Read one out, and let hands vote for or against before you answer.",
        *(_belief(belief, titles) for belief in beliefs(chapter.number)),
        "## Almost right",
        "\n".join(f"- **{key}** {words(cards.find(key).near_miss)}" for key in chapter.exercises),
    ]
    if chapter.quiz:
        parts += ["## Key to the questions", f"{questions.key(chapter)}."]
    return "\n\n".join(parts) + "\n"


def _short(row: Row) -> tuple[str, str, str]:
    return str(row.at) if row.at >= 0 else "at home", str(row.minutes), row.what


def _row(row: Row, notebook: NotebookNode) -> tuple[str, ...]:
    """A row of the lecture, with the figures of its section that move."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and section(c) == row.section]
    names = [n for c in cells if row.section and role(c) != "see" for n in _figures(c)]
    return (*_short(row), str(row.column), "; ".join(dict.fromkeys(names)))


def _figures(cell: NotebookNode) -> list[str]:
    """The titles of a cell's figures, as their stored pictures say them; else their names."""
    called = FIGURE.findall(cell.source)
    data = [output.get("data", {}) for output in cell.outputs]
    titles = [d["text/plain"].splitlines()[0] for d in data if "image/png" in d]
    return list(map(text, titles)) if called and titles else [f"`{name}`" for name in called]


def _hands(notebook: NotebookNode) -> list[tuple[str, ...]]:
    """The predictions: what to ask, and what came out when the chapter was last run."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    told = {name: (shown, value) for c in cells for name, shown, value in hands.scored(c)}
    rows = []
    for asked in (h for cell in cells for h in hands.asked(cell)):
        shown, value = told.get(asked.name, ("run it", None))
        right = asked.answers()[asked.right(value)] if value is not None else ""
        ends = (f"{number(end, 2)} {asked.unit}".strip() for end in (asked.low, asked.high))
        rows.append((text(asked.question), *ends, text(shown), text(right)))
    return rows


def _belief(belief: Belief, titles: dict[str, str]) -> str:
    where = titles.get(belief.section, "")
    said = f"**“{text(belief.says)}”** {text(belief.answer)}"
    return " ".join(filter(None, [said, f"({where})" if where else "", evidence(belief)]))
