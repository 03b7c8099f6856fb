"""A chapter as one self-contained HTML file: slides that need no network and no kernel."""

import re
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

from nc_teach.common.palette import CHAPTERS
from nc_teach.common.templates import template

from .. import markdown
from ..chapters import measured
from .lecture import LECTURE, Slide, pace, slides

HERE = Path(__file__).parent
REVEAL = {
    "reset": "dist/reset.css",
    "style": "dist/reveal.css",
    "script": "dist/reveal.js",
    "notes": "plugin/notes/notes.js",
    "licence": "LICENSE",
}


def deck(
    notebook: NotebookNode,
    chapter: str,
    title: str,
    minutes: int = LECTURE,
    live: NotebookNode | None = None,
) -> str:
    """The slides of a chapter as one piece of HTML, from its notebook with its outputs.

    `chapter` is its number, `title` the document's; the presenter's window paces a lecture of that
    many `minutes`. `live` is the notebook with figures that move: they are taken from there, and
    all numbers from `notebook`, so that a busy machine's times do not reach a slide.
    """
    found = slides(notebook, chapter, minutes, live)
    return template(HERE / "deck.html").render(
        title=title,
        colour=CHAPTERS.get(chapter, CHAPTERS["1"]),
        measured=measured(notebook),
        reveal=reveal(),
        ours=markdown.STYLE.read_text(encoding="utf-8")
        + (HERE / "deck.css").read_text(encoding="utf-8"),
        start=(HERE / "deck.js").read_text(encoding="utf-8"),
        seconds=60 * minutes,
        sections=[slide for slide in found if slide.kind == "section"],
        columns=_columns(found, pace(found, minutes)),
    )


def _columns(found: list[Slide], seconds: list[int]) -> list[list[tuple[Slide, int]]]:
    paced = zip(found, seconds, strict=True)
    return [list(column) for _, column in groupby(paced, lambda pair: pair[0].column)]


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
