"""The glossary: every term of the course once, in English and Chinese, and the search in it.

To edit it, open ``nc_teach/content/<chapter>/terms.md`` of the chapter that introduces the term, or
``nc_teach/content/terms.md`` for a word that the course takes for known. One entry a term:
``- **English** (simplified; traditional), also other name, other name: What it means.`` The
traditional name is left out where it is the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from nc_teach.common.words import CONTENT, entries, of_chapter, refuse_twice
from nc_teach.course import CHAPTERS
from nc_teach.table import Table

ENTRY = re.compile(r"\*\*(.+?)\*\* \(([^;)]+)(?:; ([^)]+))?\)(?:, also ([^:]+))?: (.+)")
WANTED = "- **English** (Chinese), also another name: What it means."
ALIKE = {True: 0.6, False: 0.5}  # how much of a near miss is right, by whether it is in Latin
LEAST = {True: 3, False: 2}  # letters of a name that is looked for inside a longer word
SHOWN = 40  # letters of a word that is said back
NEAREST = 5  # terms at most


@dataclass(frozen=True)
class Term:
    """One entry: its names in both languages, what it means, the chapter that introduces it.

    ``chinese`` is in simplified characters, ``traditional`` what it is called in traditional ones
    where that differs. ``also`` holds other names for the same thing. A word that the course takes
    for known has no chapter.
    """

    english: str
    chinese: str
    says: str
    chapter: str
    also: tuple[str, ...] = ()
    traditional: str = ""

    @property
    def anchor(self) -> str:
        """Its place on the site's page.

        >>> Term("Lloyd's algorithm", "", "", "4").anchor
        'term-lloyd-s-algorithm'
        """
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.english.lower()).strip("-")

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, in both languages."""
        return tuple(filter(None, (self.english, self.chinese, self.traditional, *self.also)))


@cache
def terms() -> tuple[Term, ...]:
    """Every term, in the order of its introduction.

    Raises ``ValueError`` if a file is malformed or names a term twice.

    >>> [t.chinese for t in terms() if t.english == "mask"]
    ['掩码']
    """
    files = {"": CONTENT / "terms.md"}
    files |= {chapter: of_chapter(chapter, "terms.md") for chapter in CHAPTERS}
    found = [
        (Term(english, chinese, says, number, tuple(filter(None, also.split(", "))), other), part)
        for number, file in files.items()
        for part, (english, chinese, other, also, says) in entries(file, ENTRY, WANTED)
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

    Simplified and traditional characters, parts of words, spaces and hyphens all do. Where no name
    has the word, the table has the terms that come nearest, and a note below it says so.

    >>> look_up("剪枝").rows[0][:2]
    ('network pruning', '网络剪枝')
    >>> look_up("sparcity").notes
    ('No term is called "sparcity". Did you mean sparsity?',)
    """
    look = _plain(word)
    found = [term for term in terms() if any(look in _plain(name) for name in term.names)]
    exact = [term for term in found if look in map(_plain, term.names)]
    rest = [term for term in found if term not in exact]
    if found:
        return _table([*exact, *rest])
    nearest = _nearest(look)
    return _table(nearest, _not_found(word, nearest))


@cache
def _plain(name: str) -> str:
    """A name without what people write in different ways: capitals, spaces, hyphens, widths."""
    return re.sub(r"[\s\-_]", "", unicodedata.normalize("NFKC", name).casefold())


def _nearest(look: str) -> list[Term]:
    """The terms whose name is in the word, whose meaning has it, or that are spelled like it."""
    names = {_plain(name): term for term in terms() for name in term.names}
    inside = [n for n in names if len(n) >= LEAST[n.isascii()] and n in look]
    word = re.compile(rf"\b{re.escape(look)}\b")
    mention = [term for term in terms() if word.search(term.says.casefold())]
    alike = get_close_matches(look, names, NEAREST, ALIKE[look.isascii()])
    longest = sorted(inside, key=len, reverse=True)
    near = [*(names[n] for n in longest), *mention, *(names[n] for n in alike)]
    return list(dict.fromkeys(near))[:NEAREST]


def _not_found(word: str, nearest: list[Term]) -> str:
    said = " ".join(word.split()).encode("utf-8", "replace").decode()
    said = said if len(said) <= SHOWN else f"{said[:SHOWN]} ..."
    *others, last = [t.english for t in nearest[:3]] or [""]
    names = f"{', '.join(others)} or {last}" if others else last
    if nearest:
        return f'No term is called "{said}". Did you mean {names}?'
    return f'No term is called "{said}" or anything like it. look_up() lists all of them.'


def _table(found: list[Term], *notes: str) -> Table:
    rows = tuple((t.english, t.chinese, t.says, t.chapter) for t in found)
    return Table(("term", "中文", "meaning", "chapter"), rows, notes)
