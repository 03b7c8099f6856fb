"""What a cell becomes in a lecture: by its place in the chapter's anatomy, or by its own mark.

The mark is Jupyter's own (JupyterLab: Property Inspector, Slide Type): ``slide`` begins a column,
``subslide`` the next slide below, ``-`` stays on the same one, ``fragment`` waits for a key,
``notes`` goes to the presenter's window, ``skip`` is left out. A cell without a mark follows the
rule of its role, so a chapter of the usual anatomy is a lecture without a single mark. Marks are
metadata: they do not make the notebook's outputs stale.
"""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..chapters import role, section, tags

MARKS = ("slide", "subslide", "-", "fragment", "notes", "skip")


@dataclass(frozen=True)
class Rule:
    """What the cells of a role become, as a line of `cell_roles.md` has it.

    ``first`` is the mark of a group's first cell; every other Markdown cell of it is a subslide,
    but closing words below code and its outputs stay with them and wait for a key.
    """

    first: str
    code: bool = False
    waits: bool = False
    weight: float = 0
    notes: str = ""


def _rules() -> dict[str, Rule]:
    lines = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    cells = ([cell.strip() for cell in row] for row in table[2:])
    return {
        role: Rule(first, bool(code), bool(waits), float(weight), notes)
        for role, first, code, waits, weight, notes in cells
    }


RULES = _rules()
OTHER = Rule("skip")  # a role that lectures do not show: terms, what goes deeper, what is unknown


@dataclass(frozen=True)
class Part:
    """A cell with what becomes of it."""

    cell: NotebookNode
    role: str
    section: str
    mark: str
    rule: Rule


def parts(notebook: NotebookNode) -> list[Part]:
    """Every cell of a notebook with its mark; ``ValueError`` if its own is none of Jupyter's."""
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
