"""The lecturer's copy of a chapter: the student's notebook with the solutions in it.

The solutions are read from the exercise cards when the copy is made, so the student's notebook,
which is the course's own, never holds them.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat import NotebookNode

from nc_teach import course
from nc_teach.classroom import cards
from nc_teach.classroom.card import Card, Function
from nc_teach.classroom.examine import examine
from nc_teach.classroom.old_card import Exercise

AnyCard = Card | Exercise
WARNING = "**For who teaches.** With solutions and known wrong answers: do not hand it out."


def copy(notebook: NotebookNode) -> NotebookNode:
    """The notebook without outputs; each exercise's stub is followed by what is known about it.

    Every cell that is new has the tag ``solution``, and the metadata says ``instructor``.
    """
    result = nbformat.v4.new_notebook(metadata=dict(notebook.metadata))
    ours = {k: v for k, v in result.metadata.get("nc_teach", {}).items() if k != "made_from"}
    result.metadata["nc_teach"] = {**ours, "instructor": True}
    result.cells = [_words(WARNING)]
    due: AnyCard | None = None
    for cell in map(_bare, notebook.cells):
        result.cells.append(cell)
        if due is not None and cell.cell_type == "code":  # this is the stub
            result.cells += solved(due)
            due = None
        elif cell.cell_type == "code" and (found := course.keys(cell.source, "exercise")):
            due = cards.find(found[0])
    return result


def solved(card: AnyCard) -> list[NotebookNode]:
    """The cells for an exercise: the solution, its reasoning and hints, the wrong answers."""
    code = nbformat.v4.new_code_cell(source(card), metadata={"tags": ["exercise", "solution"]})
    reasons = (
        f"**Solution of {card.key}.** {card.reasoning}\n\n"
        f"**Almost right:** {card.near_miss}\n\n"
        f"**The two hints:** {card.hints[0]} {card.hints[1]}"
    )
    return [code, _words(reasons), _words(wrong_answers(card))]


def wrong_answers(card: AnyCard) -> str:
    """Every known wrong answer, folded, under what the check says to it. The checks are run."""
    parts = [f"**Known wrong answers to {card.key}**, and what the check says:"]
    for code, function in known_wrong(card):
        message = " ".join((examine(card, function) or "").split())
        parts.append(
            f"<details><summary>{message}</summary>\n\n```python\n{code}\n```\n\n</details>"
        )
    return "\n\n".join(parts)


def known_wrong(card: AnyCard) -> list[tuple[str, Function]]:
    """The known wrong functions of a card, each behind its code.

    A function that the card's table writes in place is shown as it stands there, and then the
    functions of the card's module that it names.
    """
    if isinstance(card, Exercise):
        functions = [wrong.function for wrong in card.wrong_answers.values()]
        return [(_source(function), function) for function in functions]
    module = inspect.getmodule(card.solution)
    names = vars(module) if module else {}
    tables = [n.value for n in _tree(module).body if isinstance(n, ast.Assign)]
    table = next(t for t in tables if isinstance(t, ast.Dict) and len(t.keys) == len(card.wrong))
    shown = []
    for key in filter(None, table.keys):
        used = {n.id for n in ast.walk(key) if isinstance(n, ast.Name)} - {card.solution.__name__}
        ours = [names[u] for u in sorted(used) if inspect.getmodule(names.get(u)) is module]
        alone = [] if isinstance(key, ast.Name) else [ast.unparse(key)]
        shown.append("\n\n\n".join([*map(_source, filter(inspect.isfunction, ours)), *alone]))
    return list(zip(shown, card.wrong, strict=True))


def source(card: AnyCard) -> str:
    """A card's solution as a cell that runs by itself: its imports, then the function.

    Examples
    --------
    >>> print(source(cards.find("1.1")).splitlines()[0])
    import torch
    """
    body = _source(card.solution)
    found = [n for n in ast.walk(ast.parse(body)) if isinstance(n, ast.Name)]
    made = {n.id for n in found if isinstance(n.ctx, ast.Store)}
    module = inspect.getmodule(card.solution)
    lines = [_import(module, name) for name in sorted({n.id for n in found} - made)]
    return "\n".join([*filter(None, lines), *(["", ""] if any(lines) else []), body])


def check_place(out: Path) -> None:
    """Raise ``ValueError`` if a copy must not be written there: over a student's notebook."""
    folder = out.resolve().parent
    if folder == course.notebooks().resolve():
        raise ValueError(f"--out must not be in the folder of the students' notebooks, got {out}")
    if out.exists():
        known = nbformat.read(out, as_version=4).metadata.get("nc_teach", {}).get("instructor")
        if not known:
            raise ValueError(f"--out must be new or an older copy of this kind, got {out}")


def _words(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": ["exercise", "solution"]})


def _bare(cell: NotebookNode) -> NotebookNode:
    """A copy of a cell without outputs."""
    cell = nbformat.from_dict({**cell, "metadata": dict(cell.metadata)})
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _source(function: Function) -> str:
    return textwrap.dedent(inspect.getsource(inspect.unwrap(function))).strip()


def _tree(module: ModuleType | None) -> ast.Module:
    return ast.parse(inspect.getsource(module) if module else "")


def _import(module: ModuleType | None, name: str) -> str:
    """The line that brings a name of the card's module into a notebook; empty for no such name."""
    if module is None or name not in vars(module):
        return ""
    value = vars(module)[name]
    if isinstance(value, ModuleType):
        path, _, last = value.__name__.rpartition(".")
        if last == name:
            return f"from {path} import {name}" if path else f"import {name}"
        return f"import {value.__name__} as {name}"
    return f"from {module.__name__} import {name}"
