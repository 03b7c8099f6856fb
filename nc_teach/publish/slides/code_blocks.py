"""Code on a slide: the heart alone, at most ten lines, large enough for the last row."""

from nc_teach.classroom.highlight import spans

from ..parts import part

MOST_LINES = 10


def listing(source: str) -> str:
    """Code as HTML, with its words in colour."""
    return part("code", lines=spans(source))


def excerpt(source: str, first: str, last: str, cell: str) -> str:
    """The lines from the one that begins with `first` to the next that begins with `last`.

    An empty text stands for the first line, and for the last one. ``ValueError`` names the cell
    that has no such line, or too many in between.

    >>> excerpt("def f(x):\\n    y = x + 1\\n    return y", "y =", "return", "a")
    'y = x + 1\\nreturn y'
    """
    lines = source.strip("\n").splitlines()
    start = _line(lines, first, 0, cell) if first else 0
    end = _line(lines, last, start, cell) if last else len(lines) - 1
    kept = lines[start : end + 1]
    if len(kept) > MOST_LINES:
        raise ValueError(f"{cell}: a slide has at most {MOST_LINES} lines, got {len(kept)}")
    indent = min((len(x) - len(x.lstrip()) for x in kept if x.strip()), default=0)
    return "\n".join(line[indent:] for line in kept)


def _line(lines: list[str], begins: str, start: int, cell: str) -> int:
    found = [k for k in range(start, len(lines)) if lines[k].lstrip().startswith(begins)]
    if not found:
        raise ValueError(f"{cell}: no line of its code begins with {begins!r}")
    return found[0]
