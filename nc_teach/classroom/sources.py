"""The package's own source in the notebook: what is shown is what runs."""

import ast
import html
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .highlight import BOX, spans
from .output import Shown, emit, fold

PACKAGE = Path(__file__).resolve().parent.parent
HAS_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
STRING = '<span style="color:var(--jp-mirror-editor-string-color,#a31515)">{}</span>'
LONG = 4  # a docstring of more lines than this is folded


def show(obj: object) -> None:
    """Show the source of a function, class or module, and where it is found.

    Long docstrings are folded below their first line. Raises ``ValueError`` for what is not written
    in Python.
    """
    emit(listing(obj))


def listing(obj: object) -> Shown:
    """What `show` shows: the place in one line, then the source.

    >>> listing(listing).text.splitlines()[0].split(",")[0]
    'nc_teach/classroom/sources.py'
    """
    source, place = _source(obj)
    pieces = "".join(_pieces(source))
    where = f'<div style="font-size:.9em"><code>{html.escape(place)}</code></div>'
    return Shown(f"{place}\n\n{source}", f'{where}<div style="{BOX}">{pieces}</div>')


def _source(obj: Any) -> tuple[str, str]:
    try:
        inner = inspect.unwrap(obj) if callable(obj) else obj
        lines, first = inspect.getsourcelines(inner)
        file = Path(inspect.getsourcefile(inner) or "").resolve()
    except (TypeError, OSError) as error:
        raise ValueError(
            f"obj must be a function, class or module written in Python, got {obj!r}"
        ) from error
    source = textwrap.dedent("".join(lines)).rstrip() + "\n"
    inside = PACKAGE in file.parents
    name = file.relative_to(PACKAGE.parent).as_posix() if inside else file.name
    return source, f"{name}, line {max(first, 1)}"


def _pieces(source: str) -> Iterator[str]:
    """The source as coloured HTML, each long docstring folded below its first line."""
    lines, last = source.splitlines(keepends=True), 0
    for start, end in sorted(_docstrings(source)):
        yield spans("".join(lines[last:start]))
        first, rest = lines[start].removesuffix("\n"), "".join(lines[start + 1 : end])
        yield fold(*(STRING.format(html.escape(text)) for text in (first, rest)))
        last = end
    yield spans("".join(lines[last:]))


def _docstrings(source: str) -> Iterator[tuple[int, int]]:
    """First and last line of each long docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, HAS_DOCSTRING) and ast.get_docstring(node) is not None:
            start, end = node.body[0].lineno - 1, node.body[0].end_lineno or 0
            if end - start > LONG:
                yield start, end
