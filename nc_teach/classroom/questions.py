"""The questions of a chapter's quiz, as ``nc_teach/content/<chapter>/quiz.md`` has them.

To edit them, open that file: ``## key`` begins a question, ``- [x]`` its right choice and ``- [ ]``
each wrong one. Below each choice, indented by two spaces, is what the reader then gets to read.
Never change a key: it is the question's name in the readers' progress files.
"""

from dataclasses import dataclass
from pathlib import Path

from nc_teach.common.words import Part, of_chapter, one_line, sections

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Choice:
    """One choice, whether it is right, and why or why not."""

    text: str
    says: str
    right: bool = False

    @property
    def verdict(self) -> str:
        """What is said to whoever chooses it."""
        return f"{'✓ Right.' if self.right else '✗ Not this one.'} {self.says}"


@dataclass(frozen=True)
class Question:
    """One question. `key` names it in the progress file; exactly one choice is right."""

    key: str
    text: str
    choices: tuple[Choice, ...]

    def lettered(self) -> list[tuple[str, Choice]]:
        """Its choices, each behind its letter."""
        return list(zip(LETTERS, self.choices, strict=False))


def find(chapter: str) -> tuple[Question, ...]:
    """A chapter's questions; `chapter` is its number as a text, such as ``"1"``.

    Raises ``ValueError`` if there is no such chapter, or its file is malformed.

    >>> len(find("1"))
    10
    """
    return read(of_chapter(chapter, "quiz.md"))


def read(file: Path) -> tuple[Question, ...]:
    """The questions in a file; ``ValueError`` names file, line and reason if it is malformed."""
    return sections(file, _question, "key")


def _question(part: Part) -> Question:
    head, *choices = part.cut("- ")
    key = head.lines[0].strip()
    if not key.isidentifier():
        raise part.wrong(f"a question's key must be one word, got {key!r}")
    question = Question(key, head.below, tuple(map(_choice, choices)))
    right = sum(choice.right for choice in question.choices)
    if not question.text:
        raise part.wrong(f"{key} has no text")
    if not 2 <= len(choices) <= len(LETTERS):
        raise part.wrong(f"{key} must have from 2 to {len(LETTERS)} choices, has {len(choices)}")
    if right != 1:
        raise part.wrong(f"{key} must have one right choice, marked - [x], has {right}")
    return question


def _choice(part: Part) -> Choice:
    first, *others = part.indented().lines
    if first[:4] not in ("[ ] ", "[x] "):
        raise part.wrong(f"a choice must begin with - [ ] or - [x], got {f'- {first}'!r}")
    gap = others.index("") if "" in others else len(others)
    text, says = one_line([first[4:], *others[:gap]]), one_line(others[gap:])
    if not text or not says:
        raise part.wrong("a choice must have a text and, after a blank line, an explanation")
    return Choice(text, says, right=first[1] == "x")
