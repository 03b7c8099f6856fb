"""The site's first page: where to begin, what each chapter asks, how to run it, how to teach it.

Its words are in `index.md`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from nc_teach import course
from nc_teach.common.templates import template
from nc_teach.course import Chapter

from ..chapters import code_cells, folder_of, heading, read
from ..pages import TREE


def index_page(
    chapters: Sequence[Chapter], place: str, picture: str = "course.png", pad: str = ""
) -> str:
    """The page in Markdown; `place` is the repository as ``owner/name``, or empty.

    `pad` names the file with the pad that stands on top; without one there is the `picture`.
    """
    start, *others = map(_entry, chapters)
    page = template(Path(__file__).with_name("index.md"))
    whole_course = [*TREE, "api/index"]
    return page.render(
        start=start,
        chapters=others,
        place=place,
        picture=picture,
        pad=pad,
        whole_course=whole_course,
    )


def pad(notebook: NotebookNode) -> str:
    """The HTML of the first network that runs in an executed notebook; empty where all is still."""
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    shown = (output.get("data", {}).get("text/html", "") for output in outputs)
    return next((html for html in shown if "data-nc-network" in html), "")


def asks(chapter: Chapter) -> str:
    """What a chapter asks, as the text below its title has it, in one line.

    >>> asks(course.chapters()[1])[-40:]
    'aller file, a faster answer, or neither?'
    """
    below = course.prose(chapter, "title").split("\n\n", 1)[1]
    return re.split(r"\n(?=[|#]|\n|After this)", below)[0].replace("\n", " ").strip()


def _entry(chapter: Chapter) -> dict[str, object]:
    return {
        "heading": heading(chapter),
        "folder": folder_of(chapter),
        "asks": asks(chapter),
        "minutes": read(chapter).metadata.nc_teach.minutes,
    }
