"""Markdown as HTML with formulas as MathML, for which no script has to be fetched; and back again.

`render`, `inline` and `mathml` read Markdown and LaTeX. `text`, `words` and `table` write Markdown
that shows just what they were given.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

STYLE = Path(__file__).with_name("formulas.css")  # of what `mathml` makes
KEPT = re.compile(r"(`[^`\n]+`|\*\*.+?\*\*)")


def render(text: str) -> str:
    """A Markdown cell as HTML. HTML inside it is shown as text, not obeyed.

    >>> render("Is *a* < b?")
    '<p>Is <em>a</em> &lt; b?</p>\\n'
    >>> "<mi>w</mi>" in render("The weight $w$.")
    True
    """
    return str(_parser().render(text))


def inline(text: str) -> str:
    """One line of Markdown without a paragraph around it.

    >>> inline("the `mask`")
    'the <code>mask</code>'
    """
    return str(_parser().renderInline(text))


def mathml(formula: str, block: bool = False) -> str:
    """A LaTeX formula as MathML; ``ValueError`` if it cannot be read or has an unknown command.

    >>> mathml("w^2")[:5], "<msup>" in mathml("w^2")
    ('<math', True)
    """
    from latex2mathml.converter import convert

    try:
        drawn = str(convert(formula, display="block" if block else "inline"))
    except Exception as error:
        raise ValueError(f"formula must be LaTeX, got {formula!r}: {error}") from error
    if unknown := re.search(r"\\[a-zA-Z]+", drawn):  # the converter prints it as it is
        raise ValueError(f"formula must be LaTeX, got {formula!r}: {unknown[0]} is not known")
    return drawn


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(
        dollarmath_plugin,
        renderer=lambda formula, options: mathml(formula, options["display_mode"]),
        label_renderer=html.escape,
    )


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


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "x | y")]))
    | a | b |
    |---|---|
    | 1 | x \\| y |
    """
    lines = [_row(columns), f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    escaped = (re.sub(r"(?<!\\)\|", r"\|", cell) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _escaped(part: str) -> str:
    return re.sub(r"([\\`*_\[\]<|$])", r"\\\1", part)
