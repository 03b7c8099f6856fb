"""The glossary: every term of the course once, in English and Chinese.

The terms stand in ``terms.md``, in the form of the chapters' own lists; this reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nc_teach.table import Table

FILE = Path(__file__).with_name("terms.md")
CHAPTER = re.compile(r"^## Chapter (\d+)$", re.M)
ENTRY = re.compile(r"^- \*\*(.+?)\*\* \((.+?)\)(?:, also ([^:]+))?: (.+)$", re.M)
NAME = re.compile(r"\*\*(.+?)\*\*(?: \(([^)]*)\))?")


@dataclass(frozen=True)
class Term:
    """One entry: its names in both languages, what it means, the chapter that introduces it.

    ``also`` holds other English names for the same thing.
    """

    english: str
    chinese: str
    says: str
    chapter: str
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the site's page.

        >>> Term("Lloyd's algorithm", "", "", "4").anchor
        'term-lloyd-s-algorithm'
        """
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.english.lower()).strip("-")


@cache
def terms() -> tuple[Term, ...]:
    """Every term, in the order of its introduction.

    Examples
    --------
    >>> [t.chinese for t in terms() if t.english == "sparsity"]
    ['稀疏度']
    """
    _, *parts = CHAPTER.split(FILE.read_text(encoding="utf-8"))
    return tuple(
        Term(english, chinese, says, chapter, tuple(also.split(", ")) if also else ())
        for chapter, text in zip(parts[::2], parts[1::2], strict=True)
        for english, chinese, also, says in ENTRY.findall(text)
    )


def find(name: str) -> Term:
    """The entry of a term, by its English name or another one of its names.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> find("SVD").english
    'singular value decomposition'
    """
    for term in terms():
        if name in (term.english, *term.also):
            return term
    raise ValueError(f"name must be a term of the glossary, got {name!r}")


def listed(text: str) -> list[tuple[str, str]]:
    """The terms of a chapter's own list: English, and Chinese where it is said.

    Examples
    --------
    >>> listed("- **mask** (遮罩): which are kept; **density** is the rest")
    [('mask', '遮罩'), ('density', '')]
    """
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    return [pair for line in lines for pair in NAME.findall(line)]


def look_up(word: str = "") -> Table:
    """The terms with a word in one of their names, in either language; all without one.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> look_up("剪枝").rows[0][:2]
    ('network pruning', '網路剪枝')
    """
    look = word.lower().strip()
    found = [t for t in terms() if look in " ".join((t.english, t.chinese, *t.also)).lower()]
    if not found:
        raise ValueError(f"word must be in the name of a term, got {word!r}")
    rows = tuple((t.english, t.chinese, t.says, t.chapter) for t in found)
    return Table(("term", "中文", "meaning", "chapter"), rows)
