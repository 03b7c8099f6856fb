"""The lecturer's copy of a chapter: the student's notebook with the solutions in it.

The solutions are read from the exercise cards when the copy is made, so the student's notebook,
which is the course's own, never holds them.
"""

import ast
import inspect
import textwrap
from copy import deepcopy
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat import NotebookNode

from nc_teach import course
from nc_teach.classroom import cards
from nc_teach.classroom.card import Card, Function
from nc_teach.classroom.examine import examine

WARNING = "**For who teaches.** With solutions and known wrong answers: do not hand it out."


def copy(notebook: NotebookNode) -> NotebookNode:
    """The notebook without outputs; each exercise's stub is followed by what is known about it.

    Every cell that is new has the tag ``solution``, and the metadata says ``instructor``.
    """
    result = deepcopy(notebook)
    ours = {k: v for k, v in result.metadata.get("nc_teach", {}).items() if k != "made_from"}
    result.metadata["nc_teach"] = {**ours, "instructor": True}
    cells, exercise = [_words(WARNING)], ""
    for cell in result.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cells += solved(cards.find(exercise)) if exercise else []  # this is the stub
            exercise = next(iter(course.keys(cell.source, "exercise")), "")
    result.cells = cells
    return result


def solved(card: Card) -> list[NotebookNode]:
    """The cells for an exercise: the solution, its reasoning and hints, the wrong answers."""
    code = nbformat.v4.new_code_cell(source(card), metadata={"tags": ["exercise", "solution"]})
    reasons = (
        f"**Solution of {card.key}.** {card.reasoning}\n\n"
        f"**Almost right:** {card.near_miss}\n\n"
        f"**The two hints:** {card.hints[0]} {card.hints[1]}"
    )
    return [code, _words(reasons), _words(wrong_answers(card))]


def wrong_answers(card: Card) -> str:
    """Every known wrong answer, folded, under what the check says to it. The checks are run."""
    parts = [f"**Known wrong answers to {card.key}**, and what the check says:"]
    for code, function in known_wrong(card):
        message = " ".join((examine(card, function) or "").split())
        parts.append(
            f"<details><summary>{message}</summary>\n\n```python\n{code}\n```\n\n</details>"
        )
    return "\n\n".join(parts)


def known_wrong(card: Card) -> list[tuple[str, Function]]:
    """The known wrong functions of a card, each behind its code.

    A function that the card's table writes in place is shown as it is written there, below the
    functions of the card's module that it names.
    """
    module = inspect.getmodule(card.solution)
    keys = _table_keys(module, len(card.wrong))
    return [(_code(key, f, module), f) for key, f in zip(keys, card.wrong, strict=True)]


def _table_keys(module: ModuleType | None, count: int) -> list[ast.expr]:
    """The keys of a module's table ``WRONG`` as they are written, `count` in all.

    The key of a loop comes as often as is needed for that.
    """
    tree = ast.parse(inspect.getsource(module) if module else "")
    assigned = [n for n in tree.body if isinstance(n, ast.Assign)]
    (table,) = (n.value for n in assigned if ast.unparse(n.targets[0]) == "WRONG")
    parts = _joined(table)
    written = sum(len(part.keys) for part in parts if isinstance(part, ast.Dict))
    keys: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Dict):
            keys += filter(None, part.keys)
        elif isinstance(part, ast.DictComp):
            keys += [part.key] * (count - written)
    return keys


def _joined(table: ast.expr) -> list[ast.expr]:
    """The tables that ``one | other`` joins, in their order."""
    if isinstance(table, ast.BinOp):
        return [*_joined(table.left), *_joined(table.right)]
    return [table]


def _code(key: ast.expr, function: Function, module: ModuleType | None) -> str:
    """How a key makes its function, below the functions of its module that it names."""
    names = {n.id for n in ast.walk(key) if isinstance(n, ast.Name)}
    known = [vars(module).get(name) for name in sorted(names)] if module else []
    used = [f for f in known if inspect.isfunction(f) and inspect.getmodule(f) is module]
    parts = list(map(_source, used))
    if not isinstance(key, ast.Name):
        bound = ", ".join(f"{name} = {value!r}" for name, value in _bound(function).items())
        parts.append(ast.unparse(key) + (f"  # {bound}" if bound else ""))
    return "\n\n\n".join(parts)


def _bound(function: object) -> dict[str, object]:
    """The values, but for functions and what holds them, that a function was made with."""
    bound = inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}
    plain = {name: value for name, value in bound.items() if not callable(value)}
    found = {name: value for name, value in plain.items() if " at 0x" not in repr(value)}
    for value in bound.values():
        found |= {} if value is function else _bound(value)
    return found


def source(card: Card) -> str:
    """A card's solution as a cell that runs by itself: its imports, then the function.

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


def _source(function: Function) -> str:
    return textwrap.dedent(inspect.getsource(inspect.unwrap(function))).strip()


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
