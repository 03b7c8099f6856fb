"""A chapter as one self-contained HTML file: slides that need no network and no kernel."""

from __future__ import annotations

import html
import json
from itertools import groupby
from pathlib import Path
from string import Template

from nbformat import NotebookNode

from . import markdown, reveal
from .blocks import Block
from .slide import Slide
from .slides import slides

HERE = Path(__file__).parent
LECTURE = 90  # minutes
NOTES = {  # for the presenter, by what a slide is for
    "why": "Let the question stand. Who dares an answer?",
    "see": "Small enough to work out: let the room say what comes, then compare.",
    "code": "Half a minute of silence to read. Which line is the formula?",
    "predict": "Count the hands for each answer and type the numbers on the projected slide, "
    "not in this window. Only then go on.",
    "measure": "The result comes with the next key.",
    "play": "Ask what will happen before you move a control. Move it on the projected slide: what "
    "you move in this window moves only here. Escape gives the keys back.",
    "actually": "Who would have said so? Hands first, then what was measured.",
    "exercise": "For the lab: not in the lecture's time. Go on to the next question.",
    "claims": "Take one line that did not hold, and ask why.",
    "passport": "Which of the dots would you carry on your own device?",
    "summary": "Each sentence comes with a key: let the room begin it.",
    "quiz": "Hands first. The next key shows which is right.",
}

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<!-- With reveal.js:
$licence
-->
<style>$reset</style>
<style>$style</style>
<style>$ours</style>
</head>
<body>
<main><div class="reveal"><div class="slides">
$slides
</div></div></main>
<script>$script</script>
<script>$notes</script>
<script>$start</script>
</body>
</html>
""")


def deck(notebook: NotebookNode, chapter: str, title: str, minutes: int = LECTURE) -> str:
    """The slides of a chapter as one piece of HTML.

    Parameters
    ----------
    notebook : NotebookNode
        With its outputs: played, so that the figures move, or as it is stored.
    chapter : str
        Its number, for the quiz.
    title : str
        Of the document.
    minutes : int
        How long the lecture is: the presenter's window paces it.
    """
    found = slides(notebook, chapter)
    seconds = paced(found, minutes)
    where = {s.section: s.heading for s in found if s.role == "why"}
    shown = "".join(
        f"<section>{''.join(_section(s, seconds[id(s)], where) for s in column)}</section>\n"
        for _, column in groupby(found, lambda slide: slide.column)
    )
    return PAGE.substitute(
        title=html.escape(title),
        licence=reveal.part("licence").replace("--", "- -"),
        reset=reveal.part("reset"),
        style=reveal.part("style"),
        ours=_text("deck.css"),
        slides=shown,
        script=reveal.part("script"),
        notes=reveal.part("notes"),
        start=_text("deck.js").replace("__SECONDS__", json.dumps(60 * minutes)),
    )


def paced(found: list[Slide], minutes: int) -> dict[int, int]:
    """Seconds for each slide, by its id: its share of the lecture."""
    whole = sum(slide.weight for slide in found) or 1
    return {id(slide): round(60 * minutes * slide.weight / whole) for slide in found}


def _section(slide: Slide, seconds: int, where: dict[str, str]) -> str:
    level = "h1" if slide.role == "title" and slide.column == 0 else "h2"
    head = f"<{level}>{slide.heading}</{level}>" if slide.heading else ""
    notes = "".join(map(markdown.render, _notes(slide)))
    wide = " nc-wide" if any(b.kind == "wide" for b in slide.blocks) else ""
    place = where.get(slide.section, "") if slide.role != "why" else ""
    return (
        f'<section class="nc-slide nc-{slide.role}{wide}" data-timing="{seconds}">'
        f'<p class="nc-where">{place}</p>{head}'
        f'<div class="nc-body">{"".join(map(_block, slide.blocks))}</div>'
        f'<aside class="notes">{notes}</aside></section>\n'
    )


def _block(block: Block) -> str:
    waits = " fragment" if block.fragment else ""
    return f'<div class="nc-block nc-{block.kind}{waits}">{block.html}</div>'


def _notes(slide: Slide) -> list[str]:
    return [*slide.notes, *filter(None, [NOTES.get(slide.role, "")])]


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
