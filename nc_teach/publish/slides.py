"""From marked cells to slides: what belongs together stays together where there is room for it."""

from __future__ import annotations

from dataclasses import replace

from nbformat import NotebookNode

from . import quiz_slides
from .blocks import Block, blocks, heading
from .hands import Hands
from .marks import OTHER, RULES, Part, parts
from .slide import Slide

ROOM = 740  # CSS pixels below the heading of a slide that is 900 high


def slides(notebook: NotebookNode, chapter: str) -> list[Slide]:
    """The slides of a chapter in their order; `chapter` is its number, for the quiz."""
    deck: list[Slide] = []
    asked: dict[str, Hands] = {}
    for part in parts(notebook):
        if part.mark == "skip":
            continue
        if part.mark == "notes":
            _note(deck, part.cell.source)
            continue
        if part.role == "quiz":
            deck += quiz_slides.slides(chapter, 1 + _last(deck))
            continue
        found = blocks(part, asked)
        title = heading(part.cell)
        if part.mark in ("slide", "subslide") and (found or title):
            deck.append(_new(deck, part, title, begins=part.mark == "slide"))
        for k, block in enumerate(found):
            after = found[k + 1] if block.kind == "code" and k + 1 < len(found) else None
            _place(deck, block, after.height if after and after.kind == "output" else 0)
        _note(deck, part.cell.metadata.get("nc_teach", {}).get("notes", ""))
    return _weighed([slide for slide in deck if slide.blocks or slide.heading])


def _last(deck: list[Slide]) -> int:
    return deck[-1].column if deck else -1


def _new(deck: list[Slide], part: Part, title: str, begins: bool) -> Slide:
    column = max(0, _last(deck) + begins)
    return Slide(column, part.role, part.section, title or _usual(deck, part))


def _usual(deck: list[Slide], part: Part) -> str:
    """A slide without a heading of its own keeps that of the slide before, in the same part."""
    names = {"exercise": "Now you", "picture": "The chapter in one picture", "title": ""}
    same = deck and (deck[-1].section, deck[-1].role) == (part.section, part.role)
    return names.get(part.role, deck[-1].heading if same else part.role.capitalize())


def _place(deck: list[Slide], block: Block, ahead: int = 0) -> None:
    """Put a block on the last slide, or on a new one below it when there is no room.

    `ahead` is the height of the output that belongs to a block of code: below other outputs it
    needs room too, so that code never stands there without what it gives.
    """
    if not deck:
        return
    last = deck[-1]
    alone = {"wide", "hands"} & {block.kind, *(b.kind for b in last.blocks)}
    text_only = all(b.kind == "text" for b in last.blocks)
    ahead = ahead if any(b.kind == "output" for b in last.blocks) else 0
    full = last.blocks and last.height + block.height + ahead > ROOM
    if (alone and not text_only) or (full and not (alone and text_only)):
        last = Slide(last.column, last.role, last.section, last.heading)
        deck.append(last)
    first = block.kind == "text" and not last.blocks  # an empty slide would tell nobody to wait
    last.blocks.append(replace(block, fragment=False) if first else block)


def _note(deck: list[Slide], text: str) -> None:
    if deck and text.strip():
        deck[-1].notes.append(text.strip())


def _weighed(deck: list[Slide]) -> list[Slide]:
    """Share the weight of each group of cells out over its slides."""
    for slide in deck:
        group = [s for s in deck if (s.section, s.role) == (slide.section, slide.role)]
        slide.weight = RULES.get(slide.role, OTHER).weight / len(group)
    return deck
