"""The glossary and the references as pages, each entry with an address of its own."""

from __future__ import annotations

import re
from itertools import groupby

from nc_teach.classroom.glossary import Term, find, terms
from nc_teach.classroom.references import Reference
from nc_teach.classroom.references import references as papers

from .links import to_chapter
from .tables import text

GLOSSARY = """# Glossary (詞彙表)

The course grew from a Chinese lecture: every term has both names, and the chapter that introduces
it. In a notebook, `classroom.look_up("mask")` finds one.
"""
REFERENCES = """# References

By year. Behind each stands in which chapters it is cited.
"""
BOLD = re.compile(r"\*\*(.+?)\*\*")


def glossary() -> str:
    """Every term, in alphabetical order, below its letter."""
    ordered = sorted(terms(), key=lambda term: term.english.lower())
    parts = [GLOSSARY]
    for letter, found in groupby(ordered, key=lambda term: term.english[0].upper()):
        parts += [f"## {letter}", *map(_entry, found)]
    return "\n\n".join(parts) + "\n"


def references() -> str:
    """Every paper, by year, with its link."""
    return "\n\n".join([REFERENCES, *map(_paper, papers())]) + "\n"


def linked(source: str, page: str = "glossary.md") -> str:
    """A chapter's list of terms with each name as a link to its entry.

    Examples
    --------
    >>> linked("- **mask** (遮罩): which are kept", "../glossary.md")
    '- [**mask**](../glossary.md#term-mask) (遮罩): which are kept'
    """

    def link(name: re.Match[str]) -> str:
        try:
            return f"[{name[0]}]({page}#{find(name[1]).anchor})"
        except ValueError:
            return name[0]

    return BOLD.sub(link, source)


def _entry(term: Term) -> str:
    also = f", also {text(', '.join(term.also))}" if term.also else ""
    where = to_chapter(term.chapter, f"Chapter {term.chapter}")
    return (
        f"({term.anchor})=\n**{text(term.english)}** ({text(term.chinese)}){also}: "
        f"{text(term.says)} {where}"
    )


def _paper(paper: Reference) -> str:
    chapters = ", ".join(map(to_chapter, paper.cited_in()))
    where = f" Chapter {chapters}." if chapters else ""
    place = paper.place if ":10." in paper.place or "arXiv" in paper.place else "proceedings"
    return (
        f"({paper.anchor})=\n{text(paper.authors)} ({paper.year}). **{text(paper.title)}** "
        f"[{place}]({paper.url}).{where}"
    )
