"""A chapter's slides in their order: a title, the sections with what each says, and an end."""

from dataclasses import dataclass, field

from nbformat import NotebookNode

from .. import markdown
from ..chapters import role, section
from .assertions import Assertion, Numbers, assertions, core, filled, numbers, steps
from .evidence import Evidence, Shown, picture

LECTURE = 90  # minutes
SHORT = 60  # minutes; a shorter lecture has the core sections alone


@dataclass
class Slide:
    """One slide; its texts are HTML. `column` counts from 0, `place` is the section's name."""

    column: int
    kind: str  # title, section or slide
    says: str
    place: str = ""
    steps: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    side: bool = False
    weight: float = 2  # minutes, before the lecture is stretched to its length


def slides(
    notebook: NotebookNode,
    chapter: str,
    minutes: int = LECTURE,
    live: NotebookNode | None = None,
    blank: str = "",
) -> list[Slide]:
    """The slides of a chapter; `chapter` is its number, for the quiz.

    Words and numbers are those of `notebook`; `live` is the same one with figures that move. A
    lecture shorter than `SHORT` minutes has the sections marked as core. With `blank`, that stands
    in place of every measured number. Raises ``ValueError`` if a cell does not have what its slide
    would show.
    """
    moving = {cell.id: cell for cell in live.cells} if live is not None else {}
    cells = {cell.id: cell for cell in notebook.cells}
    shown, deck, groups = Shown(chapter, moving), list[Slide](), list[str]()
    left_out = _left_out(notebook) if minutes < SHORT else set()
    for cell in notebook.cells:
        for one in assertions(cell):
            if section(cell) in left_out or (minutes < SHORT and not one.core):
                continue
            found = numbers(one, cell, cells)
            found = dict.fromkeys(found, blank) if blank else found
            group = section(cell) or ("end" if any(groups) else "")
            groups += [group] if group not in groups else []
            deck.append(_slide(one, cell, len(groups) - 1, found, shown))
    if deck:
        deck[0].evidence = deck[0].evidence or _cover(notebook)
    return deck


def _left_out(notebook: NotebookNode) -> set[str]:
    """The sections without the mark of the core; none where no section has it."""
    begins = [cell for cell in notebook.cells if role(cell) == "why"]
    marked = {section(cell) for cell in begins if core(cell)}
    return {section(cell) for cell in begins} - marked if marked else set()


def _slide(one: Assertion, cell: NotebookNode, column: int, found: Numbers, shown: Shown) -> Slide:
    kind = {"title": "title", "why": "section"}.get(role(cell), "slide")
    return Slide(
        column,
        kind,
        markdown.inline(filled(one.says, found)),
        section(cell),
        [markdown.render(step) for step in steps(filled(one.text, found))],
        shown.evidence(one, cell),
        [markdown.render(step) for step in steps(filled(one.after, found))],
        [markdown.render(filled(one.notes, found))] if one.notes else [],
        one.side,
        one.minutes,
    )


def _cover(notebook: NotebookNode) -> list[Evidence]:
    """The picture of the whole chapter, for the title."""
    outputs = [
        o for cell in notebook.cells if role(cell) == "picture" for o in cell.get("outputs", [])
    ]
    found = picture([o for o in outputs if "image/png" in o.get("data", {})])
    return [found] if found else []


def pace(found: list[Slide], minutes: int) -> list[int]:
    """Seconds for each slide: its share of the lecture."""
    whole = sum(slide.weight for slide in found) or 1
    return [round(60 * minutes * slide.weight / whole) for slide in found]
