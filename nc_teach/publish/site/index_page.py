"""The site's first page: where to begin, what each chapter asks, how to run it, how to teach it.

Its words are in `index.md`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from nc_teach import course
from nc_teach.common.templates import template
from nc_teach.course import Chapter

from ..chapters import folder_of, heading, read
from ..pages import TREE


def index_page(chapters: Sequence[Chapter], place: str, picture: str = "course.png") -> str:
    """The page in Markdown; `place` is the repository as ``owner/name``, or empty."""
    start, *others = map(_entry, chapters)
    page = template(Path(__file__).with_name("index.md"))
    whole_course = [*TREE, "api/index"]
    return page.render(
        start=start, chapters=others, place=place, picture=picture, whole_course=whole_course
    )


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
