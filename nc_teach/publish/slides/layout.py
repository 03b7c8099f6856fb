"""From cells to slides: what belongs together stays together where there is room for it."""

from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from nc_teach.classroom import questions
from nc_teach.classroom.output import inline

from ..parts import part as shown
from .blocks import Block, Polls, blocks, heading
from .cell_roles import OTHER, RULES, Part, parts
from .prose import left_out

ROOM = 740  # CSS pixels below the heading of a slide that is 900 high


@dataclass
class Slide:
    """One slide: `column` counts the columns of the deck from 0."""

    column: int
    role: str
    section: str
    heading: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    weight: float = 0

    @property
    def height(self) -> int:
        """Of all its blocks, in CSS pixels."""
        return sum(block.height for block in self.blocks)


def slides(notebook: NotebookNode, chapter: str) -> list[Slide]:
    """The slides of a chapter in their order; `chapter` is its number, for the quiz."""
    deck: list[Slide] = []
    asked: Polls = {}
    for part in parts(notebook):
        if part.mark == "skip":
            continue
        if part.mark == "notes":
            _note(deck, part.cell.source)
            continue
        if part.role == "quiz":
            deck += _quiz(chapter, 1 + _last(deck))
            continue
        found = blocks(part, asked)
        title = heading(part.cell)
        if part.mark in ("slide", "subslide") and (found or title):
            deck.append(_new(deck, part, title, begins=part.mark == "slide"))
        for block, after in zip(found, [*found[1:], None], strict=False):
            follows = block.kind == "code" and after and after.kind == "output"
            _place(deck, block, after.height if after and follows else 0)
        _note(deck, part.cell.metadata.get("nc_teach", {}).get("notes", ""))
        _note(deck, left_out(part.cell.source) if part.cell.cell_type == "markdown" else "")
    return _weighed([slide for slide in deck if slide.blocks or slide.heading])


def _last(deck: list[Slide]) -> int:
    return deck[-1].column if deck else -1


def _quiz(chapter: str, column: int) -> list[Slide]:
    """A slide for every question: the choices, then which is right; the presenter sees all whys."""
    asked = questions.find(chapter)
    return [
        Slide(
            column,
            "quiz",
            "",
            f"Question {number} of {len(asked)}",
            [Block("text", shown("quiz", question=question, inline=inline), 600)],
            [f"{letter}: {choice.says}" for letter, choice in question.lettered()],
        )
        for number, question in enumerate(asked, 1)
    ]


def _new(deck: list[Slide], part: Part, title: str, begins: bool) -> Slide:
    column = max(0, _last(deck) + begins)
    return Slide(column, part.role, part.section, title or _usual(deck, part))


def _usual(deck: list[Slide], part: Part) -> str:
    """A slide without a heading of its own keeps that of the slide before, in the same part."""
    names = {"exercise": "Now you", "picture": "The chapter in one picture", "title": ""}
    same = deck and (deck[-1].section, deck[-1].role) == (part.section, part.role)
    return names.get(part.role, deck[-1].heading if same else part.role.capitalize())


def _place(deck: list[Slide], block: Block, ahead: int) -> None:
    """Put a block on the last slide, or on a new one below it when there is no room.

    `ahead` is the height of the output that belongs to a block of code: below other outputs it
    needs room too, so that code is never on a slide without what it gives.
    """
    if not deck:
        return
    last = deck[-1]
    alone = {"wide", "poll"} & {block.kind, *(b.kind for b in last.blocks)}
    text_only = all(b.kind == "text" for b in last.blocks)
    ahead = ahead if any(b.kind == "output" for b in last.blocks) else 0
    full = last.blocks and last.height + block.height + ahead > ROOM
    if (alone and not text_only) or (full and not (alone and text_only)):
        last = Slide(last.column, last.role, last.section, last.heading)
        deck.append(last)
    first = block.kind == "text" and not last.blocks  # on an empty slide nobody knows to wait
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
