"""What a cell becomes in a lecture: by its place in the chapter's anatomy, or by its own mark.

The mark is Jupyter's own (JupyterLab: Property Inspector, Slide Type): ``slide`` begins a column,
``subslide`` the next slide below, ``-`` stays on the same one, ``fragment`` waits for a key,
``notes`` goes to the presenter's window, ``skip`` stays at home. A cell without a mark follows the
rule of its role, so a chapter of the usual anatomy is a lecture without a single mark. Marks are
metadata: they do not make the notebook's outputs stale.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from .chapters import role, section

MARKS = ("slide", "subslide", "-", "fragment", "notes", "skip")


@dataclass(frozen=True)
class Rule:
    """What the cells of a role become.

    ``first`` is the mark of a group's first cell; every other Markdown cell of it is a subslide,
    but closing words below code and its outputs stay with them and wait for a key.
    ``code`` says whether code is shown with its outputs, ``waits`` whether outputs wait for a key;
    ``weight`` is how much of a lecture's time the whole group takes, against the others.
    """

    first: str
    code: bool = False
    waits: bool = False
    weight: float = 0


RULES = {
    "title": Rule("slide", weight=2),
    "picture": Rule("subslide", weight=2),
    "setup": Rule("skip"),
    "why": Rule("slide", weight=1),
    "see": Rule("subslide", code=True, weight=2),
    "code": Rule("subslide", code=True, weight=3),
    "predict": Rule("subslide", weight=2),
    "measure": Rule("subslide", code=True, waits=True, weight=2),
    "play": Rule("subslide", weight=3),
    "actually": Rule("subslide", code=True, weight=3),
    "exercise": Rule("subslide"),
    "claims": Rule("slide", weight=4),
    "passport": Rule("slide", weight=1),
    "summary": Rule("slide", weight=3),
    "quiz": Rule("slide"),
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
    mark = cell.metadata.get("slideshow", {}).get("slide_type", "")
    if mark and mark not in MARKS:
        raise ValueError(f"slide_type must be one of {', '.join(MARKS)}, got {mark!r}")
    return mark


def _usual(cell: NotebookNode, rule: Rule, new: bool, closes: bool) -> str:
    if rule.first == "skip" or "minutes" in cell.metadata.get("tags", []):
        return "skip"
    if new:
        return rule.first
    if closes and cell.cell_type == "markdown" and not cell.source.startswith("#"):
        return "fragment"
    return "subslide" if cell.cell_type == "markdown" else "-"
