"""What the papers claim, in words: ``content/<chapter>/claims.md``, a section for each claim."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nc_teach.common.words import Part, of_chapter, sections
from nc_teach.course import CHAPTERS

HEAD = re.compile(r"(\w+): (.+)")


@dataclass(frozen=True)
class Words:
    """A claim's title, the paper with its section, what the paper says, and the verdict's scope.

    ``scope`` says what the verdict is about where that is less than the paper's words: "counts
    alone, no accuracy".
    """

    key: str
    title: str
    says: str
    paper: str
    scope: str = ""


@cache
def all_words() -> dict[str, Words]:
    """The words of every claim by its key."""
    files = (of_chapter(number, "claims.md") for number in CHAPTERS)
    return {words.key: words for file in files for words in read(file)}


def read(file: Path) -> tuple[Words, ...]:
    """Those in a file; ``ValueError`` names file, line and reason if it is malformed."""
    return sections(file, _words, "key")


def _words(part: Part) -> Words:
    says, facts = part.facts(("paper", "scope"))
    head = HEAD.fullmatch(says.lines[0])
    if head is None:
        raise part.wrong(f"a heading must be 'key: Title', got {says.lines[0]!r}")
    if "paper" not in facts or not says.below:
        raise part.wrong("a claim must have what the paper says, and a line - paper:")
    return Words(head[1], head[2], says.below, **facts)
