"""The glossary as a page, each term with an address of its own."""

import re
from itertools import groupby

from nc_teach.classroom.glossary import find, terms

from .fill import fill

BOLD = re.compile(r"\*\*(.+?)\*\*")


def glossary() -> str:
    """Every term, in alphabetical order, below its letter."""
    ordered = sorted(terms(), key=lambda term: term.english.lower())
    groups = groupby(ordered, key=lambda term: term.english[0].upper())
    return fill("glossary", letters=[(letter, list(found)) for letter, found in groups])


def linked(source: str) -> str:
    """A chapter's list of terms with each name as a link to its entry, where it has one.

    >>> linked("- **mask** (掩码): **no such term**")
    '- [**mask**](#term-mask) (掩码): **no such term**'
    """

    def link(name: re.Match[str]) -> str:
        try:
            return f"[{name[0]}](#{find(name[1]).anchor})"
        except ValueError:
            return name[0]

    return BOLD.sub(link, source)
