"""The glossary: every term of the course once, in English and Chinese.

To edit it, open ``nc_teach/content/<chapter>/terms.md`` of the chapter that introduces the term.
One entry a term: ``- **English** (Chinese), also other name, other name: What it means.``
"""

import re
from dataclasses import dataclass
from functools import cache

from nc_teach.common.words import entries, of_chapter, refuse_twice
from nc_teach.course import CHAPTERS
from nc_teach.table import Table

ENTRY = re.compile(r"\*\*(.+?)\*\* \((.+?)\)(?:, also ([^:]+))?: (.+)")
WANTED = "- **English** (Chinese), also another name: What it means."


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

    Raises ``ValueError`` if a file is malformed or names a term twice.

    >>> [t.chinese for t in terms() if t.english == "sparsity"]
    ['稀疏度']
    """
    found = [
        (Term(english, chinese, says, chapter, tuple(also.split(", ")) if also else ()), part)
        for chapter in CHAPTERS
        for part, (english, chinese, also, says) in entries(
            of_chapter(chapter, "terms.md"), ENTRY, WANTED
        )
    ]
    refuse_twice((name, part) for term, part in found for name in (term.english, *term.also))
    return tuple(term for term, _ in found)


def find(name: str) -> Term:
    """The entry of a term, by its English name or another one of its names.

    Raises ``ValueError`` if there is none.

    >>> find("SVD").english
    'singular value decomposition'
    """
    for term in terms():
        if name in (term.english, *term.also):
            return term
    raise ValueError(f"name must be a term of the glossary, got {name!r}")


def look_up(word: str = "") -> Table:
    """The terms with a word in one of their names, in either language; all without one.

    Raises ``ValueError`` if there is none.

    >>> look_up("剪枝").rows[0][:2]
    ('network pruning', '網路剪枝')
    """
    look = word.lower().strip()
    found = [t for t in terms() if look in " ".join((t.english, t.chinese, *t.also)).lower()]
    if not found:
        raise ValueError(f"word must be in the name of a term, got {word!r}")
    rows = tuple((t.english, t.chinese, t.says, t.chapter) for t in found)
    return Table(("term", "中文", "meaning", "chapter"), rows)
