"""A chapter as one self-contained HTML file: slides that need no network and no kernel."""

import re
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

from nc_teach.common.templates import template

from .. import markdown
from .cell_roles import OTHER, RULES
from .layout import Slide, slides

HERE = Path(__file__).parent
LECTURE = 90  # minutes
REVEAL = {
    "reset": "dist/reset.css",
    "style": "dist/reveal.css",
    "script": "dist/reveal.js",
    "notes": "plugin/notes/notes.js",
    "licence": "LICENSE",
}


def deck(notebook: NotebookNode, chapter: str, title: str, minutes: int = LECTURE) -> str:
    """The slides of a chapter as one piece of HTML, from its notebook with its outputs.

    `chapter` is its number, for the quiz; `title` is the document's; the presenter's window paces
    a lecture of that many `minutes`.
    """
    found = slides(notebook, chapter)
    seconds = paced(found, minutes)
    questions = {s.section: s.heading for s in found if s.role == "why"}
    return template(HERE / "deck.html").render(
        title=title,
        reveal=reveal(),
        ours=(HERE / "deck.css").read_text(encoding="utf-8"),
        start=(HERE / "deck.js").read_text(encoding="utf-8"),
        seconds=60 * minutes,
        columns=[
            [_shown(slide, seconds[id(slide)], questions) for slide in column]
            for _, column in groupby(found, lambda slide: slide.column)
        ],
    )


def paced(found: list[Slide], minutes: int) -> dict[int, int]:
    """Seconds for each slide, by its id: its share of the lecture."""
    whole = sum(slide.weight for slide in found) or 1
    return {id(slide): round(60 * minutes * slide.weight / whole) for slide in found}


@cache
def reveal() -> dict[str, str]:
    """The texts of reveal.js: reset, style, script, notes and licence.

    They are taken from the package that carries them, sphinx-revealjs; nothing of it is kept here.
    Raises ``ModuleNotFoundError`` where it is not installed.
    """
    spec = find_spec("sphinx_revealjs")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'sphinx_revealjs'", name="sphinx-revealjs")
    folder = Path(spec.origin).parent / "_static" / "revealjs"
    texts = {name: (folder / file).read_text(encoding="utf-8") for name, file in REVEAL.items()}
    # inside an element, nothing may end it; in scripts and styles the backslash changes nothing
    return {name: re.sub("</(?=script|style)", r"<\\/", text) for name, text in texts.items()}


def _shown(slide: Slide, seconds: int, questions: dict[str, str]) -> dict[str, object]:
    """What the template needs to know of a slide; its section's question goes above it."""
    notes = [*slide.notes, RULES.get(slide.role, OTHER).notes]
    return {
        "role": slide.role,
        "blocks": slide.blocks,
        "heading": slide.heading,
        "level": "h1" if slide.role == "title" and slide.column == 0 else "h2",
        "where": questions.get(slide.section, "") if slide.role != "why" else "",
        "notes": "".join(map(markdown.render, filter(None, notes))),
        "seconds": seconds,
    }
