"""What the papers claim, in words: ``content/<chapter>/claims.md``, a section for each claim."""

import re
from dataclasses import dataclass
from functools import cache

from nc_teach.common.words import Part, of_chapter, one_line, sections
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
    return {words.key: words for file in files for words in sections(file, _read, "key")}


def _read(part: Part) -> Words:
    head = HEAD.fullmatch(part.lines[0])
    if head is None:
        raise part.wrong(f"a heading must be 'key: Title', got {part.lines[0]!r}")
    says, *entries = part.cut("- ")
    named: dict[str, str] = {}
    for entry in entries:
        name, colon, text = entry.indented().text.partition(": ")
        if not colon or name not in ("paper", "scope") or name in named:
            raise entry.wrong(f"an entry must be 'paper: ...' or 'scope: ...', got {entry.text!r}")
        named[name] = text
    if "paper" not in named or not says.below:
        raise part.wrong("a claim needs what the paper says, and '- paper: ...'")
    return Words(head[1], head[2], one_line(says.lines[1:]), **named)
