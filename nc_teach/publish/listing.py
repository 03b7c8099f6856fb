"""Code on a slide: at most 15 lines, large enough for the last row, docstrings cut to one line."""

from __future__ import annotations

import ast

from nc_teach.classroom.highlight import spans

MOST_LINES = 15
FEWEST = 3  # lines of the last piece, where there are enough
WIDTH = 1480  # CSS pixels of a slide of 1600
LARGEST, SMALLEST = 31, 24  # CSS pixels of a letter on a slide that is 900 high
LINE = 1.35


def listing(source: str, place: str = "") -> tuple[str, int]:
    """Code as HTML, and its height in CSS pixels.

    `place` is a line above it: which file this is.
    """
    lines = source.strip("\n").splitlines()
    longest = max(map(len, lines), default=1)
    size = max(SMALLEST, min(LARGEST, int(WIDTH / (0.602 * longest))))
    where = f'<p class="nc-place">{place}</p>' if place else ""
    code = f'<pre class="nc-code" tabindex="0" style="font-size:{size}px">{spans(source)}</pre>'
    shown = sum(1 + int(len(line) * 0.602 * size) // WIDTH for line in lines)
    return where + code, round(shown * size * LINE) + 44 + (36 if place else 0)


def short(source: str) -> str:
    """The source with every docstring cut to its first line.

    Examples
    --------
    >>> print(short('def f():\\n    \"\"\"One.\\n\\n    More.\\n    \"\"\"\\n    return 1'))
    def f():
        \"\"\"One.\"\"\"
        return 1
    """
    lines = source.splitlines()
    for start, end in sorted(_docstrings(source), reverse=True):
        if end - start > 1:
            first = lines[start].rstrip()
            quote = next(q for q in ('"""', "'''") if q in first)
            lines[start:end] = [first + quote]
    return "\n".join(lines)


def pieces(source: str, most: int = MOST_LINES) -> list[str]:
    """The source in pieces of at most `most` lines, cut where the code itself has its gaps.

    Examples
    --------
    >>> pieces("a = 1\\nb = 2\\n\\nc = 3", most=3)
    ['a = 1\\nb = 2', 'c = 3']
    """
    lines = source.strip("\n").splitlines()
    if len(lines) <= most:
        return ["\n".join(lines)] if lines else []
    last = min(most, len(lines) - min(FEWEST, most // 2))  # what is left over shall not stand alone
    place = max(range(min(most // 2, last), last + 1), key=lambda k: (_gap(lines, k), k))
    return ["\n".join(lines[:place]).rstrip(), *pieces("\n".join(lines[place:]), most)]


def _gap(lines: list[str], k: int) -> int:
    """How good a place to cut before line k is: a blank line, else an outer one, never a call."""
    if not lines[k - 1].strip() or not lines[k].strip():
        return 0
    inside = lines[k].lstrip().startswith((")", "]", "}")) or lines[k - 1].endswith((",", "(", "["))
    return -1 - (len(lines[k]) - len(lines[k].lstrip())) - 100 * inside


def _docstrings(source: str) -> list[tuple[int, int]]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            text = node.body[0]
            found.append((text.lineno - 1, text.end_lineno or text.lineno))
    return found
