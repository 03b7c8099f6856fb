"""The site's first page: where to begin, what each chapter asks, how to run it, how to teach it.

Its words are in `index.md`.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from nc_teach.common.templates import template
from nc_teach.course import Chapter

from ..chapters import code_cells, folder_of, heading, read
from ..pages import TREE
from .chapter_cards import card

PICTURES = ("course.png", "course_dark.png")  # on light and on dark paper


def index_page(chapters: Sequence[Chapter], place: str, pad: str = "") -> str:
    """The page in Markdown; `place` is the repository as ``owner/name``, or empty.

    `pad` names the file with the pad that stands on top; without one there are the `PICTURES`. The
    pictures of the chapters' cards are `card_files`.
    """
    start, *others = map(_entry, chapters)
    minutes = [read(chapter).metadata.nc_teach.minutes for chapter in chapters[1:]]
    page = template(Path(__file__).with_name("index.md"))
    return page.render(
        start=start,
        chapters=others,
        place=place,
        pictures=PICTURES,
        pad=pad,
        hours=lambda what: round(sum(one[what] for one in minutes) / 60),
        whole_course=[*TREE, "api/index"],
    )


def card_files(chapter: Chapter) -> tuple[str, str]:
    """The names of a chapter's two pictures beside the page, for light and for dark paper."""
    return f"card_{chapter.number}.png", f"card_{chapter.number}_dark.png"


def pad(notebook: NotebookNode) -> str:
    """The HTML of the first network that runs in an executed notebook; empty where all is still."""
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    shown = (output.get("data", {}).get("text/html", "") for output in outputs)
    return next((html for html in shown if "data-nc-network" in html), "")


def _entry(chapter: Chapter) -> dict[str, object]:
    notebook = read(chapter)
    return {
        "number": chapter.number,
        "name": chapter.title.partition(" (")[0],
        "heading": heading(chapter),
        "folder": folder_of(chapter),
        "minutes": notebook.metadata.nc_teach.minutes,
        "cards": card_files(chapter),
        "alt": json.dumps(card(notebook).says, ensure_ascii=False),
    }
