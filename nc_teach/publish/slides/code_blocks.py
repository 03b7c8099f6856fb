"""Code on a slide: at most 15 lines, large enough for the last row; here its height is computed."""

import ast

from nc_teach.classroom.highlight import spans

from ..parts import part

MOST_LINES = 15
FEWEST = 3  # lines of the last piece, where there are enough
WIDTH = 1480  # CSS pixels of a slide of 1600
LARGEST, SMALLEST = 31, 24  # CSS pixels of a letter on a slide that is 900 high
LETTER, LINE = 0.602, 1.35  # width of a letter, height of a line, in letters


def listing(source: str, place: str = "") -> tuple[str, int]:
    """Code as HTML, and its height in CSS pixels.

    `place` is a line above it: which file this is.
    """
    lines = source.strip("\n").splitlines()
    longest = max(map(len, lines), default=1)
    size = max(SMALLEST, min(LARGEST, int(WIDTH / (LETTER * longest))))
    shown = sum(1 + int(len(line) * LETTER * size) // WIDTH for line in lines)
    height = round(shown * size * LINE) + 44 + (36 if place else 0)
    return part("code", lines=spans(source), size=size, place=place), height


def short_docstrings(source: str) -> str:
    """The source with every docstring cut to its first line.

    >>> short_docstrings("def f():\\n    '''One.\\n\\n    More.\\n    '''\\n    return 1")
    "def f():\\n    '''One.'''\\n    return 1"
    """
    lines = source.splitlines()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
    documented = [n for n in ast.walk(ast.parse(source)) if isinstance(n, kinds) and n.body]
    for node in sorted(documented, key=lambda n: n.body[0].lineno, reverse=True):
        text = node.body[0]
        start, end = text.lineno - 1, text.end_lineno or text.lineno
        if ast.get_docstring(node) is not None and end - start > 1:
            first = lines[start].rstrip()
            lines[start:end] = [first + first.lstrip("rR ")[:3]]
    return "\n".join(lines)


def pieces(source: str, most: int = MOST_LINES) -> list[str]:
    """The source in pieces of at most `most` lines, cut where the code itself has its gaps.

    >>> pieces("a = 1\\nb = 2\\n\\nc = 3", most=3)
    ['a = 1\\nb = 2', 'c = 3']
    """
    lines = source.strip("\n").splitlines()
    if len(lines) <= most:
        return ["\n".join(lines)] if lines else []
    last = min(most, len(lines) - min(FEWEST, most // 2))  # no line is left over alone
    place = max(range(min(most // 2, last), last + 1), key=lambda k: (_gap(lines, k), k))
    return ["\n".join(lines[:place]).rstrip(), *pieces("\n".join(lines[place:]), most)]


def _gap(lines: list[str], k: int) -> int:
    """How good a place to cut before line k is: a blank line, else an outer one, never a call."""
    if not lines[k - 1].strip() or not lines[k].strip():
        return 0
    inside = lines[k].lstrip().startswith((")", "]", "}")) or lines[k - 1].endswith((",", "(", "["))
    return -1 - (len(lines[k]) - len(lines[k].lstrip())) - 100 * inside
