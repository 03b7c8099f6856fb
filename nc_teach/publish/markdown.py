"""Markdown as HTML, with formulas as MathML: no script and no font has to be fetched for it."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any


def render(text: str) -> str:
    """A Markdown cell as HTML. HTML inside it is shown as text, not obeyed.

    Examples
    --------
    >>> render("Is *a* < b?")
    '<p>Is <em>a</em> &lt; b?</p>\\n'
    >>> "<mi>w</mi>" in render("The weight $w$.")
    True
    """
    return _parser().render(text)


def inline(text: str) -> str:
    """One line of Markdown without a paragraph around it.

    >>> inline("the `mask`")
    'the <code>mask</code>'
    """
    return _parser().renderInline(text)


def mathml(formula: str, block: bool = False) -> str:
    """A LaTeX formula as MathML.

    Raises
    ------
    ValueError
        If it cannot be read, or holds a command that is not known.

    Examples
    --------
    >>> mathml("w^2")[:5], "<msup>" in mathml("w^2")
    ('<math', True)
    """
    from latex2mathml.converter import convert

    try:
        drawn = convert(formula, display="block" if block else "inline")
    except Exception as error:
        raise ValueError(f"formula must be LaTeX, got {formula!r}: {error}") from error
    if unknown := re.search(r"\\[a-zA-Z]+", drawn):  # the converter prints it as it stands
        raise ValueError(f"formula must be LaTeX, got {formula!r}: {unknown[0]} is not known")
    return drawn


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(
        dollarmath_plugin,
        renderer=lambda formula, options: mathml(formula, options["display_mode"]),
        label_renderer=html.escape,
    )
