"""Text and tables in Markdown that show just what they were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

KEPT = re.compile(r"(`[^`\n]+`|\*\*.+?\*\*)")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    Examples
    --------
    >>> print(table(("a", "b"), [("1", "x | y")]))
    | a | b |
    |---|---|
    | 1 | x \\| y |
    """
    lines = [_line(columns), f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *map(_line, rows)])


def text(plain: str) -> str:
    """Plain text as Markdown that shows just that.

    >>> print(text("w^2 * |w|_1 <b>"))
    w^2 \\* \\|w\\|\\_1 \\<b>
    """
    return _escaped(" ".join(plain.split()))


def words(prose: str) -> str:
    """The classroom's text as Markdown: `code` and **bold** stay, all else is plain.

    >>> print(words("Is `a_b` **really** > a_b?"))
    Is `a_b` **really** > a\\_b?
    """
    return "".join(
        part if KEPT.fullmatch(part) else re.sub(r"\s*\n\s*", " ", _escaped(part))
        for part in KEPT.split(prose)
    )


def _escaped(part: str) -> str:
    return re.sub(r"([\\`*_\[\]<|$])", r"\\\1", part)


def _line(cells: Sequence[str]) -> str:
    escaped = (re.sub(r"(?<!\\)\|", r"\|", cell) for cell in cells)
    return f"| {' | '.join(escaped)} |"
