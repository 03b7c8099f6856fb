"""Formulas of docstrings, which are written in plain characters, typeset on the site.

A docstring is read in a terminal too, so it says ``q_i = exp(z_i / T) / sum_j exp(z_j / T)``, and
not LaTeX. Here such a formula becomes one that is drawn; what cannot be read for certain stays as
it is written.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import groupby

from .formula_reader import (
    CLOSE,
    GREEK,
    KNOWN,
    NAMED,
    OVER,
    SIGNS,
    TOKEN,
    UnreadableError,
    latex,
)

START = re.compile(
    r"(?<![\w`(./])(?:dL/dz|[A-Za-z]{1,2}|omega|alpha)(?:[_^](?:\w+|\([^)]*\)))*(?:\([\w |]+\))?"
    r" (?:=|<-) "
)
SIDE_BY_SIDE = re.compile(r"\S {3,}\S")  # a table's row


def block(lines: list[str]) -> list[str] | None:
    """The lines of an indented block as LaTeX; None unless each of them can be read.

    >>> block(["yes   the interval lies on the right side"]) is None
    True
    >>> block(["x' = g F(x) + (1 - g) x"])
    ["x' = gF(x)+(1-g)x"]
    """
    if not any(re.search(r"[=^~]|<-", line) for line in lines):
        return None
    try:
        found = [r" \qquad ".join(map(latex, _columns(line))) for line in lines]
    except UnreadableError:
        return None
    return None if any(r"\frac{\text" in line for line in found) else found


def typeset(lines: list[str], plain: Callable[[str], str]) -> list[str]:
    """A docstring in reStructuredText with its formulas typeset; `plain` escapes prose.

    Examples and tables stay as they are.

    >>> typeset(["So:", "", "    y = x^2", "", "    two words"], str.upper)
    ['SO:', '', '.. math::', '', '   y = x^2', '', '', '    TWO WORDS']
    """
    found: list[str] = []
    for part in _parts(lines):
        first = part[0].lstrip()
        drawn = block(part) if part[0].startswith("    ") and found[-1:] in ([""], []) else None
        if drawn:
            found += [line for one in drawn for line in (".. math::", "", f"   {one}", "")]
        elif first.startswith((">>>", "===")) or any(map(SIDE_BY_SIDE.search, part)):
            found += part
        else:
            found += plain("\n".join(part)).split("\n")
    return found


def _parts(lines: list[str]) -> Iterator[list[str]]:
    """A docstring in pieces: between empty lines, which are pieces too, and by indentation."""
    for _, part in groupby(lines, lambda line: (bool(line.strip()), line.startswith("    "))):
        yield list(part)


def _columns(line: str) -> list[str]:
    """What stands side by side in a line, with two spaces or more between, outside of brackets."""
    parts: list[str] = []
    for part in re.split(r" {2,}", line.strip().replace("``", "").replace(" . ", " · ")):
        if parts and _depth(parts[-1]):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts


def inline(text: str) -> str:
    """A line of prose with the formulas in it as the role that typesets them.

    >>> inline("Probabilities p_i = exp(z_i) / n over all.")
    'Probabilities :math:`p_i = \\\\frac{\\\\exp (z_i)}{n}` over all.'
    """
    done, rest = "", text
    while found := START.search(rest):
        end = _longest(rest[found.start() :])
        formula = rest[found.start() : found.start() + end]
        done += rest[: found.start()] + (f":math:`{latex(formula)}`" if end else found[0])
        rest = rest[found.start() + end :] if end else rest[found.end() :]
    return done + rest


def _longest(text: str) -> int:
    """How many characters at the beginning of a text are a formula for certain; 0 if none.

    It goes on to the first word that is no symbol, and is then read as a whole or not at all.
    """
    place, last = 0, ""
    while found := TOKEN.match(text, place):
        token, depth = found[1], _depth(text[:place])
        over = re.match(r" over [\w, ]{1,20}? of ", text[place:]) if last in OVER else None
        if (token in (":", ",") and depth == 0) or (token in ")]}" and depth == 0):
            break
        script = last in ("_", "^")
        word = token[0].isalpha() and not script and not _is_symbol(token, text[found.end() :])
        if word and not over and depth == 0:
            break
        place, last = (place + over.end(), "of") if over else (found.end(), token)
    if text[place:].startswith((":", "`")) and _depth(
        text[:place]
    ):  # a name in brackets, which is no part of it
        place = max((m.start() for m in re.finditer(r" \(", text[:place])), default=0)
        last = text[:place].strip()[-1:]
    formula = text[:place]
    whole = last not in (*KNOWN, *NAMED) and (last.isalnum() or last in "|')]}") and last != "of"
    if whole and re.match(r"$|[.,;:)]|\s", text[place:]):
        with suppress(UnreadableError):
            latex(formula)
            return place
    return 0


def _depth(text: str) -> int:
    return sum(text.count(a) - text.count(b) for a, b in CLOSE.items())


def _is_symbol(token: str, after: str) -> bool:
    """Whether letters are a symbol, and not a word of the sentence."""
    if token in ("a", "I") and re.match(r" [a-z]{2}", after):
        return False
    known = token in GREEK or token in KNOWN or token in NAMED or token in SIGNS
    short = len(token.rstrip("'~")) == 1 or re.fullmatch(r"d[A-Za-z]", token)
    return known or bool(short) or after[:1] in ("_", "(")
