"""What a cell becomes in a lecture: by its place in the chapter's anatomy, or by its own mark.

The mark is Jupyter's own (JupyterLab: Property Inspector, Slide Type): ``slide`` begins a column,
``subslide`` the next slide below, ``-`` stays on the same one, ``fragment`` waits for a key,
``notes`` goes to the presenter's window, ``skip`` is left out. A cell without a mark follows the
rule of its role, so a chapter of the usual anatomy is a lecture without a single mark. Marks are
metadata: they do not make the notebook's outputs stale.
"""

from dataclasses import dataclass

from nbformat import NotebookNode

from ..chapters import role, section, tags

MARKS = ("slide", "subslide", "-", "fragment", "notes", "skip")


@dataclass(frozen=True)
class Rule:
    """What the cells of a role become.

    ``first`` is the mark of a group's first cell; every other Markdown cell of it is a subslide,
    but closing words below code and its outputs stay with them and wait for a key.
    ``code`` says whether code is shown with its outputs, ``waits`` whether outputs wait for a key.
    ``weight`` is how much of a lecture's time the whole group takes, against the others, ``notes``
    what the presenter's window says.
    """

    first: str
    code: bool = False
    waits: bool = False
    weight: float = 0
    notes: str = ""


RULES = {
    "title": Rule("slide", weight=2),
    "picture": Rule("subslide", weight=2),
    "setup": Rule("skip"),
    "why": Rule(
        "slide", weight=1, notes="Leave the question open for a moment. Who dares to answer?"
    ),
    "see": Rule(
        "subslide",
        code=True,
        weight=2,
        notes="Small enough to work out: let the room say what comes, then compare.",
    ),
    "code": Rule(
        "subslide",
        code=True,
        weight=3,
        notes="Half a minute of silence to read. Which line is the formula?",
    ),
    "predict": Rule(
        "subslide",
        weight=2,
        notes="Count the hands for each answer and type the numbers on the projected slide, "
        "not in this window. Only then go on.",
    ),
    "measure": Rule(
        "subslide",
        code=True,
        waits=True,
        weight=2,
        notes="The result comes with the next key.",
    ),
    "play": Rule(
        "subslide",
        weight=3,
        notes="Ask what will happen before you move a control. Move it on the projected slide: "
        "what you move in this window moves only here. Escape gives the keys back.",
    ),
    "actually": Rule(
        "subslide",
        code=True,
        weight=3,
        notes="Who would have said so? Hands first, then what was measured.",
    ),
    "exercise": Rule(
        "subslide", notes="For the lab: not in the lecture's time. Go on to the next question."
    ),
    "claims": Rule("slide", weight=4, notes="Take one line that did not hold, and ask why."),
    "passport": Rule(
        "slide", weight=1, notes="Which of the dots would you carry on your own device?"
    ),
    "summary": Rule(
        "slide", weight=3, notes="Each sentence comes with a key: let the room begin it."
    ),
    "quiz": Rule("slide", notes="Hands first. The next key shows which is right."),
    "references": Rule("slide"),
}
OTHER = Rule("skip")  # a role that lectures do not show: terms, and what is not of the anatomy


@dataclass(frozen=True)
class Part:
    """A cell with what becomes of it."""

    cell: NotebookNode
    role: str
    section: str
    mark: str
    rule: Rule


def parts(notebook: NotebookNode) -> list[Part]:
    """Every cell of a notebook with its mark.

    Raises
    ------
    ValueError
        If a cell's own mark is none of Jupyter's.
    """
    found, before = [], ("", "")
    groups = [(section(cell), role(cell)) for cell in notebook.cells]
    for cell, group, after in zip(notebook.cells, groups, [*groups[1:], ("", "")], strict=False):
        rule = RULES.get(group[1], OTHER)
        closes = rule.code and group == before and group != after
        mark = _own(cell) or _usual(cell, rule, new=group != before, closes=closes)
        found.append(Part(cell, group[1], group[0], mark, rule))
        before = group
    return found


def _own(cell: NotebookNode) -> str:
    mark = str(cell.metadata.get("slideshow", {}).get("slide_type", ""))
    if mark and mark not in MARKS:
        raise ValueError(f"slide_type must be one of {', '.join(MARKS)}, got {mark!r}")
    return mark


def _usual(cell: NotebookNode, rule: Rule, new: bool, closes: bool) -> str:
    if rule.first == "skip" or "minutes" in tags(cell):
        return "skip"
    if new:
        return rule.first
    if closes and cell.cell_type == "markdown" and not cell.source.startswith("#"):
        return "fragment"
    return "subslide" if cell.cell_type == "markdown" else "-"
