"""A chapter's slides on paper for students: pictures that stand still, and blanks to fill in."""

from pathlib import Path

from nbformat import NotebookNode

from nc_teach.common.palette import CHAPTERS
from nc_teach.common.templates import template

from .. import markdown
from .lecture import LECTURE, slides

HERE = Path(__file__).parent
BLANK = "\ue000"  # of no script, so no text has it


def handout(notebook: NotebookNode, chapter: str, title: str, minutes: int = LECTURE) -> str:
    """The slides as a document to print, two or three on a page; the arguments are `deck`'s.

    Every measured number in a sentence is a blank, and so is what the room guesses. Of what was
    measured, tables are left out: the student writes down what comes.
    """
    found = slides(notebook, chapter, minutes, blank=BLANK)
    page = template(HERE / "handout.html").render(
        title=title,
        colour=CHAPTERS.get(chapter, CHAPTERS["1"]),
        style=markdown.STYLE.read_text(encoding="utf-8")
        + (HERE / "handout.css").read_text(encoding="utf-8"),
        slides=found,
    )
    return page.replace(BLANK, '<span class="nc-blank" role="img" aria-label="blank"></span>')
